import { describe, expect, test } from 'vitest';
import type { Preview } from '../../../../main/api/invoices/preview.ts';
import { type PreviewRequest, previewMonth } from '../../../../main/api/invoices/preview-month.ts';
import { differenceList } from '../../../../main/api/invoices/stripe-invoice.ts';
import { formatDecimal } from '../../../../shared/values/decimal.ts';
import { formatInstant } from '../../../../shared/values/instant.ts';
import { parseMonth } from '../../../../shared/values/period.ts';
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
  NOW,
  seatsPrice,
  subscription,
} from './world.ts';

const MAY = { from: at('2026-05-01'), to: at('2026-06-01') };
const JUNE = { from: at('2026-06-01'), to: at('2026-07-01') };

function previews(world: BillingWorld, more: Partial<PreviewRequest> = {}): Preview[] {
  return [...previewMonth({ ...billingWorld(world).request, ...more })];
}

function only(world: BillingWorld, more: Partial<PreviewRequest> = {}): Preview {
  const [first, ...others] = previews(world, more);
  if (first === undefined || others.length > 0) throw new Error(`expected one invoice, got ${others.length + 1}`);
  return first;
}

const lines = ({ invoice }: Preview) =>
  invoice.lines.map(({ type, statedQuantity, amountMinor }) => [type, formatDecimal(statedQuantity), amountMinor]);
const totals = ({
  invoice: { subtotalMinor, discountMinor, creditMinor, taxMinor, totalMinor, amountDueMinor },
}: Preview) => [subtotalMinor, discountMinor, creditMinor, taxMinor, totalMinor, amountDueMinor];
const differences = ({ comparison, invoice, stripe }: Preview) =>
  comparison === null || stripe === null
    ? null
    : differenceList(comparison, invoice, stripe).map(({ line, field, ours, stripe }) => [line, field, ours, stripe]);
const codes = ({ notes }: Preview) => notes.map(({ code }) => code);

/** 0 for the first hour of the month. */
const hour = (day: number, of = 0): number => (day - 1) * 24 + of;

test('a month of metered usage beside the invoice that Stripe made of it', () => {
  // 1,001 calls at half a cent: 500.5 → 501
  const preview = only({
    subscriptions: [subscription()],
    metered: { '2026-05': { cus_a: '1001' } },
    invoices: [invoice([line('il_1', 501n, { quantity: '1001', unitAmount: '0.5' })])],
  });
  expect(lines(preview)).toEqual([['usage', '1001', 501n]]);
  expect(totals(preview)).toEqual([501n, 0n, 0n, 0n, 501n, 501n]);
  expect(preview).toMatchObject({ state: 'matches', notes: [], stripe: { id: 'in_a' } });
});

test('what differs is named line by line and in the totals', () => {
  const preview = only({
    subscriptions: [subscription()],
    metered: { '2026-05': { cus_a: '1001' } },
    invoices: [
      invoice([
        line('il_1', 450n, { quantity: '900', unitAmount: '0.5' }),
        line('il_2', 99n, { priceId: null, subscriptionItemId: null, origin: 'invoice_item' }),
      ]),
    ],
  });
  expect(preview.state).toBe('differs');
  const key = preview.invoice.lines[0]?.key;
  expect(differences(preview)).toEqual([
    [key, 'quantity', '1001', '900'],
    [key, 'amount', 501n, 450n],
    ['il_2', 'line', null, 99n],
    [null, 'subtotal', 501n, 549n],
    [null, 'total', 501n, 549n],
    [null, 'amountDue', 501n, 549n],
  ]);
});

