import type Stripe from 'stripe';
import { type BillingInterval, billingPeriodAt } from '../../../shared/rating/invoice/billing-periods.ts';
import type {
  Scenario,
  ScenarioCustomer,
  ScenarioDiscount,
  ScenarioSubscription,
} from '../../../shared/simulation/scenario.ts';
import { DAY_MS, type Instant, instant, toUnixSeconds } from '../../../shared/values/instant.ts';
import { embeddedRows, idOf, isRaw } from '../../sources/stripe/fields.ts';
import { idsIn } from './set-up.ts';
import type { Writer } from './writer.ts';
import { WRITTEN } from './written.ts';

/** Long: an invoice that stays unpaid must not change its subscription. */
const DAYS_UNTIL_DUE = 365;

/** Starts a subscription, and remembers the ids of its items and discounts. */
export async function subscribe(
  writer: Writer,
  scenario: Scenario,
  of: { readonly customer: ScenarioCustomer; readonly subscription: ScenarioSubscription },
): Promise<void> {
  const { customer, subscription } = of;
  const discounts = discountsOf(customer, subscription);
  await writer.make(
    { kind: 'subscription', id: subscription.id, resource: WRITTEN.subscriptions },
    (sdk, options) =>
      sdk.subscriptions.create(
        {
          customer: writer.idOf('customer', customer.id),
          currency: subscription.currency,
          // Nobody pays on a clock: invoices are sent, and marked at the end as the scenario has them paid.
          collection_method: 'send_invoice',
          days_until_due: DAYS_UNTIL_DUE,
          metadata: { ...writer.metadata, tieout_subscription: subscription.id },
          items: subscription.items.map((item) => ({
            price: writer.idOf('price', item.priceId),
            metadata: { tieout_item: item.id },
            ...(item.quantity === null ? {} : { quantity: Number(item.quantity) }),
            ...(item.taxRateIds.length === 0
              ? {}
              : { tax_rates: item.taxRateIds.map((id) => writer.idOf('taxRate', id)) }),
            ...(item.discounts.length === 0 ? {} : { discounts: couponParams(writer, item.discounts) }),
          })),
          ...(discounts.length === 0 ? {} : { discounts: couponParams(writer, discounts) }),
          ...taxParams(writer, customer, subscription),
          ...(subscription.trialEnd === null ? {} : { trial_end: toUnixSeconds(subscription.trialEnd) }),
          ...(subscription.cancelAt === null ? {} : { cancel_at: toUnixSeconds(subscription.cancelAt) }),
          ...(subscription.isCancelledAtPeriodEnd ? { cancel_at_period_end: true } : {}),
          ...anchorParams(scenario, subscription),
        },
        options,
      ),
    (answer) => {
      if (!isRaw(answer)) return;
      noteItems(writer, answer);
      const ids = idsIn(answer.discounts);
      writer.state.discounts[subscription.id] = discounts.flatMap(({ couponId }, index) => {
        const discountId = ids[index];
        return discountId === undefined ? [] : [{ couponId, discountId }];
      });
    },
  );
}

/** The items of an answer carry the ids of the scenario. */
export function noteItems(writer: Writer, subscription: Readonly<Record<string, unknown>>): void {
  for (const row of embeddedRows(subscription.items)?.rows ?? []) {
    const item = isRaw(row) && isRaw(row.metadata) ? row.metadata.tieout_item : null;
    const id = idOf(row);
    if (typeof item === 'string' && id !== null) writer.note('item', item, id);
  }
}

/** Coupons of the customer apply to subscriptions that have none; the API takes them on subscriptions only. */
export const discountsOf = (
  customer: ScenarioCustomer,
  subscription: ScenarioSubscription,
): readonly ScenarioDiscount[] => (subscription.discounts.length > 0 ? subscription.discounts : customer.coupons);

const couponParams = (writer: Writer, discounts: readonly ScenarioDiscount[]) =>
  discounts.map(({ couponId }) => ({ coupon: writer.idOf('coupon', couponId) }));

function taxParams(
  writer: Writer,
  customer: ScenarioCustomer,
  { defaultTaxRateIds }: ScenarioSubscription,
): Pick<Stripe.SubscriptionCreateParams, 'default_tax_rates'> {
  const ids = defaultTaxRateIds.length > 0 ? defaultTaxRateIds : customer.taxRateIds;
  return ids.length === 0 ? {} : { default_tax_rates: ids.map((id) => writer.idOf('taxRate', id)) };
}

type AnchorParams = Pick<
  Stripe.SubscriptionCreateParams,
  'backdate_start_date' | 'billing_cycle_anchor' | 'billing_cycle_anchor_config' | 'proration_behavior'
>;

/**
 * Stripe takes an anchor that lies ahead, so one that lies behind is given as its next boundary; on a day that not every
 * month has, as that day of the month. A subscription that goes on from before the clock begins where it did, and the
 * time until now is not charged.
 */
function anchorParams(scenario: Scenario, subscription: ScenarioSubscription): AnchorParams {
  const { billingCycleAnchor: anchor, trialEnd } = subscription;
  const startAt = subscription.startAt < scenario.start ? scenario.start : subscription.startAt;
  const from = beganAt(scenario, subscription);
  const before: AnchorParams =
    from === null ? {} : { proration_behavior: 'none', backdate_start_date: toUnixSeconds(from) };
  if (anchor === trialEnd || (anchor === startAt && from === null)) return before;
  if (anchor > startAt) return { ...before, billing_cycle_anchor: toUnixSeconds(anchor) };
  const interval = longestInterval(scenario, subscription);
  const date = new Date(anchor);
  const isClamped = (interval.unit === 'month' || interval.unit === 'year') && date.getUTCDate() > 28;
  if (!isClamped) {
    return { ...before, billing_cycle_anchor: toUnixSeconds(billingPeriodAt({ anchor, interval }, startAt).to) };
  }
  return {
    ...before,
    billing_cycle_anchor_config: {
      day_of_month: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      ...(interval.unit === 'year' ? { month: date.getUTCMonth() + 1 } : {}),
    },
  };
}

/** Where a subscription of before the clock began: when it says, else with its periods. Null: it begins on the clock. */
function beganAt(scenario: Scenario, subscription: ScenarioSubscription): Instant | null {
  const { startAt, isContinued, trialEnd, billingCycleAnchor: anchor } = subscription;
  if (startAt < scenario.start) return startAt;
  if (isContinued !== true || (trialEnd !== null && startAt < trialEnd)) return null;
  const froms = intervalsOf(scenario, subscription).map(
    (interval) => billingPeriodAt({ anchor, interval }, startAt).from,
  );
  const first = instant(Math.min(startAt, ...froms));
  // A period that begins with the clock has nothing before it; a second is the least that Stripe can be told.
  return first < startAt ? first : instant(startAt - 1000);
}

const DAYS = { day: 1, week: 7, month: 30, year: 365 } as const;

const intervalsOf = ({ catalog }: Scenario, { items }: ScenarioSubscription): readonly BillingInterval[] =>
  items.flatMap(({ priceId }) => catalog.prices.find(({ id }) => id === priceId)?.interval ?? []);

function longestInterval(scenario: Scenario, subscription: ScenarioSubscription): BillingInterval {
  const lengthOf = ({ unit, count }: BillingInterval): number => DAYS[unit] * count * DAY_MS;
  const [first, ...others] = intervalsOf(scenario, subscription);
  if (first === undefined) return { unit: 'month', count: 1 };
  return others.reduce((longest, each) => (lengthOf(each) > lengthOf(longest) ? each : longest), first);
}
