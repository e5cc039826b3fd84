import { describe, expect, test } from 'vitest';
import { parseDecimal } from '../../../../shared/values/decimal.ts';
import { at, build, discountOf, grantOf, taxRateOf, type World } from './invoice-maker.ts';

const metered = (id: string, unit: string, used: string) => ({ id, price: { unit }, used });
const codes = (world: World): readonly string[] => build(world).notes.map(({ code }) => code);

/** Discount of each line, in order. */
const discounted = (world: World): readonly bigint[] =>
  build(world).lines.map(({ discounts }) => discounts.reduce((total, { amountMinor }) => total + amountMinor, 0n));

const credited = (world: World): readonly (readonly string[])[] =>
  build(world).lines.map(({ credits }) => credits.map(({ grantId, amountMinor }) => `${grantId} ${amountMinor}`));

const totals = (world: World) => {
  const { subtotalMinor, discountMinor, creditMinor, taxMinor, totalMinor, amountDueMinor } = build(world);
  return [subtotalMinor, discountMinor, creditMinor, taxMinor, totalMinor, amountDueMinor];
};

describe('discounts', () => {
  const items = [metered('a', '1', '999'), metered('b', '1', '1001')];

  test.each([
    // 99.9 → 100, 100.1 → 100
    ['a percent on every line', [discountOf('d', { percentOff: '10' })], {}, [100n, 100n]],
    // 499.5 → 500, 500.5 → 501
    ['half of every line', [discountOf('d', { percentOff: '50' })], {}, [500n, 501n]],
    // 1000 once: 499 and 500, the unit that remains to the earlier of equals
    ['half of the sum', [discountOf('d', { percentOff: '50' })], { percentDiscount: 'total' }, [500n, 500n]],
    // 500 × 999 ÷ 2000 = 249.75, × 1001 = 250.25
    ['an amount by largest remainder', [discountOf('d', { amountOff: '500' })], {}, [250n, 250n]],
    [
      'the remainder on the last line',
      [discountOf('d', { amountOff: '500' })],
      { amountDiscount: 'last_line' },
      [249n, 251n],
    ],
    [
      'an amount line after line',
      [discountOf('d', { amountOff: '1200' })],
      { amountDiscount: 'in_order' },
      [999n, 201n],
    ],
    ['more than there is', [discountOf('d', { amountOff: '5000' })], {}, [999n, 1001n]],
    [
      // 10 % leave 899 and 901, of which 20 % are 179.8 → 180 and 180.2 → 180
      'two percents, of what is left',
      [discountOf('d', { percentOff: '10' }), discountOf('e', { percentOff: '20' })],
      {},
      [280n, 280n],
    ],
    [
      // 20 % of 999 are 199.8 → 200, of 1001 200.2 → 200
      'two percents, each of the full amount',
      [discountOf('d', { percentOff: '10' }), discountOf('e', { percentOff: '20' })],
      { stackedDiscounts: 'full' },
      [300n, 300n],
    ],
    [
      'full percents take no more than is left',
      [discountOf('d', { percentOff: '70' }), discountOf('e', { percentOff: '70' })],
      { stackedDiscounts: 'full' },
      [999n, 1001n],
    ],
    [
      // 500 off leave 749 and 751; 10 % of them are 74.9 → 75 and 75.1 → 75
      'an amount, then a percent, as listed',
      [discountOf('d', { amountOff: '500' }), discountOf('e', { percentOff: '10' })],
      {},
      [325n, 325n],
    ],
    [
      // 10 % leave 899 and 901; 500 × 899 ÷ 1800 = 249.7, × 901 = 250.3
      'a percent, then an amount, as listed',
      [discountOf('e', { percentOff: '10' }), discountOf('d', { amountOff: '500' })],
      {},
      [350n, 350n],
    ],
    ['of one product', [discountOf('d', { percentOff: '50', productIds: ['prod_b'] })], {}, [0n, 501n]],
    ['half of a unit', [discountOf('d', { percentOff: '50', productIds: ['prod_a'] })], {}, [500n, 0n]],
  ] as const)('%s', (_, discounts, options, expected) => {
    expect(discounted({ items, options, subscription: { discounts } })).toEqual(expected);
  });

  test("an item's own come before the subscription's", () => {
    const world: World = {
      items: [
        { ...metered('a', '1', '1000'), discounts: [discountOf('item', { percentOff: '50' })] },
        metered('b', '1', '1000'),
      ],
      subscription: { discounts: [discountOf('sub', { percentOff: '10' })] },
    };
    // 500 and 10 % of the other 500; 10 % of 1000
    expect(discounted(world)).toEqual([550n, 100n]);
    expect(build(world).steps.map(({ id }) => id)).toEqual([null, 'item', 'sub']);
  });

  test("the customer's own stands in where the subscription has none in force", () => {
    const customer = { discount: discountOf('cus', { percentOff: '10' }) };
    expect(discounted({ items, customer })).toEqual([100n, 100n]);
    const own = discountOf('sub', { percentOff: '20' });
    expect(discounted({ items, customer, subscription: { discounts: [own] } })).toEqual([200n, 200n]);
    const over = { ...own, end: at('05-02') };
    expect(discounted({ items, customer, subscription: { discounts: [over] } })).toEqual([100n, 100n]);
  });

  test.each([
    ['not yet begun', { start: at('06-02') }, {}, 0n],
    ['begun at this second', { start: at('06-01') }, {}, 100n],
    ['over at this second', { end: at('06-01') }, {}, 0n],
    ['over a second later', { end: at('06-01T00:00:01') }, {}, 100n],
    ['three months from 15 March', { start: at('03-15') }, { duration: 'repeating', durationInMonths: 3 }, 100n],
    ['three months from 1 March', { start: at('03-01') }, { duration: 'repeating', durationInMonths: 3 }, 0n],
    [
      'one month from 31 January, in a month that has none',
      { start: at('01-31') },
      { duration: 'repeating', durationInMonths: 1 },
      0n,
    ],
  ] as const)('in force: %s', (_, given, coupon, expected) => {
    const discounts = [discountOf('d', { percentOff: '10', ...coupon }, given)];
    expect(discounted({ items, subscription: { discounts } })[0]).toBe(expected);
  });

  test('once is once', () => {
    const discounts = [discountOf('d', { percentOff: '10', duration: 'once' })];
    expect(discounted({ items, subscription: { discounts } })[0]).toBe(100n);
    expect(discounted({ items, subscription: { discounts }, usedDiscountIds: ['d'] })[0]).toBe(0n);
    const forever = [discountOf('d', { percentOff: '10' })];
    expect(discounted({ items, subscription: { discounts: forever }, usedDiscountIds: ['d'] })[0]).toBe(100n);
  });

  test.each([
    ['a coupon that is not known', null, ['discount.coupon_unknown'], false],
    ['an amount in another currency', { amountOff: '100', currency: 'eur' }, ['discount.currency_mismatch'], false],
    ['neither percent nor amount', {}, ['discount.currency_mismatch'], false],
    ['a percent above 100', { percentOff: '100.5' }, ['discount.percent_out_of_range'], false],
    ['for other products', { percentOff: '10', productIds: ['prod_z'] }, ['discount.applies_to_nothing'], true],
    ['more than is left', { amountOff: '2001' }, ['discount.partly_used'], true],
    ['exactly what is left', { amountOff: '2000' }, [], true],
  ] as const)('%s', (_, coupon, notes, isComplete) => {
    const world: World = { items, subscription: { discounts: [discountOf('d', coupon)] } };
    expect(codes(world)).toEqual(notes);
    expect(build(world).isComplete).toBe(isComplete);
  });

  test('what a fixed amount could not take is said in its step', () => {
    const world: World = {
      items,
      subscription: { discounts: [discountOf('d', { amountOff: '2500', name: 'Welcome' })] },
    };
    expect(build(world).steps[1]).toMatchObject({
      type: 'discount',
      id: 'd',
      label: 'Welcome',
      amountMinor: -2000n,
      applied: [
        { lineKey: 'a/metered/usage/1', amountMinor: -999n },
        { lineKey: 'b/metered/usage/1', amountMinor: -1001n },
      ],
      leftMinor: 500n,
      note: '20.00 USD of 25.00 USD was left to be taken off; the rest of 5.00 USD lapses.',
    });
  });

  test('an invoice without lines has nothing to say about its discounts', () => {
    expect(codes({ items: [], subscription: { discounts: [discountOf('d', { percentOff: '10' })] } })).toEqual([]);
  });
});

