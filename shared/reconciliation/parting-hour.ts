import { cumulative, type HourlySeries, isNear } from './hourly-series.ts';

/**
 * The hour from which the two sides differ: the first that is not equal on a meter that adds up its pushes; on one that
 * holds the month to date, the first push after the last that was right. Null where they never do, or Stripe was not
 * asked by the hour.
 */
export function partingHour(series: HourlySeries, isMonthToDate: boolean): number | null {
  const { measured, metered } = series;
  if (metered === null) return null;
  if (!isMonthToDate) {
    const hour = metered.findIndex((held, at) => !isNear(held ?? 0n, measured[at] ?? 0n));
    return hour < 0 ? null : hour;
  }
  const totals = cumulative(measured);
  let parting: number | null = null;
  for (let hour = metered.length - 1; hour >= 0; hour -= 1) {
    const level = metered[hour] ?? null;
    if (level === null) continue;
    const [low, high] = [totals[hour] ?? 0n, totals[hour + 1] ?? 0n];
    if ((low <= level && level <= high) || isNear(level, low) || isNear(level, high)) return parting;
    parting = hour;
  }
  return parting;
}
