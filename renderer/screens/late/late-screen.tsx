import { Link, Navigate, useNavigate } from '@tanstack/react-router';
import { useCallback, useRef, useState } from 'react';
import type { LateEngine, LateSummary } from '../../../shared/contract/late-schemas.ts';
import { MonthMenu } from '../../components/month-menu.tsx';
import { Prose } from '../../components/prose.tsx';
import { Empty, Failure, Skeleton, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useExportLate, useLateSummary } from '../../data/late.ts';
import { useMonthsMatrix } from '../../data/months.ts';
import { useWorkspace } from '../../data/workspace.ts';
import { formatMonth, shiftMonth } from '../../format/time.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { useTitle } from '../../frame/title.ts';
import { Completeness } from './completeness.tsx';
import { ExportMenu } from './export-menu.tsx';
import { HeatMap } from './heat-map.tsx';
import { LateDrawer } from './late-drawer.tsx';
import { LateFigures } from './late-figures.tsx';
import { LateFilters } from './late-filters.tsx';
import { type LateSearch, withoutFilters, withPart } from './late-search.ts';
import { LateTable } from './late-table.tsx';
import { lateSentence } from './late-view.ts';

/** The newest month that has ended and holds anything: the open one cannot be late. */
export function NewestLate() {
  const matrix = useMonthsMatrix();
  const current = useWorkspace().data?.currentMonth;
  if (matrix.isPending) return <div role="status" aria-label="Looking for the newest month" />;
  const newest =
    matrix.data?.months.filter(({ state, isOpen }) => state !== 'empty' && !isOpen).at(-1)?.month ?? current;
  return newest === undefined ? null : <Navigate to="/late/$month" params={{ month: newest }} replace />;
}

/** What arrived after a month was billed, what to correct, and what becomes of it. */
export function LateScreen({ month, search }: { month: string; search: LateSearch }) {
  const scroller = useRef<HTMLDivElement>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  const [isExportOpen, setExportOpen] = useState(false);
  const navigate = useNavigate();
  const announce = useAnnounce();
  const summary = useLateSummary(month);
  const exportCsv = useExportLate();
  const months = useWorkspace().data?.months ?? [];
  const setSearch = useCallback(
    (next: LateSearch, isReplacing = true) =>
      void navigate({ to: '/late/$month', params: { month }, search: next, replace: isReplacing }),
    [navigate, month],
  );
  const close = useCallback(() => {
    setSearch(withPart(search, 'open', undefined));
    document.querySelector<HTMLElement>('[data-lates]')?.focus({ preventScroll: true });
  }, [search, setSearch]);
  const startExport = (engine: LateEngine): void =>
    exportCsv.mutate({ month, engine }, { onError: (error) => announce(documentOf(error).message, 'bad') });
  const { data } = summary;
  const hasRows = data !== undefined && data.rows > 0;
  useShortcuts([
    { keys: '/', label: 'Search the table', run: () => searchBox.current?.focus() },
    {
      keys: 'e',
      label: 'Export',
      run: () => {
        // The menu hangs on its button, which may have scrolled away.
        scroller.current?.scrollTo({ top: 0 });
        setExportOpen(hasRows);
      },
    },
    {
      keys: 'Escape',
      label: 'Close or clear the filters',
      run: () => (search.open === undefined ? setSearch(withoutFilters(search)) : close()),
    },
  ]);
  useTitle(`Late usage, ${formatMonth(month)}`);
  return (
    <div className="flex h-full min-w-0">
      <div ref={scroller} className="min-w-0 flex-1 overflow-y-auto overflow-x-hidden [scrollbar-gutter:stable]">
        <div className="@container px-6 pt-5">
          <div className="flex items-start gap-4">
            <div className="min-w-0 flex-1">
              <h1 className="text-title font-semibold tracking-[-0.01em]">Late usage</h1>
              {data === undefined ? (
                !summary.isError && (
                  <span className="mt-0.5 flex h-[22px] items-center">
                    <Skeleton width={420} />
                  </span>
                )
              ) : (
                <p className="mt-0.5 text-lead">{lateSentence(data)}</p>
              )}
            </div>
            {hasRows && (
              <ExportMenu
                isOpen={isExportOpen}
                isPending={exportCsv.isPending}
                onOpenChange={setExportOpen}
                onExport={startExport}
              />
            )}
            <MonthMenu
              label="Month"
              month={month}
              months={[...months].reverse()}
              onChoose={(next) => {
                if (next !== null) void navigate({ to: '/late/$month', params: { month: next }, search: {} });
              }}
            />
          </div>
          {summary.isError && (
            <div className="mt-4">
              <Failure
                document={documentOf(summary.error)}
                meaning="What arrived late cannot be shown until this is mended; what was decided is kept."
                onRetry={() => void summary.refetch()}
              />
            </div>
          )}
          {summary.isPending && <LateSkeleton />}
          {data !== undefined && <Overview summary={data} />}
        </div>
        {hasRows && (
          <div className="px-6 pt-4">
            <LateFilters ref={searchBox} summary={data} search={search} onSearch={setSearch} />
            <LateTable
              month={month}
              search={search}
              currencies={data.totals.map(({ currency }) => currency)}
              scroller={scroller}
              onSearch={setSearch}
            />
          </div>
        )}
      </div>
      {search.open !== undefined && <LateDrawer correction={{ month, ...search.open }} onClose={close} />}
    </div>
  );
}

