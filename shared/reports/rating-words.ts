import type { RatingOptions } from '../rating/options.ts';

/** What a rule of rating says, in one sentence for people (docs/decisions/0008). */
const MEANINGS: { readonly [Key in keyof RatingOptions]: Readonly<Record<RatingOptions[Key], string>> } = {
  rounding: {
    half_up: 'Half a minor unit goes away from zero',
    half_even: 'Half a minor unit goes to the even neighbour',
    up: 'Every part of a minor unit counts as a whole one',
    down: 'Parts of a minor unit are cut off',
  },
  roundAt: {
    line: 'Every line is rounded',
    total: "Only the sum of one item's lines is rounded",
  },
  trialUsage: {
    free: 'Metered usage within a trial is free',
    charged: 'Metered usage within a trial is charged',
  },
  packageLine: {
    raw: 'The line of a packaged price shows what was used',
    transformed: 'The line of a packaged price shows packages',
  },
  percentDiscount: {
    line: 'A percent discount is rounded on every line',
    total: 'A percent discount is rounded once',
  },
  amountDiscount: {
    largest_remainder: 'A fixed discount is shared out by largest remainder',
    last_line: 'The last line takes what is left of a fixed discount',
    in_order: 'A fixed discount is taken from one line after another',
  },
  stackedDiscounts: {
    remaining: 'A second percent discount is taken of what the first left',
    full: 'Every percent discount is taken of the full amount',
  },
  creditSharing: {
    in_order: 'A credit grant pays one line after another',
    largest_remainder: 'A credit grant is shared out by largest remainder',
  },
  taxRounding: {
    line: 'Tax is rounded on every line',
    total: 'Tax is rounded once for each rate',
  },
  smallestAmount: {
    minor: 'Amounts are whole minor units',
    currency: 'Amounts are whole units that can be paid',
  },
};

export const ratingMeaning = (options: RatingOptions, option: keyof RatingOptions): string =>
  (MEANINGS[option] as Readonly<Record<string, string>>)[options[option]] ?? options[option];
