import { expect, test } from 'vitest';
import { ProofCache } from '../../../../main/api/proof/proof-cache.ts';
import { type ProveRequest, prove } from '../../../../main/api/proof/prove.ts';
import { proofSummary } from '../../../../main/api/proof/summary.ts';
import * as contract from '../../../../shared/contract/proof-schemas.ts';
import { type RatingOptions, STRIPE_RATING } from '../../../../shared/rating/options.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { parseMonth } from '../../../../shared/values/period.ts';
import { build, type World } from '../reconcile/world.ts';

const WORLD: World = {
  meters: [{ key: 'cpu' }],
  customers: [
    { id: 'cus_1', name: 'Globex', usageIds: ['ws_1'] },
    { id: 'cus_2', usageIds: ['ws_2'] },
  ],
  usage: { cpu: { ws_1: '400', ws_2: { 10: '100', 300: '60' } } },
  metered: { cpu: { cus_1: '333', cus_2: '160' } },
  prices: [{ id: 'price_1', meter: 'cpu', unitAmount: '0.5' }],
  items: [
    { customer: 'cus_1', price: 'price_1' },
    { customer: 'cus_2', price: 'price_1' },
  ],
};

const LINE = { customer: 'cus_1', price: 'price_1', item: 0, quantity: '333', amount: 167 } as const;

function request(world: World, more: Partial<ProveRequest> & { rating?: Partial<RatingOptions> } = {}): ProveRequest {
  const { db, settings } = build(world);
  const { rating, ...rest } = more;
  // The months of an invoice are how it is found by month.
  db.exec(`INSERT INTO invoice_month SELECT id, '2026-05' FROM invoice`);
  return {
    db,
    settings: { ...settings, rating: { ...STRIPE_RATING, ...rating } },
    distinctMeters: new Set(),
    month: null,
    now: parseInstant('2026-06-05T00:00:00Z'),
    ...rest,
  };
}

const summaryOf = (given: ProveRequest) => contract.proofSummary.parse(proofSummary(prove(given)));

test('what a screen is told, in major units', () => {
  const summary = summaryOf(request({ ...WORLD, lines: [LINE, { ...LINE, amount: 200, quantity: '100' }] }));
  expect(summary).toMatchObject({
    month: null,
    lines: 2,
    exact: 1,
    licensed: { lines: 0, exact: 0 },
    invoices: 2,
    suggestions: [],
    byCause: [{ cause: 'manual_edit', lines: 1 }],
    differingTotal: 1,
    unratable: [],
    unratableTotal: 0,
  });
  expect(summary.differing).toMatchObject([
    {
      invoice: 'in_1',
      line: 'il_1',
      customer: 'cus_1',
      name: 'Globex',
      meter: 'cpu',
      rated: '0.50',
      billed: '2.00',
      difference: '-1.50',
      setting: null,
    },
  ]);
  // 400 × 0.5 was used, once; both invoices charge for the same month.
  expect(summary.asMeasured).toEqual([
    { currency: 'usd', lines: 2, billed: '3.67', rated: '2.00', difference: '-1.67' },
  ]);
  expect(summary.options.every(({ isDefault, meaning }) => isDefault && meaning !== '')).toBe(true);
});

test.each([
  ['before it', ['in_a', 'in_b']],
  ['after it', ['in_b', 'in_a']],
  ['on its invoice', ['in_a', 'in_a']],
])('what an item used is owed once, though it was charged again by hand: %s', (_, [byHand, byItem]) => {
  const lines = [
    { ...LINE, invoice: byItem as string },
    { customer: 'cus_1', price: 'price_1', quantity: '333', amount: 167, invoice: byHand as string },
  ];
  // 400 × 0.5 was used.
  expect(summaryOf(request({ ...WORLD, lines })).asMeasured).toEqual([
    { currency: 'usd', lines: 2, billed: '3.34', rated: '2.00', difference: '-1.34' },
  ]);
});

