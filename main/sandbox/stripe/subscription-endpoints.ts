import type Stripe from 'stripe';
import type { ItemUpdate, ScenarioAction } from '../../../shared/simulation/scenario.ts';
import { type Instant, instant } from '../../../shared/values/instant.ts';
import type { SeedDiscount } from './build-discount.ts';
import type { SeedSubscription, SeedSubscriptionItem } from './build-subscription.ts';
import { idOf } from './catalog.ts';
import type { ClockedBilling, ClockedItem, ClockedSubscription } from './clocked-billing.ts';
import type { Call, Endpoint } from './endpoint.ts';
import { rendered } from './expand.ts';
import { invalid, noSuch } from './failure.ts';
import type { FormObject } from './form.ts';
import { Params } from './params.ts';

export const subscriptionEndpoints: readonly Endpoint[] = [
  {
    method: 'POST',
    path: '/v1/subscriptions',
    permission: 'subscription_write',
    params: [
      'backdate_start_date',
      'billing_cycle_anchor',
      'billing_cycle_anchor_config',
      'cancel_at',
      'cancel_at_period_end',
      'collection_method',
      'currency',
      'customer',
      'days_until_due',
      'default_tax_rates',
      'discounts',
      'items',
      'metadata',
      'proration_behavior',
      'trial_end',
    ],
    answer: createSubscription,
  },
  {
    method: 'POST',
    path: '/v1/subscriptions/:id',
    permission: 'subscription_write',
    params: ['cancel_at_period_end', 'discounts', 'items', 'pause_collection', 'proration_behavior', 'trial_end'],
    answer: updateSubscription,
  },
  {
    method: 'DELETE',
    path: '/v1/subscriptions/:id',
    permission: 'subscription_write',
    params: ['invoice_now', 'prorate'],
    answer: cancelSubscription,
  },
];

function createSubscription(call: Call): unknown {
  const { state, params } = call;
  const customer = state.catalog.requireLiveCustomer(params.requiredText('customer'), 'customer');
  const billing = state.clocks.billingOfCustomer(customer.id);
  const now = billing?.now ?? state.clock;
  const trialEnd = params.instant('trial_end');
  const anchor = anchorOf(params, now) ?? trialEnd;
  const isSent = params.oneOf('collection_method', ['charge_automatically', 'send_invoice']) === 'send_invoice';
  if (isSent) {
    if (customer.email === null) throw invalid('customer', 'Missing email: invoices are sent to the customer.');
    if (params.integer('days_until_due') === null)
      throw invalid('days_until_due', 'send_invoice needs days_until_due.');
  }
  const start = startOf(params, now);
  const currency = params.text('currency');
  const seed: SeedSubscription = {
    customer: customer.id,
    items: params.objects('items').map(itemOf),
    start,
    cancelAt: params.instant('cancel_at'),
    cancelAtPeriodEnd: params.boolean('cancel_at_period_end') ?? false,
    discounts: params.objects('discounts').map(discountOf),
    defaultTaxRates: params.texts('default_tax_rates'),
    metadata: params.map('metadata'),
    ...(currency === null ? {} : { currency }),
    ...(anchor === null ? {} : { billingCycleAnchor: anchor }),
    ...(trialEnd === null ? {} : { trial: { from: start, to: trialEnd } }),
  };
  if (billing === null) {
    return rendered(state.catalog.addSubscription(seed, state.context), call.expand, state.catalog);
  }
  if (seed.items.length === 0) throw invalid('items', 'A subscription needs at least one item.');
  state.clocks.requireRoomForSubscription(customer.id);
  return rendered(billing.addSubscription(withIds(seed, call, now), { isSent }), call.expand, state.catalog);
}

/** Now, or a time before it, which is then not charged. */
function startOf(params: Params, now: Instant): Instant {
  const start = params.instant('backdate_start_date');
  const proration = params.oneOf('proration_behavior', ['create_prorations', 'none']);
  if (start === null) return now;
  if (start > now) throw invalid('backdate_start_date', 'backdate_start_date must be in the past.');
  if (proration !== 'none') throw invalid('proration_behavior', 'The sandbox backdates without charging: pass none.');
  return start;
}

