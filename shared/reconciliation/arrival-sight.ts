import { HOUR_MS, type Instant, instant } from '../values/instant.ts';
import { type MonthKey, monthPeriod } from '../values/period.ts';

export type PullOfMonth = {
  readonly pull: number;
  readonly month: MonthKey;
  /** When the pull began to read: usage stored later is not in it. */
  readonly pulledAt: Instant;
};

/** What one pull of everyone's usage found of a month, all usage ids added up. */
export type Sight = PullOfMonth & {
  /** Hour of the month from 0 → native quantity in 10^-12; null: no number. An hour without usage is absent. */
  readonly hours: ReadonlyMap<number, bigint | null>;
};

/** By time of the pull; of several at one instant the last one begun, and no pull twice. */
export function distinctPulls<Pull extends PullOfMonth>(pulls: readonly Pull[]): readonly Pull[] {
  const ordered = [...pulls].sort((a, b) => a.pulledAt - b.pulledAt || a.pull - b.pull);
  return [...new Map(ordered.map((pull) => [`${pull.month} ${pull.pulledAt}`, pull])).values()];
}

export const hourEnd = (month: MonthKey, hour: number): Instant =>
  instant(monthPeriod(month).from + (hour + 1) * HOUR_MS);
