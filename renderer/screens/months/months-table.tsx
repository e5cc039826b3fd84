import { Link, useNavigate } from '@tanstack/react-router';
import { Lock } from 'lucide-react';
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';
import type { MatrixSquare, MonthColumn, MonthsMatrix } from '../../../shared/contract/schemas.ts';
import { Amount } from '../../components/figure.tsx';
import { MonthDot } from '../../components/month-dot.tsx';
import { Sparkline } from '../../components/sparkline.tsx';
import { VerdictMark } from '../../components/verdict-mark.tsx';
import { useCloseStates } from '../../data/close.ts';
import { currencySign } from '../../format/money.ts';
import { formatMonth } from '../../format/time.ts';
import { meterLabel, VERDICT_WORDS } from '../../format/words.ts';
import { openingSearch } from '../month/month-search.ts';
import { columnState, currenciesOf, squareView } from './matrix-view.ts';

const HEAD = 'sticky left-0 z-10 bg-page border-r border-line';

const HEAD_PX = 272;
const MONTH_PX = 118;

/** Rows are meters, columns months, newest right; above each month its totals. */
export function MonthsTable({
  matrix,
  currency: wanted,
  onCurrency,
}: {
  matrix: MonthsMatrix;
  /** The currency of the totals; null: that of the most months. */
  currency: string | null;
  onCurrency: (currency: string) => void;
}) {
  const scroller = useRef<HTMLElement>(null);
  const currencies = currenciesOf(matrix);
  const currency = currencies.find((known) => known === wanted) ?? currencies[0];
  const { months, meters } = matrix;
  const [focus, setFocus] = useState({ row: 0, column: lastPulled(months) });
  const navigate = useNavigate();
  useLayoutEffect(() => {
    const { current } = scroller;
    if (current !== null) current.scrollLeft = current.scrollWidth;
  }, []);

  const onKeyDown = (event: KeyboardEvent): void => {
    const move = MOVES[event.key];
    if (move === undefined || event.altKey || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    const row = clamp(focus.row + move.row, meters.length);
    const column = clamp(focus.column + move.column, months.length);
    setFocus({ row, column });
    scroller.current?.querySelector<HTMLElement>(`[data-square="${row}:${column}"]`)?.focus();
  };

  return (
    <section
      ref={scroller}
      aria-label="Months by meter"
      className="min-h-0 flex-1 overflow-auto border-t border-line"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
      tabIndex={0}
    >
      <table className="table-fixed text-table" style={{ width: `max(100%, ${HEAD_PX + months.length * MONTH_PX}px)` }}>
        <caption className="sr-only">
          Meters by months: the difference in money between measured and metered, with the verdict. Use the arrow keys
          to move between squares.
        </caption>
        <thead>
          <tr>
            <td className={`${HEAD} pr-3 pl-6 align-bottom`} style={{ width: HEAD_PX }}>
              {currencies.length > 1 && (
                <CurrencySwitch currencies={currencies} chosen={currency} onChoose={onCurrency} />
              )}
            </td>
            {months.map((column) => (
              <MonthHead key={column.month} column={column} />
            ))}
          </tr>
          {currency !== undefined && <Totals currency={currency} months={months} />}
        </thead>
        <tbody onKeyDown={onKeyDown}>
          {meters.map((meter, row) => (
            <tr key={meter.key}>
              <th scope="row" className={`${HEAD} border-b py-0 pr-3 pl-6`}>
                <span className="flex h-12 items-center gap-3">
                  <span className="min-w-0 flex-1">
                    <MeterName meter={meter.key} />
                    <span className="block truncate text-label text-faint">{meter.unit}</span>
                  </span>
                  <Sparkline
                    shares={meter.sparkline}
                    label={`Usage of ${meterLabel(meter.key)} over ${months.length} months`}
                  />
                </span>
              </th>
              {months.map((column, index) => (
                <Square
                  key={column.month}
                  square={column.squares.find((candidate) => candidate.meter === meter.key)}
                  unit={meter.unit}
                  month={column.month}
                  address={`${row}:${index}`}
                  isTabStop={focus.row === row && focus.column === index}
                  onFocus={() => setFocus({ row, column: index })}
                  onOpen={() =>
                    void navigate({
                      to: '/months/$month',
                      params: { month: column.month },
                      search: {
                        meters: [meter.key],
                        ...openingSearch(column.squares.find((candidate) => candidate.meter === meter.key)),
                      },
                    })
                  }
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function CurrencySwitch({
  currencies,
  chosen,
  onChoose,
}: {
  currencies: readonly string[];
  chosen: string | undefined;
  onChoose: (currency: string) => void;
}) {
  return (
    <fieldset aria-label="Currency of the totals" className="mb-2 flex w-fit rounded-md bg-raised p-0.5">
      {currencies.map((currency) => (
        <button
          key={currency}
          type="button"
          aria-pressed={currency === chosen}
          onClick={() => onChoose(currency)}
          className="h-5 rounded px-2 text-label text-muted hover:text-ink aria-pressed:bg-page aria-pressed:font-medium aria-pressed:text-ink aria-pressed:shadow-[0_0_0_1px_var(--line-strong)]"
        >
          {currency.toUpperCase()}
        </button>
      ))}
    </fieldset>
  );
}

/** Leads to the page of the meter; meters that Stripe alone has have none. */
function MeterName({ meter }: { meter: string }) {
  const name = 'block truncate text-body font-medium';
  if (meter.startsWith('stripe:')) return <span className={name}>{meterLabel(meter)}</span>;
  return (
    <Link to="/meter" search={{ key: meter }} title={`${meter}: push health`} className={`${name} hover:text-accent`}>
      {meterLabel(meter)}
    </Link>
  );
}

const MOVES: Readonly<Record<string, { row: number; column: number }>> = {
  ArrowLeft: { row: 0, column: -1 },
  ArrowRight: { row: 0, column: 1 },
  ArrowUp: { row: -1, column: 0 },
  ArrowDown: { row: 1, column: 0 },
  h: { row: 0, column: -1 },
  l: { row: 0, column: 1 },
  k: { row: -1, column: 0 },
  j: { row: 1, column: 0 },
  Home: { row: 0, column: -1000 },
  End: { row: 0, column: 1000 },
};

const clamp = (value: number, length: number): number => Math.max(0, Math.min(length - 1, value));
const lastPulled = (months: readonly MonthColumn[]): number =>
  Math.max(
    0,
    months.findLastIndex(({ state }) => state !== 'empty'),
  );

function MonthHead({ column }: { column: MonthColumn }) {
  return (
    <th scope="col" className="p-0 text-right align-top">
      <Link
        to="/months/$month"
        params={{ month: column.month }}
        search={openingSearch(column)}
        className="block rounded-md px-3 pt-3 pb-2 hover:bg-hover"
      >
        <span className="block text-body font-semibold whitespace-nowrap">{formatMonth(column.month)}</span>
        <span className="flex items-center justify-end gap-1.5 text-label whitespace-nowrap text-muted">
          <MonthDot state={column.state} />
          {columnState(column)}
        </span>
        <CloseState column={column} />
      </Link>
    </th>
  );
}

/** Whether the books of the month are locked. */
function CloseState({ column: { month, isOpen } }: { column: MonthColumn }) {
  const close = useCloseStates().data?.find((each) => each.month === month);
  const words =
    close === undefined ? (isOpen ? 'still open' : null) : close.state === 'locked' ? 'locked' : 'open again';
  return words === null ? null : (
    <span className="flex items-center justify-end gap-1 text-label text-faint">
      {close?.state === 'locked' && <Lock size={11} aria-hidden="true" />}
      {words}
    </span>
  );
}

const SIDES = [
  { side: 'measured', word: 'Measured', tone: 'text-measured' },
  { side: 'metered', word: 'Metered', tone: 'text-metered' },
  { side: 'billed', word: 'Billed', tone: 'text-billed' },
] as const;

function Totals({ currency, months }: { currency: string; months: readonly MonthColumn[] }) {
  return (
    <>
      {SIDES.map(({ side, word, tone }) => (
        <tr key={side}>
          <th scope="row" className={`${HEAD} pr-3 pl-6 ${tone}`}>
            <span className="flex h-6 items-center justify-between">
              {word}
              <span className="text-label text-faint">{currencySign(currency)}</span>
            </span>
          </th>
          {months.map((column) => (
            <td key={column.month} className="px-3 text-right">
              <Amount
                text={column.money.find((money) => money.currency === currency)?.[side] ?? null}
                currency={currency}
              />
            </td>
          ))}
        </tr>
      ))}
      {months.some(({ atRisk }) => atRisk !== undefined) && (
        <tr>
          <th scope="row" className={`${HEAD} border-b border-b-line-strong pr-3 pl-6`}>
            <span className="flex h-8 items-center justify-between pb-1 font-medium">
              At risk
              <span className="text-label font-normal text-faint">{currencySign(currency)}</span>
            </span>
          </th>
          {months.map((column) => (
            <AtRisk key={column.month} column={column} currency={currency} />
          ))}
        </tr>
      )}
    </>
  );
}

function AtRisk({ column, currency }: { column: MonthColumn; currency: string }) {
  const amount = column.atRisk?.find((risk) => risk.currency === currency)?.amount ?? null;
  const isOff = column.state === 'structural' || column.state === 'invalid';
  return (
    <td
      className={`border-b border-b-line-strong px-3 pb-1 text-right font-medium ${isOff ? 'text-structural' : 'text-muted'}`}
    >
      <Amount text={amount} currency={currency} />
    </td>
  );
}

function Square({
  square,
  unit,
  month,
  address,
  isTabStop,
  onFocus,
  onOpen,
}: {
  square: MatrixSquare | undefined;
  unit: string;
  month: string;
  address: string;
  isTabStop: boolean;
  onFocus: () => void;
  onOpen: () => void;
}) {
  const view = square === undefined ? null : squareView(square, unit, month);
  const verdict = square?.verdict ?? null;
  const isOff = verdict !== null && VERDICT_WORDS[verdict].tone === 'structural';
  return (
    <td className="h-px border-b border-line p-0.5">
      <button
        type="button"
        data-square={address}
        tabIndex={isTabStop ? 0 : -1}
        title={view?.hover ?? ''}
        onFocus={onFocus}
        onClick={onOpen}
        className={`flex h-full min-h-11 w-full items-center justify-end gap-1.5 rounded-md px-2.5 text-right hover:bg-hover ${isOff ? 'bg-structural-wash' : ''} ${verdict === 'incomplete' ? 'hatched' : ''}`}
      >
        <span className="sr-only">{view?.spoken ?? `${formatMonth(month)}: no such meter`}</span>
        {verdict === null || view === null ? (
          <span className="text-faint">–</span>
        ) : (
          <>
            <VerdictMark verdict={verdict} />
            <span className="min-w-0">
              {view.figures.map((figure) => (
                <span
                  key={figure}
                  className={`tabular block whitespace-nowrap ${isOff ? 'font-medium text-ink' : 'text-muted'}`}
                >
                  {figure}
                </span>
              ))}
              {view.note !== null && <span className="block text-label text-muted">{view.note}</span>}
            </span>
          </>
        )}
      </button>
    </td>
  );
}