/** Figures, how complete the month is, and when usage came. */
function Overview({ summary }: { summary: LateSummary }) {
  const { month, rows, totals, completeness, heat } = summary;
  const hasHeat = heat.meters.length > 0 || heat.money !== null;
  return (
    <>
      {rows === 0 ? <NoLateUsage summary={summary} /> : <LateFigures totals={totals} />}
      <Warnings summary={summary} />
      {(completeness.length > 0 || hasHeat) && (
        <div className="mt-6 grid gap-x-8 gap-y-6 @min-[920px]:grid-cols-[minmax(0,1.15fr)_minmax(0,1fr)]">
          {hasHeat && <HeatMap heat={heat} month={month} />}
          {completeness.length > 0 && (
            <Completeness meters={completeness} end={`${shiftMonth(month, 1)}-01T00:00:00Z`} />
          )}
        </div>
      )}
    </>
  );
}

/** What is missing, and what it touches. */
function Warnings({ summary: { warnings } }: { summary: LateSummary }) {
  if (warnings.length === 0) return null;
  return (
    <ul className="mt-4 space-y-1 border-l-2 border-line-strong pl-3 text-muted">
      {warnings.map(({ message, remedy }) => (
        <li key={message}>
          <span className="text-ink">
            <Prose text={message} />
          </span>{' '}
          {remedy !== undefined && <Prose text={remedy} />}
        </li>
      ))}
    </ul>
  );
}

const LINK = 'inline-flex h-7 items-center rounded-md border border-line-strong px-2.5 font-medium hover:bg-hover';

function NoLateUsage({ summary: { month, state, asOf } }: { summary: LateSummary }) {
  const name = formatMonth(month);
  const before = shiftMonth(month, -1);
  const isPulled = asOf.clickhouse !== null || asOf.stripe !== null;
  if (state === 'not_billed') {
    return (
      <div className="mt-6">
        <Empty
          title={isPulled ? `${name} is not billed yet` : `${name} has not been pulled`}
          action={
            <span className="flex gap-2">
              {!isPulled && (
                <Link to="/months/$month" params={{ month }} search={{}} className={LINK}>
                  Go to {name}
                </Link>
              )}
              <Link to="/late/$month" params={{ month: before }} search={{}} className={LINK}>
                Late usage of {formatMonth(before)}
              </Link>
            </span>
          }
        >
          Once its invoices are finalised and pulled, what they billed is recorded. Usage that arrives afterwards stands
          here, with the correction that it takes.
        </Empty>
      </div>
    );
  }
  return (
    <div className="mt-6">
      <Empty title="The books are true to their period">
        Every invoice of {name} bills what is measured of it now, as of the last pull. Usage that arrives later stands
        here after the next one.
      </Empty>
    </div>
  );
}

function LateSkeleton() {
  return (
    <>
      <div className="mt-5 flex h-[68px] gap-10">
        {['late', 'undecided', 'carried', 'waived'].map((word) => (
          <span key={word} className="flex flex-col gap-2">
            <Skeleton width={56} height={12} />
            <Skeleton width={120} height={26} />
            <Skeleton width={84} height={10} />
          </span>
        ))}
      </div>
      <div className="mt-6 mb-[60px] grid gap-x-8 gap-y-6 @min-[920px]:grid-cols-[minmax(0,1.15fr)_minmax(0,1fr)]">
        {['arrivals', 'meters'].map((part) => (
          <span key={part} className="flex h-[190px] flex-col gap-[13px]">
            {['42%', '100%', '100%', '100%', '100%', '100%', '100%'].map((width, line) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: identical bars have no other identity
              <Skeleton key={line} width={width} height={14} />
            ))}
          </span>
        ))}
      </div>
      <SkeletonRows rows={8} label="Loading late usage" />
    </>
  );
}
