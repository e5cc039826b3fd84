import { minorDigits } from '../values/money.ts';
import type { MoneyRounding } from './adjust/money-rounding.ts';

/**
 * Every rule of Stripe's that is assumed rather than documented (stripe.md), under the name it has below `rating:` in
 * tieout.yaml, with what it may be. The first choice is our best reading and the default; `tieout prove` names the one
 * that makes history exact (docs/decisions/0008).
 */
export const RATING_CHOICES = {
  /** Half a minor unit goes away from zero. */
  rounding: ['half_up', 'half_even', 'up', 'down'],
  /** Each line is rounded, or only the sum of one item's lines, which are then made to fit it. */
  roundAt: ['line', 'total'],
  /** Metered usage within a trial. */
  trialUsage: ['free', 'charged'],
  /** What a packaged price shows as the quantity of its line; amounts are the same. */
  packageLine: ['raw', 'transformed'],
  /** A percent discount is rounded on every line, or once on all of them. */
  percentDiscount: ['line', 'total'],
  /** How a fixed amount off is shared out over lines. */
  amountDiscount: ['largest_remainder', 'last_line', 'in_order'],
  /** Several percent discounts: each of what the earlier ones left, or each of the full amount. */
  stackedDiscounts: ['remaining', 'full'],
  /** How a credit grant is shared out over the lines in its scope. */
  creditSharing: ['in_order', 'largest_remainder'],
  /** Tax is rounded on every line, or once for each rate. */
  taxRounding: ['line', 'total'],
  /** Amounts are whole minor units, or whole units that can be paid: tens in three-decimal currencies, hundreds in isk and ugx. */
  smallestAmount: ['minor', 'currency'],
} as const;

export type RatingOptions = {
  readonly [Key in keyof typeof RATING_CHOICES]: (typeof RATING_CHOICES)[Key][number];
};

/** What Stripe is taken to do. */
export const STRIPE_RATING: RatingOptions = {
  rounding: 'half_up',
  roundAt: 'line',
  trialUsage: 'free',
  packageLine: 'raw',
  percentDiscount: 'line',
  amountDiscount: 'largest_remainder',
  stackedDiscounts: 'remaining',
  creditSharing: 'in_order',
  taxRounding: 'line',
  smallestAmount: 'minor',
};

/** Currencies without a minor unit in life that Stripe writes with two decimals, always 00. */
const WHOLE_IN_LIFE = new Set(['isk', 'ugx']);

/** How amounts of a currency are rounded. */
export const moneyRounding = (
  options: Pick<RatingOptions, 'rounding' | 'smallestAmount'>,
  currency: string,
): MoneyRounding => ({
  mode: options.rounding,
  unitMinor: options.smallestAmount === 'currency' ? smallestUnit(currency) : 1n,
});

const smallestUnit = (currency: string): bigint =>
  WHOLE_IN_LIFE.has(currency) ? 100n : minorDigits(currency) === 3 ? 10n : 1n;
