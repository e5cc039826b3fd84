import { expect, test } from 'vitest';
import { grantsBefore } from '../../../../main/api/invoices/grants-before.ts';
import type { Preview } from '../../../../main/api/invoices/preview.ts';
import { PreviewExit } from '../../../../main/api/invoices/preview-document.ts';
import { type PreviewRequest, previewMonth } from '../../../../main/api/invoices/preview-month.ts';
import type { Subscription } from '../../../../shared/billing/subscription.ts';
import { formatInstant } from '../../../../shared/values/instant.ts';
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
} from './world.ts';

const previews = (world: BillingWorld, more: Partial<PreviewRequest> = {}): Preview[] => [
  ...previewMonth({ ...billingWorld(world).request, ...more }),
];

function only(world: BillingWorld, more: Partial<PreviewRequest> = {}): Preview {
  const [first, ...others] = previews(world, more);
  if (first === undefined || others.length > 0) throw new Error(`expected one invoice, got ${others.length + 1}`);
  return first;
}

const errors = ({ notes }: Preview) => notes.filter(({ severity }) => severity !== 'warning').map(({ code }) => code);
const warnings = ({ notes }: Preview) => notes.filter(({ severity }) => severity === 'warning').map(({ code }) => code);
const METERED = { '2026-05': { cus_a: '2000' } } as const;
/** 2,000 calls at half a cent: 1,000 cents. */
const BASE: BillingWorld = { subscriptions: [subscription()], metered: METERED };
const withSub = (more: Partial<Subscription>): BillingWorld => ({ ...BASE, subscriptions: [subscription(more)] });

test('a discount of an item comes before that of the subscription; the customer’s own only without one', () => {
  const own = discount({ id: 'c_item', percentOff: '10' }, { id: 'di_item' });
  const whole = discount({ id: 'c_sub', percentOff: '50' }, { id: 'di_sub' });
  const customers = [{ id: 'cus_a', discount: discount({ id: 'c_cus', percentOff: '25' }, { id: 'di_cus' }) }];
  const items = [item('si_calls', 'price_calls', { discounts: [own] })];
  // 1,000 − 10 % = 900, − 50 % = 450
  expect(only({ ...withSub({ items, discounts: [whole] }), customers }).invoice.totalMinor).toBe(450n);
  // 900 − 25 % = 675
  expect(only({ ...withSub({ items }), customers }).invoice.totalMinor).toBe(675n);
});

test('a coupon for another product takes nothing, one that ended neither, one that starts later neither', () => {
  for (const none of [
    discount({ percentOff: '50', productIds: ['prod_seats'] }),
    discount({ percentOff: '50' }, { end: at('2026-05-20') }),
    discount({ percentOff: '50' }, { start: at('2026-06-02') }),
  ]) {
    expect(only(withSub({ discounts: [none] })).invoice.totalMinor).toBe(1000n);
  }
});

test('grants: in order of priority, in their scope, in their currency, while they last', () => {
  const grants = [
    grant({ id: 'credgr_late', amount: '300', priority: 90 }),
    grant({ id: 'credgr_first', amount: '200', priority: 0 }),
    grant({ id: 'credgr_euro', amount: '500', currency: 'eur' }),
    grant({ id: 'credgr_other', amount: '500', priceIds: ['price_other'] }),
    grant({ id: 'credgr_over', amount: '500', expiresAt: at('2026-05-31') }),
    grant({ id: 'credgr_void', amount: '500', voidedAt: at('2026-05-31') }),
    grant({ id: 'credgr_soon', amount: '500', effectiveAt: at('2026-06-02') }),
  ];
  const creditsLeft = Object.fromEntries(grants.map(({ id, amount }) => [id, BigInt(amount)]));
  const preview = only({ ...BASE, grants, creditsLeft });
  const taken = preview.invoice.lines.flatMap(({ credits }) =>
    credits.map(({ grantId, amountMinor }) => [grantId, amountMinor]),
  );
  expect(taken).toEqual([
    ['credgr_first', 200n],
    ['credgr_late', 300n],
  ]);
  expect(preview.invoice.totalMinor).toBe(500n);
});

test('credits never pay for seats', () => {
  const world = {
    ...withSub({ items: [item('si_calls', 'price_calls'), item('si_seats', 'price_seats', { quantity: '1' })] }),
    grants: [grant({ amount: '5000' })],
    creditsLeft: { credgr_a: 5000n },
  };
  // calls 1,000 are paid by credit, a seat at 1,000 is not
  expect(only(world).invoice).toMatchObject({ creditMinor: 1000n, totalMinor: 1000n });
});

