import { expect, test } from 'vitest';
import { FrameCache, type MonthsContext } from '../../../../main/api/cells/context.ts';
import { CompareCache } from '../../../../main/api/compare/compare-cache.ts';
import { fluxDetail, fluxSummary, fluxWindow } from '../../../../main/api/compare/compare-view.ts';
import {
  fluxDetail as detailSchema,
  type FluxListRequest,
  fluxSummary as summarySchema,
  fluxWindow as windowSchema,
} from '../../../../shared/contract/compare-schemas.ts';
import { STRIPE_RATING } from '../../../../shared/rating/options.ts';
import { DEFAULT_QUALITY } from '../../../../shared/reconciliation/quality/settings.ts';
import { parseDecimal } from '../../../../shared/values/decimal.ts';
import { FLEET } from './fleet.ts';
import { twoMonths } from './two-months.ts';

const DEFAULTS = { minAmount: parseDecimal('5.00'), minRelative: parseDecimal('0.05') };
const MONTHS = { from: '2026-04', to: '2026-05' } as const;
const LIST: FluxListRequest = {
  ...MONTHS,
  filter: {},
  sort: { by: 'default', direction: 'ascending' },
  offset: 0,
  limit: 100,
};

function opened() {
  const { db, settings, now } = twoMonths(FLEET);
  const context: MonthsContext = {
    db,
    settings,
    quality: DEFAULT_QUALITY,
    toolVersion: 'test',
    now: () => now,
    canStore: false,
    frames: new FrameCache(),
  };
  const cache = new CompareCache();
  return { cache, context, open: cache.open(context, MONTHS) };
}

test('the summary says what changed, who moved most and what is left out', () => {
  const { open } = opened();
  const summary = summarySchema.parse(fluxSummary(open, {}, DEFAULTS));
  const usd = summary.totals.find(({ currency }) => currency === 'usd');
  expect(usd).toMatchObject({ from: '49.90', to: '88.25', change: '38.35', rows: 10, material: 2 });
  expect(usd?.movers.map(({ customer, change }) => [customer, change])).toEqual([
    ['cus_more', '30.00'],
    ['cus_tiers', '5.00'],
    ['cus_price', '3.00'],
    ['cus_disk', '0.80'],
    ['cus_credit', '-0.50'],
  ]);
  expect(summary.lacking).toMatchObject({ cells: 2, first: [{ customer: 'cus_missing' }, { customer: 'cus_draft' }] });
  expect(summary.emptyMonths).toEqual([]);
  const strict = fluxSummary(open, { materiality: { minAmount: '30.00', minRelative: '1' } }, DEFAULTS);
  expect(strict.totals.map(({ material }) => material)).toEqual([0, 1]);
  expect(strict).toMatchObject({ materiality: { minAmount: '30' }, defaults: { minAmount: '5' } });
});

test.each<[string, Partial<FluxListRequest>, readonly string[]]>([
  ['material changes alone', { filter: { materialOnly: true } }, ['cus_yen', 'cus_more', 'cus_tiers']],
  [
    'those with other thresholds',
    { filter: { materialOnly: true }, materiality: { minAmount: '3', minRelative: '0' } },
    ['cus_yen', 'cus_more', 'cus_tiers', 'cus_price'],
  ],
  ['what prices and credits moved', { filter: { parts: ['price', 'credits'] } }, ['cus_price', 'cus_credit']],
  ['one meter', { filter: { meters: ['disk'] } }, ['cus_disk']],
  ['one currency', { filter: { currency: 'jpy' } }, ['cus_yen']],
  ['a name', { filter: { search: 'gLOB' } }, ['cus_more']],
  ['a usage id', { filter: { search: 'ws_cus_late' } }, ['cus_late']],
  [
    'largest credit first',
    { filter: { parts: ['credits'] }, sort: { by: 'credits', direction: 'ascending' } },
    ['cus_credit'],
  ],
  [
    'by customer',
    { filter: { parts: ['new', 'lost'] }, sort: { by: 'customer', direction: 'ascending' } },
    ['cus_lost', 'cus_new'],
  ],
  [
    'by share; what begins from nothing is last',
    { filter: { currency: 'usd', parts: ['usage', 'new'] }, sort: { by: 'relative', direction: 'ascending' } },
    ['cus_tiers', 'cus_more', 'cus_price', 'cus_disk', 'cus_new'],
  ],
  ['a window in the middle', { offset: 2, limit: 2 }, ['cus_tiers', 'cus_price']],
])('rows: %s', (_name, request, expected) => {
  const { open } = opened();
  const window = windowSchema.parse(fluxWindow(open, { ...LIST, ...request }, DEFAULTS));
  expect(window.rows.map(({ customer }) => customer)).toEqual(expected);
  expect(window.all).toBe(11);
  if (request.limit === undefined) {
    expect(window.total).toBe(expected.length);
    expect(window.totals.reduce((rows, total) => rows + total.rows, 0)).toBe(expected.length);
  }
});

