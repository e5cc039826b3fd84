import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePrice } from '../../../shared/rating/compile-price.ts';
import { STRIPE_ROUNDING } from '../../../shared/rating/rate.ts';
import { type OraclePrice, rateByOracle } from '../../oracles/rating-oracle.ts';
import { runs } from '../../oracles/runs.ts';
import { priceOf } from './price-maker.ts';

const FRAC_UNIT = 10n ** 12n;
const TOP = Number.MAX_SAFE_INTEGER;

const digits = (integer: number | bigint, places: number): string => {
  const text = String(integer).padStart(places + 1, '0');
  return places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
};

/** Amounts in minor units with up to 12 decimals, and those around which ties and limits are. */
const amount = fc.oneof(
  fc.constantFrom('0', '1', '0.5', '0.25', '0.000000000001', '0.999999999999', '0.000000500000', '0.500000000001'),
  fc.constantFrom('3999999999', '4000000000.999999999999', '4000000001', '9007199254740991', '9007199254740992'),
  fc.tuple(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 0, max: 12 })).map(([c, s]) => digits(c, s)),
  fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 16n }), fc.integer({ min: 0, max: 12 })).map(([c, s]) => digits(c, s)),
  fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.integer({ min: 0, max: 15 })).map(([c, s]) => digits(c, s)),
);
const frac = fc.oneof(
  fc.constantFrom(0, 1, 10 ** 12 - 1, 5 * 10 ** 11, 5 * 10 ** 11 - 1, 5 * 10 ** 11 + 1, 25 * 10 ** 10, 10 ** 6),
  fc.integer({ min: 0, max: 10 ** 6 }),
  fc.integer({ min: 1, max: 10 ** 12 - 1 }),
);
const whole = fc.oneof(
  fc.integer({ min: 0, max: 12 }),
  fc.integer({ min: 0, max: 10 ** 7 }),
  fc.integer({ min: 0, max: 10 ** 15 }),
  fc.integer({ min: TOP - 10, max: TOP }),
);
const bound = fc.oneof(
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 1, max: 10 ** 7 }),
  fc.integer({ min: 1, max: TOP }),
);
const ladder = fc
  .record({
    mode: fc.constantFrom('graduated' as const, 'volume' as const),
    bounds: fc.uniqueArray(bound, { maxLength: 3 }),
    units: fc.array(amount, { minLength: 4, maxLength: 4 }),
    flats: fc.array(fc.option(amount), { minLength: 4, maxLength: 4 }),
  })
  .map(({ mode, bounds, units, flats }): OraclePrice & { readonly bounds: readonly number[] } => {
    const sorted = bounds.sort((a, b) => a - b);
    const tiers = [...sorted, null].map((upTo, index) => ({
      upTo: upTo === null ? null : String(upTo),
      unit: units[index] ?? '0',
      flat: flats[index] ?? null,
    }));
    return { mode, tiers, bounds: sorted };
  });
const perUnit = fc
  .record({
    unitAmount: amount,
    packages: fc.option(
      fc.tuple(fc.constantFrom('1', '3', '1000', '2.5'), fc.constantFrom('up' as const, 'down' as const)),
    ),
  })
  .map(({ unitAmount, packages }): OraclePrice & { readonly bounds: readonly number[] } => ({
    unitAmount,
    bounds: [],
    ...(packages === null ? {} : { divideBy: { by: packages[0], round: packages[1] } }),
  }));
const options = fc.record({
  rounding: fc.constantFrom('half_up' as const, 'half_even' as const, 'up' as const, 'down' as const),
  roundAt: fc.constantFrom('line' as const, 'total' as const),
});

/** Whole quantities beside those where a tier ends and where an amount, or an amount at its scale, reaches 2^53. */
function edgesOf(price: OraclePrice & { readonly bounds: readonly number[] }): number[] {
  const units = [price.unitAmount, ...(price.tiers ?? []).map(({ unit }) => unit)].filter((unit) => unit != null);
  const limits = units.flatMap((unit) => {
    const scaled = Number(unit.replace('.', ''));
    return [TOP / Number(unit), TOP / (Math.floor(Number(unit)) + 1), TOP / scaled];
  });
  return [...limits, ...price.bounds]
    .filter((edge) => edge < TOP)
    .flatMap((edge) => [-2, -1, 0, 1].map((step) => Math.floor(edge) + step))
    .filter((edge) => edge >= 0 && edge <= TOP);
}

test('compiled prices give what an independent decimal library gives, whichever way is taken', () => {
  let plain = 0;
  let big = 0;
  fc.assert(
    fc.property(
      fc.oneof(ladder, ladder, perUnit),
      options,
      fc.array(fc.tuple(whole, frac), { minLength: 2, maxLength: 2 }),
      fc.nat(),
      frac,
      (price, how, list, pick, part) => {
        const compiled = compilePrice(priceOf(price), how);
        const edges = edgesOf(price);
        const edge = edges[pick % Math.max(1, edges.length)] ?? 0;
        for (const [units, rest] of [...list, [edge, part], [edge, 0]] as const) {
          const expected = rateByOracle(price, `${units}.${String(rest).padStart(12, '0')}`, how);
          const minor = compiled.minorOf(units, rest);
          if (typeof minor === 'number') plain += 1;
          else big += 1;
          expect(String(minor)).toBe(expected);
          expect(String(compiled.exact(BigInt(units) * FRAC_UNIT + BigInt(rest)))).toBe(expected);
        }
      },
    ),
    { numRuns: runs(5_000, 100_000), seed: 20_260_515 },
  );
  expect(plain).toBeGreaterThan(8_000);
  expect(big).toBeGreaterThan(1_000);
}, 600_000);

test('a negative quantity is refused', () => {
  for (const price of [{ unitAmount: '1' }, { unitAmount: '1', divideBy: { by: '2.5', round: 'up' as const } }]) {
    const compiled = compilePrice(priceOf(price), STRIPE_ROUNDING);
    const refused = expect.objectContaining({ code: 'quantity-negative' });
    expect(() => compiled.minorOf(-1, 5)).toThrow(refused);
    expect(() => compiled.minorOf(-3, 0)).toThrow(refused);
    expect(() => compiled.exact(-1n)).toThrow(refused);
  }
});