/** A given instant, which must not lie behind, or the day of the month that a configuration names, on or before now. */
function anchorOf(params: Params, now: Instant): Instant | null {
  const anchor = params.instant('billing_cycle_anchor');
  if (anchor !== null && anchor < now) {
    throw invalid('billing_cycle_anchor', 'billing_cycle_anchor must be a timestamp in the future.');
  }
  const form = params.object('billing_cycle_anchor_config');
  if (form === null) return anchor;
  const config = new Params(form, ['day_of_month', 'hour', 'minute', 'month', 'second']);
  const day = config.integer('day_of_month') ?? 1;
  const month = config.integer('month');
  const time = [config.integer('hour') ?? 0, config.integer('minute') ?? 0, config.integer('second') ?? 0] as const;
  const date = new Date(now);
  for (let back = 0; back < 8 * 12; back += 1) {
    const at = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back, day, ...time));
    const isOfMonth = at.getUTCDate() === day && (month === null || at.getUTCMonth() === month - 1);
    if (isOfMonth && at.getTime() <= now) return instant(at.getTime());
  }
  throw invalid('billing_cycle_anchor_config', 'There is no such day.');
}

/** Ids for all that will be built again as the subscription changes. */
function withIds(seed: SeedSubscription, { state }: Call, now: Instant): ClockedSubscription {
  const { makeId } = state.catalog;
  return {
    ...seed,
    id: makeId('sub'),
    items: seed.items.map((item) => ({
      ...item,
      id: item.id ?? makeId('si'),
      discounts: (item.discounts ?? []).map((discount) => ({ ...discount, id: makeId('di') })),
    })),
    discounts: (seed.discounts ?? []).map((discount) => ({ ...discount, id: makeId('di'), start: now })),
  };
}

function clockedOf(call: Call): { readonly billing: ClockedBilling; readonly subscription: ClockedSubscription } {
  const { state, id } = call;
  const found = state.catalog.subscriptions.require(id);
  const billing = state.clocks.billingOf(idOf(found.test_clock));
  const subscription = billing?.subscription(id) ?? null;
  if (billing === null || subscription === null) {
    throw invalid('id', `Subscription ${id} is on no test clock: it was seeded as it is.`);
  }
  if (found.status === 'canceled') throw noSuch('subscription', id);
  return { billing, subscription };
}

function updateSubscription(call: Call): unknown {
  const { state, params, id } = call;
  const { billing, subscription } = clockedOf(call);
  let next = subscription;
  const actions: ScenarioAction[] = [];
  const common = { at: billing.now, subscriptionId: id };
  if (params.raw('items') !== undefined || params.raw('trial_end') !== undefined) {
    const changed = changedItems(call, subscription);
    const trial = params.text('trial_end');
    const trialEnd = trial === null ? undefined : trial === 'now' ? null : params.instant('trial_end');
    actions.push({
      ...common,
      do: 'update_subscription',
      items: changed.updates,
      prorationBehavior:
        params.oneOf('proration_behavior', ['always_invoice', 'create_prorations', 'none']) ?? 'create_prorations',
      ...(trialEnd === undefined ? {} : { trialEnd }),
    });
    next = { ...next, items: changed.items };
    if (trialEnd !== undefined) {
      const from = subscription.trial?.from ?? billing.now;
      next = { ...next, trial: { from, to: trialEnd ?? billing.now } };
    }
  }
  if (params.boolean('cancel_at_period_end') === true) {
    actions.push({ ...common, do: 'cancel_at_period_end' });
    next = { ...next, cancelAtPeriodEnd: true };
  }
  const pause = pauseOf(params);
  if (pause !== undefined) {
    const { pauseCollection: _, ...others } = next;
    actions.push(
      pause === null
        ? { ...common, do: 'resume' }
        : { ...common, do: 'pause', behavior: pause.behavior, resumesAt: pause.resumesAt ?? null },
    );
    next = pause === null ? others : { ...others, pauseCollection: pause };
  }
  if (params.raw('discounts') !== undefined) {
    const changed = changedDiscounts(call, subscription, billing.now);
    actions.push(...changed.actions(common));
    next = { ...next, discounts: changed.discounts };
  }
  billing.change(actions, next);
  return rendered(state.catalog.subscriptions.require(id), call.expand, state.catalog);
}

function changedItems(
  call: Call,
  subscription: ClockedSubscription,
): { readonly updates: readonly ItemUpdate[]; readonly items: readonly ClockedItem[] } {
  const items = new Map<string, ClockedItem>(subscription.items.map((item) => [item.id, item]));
  const updates = call.params.objects('items').map((form) => changedItem(call, form, items));
  return { updates, items: [...items.values()] };
}

