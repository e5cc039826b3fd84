import { Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import type { Job } from '../../shared/contract/schemas.ts';
import { Failure } from '../components/states.tsx';
import { documentOf } from '../data/errors.ts';
import { useJobEvents } from '../data/jobs.ts';
import { useMonthsMatrix } from '../data/months.ts';
import { loadPreferences } from '../data/preferences.ts';
import { useWorkspace } from '../data/workspace.ts';
import { endSentence } from '../format/job.ts';
import { shiftMonth } from '../format/time.ts';
import { HomeScreen } from '../screens/home/home-screen.tsx';
import { openingSearch } from '../screens/month/month-search.ts';
import { NewScreen } from '../screens/new/new-screen.tsx';
import { useAnnounce } from './announcer.tsx';
import { useCopyLink, useFrameActions, useKeepRecent } from './frame-actions.ts';
import { LinkedWorkspace } from './linked-workspace.tsx';
import { useIsAmongInvoices, useIsLate, useMonthInAddress } from './month-in-address.ts';
import { PAGES } from './pages.ts';
import { Palette } from './palette.tsx';
import { Rail } from './rail.tsx';
import { ShortcutSheet } from './shortcut-sheet.tsx';
import { useShortcuts } from './shortcuts.ts';
import { TopBar } from './top-bar.tsx';

/** Rail, top bar and the page; without a workspace the Home screen alone. */
export function Frame() {
  const workspace = useWorkspace();
  const path = useLocation({ select: ({ pathname }) => pathname });
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
        <LinkedWorkspace />
        {path === '/new' ? <NewScreen /> : <HomeScreen />}
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
  const folder = workspace?.folder;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was chosen for a workspace is read when another one is opened
  useEffect(() => void loadPreferences(), [folder]);
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
  const link = useCopyLink();
  const actions = useFrameActions();
  useKeepRecent();
  useShortcuts(
    [
      { keys: 'mod+k', label: 'Search and commands', run: () => setPaletteOpen(true) },
      ...PAGES.map(({ keys, label, target }) => ({ keys, label, run: () => void navigate(target(month)) })),
      { keys: '[', label: 'Previous month', run: () => step(-1) },
      { keys: ']', label: 'Next month', run: () => step(1) },
      { keys: 'y', label: 'Copy a link to this view', run: link },
      ...actions,
      { keys: '?', label: 'All shortcuts', run: () => setSheetOpen(true) },
    ],
    'everywhere',
  );
  return (
    <div className="grid h-full grid-cols-[var(--rail-width)_minmax(0,1fr)]">
      <Rail onShortcuts={() => setSheetOpen(true)} />
      <div className="flex min-h-0 min-w-0 flex-col">
        <TopBar onSearch={() => setPaletteOpen(true)} onCopyLink={link} />
        <LinkedWorkspace />
        <main className="min-h-0 flex-1">
          <Outlet />
        </main>
      </div>
      <Palette isOpen={isPaletteOpen} onOpenChange={setPaletteOpen} />
      <ShortcutSheet isOpen={isSheetOpen} onOpenChange={setSheetOpen} />
    </div>
  );
}
