import { describe, expect, test } from 'vitest';
import { loadedRows, PAGE_ROWS, pagesOf } from '../../renderer/data/paging.ts';
import {
  filterOf,
  isFiltered,
  monthSearchOf,
  nextSort,
  sortOf,
  withoutFilters,
  withPart,
} from '../../renderer/screens/month/month-search.ts';
import {
  billedGapSentence,
  billedNote,
  billedTotal,
  billingChips,
  currenciesOf,
  monthSentence,
  rowText,
  verdictChips,
} from '../../renderer/screens/month/month-view.ts';
import { fitting, numericWidth, templateOf } from '../../renderer/table/column-fit.ts';
import { toggled } from '../../renderer/table/filter-values.ts';
import type { MonthSummary } from '../../shared/contract/schemas.ts';
import { fixtureApi } from '../e2e/fixture/api.ts';

const { api } = fixtureApi('plain');
const summaryOf = (month: string): Promise<MonthSummary> => api.months.summary(month);

describe('the address of a month', () => {
  test('reads what fits and leaves out the rest', () => {
    expect(
      monthSearchOf({
        verdicts: ['stale', 'nonsense'],
        structural: true,
        meters: ['cpu_seconds', 7],
        causes: ['missed_push'],
        min: '1.5',
        q: 'glob',
        sort: 'drift',
        dir: 'ascending',
        open: { meter: 'cpu_seconds', customer: 'cus_1', usageId: null },
        stray: 1,
      }),
    ).toEqual({
      verdicts: ['stale'],
      structural: true,
      meters: ['cpu_seconds'],
      causes: ['missed_push'],
      min: '1.5',
      q: 'glob',
      sort: 'drift',
      dir: 'ascending',
      open: { meter: 'cpu_seconds', customer: 'cus_1', usageId: null },
    });
    expect(monthSearchOf({ min: '1e9', structural: 'yes', sort: 'concern', open: 'x', q: '' })).toEqual({});
    expect(monthSearchOf({ sort: 'default', dir: 'descending' })).toEqual({ sort: 'default' });
  });

  test('becomes the filter and the order of the contract', () => {
    const search = monthSearchOf({ structural: true, min: '1', q: 'glob', sort: 'drift' });
    expect(filterOf(search)).toEqual({ structuralOnly: true, minDifference: '1', search: 'glob' });
    expect(sortOf(search)).toEqual({ by: 'drift', direction: 'descending' });
    expect(sortOf({})).toEqual({ by: 'concern', direction: 'ascending' });
    expect(sortOf({ sort: 'default' })).toEqual({ by: 'default', direction: 'ascending' });
    expect(isFiltered(search)).toBe(true);
    expect(isFiltered(withoutFilters(search))).toBe(false);
    expect(withoutFilters(search)).toEqual({ sort: 'drift', dir: 'descending' });
  });

  test('headers turn round and then give back the first order', () => {
    expect(nextSort({}, 'drift')).toEqual({ sort: 'drift', dir: 'descending' });
    expect(nextSort({ sort: 'drift', dir: 'descending' }, 'drift')).toEqual({ sort: 'drift', dir: 'ascending' });
    expect(nextSort({ sort: 'drift', dir: 'ascending' }, 'drift')).toEqual({});
    expect(nextSort({ sort: 'drift', dir: 'ascending' }, 'customer')).toEqual({ sort: 'customer', dir: 'ascending' });
  });

  test('choices go in and out', () => {
    expect(toggled(undefined, 'a')).toEqual(['a']);
    expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
    expect(toggled(['a'], 'a')).toBeUndefined();
    expect(withPart({ q: 'x', min: '1' }, 'q', undefined)).toEqual({ min: '1' });
  });
});

describe('the sentence', () => {
  test('names the cells and what they are worth', async () => {
    const summary = await summaryOf('2026-05');
    expect(monthSentence(summary)).toMatch(
      /^17 of 300 cells do not tie out: \$[\d.]+ of usage is unbilled, \$[\d.]+ is billed too much\.$/,
    );
  });
  test('is quiet where all is well', async () => {
    expect(monthSentence(await summaryOf('2026-01'))).toBe('Every cell ties out: 300 cells compared.');
  });
  test('says that nothing was pulled', async () => {
    expect(monthSentence(await summaryOf('2026-06'))).toBe('Nothing has been pulled for this month.');
  });
  test('puts unusable values first', async () => {
    const summary = await summaryOf('2026-05');
    expect(monthSentence({ ...summary, byVerdict: { ...summary.byVerdict, invalid: 1 } })).toBe(
      '1 cell holds a value that cannot be used, so the month cannot be judged.',
    );
  });
  test('does not call a month clean that could not be compared', async () => {
    const summary = await summaryOf('2026-01');
    expect(monthSentence({ ...summary, byVerdict: { ...summary.byVerdict, incomplete: 60 } })).toBe(
      'Nothing is known to be wrong, but 60 cells could not be compared.',
    );
  });
});

test('the main currency is that with the most cells off, then that with the most money', async () => {
  const summary = await summaryOf('2026-05');
  const money = [
    { currency: 'eur', measured: '900', metered: '900', billed: null, difference: '0' },
    { currency: 'jpy', measured: '20000', metered: '20000', billed: null, difference: '0' },
    { currency: 'usd', measured: '5000', metered: '5000', billed: null, difference: '0' },
  ];
  const quiet = { ...summary, money, unbilled: [], overbilled: [] };
  expect(currenciesOf(quiet)).toEqual(['usd', 'eur', 'jpy']);
  expect(currenciesOf({ ...quiet, overbilled: [{ currency: 'jpy', amount: '3', cells: 2 }] })[0]).toBe('jpy');
});

