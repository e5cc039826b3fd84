import { add, type Decimal, ZERO } from '../../values/decimal.ts';
import type { Instant } from '../../values/instant.ts';
import { contains, type Period } from '../../values/period.ts';

/** One event of a summing meter: when it happened, when it became known, and how much it counts. */
export type StoredEvent = { readonly at: Instant; readonly storedAt: Instant; readonly value: Decimal };

/** What a run sees of a window: events in it that were stored before the run's cutoff (section 1). */
export const snapshotQuantity = (events: readonly StoredEvent[], window: Period, storedBefore: Instant): Decimal => {
  let quantity = ZERO;
  for (const event of events) {
    if (contains(window, event.at) && event.storedAt < storedBefore) quantity = add(quantity, event.value);
  }
  return quantity;
};