test('a row tells how each part came about', () => {
  const { open } = opened();
  const told = (customer: string, meter = 'cpu', currency = 'usd') => {
    const detail = detailSchema.parse(
      fluxDetail(open, { ...MONTHS, customer, meter, currency }, { defaults: DEFAULTS, rating: STRIPE_RATING }),
    );
    return { ...detail, words: detail.explained.map(({ part, amount, text }) => `${part} ${amount}: ${text}`) };
  };
  const tiers = told('cus_tiers');
  expect(tiers.words).toEqual([
    'usage 10.00: 100 units became 200 units, at the average price of Apr 2026: 0.1 USD each.',
    'mix -5.00: By its tiers the price of Apr 2026 makes 15.00 USD of them, 5.00 USD less than its average would.',
  ]);
  expect(tiers.sides.to?.lines.map(({ tier, quantity, amount }) => [tier, quantity, amount])).toEqual([
    [1, '100', '10.00'],
    [2, '100', '5.00'],
  ]);
  expect(told('cus_price').words).toEqual([
    'usage 1.50: 100 units became 150 units, at the average price of Apr 2026: 0.03 USD each.',
    'price 1.50: 150 units cost 4.50 USD at the prices of Apr 2026 and 6.00 USD at those of May 2026.',
  ]);
  expect(told('cus_new')).toMatchObject({
    sides: { from: null },
    words: ['new 0.30: Nothing stood here in Apr 2026, on any meter: all of May 2026 is new.'],
  });
  expect(told('cus_disk', 'disk').words).toEqual([
    'usage 0.80: 0 units became 40 units; Apr 2026 has no price on the meter.',
  ]);
  expect(told('cus_credit').words).toEqual([
    'credits -0.50: Discounts and credits took off 0.00 USD in Apr 2026 and 0.50 USD in May 2026.',
  ]);
  expect(told('cus_edited').words).toEqual([
    'corrections -0.02: May 2026 bills 0.02 USD less than its price makes of the quantity.',
  ]);
  const late = told('cus_late');
  expect(late.words).toEqual([
    'corrections 0.07: Late corrections come to 0.00 USD in Apr 2026 and 0.07 USD in May 2026.',
  ]);
  expect(late.sides.to?.booked).toEqual([
    { amount: '0.07', servicePeriod: { from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z' } },
  ]);
  expect(() => told('cus_missing')).toThrow(/has no amount on cpu in USD/);
});

test('a comparison is made once, and anew when a decision books a correction', () => {
  const { cache, context, open } = opened();
  expect(cache.open(context, MONTHS)).toBe(open);
  expect(cache.open(context, { ...MONTHS, basis: 'metered' }).comparison.summary.basis).toBe('metered');
  context.db.prepare(`INSERT INTO rating_run_void VALUES (1, 0, 'void')`).run();
  const after = cache.open(context, MONTHS);
  expect(after).not.toBe(open);
  expect(fluxSummary(after, {}, DEFAULTS).totals[1]?.parts.corrections).toBe('-0.02');
});
