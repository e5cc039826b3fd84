import { isNear } from '../hourly-series.ts';
import type { DriftingCell, MonthBeside } from './drifting-cell.ts';

/** What Stripe holds in a month beside and nobody measured there; `hour` is counted in the list of that month. */
export type StrangeHour = { readonly hour: number; readonly worth: bigint };

export const strangeAfter = ({ after }: DriftingCell): readonly StrangeHour[] => strangeIn(after);
export const strangeBefore = ({ before }: DriftingCell): readonly StrangeHour[] => strangeIn(before);

function strangeIn(month: MonthBeside | null): readonly StrangeHour[] {
  if (month === null || month.metered === null) return [];
  const found: StrangeHour[] = [];
  for (const [hour, value] of month.metered.entries()) {
    const extra = (value ?? 0n) - (month.measured[hour] ?? 0n);
    if (value !== null && extra > 0n && !isNear(value, month.measured[hour] ?? 0n)) found.push({ hour, worth: extra });
  }
  return found;
}
