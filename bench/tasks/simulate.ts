import { createHash } from 'node:crypto';
import type { Meter } from '../../shared/billing/meter.ts';
import type { Price, PriceTier } from '../../shared/billing/price.ts';
import { STRIPE_RATING } from '../../shared/rating/options.ts';
import { type RatablePrice, readPrice } from '../../shared/rating/ratable-price.ts';
import { rate, STRIPE_ROUNDING } from '../../shared/rating/rate.ts';
import { runScenario } from '../../shared/simulation/run-scenario.ts';
import type { Scenario, ScenarioEvent } from '../../shared/simulation/scenario.ts';
import { add, parseDecimal, ZERO } from '../../shared/values/decimal.ts';
import { HOUR_MS, instant } from '../../shared/values/instant.ts';
import { performTask } from '../child.ts';
import { type Seeded, seeded } from '../seeded.ts';

type Input = { readonly side: 'rater' | 'simulation'; readonly customers: number };

const START = instant(Date.UTC(2026, 5, 1));
/** June: 30 days, an event an hour. */
const HOURS = 720;

const METER: Meter = {
  id: 'mtr_api',
  displayName: 'API calls',
  eventName: 'api_calls',
  formula: 'sum',
  status: 'active',
  eventTimeWindow: null,
  customerPayloadKey: 'stripe_customer_id',
  valuePayloadKey: 'value',
  created: START,
};

type Tiers = readonly (readonly [upTo: string | null, unit: string, flat?: string])[];

const PRICES: readonly Price[] = [
  price('price_unit', { unit: '0.0125' }),
  price('price_packages', { unit: '150', packageSize: '1000' }),
  price('price_graduated', {
    mode: 'graduated',
    tiers: [
      ['1000', '2.5', '500'],
      ['100000', '1.25'],
      [null, '0.75'],
    ],
  }),
  price('price_volume', {
    mode: 'volume',
    tiers: [
      ['10000', '1', '500'],
      [null, '0.333333333333', '2500'],
    ],
  }),
];

const READY: ReadonlyMap<string, RatablePrice> = new Map(PRICES.map((one) => [one.id, readPrice(one)]));

/** The same scenarios on both sides, one customer after the other; making them does not count. */
await performTask<Input>(({ side, customers }) => {
  const run = side === 'simulation' ? simulated : rated;
  const random = seeded(11);
  const hash = createHash('sha256');
  let ms = 0;
  for (let customer = 0; customer < customers; customer += 1) {
    const scenario = scenarioOf(customer, random);
    const begin = performance.now();
    const total = run(scenario);
    ms += performance.now() - begin;
    hash.update(`${total} `);
  }
  return { ms, check: `${customers} totals, ${hash.digest('hex')}` };
});

/** Everything that the screens show of a run: the timeline with each usage report, lines, what was measured and metered. */
function simulated(scenario: Scenario): bigint {
  const { invoices, timeline } = runScenario(scenario);
  if (timeline.length < HOURS) throw new Error('The timeline leaves usage out.');
  return invoices.reduce((sum, { invoice }) => sum + invoice.totalMinor, 0n);
}

/** The values added up, and the sum rated once. */
function rated({ usage, customers }: Scenario): bigint {
  let sum = ZERO;
  for (const { value } of usage) sum = add(sum, parseDecimal(value));
  const priceId = customers[0]?.subscriptions[0]?.items[0]?.priceId ?? '';
  return rate(READY.get(priceId) as RatablePrice, sum, STRIPE_ROUNDING).amountMinor;
}

/** An event an hour with an identifier, received 20 seconds after it happened; nine in ten are whole. */
function scenarioOf(customer: number, random: Seeded): Scenario {
  const id = `cus_${customer}`;
  const usage = Array.from({ length: HOURS }, (_, hour): ScenarioEvent => {
    const timestamp = instant(START + hour * HOUR_MS + random.below(3600) * 1000);
    const value = random.below(1000);
    return {
      eventName: METER.eventName,
      customerId: id,
      value: random.below(10) > 0 ? String(value) : `${value}.${1 + random.below(999)}`,
      timestamp,
      sentAt: instant(timestamp + 20_000),
      identifier: `${id}-${hour}`,
    };
  });
  const priceId = (PRICES[customer % PRICES.length] as Price).id;
  return {
    name: id,
    start: START,
    gracePeriodMs: HOUR_MS,
    catalog: { meters: [METER], products: [], prices: PRICES, coupons: [], taxRates: [] },
    customers: [
      {
        id,
        name: null,
        balanceMinor: 0n,
        taxExempt: 'none',
        coupons: [],
        creditGrants: [],
        taxRateIds: [],
        payment: 'succeeds',
        subscriptions: [
          {
            id: `sub_${customer}`,
            currency: 'usd',
            startAt: START,
            billingCycleAnchor: START,
            trialEnd: null,
            cancelAt: null,
            isCancelledAtPeriodEnd: false,
            items: [{ id: `si_${customer}`, priceId, quantity: null, discounts: [], taxRateIds: [] }],
            discounts: [],
            defaultTaxRateIds: [],
          },
        ],
      },
    ],
    usage,
    actions: [],
    advanceTo: [instant(START + (HOURS + 2) * HOUR_MS)],
    expect: null,
    rating: STRIPE_RATING,
  };
}

function price(
  id: string,
  of: {
    readonly unit?: string;
    readonly packageSize?: string;
    readonly mode?: 'graduated' | 'volume';
    readonly tiers?: Tiers;
  },
): Price {
  const tiers =
    of.tiers?.map(([upTo, unitAmount, flatAmount = null]): PriceTier => ({ upTo, unitAmount, flatAmount })) ?? null;
  return {
    id,
    productId: null,
    nickname: null,
    isActive: true,
    currency: 'usd',
    billingScheme: tiers === null ? 'per_unit' : 'tiered',
    tiersMode: of.mode ?? null,
    unitAmount: of.unit ?? null,
    tiers,
    transformQuantity: of.packageSize === undefined ? null : { divideBy: of.packageSize, round: 'up' },
    usageType: 'metered',
    meterId: METER.id,
    interval: { unit: 'month', count: 1 },
    currencyOptions: [],
    taxBehavior: 'unspecified',
    created: START,
  };
}