describe('what is billed', () => {
  const gap = { currency: 'usd', metered: '100', billed: '87.60', difference: '12.40', cells: 3 };
  test('is compared with what was metered, in a sentence', () => {
    expect(billedGapSentence(gap)).toBe('Invoices charge $12.40 less than Stripe metered, in 3 cells.');
    expect(billedGapSentence({ ...gap, difference: '-0.01', cells: 1 })).toBe(
      'Invoices charge $0.01 more than Stripe metered, in 1 cell.',
    );
    expect(billedGapSentence({ ...gap, difference: '0' })).toMatch(/though the sum in USD is the same/);
  });
  test('adds up as far as there are invoices, and says what it holds', async () => {
    const summary = await summaryOf('2026-05');
    const money = [{ currency: 'usd', measured: '1', metered: '1', billed: null, difference: '0' }];
    const part = { ...summary, money, billedAgainstMetered: [gap] };
    expect([billedTotal(part, 'usd'), billedNote(part, 'usd')]).toEqual(['87.60', '3 cells differ']);
    const level = { ...part, billedAgainstMetered: [{ ...gap, cells: 0 }] };
    expect(billedNote(level, 'usd')).toBe('invoice lines');
    const meters = summary.meters.map((meter) => ({ ...meter, billed: null }));
    const none = { ...part, meters, billedAgainstMetered: [] };
    expect([billedTotal(none, 'usd'), billedNote(none, 'usd')]).toEqual([null, 'only drafts so far']);
    const nothing = { ...none, byBilling: { ...summary.byBilling, not_final: 0 } };
    expect(billedNote(nothing, 'usd')).toBe('no invoice yet');
  });
  test('is filtered by what is wrong with it', async () => {
    const chips = billingChips((await summaryOf('2026-05')).byBilling);
    expect(chips.at(-1)?.verdict).toBe('billed_agree');
    expect(chips[0]?.verdict).toBe('line_missing');
    expect(filterOf(monthSearchOf({ billing: ['line_twice', 'agree'] }))).toEqual({ billing: ['line_twice'] });
    expect(withoutFilters(monthSearchOf({ billing: ['line_twice'], whatIf: 'cpu_seconds' }))).toEqual({
      whatIf: 'cpu_seconds',
    });
  });
});

test('chips list what is wrong first', async () => {
  const chips = verdictChips((await summaryOf('2026-05')).byVerdict);
  expect(chips.at(-1)?.verdict).toBe('agree');
  expect(chips.map(({ count }) => count).reduce((sum, count) => sum + count)).toBe(300);
});

test('a copied row holds the exact figures', async () => {
  const { rows } = await api.months.cells({
    month: '2026-05',
    filter: {},
    sort: { by: 'default', direction: 'descending' },
    offset: 0,
    limit: 1,
  });
  const [row] = rows;
  expect(row).toBeDefined();
  if (row !== undefined) expect(rowText(row).split('\t')).toContain(row.measured);
});

describe('columns', () => {
  const columns = [
    { id: 'a', width: 100, grow: 2, dropOrder: 0 },
    { id: 'b', width: 100, grow: 0, dropOrder: 1 },
    { id: 'c', width: 100, grow: 1, dropOrder: 2 },
  ];
  test('are dropped in order until the rest fits, never the last ones', () => {
    expect(fitting(columns, 400).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(fitting(columns, 300).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(fitting(columns, 10).map(({ id }) => id)).toEqual(['a']);
  });
  test('that the others would be cramped by are dropped too', () => {
    const cramping = [...columns, { id: 'd', width: 50, grow: 0, dropOrder: 3, comfort: 60 }];
    expect(fitting(cramping, 400).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(fitting(cramping, 460).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
  });
  test('share what is left', () => expect(templateOf(fitting(columns, 300))).toBe('minmax(112px, 2fr) 112px'));
  test('share what is beyond that alike on a wide screen', () => {
    const wide = templateOf(fitting(columns, 2_000), 2_000);
    const least = [...wide.matchAll(/(\d+)px/g)].map(([, pixels]) => Number(pixels));
    expect(least.reduce((sum, pixels) => sum + pixels, 0)).toBeLessThanOrEqual(2_000);
    expect(Math.max(...least)).toBeLessThan(1_200);
  });
  test('are as wide as their longest number', () => {
    expect(numericWidth([null, '1'], 0)).toBe(76);
    expect(numericWidth(['123456789012345678.5'], 1)).toBeGreaterThan(numericWidth(['1234567890'], 0));
  });
});

describe('pages of rows', () => {
  test('are those around the viewport; the first one is always at hand', () => {
    expect(pagesOf({ first: 0, last: 40 }, 100_000)).toEqual([]);
    expect(pagesOf({ first: PAGE_ROWS - 20, last: PAGE_ROWS + 20 }, 100_000)).toEqual([1]);
    expect(pagesOf({ first: 99_960, last: 99_999 }, 100_000)).toEqual([499]);
    expect(pagesOf({ first: 50_000, last: 50_040 }, 100_000)).toEqual([249, 250]);
    expect(pagesOf({ first: 0, last: 40 }, null)).toEqual([]);
    expect(pagesOf({ first: 0, last: 40 }, 0)).toEqual([]);
  });
  test('are read by the index in the whole list', () => {
    const rowAt = loadedRows(['a', 'b'], [2, 3], [['c'], undefined]);
    expect([rowAt(1), rowAt(2 * PAGE_ROWS), rowAt(PAGE_ROWS), rowAt(3 * PAGE_ROWS)]).toEqual([
      'b',
      'c',
      undefined,
      undefined,
    ]);
  });
});
