import type { MeterPage } from '../../../shared/contract/meter-schemas.ts';
import { evidenceWord } from '../../format/meter-words.ts';
import { formatCount, formatQuantity } from '../../format/number.ts';
import { formatMoment, formatMonth } from '../../format/time.ts';
import { plural } from '../../format/words.ts';

const HEAD = 'h-8 border-b border-line-strong px-1.5 pt-2 pb-1.5 font-medium';
const CELL = 'h-(--row) border-b border-line px-1.5';

/** What was left out of the numbers, month by month, so that "lower than expected" has a size. */
export function EvidenceTable({ page }: { page: MeterPage }) {
  const { evidence } = page;
  const keys = [...new Set(evidence.flatMap(({ tallies }) => tallies.map(({ key }) => key)))];
  return (
    <section aria-labelledby="evidence" className="min-w-0">
      <h2 id="evidence" className="text-lead font-semibold">
        Left out of the numbers
      </h2>
      <p className="text-muted">
        {evidence.length === 0
          ? 'Nothing of this meter has been pulled yet.'
          : keys.length === 0
            ? 'Nothing was left out in any month.'
            : 'All customers together, by the pull in force of each month.'}
      </p>
      {evidence.length > 0 && (
        <section
          aria-label="Evidence by month"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
          tabIndex={0}
          className="mt-1 overflow-x-auto"
        >
          <table className="w-full text-table">
            <caption className="sr-only">What was left out of the numbers, by month</caption>
            <thead className="text-muted">
              <tr className="align-bottom">
                <th scope="col" className={HEAD}>
                  Month
                </th>
                <th scope="col" className={`${HEAD} text-right`}>
                  Measured
                </th>
                {keys.map((key) => (
                  <th key={key} scope="col" className={`${HEAD} text-right`}>
                    {evidenceWord(key)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {evidence.map(({ month, pulledAt, measured, tallies }) => (
                <tr key={month}>
                  <th scope="row" className={`${CELL} whitespace-nowrap`} title={`Pulled ${formatMoment(pulledAt)}`}>
                    {formatMonth(month)}
                  </th>
                  <td className={`${CELL} tabular text-right whitespace-nowrap text-muted`}>
                    {formatCount(measured)} {plural(measured, 'id')}
                  </td>
                  {keys.map((key) => {
                    const tally = tallies.find((each) => each.key === key);
                    return (
                      <td
                        key={key}
                        className={`${CELL} tabular text-right whitespace-nowrap`}
                        {...(tally === undefined
                          ? {}
                          : { title: `${tally.total}, of ${tally.customers} ${plural(tally.customers, 'id')}` })}
                      >
                        {tally === undefined ? <span className="text-faint">0</span> : formatQuantity(tally.total)}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}
