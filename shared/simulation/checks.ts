import { type ErrorCode, TieoutError } from '../errors.ts';
import { amountsIn } from '../rating/ratable-price.ts';
import { formatDuration, formatInstant, HOUR_MS, type Instant } from '../values/instant.ts';
import type { ScenarioDiscount, ScenarioSubscription } from './scenario.ts';
import type { CustomerState, GrantState, SubscriptionState, World } from './world.ts';

/** @throws TieoutError `scenario.unknown_customer` */
export const customerOf = (world: World, id: string): CustomerState =>
  world.customers.get(id) ?? unknown('scenario.unknown_customer', `customer ${id}`);

/** @throws TieoutError `scenario.unknown_subscription` */
export const subscriptionOf = (world: World, id: string): SubscriptionState =>
  world.subscriptions.get(id) ?? unknown('scenario.unknown_subscription', `subscription ${id}`);

/** @throws TieoutError `scenario.unknown_subscription`; `simulation.not_running` before it starts and after its end */
export function runningSubscription(world: World, id: string): SubscriptionState {
  const found = subscriptionOf(world, id);
  if (found.phase === 'running') return found;
  throw new TieoutError('simulation.not_running', {
    message: `The subscription ${id} ${found.phase === 'waiting' ? 'has not started' : 'is over'} at ${formatInstant(world.now)}.`,
    remedy: 'Move the action to a time at which the subscription runs.',
  });
}

/** @throws TieoutError `scenario.unknown_credit_grant` */
export const grantOf = (world: World, id: string): GrantState =>
  world.grants.get(id) ?? unknown('scenario.unknown_credit_grant', `credit grant ${id}`);

/** @throws TieoutError `scenario.clock_backwards` */
export function requireForwards({ now }: World, at: Instant): void {
  if (at >= now) return;
  throw new TieoutError('scenario.clock_backwards', {
    message: `The clock stands at ${formatInstant(now)} and cannot be moved back to ${formatInstant(at)}.`,
    remedy: 'A test clock only moves forward: put the moments in order, none before the start.',
  });
}

/** @throws TieoutError `scenario.duplicate_id` */
export function requireNew(has: boolean, what: string): void {
  if (!has) return;
  throw new TieoutError('scenario.duplicate_id', {
    message: `There are two of ${what}.`,
    remedy: 'Give each an id of its own.',
  });
}

/** What can only be known with the catalog. @throws TieoutError with the code of the first thing that is wrong */
export function checkSubscription(world: World, given: ScenarioSubscription): void {
  const { id, items, currency, startAt, cancelAt } = given;
  requireItems(id, items);
  const ids = new Set<string>();
  for (const item of items) {
    requireNew(ids.has(item.id), `item ${item.id} of ${id}`);
    ids.add(item.id);
    checkPrice(world, { subscriptionId: id, currency, ...item });
    for (const discount of item.discounts) checkDiscount(world, discount);
    checkTaxRates(world, item.taxRateIds);
  }
  for (const discount of given.discounts) checkDiscount(world, discount);
  checkTaxRates(world, given.defaultTaxRateIds);
  if (cancelAt !== null && cancelAt <= startAt) {
    throw new TieoutError('scenario.contradictory', {
      message: `The subscription ${id} is to end at ${formatInstant(cancelAt)}, before it starts.`,
      remedy: 'Let it end after its start.',
    });
  }
}

/** @throws TieoutError `scenario.no_items` */
export function requireItems(id: string, items: readonly unknown[]): void {
  if (items.length > 0) return;
  throw new TieoutError('scenario.no_items', {
    message: `The subscription ${id} has no items.`,
    remedy: 'Give it an item with a price, or cancel it.',
  });
}

/**
 * @throws TieoutError `scenario.unknown_price`, `scenario.two_currencies`, `scenario.price_not_recurring`,
 *   `scenario.unknown_meter`, `scenario.contradictory`
 */
export function checkPrice(
  { catalog }: World,
  of: { readonly subscriptionId: string; readonly id: string; readonly priceId: string; readonly currency: string },
): void {
  const price = catalog.prices.get(of.priceId) ?? unknown('scenario.unknown_price', `price ${of.priceId}`);
  if (amountsIn(price, of.currency) === null) {
    throw new TieoutError('scenario.two_currencies', {
      message: `The price ${price.id} has no amounts in ${of.currency.toUpperCase()}, the currency of ${of.subscriptionId}.`,
      remedy: 'A subscription has one currency: use a price, or a currency option of it, in that one.',
    });
  }
  if (price.interval === null) {
    throw new TieoutError('scenario.price_not_recurring', {
      message: `The price ${price.id} of ${of.id} does not recur.`,
      remedy: 'Use a price with an interval.',
    });
  }
  if (price.usageType !== 'metered') return;
  if (price.meterId === null) {
    throw new TieoutError('scenario.contradictory', {
      message: `The price ${price.id} is metered and has no meter.`,
      remedy: 'Give it recurring.meter, or make it licensed.',
    });
  }
  if (!catalog.meters.has(price.meterId)) unknown('scenario.unknown_meter', `meter ${price.meterId}`);
}

/** @throws TieoutError `scenario.unknown_coupon`, `scenario.duplicate_id` */
export function checkDiscount({ catalog, discountIds }: World, { id, couponId }: ScenarioDiscount): void {
  if (!catalog.coupons.has(couponId)) unknown('scenario.unknown_coupon', `coupon ${couponId}`);
  requireNew(discountIds.has(id), `discount ${id}`);
}

/** @throws TieoutError `scenario.unknown_tax_rate` */
export function checkTaxRates({ catalog }: World, ids: readonly string[]): void {
  const missing = ids.find((id) => !catalog.taxRates.has(id));
  if (missing !== undefined) unknown('scenario.unknown_tax_rate', `tax rate ${missing}`);
}

function unknown(code: ErrorCode, what: string): never {
  throw new TieoutError(code, {
    message: `There is no ${what}.`,
    remedy: 'Add it before it is used, or correct the id.',
  });
}

/** @throws TieoutError `scenario.grace_period` */
export function requireGrace(gracePeriodMs: number): void {
  if (gracePeriodMs >= 0 && gracePeriodMs <= LONGEST_GRACE_MS) return;
  throw new TieoutError('scenario.grace_period', {
    message: `A grace period of ${formatDuration(gracePeriodMs)} is not possible.`,
    remedy: 'Invoices are finalised 0 to 72 hours after they were drafted.',
  });
}

const LONGEST_GRACE_MS = 72 * HOUR_MS;
