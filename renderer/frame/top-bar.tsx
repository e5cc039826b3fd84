import { Link, useCanGoBack, useRouter, useRouterState } from '@tanstack/react-router';
import { ArrowLeft, ChevronRight, Link2, RefreshCw, Search } from 'lucide-react';
import { Button, IconButton, Key } from '../components/button.tsx';
import { documentOf } from '../data/errors.ts';
import { isRunning, useJobs, usePull } from '../data/jobs.ts';
import { useMonthsMatrix } from '../data/months.ts';
import { useWorkspace } from '../data/workspace.ts';
import { jobTitle, progressOf } from '../format/job.ts';
import { formatMonth } from '../format/time.ts';
import { useAnnounce } from './announcer.tsx';
import { usePresent } from './clock.ts';
import { crumbsOf, parentOf } from './crumbs.ts';
import { freshnessOf } from './freshness.ts';
import { useMonthInAddress } from './month-in-address.ts';
import { PALETTE_KEY } from './shortcuts.ts';
import { useAppearance } from './theme.ts';
import { useShownTitle } from './title.ts';

const DOT = { fresh: 'bg-measured', partial: 'bg-billed', none: 'border border-line-strong' } as const;

/** Where we are, how fresh the data is, search, and the main action. */
export function TopBar({ onSearch, onCopyLink }: { onSearch: () => void; onCopyLink: () => void }) {
  useAppearance();
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
      <Breadcrumb />
      <span className="min-w-0 flex-1" />
      {matrix !== undefined && (
        <span
          className="flex shrink-0 items-center gap-1.5 whitespace-nowrap text-table text-muted"
          title={freshness.detail}
        >
          <span className={`size-1.5 rounded-full ${DOT[freshness.state]}`} />
          {month === null && shown !== undefined ? `${formatMonth(shown.month)} ` : ''}
          {freshness.text}
        </span>
      )}
      <IconButton label="Copy a link to this view" onClick={onCopyLink}>
        <Link2 size={15} aria-hidden="true" />
      </IconButton>
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

/** The way here, and one step back. */
function Breadcrumb() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const crumbs = crumbsOf(path, useShownTitle());
  const router = useRouter();
  const canGoBack = useCanGoBack();
  const parent = parentOf(crumbs);
  const back = (): void => {
    if (canGoBack) router.history.back();
    else if (parent !== null) router.history.push(parent);
  };
  return (
    <>
      <IconButton label="Back" onClick={back} disabled={!canGoBack && parent === null} className="-ml-2">
        <ArrowLeft size={15} aria-hidden="true" />
      </IconButton>
      <nav aria-label="Breadcrumb" className="-ml-2 min-w-0">
        <ol className="flex min-w-0 items-center gap-1.5 whitespace-nowrap">
          {crumbs.map(({ label, path: address }) =>
            address === null ? (
              <li key={label} className="min-w-0 truncate">
                <bdi aria-current="page" title={label} className="font-medium">
                  {label}
                </bdi>
              </li>
            ) : (
              <li key={address} className="flex items-center gap-1.5">
                <a href={router.history.createHref(address)} className="text-muted hover:text-ink">
                  {label}
                </a>
                <ChevronRight size={13} aria-hidden="true" className="shrink-0 text-faint" />
              </li>
            ),
          )}
        </ol>
      </nav>
    </>
  );
}