function changedItem({ state }: Call, form: FormObject, items: Map<string, ClockedItem>): ItemUpdate {
  const given = new Params(form, ['id', 'price', 'quantity', 'deleted', 'metadata', 'clear_usage']);
  const [known, price, quantity] = [given.text('id'), given.text('price'), given.integer('quantity')];
  if (known !== null && !items.has(known)) throw noSuch('subscription item', known, 'items', 400);
  if (known === null && price === null) throw invalid('items', 'A new item needs a price.');
  if (price !== null) state.catalog.prices.require(price, 'items[price]', 400);
  const id = known ?? state.catalog.makeId('si');
  if (given.boolean('deleted') === true) {
    items.delete(id);
    return { id, isDeleted: true };
  }
  const before = items.get(id) ?? { id, price: price ?? '', metadata: given.map('metadata'), discounts: [] };
  const after = { ...before, ...(price === null ? {} : { price }), ...(quantity === null ? {} : { quantity }) };
  items.set(id, after);
  const isMetered = state.catalog.prices.get(after.price)?.recurring?.usage_type === 'metered';
  const stated = quantity ?? (known === null && !isMetered ? 1 : null);
  return {
    id,
    ...(price === null ? {} : { priceId: price }),
    ...(stated === null ? {} : { quantity: String(stated) }),
  };
}

/** Undefined: nothing is said; null: collection goes on. */
function pauseOf(params: Params): SeedSubscription['pauseCollection'] | null | undefined {
  const raw = params.raw('pause_collection');
  if (raw === undefined) return undefined;
  if (raw === '') return null;
  const pause = new Params(params.object('pause_collection') ?? {}, ['behavior', 'resumes_at']);
  const resumesAt = pause.instant('resumes_at');
  return {
    behavior: pause.oneOf('behavior', ['keep_as_draft', 'mark_uncollectible', 'void']) ?? 'void',
    ...(resumesAt === null ? {} : { resumesAt }),
  };
}

function changedDiscounts({ state, params }: Call, subscription: ClockedSubscription, now: Instant) {
  const given = params.raw('discounts') === '' ? [] : params.objects('discounts');
  const added = new Set<string>();
  const discounts = given.map((form) => {
    const one = new Params(form, ['coupon', 'discount']);
    const kept = one.text('discount');
    if (kept !== null) {
      const found = subscription.discounts.find(({ id }) => id === kept);
      if (found === undefined) throw noSuch('discount', kept, 'discounts', 400);
      return found;
    }
    const coupon = one.requiredText('coupon');
    state.catalog.coupons.require(coupon, 'discounts[coupon]', 400);
    const id = state.catalog.makeId('di');
    added.add(id);
    return { id, coupon, start: now };
  });
  const isKept = new Set(discounts.map(({ id }) => id));
  const actions = (common: { readonly at: Instant; readonly subscriptionId: string }): ScenarioAction[] => {
    const owner = { subscriptionId: common.subscriptionId };
    const gone = new Set(subscription.discounts.flatMap(({ id, coupon }) => (isKept.has(id) ? [] : [coupon])));
    return [
      ...[...gone].map((couponId): ScenarioAction => ({ at: common.at, do: 'remove_coupon', owner, couponId })),
      ...discounts
        .filter(({ id }) => added.has(id))
        .map(
          ({ id, coupon }): ScenarioAction => ({
            at: common.at,
            do: 'apply_coupon',
            owner,
            discount: { id, couponId: coupon, start: null, end: null },
          }),
        ),
    ];
  };
  return { discounts, actions };
}

function cancelSubscription(call: Call): Stripe.Subscription | unknown {
  const { state, params, id } = call;
  const { billing } = clockedOf(call);
  billing.change([
    {
      at: billing.now,
      do: 'cancel_now',
      subscriptionId: id,
      isInvoicedNow: params.boolean('invoice_now') ?? false,
      isProrated: params.boolean('prorate') ?? false,
    },
  ]);
  return rendered(state.catalog.subscriptions.require(id), call.expand, state.catalog);
}

function itemOf(form: FormObject): SeedSubscriptionItem {
  const params = new Params(form, ['price', 'quantity', 'metadata', 'discounts', 'tax_rates']);
  const quantity = params.integer('quantity');
  const taxRates = params.texts('tax_rates');
  return {
    price: params.requiredText('price'),
    metadata: params.map('metadata'),
    discounts: params.objects('discounts').map(discountOf),
    ...(quantity === null ? {} : { quantity }),
    ...(taxRates.length === 0 ? {} : { taxRates }),
  };
}

function discountOf(form: FormObject): SeedDiscount {
  return { coupon: new Params(form, ['coupon']).requiredText('coupon') };
}
