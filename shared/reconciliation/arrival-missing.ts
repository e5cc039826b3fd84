import { type Fraction, fraction } from '../values/fraction.ts';
import { hoursIn, monthPeriod } from '../values/period.ts';
import { type AgeShare, type LearnedArrival, shareAt } from './arrival-shares.ts';
import { hourEnd, type Sight } from './arrival-sight.ts';

/** Hours of one class of age in the pull that is judged. */
type Hours = { count: number; found: bigint };

/**
 * What is expected to arrive, after a pull, for the hours of its month that had ended by then. Where at least half of an
 * hour is in at its age, what was found of it is scaled up by the learned share: found × (settled − arrived) ÷ arrived.
 * Where less is in, too little was found to scale up, and the average of the other hours stands for it:
 * average × (settled − arrived) ÷ settled.
 * @returns exact, in 10^-12 of the native unit; negative where usage is taken back; or why there is no figure
 */
export function missingUsage(
  sight: Sight,
  learned: LearnedArrival,
): Fraction | 'too_young' | 'too_little' | 'no_number' {
  const classes = new Map<AgeShare, Hours>();
  for (let hour = 0; hour < hoursIn(monthPeriod(sight.month)); hour += 1) {
    const ageMs = sight.pulledAt - hourEnd(sight.month, hour);
    if (ageMs < 0) break;
    const share = shareAt(learned, ageMs, ({ settled }) => settled > 0n);
    if (share === null) return 'too_young';
    const found = sight.hours.get(hour) ?? (sight.hours.has(hour) ? null : 0n);
    if (found === null) return 'no_number';
    const hours = classes.get(share) ?? { count: 0, found: 0n };
    classes.set(share, { count: hours.count + 1, found: hours.found + found });
  }
  return sumOf([...classes]);
}

function sumOf(classes: readonly (readonly [AgeShare, Hours])[]): Fraction | 'too_little' {
  const known = classes.filter(([share]) => isHalfIn(share));
  const scarce = classes.filter(([share]) => !isHalfIn(share));
  let missing = ZERO;
  let expected = ZERO;
  for (const [{ arrived, settled }, { found }] of known) {
    missing = plus(missing, fraction(found * (settled - arrived), arrived));
    expected = plus(expected, fraction(found * settled, arrived));
  }
  if (scarce.length === 0) return missing;
  const hours = known.reduce((count, [, own]) => count + own.count, 0);
  if (hours === 0) return 'too_little';
  for (const [{ arrived, settled }, { count }] of scarce) {
    const top = expected.numerator * BigInt(count) * (settled - arrived);
    missing = plus(missing, fraction(top, expected.denominator * BigInt(hours) * settled));
  }
  return missing;
}

const isHalfIn = ({ arrived, settled }: AgeShare): boolean => arrived * 2n >= settled;

const ZERO = fraction(0n, 1n);

const plus = (a: Fraction, b: Fraction): Fraction =>
  fraction(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
