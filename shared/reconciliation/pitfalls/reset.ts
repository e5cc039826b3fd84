import type { Pitfall, PitfallInput } from './pitfall.ts';
import { everMeasured, heldBesideZero } from './without-usage.ts';

/**
 * There was usage, and there is none any more. Meters at zero are not pushed, so that what Stripe holds can not be
 * brought back to zero.
 */
export function resetImpossible(input: PitfallInput): Pitfall | null {
  const held = heldBesideZero(input);
  if (held === null || !everMeasured(input)) return null;
  return {
    code: 'reset_impossible',
    sentence: `Stripe holds ${held.text} ${input.unit}${held.since}, and the usage has gone back to 0 since; a zero is not pushed, so it stays held.`,
    evidence: held.evidence,
  };
}
