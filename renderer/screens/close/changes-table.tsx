import { Link } from '@tanstack/react-router';
import type { CloseChange, CloseMonthView } from '../../../shared/contract/close-schemas.ts';
import { Amount, Quantity } from '../../components/figure.tsx';
import { formatCount } from '../../format/number.ts';
import { meterLabel, VERDICT_WORDS, type Verdict } from '../../format/words.ts';

const HEAD = 'h-8 border-b border-line-strong font-medium whitespace-nowrap';
const CELL = 'h-(--row) border-b border-line py-1 align-top';

/** What is not as it was locked, cell by cell: as locked, and as it is now. */
export function ChangesTable({ month, since }: { month: string; since: NonNullable<CloseMonthView['since']> }) {
  const { changes, total, sentence } = since;
  return (
    <section
      aria-labelledby="since-lock"
      className="mt-6 rounded-lg border border-structural bg-structural-wash px-4 py-3"
    >
      <h2 id="since-lock" className="text-lead font-semibold">
        Changed since the lock
      </h2>
      <p className="mt-0.5">{sentence}</p>
      {changes.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
        <section aria-label="Cells that changed" tabIndex={0} className="mt-2 max-h-[320px] overflow-auto">
          <table className="w-full text-table">
            <caption className="sr-only">Cells whose figures are not as they were locked</caption>
            <thead className="text-muted">
              <tr>
                <th scope="col" className={`${HEAD} pr-4`}>
                  Customer
                </th>
                <th scope="col" className={`${HEAD} pr-4`}>
                  Meter
                </th>
                <th scope="col" className={`${HEAD} pr-4`}>
                  What
                </th>
                <th scope="col" className={`${HEAD} pr-4 text-right`}>
                  As locked
                </th>
                <th scope="col" className={`${HEAD} text-right`}>
                  Now
                </th>
              </tr>
            </thead>
            <tbody>
              {changes.map((change) => (
                <Change key={`${change.customer} ${change.usageId} ${change.meter}`} month={month} change={change} />
              ))}
            </tbody>
          </table>
          {total > changes.length && (
            <p className="py-1.5 text-muted">
              and {formatCount(total - changes.length)} more; `tieout close` lists them.
            </p>
          )}
        </section>
      )}
    </section>
  );
}

type Side = NonNullable<CloseChange['before']>;
type Field = keyof Side;

const FIELDS: readonly { readonly field: Field; readonly word: string; readonly isAmount?: true }[] = [
  { field: 'measured', word: 'measured' },
  { field: 'metered', word: 'metered' },
  { field: 'billed', word: 'billed' },
  { field: 'verdict', word: 'verdict' },
  { field: 'measuredAmount', word: 'measured, in money', isAmount: true },
  { field: 'meteredAmount', word: 'metered, in money', isAmount: true },
  { field: 'billedAmount', word: 'billed, in money', isAmount: true },
];

function Change({ month, change }: { month: string; change: CloseChange }) {
  const { customer, usageId, meter, name, before, after } = change;
  const fields = FIELDS.filter(({ field }) => change.fields.includes(field)).filter(
    ({ field }) => (before?.[field] ?? null) !== (after?.[field] ?? null),
  );
  const label = name ?? customer ?? usageId ?? '';
  return (
    <tr>
      <th scope="row" className={`${CELL} max-w-[240px] truncate pr-4`}>
        {after === null ? (
          <bdi>{label}</bdi>
        ) : (
          <Link
            to="/months/$month/cell"
            params={{ month }}
            search={{ customer, usageId, meter }}
            className="hover:text-accent hover:underline"
          >
            <bdi>{label}</bdi>
          </Link>
        )}
      </th>
      <td className={`${CELL} pr-4 whitespace-nowrap`}>{meterLabel(meter)}</td>
      <td className={`${CELL} pr-4 text-muted`}>
        {before === null || after === null
          ? before === null
            ? 'new'
            : 'gone'
          : fields.map(({ field, word }) => (
              <span key={field} className="block">
                {word}
              </span>
            ))}
      </td>
      <Values fields={fields} side={before} />
      <Values fields={fields} side={after} />
    </tr>
  );
}

function Values({ fields, side }: { fields: typeof FIELDS; side: Side | null }) {
  return (
    <td className={`${CELL} pl-4 text-right`}>
      {side === null ? (
        <span className="text-faint">–</span>
      ) : (
        fields.map(({ field, isAmount }) => (
          <span key={field} className="block whitespace-nowrap">
            {field === 'verdict' ? (
              (VERDICT_WORDS[side.verdict as Verdict]?.word ?? side.verdict)
            ) : isAmount === true && side.currency !== null ? (
              <Amount text={side[field]} currency={side.currency} />
            ) : (
              <Quantity text={side[field]} />
            )}
          </span>
        ))
      )}
    </td>
  );
}
