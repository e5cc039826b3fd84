import { isNear, magnitude } from '../hourly-series.ts';
import { claimOf, quantityText } from './claim.ts';
import { runningTotals } from './fit.ts';
import type { Claim, Hypothesis, View } from './hypothesis.ts';

/** Stripe puts the pushes together in another way than the usage asks for. */
export const wrongAggregation: Hypothesis = (view) => [...otherTotal(view), ...otherHours(view)];

const MIN_HOURS = 3;

/** The hours are right, and the month is the last, the largest or the number of them instead of their sum. */
function otherTotal(view: View): readonly Claim[] {
  const { cell, fit } = view;
  if (cell.isHeld || fit.beyond === 0n) return [];
  const values = cell.metered.filter((value) => value !== null && value !== 0n) as bigint[];
  if (values.length < MIN_HOURS) return [];
  const largest = values.reduce((most, value) => (value > most ? value : most));
  const asCount = BigInt(values.length) * cell.perUnit;
  const found = (
    [
      ['the last push', values.at(-1) as bigint],
      ['the largest push', largest],
      ['the number of pushes', asCount],
    ] as const
  ).find(([, value]) => isNear(value, cell.meteredTotal));
  if (found === undefined) return [];
  return [
    beyondClaim(
      view,
      `Stripe's hours add up to more: the month holds ${found[0]} alone, ${quantityText(cell, found[1])}`,
    ),
  ];
}

const beyondClaim = ({ cell, fit }: View, sentence: string): Claim =>
  claimOf(cell, {
    code: 'wrong_aggregation',
    hours: [],
    effect: [],
    beyond: fit.beyond,
    cost: 2,
    isDoubtful: false,
    words: () => sentence,
  });

/** Every hour shows what another way of putting pushes together makes of it. */
function otherHours(view: View): readonly Claim[] {
  const { cell, expected, fit } = view;
  if (fit.hours.length < MIN_HOURS) return [];
  const totals = runningTotals(expected);
  const shapes: readonly (readonly [string, (hour: number) => bigint, boolean])[] = cell.isHeld
    ? [
        ['what each hour added, and the last of them stands for the month', (hour) => expected[hour] as bigint, true],
        ['the number of pushes', (hour) => BigInt(pushesUpTo(cell.metered, hour)) * cell.perUnit, true],
        ['one for each push', () => cell.perUnit, true],
      ]
    : [
        ['the total of the month so far, and they are added up', (hour) => totals[hour + 1] as bigint, false],
        ['the total of the month before each hour, and they are added up', (hour) => totals[hour] as bigint, false],
        ['one for each push', (hour) => (expected[hour] === 0n ? 0n : cell.perUnit), false],
      ];
  for (const [name, shape] of shapes) {
    let right = 0;
    let wrong = 0;
    for (let hour = 0; hour < expected.length; hour += 1) {
      const held = cell.metered[hour] ?? null;
      if (held === null || (!cell.isHeld && held === 0n)) continue;
      if (isNear(held, shape(hour))) right += 1;
      else if (++wrong * 5 > expected.length) break;
    }
    // Pushes that are late stand together with those of another hour.
    if (right < MIN_HOURS || wrong * 2 > right) continue;
    const distinct = new Set(cell.metered.filter((value) => value !== null && value !== 0n)).size;
    // One push for each unit of usage is what a count is.
    if (distinct === 1 && expected.every((value) => value === 0n || value === cell.perUnit)) continue;
    return [shapeClaim(view, name, shape)];
  }
  return [
    ...largestOf(view),
    ...sinceLastPush(view, totals),
    ...totalsSeveralTimes(view, totals),
    ...constantCount(view),
  ];
}

/** Totals that are pushed several times an hour, or late, and are added up: hours hold some totals of then. */
function totalsSeveralTimes({ cell, expected, fit }: View, totals: readonly bigint[]): readonly Claim[] {
  if (cell.isHeld || cell.meteredTotal <= cell.measuredTotal) return [];
  let right = 0;
  let wrong = 0;
  for (let hour = 0; hour < expected.length; hour += 1) {
    const held = cell.metered[hour] ?? 0n;
    const [low, high] = [totals[Math.max(0, hour - LAG_HOURS)] as bigint, totals[hour + 1] as bigint];
    // Of early hours, and of large ones, any number of totals can be so much.
    if (held === 0n || high <= 0n || low * 16n < high * 15n) continue;
    const times = (held * 2n + high) / (high * 2n);
    if (times >= 1n && times <= MOST_TIMES && low * times <= held && held <= high * times) right += 1;
    else wrong += 1;
  }
  if (right < MIN_HOURS * 2 || wrong * 4 > right) return [];
  const hours = fit.hours;
  return [
    claimOf(cell, {
      code: 'wrong_aggregation',
      hours,
      effect: hours.map((hour) => fit.rest[hour] as bigint),
      cost: 2.5,
      isDoubtful: true,
      words: () => "Stripe's hours hold the totals of the month so far, and they are added up",
    }),
  ];
}