test('what several grants held before is given back in the reverse of their order', () => {
  const held = [
    { grant: grant({ id: 'a', amount: '100', priority: 1 }), leftMinor: 0n, isLeftKnown: true },
    { grant: grant({ id: 'b', amount: '100', priority: 2 }), leftMinor: 30n, isLeftKnown: true },
  ];
  const of = (id: string, credit: bigint, day: string) =>
    invoice([line(`il_${id}`, credit, { creditMinor: credit })], {
      id,
      created: at(`2026-${day}T00:00:00Z`),
      finalizedAt: at(`2026-${day}T01:00:00Z`),
    });
  const [first, second] = [of('in_1', 120n, '06-01'), of('in_2', 50n, '07-01')];
  const left = (invoiceOf: typeof first | null) =>
    grantsBefore(held, { invoice: invoiceOf, all: [first, second], madeAt: at('2026-06-01') }).grants.map(
      ({ leftMinor }) => leftMinor,
    );
  // 170 of 200 went: first 120 (a 100, b 20), then 50 (b)
  expect(left(null)).toEqual([0n, 30n]);
  expect(left(second)).toEqual([0n, 80n]);
  expect(left(first)).toEqual([100n, 100n]);
});

test('where Stripe did not tell what grants were used, earlier invoices of the cache do, and a note says so', () => {
  const april = invoice(
    [line('il_0', 400n, { creditMinor: 400n, servicePeriod: { from: at('2026-04-01'), to: at('2026-05-01') } })],
    {
      id: 'in_0',
      period: { from: at('2026-04-01'), to: at('2026-05-01') },
      created: at('2026-05-01T00:01:00Z'),
      finalizedAt: at('2026-05-01T01:01:00Z'),
    },
  );
  const preview = only({ ...BASE, grants: [grant({ amount: '1000' })], invoices: [april] });
  expect(preview.invoice.creditMinor).toBe(600n);
  expect(warnings(preview)).toContain('invoice.credits_unknown');
});

test('a grant that came between the making of an invoice and its finalisation counts', () => {
  const preview = only({
    ...BASE,
    grants: [grant({ amount: '300', created: at('2026-06-01T00:30:00Z') })],
    creditsLeft: { credgr_a: 0n },
    invoices: [invoice([line('il_1', 1000n, { quantity: '2000', unitAmount: '0.5', creditMinor: 300n })])],
  });
  expect(preview).toMatchObject({ state: 'matches', invoice: { creditMinor: 300n } });
});

test('seats by the year beside calls by the month: the month makes the invoices', () => {
  const prices = [callsPrice(), seatsPrice({ interval: { unit: 'year', count: 1 } })];
  const world = {
    ...withSub({ items: [item('si_calls', 'price_calls'), item('si_seats', 'price_seats', { quantity: '2' })] }),
    prices,
  };
  expect(only(world).invoice.lines.map(({ kind }) => kind)).toEqual(['metered']);
});

test('weeks: several invoices begin in a month, each with its own hours', () => {
  const start = at('2026-05-04');
  const week = (hour: number): number => 3 * 24 + hour;
  const found = previews({
    prices: [callsPrice({ interval: { unit: 'week', count: 2 } })],
    subscriptions: [
      subscription({
        startedAt: start,
        created: start,
        billingCycleAnchor: start,
        items: [item('si_calls', 'price_calls', { created: start })],
      }),
    ],
    metered: {
      '2026-05': { cus_a: { [week(0)]: '10', [week(14 * 24 - 1)]: '20', [week(14 * 24)]: '40' } },
      '2026-06': { cus_a: null },
    },
  });
  expect(found.map(({ invoice }) => [formatInstant(invoice.period.from), invoice.totalMinor])).toEqual([
    ['2026-05-04T00:00:00Z', 15n],
    ['2026-05-18T00:00:00Z', 20n],
  ]);
});

test('subscriptions that bill nothing have no invoice', () => {
  for (const status of ['incomplete_expired', 'paused'] as const) expect(previews(withSub({ status }))).toEqual([]);
  expect(previews({ subscriptions: [] })).toEqual([]);
});

test('a collection that is paused still makes the invoice, and says so', () => {
  const preview = only(withSub({ pausedCollection: { behavior: 'void', resumesAt: null } }));
  expect(preview.invoice.totalMinor).toBe(1000n);
  expect(warnings(preview)).toContain('invoice.collection_paused');
});

test.each([
  ['tax that Stripe computes itself', withSub({ isAutomaticTax: true }), 'tax.automatic'],
  ['a tax rate that was not pulled', withSub({ defaultTaxRateIds: ['txr_gone'] }), 'tax.rate_unknown'],
  ['a price that was not pulled', withSub({ items: [item('si_x', 'price_gone')] }), 'price.not_in_catalog'],
  ['a price without amounts in the currency', withSub({ currency: 'eur' }), 'money.currency_mismatch'],
  ['a metered price without a meter', { ...BASE, prices: [callsPrice({ meterId: null })] }, 'invoice.incomplete'],
  ['a total that is no number', { ...BASE, metered: { '2026-05': { cus_a: 'NaN' } } }, 'invoice.incomplete'],
  ['nothing pulled of the month', { ...BASE, metered: {} }, 'invoice.incomplete'],
])('%s makes an invoice incomplete, without a difference', (_, world, code) => {
  const stripe = invoice([line('il_1', 1000n, { quantity: '2000' })]);
  const preview = only({ ...world, invoices: [stripe] });
  expect(errors(preview)).toContain(code);
  expect(preview).toMatchObject({ state: 'incomplete', comparison: null, stripe: { id: 'in_a' } });
});

