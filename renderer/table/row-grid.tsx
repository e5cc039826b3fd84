// biome-ignore-all lint/a11y/noRedundantRoles: rows are laid out as grids, and a browser drops the roles of a table that is not displayed as one
// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: the table is worked with the arrow keys, as a grid
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid itself keeps the focus and names its active row
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { Skeleton } from '../components/states.tsx';
import { useShortcuts } from '../frame/shortcuts.ts';
import { useDensity } from '../frame/theme.ts';
import { chosen, useColumnChoice } from './column-choice.ts';
import { fitting, type Sized, templateOf } from './column-fit.ts';
import type { CsvSheet } from './csv.ts';
import { targetOf } from './grid-keys.ts';
import { useOffset, useWidth } from './measures.ts';
import { useNumericRoom } from './numeric-room.ts';
import { TableMenu } from './table-menu.tsx';
import { useCopyRows } from './use-copy-rows.ts';
import { useRowWindow } from './use-row-window.ts';

export const ROW_PX = { normal: 32, compact: 26 } as const;

/** A column of a grid of rows. */
export type GridColumn<Row, Id extends string = string> = Sized & {
  readonly id: Id;
  readonly header: string;
  /** For assistive technology where the header is short. */
  readonly fullHeader?: string;
  readonly headerTone?: string;
  readonly isNumeric: boolean;
  /** Names its row. */
  readonly isRowHeader?: boolean;
  /** What it draws takes the whole width of the cell. */
  readonly isFilling?: boolean;
  /** A header that cannot be clicked. */
  readonly isFixed?: boolean;
  /** The number whose points line up; the column is as wide as the longest one needs. */
  readonly number?: (row: Row) => string | null | undefined;
  /** Signs before the number that need room. */
  readonly signs?: number;
  /** Decimals where not all columns find room otherwise; the rest is a hover and a copy away. */
  readonly tightPlaces?: number;
  /** @param places digits after the point that the rows seen so far need */
  readonly cell: (row: Row, places: number) => ReactNode;
};

export type GridSort = { readonly by: string; readonly direction: 'ascending' | 'descending' };

type Props<Row, Id extends string> = {
  /** `cell`: rows are `#cell-row-0`, the grid `[data-cells]`. */
  readonly name: string;
  readonly caption: string;
  readonly columns: readonly GridColumn<Row, Id>[];
  readonly total: number;
  /** The row at an index; undefined while it is on the way. */
  readonly rowAt: (index: number) => Row | undefined;
  readonly isBusy: boolean;
  /** Names the list: month and filter. Within one list columns only grow. */
  readonly list: string;
  readonly sort: GridSort;
  readonly onSort: (id: Id) => void;
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly onVisible: (visible: { readonly first: number; readonly last: number }) => void;
  readonly isSelected: (row: Row) => boolean;
  readonly onOpen: (row: Row, index: number) => void;
  readonly onOpenPage?: (row: Row) => void;
  readonly onCopy: (row: Row) => void;
  /** What its rows are as CSV. */
  readonly sheet: CsvSheet<Row>;
  /** The rows in order, as many as asked for at the most. */
  readonly allRows: (most: number) => Promise<readonly Row[]>;
  /** A drawer stands beside the grid and follows the keyboard. */
  readonly hasDrawer?: boolean;
  /** The row to stand on at first. */
  readonly initial?: number | null;
  readonly footer: ReactNode;
  /** What a screen reader hears of the active row while the drawer follows it. */
  readonly spoken?: (row: Row) => string;
};

/**
 * Any number of rows, of which only those on screen exist. Rows are laid out as grids inside a real table, hence the
 * roles said aloud.
 */
