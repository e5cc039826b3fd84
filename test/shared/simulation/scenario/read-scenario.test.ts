import { expect, test } from 'vitest';
import { isTieoutError, type Problem } from '../../../../shared/errors.ts';
import { STRIPE_RATING } from '../../../../shared/rating/options.ts';
import { readScenario } from '../../../../shared/simulation/scenario/read-scenario.ts';
import { writeScenario } from '../../../../shared/simulation/scenario/write-scenario.ts';
import { parseDecimal } from '../../../../shared/values/decimal.ts';
import { parseExactJson, printExactJson } from '../../../../shared/values/exact-json.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { EXAMPLE, RICH } from './example.ts';

const at = (text: string) => parseInstant(text);
type Json = { [key: string]: Json } & Json[] & string;
const example = () => JSON.parse(EXAMPLE) as Json;

/** The example, changed. */
function changed(change: (scenario: Json) => void): unknown {
  const scenario = example();
  change(scenario);
  return parseExactJson(JSON.stringify(scenario));
}

function problemsOf(raw: unknown): readonly Problem[] {
  try {
    readScenario(raw);
  } catch (error) {
    if (isTieoutError(error)) return error.problems;
    throw error;
  }
  return [];
}

/** Sets a value at a path such as `customers[0].balance`; undefined takes it away. */
function put(scenario: Json, path: string, value: unknown): void {
  const keys = path.replace(/\[(\d+)\]/g, '.$1').split('.');
  let target: Json = scenario;
  for (const key of keys.slice(0, -1)) target = target[key] as Json;
  const last = keys.at(-1) ?? '';
  if (value === undefined) delete (target as Record<string, unknown>)[last];
  else (target as Record<string, unknown>)[last] = value;
}

test('the example of the published format', () => {
  const price = { currency: 'usd', unitAmount: '0.5', tiers: null };
  expect(readScenario(parseExactJson(EXAMPLE))).toEqual({
    name: 'late and duplicate usage',
    start: at('2026-01-01T00:00:00Z'),
    gracePeriodMs: 3_600_000,
    catalog: {
      meters: [
        {
          id: 'mtr_api',
          displayName: 'api_calls',
          eventName: 'api_calls',
          formula: 'sum',
          status: 'active',
          eventTimeWindow: null,
          customerPayloadKey: 'stripe_customer_id',
          valuePayloadKey: 'value',
          created: at('2026-01-01T00:00:00Z'),
        },
      ],
      products: [],
      prices: [
        {
          ...price,
          id: 'price_api',
          productId: null,
          nickname: null,
          isActive: true,
          billingScheme: 'per_unit',
          tiersMode: null,
          transformQuantity: null,
          usageType: 'metered',
          meterId: 'mtr_api',
          interval: { unit: 'month', count: 1 },
          currencyOptions: [],
          taxBehavior: 'unspecified',
          created: at('2026-01-01T00:00:00Z'),
        },
      ],
      coupons: [],
      taxRates: [],
    },
    customers: [
      {
        id: 'cus_a',
        name: null,
        balanceMinor: 0n,
        taxExempt: 'none',
        coupons: [],
        creditGrants: [],
        taxRateIds: [],
        subscriptions: [
          {
            id: 'sub_a',
            currency: 'usd',
            startAt: at('2026-01-01T00:00:00Z'),
            billingCycleAnchor: at('2026-01-01T00:00:00Z'),
            trialEnd: null,
            cancelAt: null,
            isCancelledAtPeriodEnd: false,
            items: [{ id: 'si_a', priceId: 'price_api', quantity: null, discounts: [], taxRateIds: [] }],
            discounts: [],
            defaultTaxRateIds: [],
          },
        ],
        payment: 'none',
      },
    ],
    usage: [
      {
        eventName: 'api_calls',
        customerId: 'cus_a',
        value: '100',
        timestamp: at('2026-01-05T10:00:00Z'),
        sentAt: at('2026-01-05T10:00:01Z'),
        identifier: 'e-1',
      },
    ],
    actions: [{ at: at('2026-01-20T00:00:00Z'), do: 'cancel_at_period_end', subscriptionId: 'sub_a' }],
    advanceTo: [at('2026-02-01T02:00:00Z')],
    expect: {
      invoices: [
        {
          customerId: 'cus_a',
          periodFrom: at('2026-01-01T00:00:00Z'),
          path: 'expect.invoices[0]',
          fields: { period: { to: at('2026-02-01T00:00:00Z') }, status: 'open', total: 50 },
        },
      ],
      epsilon: parseDecimal('0.005'),
    },
    rating: STRIPE_RATING,
  });
});

