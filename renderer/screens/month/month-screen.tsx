import { Link, useNavigate } from '@tanstack/react-router';
import { ArrowLeftRight, Lock, ReceiptText, RefreshCw, SlidersHorizontal } from 'lucide-react';
import { useCallback, useRef, useState } from 'react';
import type { CellRow, ExportFormat, MonthSummary } from '../../../shared/contract/schemas.ts';
import { Button, Key } from '../../components/button.tsx';
import { Prose } from '../../components/prose.tsx';
import { Empty, Failure, Skeleton, SkeletonFigures, SkeletonRows } from '../../components/states.tsx';
import { useCloseMonth } from '../../data/close.ts';
import { documentOf } from '../../data/errors.ts';
import { useMonthIncidents } from '../../data/incidents.ts';
import { usePull } from '../../data/jobs.ts';
import { useExportMonth, useMonthSummary } from '../../data/months.ts';
import { closeStateText } from '../../format/close-words.ts';
import { formatCount, formatQuantity } from '../../format/number.ts';
import { formatMonth, formatMonthLong, shiftMonth } from '../../format/time.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { useTitle } from '../../frame/title.ts';
import { CellDrawer } from '../cell/cell-drawer.tsx';
import { addressOf } from '../cell/cell-key.ts';
import { GatesRow, GatesRowSkeleton } from '../close/gates-row.tsx';
import { WhatIfDrawer } from '../what-if/what-if-drawer.tsx';
import { BilledGaps } from './billed-gaps.tsx';
import { CellsTable } from './cells-table.tsx';
import { ExportMenu } from './export-menu.tsx';
import { Filters } from './filters.tsx';
import { Incidents, IncidentsSkeleton } from './incidents.tsx';
import { MetersTable } from './meters-table.tsx';
import { filterOf, isFiltered, type MonthSearch, withoutFilters, withPart } from './month-search.ts';
import { currenciesOf, isAnyBilled, monthSentence } from './month-view.ts';
import { Quality } from './quality.tsx';
import { Totals } from './totals.tsx';

/** Words of a button: where a drawer takes the room, they are for screen readers alone, and the key goes. */
const ROOMY = 'sr-only @min-[760px]:not-sr-only';
const KEY = 'hidden @min-[760px]:inline';

