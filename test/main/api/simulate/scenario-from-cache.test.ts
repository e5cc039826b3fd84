import { expect, test } from 'vitest';
import type { Preview } from '../../../../main/api/invoices/preview.ts';
import { previewMonth } from '../../../../main/api/invoices/preview-month.ts';
import { parseLateHours } from '../../../../main/api/simulate/late-hours.ts';
import { type FromCacheRequest, scenarioFromCache } from '../../../../main/api/simulate/scenario-from-cache.ts';
import { type SimulationAnswer, simulationDocument } from '../../../../shared/simulation/answer.ts';
import { runScenario } from '../../../../shared/simulation/run-scenario.ts';
import { readScenario } from '../../../../shared/simulation/scenario/read-scenario.ts';
import { writeScenario } from '../../../../shared/simulation/scenario/write-scenario.ts';
import { parseExactJson, printExactJson } from '../../../../shared/values/exact-json.ts';
import { formatInstant, HOUR_MS } from '../../../../shared/values/instant.ts';
import {
  at,
  type BillingWorld,
  billingWorld,
  callsPrice,
  discount,
  grant,
  invoice,
  item,
  line,
  seatsPrice,
  subscription,
} from '../invoices/world.ts';

/** A world, the previews of its month and the run of the scenario that is made of it, as it is written to a file. */
function played(world: BillingWorld, more: Partial<FromCacheRequest> = {}) {
  const { request } = billingWorld(world);
  const previews = [...previewMonth({ ...request, ...more })];
  const asked = { ...request, customers: ['cus_a'], gracePeriodMs: HOUR_MS, late: null, ...more };
  const { scenario, notes } = scenarioFromCache(asked);
  const read = readScenario(parseExactJson(printExactJson(writeScenario(scenario))));
  const answer = simulationDocument(read, runScenario(read));
  return { previews, scenario: read, notes, answer };
}

const previewed = ({ invoice, subscription }: Preview) => ({
  subscription: subscription.id,
  period: { from: formatInstant(invoice.period.from), to: formatInstant(invoice.period.to) },
  lines: invoice.lines.map(({ key, amountMinor }) => [key, amountMinor]),
  totals: [
    invoice.subtotalMinor,
    invoice.discountMinor,
    invoice.creditMinor,
    invoice.taxMinor,
    invoice.totalMinor,
    invoice.amountDueMinor,
  ],
});
const simulated = (invoice: SimulationAnswer['invoices'][number]) => ({
  subscription: invoice.subscription,
  period: invoice.period,
  lines: invoice.lines.map(({ id, amount }) => [id, amount]),
  totals: [invoice.subtotal, invoice.discount, invoice.credits, invoice.tax, invoice.total, invoice.amountDue],
});

/** 0 for the first hour of the month. */
const hour = (day: number, of = 0): number => (day - 1) * 24 + of;
const hours = { '2026-05': { cus_a: { [hour(1)]: '600.5', [hour(20, 7)]: '300', [hour(31, 23)]: '100.25' } } };
const base: BillingWorld = { subscriptions: [subscription()], metered: hours };
const vat = { id: 'txr_a', displayName: 'VAT', percentage: '19', isInclusive: false, isActive: true };
const seats = item('si_seats', 'price_seats', { quantity: '3' });