describe('billing credits', () => {
  const items = [metered('a', '1', '600'), metered('b', '1', '500')];
  const soon = at('07-01');

  test.each([
    ['fill lines in order', [grantOf('g', { amount: '700' })], {}, [['g 600'], ['g 100']]],
    // 550 × 600 ÷ 1100 = 300
    [
      'in proportion',
      [grantOf('g', { amount: '550' })],
      { creditSharing: 'largest_remainder' },
      [['g 300'], ['g 250']],
    ],
    [
      'priority 0 goes first',
      [grantOf('g', { amount: '700' }), grantOf('h', { amount: '700', priority: 0 })],
      {},
      [['h 600'], ['h 100', 'g 400']],
    ],
    [
      'the earliest expiry',
      [grantOf('g', { amount: '50' }), grantOf('h', { amount: '50', expiresAt: soon })],
      {},
      [['h 50', 'g 50'], []],
    ],
    [
      'promotional before paid',
      [grantOf('g', { amount: '50' }), grantOf('h', { amount: '50', category: 'promotional' })],
      {},
      [['h 50', 'g 50'], []],
    ],
    ['a scope of prices', [grantOf('g', { amount: '700', priceIds: ['price_b'] })], {}, [[], ['g 500']]],
    [
      'a scope that the next one fills up',
      [grantOf('g', { amount: '200', priceIds: ['price_b'], priority: 1 }), grantOf('h', { amount: '1000' })],
      {},
      [['h 600'], ['g 200', 'h 300']],
    ],
    ['expired', [grantOf('g', { expiresAt: at('06-01') })], {}, [[], []]],
    ['voided', [grantOf('g', { voidedAt: at('05-01') })], {}, [[], []]],
    ['not yet effective', [grantOf('g', { effectiveAt: at('06-02') })], {}, [[], []]],
    ['used up', [grantOf('g', { amount: '0' })], {}, [[], []]],
  ] as const)('%s', (_, grants, options, expected) => {
    expect(credited({ items, grants, options })).toEqual(expected);
  });

  test('reach metered lines with a meter alone', () => {
    const world: World = {
      items: [
        { id: 'seats', price: { unit: '1000' }, quantity: '1' },
        { id: 'old', price: { unit: '1', meterId: null }, used: '100' },
        metered('a', '1', '30'),
      ],
      grants: [grantOf('g', { amount: '2000' })],
    };
    expect(credited(world)).toEqual([[], [], ['g 30']]);
    expect(build(world).totalMinor).toBe(1100n);
  });

  test('come after discounts, and keep what is not used', () => {
    const world: World = {
      items,
      grants: [grantOf('g', { amount: '2000', name: 'Prepaid' })],
      subscription: { discounts: [discountOf('d', { percentOff: '50' })] },
    };
    expect(totals(world)).toEqual([1100n, 550n, 550n, 0n, 0n, 0n]);
    expect(codes(world)).toEqual(['credit.partly_used']);
    expect(build(world).steps.at(-1)).toMatchObject({
      label: 'Prepaid',
      amountMinor: -550n,
      note: '14.50 USD is kept for later invoices.',
    });
  });

  test('of another currency pay nothing, which is said', () => {
    const world: World = { items, grants: [grantOf('g', { currency: 'eur' })] };
    expect(credited(world)).toEqual([[], []]);
    expect(codes(world)).toEqual(['credit.currency_mismatch']);
    expect(build(world).isComplete).toBe(true);
  });
});