/** One month: the sentence, the three totals, the meters, and every cell; a cell opens beside the table. */
export function MonthScreen({ month, search }: { month: string; search: MonthSearch }) {
  const scroller = useRef<HTMLDivElement>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  const summary = useMonthSummary(month);
  const closing = useCloseMonth(month);
  useMonthIncidents(month);
  const navigate = useNavigate();
  const announce = useAnnounce();
  const exporting = useExportMonth();
  const [isExportOpen, setExportOpen] = useState(false);

  const setSearch = useCallback(
    (next: MonthSearch, isReplacing = true) =>
      void navigate({ to: '/months/$month', params: { month }, search: next, replace: isReplacing }),
    [navigate, month],
  );
  const openPage = (row: CellRow): void =>
    void navigate({ to: '/months/$month/cell', params: { month }, search: addressOf(row) });
  const close = useCallback(() => {
    setSearch(withPart(search, 'open', undefined));
    document.querySelector<HTMLElement>('[data-cells]')?.focus({ preventScroll: true });
  }, [search, setSearch]);
  const goToCells = useCallback(() => {
    document.querySelector('#by-customer')?.scrollIntoView({ block: 'start' });
    document.querySelector<HTMLElement>('[data-cells]')?.focus({ preventScroll: true });
  }, []);
  const isUnexplainedChosen = search.causes?.length === 1 && search.causes[0] === 'unexplained';
  const startWhatIf = (): void => {
    const meter = search.open?.meter ?? search.meters?.[0] ?? summary.data?.meters[0]?.meter;
    if (meter !== undefined) setSearch({ ...withPart(search, 'open', undefined), whatIf: meter });
  };
  const startExport = (format: ExportFormat, what: 'filtered' | 'everything'): void =>
    exporting.mutate(
      { month, format, filter: what === 'filtered' ? filterOf(search) : {} },
      { onError: (error) => announce(documentOf(error).message, 'bad') },
    );

  useShortcuts([
    { keys: '/', label: 'Search the table', run: () => searchBox.current?.focus() },
    { keys: 'e', label: 'Export', run: () => setExportOpen(true) },
    {
      keys: 'l',
      label: 'Close and lock the month',
      run: () => void navigate({ to: '/months/$month/close', params: { month } }),
    },
    {
      keys: 'i',
      label: 'Go to the incidents',
      run: () =>
        document
          .querySelector<HTMLElement>('[data-incidents] [aria-expanded=true], [data-incidents] [data-incident]')
          ?.focus(),
    },
    { keys: 'w', label: 'What if a meter had another price', run: startWhatIf },
    {
      keys: 'Escape',
      label: 'Close or go back',
      run: () => {
        if (search.whatIf !== undefined) setSearch(withPart(search, 'whatIf', undefined));
        else if (search.open !== undefined) close();
        else setSearch(withoutFilters(search));
      },
    },
  ]);
  useTitle(formatMonth(month));

  const { data } = summary;
  const hasCells = data !== undefined && data.cells > 0;
  return (
    <div className="flex h-full min-w-0">
      <div ref={scroller} className="min-w-0 flex-1 overflow-y-auto overflow-x-hidden [scrollbar-gutter:stable]">
        <div className="@container px-6 pt-5">
          <div className="flex items-start gap-4">
            <div className="min-w-0 flex-1">
              <h1 className="flex items-baseline gap-3 text-title font-semibold tracking-[-0.01em]">
                {formatMonthLong(month)}
                {data !== undefined && (
                  <span className="text-body font-normal text-muted">
                    {closing.data !== undefined && hasCells
                      ? closeStateText(closing.data)
                      : data.isOpen
                        ? 'still open'
                        : 'ended'}
                  </span>
                )}
              </h1>
              {data === undefined ? (
                !summary.isError && (
                  <span className="mt-0.5 flex h-[22px] items-center">
                    <Skeleton width={380} />
                  </span>
                )
              ) : (
                <p className="mt-0.5 text-lead">{monthSentence(data)}</p>
              )}
            </div>
            {hasCells && (
              <span className="flex gap-2">
                <Link
                  to="/months/$month/close"
                  params={{ month }}
                  title={`Close ${formatMonth(month)} (l)`}
                  className="inline-flex h-7 items-center gap-1.5 rounded-md border border-line-strong px-2.5 font-medium whitespace-nowrap hover:bg-hover"
                >
                  <Lock size={13} aria-hidden="true" />
                  <span className={ROOMY}>Close…</span>
                  <span className={KEY}>
                    <Key>l</Key>
                  </span>
                </Link>
                <Link
                  to="/invoices/$month"
                  params={{ month }}
                  search={{}}
                  title={`Invoices of ${formatMonth(month)}`}
                  className="inline-flex h-7 items-center gap-1.5 rounded-md border border-line-strong px-2.5 font-medium whitespace-nowrap hover:bg-hover"
                >
                  <ReceiptText size={13} aria-hidden="true" />
                  <span className={ROOMY}>Invoices</span>
                </Link>
                <Link
                  to="/compare"
                  search={{ from: shiftMonth(month, -1), to: month }}
                  title={`Compare with ${formatMonth(shiftMonth(month, -1))}`}
                  className="inline-flex h-7 items-center gap-1.5 rounded-md border border-line-strong px-2.5 font-medium whitespace-nowrap hover:bg-hover"
                >
                  <ArrowLeftRight size={13} aria-hidden="true" />
                  <span className={ROOMY}>Compare</span>
                </Link>
                <Button
                  onClick={startWhatIf}
                  title="What if a meter had another price (w)"
                  icon={<SlidersHorizontal size={13} aria-hidden="true" />}
                >
                  <span className={ROOMY}>What if</span>
                  <span className={KEY}>
                    <Key>w</Key>
                  </span>
                </Button>
                <ExportMenu
                  isOpen={isExportOpen}
                  isPending={exporting.isPending}
                  isFiltered={isFiltered(search)}
                  isLocked={(closing.data?.lock ?? null) !== null}
                  wordClass={ROOMY}
                  keyClass={KEY}
                  onOpenChange={setExportOpen}
                  onExport={startExport}
                />
              </span>
            )}
          </div>
          {summary.isError && (
            <div className="mt-4">
              <Failure
                document={documentOf(summary.error)}
                meaning="No figure of this month can be shown until this is mended."
                onRetry={() => void summary.refetch()}
              />
            </div>
          )}
          {summary.isPending && <MonthSkeleton />}
          {data !== undefined && !hasCells && <NothingPulled month={month} />}
          {hasCells && (
            <>
              {closing.data === undefined ? (
                !closing.isError && <GatesRowSkeleton />
              ) : (
                <GatesRow close={closing.data} />
              )}
              <Totals summary={data} />
              <Incidents
                month={month}
                chosen={search.incident}
                isUnexplainedChosen={isUnexplainedChosen}
                currencies={currenciesOf(data)}
                onChoose={(incident) =>
                  setSearch({ ...withoutFilters(search), ...(incident === undefined ? {} : { incident }) })
                }
                onUnexplained={() =>
                  setSearch({ ...withoutFilters(search), ...(isUnexplainedChosen ? {} : { causes: ['unexplained'] }) })
                }
                onGo={goToCells}
              />
              <BilledGaps summary={data} onShow={(billing) => setSearch(withPart(search, 'billing', billing))} />
              <Warnings summary={data} />
              <Quality
                quality={data.quality}
                onShow={({ meters, customer, isUnmapped }) =>
                  setSearch({
                    ...withoutFilters(search),
                    meters,
                    ...(isUnmapped ? { verdicts: ['unmapped'] as const } : {}),
                    ...(customer === null || isUnmapped ? {} : { q: customer }),
                  })
                }
              />
              <MetersTable
                summary={data}
                selected={search.meters}
                onSelect={(meter) => {
                  const isAlone = search.meters?.length === 1 && search.meters[0] === meter;
                  setSearch(withPart(search, 'meters', isAlone ? undefined : [meter]));
                }}
              />
              <h2 id="by-customer" className="mt-7 text-lead font-semibold">
                By customer
              </h2>
            </>
          )}
        </div>
        {hasCells && (
          <div className="px-6">
            <Filters ref={searchBox} summary={data} search={search} onSearch={setSearch} />
            <CellsTable
              month={month}
              search={search}
              currencies={currenciesOf(data)}
              isBilled={isAnyBilled(data)}
              scroller={scroller}
              onSearch={setSearch}
              onOpenPage={openPage}
            />
          </div>
        )}
      </div>
      {search.whatIf !== undefined && (
        <WhatIfDrawer
          month={month}
          meter={search.whatIf}
          onMeter={(meter) => setSearch({ ...search, whatIf: meter })}
          onClose={() => setSearch(withPart(search, 'whatIf', undefined))}
        />
      )}
      {search.open !== undefined && search.whatIf === undefined && (
        <CellDrawer cell={{ month, ...search.open }} onClose={close} />
      )}
    </div>
  );
}

