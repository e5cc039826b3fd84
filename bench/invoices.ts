import { runTask } from './child.ts';
import { alternate, type Group, mebibytes, median, millis, peaks, times, timesFaster } from './harness.ts';

const MAX_PEAK_BYTES = 512 * 1024 * 1024;
/** Metered prices of one customer, of mixed shapes. */
const PRICES = 10;

/** P9: invoice lines and totals of customers with ten metered prices each. */
export const invoicesGroup: Group = {
  bars: ['P9'],
  obstacle: () => null,
  measure: async ({ cells, rounds }) => {
    const customers = Math.ceil(cells / PRICES);
    const rate = (side: 'ours' | 'decimal.js') => () => runTask('rate-lines', { side, customers });
    const { ours, theirs } = await alternate(rounds, { ours: rate('ours'), theirs: rate('decimal.js') });
    const peak = median(peaks(ours));
    const row = timesFaster(10, {
      bar: 'P9',
      what: `invoice lines and totals, ${customers.toLocaleString('en')} customers, peak ${mebibytes(peak)}`,
      reference: 'decimal.js',
      ours: times(ours),
      theirs: times(theirs),
      unit: millis,
    });
    return [
      { ...row, limit: `${row.limit}, ≤ ${mebibytes(MAX_PEAK_BYTES)}`, isOver: row.isOver || peak > MAX_PEAK_BYTES },
    ];
  },
};
