import { expect, test } from 'vitest';
import { catalogPrice, pastedPrice } from '../../../../main/api/what-if/other-price.ts';
import { priceSummary } from '../../../../main/api/what-if/price-text.ts';
import { WhatIfCache, type WhatIfContext, whatIf, whatIfPrices } from '../../../../main/api/what-if/view.ts';
import { runWhatIf } from '../../../../main/api/what-if/what-if.ts';
import { readPrices } from '../../../../main/cache/catalog-store.ts';
import * as contract from '../../../../shared/contract/what-if-schemas.ts';
import type { WhatIf } from '../../../../shared/reports/what-if.ts';
import { whatIfJson, whatIfTable } from '../../../../shared/reports/what-if.ts';
import { formatDecimal } from '../../../../shared/values/decimal.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { parseMonth } from '../../../../shared/values/period.ts';
import { build, type World } from '../reconcile/world.ts';

const NOW = parseInstant('2026-06-05T00:00:00Z');
const MONTH = parseMonth('2026-05');

/** Two in dollars, one in euros; 0.5 cents a call now. */
const WORLD: World = {
  meters: [{ key: 'calls', unit: 'calls', scale: '1/2' }],
  customers: [
    { id: 'cus_a', name: 'Ann', usageIds: ['ws_a', 'ws_a2'] },
    { id: 'cus_b', usageIds: ['ws_b'] },
    { id: 'cus_c', usageIds: ['ws_c'] },
    { id: 'cus_d', usageIds: ['ws_d'] },
  ],
  usage: { calls: { ws_a: '2000', ws_a2: '1000', ws_b: '800', ws_c: '20', ws_d: '40' } },
  metered: { calls: { cus_a: '1500', cus_b: '300', cus_c: null, cus_d: '20' } },
  prices: [
    { id: 'price_now', meter: 'calls', unitAmount: '0.5' },
    { id: 'price_eur', meter: 'calls', currency: 'eur', unitAmount: '3' },
    {
      id: 'price_tiers',
      meter: 'calls',
      billingScheme: 'tiered',
      tiersMode: 'graduated',
      tiers: [
        { upTo: '1000', unitAmount: '0', flatAmount: '500' },
        { upTo: null, unitAmount: '0.75', flatAmount: null },
      ],
    },
  ],
  items: [
    { customer: 'cus_a', price: 'price_now' },
    { customer: 'cus_b', price: 'price_now' },
    { customer: 'cus_b', price: 'price_now' },
    { customer: 'cus_c', price: 'price_eur', currency: 'eur' },
  ],
};

function run(world: World, of: { price: string; quantities?: 'measured' | 'metered'; json?: boolean }): WhatIf {
  const { db, settings } = build(world);
  const [meter] = settings.meters;
  if (meter === undefined) throw new Error('the world has a meter');
  const price = of.json === true ? pastedPrice(of.price, 'pasted') : catalogPrice(readPrices(db), of.price);
  return runWhatIf({
    db,
    settings,
    distinctMeters: new Set(),
    month: MONTH,
    now: NOW,
    meter,
    meterId: 'mtr_calls',
    price,
    quantities: of.quantities ?? 'measured',
  });
}

const plain = ({ rows, totals, leftOut }: WhatIf) => ({
  rows: rows.map((row) => [row.customer, formatDecimal(row.quantity), row.nowMinor, row.insteadMinor, row.changeMinor]),
  totals: totals.map((total) => [
    total.currency,
    total.customers,
    total.nowMinor,
    total.insteadMinor,
    total.changeMinor,
  ]),
  leftOut: leftOut.map(({ customer, reason, currency }) => [customer, reason, currency]),
});

test('measured quantities under another price of the catalog, the largest change first', () => {
  // scale 1/2. Ann: (2000 + 1000) / 2 = 1500 → now 750; then 500 + 500 × 0.75 = 875.
  // cus_b: 400 on two items → now 2 × 200; then 2 × 500. cus_c pays in euros; cus_d (20 calls) has no item.
  expect(plain(run(WORLD, { price: 'price_tiers' }))).toEqual({
    rows: [
      ['cus_b', '400', 400n, 1000n, 600n],
      ['cus_a', '1500', 750n, 875n, 125n],
    ],
    totals: [['usd', 2, 1150n, 1875n, 725n]],
    leftOut: [
      ['cus_c', 'other_currency', 'eur'],
      ['cus_d', 'no_item', null],
    ],
  });
});

