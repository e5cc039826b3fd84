import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import type { ParityHourView, ParityView } from '../../../shared/contract/pipelines-schemas.ts';
import { Quantity } from '../../components/figure.tsx';
import { formatCount, formatPercent, widestFraction } from '../../format/number.ts';
import { HOUR_WORDS } from '../../format/pipeline-words.ts';
import { formatHour } from '../../format/time.ts';

const HEAD = 'sticky top-0 h-7 border-b border-line-strong bg-page px-2 font-medium whitespace-nowrap';
const CELL = 'h-7 border-b border-line px-2';
const RIGHT = 'text-right';

/** The figures behind the chart, newest hour first; an hour leads to its customers. */
export function ParityHours({ parity, onHour }: { parity: ParityView; onHour: (hour: string) => void }) {
  const off = parity.hours.filter(({ state }) => state !== 'clean');
  const missing = off.filter(({ state }) => state === 'missing').length;
  const [isAll, setAll] = useState(off.length === 0);
  const [isUnfolded, setUnfolded] = useState(false);
  const shown = isAll ? parity.hours : off;
  return (
    <details open={isUnfolded} onToggle={(event) => setUnfolded(event.currentTarget.open)} className="group mt-1">
      <summary className="flex h-8 list-none items-center gap-1 text-muted hover:text-ink">
        <ChevronRight size={14} aria-hidden="true" className="group-open:rotate-90" />
        Table of hours
        <span className="text-faint">
          {off.length === 0
            ? `${formatCount(parity.hours.length)} hours`
            : `${[
                ...(off.length === missing ? [] : [`${formatCount(off.length - missing)} not clean`]),
                ...(missing === 0 ? [] : [`${formatCount(missing)} not checked`]),
              ].join(', ')}, of ${formatCount(parity.hours.length)}`}
        </span>
      </summary>
      {isUnfolded && (
        <>
          {off.length > 0 && (
            <label className="flex h-7 items-center gap-2 text-table text-muted">
              <input
                type="checkbox"
                checked={!isAll}
                onChange={(event) => setAll(!event.target.checked)}
                className="accent-(--accent-fill)"
              />
              Leave out clean hours
            </label>
          )}
          <Rows hours={shown} pipeline={parity.pipeline} unit={parity.unit} onHour={onHour} />
        </>
      )}
    </details>
  );
}

function Rows({
  hours,
  pipeline,
  unit,
  onHour,
}: {
  hours: readonly ParityHourView[];
  pipeline: string;
  unit: string;
  onHour: (hour: string) => void;
}) {
  const places = widestFraction(hours.flatMap(({ reference, candidate }) => [reference, candidate]));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
    <section tabIndex={0} aria-label="Hours" className="max-h-[360px] overflow-auto">
      <table className="tabular w-full text-table">
        <caption className="sr-only">Both measurements in {unit} by the hour, UTC, newest first</caption>
        <thead className="text-muted">
          <tr>
            <th scope="col" className={`${HEAD} pl-0`}>
              Hour, UTC
            </th>
            <th scope="col" className={HEAD}>
              State
            </th>
            <th scope="col" className={`${HEAD} ${RIGHT}`}>
              Billed today
            </th>
            <th scope="col" className={`${HEAD} ${RIGHT} max-w-[160px] truncate`}>
              {pipeline}
            </th>
            <th scope="col" className={`${HEAD} ${RIGHT}`}>
              Drift
            </th>
            <th scope="col" className={`${HEAD} ${RIGHT}`}>
              Customers
            </th>
            <th scope="col" className={`${HEAD} ${RIGHT}`}>
              Differ
            </th>
            <th scope="col" className={`${HEAD} ${RIGHT}`}>
              Material
            </th>
            <th scope="col" className={`${HEAD} ${RIGHT}`}>
              One side only
            </th>
            <th scope="col" className={`${HEAD} ${RIGHT}`}>
              Not compared
            </th>
          </tr>
        </thead>
        <tbody>
          {[...hours].reverse().map((hour) => (
            <tr key={hour.at} className="hover:bg-hover">
              <th scope="row" className={`${CELL} pl-0 whitespace-nowrap`}>
                {hour.state === 'missing' ? (
                  formatHour(hour.at)
                ) : (
                  <button
                    type="button"
                    onClick={() => onHour(hour.at)}
                    className="text-accent hover:underline"
                    title="Show the customers of this hour"
                  >
                    {formatHour(hour.at)}
                  </button>
                )}
              </th>
              <td
                className={`${CELL} whitespace-nowrap ${hour.state === 'drift' ? 'font-medium text-structural' : 'text-muted'}`}
                title={HOUR_WORDS[hour.state].meaning}
              >
                {HOUR_WORDS[hour.state].word}
                {hour.alert ? ', alert' : ''}
              </td>
              <td className={`${CELL} ${RIGHT}`}>
                <Quantity text={hour.reference} places={places} />
              </td>
              <td className={`${CELL} ${RIGHT}`}>
                <Quantity text={hour.candidate} places={places} />
              </td>
              <td className={`${CELL} ${RIGHT} whitespace-nowrap`}>{formatPercent(hour.aggregate)}</td>
              <Counted of={hour} count={hour.checked} />
              <Counted of={hour} count={hour.flagged} />
              <Counted of={hour} count={hour.material} isBad />
              <Counted of={hour} count={hour.oneSided} isBad />
              <Counted of={hour} count={hour.unverified} isBad />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Counted({ of, count, isBad = false }: { of: ParityHourView; count: number; isBad?: boolean }) {
  const tone = count === 0 ? 'text-faint' : isBad ? 'font-medium text-structural' : '';
  return <td className={`${CELL} ${RIGHT} ${tone}`}>{of.state === 'missing' ? '–' : formatCount(count)}</td>;
}
