import { Link, useRouterState } from '@tanstack/react-router';
import { ChevronRight, RefreshCw, Search } from 'lucide-react';
import { Children, type ReactNode } from 'react';
import { Button, Key } from '../components/button.tsx';
import { documentOf } from '../data/errors.ts';
import { isRunning, useJobs, usePull } from '../data/jobs.ts';
import { useMonthsMatrix } from '../data/months.ts';
import { useWorkspace } from '../data/workspace.ts';
import { jobTitle, progressOf } from '../format/job.ts';
import { formatMonth } from '../format/time.ts';
import { useAnnounce } from './announcer.tsx';
import { usePresent } from './clock.ts';
import { freshnessOf } from './freshness.ts';
import { useMonthInAddress } from './month-in-address.ts';
import { PALETTE_KEY } from './shortcuts.ts';

const DOT = { fresh: 'bg-measured', partial: 'bg-billed', none: 'border border-line-strong' } as const;

/** Where we are, how fresh the data is, search, and the main action. */
export function TopBar({ onSearch }: { onSearch: () => void }) {
  const month = useMonthInAddress();
  const workspace = useWorkspace().data;
  const matrix = useMonthsMatrix().data;
  const columns = matrix?.months ?? [];
  const now = usePresent();
  const pulled = columns.filter((column) => column.asOf.stripe !== null || column.asOf.clickhouse !== null);
  const shown = month === null ? pulled.at(-1) : columns.find((column) => column.month === month);
  const target = month ?? shown?.month ?? workspace?.currentMonth ?? null;
  const freshness = freshnessOf(shown?.asOf, now);
  return (
    <header className="flex h-(--bar) shrink-0 items-center gap-3 border-b border-line px-6">
      <Breadcrumb month={month} />
      <span className="flex-1" />
      {matrix !== undefined && (
        <span className="flex items-center gap-1.5 whitespace-nowrap text-table text-muted" title={freshness.detail}>
          <span className={`size-1.5 rounded-full ${DOT[freshness.state]}`} />
          {month === null && shown !== undefined ? `${formatMonth(shown.month)} ` : ''}
          {freshness.text}
        </span>
      )}
      <button
        type="button"
        onClick={onSearch}
        className="flex h-7 items-center gap-2 rounded-md border border-line bg-page pr-1.5 pl-2 text-muted hover:bg-hover"
      >
        <Search size={13} aria-hidden="true" />
        Search
        <Key>{PALETTE_KEY}</Key>
      </button>
      {target !== null && <PullButton month={target} />}
    </header>
  );
}

function PullButton({ month }: { month: string }) {
  const pull = usePull();
  const announce = useAnnounce();
  const pulls = (useJobs().data ?? []).filter((job) => job.kind === 'pull' && isRunning(job));
  const running = pulls.find(({ state }) => state !== 'queued') ?? pulls[0];
  if (running !== undefined) {
    const { share, text } = progressOf(running);
    return (
      <Link
        to="/activity"
        title={text}
        className="relative flex h-7 items-center gap-2 overflow-hidden rounded-md border border-line-strong px-2.5 font-medium hover:bg-hover"
      >
        <span className="absolute inset-y-0 left-0 bg-selected" style={{ width: `${(share ?? 0) * 100}%` }} />
        <RefreshCw
          size={13}
          aria-hidden="true"
          className={`relative ${running.state === 'queued' ? '' : 'motion-safe:animate-spin'}`}
        />
        <span className="tabular relative">
          {jobTitle(running)}{' '}
          {running.state === 'queued' ? 'is queued' : share === null ? '' : `${Math.floor(share * 100)} %`}
        </span>
      </Link>
    );
  }
  return (
    <Button
      kind="primary"
      disabled={pull.isPending}
      icon={<RefreshCw size={13} aria-hidden="true" />}
      onClick={() => pull.mutate({ month }, { onError: (error) => announce(documentOf(error).message, 'bad') })}
    >
      Pull {formatMonth(month)}
    </Button>
  );
}

function Breadcrumb({ month }: { month: string | null }) {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const link = 'text-muted hover:text-ink';
  if (path.startsWith('/activity')) return <Trail>Activity</Trail>;
  if (path.startsWith('/simulate')) return <Trail>Simulate</Trail>;
  if (path.startsWith('/home')) return <Trail>Home</Trail>;
  if (path === '/settings') return <Trail>Settings</Trail>;
  if (path.startsWith('/settings') || path === '/meter') {
    return (
      <Crumbs last={path === '/meter' ? 'Health of a meter' : 'Meter'}>
        <Link to="/settings" className={link}>
          Settings
        </Link>
      </Crumbs>
    );
  }
  if (path.startsWith('/proof')) {
    return (
      <Crumbs last="Engine proof">
        <Link to="/invoices" className={link}>
          Invoices
        </Link>
      </Crumbs>
    );
  }
  const isInvoices = path.startsWith('/invoices');
  const isLate = path.startsWith('/late');
  if (month === null) return <Trail>{isInvoices ? 'Invoices' : isLate ? 'Late usage' : 'Months'}</Trail>;
  const name = formatMonth(month);
  if (isLate) {
    return (
      <Crumbs last={name}>
        <Link to="/late" className={link}>
          Late usage
        </Link>
      </Crumbs>
    );
  }
  if (isInvoices) {
    const root = (
      <Link key="root" to="/invoices" className={link}>
        Invoices
      </Link>
    );
    if (!path.endsWith('/invoice')) return <Crumbs last={name}>{root}</Crumbs>;
    return (
      <Crumbs last="Invoice">
        {root}
        <Link key="month" to="/invoices/$month" params={{ month }} search={{}} className={link}>
          {name}
        </Link>
      </Crumbs>
    );
  }
  const root = (
    <Link key="root" to="/months" className={link}>
      Months
    </Link>
  );
  if (!path.endsWith('/cell')) return <Crumbs last={name}>{root}</Crumbs>;
  return (
    <Crumbs last="Cell">
      {root}
      <Link key="month" to="/months/$month" params={{ month }} className={link}>
        {name}
      </Link>
    </Crumbs>
  );
}

/** The way here, the page itself last. */
function Crumbs({ last, children }: { last: string; children: ReactNode }) {
  return (
    <nav aria-label="Breadcrumb" className="flex items-center gap-1.5 whitespace-nowrap">
      {Children.map(children, (child) => (
        <>
          {child}
          <ChevronRight size={13} aria-hidden="true" className="text-faint" />
        </>
      ))}
      <span aria-current="page" className="font-medium">
        {last}
      </span>
    </nav>
  );
}

function Trail({ children }: { children: string }) {
  return (
    <nav aria-label="Breadcrumb" className="font-medium">
      <span aria-current="page">{children}</span>
    </nav>
  );
}
