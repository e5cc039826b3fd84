import { expect, test } from 'vitest';
import type { Price } from '../../../shared/billing/price.ts';
import { type RatingOptions, STRIPE_RATING } from '../../../shared/rating/options.ts';
import { exactUnder, type ProofContext, proveGroup } from '../../../shared/reconciliation/proof.ts';
import { applied } from '../../../shared/reconciliation/proof-alternatives.ts';
import { alternativeText, groupLines, type ProofLine } from '../../../shared/reconciliation/proof-line.ts';
import { type Proof, ProofTally, proofExit } from '../../../shared/reconciliation/proof-tally.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';

const period = (from: string, to: string): Period => ({ from: parseInstant(from), to: parseInstant(to) });
const MAY = period('2026-05-01', '2026-06-01');

const price = (id: string, more: Partial<Price>): Price => ({
  id,
  productId: null,
  nickname: null,
  isActive: true,
  currency: 'usd',
  billingScheme: 'per_unit',
  tiersMode: null,
  transformQuantity: null,
  unitAmount: null,
  tiers: null,
  usageType: 'metered',
  meterId: 'mtr_1',
  interval: { unit: 'month', count: 1 },
  currencyOptions: [],
  taxBehavior: 'unspecified',
  created: parseInstant('2025-01-01'),
  ...more,
});

const tier = (upTo: string | null, unitAmount: string, flatAmount: string | null = null) => ({
  upTo,
  unitAmount,
  flatAmount,
});

const LADDER = [tier('1000', '0', '1000'), tier('2000', '0.5', '0'), tier(null, '0.25')];
const PRICES = [
  price('flat', { unitAmount: '0.5' }),
  price('graduated', { billingScheme: 'tiered', tiersMode: 'graduated', tiers: LADDER }),
  price('volume', { billingScheme: 'tiered', tiersMode: 'volume', tiers: LADDER }),
  price('halves', {
    billingScheme: 'tiered',
    tiersMode: 'graduated',
    tiers: [tier('1', '0.5', '0.5'), tier(null, '0.5', '700')],
  }),
  price('packages', { unitAmount: '300', transformQuantity: { divideBy: '100', round: 'up' } }),
  price('dinar', { unitAmount: '7', currency: 'kwd' }),
  price('seat', { unitAmount: '3100', usageType: 'licensed', meterId: null }),
  price('once', { unitAmount: '500', usageType: null, meterId: null }),
  price('custom', { unitAmount: null }),
];

const TRIAL = period('2026-05-01', '2026-06-01');
const context: ProofContext = {
  prices: new Map(PRICES.map((each) => [each.id, each])),
  trialOf: (id) => (id === 'sub_trial' ? TRIAL : null),
  billingPeriodOf: (line) => (line.subscriptionId === 'sub_lost' ? null : MAY),
};

let lines = 0;
const line = (
  priceId: string | null,
  quantity: string | null,
  amount: number,
  more: Partial<ProofLine> = {},
): ProofLine => {
  lines += 1;
  return {
    id: `il_${lines}`,
    invoiceId: 'in_1',
    amountMinor: BigInt(amount),
    currency: 'usd',
    description: null,
    quantity,
    unitAmount: null,
    priceId,
    subscriptionId: 'sub_1',
    subscriptionItemId: priceId === null ? null : `si_${priceId}`,
    servicePeriod: MAY,
    isProration: false,
    origin: 'subscription_item',
    ...more,
  };
};

/** As `tieout prove` does it: each invoice's groups once, then each candidate against all. */
function prove(given: readonly ProofLine[], options: RatingOptions = STRIPE_RATING): Proof {
  const tally = new ProofTally();
  const groups = groupLines(given);
  for (const group of groups) {
    const proof = proveGroup(group, context, options);
    if (proof !== null) tally.add(proof);
  }
  return tally.finish(
    tally.candidates.map((alternative) => {
      const idsUnder = (under: RatingOptions): string[] =>
        groups.flatMap((group) => [...exactUnder(group, context, under)]);
      const [now, then] = [idsUnder(options), idsUnder(applied(options, alternative))];
      return {
        alternative,
        gains: then.filter((id) => !now.includes(id)).length,
        losses: now.filter((id) => !then.includes(id)).length,
      };
    }),
  );
}

const flatLine = (priceId: string, amount: number): ProofLine => line(priceId, '0', amount);

