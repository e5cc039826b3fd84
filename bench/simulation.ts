import { runTask } from './child.ts';
import { alternate, atMost, type Group, mebibytes, millis, peaks, times, within } from './harness.ts';

const MOST_BYTES = 512 * 1024 * 1024;

/** P11: customer-months of 720 events, a scenario each, against adding the events up and rating the sum once. */
export const simulationGroup: Group = {
  bars: ['P11'],
  obstacle: () => null,
  measure: async ({ cells, rounds }) => {
    const customers = Math.ceil(cells / 100);
    const task = (side: string) => () => runTask('simulate', { side, customers });
    const { ours, theirs } = await alternate(rounds, { ours: task('simulation'), theirs: task('rater') });
    const what = `simulation, ${customers.toLocaleString('en')} customer-months of 720 events`;
    return [
      atMost(6, {
        bar: 'P11',
        what,
        reference: 'our rater on the sums',
        ours: times(ours),
        theirs: times(theirs),
        unit: millis,
      }),
      within(MOST_BYTES, { bar: 'P11', what: 'simulation: peak memory', ours: peaks(ours), unit: mebibytes }),
    ];
  },
};
