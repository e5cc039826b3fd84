// biome-ignore-all lint/a11y/noRedundantRoles: rows are laid out as grids, and a browser drops the roles of a table that is not displayed as one
// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: the table is worked with the arrow keys, as a grid
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid itself keeps the focus and names its active row
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { CellRow, CellsSort } from '../../../shared/contract/schemas.ts';
import { Button } from '../../components/button.tsx';
import { Empty, Failure, Skeleton, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useCells } from '../../data/months.ts';
import { formatMoney } from '../../format/money.ts';
import { formatCount, signOfText, widestFraction } from '../../format/number.ts';
import { customerLabel, plural } from '../../format/words.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { useDensity } from '../../frame/theme.ts';
import { addressOf, isSameCell } from '../cell/cell-key.ts';
import { fitting, type NumericWidths, numericWidth, templateOf } from './column-fit.ts';
import { type Column, columnsFor, type Places } from './columns.tsx';
import { filterOf, isFiltered, type MonthSearch, nextSort, sortOf, withoutFilters } from './month-search.ts';
import { rowLabel, rowText } from './month-view.ts';
import { useRowWindow } from './use-row-window.ts';

const ROW_PX = { normal: 32, compact: 26 } as const;

type Props = {
  readonly month: string;
  readonly search: MonthSearch;
  /** Those of the month, so that the column of differences keeps its shape under any filter. */
  readonly currencies: readonly string[];
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly onSearch: (search: MonthSearch, isReplacing?: boolean) => void;
  readonly onOpenPage: (row: CellRow) => void;
};

/**
 * The cells of a month: any number of rows, of which only those on screen exist. Rows are laid out as grids inside a
 * real table, hence the roles said aloud.
 */