test('what a scenario need not say', () => {
  const read = readScenario({ clock: { start: 1_767_225_600 } });
  expect(read).toMatchObject({
    start: at('2026-01-01T00:00:00Z'),
    gracePeriodMs: 3_600_000,
    customers: [],
    usage: [],
    actions: [],
    advanceTo: [],
    expect: null,
  });
});

const SUB = 'customers[0].subscriptions[0]';
const PRICE = 'catalog.prices[0]';
const euros = {
  id: 'price_eur',
  currency: 'eur',
  unit_amount: 5,
  recurring: { interval: 'month', usage_type: 'licensed' },
};

test.each<readonly [string, string, unknown, string, string]>([
  ['no start', 'clock', undefined, 'scenario.missing', 'clock.start'],
  ['a clock without a start', 'clock.start', undefined, 'scenario.missing', 'clock.start'],
  ['a start that is no instant', 'clock.start', 'soon', 'instant.malformed', 'clock.start'],
  [
    'a clock moved back before its start',
    'advanceTo',
    ['2025-12-31T00:00:00Z'],
    'scenario.clock_backwards',
    'advanceTo[0]',
  ],
  [
    'a clock moved backwards',
    'advanceTo',
    ['2026-02-01T02:00:00Z', '2026-01-15T00:00:00Z'],
    'scenario.clock_backwards',
    'advanceTo[1]',
  ],
  ['a clock moved too far', 'advanceTo', ['2126-01-03'], 'scenario.value_malformed', 'advanceTo[0]'],
  [
    'a coupon that repeats for ever',
    'catalog.coupons',
    [{ id: 'c', percent_off: 5, duration: 'repeating', duration_in_months: 1201 }],
    'scenario.value_malformed',
    'catalog.coupons[0].duration_in_months',
  ],
  ['a negative grace period', 'gracePeriod', '-1h', 'scenario.grace_period', 'gracePeriod'],
  ['a grace period above 72 hours', 'gracePeriod', '73h', 'scenario.grace_period', 'gracePeriod'],
  ['a grace period that is no duration', 'gracePeriod', 'an hour', 'duration.malformed', 'gracePeriod'],
  ['an unknown key', 'advanceTwo', [], 'scenario.unknown_key', 'advanceTwo'],
  ['an unknown key of a customer', 'customers[0].balanse', 1, 'scenario.unknown_key', 'customers[0].balanse'],
  ['a key given twice', `${SUB}.trialEnd`, null, 'scenario.contradictory', `${SUB}.trialEnd`],
  ['an unknown rating option', 'rating', { rounding: 'sideways' }, 'scenario.value_malformed', 'rating.rounding'],
  ['advances that are no list', 'advanceTo', {}, 'scenario.value_malformed', 'advanceTo'],
  [
    'an item with an unknown price',
    `${SUB}.items[0].price`,
    'price_apy',
    'scenario.unknown_price',
    `${SUB}.items[0].price`,
  ],
  ['an item without a price', `${SUB}.items[0].price`, undefined, 'scenario.missing', `${SUB}.items[0].price`],
  [
    'a price of an unknown meter',
    `${PRICE}.recurring.meter`,
    'mtr_x',
    'scenario.unknown_meter',
    `${PRICE}.recurring.meter`,
  ],
  [
    'a metered price without a meter',
    `${PRICE}.recurring.meter`,
    undefined,
    'scenario.missing',
    `${PRICE}.recurring.meter`,
  ],
  [
    'a licensed price with a meter',
    `${PRICE}.recurring.usage_type`,
    'licensed',
    'price-contradictory',
    `${PRICE}.recurring.meter`,
  ],
  ['a price that does not recur', `${PRICE}.recurring`, null, 'scenario.price_not_recurring', `${PRICE}.recurring`],
  ['a contradictory price', `${PRICE}.tiers_mode`, 'volume', 'price-contradictory', `${PRICE}.tiers_mode`],
  ['amounts that differ', `${PRICE}.unit_amount`, 7, 'price-contradictory', `${PRICE}.unit_amount_decimal`],
  ['a price without an amount', `${PRICE}.unit_amount_decimal`, null, 'unit-amount-missing', `${PRICE}.unit_amount`],
  ['a price without a currency', `${PRICE}.currency`, null, 'currency-missing', `${PRICE}.currency`],
  [
    'an interval of no length',
    `${PRICE}.recurring.interval_count`,
    0,
    'scenario.value_malformed',
    `${PRICE}.recurring.interval_count`,
  ],
  [
    'an interval option of a price',
    `${PRICE}.recurring.interval`,
    'monthly',
    'scenario.value_malformed',
    `${PRICE}.recurring.interval`,
  ],
  [
    'a currency option that is contradictory',
    `${PRICE}.currency_options`,
    { eur: { unit_amount: 1, unit_amount_decimal: '2' } },
    'price-contradictory',
    `${PRICE}.currency_options.eur.unit_amount_decimal`,
  ],
  [
    'a meter without a formula',
    'catalog.meters[0].default_aggregation',
    {},
    'scenario.missing',
    'catalog.meters[0].default_aggregation.formula',
  ],
  [
    'a formula that there is not',
    'catalog.meters[0].default_aggregation.formula',
    'max',
    'scenario.value_malformed',
    'catalog.meters[0].default_aggregation.formula',
  ],
  ['a subscription without items', `${SUB}.items`, [], 'scenario.no_items', `${SUB}.items`],
  ['a subscription that does not speak of items', `${SUB}.items`, undefined, 'scenario.no_items', `${SUB}.items`],
  [
    'two currencies on one subscription',
    `${SUB}.items[1]`,
    { id: 'si_b', price: euros },
    'scenario.two_currencies',
    `${SUB}.items[1].price`,
  ],
  [
    'another currency than the subscription’s',
    `${SUB}.currency`,
    'gbp',
    'scenario.two_currencies',
    `${SUB}.items[0].price`,
  ],
  ['a quantity of a metered item', `${SUB}.items[0].quantity`, 3, 'scenario.contradictory', `${SUB}.items[0].quantity`],
  ['a trial that ends when it begins', `${SUB}.trial_end`, '2026-01-01', 'scenario.contradictory', `${SUB}.trial_end`],
  ['an end before the start', `${SUB}.cancel_at`, '2025-01-01', 'scenario.contradictory', `${SUB}.cancel_at`],
  ['an unknown coupon', `${SUB}.discounts`, ['half'], 'scenario.unknown_coupon', `${SUB}.discounts[0]`],
  [
    'a discount of an unknown coupon',
    'customers[0].discounts',
    [{ id: 'di_1', source: { coupon: 'half' } }],
    'scenario.unknown_coupon',
    'customers[0].discounts[0].source.coupon',
  ],
  [
    'a coupon that takes nothing off',
    'catalog.coupons',
    [{ id: 'c', duration: 'once' }],
    'coupon-amount-missing',
    'catalog.coupons[0]',
  ],
  [
    'an amount off in no currency',
    'catalog.coupons',
    [{ id: 'c', amount_off: 5 }],
    'currency-missing',
    'catalog.coupons[0].currency',
  ],
  [
    'a coupon that repeats without end',
    'catalog.coupons',
    [{ id: 'c', percent_off: 5, duration: 'repeating' }],
    'scenario.missing',
    'catalog.coupons[0].duration_in_months',
  ],
  ['an unknown tax rate', 'customers[0].taxRates', ['txr_1'], 'scenario.unknown_tax_rate', 'customers[0].taxRates[0]'],
  [
    'a tax rate above 100 per cent',
    'catalog.taxRates',
    [{ id: 't', percentage: 101 }],
    'percentage-out-of-range',
    'catalog.taxRates[0].percentage',
  ],
  ['a balance of half a cent', 'customers[0].balance', '0.5', 'scenario.value_malformed', 'customers[0].balance'],
  [
    'a credit grant without an amount',
    'customers[0].creditGrants',
    [{ id: 'cg', amount: { monetary: { currency: 'usd' } } }],
    'credit-amount-missing',
    'customers[0].creditGrants[0].amount.monetary.value',
  ],
  [
    'a credit grant for an unknown price',
    'customers[0].creditGrants',
    [
      {
        id: 'cg',
        amount: { monetary: { currency: 'usd', value: 5 } },
        applicability_config: { scope: { prices: [{ id: 'price_apl' }] } },
      },
    ],
    'scenario.unknown_price',
    'customers[0].creditGrants[0].applicability_config.scope.prices[0]',
  ],
  ['an event of an unknown customer', 'usage[0].customer', 'cus_b', 'scenario.unknown_customer', 'usage[0].customer'],
  ['an event of an unknown meter', 'usage[0].event', 'api_call', 'scenario.unknown_meter', 'usage[0].event'],
  ['an event without a value', 'usage[0].value', undefined, 'scenario.missing', 'usage[0].value'],
  ['a value that is neither text nor number', 'usage[0].value', [1], 'scenario.value_malformed', 'usage[0].value'],
  [
    'an event sent before the clock starts',
    'usage[0].sentAt',
    '2025-12-31T23:59:59Z',
    'scenario.before_start',
    'usage[0].sentAt',
  ],
  ['an unknown action', 'actions[0].do', 'cancel_at_periodend', 'scenario.unknown_action', 'actions[0].do'],
  ['an action that says nothing', 'actions[0].do', undefined, 'scenario.missing', 'actions[0].do'],
  ['an action without a moment', 'actions[0].at', undefined, 'scenario.missing', 'actions[0].at'],
  ['an action before the clock starts', 'actions[0].at', '2025-01-01', 'scenario.before_start', 'actions[0].at'],
  ['a field of another action', 'actions[0].coupon', 'c', 'scenario.unknown_key', 'actions[0].coupon'],
  [
    'an action on an unknown subscription',
    'actions[0].subscription',
    'sub_b',
    'scenario.unknown_subscription',
    'actions[0].subscription',
  ],
  [
    'an expectation of an unknown customer',
    'expect.invoices[0].customer',
    'cus_x',
    'scenario.unknown_customer',
    'expect.invoices[0].customer',
  ],
  [
    'an expectation of no period',
    'expect.invoices[0].period',
    undefined,
    'scenario.value_malformed',
    'expect.invoices[0].period',
  ],
  [
    'an expectation of an unknown field',
    'expect.invoices[0].totl',
    5,
    'scenario.unknown_key',
    'expect.invoices[0].totl',
  ],
  [
    'an expected status that there is not',
    'expect.invoices[0].status',
    'final',
    'scenario.value_malformed',
    'expect.invoices[0].status',
  ],
  ['a negative epsilon', 'expect.drift.epsilon', -1, 'scenario.value_malformed', 'expect.drift.epsilon'],
])('%s', (_, path, value, code, place) => {
  expect(
    problemsOf(changed((scenario) => put(scenario, path, value))).map((problem) => [problem.code, problem.path]),
  ).toEqual([[code, place]]);
});

