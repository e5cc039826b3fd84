import type { ReactNode } from 'react';
import type { MonthSummary } from '../../../shared/contract/schemas.ts';
import { currencySign, formatAmount } from '../../format/money.ts';
import { ABSENT, formatCount } from '../../format/number.ts';
import { plural } from '../../format/words.ts';
import { currenciesOf } from './month-view.ts';

/** The three numbers and what lies between them, a line per currency. */
export function Totals({ summary }: { summary: MonthSummary }) {
  return (
    <div className="@container mt-5 space-y-3">
      {currenciesOf(summary).map((currency) => {
        const money = summary.money.find((row) => row.currency === currency);
        const unbilled = summary.unbilled.find((row) => row.currency === currency);
        const overbilled = summary.overbilled.find((row) => row.currency === currency);
        return (
          <dl key={currency} className="flex flex-wrap items-start gap-x-6 gap-y-3 @min-[760px]:gap-x-10">
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
              note={money?.billed == null ? 'no invoice yet' : 'invoice lines'}
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
      })}
    </div>
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