export function CellsTable({ month, search, currencies, scroller, onSearch, onOpenPage }: Props) {
  const rowPx = ROW_PX[useDensity()];
  const body = useRef<HTMLTableSectionElement>(null);
  const table = useRef<HTMLTableElement>(null);
  const [visible, setVisible] = useState({ first: 0, last: 40 });
  const [active, setActive] = useState<number | null>(null);
  const announce = useAnnounce();
  const filter = useMemo(() => filterOf(search), [search]);
  const sort = useMemo(() => sortOf(search), [search]);
  const cells = useCells({ month, filter, sort }, visible);
  const total = cells.total ?? 0;
  const width = useWidth(scroller);
  const margin = useOffset(body, scroller);

  const rows = useRowWindow(total, rowPx, margin, scroller);
  const first = rows.rows[0]?.index ?? 0;
  const last = rows.rows.at(-1)?.index ?? 0;
  useEffect(() => setVisible({ first, last }), [first, last]);
  const { places, widths } = useNumericRoom(
    rows.rows.map(({ index }) => cells.rowAt(index)),
    `${month} ${JSON.stringify(filter)}`,
  );
  const columns = fitting(columnsFor(currencies, widths), width - 48);
  const template = templateOf(columns);
  useEffect(() => setActive((index) => (index !== null && index >= total ? null : index)), [total]);
  const isBesideDrawer = search.open !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the row of the keyboard stays in view when the drawer or what is above changes the layout
  useEffect(() => {
    if (active === null) return;
    // With the totals still in view there is room for a row or two only: the list moves up, so that it is not lost.
    rows.scrollTo(active, isBesideDrawer && rows.isHeadInView() ? 'center' : 'auto');
  }, [isBesideDrawer, margin, active === null]);

  const open = (row: CellRow): void => onSearch({ ...search, open: addressOf(row) }, search.open !== undefined);
  const moveTo = (index: number): void => {
    const next = Math.max(0, Math.min(total - 1, index));
    setActive(next);
    rows.scrollTo(next);
    const row = cells.rowAt(next);
    if (row !== undefined && search.open !== undefined) open(row);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== table.current || total === 0) return;
    const row = active === null ? undefined : cells.rowAt(active);
    const isCopy = event.key === 'c' && row !== undefined && window.getSelection()?.isCollapsed !== false;
    if (isCopy && !event.altKey) {
      event.preventDefault();
      void navigator.clipboard
        .writeText(rowText(row))
        .then(() => announce(`Copied ${customerLabel(row)} with its exact figures.`));
      return;
    }
    if (event.metaKey || event.ctrlKey) return;
    if (event.key === 'Enter' && row !== undefined) {
      event.preventDefault();
      if (event.altKey) onOpenPage(row);
      else open(row);
      return;
    }
    const target = targetOf(event.key, active, total);
    if (target === null) return;
    event.preventDefault();
    moveTo(target);
  };

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

  const activeRow = active === null ? undefined : cells.rowAt(active);
  return (
    <table
      ref={table}
      role="grid"
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      aria-busy={cells.isFetching}
      aria-activedescendant={active === null ? undefined : `cell-row-${active}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        if (event.target === table.current && active === null && total > 0) setActive(0);
      }}
      className="group/cells block w-full text-table focus-visible:outline-none"
      data-cells
    >
      <caption className="sr-only">
        Cells of the month, one per customer and meter. Arrow keys or j and k move, Enter opens the cell beside the
        table.
      </caption>
      <thead role="rowgroup" className="sticky top-[44px] z-20 block bg-page">
        <tr
          role="row"
          aria-rowindex={1}
          className="grid border-b border-line-strong"
          style={{ gridTemplateColumns: template }}
        >
          {columns.map((column) => (
            <HeaderCell
              key={column.id}
              column={column}
              sort={sort}
              onSort={() => onSearch({ ...withoutSort(search), ...nextSort(search, column.id) }, true)}
            />
          ))}
        </tr>
      </thead>
      <tbody ref={body} role="rowgroup" className="relative block" style={{ height: rows.height }}>
        {rows.rows.map(({ index, top }) => {
          const row = cells.rowAt(index);
          const isOpen = row !== undefined && search.open !== undefined && isSameCell(search.open, row);
          return (
            <tr
              key={index}
              id={`cell-row-${index}`}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={isOpen}
              data-active={active === index ? '' : undefined}
              onClick={() => {
                setActive(index);
                table.current?.focus({ preventScroll: true });
                if (row !== undefined) open(row);
              }}
              className="absolute inset-x-0 grid border-b border-line hover:bg-hover aria-selected:bg-selected data-[active]:shadow-[inset_2px_0_0_var(--focus)] group-focus-visible/cells:data-[active]:bg-selected"
              style={{
                gridTemplateColumns: template,
                height: rowPx,
                transform: `translateY(${top}px)`,
              }}
            >
              {columns.map((column) =>
                row === undefined ? (
                  <td key={column.id} role="gridcell" className="flex items-center px-1.5">
                    <Skeleton width="60%" height={10} />
                  </td>
                ) : (
                  <BodyCell key={column.id} column={column} row={row} places={places} />
                ),
              )}
            </tr>
          );
        })}
      </tbody>
      <tfoot role="rowgroup" className="sticky bottom-0 z-20 block border-t border-line-strong bg-raised">
        <tr role="row" className="block">
          <td role="gridcell" className="block">
            <Sums cells={cells} currencies={currencies} isFiltered={isFiltered(search)} />
            <span className="sr-only" aria-live="polite">
              {activeRow !== undefined && search.open !== undefined
                ? rowLabel(activeRow, customerLabel(activeRow))
                : ''}
            </span>
          </td>
        </tr>
      </tfoot>
    </table>
  );
}

const withoutSort = ({ sort: _, dir: __, ...rest }: MonthSearch): MonthSearch => rest;

function targetOf(key: string, active: number | null, total: number): number | null {
  const from = active ?? -1;
  if (key === 'ArrowDown' || key === 'j') return from + 1;
  if (key === 'ArrowUp' || key === 'k') return Math.max(0, from - 1);
  if (key === 'PageDown') return from + 15;
  if (key === 'PageUp') return from - 15;
  if (key === 'Home') return 0;
  return key === 'End' ? total - 1 : null;
}

function HeaderCell({ column, sort, onSort }: { column: Column; sort: CellsSort; onSort: () => void }) {
  const isSorted = sort.by === column.id;
  return (
    <th
      scope="col"
      role="columnheader"
      aria-sort={isSorted ? sort.direction : 'none'}
      className={`min-w-0 ${column.isNumeric ? 'text-right' : ''}`}
    >
      <button
        type="button"
        onClick={onSort}
        title={column.fullHeader}
        className={`inline-flex h-8 max-w-full items-center gap-1 px-1.5 font-medium hover:text-ink ${column.headerTone ?? 'text-muted'}`}
      >
        {column.header}
        {isSorted &&
          (sort.direction === 'ascending' ? (
            <ArrowUp size={12} aria-hidden="true" />
          ) : (
            <ArrowDown size={12} aria-hidden="true" />
          ))}
      </button>
    </th>
  );
}

function BodyCell({ column, row, places }: { column: Column; row: CellRow; places: Places }) {
  const content = (
    <span className={column.id === 'difference' ? 'w-full min-w-0' : 'min-w-0'}>{column.cell(row, places)}</span>
  );
  const className = `flex min-w-0 items-center px-1.5 ${column.isNumeric ? 'justify-end' : ''}`;
  if (column.id === 'customer') {
    return (
      <th scope="row" role="rowheader" className={className}>
        {content}
      </th>
    );
  }
  return (
    <td role="gridcell" className={className}>
      {content}
    </td>
  );
}

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

function Sum({ word, tone, text, isStrong = false }: { word: string; tone: string; text: string; isStrong?: boolean }) {
  return (
    <span>
      <span className={`pr-1.5 text-label ${tone}`}>{word}</span>
      <span className={isStrong ? 'font-semibold' : ''}>{text}</span>
    </span>
  );
}

type Room = { readonly places: Places; readonly widths: NumericWidths };
const NO_ROOM: Room = { places: { measured: 0, metered: 0, drift: 0 }, widths: { measured: 0, metered: 0, drift: 0 } };

/** Room that the numbers on screen need; within one list it only grows, so that columns do not jump. */
function useNumericRoom(rows: readonly (CellRow | undefined)[], list: string): Room {
  const kept = useRef({ list, room: NO_ROOM });
  const before = kept.current.list === list ? kept.current.room : NO_ROOM;
  const texts = {
    measured: rows.map((row) => row?.measured),
    metered: rows.map((row) => row?.metered),
    drift: rows.map((row) => row?.drift?.absolute),
  };
  const placesOf = (side: keyof Places): number => Math.max(before.places[side], widestFraction(texts[side]));
  const places = { measured: placesOf('measured'), metered: placesOf('metered'), drift: placesOf('drift') };
  const widthOf = (side: keyof Places): number =>
    Math.max(before.widths[side], numericWidth(texts[side], places[side], side === 'drift' ? 1 : 0));
  const room = {
    places,
    widths: { measured: widthOf('measured'), metered: widthOf('metered'), drift: widthOf('drift') },
  };
  kept.current = { list, room };
  return room;
}

function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(1200);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return;
    const observer = new ResizeObserver(() => setWidth(current.clientWidth));
    observer.observe(current);
    setWidth(current.clientWidth);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

/** Distance from the top of the scrolled content to the first row, kept right while what is above changes its height. */
function useOffset(body: RefObject<HTMLElement | null>, scroller: RefObject<HTMLElement | null>): number {
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const update = (): void => {
      const { current } = body;
      const parent = scroller.current;
      if (current === null || parent === null) return;
      setOffset(
        Math.round(current.getBoundingClientRect().top - parent.getBoundingClientRect().top + parent.scrollTop),
      );
    };
    update();
    const above = scroller.current?.firstElementChild;
    const observer = new ResizeObserver(update);
    if (above != null) for (const child of above.children) observer.observe(child);
    return () => observer.disconnect();
  });
  return offset;
}
