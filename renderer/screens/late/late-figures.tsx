import type { ReactNode } from 'react';
import type { LateTotals } from '../../../shared/contract/late-schemas.ts';
import { Amount } from '../../components/figure.tsx';
import { currencySign, formatAmount, formatMoney, mostMinorDigits } from '../../format/money.ts';
import { formatCount, signOfText } from '../../format/number.ts';
import { plural } from '../../format/words.ts';

type Field = 'undecided' | 'carriedForward' | 'waived' | 'invoiced';
const PARTS: readonly { readonly field: Field; readonly word: string; readonly note: string }[] = [
  { field: 'undecided', word: 'To decide', note: 'nobody has said yet' },
  { field: 'carriedForward', word: 'Carried forward', note: 'to the next invoice' },
  { field: 'waived', word: 'Waived', note: 'let go, with a note' },
  { field: 'invoiced', word: 'Invoiced', note: 'booked, and final' },
];

/** What late usage comes to and what became of it; several currencies as a table, because they do not add up. */
export function LateFigures({ totals }: { totals: readonly LateTotals[] }) {
  const [only] = totals;
  if (only === undefined) return null;
  return totals.length === 1 ? <Figures totals={only} /> : <CurrencyTable totals={totals} />;
}

function Figures({ totals }: { totals: LateTotals }) {
  const { currency, total, more, less, rows } = totals;
  const isMixed = signOfText(more) !== 0 && signOfText(less) !== 0;
  return (
    <dl className="mt-5 flex flex-wrap items-start gap-x-9 gap-y-3">
      <Figure
        word="Arrived late"
        tone="text-measured"
        currency={currency}
        text={total}
        note={
          isMixed
            ? `${formatMoney(more, currency, true)} and ${formatMoney(less, currency)}`
            : `${formatCount(rows)} ${plural(rows, 'row')}`
        }
      />
      {PARTS.map(({ field, word, note }, place) => (
        <Figure
          key={field}
          word={word}
          tone="text-muted"
          currency={currency}
          text={totals[field]}
          note={note}
          isApart={place === 0}
          isOpen={field === 'undecided'}
        />
      ))}
    </dl>
  );
}

function Figure({
  word,
  tone,
  note,
  currency,
  text,
  isApart = false,
  isOpen = false,
}: {
  word: string;
  tone: string;
  note: ReactNode;
  currency: string;
  text: string;
  /** A line before it: what follows are the parts of what stands before. */
  isApart?: boolean;
  /** Somebody has to act on it. */
  isOpen?: boolean;
}) {
  const isNothing = signOfText(text) === 0;
  return (
    <div className={isApart ? 'border-l pl-9' : ''}>
      <dt className={`text-table font-medium ${tone}`}>{word}</dt>
      <dd>
        <span
          className={`tabular flex items-baseline gap-1 text-figure font-semibold tracking-[-0.02em] whitespace-nowrap ${isNothing ? 'text-faint' : isOpen ? 'text-structural' : ''}`}
        >
          <span className="text-lead font-normal text-muted">{currencySign(currency)}</span>
          {formatAmount(text, currency)}
        </span>
        <span className="tabular block text-label text-faint">{note}</span>
      </dd>
    </div>
  );
}

function CurrencyTable({ totals }: { totals: readonly LateTotals[] }) {
  const places = mostMinorDigits(totals.map(({ currency }) => currency));
  const head = 'h-7 pl-9 text-right font-medium whitespace-nowrap';
  const cell = 'h-7 border-t border-line pl-9 text-right';
  return (
    <div className="mt-4 overflow-x-auto">
      <table>
        <caption className="sr-only">What late usage comes to and what became of it, per currency</caption>
        <thead>
          <tr className="text-table text-muted">
            <td />
            <th scope="col" className={head}>
              Rows
            </th>
            <th scope="col" className={`${head} text-measured`}>
              Arrived late
            </th>
            {PARTS.map(({ field, word }) => (
              <th key={field} scope="col" className={head}>
                {word}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {totals.map((each) => (
            <tr key={each.currency}>
              <th scope="row" className="h-7 border-t border-line text-table text-muted">
                {each.currency.toUpperCase()}
              </th>
              <td className={`${cell} tabular text-muted`}>{formatCount(each.rows)}</td>
              <td className={`${cell} font-medium`}>
                <Amount text={each.total} currency={each.currency} places={places} />
              </td>
              {PARTS.map(({ field }) => (
                <td key={field} className={cell}>
                  <Amount
                    text={each[field]}
                    currency={each.currency}
                    places={places}
                    className={
                      signOfText(each[field]) === 0
                        ? 'text-faint'
                        : field === 'undecided'
                          ? 'font-medium text-structural'
                          : ''
                    }
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
