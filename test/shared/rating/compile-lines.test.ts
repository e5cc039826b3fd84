import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileLines, linesOfPrice } from '../../../shared/rating/compile-lines.ts';
import { readPrice } from '../../../shared/rating/ratable-price.ts';
import { type RatedLine, type RateOptions, rate, rateQuantity, STRIPE_ROUNDING } from '../../../shared/rating/rate.ts';
import { formatDecimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { type OraclePrice, rateByOracle } from '../../oracles/rating-oracle.ts';
import { runs } from '../../oracles/runs.ts';
import { priceOf } from './price-maker.ts';

const digits = (integer: bigint, places: number): string => formatDecimal({ coefficient: integer, scale: places });

const amount = fc.oneof(
  fc.constantFrom('0', '1', '0.5', '0.25', '2.500000000001'),
  fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 14n }), fc.integer({ min: 0, max: 12 })).map(([c, s]) => digits(c, s)),
);
const stored = fc.tuple(
  fc.oneof(
    fc.integer({ min: 0, max: 30 }),
    fc.integer({ min: 0, max: 10 ** 7 }),
    fc.integer({ min: Number.MAX_SAFE_INTEGER - 3, max: Number.MAX_SAFE_INTEGER }),
    fc.integer({ min: 0, max: 10 ** 15 }),
  ),
  fc.oneof(fc.constantFrom(0, 0, 1, 5 * 10 ** 11, 10 ** 12 - 1), fc.integer({ min: 0, max: 10 ** 12 - 1 })),
);
const ladder = fc
  .record({
    mode: fc.constantFrom('graduated' as const, 'volume' as const),
    bounds: fc.uniqueArray(fc.constantFrom('1', '2', '2.5', '7', '30', '9007199254740992'), { maxLength: 3 }),
    units: fc.array(amount, { minLength: 4, maxLength: 4 }),
    flats: fc.array(fc.option(amount), { minLength: 4, maxLength: 4 }),
  })
  .map(({ mode, bounds, units, flats }): OraclePrice => {
    const upTos = [...bounds.sort((a, b) => Number(a) - Number(b)), null];
    const tiers = upTos.map((upTo, at) => ({ upTo, unit: units[at] ?? '0', flat: flats[at] ?? null }));
    return { mode, tiers };
  });
const perUnit = fc
  .record({
    unitAmount: amount,
    divideBy: fc.option(
      fc.record({
        by: fc.constantFrom('1', '7', '1000', '2.5'),
        round: fc.constantFrom('up' as const, 'down' as const),
      }),
    ),
  })
  .map(({ unitAmount, divideBy }): OraclePrice => (divideBy === null ? { unitAmount } : { unitAmount, divideBy }));
const options: fc.Arbitrary<RateOptions> = fc.record({
  rounding: fc.constantFrom('half_up', 'half_even', 'up', 'down'),
  roundAt: fc.constantFrom('line', 'total'),
});

const printed = (lines: readonly RatedLine[]): unknown =>
  lines.map((line) => ({
    ...line,
    upTo: line.upTo === null ? null : formatDecimal(line.upTo),
    quantity: formatDecimal(line.quantity),
    rawQuantity: line.rawQuantity === undefined ? null : formatDecimal(line.rawQuantity),
    unitAmount: formatDecimal(line.unitAmount),
    exact: formatDecimal(line.exact),
  }));

test('compiled lines are those of the rater, and sum to what an independent decimal library gives', () => {
  fc.assert(
    fc.property(
      fc.oneof(ladder, ladder, perUnit),
      options,
      fc.array(stored, { minLength: 3, maxLength: 3 }),
      (price, how, quantities) => {
        const ratable = readPrice(priceOf(price));
        const linesOf = compileLines(ratable, how);
        // One after another, as a compiled price serves many customers and shares lines between them.
        const lines: RatedLine[] = [];
        const expected: RatedLine[] = [];
        for (const [whole, frac] of quantities) {
          const text = `${whole}.${String(frac).padStart(12, '0')}`;
          const rated = rate(ratable, parseDecimal(text), how);
          expected.push(...rated.lines);
          expect(BigInt(linesOf(whole, frac, lines))).toBe(rated.amountMinor);
          expect(String(rated.amountMinor)).toBe(rateByOracle(price, text, how));
        }
        expect(printed(lines)).toEqual(printed(expected));
      },
    ),
    { numRuns: runs(5_000, 100_000), seed: 20_261_121 },
  );
}, 600_000);

test('a negative quantity is refused', () => {
  const refused = expect.objectContaining({ code: 'quantity-negative' });
  for (const price of [{ unitAmount: '1' }, { unitAmount: '1', divideBy: { by: '7', round: 'up' as const } }]) {
    const linesOf = compileLines(readPrice(priceOf(price)), STRIPE_ROUNDING);
    const lines: RatedLine[] = [];
    expect(() => linesOf(-1, 0, lines)).toThrow(refused);
    expect(() => linesOf(-1, 999_999_999_999, lines)).toThrow(refused);
    expect(lines).toEqual([]);
  }
});

const decimalText = fc.oneof(
  fc.bigInt({ min: 0n, max: 10n ** 7n }).map(String),
  fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }).map(String),
  fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 27n }), fc.integer({ min: 1, max: 15 })).map(([c, s]) => digits(c, s)),
);

test('lines by the price are those of the rater, to the scale of their decimals', () => {
  fc.assert(
    fc.property(
      fc.oneof(ladder, ladder, perUnit),
      options,
      fc.array(decimalText, { minLength: 2, maxLength: 2 }),
      (made, how, quantities) => {
        const price = priceOf(made);
        for (const text of quantities) {
          // A shape made anew each time, as that of a currency option is.
          const lines = linesOfPrice({ price, shape: { ...price }, options: how }, parseDecimal(text));
          expect(lines).toEqual(rateQuantity(price, parseDecimal(text), how).lines);
        }
      },
    ),
    { numRuns: runs(2_000, 50_000), seed: 20_261_122 },
  );
}, 600_000);

test('one price in two currencies has two sets of lines', () => {
  const price = priceOf({ unitAmount: '3' });
  const options = STRIPE_ROUNDING;
  const amountIn = (currency: string, unitAmount: string): bigint | null | undefined =>
    linesOfPrice({ price, shape: { ...price, currency, unitAmount }, options }, parseDecimal('10'))[0]?.amountMinor;
  expect([amountIn('usd', '3'), amountIn('eur', '2'), amountIn('usd', '3')]).toEqual([30n, 20n, 30n]);
});
