import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Completeness, completenessOfMonth } from '../../../shared/reconciliation/arrival.ts';
import { choosePulls } from '../../../shared/reconciliation/arrival-choice.ts';
import { AGE_HOURS, learnArrival } from '../../../shared/reconciliation/arrival-shares.ts';
import { distinctPulls, type Sight } from '../../../shared/reconciliation/arrival-sight.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { parseFraction, UNIT_FRACTION } from '../../../shared/values/fraction.ts';
import { formatInstant, HOUR_MS, instant, parseInstant } from '../../../shared/values/instant.ts';
import { hoursIn, monthPeriod, parseMonth } from '../../../shared/values/period.ts';
import {
  oracleClasses,
  oracleMissing,
  oracleWatermark,
  type Report,
  storedBy,
  type TrueMonth,
} from '../../oracles/arrival-oracle.ts';

const UNIT = 1_000_000_000_000n;
const APRIL = parseMonth('2026-04');
const MAY = parseMonth('2026-05');
const PLAIN = { month: MAY, scale: UNIT_FRACTION, combine: 'sum' } as const;

let pulls = 0;

/** A pull that found whole quantities: hour → quantity. */
function sight(month: string, at: string, hours: Readonly<Record<number, number | null>>): Sight {
  pulls += 1;
  const found = Object.entries(hours).map(([hour, value]): [number, bigint | null] => [
    Number(hour),
    value === null ? null : BigInt(value) * UNIT,
  ]);
  return { pull: pulls, month: parseMonth(month), pulledAt: parseInstant(at), hours: new Map(found) };
}

/** The last hours of April, of which a pull half an hour after the month found three quarters of the very last. */
const APRIL_TWICE = [
  sight('2026-04', '2026-05-01T00:30:00Z', { 716: 50, 718: 99, 719: 75 }),
  sight('2026-04', '2026-05-10T00:00:00Z', { 716: 50, 718: 100, 719: 100 }),
];

const shown = ({ expectedMissing, watermark, allInFrom, why, learned }: Completeness) => ({
  missing: expectedMissing === null ? null : formatDecimal(expectedMissing),
  watermark: watermark === null ? null : formatInstant(watermark),
  allInFrom: allInFrom === null ? null : formatInstant(allInFrom),
  why,
  from: [learned.pulls, learned.hours, learned.months],
});