test.each<[string, readonly ProofLine[]]>([
  ['per unit, halves away from zero: 333 × 0.5 = 166.5', [line('flat', '333', 167, { unitAmount: '0.5' })]],
  ['two lines of one item, each by itself: 61 × 0.5, 41 × 0.5', [line('flat', '61', 31), line('flat', '41', 21)]],
  [
    'graduated, the last tier first: 3 × 0.5, 7.00, 1 × 0.5, 0.5',
    [
      line('halves', '3', 2, { unitAmount: '0.5' }),
      flatLine('halves', 700),
      line('halves', '1', 1, { unitAmount: '0.5' }),
      flatLine('halves', 1),
    ],
  ],
  [
    'graduated twice on one invoice: each by itself',
    [0, 1].flatMap(() => [
      line('graduated', '1000', 0, { unitAmount: '0' }),
      flatLine('graduated', 1000),
      line('graduated', '501', 251, { unitAmount: '0.5' }),
    ]),
  ],
  ['packages twice on one invoice', [line('packages', '101', 600), line('packages', '101', 600)]],
  ['graduated as one line: 10.00 + 5.00', [line('graduated', '2000', 1500)]],
  [
    'graduated, a line a tier and a line a flat fee, also of nothing',
    [
      line('graduated', '1000', 0, { unitAmount: '0' }),
      flatLine('graduated', 1000),
      line('graduated', '501', 251, { unitAmount: '0.5' }),
      flatLine('graduated', 0),
    ],
  ],
  [
    'graduated, flat fees of nothing left out',
    [line('graduated', '1000', 0, { unitAmount: '0' }), flatLine('graduated', 1000), line('graduated', '501', 251)],
  ],
  [
    'graduated at nothing: the first flat fee',
    [line('graduated', '0', 0, { unitAmount: '0' }), flatLine('graduated', 1000)],
  ],
  ['graduated at nothing, as one line', [line('graduated', '0', 1000)]],
  ['volume: 1500 × 0.5', [line('volume', '1500', 750, { unitAmount: '0.5' }), flatLine('volume', 0)]],
  ['packages of 100: 101 → 2', [line('packages', '101', 600)]],
  ['three decimals', [line('dinar', '333', 2331, { currency: 'kwd' })]],
  ['licensed', [line('seat', '3', 9300)]],
  [
    'a proration of 10 of 31 days',
    [line('seat', '1', 1000, { isProration: true, servicePeriod: period('2026-05-22', '2026-06-01') })],
  ],
  [
    'what is given back',
    [line('seat', '2', -2000, { isProration: true, servicePeriod: period('2026-05-22', '2026-06-01') })],
  ],
  [
    'a first period of 10 days up to a later anchor',
    [line('seat', '1', 1000, { servicePeriod: period('2026-05-22', '2026-06-01') })],
  ],
  ['a seat in a trial', [line('seat', '3', 0, { subscriptionId: 'sub_trial' })]],
  ['usage in a trial', [line('flat', '333', 0, { subscriptionId: 'sub_trial' })]],
])('%s is exact', (_, given) => {
  const proof = prove(given);
  expect(proof.differing).toEqual([]);
  expect(proof.unratable).toEqual([]);
  expect(proof.metered.exact + proof.licensed.exact).toBe(given.length);
  expect(proofExit(proof)).toBe(0);
});

test('what a setting would lose within an invoice is not set off against what it gains there', () => {
  // 2.5, 2.5 and 1.5, half to even: down is wrong of the third.
  const lines = [line('flat', '5', 2), line('flat', '5', 2), line('flat', '3', 2)];
  expect(
    prove(lines).suggestions.map(({ alternative, gains, losses }) => [alternativeText(alternative), gains, losses]),
  ).toEqual([
    ['rating.rounding: half_even', 2, 0],
    ['rating.rounding: down', 2, 1],
  ]);
});

test('items made by hand and one-off prices are not proved', () => {
  const proof = prove([line(null, '1', 700, { origin: 'invoice_item' }), line('once', '1', 501)]);
  expect(proof).toMatchObject({ metered: { lines: 0 }, licensed: { lines: 0 } });
  expect(proofExit(proof)).toBe(3);
});

const outcomeOf = (proof: Proof) =>
  proof.differing.map(({ rated, billed, cause, setting }) => [
    Number(rated),
    Number(billed),
    cause,
    setting === null ? null : alternativeText(setting),
  ]);

