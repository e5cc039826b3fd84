import { Link } from '@tanstack/react-router';
import type { CellDetail } from '../../../shared/contract/schemas.ts';
import { BillingLabel } from '../../components/billing-mark.tsx';
import { Amount, Quantity } from '../../components/figure.tsx';
import { Prose } from '../../components/prose.tsx';
import { stripeStatusWord } from '../../format/billing-words.ts';
import { mostMinorDigits } from '../../format/money.ts';
import { groupNumbersIn, widestFraction } from '../../format/number.ts';
import { formatPeriod } from '../../format/time.ts';
import { type BilledLines, previewsOf } from './billed-lines.ts';
import { Section } from './section.tsx';

/** What the invoices charge of the cell, and the way to them. */
export function Billing({ detail, month }: { detail: CellDetail; month: string }) {
  const { billing, row } = detail;
  if (billing === null) return null;
  return (
    <Section
      title="Billed"
      aside={
        row.billing === null ? undefined : (
          <span className="text-table">
            <BillingLabel verdict={row.billing.verdict} />
          </span>
        )
      }
    >
      <p>{groupNumbersIn(billing.sentence)}</p>
      {billing.lines.length > 0 && <Lines lines={billing.lines} unit={row.unit} />}
      {billing.remedy !== null && (
        <p className="mt-3 rounded-md bg-selected px-3 py-2">
          <span className="font-medium">Next: </span>
          <Prose text={billing.remedy} />
        </p>
      )}
      {row.customer !== null && <InvoiceLinks customer={row.customer} lines={billing.lines} month={month} />}
      {row.customer !== null && (
        <p className="mt-1">
          <Link to="/simulate" search={{ customer: row.customer, month }} className="text-accent hover:underline">
            Simulate the close of this month
          </Link>
        </p>
      )}
    </Section>
  );
}

/** The way to the previews that the lines belong to; where there is no line, to those of the customer. */
function InvoiceLinks({ customer, lines, month }: { customer: string; lines: BilledLines; month: string }) {
  const known = previewsOf(lines);
  if (known.length === 0) {
    return (
      <p className="mt-2">
        <Link to="/invoices/$month" params={{ month }} search={{ q: customer }} className="text-accent hover:underline">
          Invoices of this customer
        </Link>
      </p>
    );
  }
  return known.map(({ subscription, from }) => (
    <p key={`${subscription} ${from}`} className="mt-2">
      <Link
        to="/invoices/$month/invoice"
        params={{ month: from.slice(0, 7) }}
        search={{ customer, subscription, from }}
        className="text-accent hover:underline"
      >
        The whole invoice
      </Link>{' '}
      {known.length > 1 && <code className="font-mono text-label text-muted">{subscription}</code>}
    </p>
  ));
}

function Lines({ lines, unit }: { lines: BilledLines; unit: string }) {
  const places = widestFraction(lines.map(({ quantity }) => quantity));
  const moneyPlaces = mostMinorDigits(lines.map(({ currency }) => currency));
  const head = 'h-7 px-2 font-medium';
  const cell = 'h-7 border-t border-line px-2';
  return (
    <table className="mt-2 w-full text-table">
      <caption className="sr-only">Invoice lines of this meter and service period</caption>
      <thead className="text-muted">
        <tr>
          <th scope="col" className={`${head} pl-0`}>
            Invoice
          </th>
          <th scope="col" className={`${head} whitespace-nowrap`}>
            Service period
          </th>
          <th scope="col" className={`${head} text-right`}>
            {unit}
          </th>
          <th scope="col" className={`${head} pr-0 text-right`}>
            Amount
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.id}>
            <th
              scope="row"
              className={`${cell} w-full max-w-0 truncate pl-0`}
              title={`${line.number ?? ''} ${line.invoice} ${line.id}`.trim()}
            >
              {line.number}{' '}
              <span className="text-muted">
                {line.number === null ? stripeStatusWord(line.status) : stripeStatusWord(line.status).toLowerCase()}
              </span>{' '}
              {line.number === null && (
                <code className="font-mono text-label font-normal text-faint">{line.invoice}</code>
              )}
            </th>
            <td className={`${cell} whitespace-nowrap text-muted`}>
              {formatPeriod(line.servicePeriod.from, line.servicePeriod.to)}
            </td>
            <td className={`${cell} text-right`}>
              <Quantity text={line.quantity} places={places} />
            </td>
            <td className={`${cell} pr-0 text-right`}>
              <Amount text={line.amount} currency={line.currency} places={moneyPlaces} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
