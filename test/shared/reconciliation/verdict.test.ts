import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { driftOf } from '../../../shared/reconciliation/drift.ts';
import { exitCodeOf } from '../../../shared/reconciliation/exit-code.ts';
import { compareRows, type OrderKey } from '../../../shared/reconciliation/order.ts';
import { VERDICTS, type Verdict } from '../../../shared/reconciliation/result.ts';
import { differsByRounding, isWithin } from '../../../shared/reconciliation/tolerance.ts';
import { decideVerdict, isStructural, type Side, type VerdictInput } from '../../../shared/reconciliation/verdict.ts';
import { formatDecimal, parseDecimal } from '../../../shared/values/decimal.ts';

const tolerance = { relative: parseDecimal('0.001'), absolute: parseDecimal('0') };
const side = (text: string | null): Side =>
  text === 'nan'
    ? { value: null, isInvalid: true }
    : { value: text === null ? null : parseDecimal(text), isInvalid: false };
const HOUR = 3_600_000;

function decide(measured: string | null, metered: string | null, more: Partial<VerdictInput> = {}): Verdict {
  return decideVerdict({
    measured: side(measured),
    metered: side(metered),
    meterExists: true,
    tolerance,
    stalenessMs: 2 * HOUR,
    held: null,
    firstUsageAgeMs: 100 * HOUR,
    ...more,
  }).verdict;
}

const held = (start: string, end: string, ageMs: number) => ({
  held: { measuredAtStart: parseDecimal(start), measuredAtEnd: parseDecimal(end), ageMs },
});

describe('the decision table', () => {
  test.each<[string, string | null, string | null, Partial<VerdictInput>, Verdict]>([
    ['a text', 'nan', '1', {}, 'invalid'],
    ['a negative Stripe total', '1', '-1', {}, 'invalid'],
    ['invalid before a missing meter', '-1', null, { meterExists: false }, 'invalid'],
    ['both zero', '0', '0', {}, 'agree_zero'],
    ['zero and absent', '0', null, {}, 'agree_zero'],
    ['nothing in a missing meter', null, null, { meterExists: false }, 'agree_zero'],
    ['no meter', '5', null, { meterExists: false }, 'no_meter'],
    ['nothing at all, usage young', '5', null, { firstUsageAgeMs: 2 * HOUR - 1 }, 'stale'],
    ['nothing at all, usage exactly as old as allowed', '5', null, { firstUsageAgeMs: 2 * HOUR }, 'missing_stripe'],
    ['nothing at all, first hour unknown', '5', null, { firstUsageAgeMs: null }, 'missing_stripe'],
    ['zero held is not nothing held', '5', '0', { firstUsageAgeMs: 1 }, 'missing_stripe'],
    ['zero held that was true in its hour', '5', '0', held('0', '5', HOUR), 'stale'],
    ['no usage', null, '5', {}, 'missing_usage'],
    ['usage of zero', '0', '5', {}, 'missing_usage'],
    ['at the tolerance', '0.999', '1', {}, 'agree'],
    ['over the tolerance', '0.998', '1', {}, 'over_reported'],
    ['lower, and fits, and young', '100', '90', held('85', '90', 2 * HOUR), 'stale'],
    ['lower, and fits, and old', '100', '90', held('85', '90', 2 * HOUR + 1), 'stale_overdue'],
    ['lower, and fits at the widened start', '100', '84.915', held('85', '90', HOUR), 'stale'],
    ['lower, and fits no more', '100', '84.914', held('85', '90', HOUR), 'under_reported'],
    ['levels that fall within the hour', '100', '90', held('95', '89', HOUR), 'stale'],
    ['higher is never excused', '100', '101', held('85', '101', HOUR), 'over_reported'],
  ])('%s', (_title, measured, metered, more, verdict) => {
    expect(decide(measured, metered, more)).toBe(verdict);
  });

  test("Stripe's own arithmetic agrees even without tolerance, and says so", () => {
    const none = { relative: parseDecimal('0'), absolute: parseDecimal('0') };
    const input = { measured: side('1000000000000000'), metered: side('1000000000000001'), meterExists: true };
    const rest = { tolerance: none, stalenessMs: 0, held: null, firstUsageAgeMs: null };
    expect(decideVerdict({ ...input, ...rest })).toEqual({ verdict: 'agree', byRounding: true });
    const further = { ...input, metered: side('1000000000000002'), ...rest };
    expect(decideVerdict(further).verdict).toBe('over_reported');
  });
});

test.each<[string, string, Verdict]>([
  ['1234.123456789012', '1234.12345678901', 'agree'],
  ['1234.123456789012', '1234.12345678902', 'over_reported'],
  ['1234.123456789012', '1234.123456789', 'under_reported'],
  ['123456789012345.4', '123456789012345', 'agree'],
])('without tolerance, %s held as %s: %s', (measured, metered, verdict) => {
  const none = { relative: parseDecimal('0'), absolute: parseDecimal('0') };
  expect(decide(measured, metered, { tolerance: none })).toBe(verdict);
});