const action = (fields: object) => [{ at: '2026-01-10T00:00:00Z', ...fields }];
const grant = { id: 'cg', amount: { monetary: { currency: 'usd', value: 5 } } };

test.each<readonly [string, unknown[], string, string]>([
  [
    'a change of an unknown item',
    action({ do: 'update_subscription', subscription: 'sub_a', items: [{ id: 'si_b', quantity: 2 }] }),
    'scenario.unknown_item',
    'actions[0].items[0].id',
  ],
  [
    'a new item without a price',
    action({ do: 'update_subscription', subscription: 'sub_a', items: [{ quantity: 2 }] }),
    'scenario.missing',
    'actions[0].items[0].price',
  ],
  [
    'a change to another currency',
    action({ do: 'update_subscription', subscription: 'sub_a', items: [{ id: 'si_a', price: euros }] }),
    'scenario.two_currencies',
    'actions[0].items[0].price',
  ],
  [
    'no item left',
    action({ do: 'update_subscription', subscription: 'sub_a', items: [{ id: 'si_a', deleted: true }] }),
    'scenario.no_items',
    'actions[0].items',
  ],
  [
    'an item that was taken away before',
    [
      { at: '2026-01-12', do: 'update_subscription', subscription: 'sub_a', items: [{ id: 'si_a', quantity: null }] },
      {
        at: '2026-01-11',
        do: 'update_subscription',
        subscription: 'sub_a',
        items: [
          { id: 'si_b', price: 'price_api' },
          { id: 'si_a', deleted: true },
        ],
      },
    ],
    'scenario.unknown_item',
    'actions[0].items[0].id',
  ],
  [
    'a grant of an unknown customer',
    action({ do: 'add_credit_grant', customer: 'cus_b', grant }),
    'scenario.unknown_customer',
    'actions[0].customer',
  ],
  ['a grant of nobody', action({ do: 'add_credit_grant', grant }), 'scenario.missing', 'actions[0].customer'],
  [
    'a grant that is there',
    [
      ...action({ do: 'add_credit_grant', customer: 'cus_a', grant }),
      ...action({ do: 'add_credit_grant', customer: 'cus_a', grant }),
    ],
    'scenario.duplicate_id',
    'actions[1].grant.id',
  ],
  [
    'an unknown grant',
    action({ do: 'void_credit_grant', grant: 'cg' }),
    'scenario.unknown_credit_grant',
    'actions[0].grant',
  ],
  [
    'an unknown coupon',
    action({ do: 'apply_coupon', customer: 'cus_a', coupon: 'c' }),
    'scenario.unknown_coupon',
    'actions[0].coupon',
  ],
  ['a coupon of nobody', action({ do: 'remove_coupon' }), 'scenario.missing', 'actions[0].subscription'],
  [
    'a coupon of two',
    action({ do: 'remove_coupon', customer: 'cus_a', subscription: 'sub_a' }),
    'scenario.contradictory',
    'actions[0].subscription',
  ],
  [
    'an unknown event',
    action({ do: 'cancel_event', event: 'api_calls', identifier: 'e-2' }),
    'scenario.unknown_event',
    'actions[0].identifier',
  ],
  [
    'an invoice of no period',
    action({ do: 'void_invoice', subscription: 'sub_a' }),
    'scenario.value_malformed',
    'actions[0].period',
  ],
  [
    'a pause that is over at once',
    action({ do: 'pause', subscription: 'sub_a', resumes_at: '2026-01-10' }),
    'scenario.contradictory',
    'actions[0].resumes_at',
  ],
])('an action with %s', (_, actions, code, place) => {
  expect(
    problemsOf(changed((scenario) => put(scenario, 'actions', actions))).map((problem) => [problem.code, problem.path]),
  ).toEqual([[code, place]]);
});

