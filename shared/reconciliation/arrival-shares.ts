import { DAY_MS, HOUR_MS } from '../values/instant.ts';
import { hoursIn, type MonthKey, monthPeriod } from '../values/period.ts';
import { hourEnd, type PullOfMonth, type Sight } from './arrival-sight.ts';

/**
 * How much of an hour's usage is in at which age. The age of an hour is the time from its end to the start of a pull.
 *
 * An hour has settled once a pull finds it at an age of 96 hours or more; the newest pull of its month then says what
 * it came to. Pulls more than 60 days after the month are left out: usage rows may have expired by then (the studied
 * system keeps them for 95 days), and what is gone was not taken back. Every earlier pull that finds the settled hour
 * is a sample of the age at which it does; samples of one age are added up, so that hours count by their quantity.
 */
export const SETTLED_HOURS = 96;
const LEARN_WITHIN_MS = 60 * DAY_MS;

/** Where the classes of age begin, in hours; each ends where the next begins. */
export const AGE_HOURS = [0, 1, 2, 4, 8, 12, 24, 48, 72, SETTLED_HOURS] as const;

/** All samples of one class of age, in 10^-12 of the native unit. */
export type AgeShare = {
  readonly fromHours: number;
  /** Null: the last class has no end. */
  readonly toHours: number | null;
  readonly samples: number;
  /** What the samples found; `arrived ÷ settled` is the share that is in, above 1 where usage is taken back. */
  readonly arrived: bigint;
  /** What the same hours came to. */
  readonly settled: bigint;
  /** The differences between the two without their signs, against `weight`, the settled hours without theirs. */
  readonly moved: bigint;
  readonly weight: bigint;
};

export type LearnedArrival = {
  /** One for each of AGE_HOURS. */
  readonly ages: readonly AgeShare[];
  /** Pulls, settled hours with usage, and months that the shares stand on. */
  readonly pulls: number;
  readonly hours: number;
  readonly months: number;
  /** Whether any month was pulled more than once. */
  readonly isPulledAgain: boolean;
};

/** @param sights ordered and without doubles (`distinctPulls`) */
export function learnArrival(sights: readonly Sight[]): LearnedArrival {
  const ages = AGE_HOURS.map(emptyShare);
  const counts = { pulls: 0, hours: 0, months: 0, isPulledAgain: false };
  for (const [month, pulls] of byMonth(sights)) {
    counts.isPulledAgain ||= pulls.length > 1;
    const used = learnMonth(month, pulls.filter(isInTime), ages);
    counts.pulls += used.pulls;
    counts.hours += used.hours;
    counts.months += used.hours > 0 ? 1 : 0;
  }
  return { ages, ...counts };
}

/** Whether a pull of a month teaches: not after its rows may have expired. */
export const isInTime = ({ month, pulledAt }: PullOfMonth): boolean =>
  pulledAt <= monthPeriod(month).to + LEARN_WITHIN_MS;

/**
 * The class whose samples speak for an age. A class without any is answered for by the next younger one: of older hours
 * at least as much is in.
 * @param speaks whether a class has what is asked of it
 * @returns null where nothing that young was seen
 */
export function shareAt(
  { ages }: LearnedArrival,
  ageMs: number,
  speaks: (share: AgeShare) => boolean,
): AgeShare | null {
  return ages.slice(0, classOf(ageMs) + 1).findLast(speaks) ?? null;
}

/** @param ageMs ≥ 0 */
function classOf(ageMs: number): number {
  let index = 0;
  while (index + 1 < AGE_HOURS.length && ageMs >= (AGE_HOURS[index + 1] ?? 0) * HOUR_MS) index += 1;
  return index;
}

type Adding = { -readonly [Key in keyof AgeShare]: AgeShare[Key] };

const emptyShare = (fromHours: number, index: number): Adding => ({
  fromHours,
  toHours: AGE_HOURS[index + 1] ?? null,
  samples: 0,
  arrived: 0n,
  settled: 0n,
  moved: 0n,
  weight: 0n,
});

/** @param pulls of one month, the oldest first */
function learnMonth(
  month: MonthKey,
  pulls: readonly Sight[],
  ages: readonly Adding[],
): { readonly pulls: number; readonly hours: number } {
  const newest = pulls.at(-1);
  if (newest === undefined) return { pulls: 0, hours: 0 };
  const early = new Set<number>();
  let hours = 0;
  for (let hour = 0; hour < hoursIn(monthPeriod(month)); hour += 1) {
    const end = hourEnd(month, hour);
    if (newest.pulledAt - end < SETTLED_HOURS * HOUR_MS) break;
    const settled = quantityAt(newest, hour);
    if (settled === null) continue;
    let isUsed = false;
    for (const pull of pulls) {
      const arrived = quantityAt(pull, hour);
      if (pull === newest || pull.pulledAt < end || arrived === null || (arrived === 0n && settled === 0n)) continue;
      addSample(ages[classOf(pull.pulledAt - end)] as Adding, arrived, settled);
      early.add(pull.pull);
      isUsed = true;
    }
    if (isUsed) hours += 1;
  }
  return { pulls: early.size === 0 ? 0 : early.size + 1, hours };
}

function addSample(share: Adding, arrived: bigint, settled: bigint): void {
  share.samples += 1;
  share.arrived += arrived;
  share.settled += settled;
  share.moved += magnitude(settled - arrived);
  share.weight += magnitude(settled);
}

/** An hour that a pull does not mention had no usage. */
const quantityAt = (sight: Sight, hour: number): bigint | null => {
  const value = sight.hours.get(hour);
  return value === undefined ? 0n : value;
};

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

function byMonth(sights: readonly Sight[]): ReadonlyMap<MonthKey, readonly Sight[]> {
  const months = new Map<MonthKey, Sight[]>();
  for (const sight of sights) {
    const known = months.get(sight.month);
    if (known === undefined) months.set(sight.month, [sight]);
    else known.push(sight);
  }
  return months;
}
