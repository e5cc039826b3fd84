import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePrice } from '../../../shared/rating/compile-price.ts';
import { priceOf } from './price-maker.ts';

const FRAC_UNIT = 10n ** 12n;

/** Amounts in minor units with up to 9 decimals, and those around which ties are. */
const amount = fc.oneof(
  fc.constantFrom('0', '1', '0.5', '0.000000001', '0.25', '3999999999', '4000000001'),
  fc.tuple(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 0, max: 9 })).map(([digits, places]) => {
    const text = String(digits).padStart(places + 1, '0');
    return places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
  }),
);
const frac = fc.oneof(
  fc.constantFrom(1, 10 ** 12 - 1, 5 * 10 ** 11, 5 * 10 ** 11 - 1, 5 * 10 ** 11 + 1, 25 * 10 ** 10, 10 ** 6),
  fc.integer({ min: 1, max: 10 ** 12 - 1 }),
);
const whole = fc.oneof(
  fc.integer({ min: 0, max: 12 }),
  fc.integer({ min: 0, max: 10 ** 7 }),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
);
const ladder = fc.record({
  mode: fc.constantFrom('graduated' as const, 'volume' as const),
  bounds: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 3 }),
  units: fc.array(amount, { minLength: 4, maxLength: 4 }),
  flats: fc.array(fc.option(amount), { minLength: 4, maxLength: 4 }),
});
const price = fc.oneof(
  amount.map((unitAmount) => priceOf({ unitAmount })),
  ladder.map(({ mode, bounds, units, flats }) =>
    priceOf({
      mode,
      tiers: [...bounds.sort((a, b) => a - b), null].map((bound, index) => ({
        upTo: bound === null ? null : String(bound),
        unit: units[index] ?? '0',
        flat: flats[index] ?? null,
      })),
    }),
  ),
);
const options = fc.record({
  rounding: fc.constantFrom('half_up' as const, 'half_even' as const, 'up' as const, 'down' as const),
  roundAt: fc.constantFrom('line' as const, 'total' as const),
});

test('decimals in plain numbers cost what they cost exactly', () => {
  let plain = 0;
  fc.assert(
    fc.property(price, options, fc.array(fc.tuple(whole, frac), { minLength: 8, maxLength: 8 }), (shape, how, list) => {
      const compiled = compilePrice(shape, how);
      for (const [quantity, part] of list) {
        const minor = compiled.minorOf(quantity, part);
        if (typeof minor === 'number') plain += 1;
        expect(BigInt(minor)).toBe(compiled.exact(BigInt(quantity) * FRAC_UNIT + BigInt(part)));
      }
    }),
    { numRuns: 8_000, seed: 20_260_515 },
  );
  expect(plain).toBeGreaterThan(20_000);
});