test('the rounding of a push is named also where a tolerance would do', () => {
  const rest = { meterExists: true, tolerance, stalenessMs: 0, held: null, firstUsageAgeMs: null };
  const pushed = { measured: side('1234.123456789012'), metered: side('1234.12345678901') };
  expect(decideVerdict({ ...pushed, ...rest })).toEqual({ verdict: 'agree', byRounding: true });
  const other = { measured: side('1234.123456789012'), metered: side('1234.1234567') };
  expect(decideVerdict({ ...other, ...rest })).toEqual({ verdict: 'agree', byRounding: false });
});

test('structural verdicts', () => {
  const one = parseDecimal('1');
  expect(VERDICTS.filter((verdict) => isStructural(verdict, one))).toEqual([
    'stale_overdue',
    'under_reported',
    'over_reported',
    'missing_stripe',
    'missing_usage',
    'no_meter',
    'unmapped',
  ]);
  expect(isStructural('unmapped', parseDecimal('0'))).toBe(false);
  expect(isStructural('unmapped', null)).toBe(false);
});

describe('tolerance', () => {
  test('is inclusive, and either part is enough', () => {
    const both = { relative: parseDecimal('0.1'), absolute: parseDecimal('2') };
    expect(isWithin(parseDecimal('10'), parseDecimal('8'), both)).toBe(true);
    expect(isWithin(parseDecimal('10'), parseDecimal('7.999999999999'), both)).toBe(false);
    expect(isWithin(parseDecimal('100'), parseDecimal('90'), both)).toBe(true);
    expect(isWithin(parseDecimal('100'), parseDecimal('89.999999999999'), both)).toBe(false);
  });

  test('rounding of Stripe is 10⁻¹⁵ of the larger side', () => {
    expect(differsByRounding(parseDecimal('1'), parseDecimal('1.000000000000001'))).toBe(true);
    expect(differsByRounding(parseDecimal('1'), parseDecimal('1.000000000000002'))).toBe(false);
    expect(differsByRounding(parseDecimal('1'), parseDecimal('1'))).toBe(false);
  });
});

test('drift is exact beyond 2^53 and rounded to 12 places', () => {
  const drift = driftOf(parseDecimal('900719925474099312.000000000001'), parseDecimal('900719925474099311'));
  expect(formatDecimal(drift.absolute)).toBe('1.000000000001');
  expect(formatDecimal(driftOf(parseDecimal('3'), parseDecimal('2')).relative)).toBe('0.333333333333');
  expect(formatDecimal(driftOf(parseDecimal('1'), parseDecimal('3')).relative)).toBe('-0.666666666667');
  expect(formatDecimal(driftOf(null, null).relative)).toBe('0');
});

test('swapping the sides flips the sign', () => {
  const value = fc.option(fc.bigInt({ min: 0n, max: 10n ** 30n }).map((c) => ({ coefficient: c, scale: 12 })));
  fc.assert(
    fc.property(value, value, (a, b) => {
      const [there, back] = [driftOf(a, b), driftOf(b, a)];
      expect(there.absolute.coefficient * 10n ** BigInt(back.absolute.scale)).toBe(
        -back.absolute.coefficient * 10n ** BigInt(there.absolute.scale),
      );
      expect(there.relative.coefficient).toBe(-back.relative.coefficient);
    }),
    { seed: 3 },
  );
});

test.each<[Partial<Record<Verdict, number>>, number, { nothingPulled?: boolean; isStrict?: boolean }, number]>([
  [{}, 0, {}, 0],
  [{ stale: 2 }, 0, {}, 0],
  [{ stale: 2 }, 0, { isStrict: true }, 1],
  [{ under_reported: 1 }, 1, { nothingPulled: true }, 1],
  [{ invalid: 1, under_reported: 1 }, 1, {}, 2],
  [{ incomplete: 1 }, 0, {}, 3],
  [{}, 0, { nothingPulled: true }, 3],
])('exit code of %o with %i structural', (counts, structural, options, exit) => {
  const byVerdict = Object.fromEntries(VERDICTS.map((verdict) => [verdict, counts[verdict] ?? 0])) as Record<
    Verdict,
    number
  >;
  expect(exitCodeOf({ byVerdict, structural }, { nothingPulled: false, isStrict: false, ...options })).toBe(exit);
});

test('rows are ordered by currency, |difference|, customer, usage id and meter', () => {
  const row = (
    currency: string | null,
    difference: bigint | null,
    customer: string | null,
    usageId: string | null = null,
    meter = 'm',
  ): OrderKey => ({
    currency,
    differenceMinor: difference,
    customer,
    usageId,
    meter,
  });
  const ordered = [
    row('eur', 1n, 'cus_z'),
    row('usd', -9n, 'cus_b'),
    row('usd', 5n, 'cus_a'),
    row('usd', 5n, 'cus_b', 'ws_1', 'a'),
    row('usd', -5n, 'cus_b', 'ws_1', 'b'),
    row('usd', 5n, 'cus_b', null),
    row('usd', null, 'cus_a'),
    row(null, null, 'cus_a'),
    row(null, null, null, 'ws_0'),
    row(null, null, null, 'ws_1'),
  ];
  expect([...ordered].reverse().sort(compareRows)).toEqual(ordered);
});
