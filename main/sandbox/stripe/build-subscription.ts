import type Stripe from 'stripe';
import { periodAt } from '../../../shared/simulation/billing-period.ts';
import { type Instant, instant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';
import { type BuildContext, seconds, secondsOrNull } from './build.ts';
import { buildDiscount, type SeedDiscount } from './build-discount.ts';

export type SeedSubscriptionItem = {
  readonly id?: string;
  readonly price: string;
  /** Licensed prices only. */
  readonly quantity?: number;
  readonly discounts?: readonly SeedDiscount[];
  /** In place of the subscription's default ones. */
  readonly taxRates?: readonly string[];
  /** Without it: the period of the price's interval, from the anchor, that holds the clock. */
  readonly currentPeriod?: Period;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly created?: Instant;
};

export type SeedSubscription = {
  readonly id?: string;
  readonly customer: string;
  readonly items: readonly SeedSubscriptionItem[];
  readonly status?:
    | 'active'
    | 'canceled'
    | 'incomplete'
    | 'incomplete_expired'
    | 'past_due'
    | 'paused'
    | 'trialing'
    | 'unpaid';
  readonly currency?: string;
  readonly start?: Instant;
  readonly billingCycleAnchor?: Instant;
  readonly trial?: Period;
  readonly cancelAt?: Instant | null;
  readonly cancelAtPeriodEnd?: boolean;
  readonly canceledAt?: Instant | null;
  readonly endedAt?: Instant | null;
  readonly discounts?: readonly SeedDiscount[];
  readonly defaultTaxRates?: readonly string[];
  readonly automaticTax?: boolean;
  readonly pauseCollection?: {
    readonly behavior: 'keep_as_draft' | 'mark_uncollectible' | 'void';
    readonly resumesAt?: Instant;
  };
  readonly latestInvoice?: string | null;
  readonly testClock?: string | null;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly created?: Instant;
};

/** What a subscription is made of elsewhere in the catalogue. */
type SubscriptionParts = {
  readonly price: (id: string) => Stripe.Price;
  readonly taxRate: (id: string) => Stripe.TaxRate;
};

type BuiltSubscription = {
  readonly subscription: Stripe.Subscription;
  readonly discounts: readonly Stripe.Discount[];
};

/** The subscription (all items embedded) and its discounts. */
export function buildSubscription(
  seed: SeedSubscription,
  parts: SubscriptionParts,
  context: BuildContext,
): BuiltSubscription {
  const id = seed.id ?? context.makeId('sub');
  const start = seed.start ?? seed.created ?? context.now;
  const anchor = seed.billingCycleAnchor ?? start;
  const own = (seed.discounts ?? []).map((discount) =>
    buildDiscount(discount, { customer: seed.customer, subscription: id, subscriptionItem: null, start }, context),
  );
  const built = seed.items.map((item) =>
    buildItem(
      item,
      {
        subscription: id,
        customer: seed.customer,
        start,
        anchor,
        price: parts.price(item.price),
        taxRate: parts.taxRate,
      },
      context,
    ),
  );
  const items = built.map(({ item }) => item);
  const subscription = {
    id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: seed.automaticTax ?? false, liability: null },
    billing_cycle_anchor: seconds(anchor),
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: null, type: 'classic' },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: secondsOrNull(seed.cancelAt),
    cancel_at_period_end: seed.cancelAtPeriodEnd ?? false,
    canceled_at: secondsOrNull(seed.canceledAt ?? seed.endedAt),
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: 'charge_automatically',
    created: seconds(seed.created ?? start),
    currency: seed.currency ?? items[0]?.price.currency ?? 'usd',
    customer: seed.customer,
    customer_account: null,
    days_until_due: null,
    default_payment_method: null,
    default_source: null,
    default_tax_rates: (seed.defaultTaxRates ?? []).map(parts.taxRate),
    description: null,
    discounts: own.map((discount) => discount.id),
    ended_at: secondsOrNull(seed.endedAt),
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: { object: 'list', data: items, has_more: false, url: `/v1/subscription_items?subscription=${id}` },
    latest_invoice: seed.latestInvoice ?? null,
    livemode: false,
    managed_payments: null,
    metadata: { ...seed.metadata },
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection:
      seed.pauseCollection === undefined
        ? null
        : { behavior: seed.pauseCollection.behavior, resumes_at: secondsOrNull(seed.pauseCollection.resumesAt) },
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: 'off',
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: seconds(start),
    status: seed.status ?? statusOf(seed, context.now),
    test_clock: seed.testClock ?? null,
    transfer_data: null,
    trial_end: secondsOrNull(seed.trial?.to),
    trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' } },
    trial_start: secondsOrNull(seed.trial?.from),
  } satisfies Stripe.Subscription;
  return { subscription, discounts: [...own, ...built.flatMap(({ discounts }) => discounts)] };
}

