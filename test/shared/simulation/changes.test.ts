import { expect, test } from 'vitest';
import { type Close, played, printInvoices, printUsage } from './close-maker.ts';

/** At noon of 16 January half of a seat's 3,100 is left: 1,550. */
const HALFWAY = '2026-01-16T12:00:00Z';
const update = (more: object): readonly object[] => [{ at: HALFWAY, do: 'update_subscription', ...more }];
const CREATED = 'creation 01-01 to 01-01 paid 3100';

const CLOSES: readonly (Close & { readonly name: string; readonly invoices: readonly string[] })[] = [
  {
    name: 'three seats for one: −1,550 + 4,650, and 9,300 in advance',
    actions: update({ items: [{ id: 'si_seat', quantity: 3 }] }),
    to: '02-01T02:00',
    invoices: [CREATED, 'cycle 01-01 to 02-01 paid 12400'],
  },
  {
    name: 'the same, invoiced at once',
    actions: update({ items: [{ id: 'si_seat', quantity: 3 }], proration_behavior: 'always_invoice' }),
    to: '02-01T02:00',
    invoices: [CREATED, 'update 01-16T12:00 to 01-16T12:00 paid 3100', 'cycle 01-01 to 02-01 paid 9300'],
  },
  {
    name: 'the same, not prorated',
    actions: update({ items: [{ id: 'si_seat', quantity: 3 }], proration_behavior: 'none' }),
    to: '02-01T02:00',
    invoices: [CREATED, 'cycle 01-01 to 02-01 paid 9300'],
  },
  {
    name: 'an upgrade: −1,550 + 3,100, and 6,200 in advance',
    actions: update({ items: [{ id: 'si_seat', price: 'price_pro' }] }),
    to: '02-01T02:00',
    invoices: [CREATED, 'cycle 01-01 to 02-01 paid 7750'],
  },
  {
    name: 'a downgrade that is invoiced at once becomes credit: 6,200 − 3,100 + 1,550, the rest from the balance',
    items: ['pro'],
    actions: update({ items: [{ id: 'si_pro', price: 'price_seat' }], proration_behavior: 'always_invoice' }),
    to: '02-01T02:00',
    invoices: [
      'creation 01-01 to 01-01 paid 6200',
      'update 01-16T12:00 to 01-16T12:00 paid -1550 due 0',
      'cycle 01-01 to 02-01 paid 3100 due 1550',
    ],
  },
  {
    // At 6 o'clock on 24 January a quarter is left: three seats give back 2,325, one costs 775.
    name: 'two changes: −1,550 + 4,650 at the half, −2,325 + 775 at the quarter, and 3,100 in advance',
    actions: [
      ...update({ items: [{ id: 'si_seat', quantity: 3 }] }),
      { at: '2026-01-24T06:00:00Z', do: 'update_subscription', items: [{ id: 'si_seat', quantity: 1 }] },
    ],
    to: '02-01T02:00',
    invoices: [CREATED, 'cycle 01-01 to 02-01 paid 4650'],
  },
  {
    name: 'pending prorations go on the next invoice, which a later change makes',
    actions: [
      ...update({ items: [{ id: 'si_seat', quantity: 3 }] }),
      ...update({ items: [{ id: 'si_seat', quantity: 2 }], proration_behavior: 'always_invoice' }),
    ],
    to: '02-01T02:00',
    invoices: [CREATED, 'update 01-16T12:00 to 01-16T12:00 paid 1550', 'cycle 01-01 to 02-01 paid 6200'],
  },
  {
    name: 'an item added: half of a pro seat, and 3,100 + 6,200 in advance',
    actions: update({ items: [{ id: 'si_new', price: 'price_pro' }] }),
    to: '02-01T02:00',
    invoices: [CREATED, 'cycle 01-01 to 02-01 paid 12400'],
  },
  {
    name: 'an item removed: half is given back',
    items: ['seat', 'pro'],
    actions: update({ items: [{ id: 'si_pro', deleted: true }] }),
    to: '02-01T02:00',
    invoices: ['creation 01-01 to 01-01 paid 9300', 'cycle 01-01 to 02-01 paid 0'],
  },
  {
    name: 'another price for calls: 100 before it are dropped, 40 at 2 are billed',
    items: ['calls'],
    usage: ['01-05 100', '01-20 40'],
    actions: update({ items: [{ id: 'si_calls', price: 'price_callsdear' }] }),
    to: '02-01T02:00',
    invoices: ['cycle 01-01 to 02-01 paid 80'],
  },
  {
    name: 'a year for a month: −1,550 + 36,500 at once, and the anchor moves',
    actions: update({ items: [{ id: 'si_seat', price: 'price_seatyear' }] }),
    to: '2027-01-17',
    invoices: [CREATED, 'update 01-01 to 01-16T12:00 paid 34950', 'cycle 01-16T12:00 to 2027-01-16T12:00 paid 36500'],
  },
  {
    // On 11 January 21 days are left: −2,100 + 4,200. At the half two seats give back 3,100, and two years cost 73,000.
    name: 'a year for a month, while another change waits for its invoice',
    actions: [
      { at: '2026-01-11T00:00:00Z', do: 'update_subscription', items: [{ id: 'si_seat', quantity: 2 }] },
      ...update({ items: [{ id: 'si_seat', price: 'price_seatyear' }] }),
    ],
    to: '01-17',
    invoices: [CREATED, 'update 01-01 to 01-16T12:00 paid 72000'],
  },
  {
    name: 'a year for a month: what was used by then is billed with it',
    items: ['calls', 'seat'],
    usage: ['01-05 100', '01-20 200'],
    actions: update({ items: [{ id: 'si_seat', price: 'price_seatyear' }] }),
    to: '02-17',
    invoices: [CREATED, 'update 01-01 to 01-16T12:00 paid 35000', 'cycle 01-16T12:00 to 02-16T12:00 paid 100'],
  },
  {
    name: 'a trial that is ended now: the first month begins, and is paid, now',
    subscription: { trial_end: '2026-01-31T00:00:00Z' },
    actions: update({ trial_end: HALFWAY }),
    to: '02-17',
    invoices: ['update 01-01 to 01-16T12:00 paid 3100', 'cycle 01-16T12:00 to 02-16T12:00 paid 3100'],
  },
  {
    name: 'a trial that is made longer',
    subscription: { trial_end: '2026-01-31T00:00:00Z' },
    actions: update({ trial_end: '2026-02-10T00:00:00Z' }),
    to: '03-11',
    invoices: ['cycle 01-01 to 02-10 paid 3100', 'cycle 02-10 to 03-10 paid 3100'],
  },
  {
    name: 'a trial within a paid month: half is given back, the next month begins when it ends',
    actions: update({ trial_end: '2026-02-10T00:00:00Z' }),
    to: '02-11',
    invoices: [CREATED, 'cycle 01-01 to 02-10 paid 1550'],
  },
  {
    // −2,100 + 4,200 and −3,100 as above, 6,200 in advance.
    name: 'a trial within a paid month, while another change waits for its invoice',
    actions: [
      { at: '2026-01-11T00:00:00Z', do: 'update_subscription', items: [{ id: 'si_seat', quantity: 2 }] },
      ...update({ trial_end: '2026-02-10T00:00:00Z' }),
    ],
    to: '02-11',
    invoices: [CREATED, 'cycle 01-01 to 02-10 paid 5200'],
  },
  {
    // From 5 February to the anchor on the 10th: 5 of 28 days, 553.57. On the 6th 4 are left: 442.86 for each seat.
    name: 'two seats for one in the short period after a trial: 554, then −443 + 886, and 6,200',
    start: '02-01',
    subscription: { trial_end: '2026-02-05T00:00:00Z', billing_cycle_anchor: '2026-02-10T00:00:00Z' },
    actions: update({ items: [{ id: 'si_seat', quantity: 2 }] }).map((one) => ({ ...one, at: '2026-02-06T00:00:00Z' })),
    to: '02-11',
    invoices: ['cycle 02-01 to 02-05 paid 554', 'cycle 02-05 to 02-10 paid 6643'],
  },
  {
    name: 'seats that are changed in a trial cost nothing in it',
    subscription: { trial_end: '2026-01-31T00:00:00Z' },
    actions: update({ items: [{ id: 'si_seat', quantity: 3 }] }),
    to: '02-01',
    invoices: ['cycle 01-01 to 01-31 paid 9300'],
  },
];

