import { Link, Navigate, useNavigate } from '@tanstack/react-router';
import { ArrowLeftRight, ArrowRight, ChevronRight, Download } from 'lucide-react';
import { useCallback, useRef } from 'react';
import type { FluxBasis, FluxSummaryView } from '../../../shared/contract/compare-schemas.ts';
import { Button, IconButton, Key } from '../../components/button.tsx';
import { MonthMenu } from '../../components/month-menu.tsx';
import { Sentence } from '../../components/sentence.tsx';
import { Empty, Failure, Skeleton, SkeletonFigures, SkeletonRows } from '../../components/states.tsx';
import { useComparison, useExportComparison } from '../../data/compare.ts';
import { documentOf } from '../../data/errors.ts';
import { usePull } from '../../data/jobs.ts';
import { useMonthsMatrix } from '../../data/months.ts';
import { useWorkspace } from '../../data/workspace.ts';
import { BASIS_WORDS, LACK_WORDS } from '../../format/flux-words.ts';
import { formatCount } from '../../format/number.ts';
import { formatMonth, shiftMonth } from '../../format/time.ts';
import { meterLabel, plural } from '../../format/words.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { useTitle } from '../../frame/title.ts';
import {
  type CompareSearch,
  filterOf,
  type MonthsSearch,
  requestOf,
  withMonths,
  withoutFilters,
  withPart,
} from './compare-search.ts';
import { byWeight, comparisonSentence, lackingSentence } from './compare-view.ts';
import { CurrencySection, FoldedSection } from './currency-section.tsx';
import { FluxDrawer } from './flux-drawer.tsx';
import { FluxFilters } from './flux-filters.tsx';
import { FluxTable } from './flux-table.tsx';

/** Fills in the months that an address leaves out: the newest one with anything in it, and the one before. */
export function CompareScreen({ search }: { search: CompareSearch }) {
  const matrix = useMonthsMatrix();
  const current = useWorkspace().data?.currentMonth;
  const { from, to } = search;
  if (from !== undefined && to !== undefined) {
    return <Comparison key={`${from} ${to}`} search={{ ...search, from, to }} />;
  }
  if (from === undefined && to === undefined && matrix.isPending) {
    return <div role="status" aria-label="Looking for the newest months" />;
  }
  const newest = matrix.data?.months.filter(({ state }) => state !== 'empty').at(-1)?.month ?? current;
  const second = to ?? (from === undefined ? newest : shiftMonth(from, 1));
  if (second === undefined) return null;
  return <Navigate to="/compare" search={{ ...search, from: from ?? shiftMonth(second, -1), to: second }} replace />;
}

const KEY = 'hidden @min-[760px]:inline';

/** Two months side by side: the sentence, the picture, who moved most, the meters, and every row. */
function Comparison({ search }: { search: MonthsSearch }) {
  const scroller = useRef<HTMLDivElement>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  const announce = useAnnounce();
  const exportCsv = useExportComparison();
  const { from, to } = search;
  // Thresholds of one's own are asked for together with those that stand in tieout.yaml, which the first answer tells.
  const plain = useComparison(requestOf(search, undefined));
  const request = requestOf(search, plain.data?.defaults);
  const summary = useComparison(request);
  const setSearch = useCallback(
    (next: MonthsSearch, isReplacing = true) => void navigate({ to: '/compare', search: next, replace: isReplacing }),
    [navigate],
  );
  const close = useCallback(() => {
    setSearch(withPart(search, 'open', undefined));
    document.querySelector<HTMLElement>('[data-fluxs]')?.focus({ preventScroll: true });
  }, [search, setSearch]);
  const { data } = summary;
  const hasRows = data !== undefined && data.totals.length > 0;
  const startExport = (): void => {
    if (!hasRows) return;
    exportCsv.mutate(
      { ...request, filter: filterOf(search) },
      { onError: (error) => announce(documentOf(error).message, 'bad') },
    );
  };
  const step = (count: number): void =>
    setSearch(withMonths(search, { from: shiftMonth(from, count), to: shiftMonth(to, count) }), false);
  useShortcuts([
    { keys: '/', label: 'Search the table', run: () => searchBox.current?.focus() },
    { keys: 'e', label: 'Export', run: startExport },
    {
      keys: 'm',
      label: 'Material changes alone',
      run: () => setSearch(withPart(search, 'material', search.material === true ? undefined : true)),
    },
    { keys: '[', label: 'Both months one back', run: () => step(-1) },
    { keys: ']', label: 'Both months one on', run: () => step(1) },
    {
      keys: 'Escape',
      label: 'Close or clear the filters',
      run: () => (search.open === undefined ? setSearch(withoutFilters(search)) : close()),
    },
  ]);
  useTitle(`${formatMonth(from)} against ${formatMonth(to)}`);
  return (
    <div className="flex h-full min-w-0">
      <div ref={scroller} className="min-w-0 flex-1 overflow-y-auto overflow-x-hidden [scrollbar-gutter:stable]">
        <div className="@container px-6 pt-5">
          <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
            <h1 className="text-title font-semibold tracking-[-0.01em]">Compare months</h1>
            <span className="flex items-center gap-2">
              <Months search={search} onSearch={setSearch} />
              <Basis search={search} basis={data?.basis} onSearch={setSearch} />
              {hasRows && (
                <Button
                  onClick={startExport}
                  disabled={exportCsv.isPending}
                  title="Export the filtered rows as CSV (e)"
                  icon={<Download size={13} aria-hidden="true" />}
                >
                  <span className="sr-only @min-[760px]:not-sr-only">Export CSV</span>
                  <span className={KEY}>
                    <Key>e</Key>
                  </span>
                </Button>
              )}
            </span>
          </div>
          {data === undefined ? (
            !summary.isError && (
              <span className="mt-1 flex h-[22px] items-center">
                <Skeleton width={520} />
              </span>
            )
          ) : (
            <p className="tabular mt-1 text-lead">
              <Sentence text={comparisonSentence(data)} />
            </p>
          )}
          {summary.isError && (
            <div className="mt-4">
              <Failure
                document={documentOf(summary.error)}
                meaning="The two months cannot be compared until this is mended."
                onRetry={() => void summary.refetch()}
              />
            </div>
          )}
          {summary.isPending && <ComparisonSkeleton />}
          {data !== undefined && <Overview summary={data} search={search} onSearch={setSearch} />}
        </div>
        {hasRows && (
          <div className="px-6 pt-5">
            <h2 className="text-lead font-semibold">By customer</h2>
            <FluxFilters ref={searchBox} summary={data} search={search} onSearch={setSearch} />
            <FluxTable summary={data} request={request} search={search} scroller={scroller} onSearch={setSearch} />
          </div>
        )}
      </div>
      {search.open !== undefined && (
        <FluxDrawer
          flux={{ from, to, ...(search.basis === undefined ? {} : { basis: search.basis }), ...search.open }}
          onClose={close}
        />
      )}
    </div>
  );
}