describe('tiers', () => {
  const tiered = callsPrice({
    billingScheme: 'tiered',
    tiersMode: 'graduated',
    unitAmount: null,
    tiers: [
      { upTo: '1000', unitAmount: '0', flatAmount: '500' },
      { upTo: '2000', unitAmount: '0.5', flatAmount: null },
      { upTo: null, unitAmount: '0.25', flatAmount: '100' },
    ],
  });
  const world = (stripeLines: Parameters<typeof invoice>[0], quantity = '2100'): BillingWorld => ({
    prices: [tiered],
    subscriptions: [subscription()],
    metered: { '2026-05': { cus_a: quantity } },
    invoices: [invoice(stripeLines)],
  });

  // 2,100: 1,000 × 0 + 500, 1,000 × 0.5 = 500, 100 × 0.25 = 25 + 100: 1,125 together
  test('are matched one by one with the lines that Stripe shows, flat amounts too', () => {
    const preview = only(
      world([
        line('il_1', 0n, { quantity: '1000', unitAmount: '0' }),
        line('il_2', 500n, { quantity: '0' }),
        line('il_3', 500n, { quantity: '1000', unitAmount: '0.5' }),
        line('il_4', 25n, { quantity: '100', unitAmount: '0.25' }),
        line('il_5', 100n, { quantity: '0' }),
      ]),
    );
    expect(preview.invoice.subtotalMinor).toBe(1125n);
    expect(preview).toMatchObject({ state: 'matches' });
  });

  test('in one line, as older invoices have them, are compared as their sum', () => {
    expect(only(world([line('il_1', 1125n, { quantity: '2100' })])).state).toBe('matches');
    const differing = only(world([line('il_1', 1124n, { quantity: '2100' })]));
    expect(differences(differing)?.[0]).toEqual([differing.invoice.lines[0]?.key, 'amount', 1125n, 1124n]);
  });

  test('that only one side reached are differences', () => {
    const preview = only(
      world([
        line('il_1', 0n, { quantity: '1000', unitAmount: '0' }),
        line('il_2', 500n, { quantity: '0' }),
        line('il_3', 400n, { quantity: '800', unitAmount: '0.5' }),
      ]),
    );
    expect(differences(preview)?.map(([, field, ours, stripe]) => [field, ours, stripe])).toEqual([
      ['quantity', '1000', '800'],
      ['amount', 500n, 400n],
      ['line', 25n, null],
      ['line', 100n, null],
      ['subtotal', 1125n, 900n],
      ['total', 1125n, 900n],
      ['amountDue', 1125n, 900n],
    ]);
  });

  test('without usage the flat fee of the first is owed, and empty lines may be left out', () => {
    for (const stripeLines of [
      [line('il_1', 500n, { quantity: '0' })],
      [line('il_1', 0n, { quantity: '0', unitAmount: '0' }), line('il_2', 500n, { quantity: '0' })],
      [line('il_1', 0n, { quantity: '0' }), line('il_2', 500n, { quantity: '0' })],
    ]) {
      expect(only(world(stripeLines, '0'))).toMatchObject({ state: 'matches', invoice: { totalMinor: 500n } });
    }
  });
});

