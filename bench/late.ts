import { runTask } from './child.ts';
import { alternate, atMost, type Group, mebibytes, millis, peaks, times, within } from './harness.ts';

const MOST_BYTES = 512 * 1024 * 1024;
const ENGINES = [
  { side: 'delta', name: 'delta' },
  { side: 'period_preserving', name: 'period-preserving' },
] as const;

/** P10: one late phase of many charges with twelve earlier runs each, against rating their thirteen snapshots once. */
export const lateGroup: Group = {
  bars: ['P10'],
  obstacle: () => null,
  measure: async ({ cells, rounds }) => {
    const count = Math.ceil(cells / 10);
    const task = (side: string) => () => runTask('late', { side, count });
    const samples = await alternate(rounds, {
      rater: task('rater'),
      delta: task('delta'),
      period_preserving: task('period_preserving'),
    });
    return ENGINES.flatMap(({ side, name }) => [
      atMost(4, {
        bar: 'P10',
        what: `late usage, ${name}`,
        reference: 'our rater, 13 snapshots',
        ours: times(samples[side]),
        theirs: times(samples.rater),
        unit: millis,
      }),
      within(MOST_BYTES, {
        bar: 'P10',
        what: `late usage, ${name}: peak memory`,
        ours: peaks(samples[side]),
        unit: mebibytes,
      }),
    ]);
  },
};
