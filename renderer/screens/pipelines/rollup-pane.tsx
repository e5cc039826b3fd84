import { type RefObject, useCallback, useState } from 'react';
import type { RollupFinding, RollupWindow } from '../../../shared/contract/pipelines-schemas.ts';
import { Button } from '../../components/button.tsx';
import { Quantity } from '../../components/figure.tsx';
import { Empty, Skeleton, SkeletonRows } from '../../components/states.tsx';
import { useRollup } from '../../data/pipelines.ts';
import { currencySign, mostMinorDigits } from '../../format/money.ts';
import { formatCount } from '../../format/number.ts';
import { EFFECT_WORDS, ROLLUP_WORDS } from '../../format/pipeline-words.ts';
import { formatMoment, formatPeriod } from '../../format/time.ts';
import { plural } from '../../format/words.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { Choice, ClearButton, SearchBox } from '../../table/filter-parts.tsx';
import { toggled } from '../../table/filter-values.ts';
import { type GridColumn, RowGrid } from '../../table/row-grid.tsx';
import { MarkLabel } from './mark-label.tsx';
import { PaneFailure, rollupExample } from './pane-failure.tsx';
import { isFiltered, type PipelinesSearch, withoutFilters, withPart } from './pipelines-search.ts';
import {
  findingKey,
  hourWords,
  moneyWords,
  quantityWords,
  ROLLUP_SHEET,
  readable,
  rollupLabel,
  rollupText,
  whoOf,
} from './pipelines-view.ts';
import { Problems } from './problems.tsx';
import { Worth } from './worth.tsx';

type ColumnId = 'customer' | 'kind' | 'bucket' | 'recomputed' | 'sent' | 'held' | 'quantity' | 'money';
const DEFAULT_SORT = { by: 'default', direction: 'descending' } as const;

/** What the pipeline made of its samples, what it sent, and what Stripe holds of it. */
export function RollupPane({
  pipeline,
  search,
  open,
  searchBox,
  scroller,
  onSearch,
  onOpen,
}: {
  pipeline: string;
  search: PipelinesSearch;
  /** The finding beside the table. */
  open: RollupFinding | null;
  searchBox: RefObject<HTMLInputElement | null>;
  scroller: RefObject<HTMLDivElement | null>;
  onSearch: (search: PipelinesSearch, isReplacing?: boolean) => void;
  onOpen: (finding: RollupFinding) => void;
}) {
  const [visible, setVisible] = useState({ first: 0, last: 40 });
  const onVisible = useCallback((next: typeof visible) => setVisible(next), []);
  const announce = useAnnounce();
  const { kinds, q } = search;
  const request = {
    pipeline,
    ...(kinds === undefined ? {} : { kinds: [...kinds] }),
    ...(q === undefined ? {} : { search: q }),
  };
  const rows = useRollup(request, visible);
  const { head } = rows;
  if (rows.error !== null) {
    return (
      <PaneFailure
        error={rows.error}
        title="How this pipeline makes events is not described"
        meaning="What the pipeline sent cannot be checked until this is mended."
        example={rollupExample(pipeline)}
        onRetry={rows.retry}
      />
    );
  }
  if (head === undefined || rows.total === null) {
    return (
      <div className="mt-5">
        <Skeleton width={420} height={16} />
        <div className="mt-6">
          <SkeletonRows rows={10} label="Checking the rollup" />
        </div>
      </div>
    );
  }
  const currencies = [...new Set(head.byKind.flatMap(({ money }) => money.map(({ currency }) => currency)))].sort();
  return (
    <>
      <p className="mt-5 text-lead">{readable(head.sentence)}</p>
      <p className="mt-0.5 text-muted">{sourcesOf(head)}</p>
      <Problems problems={head.problems} />
      {head.all === 0 ? (
        <div className="mt-5">
          <Empty title="Every bucket came out as it was sent">
            The samples of {formatPeriod(head.period.from, head.period.to)} make the events that {pipeline} lists, each
            under its own id{head.heldAsOf === null ? '' : ', and Stripe holds them'}.
          </Empty>
        </div>
      ) : (
        <>
          <Kinds rollup={head} search={search} onSearch={onSearch} />
          <div className="pt-5">
            <Filters ref={searchBox} rollup={head} search={search} onSearch={onSearch} />
            {rows.total === 0 ? (
              <Empty
                title="Nothing passes these filters"
                action={<Button onClick={() => onSearch(withoutFilters(search))}>Clear the filters</Button>}
              >
                {formatCount(head.all)} {plural(head.all, 'finding')} {plural(head.all, 'is', 'are')} hidden.
              </Empty>
            ) : (
              <RowGrid<RollupFinding, ColumnId>
                name="finding"
                caption="What was rolled up, sent or held otherwise than the samples say. Arrow keys or j and k move, Enter opens a row beside the table."
                columns={columnsOf(currencies)}
                total={rows.total}
                rowAt={rows.rowAt}
                isBusy={rows.isFetching}
                list={JSON.stringify(request)}
                sort={DEFAULT_SORT}
                onSort={() => {}}
                scroller={scroller}
                onVisible={onVisible}
                isSelected={(row) => open !== null && findingKey(open) === findingKey(row)}
                onOpen={onOpen}
                onCopy={(row) =>
                  void navigator.clipboard
                    .writeText(rollupText(row))
                    .then(() => announce(`Copied ${whoOf(row)} with exact figures.`))
                }
                sheet={ROLLUP_SHEET}
                allRows={rows.allRows}
                hasDrawer={open !== null}
                spoken={rollupLabel}
                footer={
                  <span className="flex h-9 items-center px-1.5 text-muted">
                    {rows.total === head.all
                      ? `${formatCount(head.all)} ${plural(head.all, 'finding')}, the most valuable first`
                      : `${formatCount(rows.total)} of ${formatCount(head.all)} ${plural(head.all, 'finding')}`}
                  </span>
                }
              />
            )}
          </div>
        </>
      )}
    </>
  );
}

