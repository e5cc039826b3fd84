import { finalPushMissing } from './final-push.ts';
import { oldTotal } from './old-total.ts';
import type { Pitfall, PitfallInput } from './pitfall.ts';
import { resetImpossible } from './reset.ts';
import { sameSecondTie } from './same-second.ts';
import { stampedAfter } from './stamped-after.ts';
import { heldWithoutUsage } from './without-usage.ts';

const CHECKS = [finalPushMissing, sameSecondTie, stampedAfter, oldTotal, heldWithoutUsage, resetImpossible];

/** What went wrong with the pushes of one cell on a `last` meter, as far as its hours show it; nothing is guessed. */
export const pitfallsOf = (input: PitfallInput): readonly Pitfall[] =>
  CHECKS.map((check) => check(input)).filter((found) => found !== null);