test.each([
  ['catalog.meters', 'catalog.meters[1].id'],
  ['catalog.prices', 'catalog.prices[1].id'],
  ['customers', 'customers[1].id'],
  [`${SUB}.items`, `${SUB}.items[1].id`],
])('a second one of the same id in %s', (path, place) => {
  const raw = changed((scenario) => {
    const keys = path.replace(/\[(\d+)\]/g, '.$1').split('.');
    const list = keys.reduce<Json>((value, key) => value[key] as Json, scenario);
    list.push(structuredClone(list[0] as Json));
  });
  const problems = problemsOf(raw).map((problem) => [problem.code, problem.path]);
  expect(problems[0]).toEqual(['scenario.duplicate_id', place]);
  expect(new Set(problems.map(([code]) => code))).toEqual(new Set(['scenario.duplicate_id']));
});

test('everything that is wrong is said at once, in the order of the document, with what was probably meant', () => {
  const raw = changed((scenario) => {
    put(scenario, 'gracePeriod', '100h');
    put(scenario, `${SUB}.items[0].price`, 'price_apy');
    put(scenario, 'usage[0].event', 'api_cals');
    put(scenario, 'actions[0].do', 'canel_now');
    put(scenario, 'expect.invoice', []);
  });
  expect(problemsOf(raw).map(({ path, remedy }) => `${path}: ${remedy}`)).toEqual([
    'gracePeriod: Give "0s" to "72h", as Stripe allows.',
    `${SUB}.items[0].price: Did you mean price_api?`,
    'usage[0].event: Did you mean api_calls?',
    'actions[0].do: Did you mean cancel_now?',
    'expect.invoice: Did you mean invoices?',
  ]);
});