describe('tax', () => {
  const items = [metered('a', '1', '43'), metered('b', '1', '484')];
  const taxed = (world: World): readonly (readonly bigint[])[] =>
    build(world).lines.map(({ taxes }) => taxes.map(({ amountMinor }) => amountMinor));

  test('per line on top: 6 + 73', () => {
    const world: World = { items, taxRates: [taxRateOf('t', '15')], subscription: { defaultTaxRateIds: ['t'] } };
    // 43 × 15 % = 6.45, 484 × 15 % = 72.6
    expect(taxed(world)).toEqual([[6n], [73n]]);
    expect(totals(world)).toEqual([527n, 0n, 0n, 79n, 606n, 606n]);
  });

  test('inclusive: the total stays, and what was taxed is the rest', () => {
    const world: World = {
      items: [metered('a', '1', '1200')],
      taxRates: [taxRateOf('t', '20', true)],
      subscription: { defaultTaxRateIds: ['t'] },
    };
    // 1200 − 1200 ÷ 1.2
    expect(totals(world)).toEqual([1200n, 0n, 0n, 200n, 1200n, 1200n]);
    expect(build(world).inclusiveTaxMinor).toBe(200n);
    expect(build(world).lines[0]?.taxes).toEqual([
      { taxRateId: 't', amountMinor: 200n, isInclusive: true, taxableMinor: 1000n },
    ]);
    expect(build(world).steps.at(-1)).toMatchObject({
      amountMinor: 200n,
      isIncluded: true,
      note: 'The lines include it.',
    });
  });

  test('both kinds on one line', () => {
    const world: World = {
      items: [metered('a', '1', '1200')],
      taxRates: [taxRateOf('vat', '20', true), taxRateOf('city', '5')],
      subscription: { defaultTaxRateIds: ['vat', 'city'] },
    };
    // 200 within, 5 % of the remaining 1000 on top
    expect(totals(world)).toEqual([1200n, 0n, 0n, 250n, 1250n, 1250n]);
  });

  test("an item's rates stand in for the default ones", () => {
    const world: World = {
      items: [{ ...metered('a', '1', '100'), taxRateIds: ['high'] }, metered('b', '1', '100')],
      taxRates: [taxRateOf('high', '20'), taxRateOf('low', '7')],
      subscription: { defaultTaxRateIds: ['low'] },
    };
    expect(taxed(world)).toEqual([[20n], [7n]]);
  });

  test.each([
    ['line', [[1n], [1n]], 2n],
    ['total', [[1n], [0n]], 1n],
  ] as const)('5 %% of 10 and 10, rounded by %s', (taxRounding, lines, total) => {
    const world: World = {
      items: [metered('a', '1', '10'), metered('b', '1', '10')],
      taxRates: [taxRateOf('t', '5')],
      subscription: { defaultTaxRateIds: ['t'] },
      options: { taxRounding },
    };
    expect(taxed(world)).toEqual(lines);
    expect(build(world).taxMinor).toBe(total);
  });

  test('is taken of what discounts and credits left', () => {
    const world: World = {
      items: [metered('a', '1', '1000')],
      taxRates: [taxRateOf('t', '10')],
      grants: [grantOf('g', { amount: '300' })],
      subscription: { defaultTaxRateIds: ['t'], discounts: [discountOf('d', { percentOff: '20' })] },
    };
    // 1000 − 200 − 300 = 500, of which 10 % are 50
    expect(totals(world)).toEqual([1000n, 200n, 300n, 50n, 550n, 550n]);
  });

  test('a proration in the customer’s favour is taxed with the sign turned', () => {
    const world: World = {
      items: [],
      prices: [{ id: 'price_x', unit: '3100' }],
      changes: [{ at: at('05-11'), itemId: 'x', from: { priceId: 'price_x', quantity: '1' }, to: null }],
      taxRates: [taxRateOf('t', '10')],
      subscription: { defaultTaxRateIds: ['t'] },
    };
    // −2100 and −210
    expect(totals(world)).toEqual([-2100n, 0n, 0n, -210n, -2310n, 0n]);
    expect(build(world).endingBalanceMinor).toBe(-2310n);
  });

  test.each([
    [
      'Stripe computes it itself',
      { subscription: { isAutomaticTax: true, defaultTaxRateIds: ['t'] } },
      'tax.automatic',
      false,
    ],
    ['a rate that was not pulled', { subscription: { defaultTaxRateIds: ['gone'] } }, 'tax.rate_unknown', false],
    [
      'an exempt customer',
      { customer: { taxExempt: 'exempt' }, subscription: { defaultTaxRateIds: ['t'] } },
      'tax.customer_exempt',
      true,
    ],
    [
      'reverse charge',
      { customer: { taxExempt: 'reverse' }, subscription: { defaultTaxRateIds: ['t'] } },
      'tax.customer_exempt',
      true,
    ],
  ] as const)('%s', (_, given, code, isComplete) => {
    const world: World = { items, taxRates: [taxRateOf('t', '15')], ...given };
    expect(codes(world)).toEqual([code]);
    expect(build(world).taxMinor).toBe(0n);
    expect(build(world).isComplete).toBe(isComplete);
  });
});

