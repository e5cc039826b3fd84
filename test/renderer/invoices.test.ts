import { describe, expect, test } from 'vitest';
import {
  filterOf,
  invoicesSearchOf,
  isFiltered,
  isSortable,
  sortedBy,
  sortOf,
  withoutFilters,
  withPart,
} from '../../renderer/screens/invoices/invoices-search.ts';
import { inOrder, invoicesSentence, invoiceText, stateChips } from '../../renderer/screens/invoices/invoices-view.ts';
import type { InvoicesWindow } from '../../shared/contract/invoice-schemas.ts';
import { fixtureApi } from '../e2e/fixture/api.ts';

describe('the address of the invoices', () => {
  test('reads what fits and leaves out the rest', () => {
    expect(
      invoicesSearchOf({
        states: ['differs', 'nonsense'],
        currency: 'jpy',
        min: '1.5',
        q: 'glob',
        sort: 'total',
        dir: 'ascending',
        stray: 1,
      }),
    ).toEqual({ states: ['differs'], currency: 'jpy', min: '1.5', q: 'glob', sort: 'total', dir: 'ascending' });
    expect(invoicesSearchOf({ states: 'differs', currency: 'yen!', min: '-1', q: '', sort: 'tax' })).toEqual({});
  });

  test('becomes the filter and the order that the contract takes', () => {
    const search = invoicesSearchOf({ states: ['incomplete'], min: '2', sort: 'difference' });
    expect(filterOf(search)).toEqual({ states: ['incomplete'], minDifference: '2' });
    expect(sortOf(search)).toEqual({ by: 'difference', direction: 'descending' });
    expect(sortOf({})).toEqual({ by: 'default', direction: 'ascending' });
    expect([isFiltered(search), isFiltered({ sort: 'total', dir: 'ascending' })]).toEqual([true, false]);
  });

  test('keeps its order without filters, and its other parts without one', () => {
    expect(withoutFilters({ q: 'a', sort: 'total', dir: 'ascending' })).toEqual({ sort: 'total', dir: 'ascending' });
    expect(withPart({ q: 'a', min: '1' }, 'q', undefined)).toEqual({ min: '1' });
  });

  test('a header sorts numbers downwards and words upwards first, then the other way, then not', () => {
    const total = sortedBy({ q: 'a' }, 'total');
    expect(total).toEqual({ q: 'a', sort: 'total', dir: 'descending' });
    expect(sortedBy(total, 'total')).toEqual({ q: 'a', sort: 'total', dir: 'ascending' });
    expect(sortedBy(sortedBy(total, 'total'), 'total')).toEqual({ q: 'a' });
    expect(sortedBy({}, 'customer')).toEqual({ sort: 'customer', dir: 'ascending' });
    expect([isSortable('state'), isSortable('tax'), isSortable('default')]).toEqual([true, false, false]);
  });
});

type Overview = Pick<InvoicesWindow, 'all' | 'byState' | 'totals'>;
const overview = (byState: Partial<Overview['byState']>, gaps: Readonly<Record<string, string>> = {}): Overview => {
  const counts = { matches: 0, differs: 0, no_invoice: 0, incomplete: 0, ...byState };
  return {
    all: Object.values(counts).reduce((sum, count) => sum + count),
    byState: counts,
    totals: Object.entries(gaps).map(([currency, difference]) => ({
      currency,
      invoices: 1,
      total: '0',
      stripe: '0',
      difference,
      notCompared: '0',
    })),
  };
};

test.each([
  [overview({}), 'There is nothing to invoice in this month.'],
  [overview({ matches: 58 }), 'All 58 invoices that Stripe holds match, line by line.'],
  [
    overview({ matches: 1, no_invoice: 2 }),
    '1 invoice that Stripe holds matches, line by line. 2 have no invoice at Stripe yet.',
  ],
  [overview({ no_invoice: 3 }), '3 invoices to come. 3 have no invoice at Stripe yet.'],
  [
    overview({ differs: 1, matches: 1203 }, { usd: '-12.5' }),
    '1 of 1,204 invoices differs from Stripe’s; together Stripe bills $12.50 more.',
  ],
  [
    overview({ differs: 3, matches: 5, incomplete: 1 }, { usd: '5', jpy: '-100', kwd: '0.002' }),
    '3 of 9 invoices differ from Stripe’s; together Stripe bills ¥100 more and $5.00 and KWD 0.002 less. 1 cannot be judged yet.',
  ],
  [
    overview({ differs: 2, matches: 5 }, { usd: '0' }),
    '2 of 7 invoices differ from Stripe’s, but not in what they come to together.',
  ],
])('the month in a sentence %#', (given, sentence) => {
  expect(invoicesSentence(given).replaceAll('\u00a0', ' ')).toBe(sentence);
});

test('chips are those states that occur, what differs first; sums come in the order of the currencies', () => {
  expect(stateChips({ matches: 4, differs: 2, no_invoice: 0, incomplete: 1 }).map(({ state }) => state)).toEqual([
    'differs',
    'incomplete',
    'matches',
  ]);
  const { totals } = overview({}, { eur: '0', usd: '0' });
  expect(inOrder(totals, ['usd', 'eur']).map(({ currency }) => currency)).toEqual(['usd', 'eur']);
});

test('a copied invoice holds the exact figures', async () => {
  const { rows } = await fixtureApi('plain').api.invoices.list({
    month: '2026-05',
    filter: {},
    sort: { by: 'default', direction: 'ascending' },
    offset: 0,
    limit: 1,
  });
  const [row] = rows;
  const cells = row === undefined ? [] : invoiceText(row).split('\t');
  expect(cells).toHaveLength(17);
  expect(cells).toContain(row?.total);
  expect(cells).toContain(row?.stripe?.total);
});