describe('by hand', () => {
  test('what earlier pulls had found of settled hours tells what is missing now', () => {
    const now = sight('2026-05', '2026-06-01T00:30:00Z', { 0: 1000, 742: 198, 743: 30 });
    // The last hour: 30 × 25 ÷ 75 = 10; the one before: 198 × 1 ÷ 99 = 2; older hours are in.
    expect(shown(completenessOfMonth([...APRIL_TWICE, now], PLAIN))).toEqual({
      missing: '12',
      watermark: '2026-05-31T22:00:00Z',
      allInFrom: '2026-06-01T02:00:00Z',
      why: null,
      from: [2, 3, 1],
    });
  });

  test('the figure is in the billed unit, rounded once', () => {
    const now = sight('2026-05', '2026-06-01T00:30:00Z', { 743: 1 });
    const { expectedMissing } = completenessOfMonth([...APRIL_TWICE, now], {
      ...PLAIN,
      scale: parseFraction('1/1000'),
    });
    expect(formatDecimal(expectedMissing ?? { coefficient: 0n, scale: 0 })).toBe('0.000333333333');
  });

  test('usage that is taken back makes a figure below zero, and the watermark counts both directions', () => {
    const april = [
      sight('2026-04', '2026-05-01T00:30:00Z', { 718: 90, 719: 100 }),
      sight('2026-04', '2026-05-10T00:00:00Z', { 718: 90, 719: 80 }),
    ];
    const now = sight('2026-05', '2026-06-01T00:30:00Z', { 743: 50 });
    expect(shown(completenessOfMonth([...april, now], PLAIN))).toMatchObject({
      missing: '-10',
      watermark: '2026-05-31T23:00:00Z',
    });
    const moved = [
      sight('2026-04', '2026-05-01T00:30:00Z', { 710: 90, 711: 110 }),
      sight('2026-04', '2026-05-10T00:00:00Z', { 710: 100, 711: 100 }),
    ];
    expect(shown(completenessOfMonth([...moved, sight('2026-05', '2026-06-02T00:00:00Z', {})], PLAIN))).toMatchObject({
      missing: '0',
      watermark: null,
      allInFrom: null,
    });
  });

  test('where less than half is in, the average of the other hours stands for the hour', () => {
    const april = [
      sight('2026-04', '2026-05-01T00:30:00Z', { 718: 100, 719: 10 }),
      sight('2026-04', '2026-05-10T00:00:00Z', { 718: 100, 719: 100 }),
    ];
    const now = sight('2026-05', '2026-06-01T00:30:00Z', { 742: 743 * 10, 743: 4 });
    // 743 hours hold 7430, one 10 on average; nine tenths of the last hour's are still to come.
    expect(shown(completenessOfMonth([...april, now], PLAIN)).missing).toBe('9');
    const young = sight('2026-05', '2026-05-01T01:30:00Z', { 0: 4 });
    expect(shown(completenessOfMonth([...april, young], PLAIN))).toMatchObject({ missing: null, why: 'too_little' });
  });

  test.each<[string, readonly Sight[], Partial<ReturnType<typeof shown>>]>([
    ['nothing was pulled', [], { why: 'not_pulled' }],
    ['only other months were pulled', APRIL_TWICE, { why: 'not_pulled', watermark: null }],
    ['one pull', [sight('2026-05', '2026-06-01T00:30:00Z', { 1: 1 })], { why: 'one_pull', watermark: null }],
    [
      'a pull of each month',
      [sight('2026-04', '2026-05-10T00:00:00Z', { 1: 1 }), sight('2026-05', '2026-06-01T00:30:00Z', { 1: 1 })],
      { why: 'one_pull' },
    ],
    [
      'pulled again before an hour had settled',
      [sight('2026-05', '2026-05-01T02:00:00Z', { 0: 1 }), sight('2026-05', '2026-05-04T00:00:00Z', { 0: 2 })],
      { why: 'not_settled' },
    ],
    [
      'pulled again after rows may have expired',
      [sight('2026-05', '2026-06-01T02:00:00Z', { 0: 1 }), sight('2026-05', '2026-07-31T00:00:00.001Z', {})],
      { why: 'not_settled', from: [0, 0, 0] },
    ],
    [
      'younger hours than any that were learned',
      [
        sight('2026-04', '2026-05-01T05:00:00Z', { 718: 1 }),
        sight('2026-04', '2026-05-10T00:00:00Z', { 718: 1 }),
        sight('2026-05', '2026-06-01T03:00:00Z', { 0: 1 }),
      ],
      { missing: null, why: 'too_young', watermark: '2026-05-31T23:00:00Z' },
    ],
    [
      'an hour that is no number',
      [...APRIL_TWICE, sight('2026-05', '2026-06-01T00:30:00Z', { 3: null })],
      { missing: null, why: 'no_number', watermark: '2026-05-31T22:00:00Z' },
    ],
  ])('%s', (_, sights, expected) => {
    expect(shown(completenessOfMonth(sights, PLAIN))).toMatchObject({ missing: null, ...expected });
  });

  test.each(['last', 'max'] as const)('a level (%s) has a watermark and no quantity', (combine) => {
    const now = sight('2026-05', '2026-06-01T00:30:00Z', { 743: 50 });
    expect(shown(completenessOfMonth([...APRIL_TWICE, now], { ...PLAIN, combine }))).toMatchObject({
      missing: null,
      why: 'level',
      watermark: '2026-05-31T22:00:00Z',
    });
  });

  test('hours that have not ended are not missing', () => {
    const now = sight('2026-05', '2026-05-01T01:30:00Z', { 0: 75, 1: 1 });
    expect(shown(completenessOfMonth([...APRIL_TWICE, now], PLAIN))).toMatchObject({
      missing: '25',
      watermark: '2026-05-01T00:00:00Z',
    });
  });

  test('a pull 60 days after the month still teaches', () => {
    const sights = [
      sight('2026-05', '2026-06-01T00:00:00Z', { 743: 1 }),
      sight('2026-05', '2026-07-31T00:00:00Z', { 743: 2 }),
    ];
    expect(shown(completenessOfMonth(sights, PLAIN)).from).toEqual([2, 1, 1]);
  });

  test('a class of age without usage is answered for by the next younger one', () => {
    const april = [
      sight('2026-04', '2026-05-01T00:30:00Z', { 700: 50, 718: 99, 719: 75 }),
      sight('2026-04', '2026-05-10T00:00:00Z', { 700: 50, 718: 100, 719: 100 }),
    ];
    const learned = learnArrival(april);
    expect(learned.ages.map(({ fromHours }) => fromHours)).toEqual([...AGE_HOURS]);
    expect(learned.ages.map(({ samples }) => samples)).toEqual([1, 1, 0, 0, 0, 1, 0, 0, 0, 0]);
    const now = sight('2026-05', '2026-06-01T00:30:00Z', { 739: 100, 400: 100 });
    // 4 hours old: as 1 to 2 hours, 99 of 100; 344 hours old: as 12 to 24 hours, all of it.
    expect(shown(completenessOfMonth([...april, now], PLAIN))).toMatchObject({
      missing: '1.010101010101',
      watermark: '2026-05-31T12:00:00Z',
    });
  });
});

