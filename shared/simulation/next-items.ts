import { TieoutError } from '../errors.ts';
import { checkPrice } from './checks.ts';
import { itemPeriodAt, priceOf } from './item-periods.ts';
import type { ItemUpdate } from './scenario.ts';
import type { ItemState, SubscriptionState, World } from './world.ts';

/**
 * The items of a subscription after an update, in the order in which they stand; added ones come last.
 * @throws TieoutError `scenario.unknown_item` where one is to be removed, or added without a price; what `checkPrice`
 *   throws
 */
export function nextItems(
  world: World,
  subscription: SubscriptionState,
  updates: readonly ItemUpdate[],
): readonly ItemState[] {
  let items = subscription.items;
  for (const update of updates) {
    const found = items.find(({ id }) => id === update.id);
    if (update.isDeleted === true) {
      if (found === undefined) throw unknownItem(subscription, update);
      items = items.filter((item) => item !== found);
    } else if (found === undefined) {
      items = [...items, addedItem(world, subscription, update)];
    } else {
      items = items.map((item) => (item === found ? changedItem(world, subscription, item, update) : item));
    }
  }
  return items;
}

function changedItem(
  world: World,
  { id: subscriptionId, currency }: SubscriptionState,
  item: ItemState,
  update: ItemUpdate,
): ItemState {
  const priceId = update.priceId ?? item.priceId;
  checkPrice(world, { subscriptionId, currency, id: item.id, priceId });
  const quantity = update.quantity === undefined ? item.quantity : update.quantity;
  return { ...item, priceId, quantity: quantityOf(world, priceId, quantity) };
}

function addedItem(world: World, subscription: SubscriptionState, update: ItemUpdate): ItemState {
  const { id, priceId } = update;
  if (priceId === undefined) throw unknownItem(subscription, update);
  checkPrice(world, { subscriptionId: subscription.id, currency: subscription.currency, id, priceId });
  return {
    id,
    priceId,
    quantity: quantityOf(world, priceId, update.quantity ?? null),
    created: world.now,
    current: itemPeriodAt(world, subscription, priceId, world.now),
    usedFrom: world.now,
    discounts: [],
    taxRateIds: [],
  };
}

/** A metered price has none; a licensed one has one of 1 unless it says otherwise (Stripe, `quantity`). */
export const quantityOf = (world: World, priceId: string, quantity: string | null): string | null =>
  priceOf(world, priceId).usageType === 'metered' ? null : (quantity ?? '1');

const unknownItem = ({ id }: SubscriptionState, update: ItemUpdate): TieoutError =>
  new TieoutError('scenario.unknown_item', {
    message: `The subscription ${id} has no item ${update.id}${update.isDeleted === true ? '' : ', and it has no price to be added with'}.`,
    remedy: 'Correct the id of the item, or give it a price.',
  });