const LAG_HOURS = 3;
const MOST_TIMES = 12n;

/** Pushes of a part of each hour, of which Stripe keeps the number: small whole numbers that vary little. */
function constantCount(view: View): readonly Claim[] {
  const { cell, expected, fit } = view;
  if (cell.isHeld) return [];
  const counts = new Map<bigint, number>();
  let active = 0;
  let alike = 0;
  for (let hour = 0; hour < expected.length; hour += 1) {
    const held = cell.metered[hour] ?? 0n;
    if (held === 0n) continue;
    active += 1;
    if (magnitude(held - (expected[hour] as bigint)) <= cell.perUnit) alike += 1;
    if (held % cell.perUnit !== 0n || held / cell.perUnit > MOST_PUSHES) return [];
    counts.set(held, (counts.get(held) ?? 0) + 1);
  }
  const sizes = new Set(expected.filter((value) => value !== 0n));
  const most = Math.max(0, ...counts.values());
  const isEven = most * 10 >= active * 9;
  const isFew = counts.size <= FEW_COUNTS && sizes.size >= counts.size * 3;
  // What is rounded to whole units is small and whole too.
  if (alike * 2 > active || active < MIN_HOURS || !(isEven || isFew) || sizes.size < 6) return [];
  const hours = fit.hours;
  return [
    claimOf(cell, {
      code: 'wrong_aggregation',
      hours,
      effect: hours.map((hour) => fit.rest[hour] as bigint),
      cost: 3,
      isDoubtful: true,
      words: () => 'Stripe shows the number of pushes instead of what was pushed',
    }),
  ];
}

const MOST_PUSHES = 60n;
/** So few different numbers of pushes stand beside so many quantities. */
const FEW_COUNTS = 6;

/** What was used since the push before, whatever the hours between: the last of them stands for the month. */
function sinceLastPush({ cell, expected, fit }: View, totals: readonly bigint[]): readonly Claim[] {
  if (!cell.isHeld || fit.hours.length === 0 || cell.meteredTotal * 4n > cell.measuredTotal) return [];
  let right = 0;
  let wrong = 0;
  let previous = 0;
  for (let hour = 0; hour < expected.length; hour += 1) {
    const held = cell.metered[hour] ?? null;
    if (held === null) continue;
    const since = (totals[hour + 1] as bigint) - (totals[previous] as bigint);
    // Of early hours this is the total too.
    if (since * 8n < (totals[hour + 1] as bigint)) {
      if (held <= since || isNear(held, since)) right += 1;
      else wrong += 1;
    }
    previous = hour;
  }
  if (right < MIN_HOURS * 2 || wrong * 10 > right) return [];
  const hours = fit.hours;
  return [
    claimOf(cell, {
      code: 'wrong_aggregation',
      hours,
      effect: hours.map((hour) => fit.rest[hour] as bigint),
      cost: 3,
      isDoubtful: true,
      words: () => 'Stripe holds what was used since the push before, and the last of them stands for the month',
    }),
  ];
}

/** The month holds the largest hour instead of all of them. */
function largestOf({ cell, expected, fit }: View): readonly Claim[] {
  if (!cell.isHeld) return [];
  let largest = 0n;
  let right = 0;
  let wrong = 0;
  for (let hour = 0; hour < expected.length; hour += 1) {
    const value = expected[hour] as bigint;
    if (value > largest) largest = value;
    const held = cell.metered[hour] ?? null;
    if (held === null) continue;
    if (isNear(held, largest)) right += 1;
    else wrong += 1;
  }
  if (right < MIN_HOURS || wrong * 4 > right || fit.hours.length === 0) return [];
  const hours = fit.hours;
  return [
    claimOf(cell, {
      code: 'wrong_aggregation',
      hours,
      effect: hours.map((hour) => fit.rest[hour] as bigint),
      cost: 2.5,
      isDoubtful: false,
      words: () => 'Stripe holds the largest hour of the month instead of its total',
    }),
  ];
}

const pushesUpTo = (metered: readonly (bigint | null)[], hour: number): number => {
  let count = 0;
  for (let at = 0; at <= hour; at += 1) if ((metered[at] ?? null) !== null) count += 1;
  return count;
};

function shapeClaim(view: View, name: string, shape: (hour: number) => bigint): Claim {
  const { cell, expected } = view;
  const hours: number[] = [];
  const effect: bigint[] = [];
  let level = 0n;
  for (let hour = 0; hour < expected.length; hour += 1) {
    const held = cell.metered[hour] ?? null;
    const isIdle = held === null && expected[hour] === 0n;
    const due = cell.isHeld ? (held === null ? level : shape(hour)) : isIdle ? 0n : shape(hour);
    const change = (cell.isHeld ? due - level : due) - (expected[hour] as bigint);
    level = due;
    if (change === 0n) continue;
    hours.push(hour);
    effect.push(change);
  }
  return claimOf(cell, {
    code: 'wrong_aggregation',
    hours,
    effect,
    cost: 2.5,
    isDoubtful: false,
    words: () => `Stripe's hours hold ${name}`,
  });
}