describe('which pulls are read', () => {
  const pullsOf = (month: string, days: readonly number[]) =>
    days.map((day) => {
      pulls += 1;
      const key = parseMonth(month);
      return { pull: pulls, month: key, pulledAt: instant(monthPeriod(key).to + day * 24 * HOUR_MS) };
    });
  const days = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index / 10);

  test('few pulls: all of them, in the order of time', () => {
    const few = [...pullsOf('2026-04', [9, 1]), ...pullsOf('2026-05', [2])];
    expect(choosePulls(few, MAY).map(({ pull }) => few.findIndex((one) => one.pull === pull))).toEqual([1, 0, 2]);
  });

  test('of many pulls of a month 16 from the first to the last that teaches, and the newest of the month asked for', () => {
    const april = pullsOf('2026-04', days(500));
    const may = pullsOf('2026-05', [...days(200), 61, 99]);
    const chosen = choosePulls([...may, ...april].reverse(), MAY);
    const of = (month: string) => chosen.filter((pull) => pull.month === month);
    expect(of('2026-04')).toHaveLength(16);
    expect([of('2026-04')[0], of('2026-04').at(-1)]).toEqual([april[0], april.at(-1)]);
    expect(of('2026-05')).toHaveLength(17);
    expect([of('2026-05')[0], ...of('2026-05').slice(-2)]).toEqual([may[0], may[199], may.at(-1)]);
  });

  test('only the 12 newest months teach, and an older one can still be judged', () => {
    const months = Array.from({ length: 12 }, (_, index) => `2025-${String(index + 1).padStart(2, '0')}`);
    const all = [...pullsOf('2024-12', [1, 9]), ...months.flatMap((month) => pullsOf(month, [1]))];
    expect(new Set(choosePulls(all, parseMonth('2025-12')).map(({ month }) => month))).toEqual(new Set(months));
    expect(choosePulls(all, parseMonth('2024-12')).filter(({ month }) => month === '2024-12')).toEqual([all[1]]);
  });
});

const MONTHS = [parseMonth('2026-03'), APRIL, MAY];
/** Ages that stand on a bound, and others; in milliseconds after the end of the month. */
const pullAfter = fc.oneof(
  fc.constantFrom(...AGE_HOURS).map((hours) => hours * HOUR_MS),
  fc.integer({ min: -5 * HOUR_MS, max: 200 * HOUR_MS }),
  fc.integer({ min: 58 * 24 * HOUR_MS, max: 62 * 24 * HOUR_MS }),
);
const delay = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 120 * HOUR_MS }),
  fc.constantFrom(...AGE_HOURS).map((hours) => hours * HOUR_MS),
);

