import type { CellCause, CellClaim } from '../../../shared/contract/incident-schemas.ts';
import type { CellDetail, HourPoint } from '../../../shared/contract/schemas.ts';
import { signOfText } from '../../format/number.ts';
import { CAUSE_WORDS } from '../../format/words.ts';
import { pixels } from './ladder.ts';

export type SeriesMode = 'hourly' | 'cumulative';

/** Columns for the chart: UTC seconds, then the lines and the bars. Doubles here are positions on a canvas, never figures. */
export type ChartData = {
  readonly at: number[];
  readonly measured: (number | null)[];
  readonly metered: (number | null)[];
  readonly difference: (number | null)[];
  /** What Stripe would hold if the cause were true, where that is not what was measured; else null. */
  readonly predicted: (number | null)[];
};

/** What each hour would be if the cause were true, by its instant. */
export type Prediction = ReadonlyMap<string, CellCause['prediction'][number]>;

export const predictionOf = (cause: CellCause | undefined): Prediction =>
  new Map((cause?.prediction ?? []).map((hour) => [hour.at, hour]));

export function chartData(
  hours: readonly HourPoint[],
  mode: SeriesMode,
  prediction: Prediction = new Map(),
): ChartData {
  const isHourly = mode === 'hourly';
  return {
    at: hours.map(({ at }) => Date.parse(at) / 1000),
    measured: hours.map((hour) => drawn(isHourly ? hour.measured : hour.measuredCumulative)),
    metered: hours.map((hour) => drawn(isHourly ? hour.metered : hour.meteredCumulative)),
    difference: hours.map((hour) => drawn(hour.difference)),
    predicted: parting(hours, mode, prediction),
  };
}

/**
 * The third line: it lies on the measured one but where the cause takes it away, and is drawn there alone, from the hour
 * before to the hour after, so that it leaves the other and comes back to it.
 */
function parting(hours: readonly HourPoint[], mode: SeriesMode, prediction: Prediction): (number | null)[] {
  const isHourly = mode === 'hourly';
  const pairs = hours.map((hour) => {
    const told = prediction.get(hour.at);
    return {
      told: (isHourly ? told?.value : told?.cumulative) ?? null,
      measured: isHourly ? hour.measured : hour.measuredCumulative,
    };
  });
  const isApart = (index: number): boolean => {
    const pair = pairs[index];
    return pair !== undefined && pair.told !== null && pair.told !== (pair.measured ?? '0');
  };
  return pairs.map(({ told }, index) =>
    isApart(index - 1) || isApart(index) || isApart(index + 1) ? drawn(told) : null,
  );
}

const drawn = (text: string | null): number | null => (text === null ? null : pixels(text));

/** Hours in which the two sides differ, or in which one of them is unknown while the other is not. */
export const differing = (hours: readonly HourPoint[]): readonly HourPoint[] =>
  hours.filter(
    (hour) =>
      signOfText(hour.difference) !== 0 ||
      (hour.difference === null && hour.measured !== null && hour.metered !== null),
  );

/** A fault of so large a part of the hours is one of the whole month: shading it would set nothing apart. */
const WHOLE = 0.8;

export const isOfWholeMonth = (claim: Pick<CellClaim, 'hours'>, hours: readonly HourPoint[]): boolean =>
  claim.hours.reduce((sum, { from, to }) => sum + (Date.parse(to) - Date.parse(from)) / HOUR_MS, 0) >
  hours.length * WHOLE;

/** The hours to shade: those of the faults, where they are known, else those of the report. */
export function shadedHours(
  { hours, explainedBy }: Pick<CellDetail, 'hours' | 'explainedBy'>,
  cause: CellCause | undefined,
): CellDetail['explainedBy'] {
  const claims = cause?.claims ?? [];
  if (claims.every((claim) => claim.hours.length === 0)) return explainedBy;
  return claims
    .filter((claim) => !isOfWholeMonth(claim, hours))
    .flatMap(({ code, hours: ranges }) => ranges.map((range) => ({ ...range, label: CAUSE_WORDS[code].toLowerCase() })))
    .sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
}

const HOUR_MS = 3_600_000;

/** The explaining range that an hour lies in. */
export const explanationAt = (at: string, ranges: CellDetail['explainedBy']): string | null =>
  ranges.find(({ from, to }) => Date.parse(from) <= Date.parse(at) && Date.parse(at) < Date.parse(to))?.label ?? null;
