import { type RefObject, useCallback, useState } from 'react';
import type { SeamPiece, SeamWindow } from '../../../shared/contract/pipelines-schemas.ts';
import { Button } from '../../components/button.tsx';
import { Quantity } from '../../components/figure.tsx';
import { Empty, Failure, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useSeam } from '../../data/pipelines.ts';
import { currencySign, mostMinorDigits } from '../../format/money.ts';
import { formatCount } from '../../format/number.ts';
import { SEAM_WORDS } from '../../format/pipeline-words.ts';
import { formatRange } from '../../format/time.ts';
import { meterLabel, plural } from '../../format/words.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { Chip, ClearButton, Count, SearchBox } from '../../table/filter-parts.tsx';
import { type GridColumn, RowGrid } from '../../table/row-grid.tsx';
import { MarkLabel } from './mark-label.tsx';
import { isFiltered, type PipelinesSearch, withoutFilters, withPart } from './pipelines-search.ts';
import { moneyWords, quantityWords, readable, SEAM_SHEET, seamLabel, seamText, whoOf } from './pipelines-view.ts';
import { Problems } from './problems.tsx';
import { Worth } from './worth.tsx';

type ColumnId = 'customer' | 'kind' | 'meter' | 'period' | 'seconds' | 'quantity' | 'unit' | 'money';
const DEFAULT_SORT = { by: 'default', direction: 'descending' } as const;

/** What the switch left unbilled or billed twice, customer by customer. */
export function SeamSection({
  pipeline,
  at,
  search,
  open,
  searchBox,
  scroller,
  onSearch,
  onOpen,
}: {
  pipeline: string;
  at: string;
  search: PipelinesSearch;
  open: SeamPiece | null;
  searchBox: RefObject<HTMLInputElement | null>;
  scroller: RefObject<HTMLDivElement | null>;
  onSearch: (search: PipelinesSearch, isReplacing?: boolean) => void;
  onOpen: (piece: SeamPiece) => void;
}) {
  const [visible, setVisible] = useState({ first: 0, last: 40 });
  const onVisible = useCallback((next: typeof visible) => setVisible(next), []);
  const announce = useAnnounce();
  const { pieces, q } = search;
  const request = {
    pipeline,
    at,
    ...(pieces === undefined ? {} : { kinds: [...pieces] }),
    ...(q === undefined ? {} : { search: q }),
  };
  const rows = useSeam(request, visible);
  const { head } = rows;
  return (
    <section aria-labelledby="seam" className="mt-8">
      <h2 id="seam" className="text-lead font-semibold">
        Seam
      </h2>
      {rows.error !== null && (
        <div className="mt-2">
          <Failure
            document={documentOf(rows.error)}
            meaning="What the switch left cannot be shown; the checks above stand."
            onRetry={rows.retry}
          />
        </div>
      )}
      {rows.error === null && head === undefined && (
        <div className="mt-2">
          <SkeletonRows rows={6} label="Checking the seam" />
        </div>
      )}
      {rows.error === null && head !== undefined && (
        <>
          <p className="mt-0.5 text-lead">{readable(head.sentence)}</p>
          {head.state !== 'early' && (
            <p className="mt-0.5 text-muted">
              Measured time of {formatCount(head.customers)} {plural(head.customers, 'customer')},{' '}
              {formatRange(head.period.from, head.period.to)}.
            </p>
          )}
          <Problems problems={head.problems} />
          {head.state !== 'early' && (head.all > 0 || head.state === 'checked') && <Sums seam={head} />}
          {head.all > 0 && rows.total !== null && (
            <div className="pt-3">
              <Filters ref={searchBox} seam={head} search={search} onSearch={onSearch} />
              {rows.total === 0 ? (
                <Empty
                  title="Nothing passes these filters"
                  action={<Button onClick={() => onSearch(withoutFilters(search))}>Clear the filters</Button>}
                >
                  {formatCount(head.all)} gaps and overlaps are hidden.
                </Empty>
              ) : (
                <RowGrid<SeamPiece, ColumnId>
                  name="seam"
                  caption="Gaps and overlaps at the switch, the most valuable first. Arrow keys or j and k move, Enter opens a row beside the table."
                  columns={columnsOf(currenciesOf(head))}
                  total={rows.total}
                  rowAt={rows.rowAt}
                  isBusy={rows.isFetching}
                  list={JSON.stringify(request)}
                  sort={DEFAULT_SORT}
                  onSort={() => {}}
                  scroller={scroller}
                  onVisible={onVisible}
                  isSelected={(row) => open !== null && keyOf(open) === keyOf(row)}
                  onOpen={onOpen}
                  onCopy={(row) =>
                    void navigator.clipboard
                      .writeText(seamText(row))
                      .then(() => announce(`Copied ${whoOf(row)} with exact figures.`))
                  }
                  sheet={SEAM_SHEET}
                  allRows={rows.allRows}
                  hasDrawer={open !== null}
                  spoken={seamLabel}
                  footer={
                    <span className="flex h-9 items-center px-1.5 text-muted">
                      {rows.total === head.all ? '' : `${formatCount(rows.total)} of `}
                      {formatCount(head.all)} {plural(head.all, 'gap or overlap', 'gaps and overlaps')}
                    </span>
                  }
                />
              )}
            </div>
          )}
        </>
      )}
    </section>
  );
}