const trueMonth = (month: (typeof MONTHS)[number], amount: fc.Arbitrary<number>): fc.Arbitrary<TrueMonth> => {
  const { from, to } = monthPeriod(month);
  const hours = hoursIn({ from, to });
  const report = fc
    .record({ back: fc.oneof(fc.nat(12), fc.nat(130), fc.nat(hours - 1)), delay, amount })
    .map(({ back, ...rest }): Report => {
      const hour = hours - 1 - back;
      return { hour, storedAt: from + (hour + 1) * HOUR_MS + rest.delay, amount: rest.amount };
    });
  return fc.record({
    month: fc.constant<string>(month),
    from: fc.constant<number>(from),
    to: fc.constant<number>(to),
    reports: fc.array(report, { maxLength: 25 }),
    pulls: fc.array(pullAfter, { minLength: 1, maxLength: 4 }).map((list) => list.map((after) => to + after)),
  });
};

const worlds = (amount: fc.Arbitrary<number>) => fc.tuple(...MONTHS.map((month) => trueMonth(month, amount)));
const growing = worlds(fc.integer({ min: 0, max: 1_000_000 }));
const corrected = worlds(
  fc.oneof({ weight: 3, arbitrary: fc.nat(1000) }, { weight: 1, arbitrary: fc.integer({ min: -800, max: 0 }) }),
);

/** What each pull of the world finds. */
const sightsOf = (world: readonly TrueMonth[]): readonly Sight[] =>
  world.flatMap((month, place) =>
    month.pulls.map((at, index): Sight => {
      const hours = new Set(month.reports.filter(({ storedAt }) => storedAt <= at).map(({ hour }) => hour));
      return {
        pull: place * 100 + index,
        month: parseMonth(month.month),
        pulledAt: instant(at),
        hours: new Map([...hours].map((hour) => [hour, BigInt(storedBy(month, hour, at)) * UNIT])),
      };
    }),
  );

const RUNS = { numRuns: 150, seed: 20260601 };

describe.each([
  ['growing usage', growing],
  ['usage of which some is taken back', corrected],
])('against a simulation, %s', (_, arbitrary) => {
  test('the learned shares are those of the oracle', () => {
    fc.assert(
      fc.property(arbitrary, (world) => {
        const { ages } = learnArrival(distinctPulls(sightsOf(world)));
        const plain = ages.map(({ samples, arrived, settled, moved, weight }) => {
          const whole = (units: bigint): number => Number(units / UNIT);
          return {
            samples,
            arrived: whole(arrived),
            settled: whole(settled),
            moved: whole(moved),
            weight: whole(weight),
          };
        });
        expect(plain).toEqual(oracleClasses(world));
      }),
      RUNS,
    );
  });

  test('expected missing and watermark are those of the oracle', () => {
    fc.assert(
      fc.property(arbitrary, (world) => {
        const judged = world[2] as TrueMonth;
        const found = completenessOfMonth(sightsOf(world), PLAIN);
        const { expectedMissing, watermark } = found;
        fc.pre(found.learned.hours > 0);
        expect(expectedMissing === null ? null : formatDecimal(expectedMissing)).toBe(oracleMissing(world, judged));
        expect(watermark).toBe(oracleWatermark(world, judged));
      }),
      RUNS,
    );
  });

  test('neither the order of the pulls nor a pull given twice changes anything', () => {
    fc.assert(
      fc.property(
        arbitrary.chain((world) => {
          const sights = sightsOf(world);
          return fc.tuple(
            fc.constant(sights),
            fc.shuffledSubarray([...sights, ...sights.slice(0, 3)], {
              minLength: sights.length + Math.min(3, sights.length),
            }),
          );
        }),
        ([sights, shuffled]) => {
          expect(completenessOfMonth(shuffled, PLAIN)).toEqual(completenessOfMonth(sights, PLAIN));
        },
      ),
      RUNS,
    );
  });
});

