import { describe, expect, test } from 'vitest';
import { NO_COMMITMENTS, NO_DISCOUNTS } from '../../../../shared/rating/late/charge.ts';
import { type RatingRequest, rateUsage } from '../../../../shared/rating/late/rate-usage.ts';
import { readyCharge } from '../../../../shared/rating/late/ready-charge.ts';
import { formatDecimal, parseDecimal } from '../../../../shared/values/decimal.ts';
import { periodAt } from './histories.ts';

const tier = (upTo: string | null, unit: string) => ({
  upTo: upTo === null ? null : parseDecimal(upTo),
  unit: parseDecimal(unit),
  flat: null,
});
const tiers = [tier('10', '2'), tier(null, '1')];

const charge = (price: Parameters<typeof readyCharge>[0]['price']) =>
  readyCharge({
    currency: { code: 'usd', digits: 2 },
    period: periodAt(0),
    price,
    commitments: NO_COMMITMENTS,
    discounts: NO_DISCOUNTS,
    conversion: null,
    isConversionEnabled: true,
  });

const request = (quantity: string, quantityBefore: string): RatingRequest => ({
  servicePeriod: periodAt(0),
  position: { isFirst: false, isLast: true },
  quantity: parseDecimal(quantity),
  quantityBefore: parseDecimal(quantityBefore),
  amountBilledBefore: parseDecimal('0'),
  isMinimumOff: false,
  credits: [],
});

describe('a part of a charge', () => {
  test('volume tiers cannot be split', () => {
    const volume = charge({ type: 'tiered', mode: 'volume', tiers });
    expect(() => rateUsage(volume, request('5', '5'))).toThrow(expect.objectContaining({ code: 'volume-split' }));
  });

  test('graduated tiers are walked upwards', () => {
    const graduated = charge({ type: 'tiered', mode: 'graduated', tiers });
    for (const [quantity, before] of [
      ['-3', '5'],
      ['3', '-1'],
    ] as const) {
      expect(() => rateUsage(graduated, request(quantity, before))).toThrow(
        expect.objectContaining({ code: 'quantity-range-invalid' }),
      );
    }
    const lines = rateUsage(graduated, request('8', '5'));
    expect(lines.map(({ key, quantity }) => [key, formatDecimal(quantity)])).toEqual([
      ['graduated.1.unit', '5'],
      ['graduated.2.unit', '3'],
    ]);
  });

  test('a charge that is wrong is not rated', () => {
    const wrong = charge({ type: 'unit', amount: parseDecimal('-1') });
    expect(() => rateUsage(wrong, request('1', '0'))).toThrow(expect.objectContaining({ code: 'amount-negative' }));
  });
});