/** The two months, and the way back from the one to the other. */
function Months({ search, onSearch }: { search: MonthsSearch; onSearch: (search: MonthsSearch) => void }) {
  const { from, to } = search;
  const known = useWorkspace().data?.months ?? [];
  const months = [...new Set([...known, from, to])].sort().reverse();
  return (
    <span className="flex items-center gap-1.5">
      <MonthMenu
        label="From"
        month={from}
        months={months}
        onChoose={(month) => onSearch(withMonths(search, { from: month ?? from, to }))}
      />
      <ArrowRight size={13} aria-hidden="true" className="text-muted" />
      <MonthMenu
        label="To"
        month={to}
        months={months}
        onChoose={(month) => onSearch(withMonths(search, { from, to: month ?? to }))}
      />
      <IconButton label="The other way round" onClick={() => onSearch(withMonths(search, { from: to, to: from }))}>
        <ArrowLeftRight size={14} aria-hidden="true" />
      </IconButton>
    </span>
  );
}

/** What the amounts are; without a choice, what both months have. */
function Basis({
  search,
  basis,
  onSearch,
}: {
  search: MonthsSearch;
  basis: FluxBasis | undefined;
  onSearch: (search: MonthsSearch) => void;
}) {
  return (
    <select
      aria-label="What is compared"
      title={basis === undefined ? undefined : BASIS_WORDS[basis].meaning}
      value={search.basis ?? basis ?? 'billed'}
      onChange={({ target }) =>
        onSearch(withPart(withPart(search, 'open', undefined), 'basis', target.value as FluxBasis))
      }
      className="h-7 rounded-md border border-line-strong bg-page px-1.5 hover:bg-hover"
    >
      {(Object.keys(BASIS_WORDS) as FluxBasis[]).map((each) => (
        <option key={each} value={each}>
          {BASIS_WORDS[each].word}
        </option>
      ))}
    </select>
  );
}

function Overview({
  summary,
  search,
  onSearch,
}: {
  summary: FluxSummaryView;
  search: MonthsSearch;
  onSearch: (search: MonthsSearch, isReplacing?: boolean) => void;
}) {
  const [main, ...others] = byWeight(summary.totals);
  if (summary.emptyMonths.length > 0) return <NotPulled summary={summary} />;
  return (
    <>
      <p className="mt-1 text-muted">
        Compared as {BASIS_WORDS[summary.basis].word.toLowerCase()}: {BASIS_WORDS[summary.basis].meaning}.
        {!summary.isBasisGiven && summary.basis === 'metered' && ' Not both months have finalised invoices.'}
      </p>
      <Lacking summary={summary} />
      {main === undefined ? (
        <div className="mt-6">
          <Empty title="Nothing to compare">
            Neither {formatMonth(summary.from)} nor {formatMonth(summary.to)} has an amount on this basis. Compare them
            by what was metered or measured instead.
          </Empty>
        </div>
      ) : (
        <>
          <h2 className="sr-only">In {main.currency.toUpperCase()}</h2>
          <CurrencySection summary={summary} total={main} search={search} onSearch={onSearch} />
        </>
      )}
      {others.length > 0 && (
        <section aria-label="Other currencies" className="mt-6">
          <h2 className="mb-1 flex h-7 items-center text-lead font-semibold">Other currencies</h2>
          {others.map((total) => (
            <FoldedSection key={total.currency} summary={summary} total={total} search={search} onSearch={onSearch} />
          ))}
        </section>
      )}
    </>
  );
}

