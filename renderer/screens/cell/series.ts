import type { CellDetail, HourPoint } from '../../../shared/contract/schemas.ts';
import { signOfText } from '../../format/number.ts';
import { pixels } from './ladder.ts';

export type SeriesMode = 'hourly' | 'cumulative';

/** Columns for the chart: UTC seconds, then the lines and the bars. Doubles here are positions on a canvas, never figures. */
export type ChartData = {
  readonly at: number[];
  readonly measured: (number | null)[];
  readonly metered: (number | null)[];
  readonly difference: (number | null)[];
};

export function chartData(hours: readonly HourPoint[], mode: SeriesMode): ChartData {
  const isHourly = mode === 'hourly';
  return {
    at: hours.map(({ at }) => Date.parse(at) / 1000),
    measured: hours.map((hour) => drawn(isHourly ? hour.measured : hour.measuredCumulative)),
    metered: hours.map((hour) => drawn(isHourly ? hour.metered : hour.meteredCumulative)),
    difference: hours.map((hour) => drawn(hour.difference)),
  };
}

const drawn = (text: string | null): number | null => (text === null ? null : pixels(text));

/** Hours in which the two sides differ, or in which one of them is unknown while the other is not. */
export const differing = (hours: readonly HourPoint[]): readonly HourPoint[] =>
  hours.filter(
    (hour) =>
      signOfText(hour.difference) !== 0 ||
      (hour.difference === null && hour.measured !== null && hour.metered !== null),
  );

/** The explaining range that an hour lies in. */
export const explanationAt = (at: string, ranges: CellDetail['explainedBy']): string | null =>
  ranges.find(({ from, to }) => Date.parse(from) <= Date.parse(at) && Date.parse(at) < Date.parse(to))?.label ?? null;
