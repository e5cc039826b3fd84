import type { WhatIfResult } from '../../../shared/contract/what-if-schemas.ts';
import { Amount, Quantity } from '../../components/figure.tsx';
import { mostMinorDigits } from '../../format/money.ts';
import { formatCount, formatPercent, signOfText, widestFraction } from '../../format/number.ts';
import { changeSentence, leftOutSentence } from './what-if-view.ts';

const HEAD = 'h-8 border-b border-line-strong px-1.5 font-medium whitespace-nowrap';
const CELL = 'h-(--row) border-b border-line px-1.5';
const RIGHT = 'text-right';

/** Columns that a narrow drawer has no room for. */
const ROOMY = 'hidden @min-[560px]:table-cell';

/** What the month would have come to, in total and per customer. */
export function WhatIfChange({
  result,
  unit,
  onMore,
}: {
  result: WhatIfResult;
  unit: string;
  /** Null where all rows are shown that can be. */
  onMore: (() => void) | null;
}) {
  const { totals, rows, total, leftOut } = result;
  if (totals.length === 0 && rows.length === 0) {
    return (
      <p className="mt-6 text-muted">
        No customer takes part. {leftOut.map((part) => leftOutSentence(part)).join(' ')}
      </p>
    );
  }
  return (
    <>
      <div className="mt-6 space-y-1 text-lead" role="status">
        {totals.map((part) => (
          <p key={part.currency}>{changeSentence(part)}</p>
        ))}
      </div>
      <Totals totals={totals} />
      {leftOut.map((part) => (
        <p key={part.reason} className="mt-2 text-table text-muted">
          {leftOutSentence(part)}
        </p>
      ))}
      <Rows rows={rows} unit={unit} isCurrencyShown={totals.length > 1} />
      {total > rows.length && (
        <p className="mt-1 flex h-8 items-center gap-3 text-table text-muted">
          {formatCount(rows.length)} of {formatCount(total)} customers are shown, the largest changes first.
          {onMore !== null && (
            <button type="button" onClick={onMore} className="text-accent hover:underline">
              Show more
            </button>
          )}
        </p>
      )}
    </>
  );
}

function Totals({ totals }: { totals: WhatIfResult['totals'] }) {
  const places = mostMinorDigits(totals.map(({ currency }) => currency));
  return (
    <table className="mt-3 w-full text-table">
      <caption className="sr-only">The month now and under the other price, per currency</caption>
      <thead className="text-muted">
        <tr>
          <th scope="col" className={`${HEAD} pl-0`}>
            In total
          </th>
          <th scope="col" className={`${HEAD} ${RIGHT}`}>
            Now
          </th>
          <th scope="col" className={`${HEAD} ${RIGHT}`}>
            Instead
          </th>
          <th scope="col" className={`${HEAD} ${RIGHT}`}>
            Change
          </th>
          <th scope="col" className={`${HEAD} ${RIGHT}`}>
            <abbr title="Relative change" className="no-underline">
              Rel.
            </abbr>
          </th>
        </tr>
      </thead>
      <tbody>
        {totals.map(({ currency, now, instead, change, relative }) => (
          <tr key={currency} className="font-semibold">
            <th scope="row" className={`${CELL} pl-0`}>
              {currency.toUpperCase()}
            </th>
            <td className={`${CELL} ${RIGHT}`}>
              <Amount text={now} currency={currency} places={places} />
            </td>
            <td className={`${CELL} ${RIGHT}`}>
              <Amount text={instead} currency={currency} places={places} />
            </td>
            <td className={`${CELL} ${RIGHT}`}>
              <Amount text={change} currency={currency} places={places} isDifference />
            </td>
            <td className={`${CELL} ${RIGHT} tabular font-normal whitespace-nowrap text-muted`}>
              {formatPercent(relative)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Rows({ rows, unit, isCurrencyShown }: { rows: WhatIfResult['rows']; unit: string; isCurrencyShown: boolean }) {
  const places = mostMinorDigits(rows.map(({ currency }) => currency));
  const quantityPlaces = widestFraction(rows.map(({ quantity }) => quantity));
  return (
    <table className="mt-6 w-full text-table">
      <caption className="sr-only">Customers now and under the other price, the largest changes first</caption>
      <thead className="text-muted">
        <tr>
          <th scope="col" className={`${HEAD} pl-0`}>
            Customer
          </th>
          <th scope="col" className={`${HEAD} ${RIGHT} ${ROOMY}`}>
            {unit}
          </th>
          <th scope="col" className={`${HEAD} ${RIGHT}`}>
            Now
          </th>
          <th scope="col" className={`${HEAD} ${RIGHT}`}>
            Instead
          </th>
          <th scope="col" className={`${HEAD} ${RIGHT}`}>
            Change
          </th>
          <th scope="col" className={`${HEAD} ${RIGHT}`}>
            <abbr title="Relative change" className="no-underline">
              Rel.
            </abbr>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ customer, name, currency, quantity, now, instead, change, relative }) => (
          <tr key={`${customer} ${currency}`} className="hover:bg-hover">
            <th scope="row" className={`${CELL} max-w-[160px] pl-0`}>
              <span
                className={`block truncate ${name === null ? 'font-mono text-label' : 'font-medium'}`}
                title={name ?? customer}
              >
                <bdi>{name ?? customer}</bdi>
              </span>
            </th>
            <td className={`${CELL} ${RIGHT} ${ROOMY}`}>
              <Quantity text={quantity} places={quantityPlaces} className="text-muted" />
            </td>
            <td className={`${CELL} ${RIGHT}`}>
              <Amount text={now} currency={currency} places={places} />
            </td>
            <td className={`${CELL} ${RIGHT}`}>
              <Amount text={instead} currency={currency} places={places} />
            </td>
            <td className={`${CELL} ${RIGHT}`}>
              {isCurrencyShown && <span className="pr-1.5 text-label text-faint">{currency.toUpperCase()}</span>}
              <Amount
                text={change}
                currency={currency}
                places={places}
                isDifference
                className={signOfText(change) === 0 ? 'text-faint' : 'font-medium'}
              />
            </td>
            <td className={`${CELL} ${RIGHT} tabular whitespace-nowrap text-muted`} title={relative ?? undefined}>
              {formatPercent(relative)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