/** What is in no figure, and why. */
function Lacking({ summary: { notPulled, lacking, from, to } }: { summary: FluxSummaryView }) {
  if (notPulled.length === 0 && lacking.cells === 0) return null;
  const months = [...new Set(notPulled.map(({ month }) => month))];
  return (
    <div className="mt-4 space-y-1 border-l-2 border-line-strong pl-3">
      {months.map((month) => (
        <p key={month}>
          {formatMonth(month)} was not pulled for{' '}
          {notPulled
            .filter((each) => each.month === month)
            .map(({ meter }) => meterLabel(meter))
            .join(', ')}
          .
        </p>
      ))}
      {lacking.cells > 0 && (
        <details className="group">
          <summary className="-ml-1 flex cursor-default items-center gap-1 rounded-md px-1 hover:bg-hover [&::-webkit-details-marker]:hidden">
            <ChevronRight
              size={14}
              aria-hidden="true"
              className="shrink-0 text-muted transition-transform duration-100 group-open:rotate-90"
            />
            {lackingSentence(lacking)}
          </summary>
          <table className="mt-1 mb-2 text-table">
            <caption className="sr-only">Cells without an amount, and why</caption>
            <thead>
              <tr className="text-muted">
                <th scope="col" className="h-7 pr-6 font-medium">
                  Customer
                </th>
                <th scope="col" className="h-7 pr-6 font-medium">
                  Meter
                </th>
                <th scope="col" className="h-7 pr-6 font-medium">
                  {formatMonth(from)}
                </th>
                <th scope="col" className="h-7 font-medium">
                  {formatMonth(to)}
                </th>
              </tr>
            </thead>
            <tbody className="[&>tr>*]:border-t [&>tr>*]:border-line">
              {lacking.first.map((each, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: usage that fits no customer may stand twice
                <tr key={place}>
                  <th scope="row" className="h-[26px] max-w-[280px] truncate pr-6">
                    <bdi>{each.name ?? each.customer ?? 'Nobody'}</bdi>
                  </th>
                  <td className="pr-6">{meterLabel(each.meter)}</td>
                  <td className="pr-6 text-muted">{each.from === null ? '' : LACK_WORDS[each.from]}</td>
                  <td className="text-muted">{each.to === null ? '' : LACK_WORDS[each.to]}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {lacking.cells > lacking.first.length && (
            <p className="mb-2 text-muted">
              and {formatCount(lacking.cells - lacking.first.length)} more, which <code>tieout compare --json</code>{' '}
              names.
            </p>
          )}
        </details>
      )}
    </div>
  );
}

/** One of the months is not there, or neither. */
function NotPulled({ summary: { emptyMonths } }: { summary: FluxSummaryView }) {
  const pull = usePull();
  const announce = useAnnounce();
  const start = (month: string): void =>
    pull.mutate({ month }, { onError: (error) => announce(documentOf(error).message, 'bad') });
  const [month] = emptyMonths;
  if (month === undefined) return null;
  const names = emptyMonths.map(formatMonth).join(' and ');
  return (
    <div className="mt-6">
      <Empty
        title={`${names} ${plural(emptyMonths.length, 'has', 'have')} not been pulled`}
        action={
          <span className="flex gap-2">
            {emptyMonths.map((each) => (
              <Button key={each} kind="primary" onClick={() => start(each)} disabled={pull.isPending}>
                Pull {formatMonth(each)}
              </Button>
            ))}
            <Link
              to="/months/$month"
              params={{ month }}
              search={{}}
              className="inline-flex h-7 items-center rounded-md border border-line-strong px-2.5 font-medium hover:bg-hover"
            >
              Go to {formatMonth(month)}
            </Link>
          </span>
        }
      >
        Both months must be there to tell what changed. Once they are, the difference stands here, split into usage,
        prices, tiers, customers, credits and corrections.
      </Empty>
    </div>
  );
}

function ComparisonSkeleton() {
  return (
    <>
      <div className="mt-8">
        <SkeletonFigures count={4} />
      </div>
      <div className="mt-5 grid gap-x-8 @min-[900px]:grid-cols-[minmax(0,1.9fr)_minmax(260px,1fr)]">
        <span className="flex h-[284px] flex-col justify-end gap-3">
          {['30%', '100%', '100%', '100%', '100%'].map((width, line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: identical bars have no other identity
            <Skeleton key={line} width={width} height={14} />
          ))}
        </span>
        <SkeletonRows rows={6} label="Loading who moved most" />
      </div>
      <div className="mt-6">
        <SkeletonRows rows={8} label="Loading the comparison" />
      </div>
    </>
  );
}