test.each([[null], [[]], ['text'], [5]])('%j is no scenario', (raw) => {
  expect(problemsOf(raw)).toMatchObject([{ code: 'document-malformed', path: null }]);
});

test('events that Stripe refuses are no errors of the scenario', () => {
  const raw = changed((scenario) => {
    put(scenario, 'usage', [
      { event: 'api_calls', customer: 'cus_a', value: 'many', timestamp: '2020-01-01', sentAt: '2026-01-02' },
      {
        event: 'api_calls',
        customer: 'cus_a',
        value: 1,
        timestamp: '2027-01-01',
        sentAt: '2026-01-02',
        identifier: 'e-1',
      },
      { event: 'api_calls', customer: 'cus_a', value: '1e3', sentAt: 1_767_312_000, identifier: 'e-1' },
    ]);
  });
  expect(readScenario(raw).usage.map(({ value, timestamp }) => [value, timestamp])).toEqual([
    ['many', at('2020-01-01')],
    ['1', at('2027-01-01')],
    ['1e3', at('2026-01-02')],
  ]);
});

test('what is written is read as the same', () => {
  for (const raw of [parseExactJson(EXAMPLE), parseExactJson(JSON.stringify(RICH))]) {
    const scenario = readScenario(raw);
    const text = printExactJson(writeScenario(scenario), 2);
    expect(readScenario(parseExactJson(text))).toEqual(scenario);
  }
});

