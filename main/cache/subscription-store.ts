import type { Subscription, SubscriptionItem } from '../../shared/billing/subscription.ts';
import type { Db } from './open.ts';
import { allRows, runQuery } from './query.ts';

/** Writes a subscription, its items, and the metered ones among them as a tie-out asks for them. */
export function insertSubscription(
  db: Db,
  subscription: Subscription,
  meterOf: ReadonlyMap<string, string | null>,
): void {
  const { id, customerId, status, startedAt, endedAt, created, items } = subscription;
  runQuery(db, 'subscription-insert', [
    id,
    customerId,
    status,
    startedAt,
    endedAt,
    created,
    JSON.stringify(subscription),
  ]);
  for (const item of items) {
    runQuery(db, 'subscription-item-insert', [
      item.id,
      id,
      item.priceId,
      item.quantity,
      item.currentPeriod?.from ?? null,
      item.currentPeriod?.to ?? null,
      item.created,
    ]);
    const meterId = meterOf.get(item.priceId) ?? null;
    if (meterId === null || status === 'incomplete_expired') continue;
    runQuery(db, 'metered-item-insert', {
      meterId,
      customerId,
      itemId: item.id,
      priceId: item.priceId,
      currency: subscription.currency,
      periodTo: item.currentPeriod?.to ?? null,
      aliveFrom: item.created <= created ? startedAt : Math.max(startedAt, item.created),
      aliveTo: endedAt,
    });
  }
}

/** Of one customer, oldest first. */
export const readSubscriptions = (db: Db, customerId: string): readonly Subscription[] =>
  allRows<readonly [string]>(db, 'subscription-of-customer', [customerId], 'raw').map(([body]) => bodyOf(body));

const CUSTOMERS_PER_CHUNK = 500;

/** All subscriptions in the order of customer ids, some hundred customers at a time; a customer's stay together. */
export function* listSubscriptions(db: Db): Generator<readonly Subscription[]> {
  let after = '';
  for (;;) {
    const rows = allRows<readonly [string, string]>(db, 'subscription-chunk', [after, CUSTOMERS_PER_CHUNK], 'raw');
    if (rows.length === 0) return;
    after = rows.at(-1)?.[0] ?? after;
    yield rows.map(([, body]) => bodyOf(body));
  }
}

/** What a body of an older version lacks. */
const OLDER: Pick<Subscription, 'defaultTaxRateIds' | 'isAutomaticTax' | 'pausedCollection'> = {
  defaultTaxRateIds: [],
  isAutomaticTax: false,
  pausedCollection: null,
};
const OLDER_ITEM: Pick<SubscriptionItem, 'discounts' | 'taxRateIds'> = { discounts: [], taxRateIds: [] };

/** A body is what `insertSubscription` wrote from the same type, maybe at an older version. */
function bodyOf(text: string): Subscription {
  const body = JSON.parse(text) as Subscription;
  return { ...OLDER, ...body, items: body.items.map((item) => ({ ...OLDER_ITEM, ...item })) };
}
