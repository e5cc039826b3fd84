import type { Price } from '../billing/price.ts';
import { assert } from '../errors.ts';
import { billingPeriodAt } from '../rating/invoice/billing-periods.ts';
import { type Instant, instant } from '../values/instant.ts';
import type { Period } from '../values/period.ts';
import type { SubscriptionState, World } from './world.ts';

/** The price of an item, which was checked when the item was made. */
export function priceOf({ catalog }: World, priceId: string): Price {
  const price = catalog.prices.get(priceId);
  assert(price !== undefined, `price ${priceId} is known`);
  return price;
}

/** The billing period of a price that holds the instant: by its own interval, from the subscription's anchor. */
export function gridPeriodAt(world: World, { anchor }: SubscriptionState, priceId: string, at: Instant): Period {
  const { interval } = priceOf(world, priceId);
  assert(interval !== null, `price ${priceId} recurs`);
  return billingPeriodAt({ anchor, interval }, at);
}

/**
 * The period in which an item is at an instant. A trial is one period, however often the price bills; the first one
 * begins with the subscription, or where its trial ended.
 */
export function itemPeriodAt(world: World, subscription: SubscriptionState, priceId: string, at: Instant): Period {
  const { trial, startedAt } = subscription;
  if (trial !== null && trial.from <= at && at < trial.to) return trial;
  const { from, to } = gridPeriodAt(world, subscription, priceId, at);
  const begun = trial !== null && trial.to <= at ? Math.max(startedAt, trial.to) : startedAt;
  return { from: instant(Math.max(from, begun)), to };
}

/** Whether licensed items are free at the instant. */
export const isInTrial = ({ trial }: SubscriptionState, at: Instant): boolean =>
  trial !== null && trial.from <= at && at < trial.to;