test.each<readonly [string, BillingWorld]>([
  ['usage by the hour', base],
  ['the total of a month alone', { ...base, metered: { '2026-05': { cus_a: '1000.75' } } }],
  ['no usage', { ...base, metered: { '2026-05': { cus_a: null } } }],
  ['corrections that outweigh usage', { ...base, metered: { '2026-05': { cus_a: { [hour(2)]: '-5' } } } }],
  [
    'a meter that holds the last value',
    { ...base, formula: 'last', metered: { '2026-05': { cus_a: { 3: '5', 700: '17' } } } },
  ],
  [
    'a price in tiers and in packages',
    {
      ...base,
      prices: [
        callsPrice({
          billingScheme: 'tiered',
          tiersMode: 'volume',
          unitAmount: null,
          tiers: [
            { upTo: '1000', unitAmount: '1', flatAmount: null },
            { upTo: null, unitAmount: '0.5', flatAmount: '250' },
          ],
        }),
        callsPrice({ id: 'price_packs', transformQuantity: { divideBy: '100', round: 'up' }, unitAmount: '700' }),
      ],
      subscriptions: [subscription({ items: [item('si_calls', 'price_calls'), item('si_packs', 'price_packs')] })],
    },
  ],
  [
    'seats in advance beside it',
    { ...base, subscriptions: [subscription({ items: [item('si_calls', 'price_calls'), seats] })] },
  ],
  [
    'anchored on the 15th',
    {
      subscriptions: [subscription({ billingCycleAnchor: at('2026-01-15') })],
      metered: {
        '2026-05': { cus_a: { [hour(14, 23)]: '7', [hour(15)]: '100' } },
        '2026-06': { cus_a: { [hour(14, 23)]: '50', [hour(15)]: '9' } },
      },
    },
  ],
  [
    'begun in the month, in trial',
    {
      ...base,
      subscriptions: [
        subscription({
          startedAt: at('2026-05-10'),
          created: at('2026-05-10'),
          billingCycleAnchor: at('2026-05-20'),
          trial: { from: at('2026-05-10'), to: at('2026-05-20') },
          items: [
            item('si_calls', 'price_calls', { created: at('2026-05-10') }),
            { ...seats, created: at('2026-05-10') },
          ],
        }),
      ],
      metered: { ...hours, '2026-06': { cus_a: { [hour(3)]: '11' } } },
    },
  ],
  [
    'cancelled at the end of the period',
    {
      ...base,
      subscriptions: [
        subscription({
          cancelAt: at('2026-06-01'),
          canceledAt: at('2026-05-03'),
          items: [item('si_calls', 'price_calls'), seats],
        }),
      ],
    },
  ],
  [
    'cancelled at once, what was pending invoiced',
    {
      ...base,
      subscriptions: [subscription({ status: 'canceled', endedAt: at('2026-05-21'), canceledAt: at('2026-05-21') })],
      invoices: [
        invoice([line('il_1', 450n)], {
          period: { from: at('2026-05-01'), to: at('2026-05-21') },
          created: at('2026-05-21'),
          finalizedAt: at('2026-05-21'),
        }),
      ],
    },
  ],
  [
    'discounts, credits, tax and a balance',
    {
      ...base,
      customers: [{ id: 'cus_a', name: 'Globex', metadata: { ws: 'ws_a' }, balanceMinor: -120n, taxExempt: 'none' }],
      taxRates: [vat],
      subscriptions: [
        subscription({
          items: [item('si_calls', 'price_calls', { discounts: [discount({ percentOff: '12.5' })] }), seats],
          discounts: [discount({ id: 'five', amountOff: '5', currency: 'usd' }, { id: 'di_b' })],
          defaultTaxRateIds: ['txr_a'],
        }),
      ],
      grants: [grant({ priceIds: ['price_calls'] }), grant({ id: 'credgr_b', category: 'promotional', amount: '90' })],
      creditsLeft: { credgr_a: 70n, credgr_b: 30n },
    },
  ],
  [
    'a discount of the customer, and a coupon that applied once before',
    {
      ...base,
      customers: [
        {
          id: 'cus_a',
          metadata: { ws: 'ws_a' },
          discount: discount({ percentOff: '10' }, { start: at('2026-05-01') }),
        },
      ],
      subscriptions: [
        subscription({
          items: [
            item('si_calls', 'price_calls', {
              discounts: [discount({ id: 'once', percentOff: '50', duration: 'once' }, { id: 'di_once' })],
            }),
          ],
        }),
      ],
      invoices: [
        invoice(
          [
            line('il_0', 10n, {
              discounts: [{ discountId: 'di_once', amountMinor: 5n }],
              discountMinor: 5n,
              servicePeriod: { from: at('2026-04-01'), to: at('2026-05-01') },
            }),
          ],
          {
            id: 'in_0',
            period: { from: at('2026-04-01'), to: at('2026-05-01') },
            created: at('2026-05-01'),
            finalizedAt: at('2026-05-01T01:00:00Z'),
          },
        ),
      ],
    },
  ],
  [
    'an item that came in the month',
    {
      ...base,
      subscriptions: [
        subscription({
          items: [
            item('si_seats', 'price_seats', { quantity: '2' }),
            item('si_calls', 'price_calls', { created: at('2026-05-10') }),
          ],
        }),
      ],
    },
  ],
  [
    'yearly seats beside monthly usage',
    {
      ...base,
      prices: [callsPrice(), seatsPrice({ interval: { unit: 'year', count: 1 } })],
      subscriptions: [subscription({ items: [item('si_calls', 'price_calls'), seats] })],
    },
  ],
  [
    'weeks',
    {
      ...base,
      prices: [callsPrice({ interval: { unit: 'week', count: 1 } })],
      metered: { ...hours, '2026-06': { cus_a: { [hour(2)]: '3' } } },
    },
  ],
])('%s: run as it is, the scenario gives the invoices of the preview', (_, world) => {
  const { previews, answer } = played(world);
  // An invoice at creation without lines is no invoice of a run.
  const expected = previews.filter(({ invoice: { period, lines } }) => period.from < period.to || lines.length > 0);
  expect(previews.filter(({ state }) => state === 'incomplete')).toEqual([]);
  const found = answer.invoices.map(simulated);
  for (const one of expected) expect(found).toContainEqual(previewed(one));
  expect(answer.timeline.filter(({ type }) => /refused|dropped|too_late/.test(type))).toEqual([]);
});

