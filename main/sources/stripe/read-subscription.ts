import type { Discount } from '../../../shared/billing/discount.ts';
import type {
  PausedCollection,
  Subscription,
  SubscriptionItem,
  SubscriptionStatus,
} from '../../../shared/billing/subscription.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';
import {
  badAnswer,
  embeddedRows,
  idOf,
  isRaw,
  type Owner,
  oneOf,
  optionalDecimal,
  optionalInstant,
  optionalText,
  periodOf,
  type Raw,
  requireId,
  requireObject,
  UNKNOWN_INSTANT,
} from './fields.ts';

const STATUSES = [
  'active',
  'canceled',
  'incomplete',
  'incomplete_expired',
  'past_due',
  'paused',
  'trialing',
  'unpaid',
] as const satisfies readonly SubscriptionStatus[];

/** A subscription before its items and discounts, which may need further requests. */
export type SubscriptionHead = Omit<Subscription, 'items' | 'discounts' | 'currency'> & {
  readonly currency: string | null;
  /** Older API versions keep the period here, newer ones on the item. */
  readonly currentPeriod: Period | null;
  readonly testClock: string | null;
  readonly isCancelAtPeriodEnd: boolean;
};

export function readSubscriptionHead(value: unknown): SubscriptionHead {
  const { raw, owner } = requireObject(value, 'subscription');
  const at = (name: string): Instant | null => optionalInstant(raw[name], name, owner);
  const created = at('created');
  const anchor = at('billing_cycle_anchor');
  const periodFrom = at('current_period_start');
  const startedAt = at('start_date') ?? created ?? anchor ?? periodFrom ?? UNKNOWN_INSTANT;
  return {
    id: owner.id,
    customerId: requireId(raw, 'customer', owner),
    status: oneOf(raw.status, STATUSES, { name: 'status', owner, fallback: 'active' }),
    currency: optionalText(raw.currency)?.toLowerCase() ?? null,
    billingCycleAnchor: anchor ?? periodFrom ?? startedAt,
    startedAt,
    endedAt: at('ended_at'),
    canceledAt: at('canceled_at'),
    cancelAt: at('cancel_at'),
    trial: { from: at('trial_start'), to: at('trial_end') },
    defaultTaxRateIds: readIds(raw.default_tax_rates),
    isAutomaticTax: isRaw(raw.automatic_tax) && raw.automatic_tax.enabled === true,
    pausedCollection: readPause(raw, owner),
    created: created ?? startedAt,
    currentPeriod: periodOf(periodFrom, at('current_period_end')),
    testClock: idOf(raw.test_clock),
    isCancelAtPeriodEnd: raw.cancel_at_period_end === true,
  };
}

const readIds = (value: unknown): readonly string[] =>
  (embeddedRows(value)?.rows ?? []).flatMap((row) => idOf(row) ?? []);

function readPause(raw: Raw, owner: Owner): PausedCollection | null {
  if (!isRaw(raw.pause_collection)) return null;
  const { behavior, resumes_at } = raw.pause_collection;
  return {
    behavior: oneOf(behavior, ['keep_as_draft', 'mark_uncollectible', 'void'], {
      name: 'pause_collection.behavior',
      owner,
      fallback: 'keep_as_draft',
    }),
    resumesAt: optionalInstant(resumes_at, 'pause_collection.resumes_at', owner),
  };
}

/** @param discounts of this item alone, with their coupons */
export function readSubscriptionItem(
  value: unknown,
  head: SubscriptionHead,
  discounts: readonly Discount[] = [],
): SubscriptionItem {
  const { raw, owner } = requireObject(value, 'subscription item');
  const priceId = idOf(raw.price) ?? idOf(raw.plan);
  if (priceId === null) throw badAnswer(owner, 'price', 'expected an id or an object with one');
  const own = periodOf(
    optionalInstant(raw.current_period_start, 'current_period_start', owner),
    optionalInstant(raw.current_period_end, 'current_period_end', owner),
  );
  return {
    id: owner.id,
    subscriptionId: head.id,
    priceId,
    quantity: optionalDecimal(raw.quantity, 'quantity', owner),
    currentPeriod: own ?? head.currentPeriod,
    discounts,
    taxRateIds: readIds(raw.tax_rates),
    created: optionalInstant(raw.created, 'created', owner) ?? head.startedAt,
  };
}

/** The currency of the price that an item embeds. */
export function currencyOfItem(value: unknown): string | null {
  const price: Raw = isRaw(value) && isRaw(value.price) ? value.price : {};
  return optionalText(price.currency)?.toLowerCase() ?? null;
}

/** A subscription that ends with its period ends when its items' longest current period does. */
export function completeSubscription(
  head: SubscriptionHead,
  parts: {
    readonly items: readonly SubscriptionItem[];
    readonly discounts: readonly Discount[];
    readonly currency: string;
  },
): Subscription {
  const { currentPeriod, testClock: _testClock, isCancelAtPeriodEnd, ...rest } = head;
  const ends = parts.items.flatMap((item) => item.currentPeriod?.to ?? []);
  const periodEnd = ends.length > 0 ? (Math.max(...ends) as Instant) : (currentPeriod?.to ?? null);
  return { ...rest, ...parts, cancelAt: head.cancelAt ?? (isCancelAtPeriodEnd ? periodEnd : null) };
}