describe('periods that are not the calendar month', () => {
  const anchored = (day: string, more = {}) =>
    subscription({
      billingCycleAnchor: at(day),
      startedAt: at(day),
      created: at(day),
      items: [item('si_calls', 'price_calls', { created: at(day) })],
      ...more,
    });

  test('anchored on the 15th: the hours of both months', () => {
    // from 15 May 00:00 (hour 336): 10 + 20, the hour before is not in it; to 15 June 00:00: 5, the 15th itself is not
    const preview = only({
      subscriptions: [anchored('2026-01-15')],
      metered: {
        '2026-05': { cus_a: { [hour(15) - 1]: '1000', [hour(15)]: '10', [hour(31, 23)]: '20' } },
        '2026-06': { cus_a: { [hour(14, 23)]: '5', [hour(15)]: '2000' } },
      },
    });
    expect(preview.invoice.period).toEqual({ from: at('2026-05-15'), to: at('2026-06-15') });
    // 35 × 0.5 = 17.5 → 18
    expect(totals(preview)).toEqual([18n, 0n, 0n, 0n, 18n, 18n]);
    expect(preview.state).toBe('no_invoice');
  });

  test('anchored on the 31st: the period is clamped to the month’s last day', () => {
    const preview = only({
      subscriptions: [anchored('2026-01-31')],
      metered: {
        '2026-05': { cus_a: { [hour(30, 23)]: '7000', [hour(31)]: '100' } },
        '2026-06': { cus_a: { [hour(29, 23)]: '40', [hour(30)]: '9000' } },
      },
    });
    expect(preview.invoice.period).toEqual({ from: at('2026-05-31'), to: at('2026-06-30') });
    expect(preview.invoice.totalMinor).toBe(70n);
  });

  test('measured usage is cut from the hours as well, in the billed unit, of all usage ids', () => {
    // (3 + 4 + 5) × 1/8 = 1.5 calls… at 50 cents: 75
    const preview = only(
      {
        customers: [{ id: 'cus_a', metadata: { ws: 'ws_a' } }],
        prices: [callsPrice({ unitAmount: '50' })],
        subscriptions: [anchored('2026-01-15')],
        measured: {
          '2026-05': { ws_a: { [hour(1)]: '800', [hour(15)]: '3', [hour(16)]: '4' } },
          '2026-06': { ws_a: { [hour(1)]: '5', [hour(20)]: '800' } },
        },
        scale: '1/8',
      },
      { quantities: 'measured' },
    );
    expect(preview.invoice.totalMinor).toBe(75n);
  });

  test('a level is the last one of the period', () => {
    const world = {
      subscriptions: [anchored('2026-01-15')],
      formula: 'last',
      metered: {
        '2026-05': { cus_a: { [hour(20)]: '500' } },
        '2026-06': { cus_a: { [hour(10)]: '700', [hour(15)]: '900' } },
      },
    } as const;
    expect(only(world).invoice.totalMinor).toBe(350n);
    const quiet = { ...world, metered: { ...world.metered, '2026-06': { cus_a: null } } };
    expect(only(quiet).invoice.totalMinor).toBe(250n);
  });

  test.each([
    [
      'a month that was not pulled',
      { '2026-05': { cus_a: { [hour(20)]: '5' } } },
      /calls in 2026-06 was not pulled/,
      /pull DIR --month 2026-06/,
    ],
    [
      'hours that were not asked for',
      { '2026-05': { cus_a: '5' }, '2026-06': { cus_a: { 1: '5' } } },
      /hours of 2026-05/,
      /--month 2026-05 --hourly all/,
    ],
    [
      'a customer that was not asked about',
      { '2026-05': { cus_a: { [hour(20)]: '5' } }, '2026-06': {} },
      /not asked for this customer/,
      /2026-06/,
    ],
  ] as const)('%s makes it incomplete, and the note names what to pull', (_, metered, message, remedy) => {
    const preview = only({ subscriptions: [anchored('2026-01-15')], metered });
    expect(preview.state).toBe('incomplete');
    expect(preview.notes).toEqual([
      expect.objectContaining({
        code: 'invoice.incomplete',
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(remedy),
      }),
    ]);
    expect(preview.notes[0]?.message).toMatch(/^The invoice is incomplete: /);
  });

  test('no event in a month needs no hours of it', () => {
    const metered = { '2026-05': { cus_a: null }, '2026-06': { cus_a: { [hour(1)]: '4' } } };
    expect(only({ subscriptions: [anchored('2026-01-15')], metered }).invoice.totalMinor).toBe(2n);
  });

  test('a boundary inside an hour is taken only where that hour is empty', () => {
    const sub = anchored('2026-01-15T10:30:00Z');
    const june = { '2026-06': { cus_a: null } };
    const clear = { '2026-05': { cus_a: { [hour(15, 9)]: '5', [hour(15, 11)]: '8' } }, ...june };
    expect(only({ subscriptions: [sub], metered: clear }).invoice.totalMinor).toBe(4n);
    const cut = { '2026-05': { cus_a: { [hour(15, 10)]: '8' } }, ...june };
    expect(only({ subscriptions: [sub], metered: cut }).notes[0]?.message).toMatch(
      /inside an hour with usage \(15 May 10:00 UTC\)/,
    );
  });

  test('what is distinct in a month cannot be cut from hours', () => {
    const world: BillingWorld = {
      subscriptions: [anchored('2026-01-15')],
      measured: { '2026-05': { ws_a: { [hour(20)]: '5' } }, '2026-06': { ws_a: { 1: '5' } } },
    };
    const { request } = billingWorld(world);
    const [preview] = previewMonth({ ...request, quantities: 'measured', distinctMeters: new Set(['calls']) });
    expect(preview?.notes[0]?.message).toMatch(/counts what is distinct in a calendar month/);
  });

  test('an open period says until when its usage is known', () => {
    const preview = only(
      {
        subscriptions: [anchored('2026-01-15')],
        metered: { '2026-05': { cus_a: { [hour(20)]: '5' } } },
        pulledAt: '2026-05-25T00:00:00Z',
      },
      { now: at('2026-05-25T01:00:00Z') },
    );
    expect(preview.invoice.totalMinor).toBe(3n);
    expect(preview.notes).toEqual([
      expect.objectContaining({
        code: 'invoice.usage_so_far',
        severity: 'warning',
        message: expect.stringContaining('25 May 00:00 UTC'),
      }),
    ]);
  });

  test('started in the middle of the month: the first invoice is of what is left of it', () => {
    const sub = subscription({
      startedAt: at('2026-05-10'),
      created: at('2026-05-10'),
      billingCycleAnchor: at('2026-06-01'),
      items: [item('si_calls', 'price_calls', { created: at('2026-05-10') })],
    });
    const metered = { '2026-05': { cus_a: { [hour(9, 23)]: '6000', [hour(10)]: '10' } } };
    const preview = only({ subscriptions: [sub], metered });
    expect(preview.invoice.period).toEqual({ from: at('2026-05-10'), to: at('2026-06-01') });
    expect(preview.invoice.totalMinor).toBe(5n);
  });
});

