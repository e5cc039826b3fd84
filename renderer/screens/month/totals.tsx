import type { ReactNode } from 'react';
import type { MonthSummary } from '../../../shared/contract/schemas.ts';
import { Amount } from '../../components/figure.tsx';
import { currencySign, formatAmount, mostMinorDigits } from '../../format/money.ts';
import { ABSENT, formatCount, signOfText } from '../../format/number.ts';
import { plural } from '../../format/words.ts';
import { billedNote, billedTotal, currenciesOf } from './month-view.ts';

/** The three numbers and what lies between them; several currencies as a table, because they do not add up. */
export function Totals({ summary }: { summary: MonthSummary }) {
  const currencies = currenciesOf(summary);
  const [only] = currencies;
  if (only === undefined) return null;
  return (
    <div className="@container mt-5">
      {currencies.length === 1 ? (
        <Figures summary={summary} currency={only} />
      ) : (
        <CurrencyTable summary={summary} currencies={currencies} />
      )}
    </div>
  );
}

const WORDS = [
  { word: 'Measured', tone: 'text-measured' },
  { word: 'Metered', tone: 'text-metered' },
  { word: 'Billed', tone: 'text-billed' },
  { word: 'Unbilled', tone: 'text-muted' },
  { word: 'Overbilled', tone: 'text-muted' },
] as const;