test('metered quantities; a customer without an event is rated at 0', () => {
  // cus_b: 300 metered: 2 × 150 now, 2 × 3 × 300 = 1800 under 3 cents a call; cus_c: nothing metered.
  const price = JSON.stringify({
    currency: 'usd',
    unit_amount_decimal: '3',
    currency_options: { eur: { unit_amount: 2 } },
  });
  expect(plain(run(WORLD, { price, json: true, quantities: 'metered' }))).toEqual({
    rows: [
      ['cus_c', '0', 0n, 0n, 0n],
      ['cus_a', '1500', 750n, 4500n, 3750n],
      ['cus_b', '300', 300n, 1800n, 1500n],
    ],
    totals: [
      ['eur', 1, 0n, 0n, 0n],
      ['usd', 2, 1050n, 6300n, 5250n],
    ],
    leftOut: [['cus_d', 'no_item', null]],
  });
});

test.each([
  ['a price in nobody’s currency', '{"currency":"jpy","unit_amount":1}', 'currency-mismatch'],
  ['a price without a currency', '{"unit_amount":1}', 'currency-missing'],
  ['no JSON', '{', 'document-malformed'],
  [
    'tiers without an open end',
    '{"currency":"usd","billing_scheme":"tiered","tiers_mode":"volume","tiers":[{"up_to":5,"unit_amount":1}]}',
    'tier-open-end-missing',
  ],
])('%s is an error of its own', (_, price, code) => {
  expect(() => run(WORLD, { price, json: true })).toThrow(expect.objectContaining({ code }));
});

test('an unknown price is answered with the one that was probably meant', () => {
  expect(() => run(WORLD, { price: 'price_tier' })).toThrow(
    expect.objectContaining({ code: 'price.not_found', remedy: expect.stringContaining('price_tiers') }),
  );
});

test('who was not pulled, pays in two currencies or under a price that cannot be rated is left out aloud', () => {
  const world: World = {
    ...WORLD,
    meters: [{ key: 'calls', stripeSelection: ['cus_a'] }],
    prices: [
      ...(WORLD.prices ?? []),
      { id: 'price_odd', meter: 'calls', billingScheme: 'tiered', tiersMode: 'volume' },
    ],
    items: [
      { customer: 'cus_a', price: 'price_odd' },
      { customer: 'cus_b', price: 'price_now' },
      { customer: 'cus_c', price: 'price_eur', currency: 'eur' },
      { customer: 'cus_c', price: 'price_now' },
    ],
  };
  expect(plain(run(world, { price: 'price_now', quantities: 'metered' })).leftOut).toEqual([
    ['cus_a', 'not_ratable', 'usd'],
    ['cus_b', 'not_pulled', 'usd'],
    ['cus_c', 'several_currencies', null],
  ]);
});

test('measured, a customer without a usage id is left out: nothing is known of it, which is not 0', () => {
  const customers = [{ id: 'cus_a', usageIds: ['ws_a'] }, { id: 'cus_b' }];
  const world: World = { ...WORLD, customers, metered: {} };
  expect(plain(run(world, { price: 'price_now' }))).toMatchObject({
    rows: [['cus_a', '1000', 500n, 500n, 0n]],
    leftOut: [['cus_b', 'no_usage_id', 'usd']],
  });
});

function contextOf(world: World): WhatIfContext {
  const { db, settings } = build(world);
  return {
    db,
    settings,
    toolVersion: 'test',
    now: () => NOW,
    distinctMeters: new Set(),
    results: new WhatIfCache(),
  };
}

test('the screens get windows of it as the contract says, and a pasted price’s problems at their place', () => {
  const context = contextOf(WORLD);
  const request = { month: '2026-05', meter: 'calls', quantities: 'measured', offset: 1, limit: 5 } as const;
  const answer = contract.whatIfResult.parse(whatIf(context, { ...request, price: { id: 'price_tiers' } }));
  expect(answer).toMatchObject({
    total: 2,
    totals: [{ currency: 'usd', now: '11.50', instead: '18.75', change: '7.25', relative: '0.630434782609', more: 2 }],
    rows: [{ customer: 'cus_a', now: '7.50', instead: '8.75', change: '1.25', relative: '0.166666666667' }],
    leftOut: [
      { reason: 'the price has no amounts in their currency', customers: 1 },
      { reason: 'no subscription item on this meter', customers: 1 },
    ],
  });
  const wrong = whatIf(context, {
    ...request,
    price: { json: '{"currency":"usd","billing_scheme":"per_unit"}' },
  });
  expect(wrong.problems).toEqual([expect.objectContaining({ code: 'unit-amount-missing' })]);
  const foreign = whatIf(context, { ...request, price: { json: '{"currency":"jpy","unit_amount":1}' } });
  expect(foreign.problems).toEqual([expect.objectContaining({ code: 'currency-mismatch' })]);
});

