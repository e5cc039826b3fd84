import { type RefObject, useCallback, useMemo, useState } from 'react';
import type { FluxRowView, FluxSummaryRequest, FluxSummaryView } from '../../../shared/contract/compare-schemas.ts';
import { Button } from '../../components/button.tsx';
import { Empty, Failure, SkeletonRows } from '../../components/states.tsx';
import { useFluxRows } from '../../data/compare.ts';
import { documentOf } from '../../data/errors.ts';
import { BASIS_WORDS } from '../../format/flux-words.ts';
import { formatMoney } from '../../format/money.ts';
import { formatCount, signOfText } from '../../format/number.ts';
import { plural } from '../../format/words.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { RowGrid } from '../../table/row-grid.tsx';
import { Sum } from '../../table/sum.tsx';
import {
  type FluxSortId,
  filterOf,
  isFiltered,
  isSortable,
  type MonthsSearch,
  sortedBy,
  sortOf,
  withoutFilters,
  withPart,
} from './compare-search.ts';
import { customerOf, FLUX_SHEET, fluxLabel, fluxText, partsIn } from './compare-view.ts';
import { fluxColumns } from './flux-columns.tsx';

/** The rows of a comparison: one per customer, meter and currency. */
export function FluxTable({
  summary,
  request,
  search,
  scroller,
  onSearch,
}: {
  summary: FluxSummaryView;
  request: FluxSummaryRequest;
  search: MonthsSearch;
  scroller: RefObject<HTMLDivElement | null>;
  onSearch: (search: MonthsSearch, isReplacing?: boolean) => void;
}) {
  const [visible, setVisible] = useState({ first: 0, last: 40 });
  const onVisible = useCallback((next: typeof visible) => setVisible(next), []);
  const announce = useAnnounce();
  const filter = useMemo(() => filterOf(search), [search]);
  const sort = useMemo(() => sortOf(search), [search]);
  const rows = useFluxRows({ ...request, filter, sort }, visible);
  const { from, to, basis, totals } = summary;
  const columns = useMemo(
    () =>
      fluxColumns({
        from,
        to,
        parts: partsIn(totals),
        currencies: totals.map(({ currency }) => currency),
        tone: BASIS_WORDS[basis].tone,
      }),
    [from, to, basis, totals],
  );

  if (rows.error !== null) {
    return (
      <Failure
        document={documentOf(rows.error)}
        meaning="The totals above stand; only the rows cannot be shown."
        onRetry={rows.retry}
      />
    );
  }
  if (rows.total === 0) {
    const all = rows.all ?? 0;
    return (
      <Empty
        title="No row passes these filters"
        action={<Button onClick={() => onSearch(withoutFilters(search))}>Clear the filters</Button>}
      >
        {formatCount(all)} {plural(all, 'row')} of the two months {plural(all, 'is', 'are')} hidden.
      </Empty>
    );
  }
  if (rows.total === null) return <SkeletonRows rows={12} label="Loading the rows" />;

  const { open } = search;
  return (
    <RowGrid<FluxRowView, FluxSortId>
      name="flux"
      caption="What changed between the two months, one row per customer and meter. Arrow keys or j and k move, Enter opens both months of a row beside the table."
      columns={columns}
      total={rows.total}
      rowAt={rows.rowAt}
      isBusy={rows.isFetching}
      list={`${from} ${to} ${basis} ${JSON.stringify(filter)}`}
      sort={sort}
      onSort={(id) => {
        if (isSortable(id)) onSearch(sortedBy(search, id));
      }}
      scroller={scroller}
      onVisible={onVisible}
      isSelected={({ customer, meter, currency }) =>
        open?.customer === customer && open.meter === meter && open.currency === currency
      }
      onOpen={({ customer, meter, currency }) =>
        onSearch(withPart(search, 'open', { customer, meter, currency }), open !== undefined)
      }
      onCopy={(row) =>
        void navigator.clipboard
          .writeText(fluxText(row))
          .then(() => announce(`Copied the change of ${customerOf(row)} with its exact figures.`))
      }
      sheet={FLUX_SHEET}
      allRows={rows.allRows}
      hasDrawer={open !== undefined}
      spoken={fluxLabel}
      footer={<Sums rows={rows} isFiltered={isFiltered(search)} />}
    />
  );
}

function Sums({ rows, isFiltered: isPart }: { rows: ReturnType<typeof useFluxRows>; isFiltered: boolean }) {
  const { total, all, totals } = rows;
  const count = total ?? 0;
  const [only] = totals;
  return (
    <span className="flex h-9 items-center gap-6 px-1.5 whitespace-nowrap">
      <span className="text-muted">
        {isPart && all !== null ? `${formatCount(count)} of ${formatCount(all)} ` : `${formatCount(count)} `}
        {plural(isPart && all !== null ? all : count, 'row')}
      </span>
      <span className="flex-1" />
      {totals.length === 1 && only !== undefined ? (
        <span className="tabular flex gap-5 overflow-hidden">
          <Sum word="Before" tone="text-muted" text={formatMoney(only.from, only.currency)} />
          <Sum word="After" tone="text-muted" text={formatMoney(only.to, only.currency)} />
          <Sum word="Change" tone="text-muted" text={formatMoney(only.change, only.currency, true)} isStrong />
        </span>
      ) : (
        <span className="tabular flex gap-5 overflow-hidden">
          <span className="text-label text-muted">Change</span>
          {totals.map(({ currency, change }) => (
            <span key={currency} className={signOfText(change) === 0 ? 'text-muted' : 'font-semibold'}>
              {formatMoney(change, currency, true)}
            </span>
          ))}
        </span>
      )}
    </span>
  );
}