test.each<[string, readonly ProofLine[], ReturnType<typeof outcomeOf>]>([
  ['an edited amount', [line('flat', '100', 55, { unitAmount: '0.5' })], [[50, 55, 'manual_edit', null]]],
  ['an edited flat fee', [line('graduated', '10', 0), flatLine('graduated', 900)], [[1000, 900, 'manual_edit', null]]],
  ['another unit amount', [line('flat', '100', 60, { unitAmount: '0.6' })], [[50, 60, 'price_changed', null]]],
  [
    'tiers that end elsewhere',
    [line('graduated', '800', 0, { unitAmount: '0' }), line('graduated', '700', 350, { unitAmount: '0.5' })],
    [[1250, 350, 'price_changed', null]],
  ],
  [
    'half to even',
    [line('flat', '333', 166), line('volume', '1001', 500)],
    [
      [167, 166, 'rounding', 'rating.rounding: half_even'],
      [501, 500, 'rounding', 'rating.rounding: half_even'],
    ],
  ],
  [
    'a proration that is off',
    [line('seat', '1', 1200, { isProration: true, servicePeriod: period('2026-05-22', '2026-06-01') })],
    [[1000, 1200, 'proration', null]],
  ],
  [
    'a part of a period that is not marked as one',
    [line('seat', '1', 1300, { servicePeriod: period('2026-05-22', '2026-06-01') })],
    [[1000, 1300, 'proration', null]],
  ],
  [
    'usage in a trial that was charged',
    [line('flat', '100', 50, { subscriptionId: 'sub_trial' })],
    [[0, 50, 'rounding', 'rating.trialUsage: charged']],
  ],
  [
    'packages shown as packages',
    [line('packages', '2', 600)],
    [[300, 600, 'rounding', 'rating.packageLine: transformed']],
  ],
  [
    'tens of fils',
    [line('dinar', '333', 2330, { currency: 'kwd' })],
    [[2331, 2330, 'rounding', 'rating.smallestAmount: currency']],
  ],
  ['a sign that is turned', [line('flat', '100', -50)], [[50, -50, 'unknown_feature', null]]],
])('%s', (_, given, expected) => {
  const proof = prove(given);
  expect(outcomeOf(proof)).toEqual(expected);
  expect(proofExit(proof)).toBe(1);
});

test('a sum that is rounded once is told from lines that are', () => {
  // 501 × 0.5 = 250.5 and 1 × 0.25 beyond 2000: 1000 + 500 + 0.25 → one line each is 1500, as is the sum; use halves of two tiers.
  const both = price('halves', {
    billingScheme: 'tiered',
    tiersMode: 'graduated',
    tiers: [tier('1', '0.5'), tier(null, '0.5')],
  });
  const known = new Map([...context.prices, ['halves', both]]);
  const group = [line('halves', '1', 1, { unitAmount: '0.5' }), line('halves', '1', 0, { unitAmount: '0.5' })];
  const proof = proveGroup(group, { ...context, prices: known }, STRIPE_RATING);
  expect(proof?.exact).toBe(1);
  expect(proof?.differing[0]?.fixes.map(alternativeText)).toContain('rating.roundAt: total');
});

test('one line that half to even would explain is an edit where others speak against it', () => {
  const proof = prove([
    line('flat', '333', 166),
    line('volume', '1001', 501),
    line('flat', '335', 168, { subscriptionItemId: 'si_2' }),
  ]);
  expect(proof.suggestions).toEqual([]);
  expect(outcomeOf(proof)).toEqual([[167, 166, 'manual_edit', null]]);
});

test.each<[string, ProofLine, RegExp]>([
  ['a price that is not known', line('gone', '1', 5), /gone is not in the cache/],
  ['a price whose amount the customer chooses', line('custom', '1', 5), /custom/],
  ['a currency that the price does not have', line('flat', '1', 5, { currency: 'eur' }), /no amounts in eur/],
  ['a line without a quantity', line('flat', null, 5), /no quantity/],
  ['a quantity that is none', line('flat', 'many', 5), /no quantity/],
  ['a negative quantity of tiers', line('graduated', '-5', 5), /negative/],
  ['a line of a subscription without a price', line(null, '1', 5), /names no price/],
  [
    'a proration of an unknown period',
    line('seat', '1', 5, { isProration: true, subscriptionId: 'sub_lost' }),
    /not known/,
  ],
])('%s cannot be rated, which stops nothing', (_, given, reason) => {
  const proof = prove([given, line('flat', '100', 50)]);
  expect(proof.unratable.map((each) => each.reason)).toEqual([expect.stringMatching(reason)]);
  expect(proof.metered.exact).toBe(1);
  expect(proofExit(proof)).toBe(3);
});

test('lines of two items or periods are never added up', () => {
  const later = period('2026-06-01', '2026-07-01');
  const groups = groupLines([
    line('graduated', '1000', 0),
    line('graduated', '1', 1, { subscriptionItemId: 'si_other' }),
    line('graduated', '1', 1, { servicePeriod: later }),
    line('graduated', '2', 1, { servicePeriod: later }),
  ]);
  expect(groups.map((group) => group.length)).toEqual([1, 1, 2]);
});
