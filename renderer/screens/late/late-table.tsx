import { type RefObject, useCallback, useMemo, useState } from 'react';
import type { LateRow } from '../../../shared/contract/late-schemas.ts';
import { Button } from '../../components/button.tsx';
import { Empty, Failure, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useLateRows } from '../../data/late.ts';
import { formatMoney } from '../../format/money.ts';
import { formatCount, signOfText } from '../../format/number.ts';
import { plural } from '../../format/words.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { RowGrid } from '../../table/row-grid.tsx';
import { Sum } from '../../table/sum.tsx';
import { type LateColumnId, lateColumns } from './late-columns.tsx';
import {
  filterOf,
  isFiltered,
  isSortable,
  type LateSearch,
  sortedBy,
  sortOf,
  withoutFilters,
  withPart,
} from './late-search.ts';
import { customerOf, inOrder, LATE_SHEET, lateLabel, lateText } from './late-view.ts';

/** The corrections of a month. */
export function LateTable({
  month,
  search,
  currencies,
  scroller,
  onSearch,
}: {
  month: string;
  search: LateSearch;
  /** Those of the month, so that the columns keep their shape under any filter. */
  currencies: readonly string[];
  scroller: RefObject<HTMLDivElement | null>;
  onSearch: (search: LateSearch, isReplacing?: boolean) => void;
}) {
  const [visible, setVisible] = useState({ first: 0, last: 40 });
  const onVisible = useCallback((next: typeof visible) => setVisible(next), []);
  const announce = useAnnounce();
  const filter = useMemo(() => filterOf(search), [search]);
  const sort = useMemo(() => sortOf(search), [search]);
  const rows = useLateRows({ month, filter, sort }, visible);
  const columns = useMemo(() => lateColumns(currencies), [currencies]);

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
    return (
      <Empty
        title="No row passes these filters"
        action={<Button onClick={() => onSearch(withoutFilters(search))}>Clear the filters</Button>}
      >
        {formatCount(rows.all ?? 0)} {plural(rows.all ?? 0, 'row')} of the month {plural(rows.all ?? 0, 'is', 'are')}{' '}
        hidden.
      </Empty>
    );
  }
  if (rows.total === null) return <SkeletonRows rows={12} label="Loading the corrections" />;

  const { open } = search;
  return (
    <RowGrid<LateRow, LateColumnId>
      name="late"
      caption="Corrections of the month, one per customer and meter. Arrow keys or j and k move, Enter opens the correction beside the table."
      columns={columns}
      total={rows.total}
      rowAt={rows.rowAt}
      isBusy={rows.isFetching}
      list={`${month} ${JSON.stringify(filter)}`}
      sort={sort}
      onSort={(id) => {
        if (isSortable(id)) onSearch(sortedBy(search, id));
      }}
      scroller={scroller}
      onVisible={onVisible}
      isSelected={({ customer, meter }) => open?.customer === customer && open.meter === meter}
      onOpen={({ customer, meter }) => onSearch(withPart(search, 'open', { customer, meter }), open !== undefined)}
      onCopy={(row) =>
        void navigator.clipboard
          .writeText(lateText(row))
          .then(() => announce(`Copied the correction of ${customerOf(row)} with its exact figures.`))
      }
      sheet={LATE_SHEET}
      allRows={rows.allRows}
      hasDrawer={open !== undefined}
      spoken={lateLabel}
      footer={<Sums rows={rows} currencies={currencies} isFiltered={isFiltered(search)} />}
    />
  );
}

function Sums({
  rows,
  currencies,
  isFiltered: isPart,
}: {
  rows: ReturnType<typeof useLateRows>;
  currencies: readonly string[];
  isFiltered: boolean;
}) {
  const { total, all } = rows;
  const totals = inOrder(rows.totals, currencies);
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
          <Sum word="To decide" tone="text-muted" text={formatMoney(only.undecided, only.currency, true)} />
          <Sum word="Sum" tone="text-muted" text={formatMoney(only.total, only.currency, true)} isStrong />
        </span>
      ) : (
        <span className="tabular flex gap-5 overflow-hidden">
          <span className="text-label text-muted">Sum</span>
          {totals.map(({ currency, total: sum }) => (
            <span key={currency} className={signOfText(sum) === 0 ? 'text-muted' : 'font-semibold'}>
              {formatMoney(sum, currency, true)}
            </span>
          ))}
        </span>
      )}
    </span>
  );
}
