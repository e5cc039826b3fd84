import type { Coupon, Discount } from '../../../shared/billing/discount.ts';
import type { Subscription } from '../../../shared/billing/subscription.ts';
import { isTieoutError } from '../../../shared/errors.ts';
import { isAbsent } from './failures.ts';
import { embeddedRows, idOf, isRaw } from './fields.ts';
import { FALLBACK_CURRENCY } from './list-prices.ts';
import { couponOfDiscount, readCoupon, readDiscount } from './read-discount.ts';
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

/** Subscriptions in every status with all their items, their discounts and the coupons of those. */
export async function* listSubscriptions(
  client: StripeClient,
  options: {
    readonly clocked: ClockedCustomers;
    readonly currencyOf: (priceId: string) => string | null;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<readonly Subscription[]> {
  const { clocked, currencyOf, signal } = options;
  const couponOf = createCouponReader(client, signal);
  const seen = new Set<string>();

  const complete = async (head: SubscriptionHead, row: unknown): Promise<Subscription> => {
    const rows = await itemRows(client, { head, row, signal });
    const items = rows.map((item) => readSubscriptionItem(item, head));
    const currency =
      head.currency ??
      rows.map(currencyOfItem).find((code) => code !== null) ??
      items.map((item) => currencyOf(item.priceId)).find((code) => code !== null) ??
      FALLBACK_CURRENCY;
    const discounts: Discount[] = [];
    for (const discount of discountRows(row)) {
      discounts.push(readDiscount(discount, await couponOf(discount), head.startedAt));
    }
    return completeSubscription(head, { items, discounts, currency });
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
      const admitted = rows
        .map((row) => ({ row, head: readSubscriptionHead(row) }))
        .filter(({ head }) => {
          const isNew = !seen.has(head.id);
          seen.add(head.id);
          return isNew && clocked.admit(head.customerId, head.testClock);
        });
      const page = await Promise.all(admitted.map(({ head, row }) => complete(head, row)));
      if (page.length > 0) yield page;
    }
  }
}

/** The embedded items, or all of them from their own list where more remain. */
async function itemRows(
  client: StripeClient,
  { head, row, signal }: { readonly head: SubscriptionHead; readonly row: unknown; readonly signal: AbortSignal },
): Promise<readonly unknown[]> {
  const embedded = embeddedRows(isRaw(row) ? row.items : null);
  if (embedded !== null && !embedded.hasMore) return embedded.rows;
  const rows: unknown[] = [];
  const pages = client.list(
    RESOURCES.subscriptionItems,
    (sdk, cursor) => sdk.subscriptionItems.list({ ...cursor, subscription: head.id }),
    signal,
  );
  for await (const page of pages) rows.push(...page);
  return rows;
}

/** A list since 2024-06-20, one object before. */
function discountRows(row: unknown): readonly unknown[] {
  if (!isRaw(row)) return [];
  if (Array.isArray(row.discounts) && row.discounts.length > 0) return row.discounts;
  return isRaw(row.discount) ? [row.discount] : [];
}

/** Coupons one at a time and once each: `applies_to` lies too deep to be expanded in the list of subscriptions. */
function createCouponReader(client: StripeClient, signal: AbortSignal): (discount: unknown) => Promise<Coupon | null> {
  const known = new Map<string, Promise<Coupon | null>>();

  const fetchCoupon = async (id: string, embedded: unknown): Promise<Coupon | null> => {
    if (isRaw(embedded) && 'applies_to' in embedded) return readCoupon(embedded);
    try {
      return readCoupon(
        await client.request(RESOURCES.coupons, (sdk) => sdk.coupons.retrieve(id, { expand: ['applies_to'] }), signal),
      );
    } catch (error) {
      const isRefused = isTieoutError(error) && error.code === 'stripe.not_permitted';
      if (!isAbsent(error) && !isRefused) throw error;
      client.warnings.add({
        code: error.code,
        path: `${id}.applies_to`,
        message: `Coupon ${id} cannot be read by itself; what it applies to is not known.`,
        remedy: isRefused
          ? (error.remedy ?? '')
          : 'A coupon that was deleted or is not served is taken to apply to everything.',
      });
      return isRaw(embedded) ? readCoupon(embedded) : null;
    }
  };

  return async (discount) => {
    const embedded = couponOfDiscount(discount);
    const id = idOf(embedded);
    if (id === null) {
      client.warnings.add({
        code: 'stripe.bad_answer',
        path: `${idOf(discount) ?? 'discount'}.source.coupon`,
        message: `Discount ${idOf(discount) ?? '(unnamed)'} does not say which coupon it comes from.`,
        remedy: 'Its effect on amounts is left out.',
      });
      return null;
    }
    const coupon = known.get(id) ?? fetchCoupon(id, embedded);
    known.set(id, coupon);
    return coupon;
  };
}