export function RowGrid<Row, Id extends string>(props: Props<Row, Id>) {
  const { name, total, rowAt, scroller, onOpen, onOpenPage, onVisible, hasDrawer = false } = props;
  const rowPx = ROW_PX[useDensity()];
  const body = useRef<HTMLTableSectionElement>(null);
  const table = useRef<HTMLTableElement>(null);
  const [active, setActive] = useState<number | null>(props.initial ?? null);
  const width = useWidth(scroller);
  const margin = useOffset(body, scroller);
  const rows = useRowWindow(total, rowPx, margin, scroller);
  const first = rows.rows[0]?.index ?? 0;
  const last = rows.rows.at(-1)?.index ?? 0;
  useEffect(() => onVisible({ first, last }), [first, last, onVisible]);
  const [choice, setChoice] = useColumnChoice(name);
  const room = useNumericRoom(
    chosen(props.columns, choice),
    rows.rows.map(({ index }) => rowAt(index)),
    props.list,
  );
  const roomy = fitting(room.columns, width - 48);
  const isTight = roomy.length < room.columns.length;
  const columns = isTight ? fitting(room.tight, width - 48) : roomy;
  const places = (id: string): number => room.places(id, isTight);
  const template = templateOf(columns, width - 48);
  useEffect(() => setActive((index) => (index !== null && index >= total ? null : index)), [total]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the row of the keyboard stays in view when the drawer or what is above changes the layout
  useEffect(() => {
    if (active === null) return;
    // With what is above still in view there is room for a row or two only: the list moves up, so that it is not lost.
    rows.scrollTo(active, hasDrawer && rows.isHeadInView() ? 'center' : 'auto');
  }, [hasDrawer, margin, active === null]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the keyboard goes back to where it was once, when the grid appears
  useEffect(() => {
    if (props.initial != null) table.current?.focus({ preventScroll: true });
  }, []);

  const moveTo = (index: number): void => {
    const next = Math.max(0, Math.min(total - 1, index));
    setActive(next);
    rows.scrollTo(next);
    const row = rowAt(next);
    if (row !== undefined && hasDrawer) onOpen(row, next);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== table.current || total === 0) return;
    const row = active === null ? undefined : rowAt(active);
    const isCopy = event.key === 'c' && row !== undefined && window.getSelection()?.isCollapsed !== false;
    if (isCopy && !event.altKey) {
      event.preventDefault();
      props.onCopy(row);
      return;
    }
    if (event.metaKey || event.ctrlKey) return;
    if (event.key === 'Enter' && row !== undefined && active !== null) {
      event.preventDefault();
      if (event.altKey && onOpenPage !== undefined) onOpenPage(row);
      else onOpen(row, active);
      return;
    }
    // The row of the drawer went elsewhere in the list: what stands in its place now is the next one.
    const isReplaced = hasDrawer && row !== undefined && !props.isSelected(row);
    const target = targetOf(event.key, { active, total, step: isReplaced ? 0 : 1 });
    if (target === null) return;
    event.preventDefault();
    moveTo(target);
  };

  const step = (count: 1 | -1): void => {
    table.current?.focus({ preventScroll: true });
    if (total > 0) moveTo(active === null ? 0 : active + count);
  };
  const copyRows = useCopyRows(props.sheet, props.allRows, total);
  useShortcuts([
    { keys: 'j', label: 'Next row', run: () => step(1) },
    { keys: 'k', label: 'Row before', run: () => step(-1) },
    { keys: 'C', label: 'Copy the rows as CSV', run: copyRows },
  ]);

  const activeRow = active === null ? undefined : rowAt(active);
  return (
    <table
      ref={table}
      role="grid"
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      aria-busy={props.isBusy}
      aria-activedescendant={active === null ? undefined : `${name}-row-${active}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        if (event.target === table.current && active === null && total > 0) setActive(0);
      }}
      className="group/grid block w-full text-table focus-visible:outline-none"
      {...{ [`data-${name}s`]: '' }}
    >
      <caption className="sr-only">{props.caption}</caption>
      <thead role="rowgroup" className="sticky top-[44px] z-20 block bg-page">
        <tr
          role="row"
          aria-rowindex={1}
          className="grid border-b border-line-strong"
          style={{ gridTemplateColumns: template }}
        >
          {columns.map((column) => (
            <HeaderCell key={column.id} column={column} sort={props.sort} onSort={() => props.onSort(column.id)} />
          ))}
        </tr>
      </thead>
      <tbody ref={body} role="rowgroup" className="relative block" style={{ height: rows.height }}>
        {rows.rows.map(({ index, top }) => {
          const row = rowAt(index);
          return (
            <tr
              key={index}
              id={`${name}-row-${index}`}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={row !== undefined && props.isSelected(row)}
              data-active={active === index ? '' : undefined}
              onClick={() => {
                setActive(index);
                table.current?.focus({ preventScroll: true });
                if (row !== undefined) onOpen(row, index);
              }}
              className="absolute inset-x-0 grid border-b border-line hover:bg-hover aria-selected:bg-selected data-[active]:shadow-[inset_2px_0_0_var(--focus)] group-focus-visible/grid:data-[active]:bg-selected"
              style={{ gridTemplateColumns: template, height: rowPx, transform: `translateY(${top}px)` }}
            >
              {columns.map((column) =>
                row === undefined ? (
                  <td key={column.id} role="gridcell" className="flex items-center px-1.5">
                    <Skeleton width="60%" height={10} />
                  </td>
                ) : (
                  <BodyCell key={column.id} column={column} row={row} places={places(column.id)} />
                ),
              )}
            </tr>
          );
        })}
      </tbody>
      <tfoot role="rowgroup" className="sticky bottom-0 z-20 block border-t border-line-strong bg-raised">
        <tr role="row" className="block">
          <td role="gridcell" className="flex items-center pl-0.5">
            <TableMenu
              columns={props.columns}
              shown={new Set(columns.map(({ id }) => id))}
              choice={choice}
              onChoice={setChoice}
              onCopy={copyRows}
            />
            <div className="min-w-0 flex-1">{props.footer}</div>
            <span className="sr-only" aria-live="polite">
              {activeRow !== undefined && hasDrawer ? (props.spoken?.(activeRow) ?? '') : ''}
            </span>
          </td>
        </tr>
      </tfoot>
    </table>
  );
}

function HeaderCell<Row>({ column, sort, onSort }: { column: GridColumn<Row>; sort: GridSort; onSort: () => void }) {
  const isSorted = sort.by === column.id;
  const tone = column.headerTone ?? 'text-muted';
  const box = `inline-flex h-8 max-w-full items-center gap-1 px-1.5 font-medium ${tone}`;
  const className = `min-w-0 ${column.isNumeric ? 'text-right' : ''}`;
  if (column.isFixed === true) {
    return (
      <th scope="col" role="columnheader" className={className} title={column.fullHeader}>
        <span className={box}>{column.header}</span>
      </th>
    );
  }
  return (
    <th scope="col" role="columnheader" aria-sort={isSorted ? sort.direction : 'none'} className={className}>
      <button type="button" onClick={onSort} title={column.fullHeader} className={`${box} hover:text-ink`}>
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

function BodyCell<Row>({ column, row, places }: { column: GridColumn<Row>; row: Row; places: number }) {
  const content = (
    <span className={column.isFilling === true ? 'w-full min-w-0' : 'min-w-0'}>{column.cell(row, places)}</span>
  );
  const className = `flex min-w-0 items-center px-1.5 ${column.isNumeric ? 'justify-end' : ''}`;
  if (column.isRowHeader === true) {
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