/** The main currency as the headline; the others, which do not add up with it, a dense line each beneath it. */
function CurrencyTable({ summary, currencies }: { summary: MonthSummary; currencies: readonly string[] }) {
  const [main = '', ...others] = currencies;
  const places = mostMinorDigits(others);
  return (
    <table className="tabular">
      <caption className="sr-only">Totals of the month per currency</caption>
      <thead>
        <tr className="text-table">
          <td />
          {WORDS.map(({ word, tone }) => (
            <th
              key={word}
              scope="col"
              className={`pl-4 text-right font-medium @min-[600px]:pl-6 @min-[760px]:pl-10 ${tone}`}
            >
              {word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <TotalsRow summary={summary} currency={main} isHeadline />
        <tr className="text-label text-faint">
          <td />
          {notesOf(summary, main).map(([word, note]) => (
            <td key={word} className="pb-1.5 pl-4 text-right whitespace-nowrap @min-[600px]:pl-6 @min-[760px]:pl-10">
              {note}
            </td>
          ))}
        </tr>
        {others.map((currency) => (
          <TotalsRow key={currency} summary={summary} currency={currency} places={places} />
        ))}
      </tbody>
    </table>
  );
}

function notesOf(summary: MonthSummary, currency: string): readonly (readonly [string, string])[] {
  const cellsIn = (rows: MonthSummary['unbilled']) => cellsNote(rows.find((row) => row.currency === currency)?.cells);
  return [
    ['measured', 'usage in ClickHouse'],
    ['metered', 'what Stripe holds'],
    ['billed', billedNote(summary, currency)],
    ['unbilled', cellsIn(summary.unbilled)],
    ['overbilled', cellsIn(summary.overbilled)],
  ];
}

function TotalsRow({
  summary,
  currency,
  places,
  isHeadline = false,
}: {
  summary: MonthSummary;
  currency: string;
  places?: number;
  isHeadline?: boolean;
}) {
  const money = summary.money.find((row) => row.currency === currency);
  const lossOf = (rows: MonthSummary['unbilled']): string =>
    rows.find((row) => row.currency === currency)?.amount ?? '0';
  const cells = [
    { word: 'measured', text: money?.measured ?? null },
    { word: 'metered', text: money?.metered ?? null },
    { word: 'billed', text: billedTotal(summary, currency) },
    { word: 'unbilled', text: lossOf(summary.unbilled), isLoss: true },
    { word: 'overbilled', text: lossOf(summary.overbilled), isLoss: true },
  ];
  const size = isHeadline
    ? 'font-semibold text-lead tracking-[-0.01em] @min-[760px]:text-figure @min-[760px]:tracking-[-0.02em]'
    : 'h-6 border-t border-line text-body';
  return (
    <tr>
      <th
        scope="row"
        className={`text-table text-muted ${isHeadline ? '@min-[760px]:pt-3.5' : 'h-6 border-t border-line'}`}
      >
        {currency.toUpperCase()}
      </th>
      {cells.map(({ word, text, isLoss }) => (
        <td
          key={word}
          className={`pl-4 text-right @min-[600px]:pl-6 @min-[760px]:pl-10 ${size} ${isLoss === true ? lossTone(text) : ''}`}
          title={word === 'billed' ? billedNote(summary, currency) : undefined}
        >
          <Amount text={text} currency={currency} {...(places === undefined ? {} : { places })} />
        </td>
      ))}
    </tr>
  );
}

const lossTone = (text: string | null): string => (signOfText(text) === 0 ? 'text-faint' : 'text-structural');

function Figures({ summary, currency }: { summary: MonthSummary; currency: string }) {
  const money = summary.money.find((row) => row.currency === currency);
  const unbilled = summary.unbilled.find((row) => row.currency === currency);
  const overbilled = summary.overbilled.find((row) => row.currency === currency);
  const isLong = (money?.measured?.length ?? 0) > LONG_AMOUNT;
  return (
    <dl
      className={`flex flex-wrap items-start gap-x-6 gap-y-3 ${isLong ? '@min-[1240px]:gap-x-10' : '@min-[760px]:gap-x-10'}`}
    >
      <Total
        word="Measured"
        tone="text-measured"
        note="usage in ClickHouse"
        currency={currency}
        isLong={isLong}
        text={money?.measured ?? null}
      />
      <Total
        word="Metered"
        tone="text-metered"
        note="what Stripe holds"
        currency={currency}
        isLong={isLong}
        text={money?.metered ?? null}
      />
      <Total
        word="Billed"
        tone="text-billed"
        note={billedNote(summary, currency)}
        currency={currency}
        isLong={isLong}
        text={billedTotal(summary, currency)}
      />
      <Total
        word="Unbilled"
        tone="text-muted"
        note={cellsNote(unbilled?.cells)}
        currency={currency}
        isLong={isLong}
        text={unbilled?.amount ?? '0'}
        isLoud={unbilled !== undefined}
        isApart
      />
      <Total
        word="Overbilled"
        tone="text-muted"
        note={cellsNote(overbilled?.cells)}
        currency={currency}
        isLong={isLong}
        text={overbilled?.amount ?? '0'}
        isLoud={overbilled !== undefined}
      />
    </dl>
  );
}

const LONG_AMOUNT = 11;

const SIZES = {
  usual: {
    apart: '@min-[760px]:border-l @min-[760px]:pl-10',
    figure: '@min-[760px]:text-figure @min-[760px]:tracking-[-0.02em]',
    sign: '@min-[760px]:text-lead',
  },
  long: {
    apart: '@min-[760px]:border-l @min-[760px]:pl-6 @min-[1240px]:pl-10',
    figure: '@min-[760px]:text-title @min-[1240px]:text-figure @min-[1240px]:tracking-[-0.02em]',
    sign: '@min-[1240px]:text-lead',
  },
} as const;

const cellsNote = (cells: number | undefined): string =>
  cells === undefined ? 'none' : `in ${formatCount(cells)} ${plural(cells, 'cell')}`;

function Total({
  word,
  tone,
  note,
  currency,
  text,
  isLong,
  isLoud = false,
  isApart = false,
}: {
  word: string;
  tone: string;
  note: ReactNode;
  currency: string;
  text: string | null;
  /** Amounts of many millions need a wide page to stand on one line at full size. */
  isLong: boolean;
  isLoud?: boolean;
  /** A line before it: from here on it is no longer one of the three. */
  isApart?: boolean;
}) {
  return (
    <div className={isApart ? SIZES[isLong ? 'long' : 'usual'].apart : ''}>
      <dt className={`text-table font-medium ${tone}`}>{word}</dt>
      <dd>
        <span
          className={`tabular flex items-baseline gap-1 text-lead font-semibold tracking-[-0.01em] ${SIZES[isLong ? 'long' : 'usual'].figure} ${isLoud ? 'text-structural' : text === null ? 'text-faint' : ''}`}
        >
          {text !== null && (
            <span className={`text-body font-normal text-muted ${SIZES[isLong ? 'long' : 'usual'].sign}`}>
              {currencySign(currency)}
            </span>
          )}
          {text === null ? ABSENT : formatAmount(text, currency)}
        </span>
        <span className="block text-label text-faint">{note}</span>
      </dd>
    </div>
  );
}