test('drafts and void invoices are not proved', () => {
  const summary = summaryOf(
    request({
      ...WORLD,
      lines: [
        { ...LINE, status: 'draft' },
        { ...LINE, status: 'void' },
      ],
    }),
  );
  expect(summary).toMatchObject({ lines: 0, invoices: 0 });
});

test('a month is chosen by the begin of the service period', () => {
  const lines = [
    { ...LINE, from: '2026-04-20T00:00:00Z', to: '2026-05-20T00:00:00Z' },
    { ...LINE, from: '2026-05-20T00:00:00Z', to: '2026-06-20T00:00:00Z', amount: 166 },
  ];
  const may = summaryOf(request({ ...WORLD, lines }, { month: parseMonth('2026-05') }));
  expect(may).toMatchObject({ month: '2026-05', lines: 1, exact: 0 });
  expect(may.differing[0]).toMatchObject({ line: 'il_1', cause: 'rounding', setting: { option: 'rating.rounding' } });
  expect(() => prove(request({ ...WORLD, lines }, { month: parseMonth('2026-07') }))).toThrowError(
    expect.objectContaining({ code: 'period.in_future' }),
  );
});

test('a part of a month is measured by its hours, and said where there are none', () => {
  // Hour 300 is in the 13th of May.
  const lines = [
    { ...LINE, customer: 'cus_2', item: 1, quantity: '100', amount: 50, to: '2026-05-10T00:00:00Z' },
    { ...LINE, from: '2026-05-10T00:00:00Z' },
  ];
  const report = prove(request({ ...WORLD, lines }));
  expect(report.asMeasured).toEqual([{ currency: 'usd', lines: 1, billed: 50n, rated: 50n }]);
  expect(report.notMeasured).toMatchObject([{ lines: 1, reason: expect.stringContaining('hours') }]);
});

test('a trial is free, or charged where the settings say so', () => {
  const world = { ...WORLD, trials: [0], lines: [{ ...LINE, amount: 0 }] };
  expect(summaryOf(request(world))).toMatchObject({ lines: 1, exact: 1 });
  const charged = summaryOf(request(world, { rating: { trialUsage: 'charged' } }));
  expect(charged).toMatchObject({ exact: 0, suggestions: [{ option: 'rating.trialUsage', value: 'free', gains: 1 }] });
  expect(charged.options.find(({ option }) => option === 'rating.trialUsage')).toMatchObject({ isDefault: false });
});

test('what a setting would lose on an invoice is not set off against what it gains there', () => {
  // 2.5, 2.5 and 1.5, half to even: rounding down is wrong of the third.
  const lines = (
    [
      ['5', 2],
      ['5', 2],
      ['3', 2],
    ] as const
  ).map(([quantity, amount]) => ({ ...LINE, quantity, amount, invoice: 'in_1' }));
  const found = summaryOf(request({ ...WORLD, lines })).suggestions;
  expect(found.map(({ value, gains, losses }) => [value, gains, losses])).toEqual([
    ['half_even', 2, 0],
    ['down', 2, 1],
  ]);
});

test('a proof is kept until its settings or pulls change', () => {
  const proofs = new ProofCache();
  const given = request({ ...WORLD, lines: [LINE] });
  const first = proofs.open(given);
  expect(proofs.open(given)).toBe(first);
  const rounded = proofs.open({
    ...given,
    settings: { ...given.settings, rating: { ...STRIPE_RATING, rounding: 'down' } },
  });
  expect(rounded).toMatchObject({ lines: 1, exact: 0 });
  given.db.exec(`UPDATE pull_in_force SET pull = pull + 1 WHERE source = 'clickhouse'`);
  expect(proofs.open(given)).not.toBe(first);
});

test('a history of many invoices is read in pieces', () => {
  const lines = Array.from({ length: 1_203 }, (_, index) => ({ ...LINE, amount: index === 700 ? 168 : 167 }));
  const summary = summaryOf(request({ ...WORLD, lines }));
  expect(summary).toMatchObject({ lines: 1203, exact: 1202, invoices: 1203, differingTotal: 1 });
  expect(summary.differing[0]?.line).toBe('il_700');
});
