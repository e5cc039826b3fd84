import type { CheckInput } from './facts.ts';
import { type Measured, onlyOne, percent, plural, shareOfCounts, where } from './finding.ts';

/** Rows without a value count for nothing. */
export function valueless({ facts }: CheckInput): Measured | null {
  const { valueless: seen, rows, pairs } = facts;
  if (seen === null) return null;
  const share = shareOfCounts(seen.count, pairs ?? rows ?? seen.count);
  const what =
    pairs === null ? plural(seen.count, 'row has', 'rows have') : plural(seen.count, 'pair has', 'pairs have');
  return {
    share,
    customer: onlyOne(seen),
    sentence: `${what} no value and ${seen.count === 1n ? 'counts' : 'count'} for nothing (${percent(share)})${where(seen)}.`,
    remedy: 'Fill the column, or leave such rows out with a filter.',
  };
}
