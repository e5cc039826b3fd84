import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareSearchOf,
  filterOf,
  percentOfShare,
  requestOf,
  shareOfPercent,
  sortedBy,
  withMonths,
  withoutFilters,
} from '../../renderer/screens/compare/compare-search.ts';
import { byWeight, comparisonSentence, movedParts } from '../../renderer/screens/compare/compare-view.ts';
import { fallOf } from '../../renderer/screens/compare/fall.ts';
import type { FluxSummaryView } from '../../shared/contract/compare-schemas.ts';

const NONE = { usage: '0', price: '0', mix: '0', new: '0', lost: '0', credits: '0', corrections: '0' };
const total = (from: string, to: string, change: string, parts: Partial<typeof NONE>, currency = 'usd', rows = 3) => ({
  currency,
  from,
  to,
  change,
  relative: null,
  parts: { ...NONE, ...parts },
  rows,
  material: 0,
  meters: [],
  movers: [],
});
const summary = (totals: FluxSummaryView['totals'], emptyMonths: string[] = []): FluxSummaryView => ({
  from: '2026-04',
  to: '2026-05',
  basis: 'billed',
  isBasisGiven: false,
  asOf: { from: { clickhouse: null, stripe: null }, to: { clickhouse: null, stripe: null } },
  materiality: { minAmount: '100', minRelative: '0.05' },
  defaults: { minAmount: '100', minRelative: '0.05' },
  totals,
  emptyMonths,
  notPulled: [],
  lacking: { cells: 0, byReason: [], first: [] },
});

test.each([
  [
    'more, by two parts',
    summary([total('100.00', '1304.11', '1204.11', { usage: '900.00', new: '304.11' })]),
    'May 2026 is $1,204.11 above Apr 2026: usage +$900.00, new customers +$304.11.',
  ],
  [
    'less, by many: the largest of them',
    summary([total('9.00', '3.00', '-6.00', { usage: '1.00', price: '-2.00', mix: '-3.50', lost: '-1.50' })]),
    'May 2026 is $6.00 below Apr 2026: mostly mix −$3.50, price −$2.00, lost customers −$1.50.',
  ],
  ['the same', summary([total('9.00', '9.00', '0.00', {})]), 'May 2026 comes to the same as Apr 2026.'],
  [
    'the main currency of two',
    summary([total('1', '2', '1', { new: '1' }, 'eur', 1), total('1', '3', '2', { usage: '2' }, 'jpy', 9)]),
    'May 2026 is ¥2 above Apr 2026: usage +¥2. 1 other currency below.',
  ],
  ['nothing', summary([]), 'There is nothing to compare between Apr 2026 and May 2026.'],
  ['a month that is not there', summary([], ['2026-05']), 'May 2026 cannot be compared with Apr 2026 yet.'],
])('in a sentence: %s', (_name, given, sentence) => {
  expect(comparisonSentence(given)).toBe(sentence);
});

test('parts are told by size, whatever their sign, exactly', () => {
  const parts = { ...NONE, usage: '9007199254740993.01', mix: '-9007199254740993.02', credits: '0.00' };
  expect(movedParts({ parts })).toEqual(['mix', 'usage']);
  expect(
    byWeight([total('1', '1', '0', {}, 'eur', 1), total('1', '1', '0', {}, 'usd', 2)]).map((each) => each.currency),
  ).toEqual(['usd', 'eur']);
});