const keyOf = ({ kind, customer, meter, period }: SeamPiece): string => [kind, customer, meter, period.from].join(' ');

const currenciesOf = ({ gaps, overlaps }: SeamWindow): readonly string[] =>
  [...new Set([...gaps.money, ...overlaps.money].map(({ currency }) => currency))].sort();

const HEAD = 'h-7 pl-9 text-right font-medium whitespace-nowrap';
const CELL = 'h-7 border-t border-line pl-9 text-right whitespace-nowrap';

/** Both ways in which a seam can be wrong, in seconds, units and money. */
function Sums({ seam }: { seam: SeamWindow }) {
  return (
    <div className="mt-3 overflow-x-auto">
      <table className="tabular">
        <caption className="sr-only">What the switch left, in all</caption>
        <thead className="text-table text-muted">
          <tr>
            <td />
            <th scope="col" className={HEAD}>
              Stretches
            </th>
            <th scope="col" className={HEAD}>
              Customers
            </th>
            <th scope="col" className={HEAD}>
              Seconds
            </th>
            <th scope="col" className={HEAD}>
              Quantity
            </th>
            <th scope="col" className={HEAD}>
              Worth
            </th>
          </tr>
        </thead>
        <tbody>
          {(
            [
              ['Billed by nobody', seam.gaps],
              ['Billed twice', seam.overlaps],
            ] as const
          ).map(([word, sums]) => (
            <tr key={word} className={sums.pieces === 0 ? 'text-faint' : ''}>
              <th scope="row" className="h-7 border-t border-line font-medium">
                {word}
              </th>
              <td className={CELL}>{formatCount(sums.pieces)}</td>
              <td className={CELL}>{formatCount(sums.customers)}</td>
              <td className={CELL}>{formatCount(sums.seconds)}</td>
              <td className={CELL}>{sums.quantities.length === 0 ? '0' : quantityWords(sums.quantities)}</td>
              <td className={`${CELL} ${sums.pieces === 0 ? '' : 'font-medium text-structural'}`}>
                {sums.money.length === 0 ? (sums.pieces === 0 ? '0' : '–') : moneyWords(sums.money)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Filters({
  ref,
  seam,
  search,
  onSearch,
}: {
  ref: RefObject<HTMLInputElement | null>;
  seam: SeamWindow;
  search: PipelinesSearch;
  onSearch: (search: PipelinesSearch) => void;
}) {
  const chips = [
    { kind: 'gap', word: 'Gaps', count: seam.gaps.pieces },
    { kind: 'overlap', word: 'Overlaps', count: seam.overlaps.pieces },
  ] as const;
  return (
    <search className="@container sticky top-0 z-30 -mx-1 block h-[44px] bg-page">
      <div className="flex h-full items-center gap-1.5 overflow-x-auto px-1 [scrollbar-width:none]">
        <SearchBox
          inputRef={ref}
          value={search.q ?? ''}
          label="Search gaps and overlaps by customer"
          placeholder="Customer or id"
          grid="[data-seams]"
          onChange={(q) => onSearch(withPart(search, 'q', q === '' ? undefined : q))}
        />
        {chips.map(({ kind, word, count }) => {
          const isOn = search.pieces?.length === 1 && search.pieces[0] === kind;
          return (
            <Chip
              key={kind}
              isOn={isOn}
              onToggle={() => onSearch(withPart(search, 'pieces', isOn ? undefined : [kind]))}
            >
              {word}
              <Count>{count}</Count>
            </Chip>
          );
        })}
        {isFiltered(search) && <ClearButton onClear={() => onSearch(withoutFilters(search))} />}
      </div>
    </search>
  );
}

function columnsOf(currencies: readonly string[]): readonly GridColumn<SeamPiece, ColumnId>[] {
  const [only] = currencies;
  const isOne = currencies.length === 1 && only !== undefined;
  const places = mostMinorDigits(currencies);
  const fixed = { isFixed: true, isNumeric: false } as const;
  return [
    {
      ...fixed,
      id: 'customer',
      header: 'Customer',
      isRowHeader: true,
      width: 120,
      grow: 2,
      dropOrder: 0,
      cell: (row) => (
        <bdi
          className={`block truncate ${row.name === null ? 'font-mono text-label' : 'font-medium'}`}
          title={`${whoOf(row)}, ${row.customer}`}
        >
          {whoOf(row)}
        </bdi>
      ),
    },
    {
      ...fixed,
      id: 'kind',
      header: 'What',
      width: 90,
      grow: 0.2,
      dropOrder: 0,
      cell: ({ kind }) => <MarkLabel words={SEAM_WORDS[kind]} />,
    },
    {
      ...fixed,
      id: 'meter',
      header: 'Meter',
      width: 120,
      grow: 0.8,
      dropOrder: 3,
      cell: ({ meter }) => <span className="block truncate">{meterLabel(meter)}</span>,
    },
    {
      ...fixed,
      id: 'period',
      header: 'Measured time, UTC',
      width: 176,
      grow: 0.3,
      dropOrder: 2,
      cell: ({ period }) => (
        <span className="tabular whitespace-nowrap text-muted" title={`${period.from} – ${period.to}`}>
          {period.from.slice(8, 10)}, {period.from.slice(11, 19)}–{period.to.slice(11, 19)}
        </span>
      ),
    },
    {
      ...fixed,
      id: 'seconds',
      header: 'Seconds',
      isNumeric: true,
      width: 76,
      grow: 0.2,
      dropOrder: 1,
      cell: ({ seconds }) => <span className="tabular">{formatCount(seconds)}</span>,
    },
    {
      ...fixed,
      id: 'quantity',
      header: 'Quantity',
      isNumeric: true,
      width: 92,
      grow: 0.4,
      dropOrder: 0,
      number: ({ quantity }) => quantity,
      tightPlaces: 3,
      cell: ({ quantity }, digits) => <Quantity text={quantity} places={digits} />,
    },
    {
      ...fixed,
      id: 'unit',
      header: 'Unit',
      width: 84,
      grow: 0.3,
      dropOrder: 4,
      cell: ({ unit }) => <span className="block truncate text-label text-muted">{unit}</span>,
    },
    {
      ...fixed,
      id: 'money',
      header: `Worth${isOne ? ` ${currencySign(only)}` : ''}`,
      isNumeric: true,
      isFilling: !isOne,
      width: isOne ? 84 : 112,
      grow: 0.3,
      dropOrder: 0,
      number: ({ money }) => money?.amount,
      cell: ({ money }, digits) => <Worth money={money} places={Math.max(places, digits)} isNamed={!isOne} />,
    },
  ];
}
