import { runTask } from './child.ts';
import { alternate, type Group, millis, type Row, times, timesFaster } from './harness.ts';

const CASES = [
  { bar: 'P4a', quantities: 'integers', limit: 40, what: 'rating: integers, three graduated tiers' },
  { bar: 'P4b', quantities: 'nine_in_ten', limit: 25, what: 'rating: nine in ten integer, the rest 27 digits' },
  { bar: 'P4c', quantities: 'long', limit: 6, what: 'rating: all 27 digits, prices with 12 decimals' },
] as const;

/** P4: quantities in stored form to rounded minor units. */
export const ratingGroup: Group = {
  bars: CASES.map(({ bar }) => bar),
  obstacle: () => null,
  measure: async ({ cells, rounds, wants }) => {
    const rows: Row[] = [];
    for (const { bar, quantities, limit, what } of CASES) {
      if (!wants(bar)) continue;
      const rate = (side: 'ours' | 'decimal.js') => () => runTask('rate', { side, quantities, count: cells });
      const { ours, theirs } = await alternate(rounds, { ours: rate('ours'), theirs: rate('decimal.js') });
      rows.push(
        timesFaster(limit, {
          bar,
          what,
          reference: 'decimal.js',
          ours: times(ours),
          theirs: times(theirs),
          unit: millis,
        }),
      );
    }
    return rows;
  },
};
