import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rateQuantity } from '../../../shared/rating/rate.ts';
import { formatDecimal, parseDecimal, sum } from '../../../shared/values/decimal.ts';
import { priceOf } from './price-maker.ts';

const folder = join(import.meta.dirname, '../../vectors');

type StripePrice = {
  billing_scheme: 'per_unit' | 'tiered';
  unit_amount_decimal?: string;
  transform_quantity?: { divide_by: string; round: 'up' | 'down' };
  tiers_mode?: 'graduated' | 'volume';
  tiers?: { up_to: string | null; unit_amount_decimal?: string; flat_amount_decimal?: string }[];
};

type PeerVector = {
  id: string;
  input: { units?: string; events?: string[] };
  expect: { amountMinorExact?: string; amountMinorByLine?: string };
  stripe: null | {
    price: StripePrice;
    quantity?: string;
    quantities?: string[];
    amountMinorExact?: string;
    amountMinorByLine?: string;
    amountsMinorExact?: string[];
    amountsMinorByLine?: string[];
  };
};

type Case = { id: string; price: StripePrice; quantity: string; exact: string; byLine: string };

function casesOf(vector: PeerVector): Case[] {
  const { stripe, id } = vector;
  if (stripe === null || stripe === undefined) return [];
  const { price } = stripe;
  if (stripe.quantities !== undefined) {
    return stripe.quantities.map((quantity, index) => ({
      id: `${id}/${index}`,
      price,
      quantity,
      exact: stripe.amountsMinorExact?.[index] ?? '',
      byLine: stripe.amountsMinorByLine?.[index] ?? '',
    }));
  }
  const events = vector.input.events?.map((text) => parseDecimal(text));
  const quantity = stripe.quantity ?? vector.input.units ?? formatDecimal(sum(events ?? []));
  return [
    {
      id,
      price,
      quantity,
      exact: stripe.amountMinorExact ?? vector.expect.amountMinorExact ?? '',
      byLine: stripe.amountMinorByLine ?? vector.expect.amountMinorByLine ?? '',
    },
  ];
}

describe.each(['lago', 'killbill', 'stripemeter'])('prices of %s', (origin) => {
  const files = readdirSync(join(folder, origin)).filter((name) => name.endsWith('.json'));
  const cases = files.flatMap((name) => {
    const document = JSON.parse(readFileSync(join(folder, origin, name), 'utf8')) as { vectors: PeerVector[] };
    return document.vectors.flatMap(casesOf);
  });

  test('there are any', () => expect(cases.length).toBeGreaterThan(10));

  test.each(cases)('$id', ({ price, quantity, exact, byLine }) => {
    const shape = priceOf({
      ...(price.unit_amount_decimal === undefined ? {} : { unitAmount: price.unit_amount_decimal }),
      ...(price.transform_quantity === undefined
        ? {}
        : { divideBy: { by: price.transform_quantity.divide_by, round: price.transform_quantity.round } }),
      ...(price.tiers_mode === undefined ? {} : { mode: price.tiers_mode }),
      ...(price.tiers === undefined
        ? {}
        : {
            tiers: price.tiers.map((tier) => ({
              upTo: tier.up_to,
              unit: tier.unit_amount_decimal ?? null,
              flat: tier.flat_amount_decimal ?? null,
            })),
          }),
    });
    const rated = rateQuantity(shape, parseDecimal(quantity));
    expect(formatDecimal(rated.exact)).toBe(exact);
    expect(rated.amountMinor.toString()).toBe(byLine);
  });
});
