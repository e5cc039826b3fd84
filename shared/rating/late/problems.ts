import { type ErrorCode, type Problem, TieoutError } from '../../errors.ts';

/** The codes of rating-late-usage.md section 6, in its order: the first problem in it is the one that an error is named after. */
const CODES = [
  'charge-period-empty',
  'current-period-outside-charge',
  'current-period-reversed',
  'current-period-empty',
  'prior-period-outside-charge',
  'prior-period-reversed',
  'prior-period-empty',
  'prior-period-overlaps-current',
  'prior-periods-overlap',
  'prior-period-after-current',
  'booked-line-outside-periods',
  'line-id-missing',
  'duplicate-line-key',
  'unit-amount-negative',
  'component-missing',
  'key-missing',
  'corrects-run-missing',
  'category-invalid',
  'line-period-reversed',
  'credit-not-positive',
  'totals-contradictory',
  'currency-mismatch',
  'percentage-out-of-range',
  'usage-discount-negative',
  'amount-negative',
  'multiplier-negative',
  'package-size-not-positive',
  'payment-term-invalid',
  'tier-mode-invalid',
  'tiers-missing',
  'tier-open-end-missing',
  'tier-bound-negative',
  'tier-bound-repeated',
  'tier-price-missing',
  'minimum-negative',
  'maximum-negative',
  'minimum-above-maximum',
  'conversion-operation-invalid',
  'conversion-rounding-invalid',
  'conversion-precision-invalid',
  'conversion-factor-not-positive',
  'unit-conversion-disabled',
  'unit-conversion-unsupported-price',
  'volume-split',
  'quantity-range-invalid',
  'credits-not-consumed',
  'quantity-negative',
] as const satisfies readonly ErrorCode[];

export type LateCode = (typeof CODES)[number];

const PLACE_IN_ORDER: ReadonlyMap<string, number> = new Map(CODES.map((code, place) => [code, place]));

/** What a problem is about, as far as it is about one thing. Indexes count from 0 in the order of the input. */
export type Subject = {
  readonly priorIndex?: number;
  readonly otherPriorIndex?: number;
  readonly runId?: string;
  readonly lineId?: string;
  readonly component?: string;
  readonly key?: string;
};

export type LateProblem = Problem & Subject & { readonly code: LateCode };

export const lateProblem = (code: LateCode, message: string, remedy: string, subject: Subject = {}): LateProblem => ({
  code,
  path: null,
  message,
  remedy,
  ...subject,
});

/** Says where it stands of what does not say so itself. @param path as in a document */
export const within = (path: string, problems: readonly LateProblem[]): readonly LateProblem[] =>
  problems.map((problem) => (problem.path === null ? { ...problem, path } : problem));

/** Everything that is wrong with a charge or a run at once, named after the first in the order of section 6. */
export class LateUsageError extends TieoutError {
  override readonly problems: readonly LateProblem[];

  constructor(first: LateProblem, problems: readonly LateProblem[]) {
    super(first.code, { message: first.message, path: first.path, remedy: first.remedy ?? null });
    this.problems = problems;
  }
}

/** @throws LateUsageError where there is any problem */
export function throwIfAny(problems: readonly LateProblem[]): void {
  if (problems.length === 0) return;
  const ordered = [...problems].sort(
    (a, b) => (PLACE_IN_ORDER.get(a.code) ?? CODES.length) - (PLACE_IN_ORDER.get(b.code) ?? CODES.length),
  );
  const [first] = ordered;
  if (first !== undefined) throw new LateUsageError(first, ordered);
}