test('prices of a meter, the used ones first; each can be pasted back as it is', () => {
  const context = contextOf(WORLD);
  const prices = whatIfPrices(context, { meter: 'calls' });
  expect(prices.map(({ id, items, summary }) => [id, items, summary])).toEqual([
    ['price_now', 3, '0.005 USD per unit'],
    ['price_eur', 1, '0.03 EUR per unit'],
    ['price_tiers', 0, 'Graduated, 2 tiers'],
  ]);
  expect(whatIfPrices(context, { meter: 'calls', currency: 'eur' }).map(({ id }) => id)).toEqual(['price_eur']);
  for (const { json, id, currency } of prices) {
    const catalog = catalogPrice(readPrices(context.db), id).ratableIn(currency);
    expect(pastedPrice(json, id).ratableIn(currency)).toEqual(catalog);
  }
  expect(contract.whatIfPrice.array().safeParse(prices).success).toBe(true);
});

test('packages are summed up in words', () => {
  const { db } = build({
    meters: [{ key: 'calls' }],
    prices: [{ id: 'p', meter: 'calls', unitAmount: '300', transformQuantity: { divideBy: '100', round: 'up' } }],
  });
  const price = readPrices(db).get('p');
  expect(price === undefined ? null : priceSummary(price)).toBe('3 USD per 100, rounded up');
});

test('the document holds integers in minor units, and the table the sums in words', () => {
  const result = run(WORLD, { price: 'price_tiers' });
  const head = {
    month: '2026-05',
    meter: 'calls',
    unit: 'calls',
    quantities: 'measured',
    price: 'price_tiers',
  } as const;
  const document = JSON.parse([...whatIfJson(head, result, 0)].join(''));
  expect(document).toEqual({
    tieout: 1,
    kind: 'what_if',
    month: '2026-05',
    meter: 'calls',
    quantities: 'measured',
    price: 'price_tiers',
    totals: [
      {
        currency: 'usd',
        customers: 2,
        now: 1150,
        instead: 1875,
        change: 725,
        relative: '0.630434782609',
        more: 2,
        less: 0,
        same: 0,
      },
    ],
    rows: [
      {
        customer: 'cus_b',
        name: null,
        currency: 'usd',
        quantity: '400',
        now: 400,
        instead: 1000,
        change: 600,
        relative: '1.5',
      },
      {
        customer: 'cus_a',
        name: 'Ann',
        currency: 'usd',
        quantity: '1500',
        now: 750,
        instead: 875,
        change: 125,
        relative: '0.166666666667',
      },
    ],
    leftOut: [
      { customer: 'cus_c', name: null, currency: 'eur', reason: 'other_currency' },
      { customer: 'cus_d', name: null, currency: null, reason: 'no_item' },
    ],
    exit: 0,
  });
  const table = whatIfTable(head, result, { limit: 1 });
  expect(table).toContain('USD  11.50 → 18.75, +7.25 (+63.04 %): 2 of 2 pay more, 0 less');
  expect(table).toContain('and 1 more');
  expect(table).toContain('left out, the price has no amounts in their currency: cus_c (eur)');
});

test('amounts beyond what a double holds keep their digits', () => {
  const result = run(
    {
      ...WORLD,
      usage: { calls: { ws_a: '900000000000000002' } },
      items: [{ customer: 'cus_a', price: 'price_now' }],
      meters: [{ key: 'calls' }],
    },
    { price: '{"currency":"usd","unit_amount":7}', json: true },
  );
  // 900000000000000002 × 7 = 6300000000000000014; × 0.5 = 450000000000000001
  const text = [
    ...whatIfJson({ month: '2026-05', meter: 'calls', unit: 'calls', quantities: 'measured', price: 'p' }, result, 0),
  ].join('');
  expect(text).toContain('"now":450000000000000001,"instead":6300000000000000014,');
});