test.each(CLOSES)('$name', ({ items = ['seat'], ...close }) => {
  expect(printInvoices(played({ items, ...close }))).toEqual(close.invoices);
});

test('usage before a change of price is measured, and billed by nothing', () => {
  const run = played({
    usage: ['01-05 100', '01-20 40'],
    actions: update({ items: [{ id: 'si_calls', price: 'price_callsdear' }] }),
    to: '02-01T02:00',
  });
  expect(printUsage(run).slice(0, 2)).toEqual([
    'mtr_calls 01-01 to 01-16T12:00: 100, 100, none',
    'mtr_calls 01-16T12:00 to 02-01: 40, 40, 40',
  ]);
});

test('the timeline says what an action does', () => {
  const run = played({
    items: ['seat', 'pro'],
    actions: [
      ...update({
        items: [
          { id: 'si_seat', price: 'price_pro', quantity: 3 },
          { id: 'si_pro', deleted: true },
        ],
        proration_behavior: 'none',
      }),
      { at: HALFWAY, do: 'pause', behavior: 'void', resumes_at: '2026-01-20T00:00:00Z' },
      { at: HALFWAY, do: 'cancel_now', prorate: true },
    ],
    to: '01-17',
  });
  expect(run.timeline.flatMap((one) => (one.type === 'action' ? [`${one.action} ${one.detail}`] : []))).toEqual([
    'update_subscription si_seat at price_pro × 3; si_pro removed; none',
    'pause void until 2026-01-20T00:00:00Z',
    'cancel_now pending usage is dropped; prorated',
  ]);
});
