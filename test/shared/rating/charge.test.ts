import { expect, test } from 'vitest';
import { chargeMinor, compileCharge } from '../../../shared/rating/charge.ts';
import { type RatingOptions, STRIPE_RATING } from '../../../shared/rating/options.ts';
import { type PriceShape, readPrice } from '../../../shared/rating/ratable-price.ts';
import { parseDecimal } from '../../../shared/values/decimal.ts';
import { requireStored } from '../../../shared/values/quantity.ts';

const perUnit = (currency: string, unitAmount: string): PriceShape => ({
  id: 'price_1',
  currency,
  billingScheme: 'per_unit',
  tiersMode: null,
  transformQuantity: null,
  unitAmount,
  tiers: null,
});

const tiered = (currency: string): PriceShape => ({
  ...perUnit(currency, '0'),
  billingScheme: 'tiered',
  tiersMode: 'graduated',
  unitAmount: null,
  tiers: [
    { upTo: '10', unitAmount: '0.45', flatAmount: null },
    { upTo: null, unitAmount: '0.45', flatAmount: null },
  ],
});

test.each<[string, PriceShape, string, Partial<RatingOptions>, bigint]>([
  ['cents', perUnit('usd', '0.5'), '333', {}, 167n],
  ['cents, cut off', perUnit('usd', '0.5'), '333', { rounding: 'down' }, 166n],
  // 4.5 and 4.5
  ['line by line', tiered('usd'), '20', {}, 10n],
  ['once', tiered('usd'), '20', { roundAt: 'total' }, 9n],
  ['fils', perUnit('kwd', '7'), '333', {}, 2331n],
  ['tens of fils', perUnit('kwd', '7'), '333', { smallestAmount: 'currency' }, 2330n],
  ['half of ten fils', perUnit('kwd', '5'), '1', { smallestAmount: 'currency' }, 10n],
  ['whole krónur', perUnit('isk', '149'), '1', { smallestAmount: 'currency' }, 100n],
  ['yen have nothing smaller', perUnit('jpy', '1.5'), '333', { smallestAmount: 'currency' }, 500n],
  ['decimals', perUnit('kwd', '7.5'), '1.2', { smallestAmount: 'currency' }, 10n],
])('%s', (_, price, quantity, more, expected) => {
  const options = { ...STRIPE_RATING, ...more };
  const value = parseDecimal(quantity);
  expect(chargeMinor(readPrice(price), value, { currency: price.currency, options })).toBe(expected);
  const { whole, frac } = requireStored(value);
  expect(BigInt(compileCharge(price, options).minorOf(Number(whole), Number(frac)))).toBe(expected);
});
