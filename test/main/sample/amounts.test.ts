import { describe, expect, test } from 'vitest';
import { charge, rounded, type SampleAmounts, scaled, unscaled } from '../../../main/sample/amounts.ts';

const TIERS = [
  { upTo: 5, unitAmount: '700' },
  { upTo: 10, unitAmount: '650' },
  { upTo: null, unitAmount: '600' },
] as const;

const total = (amounts: SampleAmounts, quantity: string): bigint =>
  charge(amounts, scaled(quantity)).reduce((sum, row) => sum + row.amountMinor, 0n);

describe('amounts of the sample, by hand', () => {
  test.each([
    ['graduated', '5', 3500n],
    ['graduated', '6', 4150n],
    ['graduated', '20', 12_750n],
    ['graduated', '25', 15_750n],
    ['volume', '1', 700n],
    ['volume', '5', 3500n],
    ['volume', '6', 3900n],
    ['volume', '20', 12_000n],
    ['volume', '25', 15_000n],
  ] as const)("%s: %s cost what Stripe's example says", (tiersMode, quantity, expected) => {
    expect(total({ tiersMode, tiers: TIERS }, quantity)).toBe(expected);
  });

  test('half a unit goes away from zero, to the last place', () => {
    expect(total({ unitAmount: '0.5' }, '1')).toBe(1n);
    expect(total({ unitAmount: '0.000000000001' }, '499999999999.999999999999')).toBe(0n);
    expect(total({ unitAmount: '0.000000000001' }, '500000000000')).toBe(1n);
    expect([rounded(-5n, 10n), rounded(-4n, 10n), rounded(5n, 10n), rounded(15n, 10n)]).toEqual([-1n, 0n, 1n, 2n]);
  });

  test('a package that was begun counts whole, and the row shows what was used', () => {
    const packs = { unitAmount: '149.5', packageOf: 50 };
    expect(charge(packs, scaled('100.25'))).toEqual([{ quantity: '100.25', unitAmount: '149.5', amountMinor: 449n }]);
    expect([total(packs, '0'), total(packs, '0.000000000001'), total(packs, '50')]).toEqual([0n, 150n, 150n]);
  });

  test('a tier that is reached shows a row and its flat amount another; the first is reached by nothing', () => {
    const amounts = {
      tiersMode: 'graduated',
      tiers: [
        { upTo: 10, flatAmount: '500' },
        { upTo: null, unitAmount: '2.5', flatAmount: '250' },
      ],
    } as const;
    expect(charge(amounts, 0n)).toEqual([
      { quantity: '0', unitAmount: '0', amountMinor: 0n },
      { quantity: '0', unitAmount: null, amountMinor: 500n },
    ]);
    expect(charge(amounts, scaled('11.5')).map(({ quantity, amountMinor }) => [quantity, amountMinor])).toEqual([
      ['10', 0n],
      ['0', 500n],
      ['1.5', 4n],
      ['0', 250n],
    ]);
  });

  test('decimals of twelve places, and nothing else', () => {
    expect(unscaled(scaled('12.000000000001'))).toBe('12.000000000001');
    expect(unscaled(scaled('1.50'))).toBe('1.5');
    for (const text of ['-1', '1e3', '0.0000000000001', '']) expect(() => scaled(text)).toThrow(RangeError);
  });
});
