import { runTask } from './child.ts';
import { alternate, type Group, millis, times, timesFaster } from './harness.ts';

/** P6w: lines of CSV from results in memory, written nowhere. */
export const csvGroup: Group = {
  bars: ['P6w'],
  obstacle: () => null,
  measure: async ({ cells, rounds }) => {
    const { ours, theirs } = await alternate(rounds, {
      ours: () => runTask('write-csv', { writer: 'ours', cells }),
      theirs: () => runTask('write-csv', { writer: 'csv-stringify', cells }),
    });
    return [
      timesFaster(3, {
        bar: 'P6w',
        what: 'the CSV writer alone',
        reference: 'csv-stringify',
        ours: times(ours),
        theirs: times(theirs),
        unit: millis,
      }),
    ];
  },
};
