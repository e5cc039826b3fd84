import type { CheckInput } from './facts.ts';
import { type Measured, onlyOne, percent, plural, shareOfCounts, where } from './finding.ts';

/** A counter only grows inside one series; a step back counts as nothing, so usage may be missing (metering.md 1.2). */
export function regressions({ facts }: CheckInput): Measured | null {
  const { regressions: seen, pairs } = facts;
  if (seen === null || pairs === null) return null;
  const share = shareOfCounts(seen.count, pairs);
  return {
    share,
    customer: onlyOne(seen),
    sentence: `The counter stepped back ${plural(seen.count, 'time')}, in ${percent(share)} of the pairs${where(seen)}; each step back counts as 0.`,
    remedy: 'Let every start of a container or instance write under a series of its own, then recompute the hours.',
  };
}