describe('the picture', () => {
  test('goes on where the part before ended, from the one month to the other', () => {
    const { columns, isBroken, zero } = fallOf(total('100', '130', '30', { usage: '50', mix: '-20' }));
    expect(columns.map(({ key }) => key)).toEqual([
      'from',
      'usage',
      'price',
      'mix',
      'new',
      'lost',
      'credits',
      'corrections',
      'to',
    ]);
    const [from, usage, price, mix] = columns;
    expect(usage?.bottom).toBeCloseTo(from?.top ?? 0);
    expect(usage?.top).toBeLessThan(usage?.bottom ?? 0);
    expect([price?.top, price?.bottom]).toEqual([usage?.end, usage?.end]);
    expect(mix?.top).toBeCloseTo(usage?.top ?? 0);
    expect(columns.at(-1)?.top).toBeCloseTo(mix?.bottom ?? 0);
    expect([isBroken, zero === null]).toEqual([true, true]);
  });

  test('is not broken where the parts are as large as the months, or fall below nothing', () => {
    expect(fallOf(total('10', '60', '50', { new: '50' })).isBroken).toBe(false);
    const { columns, zero } = fallOf(total('10', '-20', '-30', { credits: '-30' }));
    expect(columns.at(-1)?.top).toBeCloseTo(zero ?? 0);
    expect(columns.at(-1)?.bottom).toBeGreaterThan(zero ?? 1);
  });

  test('stays within itself for any figures, huge ones and nothing', () => {
    const amount = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String);
    fc.assert(
      fc.property(amount, amount, amount, amount, (from, to, usage, lost) => {
        for (const { top, bottom } of fallOf(total(from, to, '0', { usage, lost })).columns) {
          expect(top).toBeGreaterThanOrEqual(-0.001);
          expect(bottom).toBeLessThanOrEqual(1.001);
          expect(top).toBeLessThanOrEqual(bottom);
        }
      }),
      { numRuns: 200 },
    );
  });
});

test.each([
  ['5', '0.05'],
  ['12.5', '0.125'],
  ['0', '0'],
  ['100', '1'],
  ['0.1', '0.001'],
  ['250', '2.5'],
])('%s per cent is the share %s, and back', (percent, share) => {
  expect(shareOfPercent(percent)).toBe(share);
  expect(percentOfShare(share)).toBe(percent);
});

describe('the address', () => {
  test('is read as it was written, without what does not fit', () => {
    const raw = {
      from: '2026-04',
      to: '2026-13',
      basis: 'billed',
      least: '50',
      share: '-1',
      material: true,
      parts: ['price', 'weather'],
      sort: 'mix',
      open: { customer: 'cus_1', meter: 'cpu', currency: 'usd' },
    };
    expect(compareSearchOf(raw)).toEqual({
      from: '2026-04',
      basis: 'billed',
      least: '50',
      material: true,
      parts: ['price'],
      sort: 'mix',
      dir: 'descending',
      open: { customer: 'cus_1', meter: 'cpu', currency: 'usd' },
    });
  });

  const search = { from: '2026-04', to: '2026-05', material: true, q: 'glo', least: '50' };
  const defaults = { minAmount: '100', minRelative: '0.05' };

  test('asks for thresholds of its own only where it has some', () => {
    expect(requestOf(search, defaults).materiality).toEqual({ minAmount: '50', minRelative: '0.05' });
    expect(requestOf(search, undefined).materiality).toBeUndefined();
    expect(requestOf({ from: '2026-04', to: '2026-05' }, defaults).materiality).toBeUndefined();
  });

  test('loses its filters and keeps its thresholds; other months close what is open', () => {
    expect(filterOf(withoutFilters(search))).toEqual({});
    expect(withoutFilters(search).least).toBe('50');
    const open = { customer: 'c', meter: 'm', currency: 'usd' };
    expect(withMonths({ ...search, open }, { from: '2026-03', to: '2026-04' })).toMatchObject({
      from: '2026-03',
      q: 'glo',
    });
    expect(withMonths({ ...search, open }, { from: '2026-03', to: '2026-04' }).open).toBeUndefined();
  });

  test('sorts numbers from the largest and words from A, then the other way, then as before', () => {
    const once = sortedBy(search, 'usage');
    expect([once.sort, once.dir]).toEqual(['usage', 'descending']);
    expect(sortedBy(once, 'usage').dir).toBe('ascending');
    expect(sortedBy(sortedBy(once, 'usage'), 'usage').sort).toBeUndefined();
    expect(sortedBy(search, 'customer').dir).toBe('ascending');
  });
});