describe('what comes off and on', () => {
  const base = { subscriptions: [subscription()], metered: { '2026-05': { cus_a: '2000' } } };

  test('a percent off each line, and the discount that Stripe took', () => {
    // 2,000 × 0.5 = 1,000; 12.5 % = 125
    const preview = only({
      ...base,
      subscriptions: [subscription({ discounts: [discount({ percentOff: '12.5' })] })],
      invoices: [
        invoice([
          line('il_1', 1000n, {
            quantity: '2000',
            unitAmount: '0.5',
            discountMinor: 125n,
            discounts: [{ discountId: 'di_a', amountMinor: 125n }],
          }),
        ]),
      ],
    });
    expect(totals(preview)).toEqual([1000n, 125n, 0n, 0n, 875n, 875n]);
    expect(preview.state).toBe('matches');
  });

  test('a coupon that applies once is used up by an earlier invoice', () => {
    const once = discount({ percentOff: '50', duration: 'once' });
    const april = invoice(
      [
        line('il_0', 100n, {
          quantity: '200',
          servicePeriod: { from: at('2026-04-01'), to: at('2026-05-01') },
          discountMinor: 50n,
          discounts: [{ discountId: 'di_a', amountMinor: 50n }],
        }),
      ],
      { id: 'in_0', period: { from: at('2026-04-01'), to: at('2026-05-01') }, created: at('2026-05-01T00:01:00Z') },
    );
    const world = { ...base, subscriptions: [subscription({ discounts: [once] })] };
    expect(only(world).invoice.discountMinor).toBe(500n);
    expect(only({ ...world, invoices: [april] }).invoice.discountMinor).toBe(0n);
  });

  test('credit as far as it goes, then the balance', () => {
    const preview = only({
      ...base,
      customers: [{ id: 'cus_a', balanceMinor: -100n }],
      grants: [grant({ amount: '600' })],
      creditsLeft: { credgr_a: 400n },
    });
    // 1,000 − 400 left of the grant = 600; 100 in the customer's favour: 500 due
    expect(totals(preview)).toEqual([1000n, 0n, 400n, 0n, 600n, 500n]);
  });

  test('a finalised invoice is built with what the grant held and the balance was before it', () => {
    const preview = only({
      ...base,
      customers: [{ id: 'cus_a', balanceMinor: -7n }],
      grants: [grant({ amount: '1500' })],
      creditsLeft: { credgr_a: 200n },
      invoices: [
        invoice([line('il_1', 1000n, { quantity: '2000', unitAmount: '0.5', creditMinor: 900n })], {
          startingBalanceMinor: -30n,
        }),
        // Another 400 went in July: 1,500 − 900 − 400 = 200 is left
        invoice([line('il_2', 400n, { quantity: '800', creditMinor: 400n, servicePeriod: JUNE })], {
          id: 'in_b',
          period: JUNE,
          created: at('2026-07-01T00:01:00Z'),
          finalizedAt: at('2026-07-01T01:00:00Z'),
        }),
      ],
    });
    // Before it 1,500 were left; Stripe took 900 of 1,000: ours takes all 1,000.
    expect(preview.invoice.creditMinor).toBe(1000n);
    expect(preview.invoice.startingBalanceMinor).toBe(-30n);
    expect(differences(preview)?.map(([, field]) => field)).toEqual(['credits', 'credits', 'total', 'amountDue']);
  });

  test('a draft shows no credits yet: that is no difference', () => {
    const preview = only({
      ...base,
      grants: [grant({ amount: '600' })],
      creditsLeft: { credgr_a: 600n },
      invoices: [invoice([line('il_1', 1000n, { quantity: '2000', unitAmount: '0.5' })], { status: 'draft' })],
    });
    expect(preview.invoice.totalMinor).toBe(400n);
    expect(preview.state).toBe('matches');
    expect(codes(preview)).toContain('invoice.draft');
  });

  test('inclusive and exclusive tax', () => {
    const rate = (id: string, percentage: string, isInclusive: boolean) => ({
      id,
      displayName: id,
      percentage,
      isInclusive,
      isActive: true,
    });
    const taxRates = [rate('txr_in', '19', true), rate('txr_ex', '7.5', false)];
    const taxed = (ids: readonly string[]) =>
      only({ ...base, taxRates, subscriptions: [subscription({ defaultTaxRateIds: ids })] });
    // inclusive: 1,000 − 1,000 ÷ 1.19 = 159.66… → 160 within; exclusive: 75 on top
    expect(totals(taxed(['txr_in']))).toEqual([1000n, 0n, 0n, 160n, 1000n, 1000n]);
    expect(totals(taxed(['txr_ex']))).toEqual([1000n, 0n, 0n, 75n, 1075n, 1075n]);
  });

  test('seats in advance beside usage in arrears, in yen and in dinars', () => {
    const inYen = only({
      prices: [callsPrice({ currency: 'jpy', unitAmount: '1.5' }), seatsPrice({ currency: 'jpy', unitAmount: '300' })],
      subscriptions: [
        subscription({
          currency: 'jpy',
          items: [item('si_calls', 'price_calls'), item('si_seats', 'price_seats', { quantity: '3' })],
        }),
      ],
      metered: { '2026-05': { cus_a: '11' } },
    });
    // 11 × 1.5 = 16.5 → 17 yen; 3 seats at 300 for June
    expect(
      inYen.invoice.lines.map(({ amountMinor, servicePeriod }) => [amountMinor, formatInstant(servicePeriod.from)]),
    ).toEqual([
      [17n, '2026-05-01T00:00:00Z'],
      [900n, '2026-06-01T00:00:00Z'],
    ]);
    const dinars = only({
      ...base,
      prices: [callsPrice({ currency: 'kwd', unitAmount: '7.5' })],
      subscriptions: [subscription({ currency: 'kwd' })],
    });
    expect(dinars.invoice.totalMinor).toBe(15000n);
  });
});

