import { RATING_CHOICES, type RatingOptions } from '../rating/options.ts';
import { minorDigits } from '../values/money.ts';
import type { Alternative, RatingSetting } from './proof-line.ts';

/** What a line has that a setting could bear upon. */
export type Relevance = {
  readonly isTrial: boolean;
  readonly isPackaged: boolean;
  readonly currency: string;
};

/** Settings that decide a line's amount before discounts, credits and tax, in the order in which they are tried. */
const TRIED = ['rounding', 'roundAt', 'trialUsage', 'packageLine', 'smallestAmount'] as const;

/**
 * Other settings than those in force, the fewest changes first: every list holds the combinations of one more change.
 * Settings that cannot bear upon the line are left out.
 */
export function* alternatives(options: RatingOptions, of: Relevance): Generator<readonly Alternative[]> {
  const axes = TRIED.filter((option) => bearsUpon(option, of)).map((option) =>
    RATING_CHOICES[option]
      .filter((value) => value !== options[option])
      .map((value): RatingSetting => ({ option, value })),
  );
  for (let changes = 1; changes <= axes.length; changes += 1) yield combinations(axes, changes);
}

function bearsUpon(option: (typeof TRIED)[number], { isTrial, isPackaged, currency }: Relevance): boolean {
  switch (option) {
    case 'rounding':
    case 'roundAt':
      return true;
    case 'trialUsage':
      return isTrial;
    case 'packageLine':
      return isPackaged;
    case 'smallestAmount':
      return minorDigits(currency) === 3 || currency === 'isk' || currency === 'ugx';
  }
}

function combinations(axes: readonly (readonly RatingSetting[])[], changes: number): Alternative[] {
  if (changes === 0) return [[]];
  return axes.flatMap((axis, index) =>
    axis.flatMap((setting) =>
      combinations(axes.slice(index + 1), changes - 1).map((rest): Alternative => [setting, ...rest]),
    ),
  );
}

/** The options with an alternative's settings. */
export const applied = (options: RatingOptions, alternative: Alternative): RatingOptions => ({
  ...options,
  ...Object.fromEntries(alternative.map(({ option, value }) => [option, value])),
});
