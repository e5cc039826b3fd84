import { formatInstant } from '../../values/instant.ts';
import type { CheckInput } from './facts.ts';
import { type Measured, onlyOne, plural, shareOfCounts, where } from './finding.ts';

/** Rows later than the pull: a clock is ahead, and the usage lands in a later hour or month. */
export function future({ facts }: CheckInput): Measured | null {
  const { future: seen, rows } = facts;
  if (seen === null) return null;
  const whole = (rows ?? 0n) > seen.count ? (rows ?? 0n) : seen.count;
  const share = shareOfCounts(seen.count, whole);
  const latest = seen.latest === null ? '' : `, up to ${formatInstant(seen.latest)}`;
  return {
    share,
    customer: onlyOne(seen),
    sentence: `${plural(seen.count, 'row lies', 'rows lie')} in the future of the pull${latest}${where(seen)}.`,
    remedy: 'Set the clock of the agent that wrote them and correct the rows: usage counts when it says it happened.',
  };
}
