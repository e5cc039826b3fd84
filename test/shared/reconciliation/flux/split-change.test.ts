import { Decimal as Big } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  amountOf,
  type FluxRate,
  type FluxSide,
  isMaterial,
  PARTS,
  relativeChange,
  splitChange,
} from '../../../../shared/reconciliation/flux/split-change.ts';
import { formatDecimal, parseDecimal } from '../../../../shared/values/decimal.ts';

/** Graduated tiers in minor units, with a library's arithmetic. */
type Tier = { readonly upTo: number | null; readonly unit: string; readonly flat: string };

const graduated =
  (tiers: readonly Tier[]): FluxRate =>
  (quantity) => {
    const amount = new Big(formatDecimal(quantity));
    let total = new Big(0);
    let below = new Big(0);
    tiers.forEach((tier, index) => {
      if (index > 0 && amount.lte(below)) return;
      const upper = tier.upTo === null ? amount : Big.min(amount, tier.upTo);
      total = total.plus(Big.max(upper.minus(below), 0).times(tier.unit)).plus(tier.flat);
      below = new Big(tier.upTo ?? Infinity);
    });
    return { exact: parseDecimal(total.toFixed()), minor: BigInt(total.toFixed(0, Big.ROUND_HALF_UP)) };
  };

const flat = (unit: string): FluxRate => graduated([{ upTo: null, unit, flat: '0' }]);

const side = (quantity: string, rate: FluxRate | null, more: Partial<FluxSide> = {}): FluxSide => {
  const parsed = parseDecimal(quantity);
  return {
    quantity: parsed,
    rate,
    grossMinor: rate === null ? 0n : rate(parsed).minor,
    creditMinor: 0n,
    correctionMinor: 0n,
    ...more,
  };
};

const printed = (parts: ReturnType<typeof splitChange>): string =>
  PARTS.filter((part) => parts[part] !== 0n)
    .map((part) => `${part} ${parts[part]}`)
    .join(', ');

const LADDER = graduated([
  { upTo: 100, unit: '10', flat: '0' },
  { upTo: null, unit: '5', flat: '0' },
]);

describe('the parts of a change', () => {
  test.each([
    ['more usage, one price', side('100', flat('3')), side('150', flat('3')), 'usage 150'],
    // 100 × 10 = 1000; 200 units are 1000 + 500. At the average of 10 it would be 1000 more: 500 less by the tiers.
    ['usage moves into a cheaper tier', side('100', LADDER), side('200', LADDER), 'usage 1000, mix -500'],
    ['a dearer price, same usage', side('100', flat('3')), side('100', flat('4')), 'price 100'],
    // The new quantity bears the new price: 50 × 3 more usage, 150 × 1 more price.
    ['both', side('100', flat('3')), side('150', flat('4')), 'usage 150, price 150'],
    ['a new customer', null, side('10', flat('3'), { creditMinor: 5n }), 'new 25'],
    ['a lost customer', side('10', flat('3')), null, 'lost -30'],
    ['nobody', null, null, ''],
    ['more credits', side('10', flat('3')), side('10', flat('3'), { creditMinor: 12n }), 'credits -12'],
    ['a correction booked', side('10', flat('3')), side('10', flat('3'), { correctionMinor: 7n }), 'corrections 7'],
    ['a line changed by hand', side('10', flat('3')), side('10', flat('3'), { grossMinor: 28n }), 'corrections -2'],
    ['from no usage', side('0', flat('3')), side('10', flat('3')), 'usage 30'],
    ['to no usage', side('10', flat('3')), side('0', flat('3')), 'usage -30'],
    ['a price that is known for one month', side('10', null, { grossMinor: 30n }), side('20', flat('3')), 'usage 30'],
    ['no price at all', side('10', null, { grossMinor: 30n }), side('20', null, { grossMinor: 50n }), 'usage 20'],
    [
      'no price and the same usage',
      side('10', null, { grossMinor: 30n }),
      side('10', null, { grossMinor: 31n }),
      'corrections 1',
    ],
    // 1 × 0.4 rounds to 0, 2 × 0.4 to 1: a rounding is usage, never mix.
    ['roundings of one price', side('1', flat('0.4')), side('2', flat('0.4')), 'usage 1'],
    ['a meter that is begun, with its fee', side('0', null), side('10', flat('3'), { grossMinor: 530n }), 'usage 530'],
    ['a meter that is ended', side('10', flat('3'), { creditMinor: 4n }), side('0', null), 'usage -30, credits 4'],
    ['a correction alone', side('0', null), side('0', null, { correctionMinor: 9n }), 'corrections 9'],
    ['from less than nothing, which bills 0', side('-10', flat('3')), side('10', flat('3')), 'usage 30'],
  ])('%s', (_name, from, to, parts) => {
    expect(printed(splitChange(from, to))).toBe(parts);
  });
});

