import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileLines, type RatedLines } from '../../../shared/rating/compile-lines.ts';
import { readPrice } from '../../../shared/rating/ratable-price.ts';
import { type RateOptions, rate, STRIPE_ROUNDING } from '../../../shared/rating/rate.ts';
import { formatDecimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { type OraclePrice, rateByOracle } from '../../oracles/rating-oracle.ts';
import { runs } from '../../oracles/runs.ts';
import { priceOf } from './price-maker.ts';

const digits = (integer: bigint, places: number): string => formatDecimal({ coefficient: integer, scale: places });

const amount = fc.oneof(
  fc.constantFrom('0', '1', '0.5', '0.25', '2.500000000001'),
  fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 14n }), fc.integer({ min: 0, max: 12 })).map(([c, s]) => digits(c, s)),
);
const quantityText = fc.oneof(
  fc.bigInt({ min: 0n, max: 30n }).map(String),
  fc.bigInt({ min: 0n, max: 10n ** 7n }).map(String),
  fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }).map(String),
  fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.integer({ min: 1, max: 15 })).map(([c, s]) => digits(c, s)),
  fc.bigInt({ min: 0n, max: 10n ** 27n }).map((c) => digits(c, 12)),
);
const ladder = fc
  .record({
    mode: fc.constantFrom('graduated' as const, 'volume' as const),
    bounds: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 3 }),
    units: fc.array(amount, { minLength: 4, maxLength: 4 }),
    flats: fc.array(fc.option(amount), { minLength: 4, maxLength: 4 }),
  })
  .map(({ mode, bounds, units, flats }): OraclePrice => {
    const upTos = [...bounds.sort((a, b) => a - b).map(String), null];
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

const printed = ({ lines, amountMinor }: RatedLines): unknown => ({
  lines: lines.map((line) => ({
    ...line,
    upTo: line.upTo === null ? null : formatDecimal(line.upTo),
    quantity: formatDecimal(line.quantity),
    rawQuantity: line.rawQuantity === undefined ? null : formatDecimal(line.rawQuantity),
    unitAmount: formatDecimal(line.unitAmount),
    exact: formatDecimal(line.exact),
  })),
  amountMinor,
});

test('compiled lines are those of the rater, and sum to what an independent decimal library gives', () => {
  fc.assert(
    fc.property(
      fc.oneof(ladder, ladder, perUnit),
      options,
      fc.array(quantityText, { minLength: 3, maxLength: 3 }),
      (price, how, quantities) => {
        const ratable = readPrice(priceOf(price));
        const linesOf = compileLines(ratable, how);
        // In turn, as one compiled price serves many customers and shares lines between them.
        const compiled = quantities.map((quantity) => linesOf(parseDecimal(quantity)));
        for (const [index, quantity] of quantities.entries()) {
          const { lines, amountMinor } = rate(ratable, parseDecimal(quantity), how);
          expect(printed(compiled[index] as RatedLines)).toEqual(printed({ lines, amountMinor }));
          expect(String(amountMinor)).toBe(rateByOracle(price, quantity, how));
        }
      },
    ),
    { numRuns: runs(5_000, 100_000), seed: 20_261_121 },
  );
}, 600_000);

test('a negative quantity is refused', () => {
  const refused = expect.objectContaining({ code: 'quantity-negative' });
  for (const price of [{ unitAmount: '1' }, { unitAmount: '1', divideBy: { by: '7', round: 'up' as const } }]) {
    const linesOf = compileLines(readPrice(priceOf(price)), STRIPE_ROUNDING);
    expect(() => linesOf(parseDecimal('-1'))).toThrow(refused);
    expect(() => linesOf(parseDecimal('-0.000000000001'))).toThrow(refused);
  }
});
