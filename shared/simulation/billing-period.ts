import { type BillingInterval, billingPeriodAt } from '../rating/invoice/billing-periods.ts';
import type { Instant } from '../values/instant.ts';
import type { Period } from '../values/period.ts';

/** The billing period that holds `at`, counted from the anchor (to the second). Before the anchor: the first period. */
export const periodAt = (of: {
  readonly anchor: Instant;
  readonly interval: BillingInterval['unit'];
  readonly count: number;
  readonly at: Instant;
}): Period =>
  billingPeriodAt(
    { anchor: of.anchor, interval: { unit: of.interval, count: of.count } },
    of.at < of.anchor ? of.anchor : of.at,
  );