/** Every hour's usage comes in parts, each with its own delay in hours. */
const profile = fc
  .array(fc.record({ delayHours: fc.constantFrom(0, 1, 2, 4, 8, 24, 48), amount: fc.integer({ min: 1, max: 50 }) }), {
    minLength: 1,
    maxLength: 4,
  })
  // More than half at once, so that no average is needed.
  .map((parts) => [{ delayHours: 0, amount: 300 }, ...parts]);

type Part = { readonly delayHours: number; readonly amount: number };

/** April and May of which every hour is `factor` times the profile. @param after hours after the month of each pull */
const profiled = (
  parts: readonly Part[],
  plan: { readonly factors: readonly number[]; readonly april: readonly number[]; readonly may: number },
): readonly TrueMonth[] =>
  [APRIL, MAY].map((month, place) => {
    const { from, to } = monthPeriod(month);
    const factor = plan.factors[place] ?? 1;
    const last = hoursIn({ from, to }) - 1;
    const reports = Array.from({ length: 60 }, (_, back) => last - back).flatMap((hour) =>
      parts.map(
        ({ delayHours, amount }): Report => ({
          hour,
          storedAt: from + (hour + 1 + delayHours) * HOUR_MS,
          amount: amount * factor,
        }),
      ),
    );
    const pullsAfter = place === 0 ? plan.april : [plan.may];
    return { month, from, to, reports, pulls: pullsAfter.map((hours) => to + hours * HOUR_MS) };
  });

test('where every hour arrives alike, the figure is what is really missing, and shrinks to nothing', () => {
  fc.assert(
    fc.property(profile, fc.integer({ min: 1, max: 9 }), (parts, factor) => {
      let previous = Number.POSITIVE_INFINITY;
      for (const may of [...AGE_HOURS, 150]) {
        const world = profiled(parts, { factors: [3, factor], april: [may, 300], may });
        const judged = world[1] as TrueMonth;
        const [at = 0] = judged.pulls;
        const truth = judged.reports.reduce((sum, { storedAt, amount }) => (storedAt > at ? sum + amount : sum), 0);
        const { expectedMissing } = completenessOfMonth(sightsOf(world), PLAIN);
        expect(expectedMissing === null ? null : formatDecimal(expectedMissing)).toBe(String(truth));
        expect(truth).toBeLessThanOrEqual(previous);
        previous = truth;
      }
      expect(previous).toBe(0);
    }),
    { numRuns: 40, seed: 20260601 },
  );
});

test('with random delays the figure comes close to what is really missing', () => {
  let state = 7;
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  const world = MONTHS.map((month): TrueMonth => {
    const { from, to } = monthPeriod(month);
    const last = hoursIn({ from, to }) - 1;
    const reports = Array.from({ length: 6000 }, (): Report => {
      const hour = last - Math.floor(random() * 60);
      const late = random() < 0.7 ? 0 : -Math.log(1 - random()) * 6;
      return { hour, storedAt: from + (hour + 1 + late) * HOUR_MS, amount: 1 + Math.floor(random() * 100) };
    });
    return {
      month,
      from,
      to,
      reports,
      pulls: month === MAY ? [to + HOUR_MS / 2] : [to + HOUR_MS / 2, to + 300 * HOUR_MS],
    };
  });
  const judged = world[2] as TrueMonth;
  const at = judged.pulls[0] ?? 0;
  const truth = judged.reports.reduce((sum, { storedAt, amount }) => (storedAt > at ? sum + amount : sum), 0);
  const { expectedMissing } = completenessOfMonth(sightsOf(world), PLAIN);
  const figure = Number(formatDecimal(expectedMissing ?? { coefficient: 0n, scale: 0 }));
  expect(truth).toBeGreaterThan(5_000);
  expect(Math.abs(figure - truth) / truth).toBeLessThan(0.1);
});
