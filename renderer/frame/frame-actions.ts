import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { documentOf } from '../data/errors.ts';
import { usePull } from '../data/jobs.ts';
import { useMonthsMatrix } from '../data/months.ts';
import { isDesktop } from '../data/transport.ts';
import { useWorkspace } from '../data/workspace.ts';
import { formatMonth } from '../format/time.ts';
import { useAnnounce } from './announcer.tsx';
import { linkTo } from './link.ts';
import { useMonthInAddress } from './month-in-address.ts';
import { isWorthKeeping, useRecentPages, withRecent } from './recent.ts';
import type { Shortcut } from './shortcuts.ts';
import { setDensity, setTheme, useDensity, useIsDark } from './theme.ts';
import { useShownTitle } from './title.ts';

/** Puts the address of the view at hand, with its filters and what is open, into the clipboard. */
export function useCopyLink(): () => void {
  const announce = useAnnounce();
  const path = useRouterState({ select: (state) => state.location.href });
  const workspace = useWorkspace().data?.name ?? null;
  return () => {
    const link = linkTo(path, workspace, isDesktop() ? null : window.location.origin);
    navigator.clipboard
      .writeText(link)
      .then(() => announce('Copied a link to this view.'))
      .catch(() => announce(`The link could not be put into the clipboard: ${link}`, 'bad'));
  };
}

/** What can be done on any page: the palette offers it, some of it has keys. */
export function useFrameActions(): readonly Shortcut[] {
  const isDark = useIsDark();
  const density = useDensity();
  const announce = useAnnounce();
  const navigate = useNavigate();
  const pull = usePull();
  const workspace = useWorkspace().data;
  const inAddress = useMonthInAddress();
  const pulled = useMonthsMatrix().data?.months.findLast((column) => column.cells > 0)?.month;
  const month = inAddress ?? pulled ?? workspace?.currentMonth ?? null;
  const isCompact = density === 'compact';
  return [
    {
      keys: 't',
      label: isDark ? 'Use the light theme' : 'Use the dark theme',
      run: () => setTheme(isDark ? 'light' : 'dark'),
    },
    {
      keys: 'd',
      label: isCompact ? 'Use normal rows' : 'Use compact rows',
      run: () => setDensity(isCompact ? 'normal' : 'compact'),
    },
    { keys: '', label: 'New workspace…', run: () => void navigate({ to: '/new' }) },
    ...(month === null
      ? []
      : [
          {
            keys: '',
            label: `Pull ${formatMonth(month)}`,
            run: () => pull.mutate({ month }, { onError: (error) => announce(documentOf(error).message, 'bad') }),
          },
        ]),
  ];
}

/** Keeps the cells, invoices and meters that were looked at, for the palette. */
export function useKeepRecent(): void {
  const path = useRouterState({ select: (state) => state.location.href });
  const label = useShownTitle();
  const [pages, setPages] = useRecentPages();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page is kept when it is looked at, not when the list changes
  useEffect(() => {
    if (!isWorthKeeping(path) || label === '' || label === 'Cell') return;
    const timer = setTimeout(() => setPages(withRecent(pages, { label, path })), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [path, label]);
}

/** A page that was left sooner was passed and not looked at. */
const SETTLED_MS = 1_000;
