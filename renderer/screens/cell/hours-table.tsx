import { ChevronRight } from 'lucide-react';
import { memo, useState } from 'react';
import type { CellDetail, HourPoint } from '../../../shared/contract/schemas.ts';
import { Quantity } from '../../components/figure.tsx';
import { formatCount, signOfText, widestFraction } from '../../format/number.ts';
import { formatHour } from '../../format/time.ts';
import { differing, explanationAt, type Prediction } from './series.ts';

/** More hours than these wait until they are asked for: a whole month is thousands of figures to draw. */
const FIRST = 168;

/** The hours as a table: the chart for those who cannot see it, and the exact figures for everybody. */
export const HoursTable = memo(function HoursTable({
  detail,
  shaded,
  prediction,
  isOpen,
}: {
  detail: CellDetail;
  shaded: CellDetail['explainedBy'];
  prediction: Prediction;
  isOpen: boolean;
}) {
  const { hours } = detail;
  const different = differing(hours);
  const [isAll, setAll] = useState(different.length === 0);
  const [isUnfolded, setUnfolded] = useState(isOpen);
  const [isWhole, setWhole] = useState(false);
  if (hours.length === 0) return null;
  const chosen = isAll ? hours : different;
  const shown = isWhole ? chosen : chosen.slice(0, FIRST);
  return (
    <details open={isUnfolded} onToggle={(event) => setUnfolded(event.currentTarget.open)} className="group mt-3">
      <summary className="flex h-8 list-none items-center gap-1 text-muted hover:text-ink">
        <ChevronRight size={14} aria-hidden="true" className="group-open:rotate-90" />
        Table of hours
        <span className="text-faint">
          {different.length === 0
            ? `${formatCount(hours.length)} hours`
            : `${formatCount(different.length)} of ${formatCount(hours.length)} differ`}
        </span>
      </summary>
      {isUnfolded && (
        <>
          {different.length > 0 && (
            <label className="flex h-7 items-center gap-2 text-table text-muted">
              <input
                type="checkbox"
                checked={!isAll}
                onChange={(event) => setAll(!event.target.checked)}
                className="accent-(--accent-fill)"
              />
              Only hours that differ
            </label>
          )}
          <Rows hours={shown} unit={detail.row.unit} shaded={shaded} prediction={prediction} />
          {shown.length < chosen.length && (
            <button
              type="button"
              onClick={() => setWhole(true)}
              className="mt-1.5 text-table text-accent hover:underline"
            >
              Show all {formatCount(chosen.length)} hours
            </button>
          )}
        </>
      )}
    </details>
  );
});

function Rows({
  hours,
  unit,
  shaded,
  prediction,
}: {
  hours: readonly HourPoint[];
  unit: string;
  shaded: CellDetail['explainedBy'];
  prediction: Prediction;
}) {
  const isPredicted = prediction.size > 0;
  const places = widestFraction(
    hours.flatMap(({ at, measured, metered, difference }) => [
      measured,
      metered,
      difference,
      prediction.get(at)?.value ?? null,
    ]),
  );
  const head = 'sticky top-0 h-7 border-b border-line-strong bg-page px-2 font-medium';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
    <section tabIndex={0} aria-label="Hours" className="max-h-[420px] overflow-auto">
      <table className="w-full text-table">
        <caption className="sr-only">Measured and metered {unit} by the hour, UTC</caption>
        <thead>
          <tr className="text-muted">
            <th scope="col" className={`${head} pl-0`}>
              Hour, UTC
            </th>
            <th scope="col" className={`${head} text-right text-measured`}>
              Measured
            </th>
            <th scope="col" className={`${head} text-right text-metered`}>
              Metered
            </th>
            {isPredicted && (
              <th
                scope="col"
                title="What Stripe would hold if the cause were true"
                className={`${head} text-right whitespace-nowrap`}
              >
                If true
              </th>
            )}
            <th scope="col" className={`${head} pr-0 text-right`}>
              Difference
            </th>
          </tr>
        </thead>
        <tbody>
          {hours.map((hour) => {
            const explanation = explanationAt(hour.at, shaded);
            return (
              <tr
                key={hour.at}
                className={`[&>*]:border-b [&>*]:border-line ${explanation === null ? '' : 'bg-structural-wash'}`}
              >
                <th scope="row" className="tabular h-[26px] whitespace-nowrap">
                  {formatHour(hour.at)}
                  {explanation !== null && <span className="pl-2 text-label text-muted">{explanation}</span>}
                </th>
                <td className="px-2 text-right">
                  <Quantity text={hour.measured} places={places} />
                </td>
                <td className="px-2 text-right">
                  <Quantity text={hour.metered} places={places} />
                </td>
                {isPredicted && (
                  <td className="px-2 text-right">
                    <Quantity text={prediction.get(hour.at)?.value ?? null} places={places} />
                  </td>
                )}
                <td className="text-right">
                  <Quantity
                    text={hour.difference}
                    places={places}
                    isDifference
                    className={signOfText(hour.difference) === 0 ? 'text-faint' : 'font-medium'}
                  />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