const tierLadder = fc
  .array(fc.record({ unit: fc.integer({ min: 0, max: 5000 }), flat: fc.integer({ min: 0, max: 900 }) }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((tiers) =>
    graduated(
      tiers.map(({ unit, flat: fee }, index) => ({
        upTo: index === tiers.length - 1 ? null : (index + 1) * 50,
        unit: (unit / 1000).toFixed(3),
        flat: String(fee),
      })),
    ),
  );

const anySide = fc
  .record({
    quantity: fc.integer({ min: 0, max: 400_000 }).map((value) => (value / 1000).toFixed(3)),
    rate: fc.option(tierLadder, { freq: 8 }),
    edited: fc.option(fc.bigInt({ min: -500n, max: 500n }), { freq: 2 }),
    creditMinor: fc.bigInt({ min: 0n, max: 300n }),
    correctionMinor: fc.bigInt({ min: -300n, max: 300n }),
  })
  .map(({ quantity, rate, edited, ...more }) => {
    const plain = side(quantity, rate, more);
    return { ...plain, grossMinor: plain.grossMinor + (edited ?? 0n) };
  });

test('the parts sum to the change, for any two months', () => {
  fc.assert(
    fc.property(fc.option(anySide, { freq: 6 }), fc.option(anySide, { freq: 6 }), (from, to) => {
      const parts = splitChange(from, to);
      const total = PARTS.reduce((sum, part) => sum + parts[part], 0n);
      expect(total).toBe(amountOf(to) - amountOf(from));
    }),
    { numRuns: 3000 },
  );
});

test('a price without tiers and fees has no mix', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9999 }), fc.nat(99_999), fc.nat(99_999), (unit, from, to) => {
      const rate = flat((unit / 1000).toFixed(3));
      const parts = splitChange(side(String(from), rate), side(String(to), rate));
      expect(parts.mix).toBe(0n);
      // Said of the price, it need not be worked out.
      const linear = Object.assign(flat((unit / 1000).toFixed(3)), { isLinear: true });
      expect(splitChange(side(String(from), linear), side(String(to), linear))).toEqual(parts);
    }),
    { numRuns: 500 },
  );
});

test.each([
  [100n, 1000n, '50', '0.05', true],
  [49n, 100n, '50', '0.05', false],
  [50n, 1000n, '50', '0.05', true],
  [60n, 2000n, '50', '0.05', false],
  [-60n, 1000n, '50', '0.05', true],
  [60n, 0n, '50', '0.05', true],
  [0n, 0n, '0', '0', false],
] as const)('a change of %s from %s, thresholds %s and %s: %s', (change, from, absolute, relative, expected) => {
  const thresholds = { absoluteMinor: BigInt(absolute), relative: parseDecimal(relative) };
  expect(isMaterial(change, from, thresholds)).toBe(expected);
});

test.each([
  [50n, 200n, '0.25'],
  [1n, 3n, '0.333333333333'],
  [0n, 0n, '0'],
  [5n, 0n, null],
] as const)('%s from %s is %s', (change, from, expected) => {
  const found = relativeChange(change, from);
  expect(found === null ? null : formatDecimal(found)).toBe(expected);
});
