import { describe, expect, test } from 'vitest';
import { type BilledLine, billedUsage } from '../../../../shared/rating/late/billed-lines.ts';
import { sumTotals } from '../../../../shared/rating/late/line.ts';
import { type BilledPrice, stripeCharge } from '../../../../shared/rating/late/stripe-charge.ts';
import { formatDecimal } from '../../../../shared/values/decimal.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';

const MAY = { from: parseInstant('2026-05-01T00:00:00Z'), to: parseInstant('2026-06-01T00:00:00Z') };

const price = (terms: Partial<BilledPrice>): BilledPrice => ({
  id: 'price_1',
  billingScheme: terms.tiers === undefined ? 'per_unit' : 'tiered',
  currency: 'usd',
  unitAmount: null,
  tiersMode: null,
  tiers: null,
  transformQuantity: null,
  isFree: false,
  ...terms,
});

const UNIT = price({ unitAmount: '0.5' });
const FEES = price({
  tiersMode: 'graduated',
  tiers: [
    { upTo: '100', unitAmount: '1', flatAmount: '1000' },
    { upTo: null, unitAmount: '0.5', flatAmount: '0' },
  ],
});
const VOLUME = price({
  tiersMode: 'volume',
  tiers: [
    { upTo: '100', unitAmount: null, flatAmount: '500' },
    { upTo: null, unitAmount: '3', flatAmount: '200' },
  ],
});
const PACKS = price({ unitAmount: '700', transformQuantity: { divideBy: '8', round: 'up' } });

const lines = (...shown: readonly (readonly [string | null, bigint, string?])[]): readonly BilledLine[] =>
  shown.map(([quantity, amountMinor, unitAmount = null], index) => ({
    id: `il_${index + 1}`,
    quantity,
    unitAmount,
    amountMinor,
  }));

const booked = (of: BilledPrice, shown: readonly BilledLine[]) => {
  const usage = billedUsage(stripeCharge(of, 'usd', MAY), shown);
  return {
    quantity: usage.quantity === null ? null : formatDecimal(usage.quantity),
    lines: usage.lines.map(
      ({ component, quantity, unitAmount, id, totals }) =>
        `${component} ${formatDecimal(quantity)} × ${formatDecimal(unitAmount)} = ${totals.totalMinor} ${id}`,
    ),
    total: sumTotals(usage.lines).totalMinor,
  };
};

describe('invoice lines as lines of the engines', () => {
  test('a tier each, and its fee, each with its own id', () => {
    const shown = lines(['100', 100n, '1'], ['0', 1000n], ['50', 25n, '0.5'], ['0', 0n]);
    expect(booked(FEES, shown)).toEqual({
      quantity: '150',
      lines: [
        'graduated.1.unit 100 × 0.01 = 100 il_1',
        'graduated.1.flat 1 × 10 = 1000 il_2',
        'graduated.2.unit 50 × 0.005 = 25 il_3',
        'graduated.2.flat 1 × 0 = 0 il_4',
      ],
      total: 1125n,
    });
  });

  test('a fee of nothing that is not shown', () => {
    const { lines: found, total } = booked(FEES, lines(['100', 100n], ['0', 1000n], ['50', 25n]));
    expect(found.map((line) => line.split(' ')[0])).toEqual([
      'graduated.1.unit',
      'graduated.1.flat',
      'graduated.2.unit',
    ]);
    expect(total).toBe(1125n);
  });

  test('no usage: the fee of the first tier', () => {
    expect(booked(FEES, lines(['0', 0n, '1'], ['0', 1000n]))).toMatchObject({ quantity: '0', total: 1000n });
  });

  test('volume with a fee and a unit amount', () => {
    expect(booked(VOLUME, lines(['150', 450n, '3'], ['0', 200n])).lines).toEqual([
      'volume.flat 1 × 2 = 200 il_2',
      'volume.unit 150 × 0.03 = 450 il_1',
    ]);
  });

  test('one line for all tiers: the price’s parts, the last of which takes what is left over', () => {
    expect(booked(FEES, lines(['150', 1130n]))).toEqual({
      quantity: '150',
      lines: [
        'graduated.1.unit 100 × 0.01 = 100 il_1',
        'graduated.1.flat 1 × 10 = 1000 il_1',
        'graduated.2.unit 50 × 0.005 = 25 il_1',
        'graduated.2.flat 1 × 0 = 5 il_1',
      ],
      total: 1130n,
    });
  });

  test('tiers that are not those of the price still add up to what was billed', () => {
    expect(booked(FEES, lines(['120', 120n], ['30', 15n])).total).toBe(135n);
  });

  test('money for no usage', () => {
    expect(booked(UNIT, lines(['0', 250n]))).toEqual({
      quantity: '0',
      lines: ['usage.unit 0 × 0.005 = 250 il_1'],
      total: 250n,
    });
    expect(booked(UNIT, lines(['0', 0n]))).toMatchObject({ lines: [], total: 0n });
  });

  test('a unit amount that is not the price’s is the one that was sold at', () => {
    expect(booked(UNIT, lines(['10', 20n, '2'])).lines).toEqual(['usage.unit 10 × 0.02 = 20 il_1']);
  });

  test.each([
    ['units', lines(['17', 2100n]), '17'],
    ['packages', lines(['3', 2100n]), null],
    ['no quantity', lines([null, 2100n]), null],
  ])('packages: the invoice shows %s', (_, shown, quantity) => {
    expect(booked(PACKS, shown)).toMatchObject({ quantity, total: 2100n });
  });

  test('within a trial everything is free', () => {
    expect(booked(price({ unitAmount: '0.5', isFree: true }), lines(['10', 0n, '0.5']))).toMatchObject({ total: 0n });
  });
});
