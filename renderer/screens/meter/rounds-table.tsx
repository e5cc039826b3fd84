import { ChevronRight } from 'lucide-react';
import type { HealthRound } from '../../../shared/contract/meter-schemas.ts';
import { formatLag } from '../../format/meter-words.ts';
import { formatCount } from '../../format/number.ts';
import { plural } from '../../format/words.ts';
import { partsOf, roundLabel, shareText } from './meter-view.ts';

const HEAD = 'sticky top-0 h-7 border-b border-line-strong bg-page px-1.5 font-medium whitespace-nowrap';
const CELL = 'h-7 border-b border-line px-1.5';

/** The figures behind the chart, newest round first. */
export function RoundsTable({ rounds }: { rounds: readonly HealthRound[] }) {
  return (
    <details className="group mt-1">
      <summary className="flex h-7 list-none items-center gap-1 text-accent">
        <ChevronRight size={14} aria-hidden="true" className="group-open:rotate-90" />
        Table of {formatCount(rounds.length)} {plural(rounds.length, 'round')}
      </summary>
      <section
        aria-label="Table of rounds"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
        tabIndex={0}
        className="max-h-[320px] overflow-y-auto"
      >
        <table className="tabular w-full text-table">
          <caption className="sr-only">Push health by round, newest first</caption>
          <thead className="text-muted">
            <tr>
              <th scope="col" className={HEAD}>
                Round
              </th>
              <th scope="col" className={`${HEAD} text-right`}>
                Cells
              </th>
              <th scope="col" className={`${HEAD} text-right`}>
                Healthy
              </th>
              <th scope="col" className={`${HEAD} text-right`}>
                On the way
              </th>
              <th scope="col" className={`${HEAD} text-right`}>
                Wrong
              </th>
              <th scope="col" className={`${HEAD} text-right`}>
                Newest push
              </th>
              <th scope="col" className={`${HEAD} text-right`}>
                Furthest behind
              </th>
            </tr>
          </thead>
          <tbody>
            {[...rounds].reverse().map((round) => {
              const parts = partsOf(round);
              return (
                <tr key={round.run}>
                  <th scope="row" className={`${CELL} whitespace-nowrap`}>
                    {roundLabel(round)}
                  </th>
                  <td className={`${CELL} text-right`}>{formatCount(round.cells)}</td>
                  <td className={`${CELL} text-right`}>{shareText(round.healthy, round.cells)}</td>
                  <td className={`${CELL} text-right`}>{formatCount(parts.stale)}</td>
                  <td className={`${CELL} text-right ${parts.structural > 0 ? 'font-medium text-structural' : ''}`}>
                    {formatCount(parts.structural)}
                  </td>
                  <td className={`${CELL} text-right`}>{formatLag(round.newestAgeSeconds)}</td>
                  <td className={`${CELL} text-right`}>{formatLag(round.oldestBehindSeconds)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    </details>
  );
}