test('a rich scenario is read with every field', () => {
  const { catalog, customers, actions, expect: expected, rating } = readScenario(parseExactJson(JSON.stringify(RICH)));
  expect(catalog.prices[0]?.tiers?.map(({ upTo }) => upTo)).toEqual(['1000', null]);
  expect(catalog.prices[1]).toMatchObject({
    transformQuantity: { divideBy: '10', round: 'up' },
    currencyOptions: [{ currency: 'eur', unitAmount: '650', tiers: null }],
  });
  expect(catalog.coupons.map(({ id }) => id)).toEqual(['ten', 'five']);
  expect(catalog.taxRates.map(({ id }) => id)).toEqual(['vat', 'gst']);
  const [customer] = customers;
  expect(customer).toMatchObject({ balanceMinor: -12_345n, coupons: [{ id: 'di_cus_1_1', couponId: 'ten' }] });
  expect(customer?.creditGrants).toMatchObject([
    { id: 'cg_1', customerId: 'cus_1', amount: '900', priceIds: null, created: at('2026-01-31T10:00:00Z') },
    { id: 'cg_2', priceIds: ['p1'], category: 'promotional', priority: 50 },
  ]);
  expect(customer?.subscriptions[0]).toMatchObject({
    currency: 'eur',
    isContinued: true,
    billingCycleAnchor: at('2025-12-31'),
    trialEnd: at('2026-02-10'),
    items: [{ quantity: null }, { quantity: '1' }],
  });
  expect(actions[0]).toMatchObject({
    items: [
      { id: 'si_2', quantity: '25' },
      { id: `si_sub_1_${at('2026-03-01') / 1000}_2`, priceId: 'p1', quantity: null },
      { id: 'si_1', isDeleted: true },
    ],
    prorationBehavior: 'always_invoice',
    trialEnd: null,
  });
  expect(expected?.epsilon).toEqual(parseDecimal('0.005'));
  expect(rating).toEqual({ ...STRIPE_RATING, rounding: 'half_even', trialUsage: 'charged' });
});

test('a subscription in trial is anchored where the trial ends, unless it says otherwise', () => {
  const raw = changed((scenario) => put(scenario, `${SUB}.trial_end`, '2026-01-15T12:00:00Z'));
  expect(readScenario(raw).customers[0]?.subscriptions[0]?.billingCycleAnchor).toBe(at('2026-01-15T12:00:00Z'));
});

