import { Outlet, useNavigate } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import type { Job } from '../../shared/contract/schemas.ts';
import { Failure } from '../components/states.tsx';
import { documentOf } from '../data/errors.ts';
import { useJobEvents } from '../data/jobs.ts';
import { useMonthsMatrix } from '../data/months.ts';
import { useWorkspace } from '../data/workspace.ts';
import { endSentence } from '../format/job.ts';
import { shiftMonth } from '../format/time.ts';
import { HomeScreen } from '../screens/home/home-screen.tsx';
import { openingSearch } from '../screens/month/month-search.ts';
import { useAnnounce } from './announcer.tsx';
import { useIsAmongInvoices, useIsLate, useMonthInAddress } from './month-in-address.ts';
import { Palette } from './palette.tsx';
import { Rail } from './rail.tsx';
import { ShortcutSheet } from './shortcut-sheet.tsx';
import { type Shortcut, useShortcuts } from './shortcuts.ts';
import { setTheme, useIsDark } from './theme.ts';
import { TopBar } from './top-bar.tsx';

/** Rail, top bar and the page; without a workspace the Home screen alone. */
export function Frame() {
  const workspace = useWorkspace();
  const announce = useAnnounce();
  const navigate = useNavigate();
  const onEnd = useCallback(
    (job: Job) => {
      if (job.kind === 'demo' && job.state === 'done') void navigate({ to: '/months' });
      announce(endSentence(job), job.state === 'failed' ? 'bad' : 'plain');
    },
    [announce, navigate],
  );
  useJobEvents(onEnd);
  if (workspace.isError) {
    return (
      <main className="mx-auto max-w-[640px] p-10">
        <Failure document={documentOf(workspace.error)} onRetry={() => void workspace.refetch()} />
      </main>
    );
  }
  if (workspace.data === undefined) return <div role="status" aria-label="Opening the workspace" />;
  if (workspace.data === null) {
    return (
      <main className="h-full overflow-auto">
        <HomeScreen />
      </main>
    );
  }
  return <WorkspaceFrame />;
}

function WorkspaceFrame() {
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const [isSheetOpen, setSheetOpen] = useState(false);
  const navigate = useNavigate();
  const month = useMonthInAddress();
  const isAmongInvoices = useIsAmongInvoices();
  const isLate = useIsLate();
  const workspace = useWorkspace().data;
  const isDark = useIsDark();
  const months = useMonthsMatrix().data?.months;
  const step = (count: number) => {
    const target = shiftMonth(month ?? workspace?.currentMonth ?? '2000-01', month === null ? 0 : count);
    if (isAmongInvoices) {
      void navigate({ to: '/invoices/$month', params: { month: target }, search: {} });
      return;
    }
    if (isLate) {
      void navigate({ to: '/late/$month', params: { month: target }, search: {} });
      return;
    }
    const column = months?.find((candidate) => candidate.month === target);
    void navigate({ to: '/months/$month', params: { month: target }, search: openingSearch(column) });
  };
  const shortcuts: readonly Shortcut[] = [
    { keys: 'mod+k', label: 'Search and commands', run: () => setPaletteOpen(true) },
    { keys: 'g m', label: 'Months', run: () => void navigate({ to: '/months' }) },
    { keys: 'g i', label: 'Invoices', run: () => void navigate(invoicesOf(month)) },
    { keys: 'g s', label: 'Simulate', run: () => void navigate({ to: '/simulate', search: {} }) },
    { keys: 'g l', label: 'Late usage', run: () => void navigate(lateOf(month)) },
    { keys: 'g e', label: 'Engine proof', run: () => void navigate({ to: '/proof', search: {} }) },
    { keys: 'g ,', label: 'Settings', run: () => void navigate({ to: '/settings' }) },
    { keys: 'g a', label: 'Activity', run: () => void navigate({ to: '/activity' }) },
    { keys: 'g h', label: 'Home', run: () => void navigate({ to: '/home' }) },
    { keys: '[', label: 'Previous month', run: () => step(-1) },
    { keys: ']', label: 'Next month', run: () => step(1) },
    { keys: 't', label: 'Light or dark', run: () => setTheme(isDark ? 'light' : 'dark') },
    { keys: '?', label: 'All shortcuts', run: () => setSheetOpen(true) },
  ];
  useShortcuts(shortcuts);
  return (
    <div className="grid h-full grid-cols-[var(--rail-width)_minmax(0,1fr)]">
      <Rail onShortcuts={() => setSheetOpen(true)} />
      <div className="flex min-h-0 min-w-0 flex-col">
        <TopBar onSearch={() => setPaletteOpen(true)} />
        <main className="min-h-0 flex-1">
          <Outlet />
        </main>
      </div>
      <Palette isOpen={isPaletteOpen} onOpenChange={setPaletteOpen} onShortcuts={() => setSheetOpen(true)} />
      <ShortcutSheet isOpen={isSheetOpen} onOpenChange={setSheetOpen} shortcuts={shortcuts} />
    </div>
  );
}

/** The invoices of the month at hand, else of the newest one. */
const invoicesOf = (month: string | null) =>
  month === null
    ? ({ to: '/invoices' } as const)
    : ({ to: '/invoices/$month', params: { month }, search: {} } as const);

/** Late usage of the month at hand, else of the newest one that has ended. */
const lateOf = (month: string | null) =>
  month === null ? ({ to: '/late' } as const) : ({ to: '/late/$month', params: { month }, search: {} } as const);
