import { Link } from '@tanstack/react-router';
import {
  Activity,
  ArrowLeftRight,
  CalendarDays,
  ClockFading,
  GitCompareArrows,
  History,
  House,
  Keyboard,
  Moon,
  ReceiptText,
  Rows3,
  Rows4,
  Settings,
  Sun,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../components/button.tsx';
import { MonthDot } from '../components/month-dot.tsx';
import { Skeleton } from '../components/states.tsx';
import { isRunning, useJobs } from '../data/jobs.ts';
import { useMonthsMatrix } from '../data/months.ts';
import { useWorkspace } from '../data/workspace.ts';
import { formatMonth } from '../format/time.ts';
import { openingSearch } from '../screens/month/month-search.ts';
import { useIsAmongInvoices, useIsMeter } from './month-in-address.ts';
import { setDensity, setTheme, useDensity, useIsDark } from './theme.ts';

const ITEM =
  'flex h-7 items-center gap-2 rounded-md px-2 text-muted hover:bg-hover hover:text-ink aria-[current=page]:bg-pressed aria-[current=page]:font-medium aria-[current=page]:text-ink';

const RECENT_MONTHS = 3;

/** Workspace, pages, and the last three months with their state. */
export function Rail({ onShortcuts }: { onShortcuts: () => void }) {
  const workspace = useWorkspace().data;
  const matrix = useMonthsMatrix();
  const months = matrix.data?.months ?? [];
  const running = (useJobs().data ?? []).filter(isRunning).length;
  const isDark = useIsDark();
  const density = useDensity();
  const isAmongInvoices = useIsAmongInvoices();
  const isMeter = useIsMeter();
  return (
    <nav aria-label="Pages" className="flex min-h-0 flex-col border-r border-line bg-rail">
      <div className="flex h-(--bar) items-center gap-2 pr-3 pl-4">
        <Logo />
        <span className="truncate font-semibold" title={workspace?.folder}>
          {workspace?.name}
        </span>
        {workspace?.isSample === true && (
          <span className="shrink-0 rounded border border-line px-1 text-label text-muted">sample</span>
        )}
      </div>
      <div className="flex flex-1 flex-col gap-0.5 overflow-auto px-2 py-1">
        <RailLink to="/home" icon={<House size={15} aria-hidden="true" />}>
          Home
        </RailLink>
        <RailLink to="/months" icon={<CalendarDays size={15} aria-hidden="true" />} isExact>
          Months
        </RailLink>
        {matrix.isPending &&
          Array.from({ length: RECENT_MONTHS }, (_, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: identical bars have no other identity
            <span key={place} className="flex h-7 items-center pl-[31px]">
              <Skeleton width={52} height={10} />
            </span>
          ))}
        {months
          .slice(-RECENT_MONTHS)
          .reverse()
          .map(({ month, state, structural }) => (
            <Link
              key={month}
              to="/months/$month"
              params={{ month }}
              search={openingSearch({ structural })}
              activeOptions={{ includeSearch: false }}
              activeProps={{ 'aria-current': 'page' }}
              className={`${ITEM} pl-[31px]`}
            >
              <span className="flex-1">{formatMonth(month)}</span>
              <MonthDot state={state} />
            </Link>
          ))}
        <Link
          to="/compare"
          search={{}}
          activeOptions={{ includeSearch: false }}
          activeProps={{ 'aria-current': 'page' }}
          className={ITEM}
        >
          <ArrowLeftRight size={15} aria-hidden="true" />
          Compare
        </Link>
        <RailLink to="/invoices" icon={<ReceiptText size={15} aria-hidden="true" />} isCurrent={isAmongInvoices}>
          Invoices
        </RailLink>
        <RailLink to="/simulate" icon={<ClockFading size={15} aria-hidden="true" />}>
          Simulate
        </RailLink>
        <RailLink to="/late" icon={<History size={15} aria-hidden="true" />}>
          Late usage
        </RailLink>
        <RailLink to="/pipelines" icon={<GitCompareArrows size={15} aria-hidden="true" />}>
          Pipelines
        </RailLink>
        <RailLink to="/activity" icon={<Activity size={15} aria-hidden="true" />}>
          <span className="flex-1">Activity</span>
          {running > 0 && (
            <span className="tabular rounded-full bg-accent-fill px-1.5 text-label font-medium text-on-accent">
              {running}
            </span>
          )}
        </RailLink>
        <RailLink to="/settings" icon={<Settings size={15} aria-hidden="true" />} isCurrent={isMeter}>
          Settings
        </RailLink>
      </div>
      <div className="flex items-center gap-1 px-2 py-2">
        <IconButton
          label={isDark ? 'Use the light theme' : 'Use the dark theme'}
          onClick={() => setTheme(isDark ? 'light' : 'dark')}
        >
          {isDark ? <Sun size={15} aria-hidden="true" /> : <Moon size={15} aria-hidden="true" />}
        </IconButton>
        <IconButton
          label={density === 'compact' ? 'Use normal rows' : 'Use compact rows'}
          onClick={() => setDensity(density === 'compact' ? 'normal' : 'compact')}
        >
          {density === 'compact' ? <Rows3 size={15} aria-hidden="true" /> : <Rows4 size={15} aria-hidden="true" />}
        </IconButton>
        <IconButton label="Keyboard shortcuts" onClick={onShortcuts}>
          <Keyboard size={15} aria-hidden="true" />
        </IconButton>
        <span className="tabular ml-auto pr-2 text-label text-faint">{workspace?.toolVersion}</span>
      </div>
    </nav>
  );
}

function RailLink({
  to,
  icon,
  isExact = false,
  isCurrent = false,
  children,
}: {
  to: '/home' | '/months' | '/invoices' | '/simulate' | '/late' | '/pipelines' | '/activity' | '/settings';
  icon: ReactNode;
  isExact?: boolean;
  /** Current on pages beneath other addresses, too. */
  isCurrent?: boolean;
  children: ReactNode;
}) {
  return (
    <Link
      to={to}
      activeOptions={{ exact: isExact }}
      activeProps={{ 'aria-current': 'page' }}
      {...(isCurrent ? { 'aria-current': 'page' as const } : {})}
      className={ITEM}
    >
      {icon}
      {children}
    </Link>
  );
}

/** Three lines that meet: measured, metered, billed. */
export function Logo({ size = 18 }: { size?: number }) {
  return (
    <svg viewBox="0 0 18 18" width={size} height={size} aria-hidden="true" className="shrink-0">
      <rect width="18" height="18" rx="4.500" className="fill-accent-fill" />
      <path d="M4.500 5.800h9M4.500 9h9M4.500 12.200h9" stroke="white" strokeWidth="1.500" strokeLinecap="round" />
    </svg>
  );
}