test('measured usage of several usage ids, in the billed unit, by the hour', () => {
  const { previews, answer, scenario } = played(
    {
      subscriptions: [subscription()],
      measured: { '2026-05': { ws_a: { 0: '3600', 5: '1800' }, ws_z: { 5: '360' } } },
      scale: '1/3600',
      customers: [{ id: 'cus_a', metadata: { ws: 'ws_a' } }],
    },
    { quantities: 'measured' },
  );
  expect(scenario.usage.map(({ value, timestamp }) => [value, formatInstant(timestamp)])).toEqual([
    ['1', '2026-05-01T00:59:59Z'],
    ['0.5', '2026-05-01T05:59:59Z'],
  ]);
  expect(answer.invoices.map(simulated)).toEqual(previews.map(previewed));
});

test('a level is pushed hour by hour as it stood; without hours of Stripe those that were measured', () => {
  const { scenario, notes, answer } = played({
    ...base,
    formula: 'last',
    metered: { '2026-05': { cus_a: '65' } },
    measured: { '2026-05': { ws_a: { 0: '10', 1: '20', 700: '30' } } },
  });
  expect(scenario.usage.map(({ value, identifier }) => [value, identifier])).toEqual([
    ['10', 'calls-cus_a-2026-05-01T00'],
    ['30', 'calls-cus_a-2026-05-01T01'],
    ['60', 'calls-cus_a-2026-05-30T04'],
    ['65', 'calls-cus_a-difference'],
  ]);
  expect(notes.map(({ message }) => message)).toEqual([
    'The hours of calls of cus_a (measured) and what is billed differ by 5; one more event at the end of the period makes the difference.',
  ]);
  expect(answer.meters.at(0)).toMatchObject({ measured: '65', metered: '65', billed: '65' });
});

test('a meter that counts events is simulated as one that adds hours up', () => {
  const { scenario, answer } = played({
    ...base,
    formula: 'count',
    metered: { '2026-05': { cus_a: { 3: '40', 9: '2' } } },
  });
  expect(scenario.catalog.meters.map(({ formula }) => formula)).toEqual(['sum']);
  expect(answer.meters.at(0)).toMatchObject({ metered: '42', billed: '42' });
});

test('cancelled at once without an invoice: what was pending is dropped', () => {
  const endedAt = at('2026-05-21');
  const { scenario, answer } = played({
    ...base,
    subscriptions: [subscription({ status: 'canceled', endedAt, canceledAt: endedAt })],
  });
  expect(scenario.actions).toEqual([
    { at: endedAt, do: 'cancel_now', subscriptionId: 'sub_a', isInvoicedNow: false, isProrated: false },
  ]);
  expect(answer.invoices).toEqual([]);
});

