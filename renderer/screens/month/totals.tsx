import type { ReactNode } from 'react';
import type { MonthSummary } from '../../../shared/contract/schemas.ts';
import { Amount } from '../../components/figure.tsx';
import { currencySign, formatAmount } from '../../format/money.ts';
import { ABSENT, formatCount, signOfText } from '../../format/number.ts';
import { plural } from '../../format/words.ts';
import { billedNote, currenciesOf } from './month-view.ts';

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

function CurrencyTable({ summary, currencies }: { summary: MonthSummary; currencies: readonly string[] }) {
  return (
    <table className="text-body @min-[760px]:text-lead">
      <caption className="sr-only">Totals of the month per currency</caption>
      <thead>
        <tr className="text-table">
          <td />
          {WORDS.map(({ word, tone }) => (
            <th key={word} scope="col" className={`h-6 pl-6 text-right font-medium @min-[760px]:pl-10 ${tone}`}>
              {word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {currencies.map((currency) => {
          const money = summary.money.find((row) => row.currency === currency);
          const unbilled = summary.unbilled.find((row) => row.currency === currency)?.amount ?? '0';
          const overbilled = summary.overbilled.find((row) => row.currency === currency)?.amount ?? '0';
          return (
            <tr key={currency} className="[&>*]:h-8 [&>*]:border-t [&>*]:border-line">
              <th scope="row" className="pr-2 text-table text-muted">
                {currency.toUpperCase()}
              </th>
              <Sum text={money?.measured ?? null} currency={currency} />
              <Sum text={money?.metered ?? null} currency={currency} />
              <Sum text={money?.billed ?? null} currency={currency} note={billedNote(summary, currency)} />
              <Sum text={unbilled} currency={currency} isLoss />
              <Sum text={overbilled} currency={currency} isLoss />
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Sum({
  text,
  currency,
  note,
  isLoss = false,
}: {
  text: string | null;
  currency: string;
  note?: string;
  isLoss?: boolean;
}) {
  const isNothing = signOfText(text) === 0;
  const tone = !isLoss ? '' : isNothing ? 'text-faint' : 'text-structural';
  return (
    <td className={`pl-6 text-right font-semibold @min-[760px]:pl-10 ${tone}`} title={note}>
      <Amount text={text} currency={currency} />
    </td>
  );
}

function Figures({ summary, currency }: { summary: MonthSummary; currency: string }) {
  const money = summary.money.find((row) => row.currency === currency);
  const unbilled = summary.unbilled.find((row) => row.currency === currency);
  const overbilled = summary.overbilled.find((row) => row.currency === currency);
  return (
    <dl className="flex flex-wrap items-start gap-x-6 gap-y-3 @min-[760px]:gap-x-10">
      <Total
        word="Measured"
        tone="text-measured"
        note="usage in ClickHouse"
        currency={currency}
        text={money?.measured ?? null}
      />
      <Total
        word="Metered"
        tone="text-metered"
        note="what Stripe holds"
        currency={currency}
        text={money?.metered ?? null}
      />
      <Total
        word="Billed"
        tone="text-billed"
        note={billedNote(summary, currency)}
        currency={currency}
        text={money?.billed ?? null}
      />
      <Total
        word="Unbilled"
        tone="text-muted"
        note={cellsNote(unbilled?.cells)}
        currency={currency}
        text={unbilled?.amount ?? '0'}
        isLoud={unbilled !== undefined}
        isApart
      />
      <Total
        word="Overbilled"
        tone="text-muted"
        note={cellsNote(overbilled?.cells)}
        currency={currency}
        text={overbilled?.amount ?? '0'}
        isLoud={overbilled !== undefined}
      />
    </dl>
  );
}

const cellsNote = (cells: number | undefined): string =>
  cells === undefined ? 'none' : `in ${formatCount(cells)} ${plural(cells, 'cell')}`;

function Total({
  word,
  tone,
  note,
  currency,
  text,
  isLoud = false,
  isApart = false,
}: {
  word: string;
  tone: string;
  note: ReactNode;
  currency: string;
  text: string | null;
  isLoud?: boolean;
  /** A line before it: from here on it is no longer one of the three. */
  isApart?: boolean;
}) {
  return (
    <div className={isApart ? '@min-[760px]:border-l @min-[760px]:pl-10' : ''}>
      <dt className={`text-table font-medium ${tone}`}>{word}</dt>
      <dd>
        <span
          className={`tabular flex items-baseline gap-1 text-lead font-semibold tracking-[-0.01em] @min-[760px]:text-figure @min-[760px]:tracking-[-0.02em] ${isLoud ? 'text-structural' : text === null ? 'text-faint' : ''}`}
        >
          {text !== null && (
            <span className="text-body font-normal text-muted @min-[760px]:text-lead">{currencySign(currency)}</span>
          )}
          {text === null ? ABSENT : formatAmount(text, currency)}
        </span>
        <span className="block text-label text-faint">{note}</span>
      </dd>
    </div>
  );
}