test('a pull of other customers, or under other settings, is no pull of this one', () => {
  const measured = { '2026-05': { ws_a: '2000' } };
  const { db, request } = billingWorld({ ...BASE, measured });
  const notes = (more: Partial<PreviewRequest>) =>
    [...previewMonth({ ...request, ...more })].map((preview) => preview.notes.map(({ message }) => message).join());
  const asMeasured = { quantities: 'measured' } as const;
  const settings = { ...request.settings, mappingFingerprint: 'other' };
  expect(notes({ ...asMeasured, settings })).toEqual([
    expect.stringMatching(/customers were mapped otherwise when 2026-05 was pulled/),
  ]);
  const meters = request.settings.meters.map((meter) => ({ ...meter, usageFingerprint: 'other' }));
  expect(notes({ ...asMeasured, settings: { ...request.settings, meters } })).toEqual([
    expect.stringMatching(/another query, scale or database/),
  ]);
  expect(notes({ ...asMeasured, settings: { ...request.settings, meters: [] } })).toEqual([
    expect.stringMatching(/tieout.yaml has no meter for calls/),
  ]);
  db.prepare("UPDATE pull_run SET selection = ? WHERE source <> 'catalog'").run(
    '{"usageKeys":[77],"customerKeys":[77]}',
  );
  for (const more of [{}, asMeasured])
    expect(notes(more)).toEqual([expect.stringMatching(/limited to other customers/)]);
});

test('levels of several usage ids are added as each stands at the end', () => {
  const sub = subscription({
    billingCycleAnchor: at('2026-01-15'),
    startedAt: at('2026-01-15'),
    created: at('2026-01-15'),
    items: [item('si_calls', 'price_calls', { created: at('2026-01-15') })],
  });
  const { db, request } = billingWorld({
    subscriptions: [sub],
    combine: 'last',
    measured: {
      '2026-05': { ws_a: { 400: '100' }, ws_b: { 400: '7', 500: '9' } },
      '2026-06': { ws_a: { 10: '300', 400: '5000' } },
    },
  });
  const keys = db.prepare("SELECT usage_key FROM usage_identity WHERE usage_id = 'ws_b'").pluck().get();
  const customerKey = db.prepare("SELECT customer_key FROM customer WHERE id = 'cus_a'").pluck().get();
  db.prepare('INSERT INTO mapping VALUES (?, ?)').run(keys, customerKey);
  // ws_a holds 300 from 1 June, ws_b 9 from May on: 309 × 0.5 = 154.5
  const [preview] = previewMonth({ ...request, quantities: 'measured' });
  expect(preview?.invoice.totalMinor).toBe(155n);
});

test('the exit code: a final invoice that differs before an incomplete one, a draft never', () => {
  const stripe = (status: 'open' | 'draft') => invoice([line('il_1', 1n)], { status });
  const code = (...found: Parameters<PreviewExit['add']>[0][]): number => {
    const exit = new PreviewExit();
    for (const one of found) exit.add(one);
    return exit.code;
  };
  const incomplete = { state: 'incomplete', stripe: null } as const;
  const differing = { state: 'differs', stripe: stripe('open') } as const;
  const draft = { state: 'differs', stripe: stripe('draft') } as const;
  expect(code({ state: 'matches', stripe: stripe('open') }, { state: 'no_invoice', stripe: null }, draft)).toBe(0);
  expect(code(incomplete, draft)).toBe(3);
  expect(code(incomplete, differing)).toBe(1);
  expect(code(differing, incomplete)).toBe(1);
});

test('an anchor that was moved since leaves the periods that Stripe invoiced before', () => {
  const moved = subscription({ billingCycleAnchor: at('2026-07-10') });
  const world = {
    subscriptions: [moved],
    metered: METERED,
    invoices: [invoice([line('il_1', 1000n, { quantity: '2000', unitAmount: '0.5' })])],
  };
  const preview = only(world);
  expect(preview.invoice.period).toEqual({ from: at('2026-05-01'), to: at('2026-06-01') });
  expect(preview.state).toBe('matches');
  // Without one the anchor is all there is.
  expect(only({ ...world, invoices: [] }).invoice.period.from).toBe(at('2026-05-10'));
});

test('what a cancellation leaves may be invoiced for whatever reason', () => {
  const period = { from: at('2026-05-01'), to: at('2026-05-10') };
  const preview = only({
    subscriptions: [subscription({ endedAt: at('2026-05-10'), status: 'canceled' })],
    metered: { '2026-05': { cus_a: { 20: '100', 400: '9' } } },
    invoices: [
      invoice([line('il_1', 50n, { quantity: '100', unitAmount: '0.5', servicePeriod: period })], {
        period,
        billingReason: 'subscription_update',
      }),
    ],
  });
  expect(preview).toMatchObject({ state: 'matches', invoice: { totalMinor: 50n } });
});