test('what Stripe’s own invoice says is expected', () => {
  // 1,000.75 × 0.5 = 500.375 → 500
  const own = invoice([line('il_1', 500n)]);
  const agreed = played({ ...base, invoices: [own] });
  expect(agreed.answer.expectations.map(({ path, held }) => [path, held])).toEqual([
    ['expect.invoices[0].period', true],
    ['expect.invoices[0].subscription', true],
    ['expect.invoices[0].status', true],
    ['expect.invoices[0].subtotal', true],
    ['expect.invoices[0].discount', true],
    ['expect.invoices[0].credits', true],
    ['expect.invoices[0].tax', true],
    ['expect.invoices[0].total', true],
    ['expect.invoices[0].amountDue', true],
    ['expect.drift', true],
  ]);
  expect([agreed.answer.exit, agreed.answer.invoices[0]?.status]).toEqual([0, 'paid']);
  const differing = played({ ...base, invoices: [invoice([line('il_1', 499n)])] });
  expect(
    differing.answer.expectations.filter(({ held }) => held === false).map(({ expected, found }) => [expected, found]),
  ).toEqual([
    [499, 500n],
    [499, 500n],
    [499, 500n],
  ]);
  expect(differing.answer.exit).toBe(1);
  const voided = played({ ...base, invoices: [{ ...own, status: 'void' }] });
  expect(voided.scenario.expect?.invoices).toEqual([]);
  const draft = played({ ...base, invoices: [{ ...own, status: 'draft' }] });
  expect(Object.keys(draft.scenario.expect?.invoices[0]?.fields ?? {})).toEqual(['period', 'subscription', 'subtotal']);
});

test('the last hours arrive late: too late after an hour, in time within a longer grace period', () => {
  const late = parseLateHours('4h', null);
  const tooLate = played(base, { late });
  expect(tooLate.answer.timeline.filter(({ type }) => type === 'usage_too_late')).toMatchObject([
    { at: '2026-06-01T02:00:00Z', value: '100.25', timestamp: '2026-05-31T23:59:59Z' },
  ]);
  expect(tooLate.answer.drift).toMatchObject([
    { measured: '1000.75', billed: '900.5', drift_abs: '100.25', pass: false },
  ]);
  expect([tooLate.answer.invoices[0]?.total, tooLate.answer.exit]).toEqual([450n, 1]);
  const within = { late: parseLateHours('4h', 24 * HOUR_MS), gracePeriodMs: 48 * HOUR_MS };
  const inTime = played(base, within);
  expect(inTime.answer.timeline.filter(({ late }) => late === true)).toHaveLength(1);
  expect([inTime.answer.invoices[0]?.total, inTime.answer.exit]).toEqual([500n, 0]);
});

test('late hours in the middle of the month', () => {
  const { scenario } = played(base, { late: parseLateHours('2026-05-20T06:00Z/4h', HOUR_MS) });
  expect(scenario.usage.map(({ timestamp, sentAt }) => [formatInstant(timestamp), formatInstant(sentAt)])).toEqual([
    ['2026-05-01T00:59:59Z', '2026-05-01T00:59:59Z'],
    ['2026-05-31T23:59:59Z', '2026-05-31T23:59:59Z'],
    ['2026-05-20T07:59:59Z', '2026-06-01T01:00:00Z'],
  ]);
});

test.each([
  ['4', 'duration.malformed'],
  ['0h', 'cli.usage'],
  ['yesterday/4h', 'instant.malformed'],
  ['2026-05-01/1h/2h', 'cli.usage'],
])('%s is no stretch of time', (text, code) => {
  expect(() => parseLateHours(text, null, '--late')).toThrow(expect.objectContaining({ code, path: '--late' }));
});

test('a pause, and what cannot be priced', () => {
  const { scenario, notes } = played({
    ...base,
    subscriptions: [
      subscription({
        pausedCollection: { behavior: 'void', resumesAt: null },
        items: [item('si_calls', 'price_calls'), item('si_gone', 'price_gone')],
        defaultTaxRateIds: ['txr_gone'],
      }),
    ],
  });
  expect(scenario.actions).toEqual([
    { at: at('2026-05-01'), do: 'pause', subscriptionId: 'sub_a', behavior: 'void', resumesAt: null },
  ]);
  expect(scenario.customers[0]?.subscriptions[0]?.items.map(({ id }) => id)).toEqual(['si_calls']);
  expect(notes.map(({ code }) => code)).toEqual(expect.arrayContaining(['price.not_in_catalog', 'tax.rate_unknown']));
});

test('a month without a usage period, and a customer that is not there', () => {
  const { request } = billingWorld(base);
  const asked = { ...request, gracePeriodMs: HOUR_MS, late: null };
  const early = { ...asked, customers: ['cus_a'], month: '2025-05' as typeof asked.month };
  expect(() => scenarioFromCache(early)).toThrow(
    expect.objectContaining({ code: 'invoice.not_found', path: '--month' }),
  );
  expect(() => scenarioFromCache({ ...asked, customers: ['cus_b'] })).toThrow(
    expect.objectContaining({ code: 'invoice.customer_not_found' }),
  );
});