describe("the customer's balance comes last", () => {
  test.each([
    ['credit is used', -200n, 500n, 300n, 0n],
    ['credit beyond what is owed stays', -800n, 500n, 0n, -300n],
    ['a debt is added', 200n, 500n, 700n, 0n],
    ['a debt is due though nothing was used', 200n, 0n, 200n, 0n],
    ['none', 0n, 500n, 500n, 0n],
  ])('%s', (_, balanceMinor, total, due, ending) => {
    const invoice = build({ items: [metered('a', '1', String(total))], customer: { balanceMinor } });
    expect(invoice.startingBalanceMinor).toBe(balanceMinor);
    expect([invoice.totalMinor, invoice.amountDueMinor, invoice.endingBalanceMinor]).toEqual([total, due, ending]);
    const step = invoice.steps.find(({ type }) => type === 'balance');
    expect(step?.amountMinor ?? 0n).toBe(due - total);
    expect(step?.note ?? null).toBe(ending === 0n ? null : '3.00 USD of credit is left on the balance afterwards.');
  });

  test('a negative total becomes credit', () => {
    const world: World = {
      items: [],
      prices: [{ id: 'price_x', unit: '3100' }],
      changes: [{ at: at('05-11'), itemId: 'x', from: { priceId: 'price_x', quantity: '1' }, to: null }],
      customer: { balanceMinor: 500n },
    };
    expect(build(world)).toMatchObject({ totalMinor: -2100n, amountDueMinor: 0n, endingBalanceMinor: -1600n });
  });
});

