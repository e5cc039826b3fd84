import type { ReactNode } from 'react';
import type { InvoicesWindow } from '../../../shared/contract/invoice-schemas.ts';
import { Amount } from '../../components/figure.tsx';
import { currencySign, formatAmount, mostMinorDigits } from '../../format/money.ts';
import { ABSENT, formatCount, signOfText } from '../../format/number.ts';
import { plural } from '../../format/words.ts';

type Total = InvoicesWindow['totals'][number];

/** What the invoices come to here and at Stripe; several currencies as a table, because they do not add up. */
export function InvoicesFigures({ totals }: { totals: readonly Total[] }) {
  const [only] = totals;
  if (only === undefined) return null;
  return totals.length === 1 ? <Figures total={only} /> : <CurrencyTable totals={totals} />;
}

function Figures({ total: { currency, invoices, total, stripe, difference, notCompared } }: { total: Total }) {
  return (
    <dl className="mt-5 flex flex-wrap items-start gap-x-10 gap-y-3">
      <Figure
        word="As rated"
        tone="text-ink"
        note={`${formatCount(invoices)} ${plural(invoices, 'invoice')}`}
        currency={currency}
        text={total}
      />
      <Figure
        word="At Stripe"
        tone="text-billed"
        note={stripe === null ? 'nothing to compare with yet' : 'as its invoices say'}
        currency={currency}
        text={stripe}
      />
      <Figure
        word="Difference"
        tone="text-muted"
        note="as rated minus at Stripe"
        currency={currency}
        text={difference}
        isDifference
      />
      {signOfText(notCompared) !== 0 && (
        <Figure
          word="Not compared"
          tone="text-muted"
          note="not at Stripe yet, or incomplete"
          currency={currency}
          text={notCompared}
        />
      )}
    </dl>
  );
}

function Figure({
  word,
  tone,
  note,
  currency,
  text,
  isDifference = false,
}: {
  word: string;
  tone: string;
  note: ReactNode;
  currency: string;
  text: string | null;
  /** A line before it: it lies between the other two. */
  isDifference?: boolean;
}) {
  const isOff = isDifference && signOfText(text) !== 0;
  return (
    <div className={isDifference ? 'border-l pl-10' : ''}>
      <dt className={`text-table font-medium ${tone}`}>{word}</dt>
      <dd>
        <span
          className={`tabular flex items-baseline gap-1 text-figure font-semibold tracking-[-0.02em] ${isOff ? 'text-structural' : text === null || isDifference ? 'text-faint' : ''}`}
        >
          {text !== null && <span className="text-lead font-normal text-muted">{currencySign(currency)}</span>}
          {text === null ? ABSENT : formatAmount(text, currency, isDifference)}
        </span>
        <span className="block text-label text-faint">{note}</span>
      </dd>
    </div>
  );
}

function CurrencyTable({ totals }: { totals: readonly Total[] }) {
  const places = mostMinorDigits(totals.map(({ currency }) => currency));
  const cell = 'h-7 border-t border-line pl-10 text-right';
  return (
    <table className="mt-4">
      <caption className="sr-only">What the invoices come to here and at Stripe, per currency</caption>
      <thead>
        <tr className="text-table text-muted">
          <td />
          <th scope="col" className="h-7 pl-10 text-right font-medium">
            Invoices
          </th>
          <th scope="col" className="pl-10 text-right font-medium text-ink">
            As rated
          </th>
          <th scope="col" className="pl-10 text-right font-medium text-billed">
            At Stripe
          </th>
          <th scope="col" className="pl-10 text-right font-medium">
            Difference
          </th>
          <th scope="col" className="pl-10 text-right font-medium">
            Not compared
          </th>
        </tr>
      </thead>
      <tbody>
        {totals.map(({ currency, invoices, total, stripe, difference, notCompared }) => (
          <tr key={currency}>
            <th scope="row" className="h-7 border-t border-line text-table text-muted">
              {currency.toUpperCase()}
            </th>
            <td className={`${cell} tabular text-muted`}>{formatCount(invoices)}</td>
            <td className={cell}>
              <Amount text={total} currency={currency} places={places} />
            </td>
            <td className={cell}>
              <Amount text={stripe} currency={currency} places={places} />
            </td>
            <td className={cell}>
              <Amount
                text={difference}
                currency={currency}
                places={places}
                isDifference
                className={signOfText(difference) === 0 ? 'text-faint' : 'font-medium text-structural'}
              />
            </td>
            <td className={`${cell} text-muted`}>
              <Amount text={notCompared} currency={currency} places={places} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
