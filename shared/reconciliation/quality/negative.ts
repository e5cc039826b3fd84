import type { CheckInput } from './facts.ts';
import { type Measured, onlyOne, percent, plural, shareOfCounts, where } from './finding.ts';

/** Usage below 0 is a correction that somebody decided on, or a fault; either way it lowers a bill. */
export function negative({ facts }: CheckInput): Measured | null {
  const { negative: seen, rows } = facts;
  if (seen === null) return null;
  const share = shareOfCounts(seen.count, rows ?? seen.count);
  return {
    share,
    customer: onlyOne(seen),
    sentence: `${plural(seen.count, 'row has', 'rows have')} a value below 0 (${percent(share)})${where(seen)}.`,
    remedy: 'Find out what wrote them; send corrections as late usage rather than as negative rows.',
  };
}