describe('what cannot be known is said', () => {
  const items = [metered('a', '1', '10')];

  test.each([
    ['usage', { items: [{ id: 'a', price: { unit: '1' }, used: null }] }, 'invoice.usage_unknown'],
    ['a price in another currency', { items, subscription: { currency: 'eur' } }, 'money.currency_mismatch'],
    ['a price that cannot be rated', { items: [{ id: 'a', price: {}, used: '1' }] }, 'unit-amount-missing'],
    [
      'a ladder without an open end',
      { items: [{ id: 'a', price: { bands: [['5', '1']] }, used: '1' }] },
      'tier-open-end-missing',
    ],
  ] as const)('%s: its line is left out', (_, world, code) => {
    expect(build(world).lines).toEqual([]);
    expect(codes(world)).toEqual([code]);
    expect(build(world).isComplete).toBe(false);
  });

  test('one that is not known leaves the others alone', () => {
    const world: World = { items: [{ id: 'b', price: { unit: '1' }, used: null }, metered('a', '1', '10')] };
    expect(build(world).totalMinor).toBe(10n);
    expect(build(world).notes[0]).toMatchObject({ path: 'sub_1.b', remedy: expect.any(String) });
  });

  test('a price that was not pulled', () => {
    const change = { at: at('05-11'), itemId: 'a', from: { priceId: 'price_gone', quantity: '1' }, to: null };
    expect(codes({ items, changes: [change] })).toEqual(['price.not_in_catalog']);
  });

  test('a deleted product: rated as it was, and marked', () => {
    const products = [{ id: 'prod_a', name: 'prod_a', isActive: false, isDeleted: true }];
    const world: World = { items, products };
    expect(build(world).totalMinor).toBe(10n);
    expect(codes(world)).toEqual(['price.product_deleted']);
    expect(build(world).isComplete).toBe(false);
  });

  test.each([
    ['keep_as_draft', 'stays a draft'],
    ['mark_uncollectible', 'becomes uncollectible'],
    ['void', 'becomes void'],
  ] as const)('paused collection, %s', (behavior, words) => {
    const pausedCollection = { behavior, resumesAt: null };
    const { notes, totalMinor } = build({ items, subscription: { pausedCollection } });
    expect(notes).toMatchObject([{ code: 'invoice.collection_paused', severity: 'warning' }]);
    expect(notes[0]?.message).toContain(words);
    expect(totalMinor).toBe(10n);
    const resumed = { behavior, resumesAt: at('06-01') };
    expect(codes({ items, subscription: { pausedCollection: resumed } })).toEqual([]);
  });

  test.each(['paused', 'incomplete_expired'] as const)('%s bills nothing', (status) => {
    expect(codes({ items, subscription: { status } })).toEqual(['invoice.subscription_inactive']);
  });
});

test('the steps add up to what is due, and the unrounded subtotal is kept', () => {
  const invoice = build({
    items: [metered('a', '0.3', '1000.5'), { id: 'seats', price: { unit: '999' }, quantity: '3' }],
    grants: [grantOf('g', { amount: '100' })],
    taxRates: [taxRateOf('vat', '19', true), taxRateOf('city', '3.5')],
    subscription: { defaultTaxRateIds: ['vat', 'city'], discounts: [discountOf('d', { percentOff: '12.5' })] },
    customer: { balanceMinor: -50n },
  });
  const adding = invoice.steps.filter(({ isIncluded }) => !isIncluded);
  expect(adding.reduce((total, { amountMinor }) => total + amountMinor, 0n)).toBe(invoice.amountDueMinor);
  // 1000.5 × 0.3 = 300.15 and 3 × 999 = 2997
  expect(invoice.steps[0]?.exact).toEqual(parseDecimal('3297.15'));
  expect(invoice.steps.map(({ type }) => type)).toEqual(['lines', 'discount', 'credit', 'tax', 'tax', 'balance']);
});