/** What was compared with what. */
function sourcesOf({ period, buckets, events, sentAsOf, heldAsOf }: RollupWindow): string {
  const sent =
    sentAsOf === null ? 'the pipeline does not say what it sent' : `what it sent as of ${formatMoment(sentAsOf)}`;
  const held = heldAsOf === null ? 'what Stripe holds was not pulled' : `Stripe as of ${formatMoment(heldAsOf)}`;
  return `${formatPeriod(period.from, period.to)}: ${formatCount(buckets)} ${plural(buckets, 'bucket')}, ${formatCount(events)} ${plural(events, 'event')}; ${sent}; ${held}.`;
}

const HEAD = 'h-8 border-b border-line-strong px-2 font-medium whitespace-nowrap';
const CELL = 'h-(--row) border-b border-line px-2';

/** Each kind with what it comes to; a kind narrows the rows beneath. */
function Kinds({
  rollup: { byKind },
  search,
  onSearch,
}: {
  rollup: RollupWindow;
  search: PipelinesSearch;
  onSearch: (search: PipelinesSearch) => void;
}) {
  return (
    <div className="mt-5 overflow-x-auto">
      <table className="tabular w-full text-table">
        <caption className="sr-only">What was found, by kind</caption>
        <thead className="text-muted">
          <tr>
            <th scope="col" className={`${HEAD} pl-0`}>
              What
            </th>
            <th scope="col" className={`${HEAD} hidden @min-[820px]:table-cell`}>
              What it means
            </th>
            <th scope="col" className={HEAD}>
              Effect
            </th>
            <th scope="col" className={`${HEAD} text-right`}>
              Found
            </th>
            <th scope="col" className={`${HEAD} hidden text-right @min-[640px]:table-cell`}>
              Customers
            </th>
            <th scope="col" className={`${HEAD} hidden text-right @min-[620px]:table-cell`}>
              At stake
            </th>
            <th scope="col" className={`${HEAD} text-right`}>
              Worth
            </th>
          </tr>
        </thead>
        <tbody>
          {byKind.map(({ kind, effect, findings, customers, quantities, money }) => {
            const isOn = search.kinds?.length === 1 && search.kinds[0] === kind;
            return (
              <tr key={kind} className={isOn ? 'bg-selected' : 'hover:bg-hover'}>
                <th scope="row" className={`${CELL} pl-0 font-medium whitespace-nowrap`}>
                  <button
                    type="button"
                    aria-pressed={isOn}
                    onClick={() => onSearch(withPart(search, 'kinds', isOn ? undefined : [kind]))}
                    className="font-medium text-accent hover:underline"
                  >
                    {ROLLUP_WORDS[kind].word}
                  </button>
                </th>
                <td
                  className={`${CELL} hidden max-w-0 truncate text-muted @min-[820px]:table-cell @min-[820px]:w-[44%]`}
                >
                  <span title={ROLLUP_WORDS[kind].meaning}>{ROLLUP_WORDS[kind].meaning}</span>
                </td>
                <td className={`${CELL} whitespace-nowrap`}>
                  <MarkLabel words={EFFECT_WORDS[effect]} />
                </td>
                <td className={`${CELL} text-right`}>{formatCount(findings)}</td>
                <td className={`${CELL} hidden text-right @min-[640px]:table-cell`}>{formatCount(customers)}</td>
                <td className={`${CELL} hidden text-right whitespace-nowrap @min-[620px]:table-cell`}>
                  {quantityWords(quantities)}
                </td>
                <td className={`${CELL} text-right font-medium whitespace-nowrap`}>
                  {money.length === 0 ? '–' : moneyWords(money)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Filters({
  ref,
  rollup,
  search,
  onSearch,
}: {
  ref: RefObject<HTMLInputElement | null>;
  rollup: RollupWindow;
  search: PipelinesSearch;
  onSearch: (search: PipelinesSearch) => void;
}) {
  return (
    <search className="@container sticky top-0 z-30 -mx-1 block h-[44px] bg-page">
      <div className="flex h-full items-center gap-1.5 overflow-x-auto px-1 [scrollbar-width:none]">
        <SearchBox
          inputRef={ref}
          value={search.q ?? ''}
          label="Search findings by customer or event id"
          placeholder="Customer or event id"
          grid="[data-findings]"
          onChange={(q) => onSearch(withPart(search, 'q', q === '' ? undefined : q))}
        />
        <Choice
          word="What"
          chosen={search.kinds?.map((kind) => ROLLUP_WORDS[kind].word)}
          options={rollup.byKind.map(({ kind, findings }) => ({
            key: kind,
            label: ROLLUP_WORDS[kind].word,
            count: findings,
            isOn: search.kinds?.includes(kind) === true,
            toggle: () => onSearch(withPart(search, 'kinds', toggled(search.kinds, kind))),
          }))}
        />
        {isFiltered(search) && <ClearButton onClear={() => onSearch(withoutFilters(search))} />}
      </div>
    </search>
  );
}

function columnsOf(currencies: readonly string[]): readonly GridColumn<RollupFinding, ColumnId>[] {
  const [only] = currencies;
  const isOne = currencies.length === 1 && only !== undefined;
  const places = mostMinorDigits(currencies);
  const fixed = { isFixed: true } as const;
  const quantity = (
    id: 'recomputed' | 'sent' | 'held' | 'quantity',
    header: string,
    fullHeader: string,
    dropOrder: number,
  ): GridColumn<RollupFinding, ColumnId> => ({
    ...fixed,
    id,
    header,
    fullHeader,
    isNumeric: true,
    width: 92,
    grow: 0.4,
    dropOrder,
    number: (row) => row[id],
    tightPlaces: 3,
    cell: (row, digits) => (
      <Quantity text={row[id]} places={digits} className={id === 'quantity' ? '' : 'text-muted'} />
    ),
  });
  return [
    {
      ...fixed,
      id: 'customer',
      header: 'Customer',
      isNumeric: false,
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
      isNumeric: false,
      width: 128,
      grow: 0.4,
      dropOrder: 0,
      cell: ({ kind, effect, sentence }) => (
        <span title={sentence}>
          <MarkLabel words={{ ...EFFECT_WORDS[effect], word: ROLLUP_WORDS[kind].word }} />
        </span>
      ),
    },
    {
      ...fixed,
      id: 'bucket',
      header: 'Bucket, UTC',
      isNumeric: false,
      width: 128,
      grow: 0.2,
      dropOrder: 1,
      cell: ({ bucket }) => (
        <span className="tabular whitespace-nowrap text-muted">{hourWords(bucket.from).replace(' UTC', '')}</span>
      ),
    },
    quantity('recomputed', 'Samples make', 'What the samples of the bucket come to', 3),
    quantity('sent', 'Sent', 'What the pipeline says that it sent', 4),
    quantity('held', 'Held', 'What Stripe holds of it', 5),
    quantity('quantity', 'At stake', 'The part that is billed wrongly, or may be', 0),
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