describe('subscriptions that are not simply alive', () => {
  const metered = { '2026-05': { cus_a: { [hour(5)]: '100', [hour(20)]: '50' } } };

  test('usage within a trial is free, and the trial is a period of its own', () => {
    const sub = subscription({
      startedAt: at('2026-05-02'),
      created: at('2026-05-02'),
      billingCycleAnchor: at('2026-05-16'),
      trial: { from: at('2026-05-02'), to: at('2026-05-16') },
      items: [item('si_calls', 'price_calls', { created: at('2026-05-02') })],
    });
    const found = previews({
      subscriptions: [sub],
      metered: { ...metered, '2026-06': { cus_a: { [hour(3)]: '10' } } },
    });
    expect(found.map(({ invoice }) => [formatInstant(invoice.period.to), invoice.totalMinor])).toEqual([
      ['2026-05-16T00:00:00Z', 0n],
      ['2026-06-16T00:00:00Z', 30n],
    ]);
  });

  test('ended at the period’s end: the last usage is billed', () => {
    const sub = subscription({ endedAt: at('2026-06-01'), status: 'canceled' });
    expect(only({ subscriptions: [sub], metered }).invoice.totalMinor).toBe(75n);
  });

  test('cancelled at once: the usage is dropped, unless Stripe made an invoice of it', () => {
    const sub = subscription({ endedAt: at('2026-05-10'), status: 'canceled' });
    const dropped = only({ subscriptions: [sub], metered });
    expect(dropped.invoice.totalMinor).toBe(0n);
    expect(codes(dropped)).toContain('invoice.usage_dropped');
    const period = { from: at('2026-05-01'), to: at('2026-05-10') };
    const made = only({
      subscriptions: [sub],
      metered,
      invoices: [
        invoice([line('il_1', 50n, { quantity: '100', unitAmount: '0.5', servicePeriod: period })], { period }),
      ],
    });
    expect(made).toMatchObject({ state: 'matches', invoice: { totalMinor: 50n } });
  });

  test('an invoice at creation is one only where something is paid in advance', () => {
    const created = { startedAt: at('2026-05-10'), created: at('2026-05-10'), billingCycleAnchor: at('2026-05-10') };
    const items = [item('si_seats', 'price_seats', { quantity: '2', created: at('2026-05-10') })];
    const found = previews({ subscriptions: [subscription({ ...created, items })] });
    expect(
      found.map(({ invoice }) => [
        formatInstant(invoice.period.from),
        formatInstant(invoice.period.to),
        invoice.totalMinor,
      ]),
    ).toEqual([
      ['2026-05-10T00:00:00Z', '2026-05-10T00:00:00Z', 2000n],
      ['2026-05-10T00:00:00Z', '2026-06-10T00:00:00Z', 2000n],
    ]);
  });
});

