import type { ExitCode, ReconciliationTotals } from './result.ts';

/**
 * 2 an invalid value · 1 an expectation did not hold · 3 nothing structural, but some cells could not be compared ·
 * 0 ties out; in this precedence (interfaces.md, Exit codes).
 * @param options.nothingPulled a configured meter has no pull in the month
 * @param options.isStrict      makes `stale` count, nothing else
 */
export function exitCodeOf(
  totals: Pick<ReconciliationTotals, 'byVerdict' | 'structural'>,
  options: { readonly nothingPulled: boolean; readonly isStrict: boolean },
): ExitCode {
  const { byVerdict } = totals;
  if (byVerdict.invalid > 0) return 2;
  if (totals.structural > 0 || (options.isStrict && byVerdict.stale > 0)) return 1;
  return options.nothingPulled || byVerdict.incomplete > 0 ? 3 : 0;
}
