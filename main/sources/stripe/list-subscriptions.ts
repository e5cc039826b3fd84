import type { Subscription } from '../../../shared/billing/subscription.ts';
import { type DiscountReader, discountRows } from './coupons.ts';
import { embeddedRows, idOf, isRaw } from './fields.ts';
import { readOrLeaveOut } from './leave-out.ts';
import { FALLBACK_CURRENCY } from './list-prices.ts';
import {
  completeSubscription,
  currencyOfItem,
  readSubscriptionHead,
  readSubscriptionItem,
  type SubscriptionHead,
} from './read-subscription.ts';
import { RESOURCES } from './resources.ts';
import type { StripeClient } from './stripe-client.ts';
import type { ClockedCustomers } from './test-clocks.ts';

/**
 * Subscriptions in every status with all their items, the discounts of both and the coupons of those. One that cannot
 * be read is left out, aloud.
 */
export async function* listSubscriptions(
  client: StripeClient,
  options: {
    readonly clocked: ClockedCustomers;
    readonly currencyOf: (priceId: string) => string | null;
    readonly discountsOf: DiscountReader;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<readonly Subscription[]> {
  const { clocked, currencyOf, discountsOf, signal } = options;
  const seen = new Set<string>();

  const complete = async (head: SubscriptionHead, row: unknown): Promise<readonly Subscription[]> => {
    const rows = await itemRows(client, { head, row, signal });
    const discounts = await discountsOf(discountRows(row), head.startedAt, signal);
    const ofItems = await Promise.all(rows.map((item) => discountsOf(discountRows(item), head.startedAt, signal)));
    const subscription = readOrLeaveOut(
      client.warnings,
      row,
      () => {
        const items = rows.map((item, index) => readSubscriptionItem(item, head, ofItems[index]));
        const currency =
          head.currency ??
          rows.map(currencyOfItem).find((code) => code !== null) ??
          items.map((item) => currencyOf(item.priceId)).find((code) => code !== null) ??
          FALLBACK_CURRENCY;
        return completeSubscription(head, { items, discounts, currency });
      },
      leftOut(head.id),
    );
    return subscription === null ? [] : [subscription];
  };

  const admit = (row: unknown): readonly { readonly row: unknown; readonly head: SubscriptionHead }[] => {
    const head = readOrLeaveOut(client.warnings, row, readSubscriptionHead, leftOut(idOf(row)));
    if (head === null || seen.has(head.id)) return [];
    seen.add(head.id);
    return clocked.admit(head.customerId, head.testClock) ? [{ row, head }] : [];
  };

  for (const clock of await clocked.groups(signal)) {
    const pages = client.list(
      RESOURCES.subscriptions,
      (sdk, cursor, expand) =>
        sdk.subscriptions.list({
          ...cursor,
          ...expand,
          ...(clock === null ? {} : { test_clock: clock }),
          status: 'all',
        }),
      signal,
      [['data.discounts.source.coupon'], ['data.discounts']],
    );
    for await (const rows of pages) {
      const page = await Promise.all(rows.flatMap(admit).map(({ head, row }) => complete(head, row)));
      const read = page.flat();
      if (read.length > 0) yield read;
    }
  }
}

const leftOut = (id: string | null): string =>
  `Subscription ${id ?? '(unnamed)'} is left out: its customer counts as not subscribed.`;

/**
 * The embedded items, or all of them from their own list where more remain, or where an item has discounts: their
 * coupons lie too deep to be expanded in the list of subscriptions, and a deleted coupon can be read nowhere else.
 */
async function itemRows(
  client: StripeClient,
  { head, row, signal }: { readonly head: SubscriptionHead; readonly row: unknown; readonly signal: AbortSignal },
): Promise<readonly unknown[]> {
  const embedded = embeddedRows(isRaw(row) ? row.items : null);
  const isWhole = embedded !== null && !embedded.hasMore;
  if (isWhole && embedded.rows.every((item) => discountRows(item).every(isRaw))) return embedded.rows;
  const rows: unknown[] = [];
  const pages = client.list(
    RESOURCES.subscriptionItems,
    (sdk, cursor, expand) => sdk.subscriptionItems.list({ ...cursor, ...expand, subscription: head.id }),
    signal,
    [['data.discounts.source.coupon'], ['data.discounts']],
  );
  for await (const page of pages) rows.push(...page);
  return rows;
}