test('a void invoice is shown as such and bills nothing; another one counts before it', () => {
  const world = { subscriptions: [subscription()], metered: { '2026-05': { cus_a: '10' } } };
  const dead = invoice([line('il_1', 7n, { quantity: '14' })], { status: 'void' });
  expect(only({ ...world, invoices: [dead] })).toMatchObject({
    state: 'no_invoice',
    stripe: { status: 'void' },
    comparison: null,
  });
  const living = invoice([line('il_2', 5n, { quantity: '10', unitAmount: '0.5' })], { id: 'in_b', status: 'open' });
  expect(only({ ...world, invoices: [dead, living] })).toMatchObject({ state: 'matches', stripe: { id: 'in_b' } });
  const twice = invoice([line('il_3', 5n, { quantity: '10', unitAmount: '0.5' })], { id: 'in_c' });
  expect(codes(only({ ...world, invoices: [living, twice] }))).toContain('invoice.several');
});

test('negative metered usage bills 0 and says so', () => {
  const preview = only({ subscriptions: [subscription()], metered: { '2026-05': { cus_a: '-5' } } });
  expect(preview.invoice.totalMinor).toBe(0n);
  expect(codes(preview)).toEqual(['quantity-negative']);
});

test('measured usage of a customer without a usage id is not known', () => {
  const world = {
    customers: [{ id: 'cus_a', metadata: {} }],
    subscriptions: [subscription()],
    measured: { '2026-05': {} },
  };
  expect(only(world, { quantities: 'measured' }).notes[0]?.message).toMatch(/no usage id belongs to this customer/);
});

test('customers by Stripe id or usage id, in the order of ids; an unknown one is answered with near ones', () => {
  const world = {
    customers: [{ id: 'cus_a', name: 'Globex' }, { id: 'cus_b' }, { id: 'cus_c' }],
    subscriptions: [
      subscription(),
      subscription({
        id: 'sub_b',
        customerId: 'cus_b',
        items: [item('si_b', 'price_calls', { subscriptionId: 'sub_b' })],
      }),
    ],
    metered: { '2026-05': { cus_a: '10', cus_b: '20' } },
    measured: { '2026-05': { ws_a: '10', ws_b: '20' } },
  };
  const ids = (customers?: readonly string[]) =>
    previews(world, customers === undefined ? {} : { customers }).map(({ customer }) => customer.id);
  expect(ids()).toEqual(['cus_a', 'cus_b']);
  expect(ids(['ws_b'])).toEqual(['cus_b']);
  expect(ids(['cus_b', 'cus_a', 'ws_a'])).toEqual(['cus_a', 'cus_b']);
  expect(() => ids(['glob'])).toThrow(
    expect.objectContaining({ code: 'invoice.customer_not_found', remedy: expect.stringContaining('cus_a (Globex)') }),
  );
  expect(() => ids(['cus_zz9'])).toThrow(expect.objectContaining({ code: 'invoice.customer_not_found' }));
});

test('a month in the future has no invoices', () => {
  expect(() => previews({ subscriptions: [subscription()] }, { month: parseMonth('2026-09'), now: NOW })).toThrow(
    expect.objectContaining({ code: 'period.in_future' }),
  );
});

test('the whole month and one customer alone come out the same', () => {
  const world = { subscriptions: [subscription()], metered: { '2026-05': { cus_a: '1234.5' } } };
  const all = only(world);
  const one = only(world, { customers: ['cus_a'] });
  expect(one.invoice).toEqual(all.invoice);
  expect(all.invoice.lines[0]?.servicePeriod).toEqual(MAY);
});
