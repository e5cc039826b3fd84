import { type RefObject, useCallback, useMemo, useState } from 'react';
import type { CellRow } from '../../../shared/contract/schemas.ts';
import { Button } from '../../components/button.tsx';
import { Empty, Failure, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useCells } from '../../data/months.ts';
import { formatMoney } from '../../format/money.ts';
import { formatCount, signOfText } from '../../format/number.ts';
import { customerLabel, plural } from '../../format/words.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { RowGrid } from '../../table/row-grid.tsx';
import { Sum } from '../../table/sum.tsx';
import { addressOf, isSameCell } from '../cell/cell-key.ts';
import { type ColumnId, columnsFor } from './columns.tsx';
import {
  filterOf,
  isFiltered,
  isSortable,
  type MonthSearch,
  nextSort,
  sortOf,
  withoutFilters,
} from './month-search.ts';
import { cellsSheet, rowLabel, rowText } from './month-view.ts';

type Props = {
  readonly month: string;
  readonly search: MonthSearch;
  /** Those of the month, so that the column of differences keeps its shape under any filter. */
  readonly currencies: readonly string[];
  /** Whether any cell of the month has been invoiced: without, there is no column of billed quantities. */
  readonly isBilled: boolean;
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly onSearch: (search: MonthSearch, isReplacing?: boolean) => void;
  readonly onOpenPage: (row: CellRow) => void;
};

/** The cells of a month. */
export function CellsTable({ month, search, currencies, isBilled, scroller, onSearch, onOpenPage }: Props) {
  const [visible, setVisible] = useState({ first: 0, last: 40 });
  const onVisible = useCallback((next: typeof visible) => setVisible(next), []);
  const announce = useAnnounce();
  const filter = useMemo(() => filterOf(search), [search]);
  const sort = useMemo(() => sortOf(search), [search]);
  const cells = useCells({ month, filter, sort }, visible);

  if (cells.error !== null) {
    return (
      <Failure
        document={documentOf(cells.error)}
        meaning="The totals above stand; only the rows cannot be shown."
        onRetry={cells.retry}
      />
    );
  }
  if (cells.total === 0) {
    return (
      <Empty
        title="No cell passes these filters"
        action={<Button onClick={() => onSearch(withoutFilters(search), true)}>Clear the filters</Button>}
      >
        {formatCount(cells.all ?? 0)} {plural(cells.all ?? 0, 'cell')} of the month{' '}
        {plural(cells.all ?? 0, 'is', 'are')} hidden.
      </Empty>
    );
  }
  if (cells.total === null) return <SkeletonRows rows={12} label="Loading the cells" />;

  const isOpen = search.open !== undefined;
  return (
    <RowGrid<CellRow, ColumnId>
      name="cell"
      caption="Cells of the month, one per customer and meter. Arrow keys or j and k move, Enter opens the cell beside the table."
      columns={columnsFor(currencies, isBilled)}
      total={cells.total}
      rowAt={cells.rowAt}
      isBusy={cells.isFetching}
      list={`${month} ${JSON.stringify(filter)}`}
      sort={sort}
      onSort={(id) => {
        if (isSortable(id)) onSearch({ ...withoutSort(search), ...nextSort(search, id) }, true);
      }}
      scroller={scroller}
      onVisible={onVisible}
      isSelected={(row) => search.open !== undefined && isSameCell(search.open, row)}
      onOpen={(row) => onSearch({ ...withoutPanel(search), open: addressOf(row) }, isOpen)}
      onOpenPage={onOpenPage}
      onCopy={(row) =>
        void navigator.clipboard
          .writeText(rowText(row))
          .then(() => announce(`Copied ${customerLabel(row)} with its exact figures.`))
      }
      sheet={cellsSheet(month)}
      allRows={cells.allRows}
      hasDrawer={isOpen}
      spoken={(row) => rowLabel(row, customerLabel(row))}
      footer={<Sums cells={cells} currencies={currencies} isFiltered={isFiltered(search)} />}
    />
  );
}

const withoutPanel = ({ whatIf: _, ...rest }: MonthSearch): MonthSearch => rest;
const withoutSort = ({ sort: _, dir: __, ...rest }: MonthSearch): MonthSearch => rest;

function Sums({
  cells,
  currencies,
  isFiltered: isPart,
}: {
  cells: ReturnType<typeof useCells>;
  currencies: readonly string[];
  isFiltered: boolean;
}) {
  const total = cells.total ?? 0;
  const money = [...cells.money].sort((a, b) => currencies.indexOf(a.currency) - currencies.indexOf(b.currency));
  return (
    <span className="flex h-9 items-center gap-6 px-1.5 whitespace-nowrap">
      <span className="text-muted">
        {isPart && cells.all !== null
          ? `${formatCount(total)} of ${formatCount(cells.all)} `
          : `${formatCount(total)} `}
        {plural(isPart && cells.all !== null ? cells.all : total, 'row')}
      </span>
      <span className="flex-1" />
      {money.length === 1 ? (
        money.map(({ currency, measured, metered, difference }) => (
          <span key={currency} className="tabular flex gap-5">
            <Sum word="Measured" tone="text-measured" text={formatMoney(measured, currency)} />
            <Sum word="Metered" tone="text-metered" text={formatMoney(metered, currency)} />
            <Sum word="Difference" tone="text-muted" text={formatMoney(difference, currency, true)} isStrong />
          </span>
        ))
      ) : (
        <span className="tabular flex gap-5 overflow-hidden">
          <span className="text-label text-muted">Difference</span>
          {money.map(({ currency, measured, metered, difference }) => (
            <span
              key={currency}
              className={signOfText(difference) === 0 ? 'text-muted' : 'font-semibold'}
              title={`Measured ${formatMoney(measured, currency)}, metered ${formatMoney(metered, currency)}`}
            >
              {formatMoney(difference, currency, true)}
            </span>
          ))}
        </span>
      )}
    </span>
  );
}