test('customers, subscriptions and items as Stripe returns them: what decides nothing is not looked at', () => {
  const price = example().catalog?.prices?.[0];
  const subscription = {
    id: 'sub_a',
    object: 'subscription',
    status: 'active',
    customer: 'cus_a',
    created: 1_767_225_600,
    start_date: 1_767_225_600,
    trial_start: null,
    automatic_tax: { enabled: false, liability: null },
    pause_collection: null,
    schedule: null,
    latest_invoice: 'in_1',
    items: {
      object: 'list',
      data: [{ id: 'si_a', object: 'subscription_item', metadata: { a: '1' }, price, current_period_end: 5 }],
    },
  };
  const half = { id: 'half', object: 'coupon', percent_off: 50, duration: 'forever' };
  const read = readScenario(
    changed((scenario) => {
      put(scenario, 'customers[0]', {
        id: 'cus_a',
        object: 'customer',
        email: 'a@example.com',
        discount: { id: 'di_1', coupon: half },
        subscriptions: { object: 'list', data: [{ ...subscription, discounts: [{ id: 'di_2', coupon: half }] }] },
      });
    }),
  );
  expect(read.customers).toMatchObject([
    {
      coupons: [{ couponId: 'half' }],
      subscriptions: [{ discounts: [{ couponId: 'half' }], items: [{ id: 'si_a' }] }],
    },
  ]);
  expect(read.catalog.coupons).toHaveLength(1);
  expect(read.catalog.prices).toHaveLength(1);
});

test.each<readonly [string, string, unknown, string, string]>([
  ['automatic tax', `${SUB}.automatic_tax`, { enabled: true }, 'scenario.unknown_key', `${SUB}.automatic_tax`],
  [
    'a paused collection',
    `${SUB}.pause_collection`,
    { behavior: 'void' },
    'scenario.unknown_key',
    `${SUB}.pause_collection`,
  ],
  [
    'a price in full that is another one than the catalog’s',
    `${SUB}.items[0].price`,
    { ...euros, id: 'price_api', currency: 'usd' },
    'scenario.duplicate_id',
    `${SUB}.items[0].price.id`,
  ],
])('what a simulation cannot do or decide is said: %s', (_, path, value, code, place) => {
  expect(
    problemsOf(changed((scenario) => put(scenario, path, value))).map((problem) => [problem.code, problem.path]),
  ).toEqual([[code, place]]);
});

test('coupons, grants and tax rates in the shapes of rating documents get ids and the one currency', () => {
  const read = readScenario(
    changed((scenario) => {
      put(scenario, `${SUB}.discounts`, [{ percent_off: 10 }, { coupon: { amount_off: 5 } }]);
      put(scenario, 'customers[0].creditGrants', [{ amount: { monetary: { value: 30 } } }]);
      put(scenario, 'customers[0].taxRates', [{ percentage: 19, inclusive: true }]);
    }),
  );
  expect(read.catalog.coupons).toMatchObject([{ percentOff: '10' }, { amountOff: '5', currency: 'usd' }]);
  expect(new Set(read.catalog.coupons.map(({ id }) => id)).size).toBe(2);
  expect(read.customers[0]?.creditGrants).toMatchObject([{ id: expect.stringMatching(/./), currency: 'usd' }]);
  expect(read.customers[0]?.taxRateIds).toEqual(read.catalog.taxRates.map(({ id }) => id));
  expect(readScenario(parseExactJson(printExactJson(writeScenario(read))))).toEqual(read);
});

test('what goes without saying in actions', () => {
  const read = readScenario(
    changed((scenario) =>
      put(scenario, 'actions', [
        { at: '2026-01-06', do: 'update_subscription', subscription: 'sub_a', proration: 'none', trial_end: 'now' },
        { at: '2026-01-06', do: 'cancel_event', identifier: 'e-1' },
        { at: '2026-02-01', do: 'void_invoice', customer: 'cus_a', period: { from: '2026-01-01' } },
      ]),
    ),
  );
  expect(read.actions).toMatchObject([
    { prorationBehavior: 'none', trialEnd: null },
    { eventName: 'api_calls', identifier: 'e-1' },
    { subscriptionId: 'sub_a' },
  ]);
  expect(readScenario(parseExactJson(printExactJson(writeScenario(read))))).toEqual(read);
});
