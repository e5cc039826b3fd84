import type { CheckInput } from './facts.ts';
import { type Measured, onlyOne, percent, plural, shareOfCounts, where } from './finding.ts';

/** A row that repeats another counts once; many of them say that something sends, or loads, twice. */
export function duplicates({ facts }: CheckInput): Measured | null {
  const { duplicates: seen, rows, pairs } = facts;
  const whole = pairs ?? rows;
  if (seen === null || whole === null) return null;
  const share = shareOfCounts(seen.count, whole);
  const what = pairs === null ? 'the id' : 'series and instant';
  return {
    share,
    customer: onlyOne(seen),
    sentence: `${plural(seen.count, 'row repeats', 'rows repeat')} ${what} of another one (${percent(share)})${where(seen)}; each counts once.`,
    remedy: 'See why rows are delivered again; a replacing table removes the repeated ones.',
  };
}