/** Bars where the figures, the meters and the cells will be. */
function MonthSkeleton() {
  return (
    <>
      <GatesRowSkeleton />
      <div className="mt-5">
        <SkeletonFigures count={5} />
      </div>
      <IncidentsSkeleton />
      <span className="mt-7 mb-1 flex h-[22px] items-center">
        <Skeleton width={64} />
      </span>
      <SkeletonRows rows={6} label="Loading the month" />
      <span className="mt-7 mb-[44px] flex h-[22px] items-center">
        <Skeleton width={88} />
      </span>
      <SkeletonRows rows={8} label="Loading the cells" />
    </>
  );
}

function NothingPulled({ month }: { month: string }) {
  const pull = usePull();
  const announce = useAnnounce();
  return (
    <div className="mt-6">
      <Empty
        title={`${formatMonth(month)} has not been pulled`}
        action={
          <Button
            kind="primary"
            disabled={pull.isPending}
            icon={<RefreshCw size={13} aria-hidden="true" />}
            onClick={() => pull.mutate({ month }, { onError: (error) => announce(documentOf(error).message, 'bad') })}
          >
            Pull {formatMonth(month)}
          </Button>
        }
      >
        Once it is pulled, this page holds the three totals, a line per meter and a line per customer, with every
        difference named, explained and priced.
      </Empty>
    </div>
  );
}

/** What is missing, and which totals it touches. */
function Warnings({ summary }: { summary: MonthSummary }) {
  const { unconfiguredMeters, skippedIdle } = summary;
  const warnings = summary.warnings.filter(
    ({ code }) => code !== 'stripe.meter_unconfigured' || unconfiguredMeters.length === 0,
  );
  if (warnings.length === 0 && unconfiguredMeters.length === 0 && skippedIdle === 0) return null;
  return (
    <ul className="mt-4 space-y-1 border-l-2 border-line-strong pl-3 text-muted">
      {warnings.map((warning) => (
        <li key={`${warning.path} ${warning.message}`}>
          <span className="text-ink">
            <Prose text={warning.message} />
          </span>{' '}
          {warning.remedy !== undefined && <Prose text={warning.remedy} />}
        </li>
      ))}
      {unconfiguredMeters.map(({ eventName, metered }) => (
        <li key={eventName}>
          <span className="text-ink">
            Stripe also holds {formatQuantity(metered)} of <code className="font-mono text-table">{eventName}</code>,
            which is not compared.
          </span>{' '}
          Add the meter to tieout.yaml, so that it is tied out too.
        </li>
      ))}
      {skippedIdle > 0 && <li>{formatCount(skippedIdle)} idle cells were left out of the pull.</li>}
    </ul>
  );
}