function statusOf(seed: SeedSubscription, now: Instant): 'active' | 'canceled' | 'trialing' {
  if (seed.endedAt !== undefined && seed.endedAt !== null && seed.endedAt <= now) return 'canceled';
  return seed.trial !== undefined && seed.trial.to > now ? 'trialing' : 'active';
}

function buildItem(
  seed: SeedSubscriptionItem,
  of: {
    readonly subscription: string;
    readonly customer: string;
    readonly start: Instant;
    readonly anchor: Instant;
    readonly price: Stripe.Price;
    readonly taxRate: (id: string) => Stripe.TaxRate;
  },
  context: BuildContext,
): { readonly item: Stripe.SubscriptionItem; readonly discounts: readonly Stripe.Discount[] } {
  const id = seed.id ?? context.makeId('si');
  const recurring = of.price.recurring;
  const period =
    seed.currentPeriod ??
    periodAt({
      anchor: of.anchor,
      interval: intervalOf(recurring?.interval),
      count: recurring?.interval_count ?? 1,
      at: instant(Math.max(context.now, of.start)),
    });
  const discounts = (seed.discounts ?? []).map((discount) =>
    buildDiscount(
      discount,
      { customer: of.customer, subscription: of.subscription, subscriptionItem: id, start: of.start },
      context,
    ),
  );
  const item = {
    id,
    object: 'subscription_item',
    billing_thresholds: null,
    created: seconds(seed.created ?? of.start),
    current_period_end: seconds(period.to),
    current_period_start: seconds(period.from),
    current_trial: null,
    discounts: discounts.map((discount) => discount.id),
    metadata: { ...seed.metadata },
    plan: planOf(of.price),
    price: of.price,
    ...(recurring?.usage_type === 'metered' ? {} : { quantity: seed.quantity ?? 1 }),
    subscription: of.subscription,
    tax_rates: (seed.taxRates ?? []).map(of.taxRate),
  } satisfies Stripe.SubscriptionItem;
  return { item, discounts };
}

function intervalOf(interval: string | undefined): 'day' | 'week' | 'month' | 'year' {
  return interval === 'day' || interval === 'week' || interval === 'year' ? interval : 'month';
}

/** The older twin of a price, which subscription items still carry. */
function planOf(price: Stripe.Price): Stripe.Plan {
  const recurring = price.recurring;
  return {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: price.billing_scheme,
    created: price.created,
    currency: price.currency,
    interval: recurring?.interval ?? 'month',
    interval_count: recurring?.interval_count ?? 1,
    livemode: price.livemode,
    metadata: price.metadata,
    meter: recurring?.meter ?? null,
    nickname: price.nickname,
    product: typeof price.product === 'string' ? price.product : price.product.id,
    tiers_mode: price.tiers_mode,
    transform_usage: price.transform_quantity,
    trial_period_days: recurring?.trial_period_days ?? null,
    usage_type: recurring?.usage_type ?? 'licensed',
  } satisfies Stripe.Plan;
}
