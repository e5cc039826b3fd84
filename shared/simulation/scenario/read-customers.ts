import { isAbsent, shownValue } from '../../rating/document/fields.ts';
import { formatDecimal, isNegative } from '../../values/decimal.ts';
import { formatInstant, type Instant } from '../../values/instant.ts';
import type { PaymentOutcome, ScenarioCustomer, ScenarioItem, ScenarioSubscription } from '../scenario.ts';
import { CurrencyOf } from './currency.ts';
import {
  choiceOf,
  decimalOf,
  entriesOf,
  flagOf,
  Ids,
  instantOf,
  minorOf,
  type Placed,
  readSection,
  requireId,
  type Section,
  textOf,
} from './own-fields.ts';
import { type Reading, readDiscounts, readGrant, readTaxRateIds } from './read-owner.ts';
import { IDLE_FIELDS, withoutIdle } from './stripe-fields.ts';

const CUSTOMER_KEYS = [
  'id',
  'name',
  'balance',
  'tax_exempt',
  'discounts',
  'discount',
  'creditGrants',
  'taxRates',
  'subscriptions',
  'payment',
];
const SUBSCRIPTION_KEYS = [
  'id',
  'currency',
  'start_date',
  'continued',
  'billing_cycle_anchor',
  'trial_end',
  'cancel_at',
  'cancel_at_period_end',
  'items',
  'discounts',
  'default_tax_rates',
];
const ITEM_KEYS = ['id', 'price', 'quantity', 'discounts', 'tax_rates'];
export const PAYMENT_OUTCOMES: readonly PaymentOutcome[] = ['none', 'succeeds', 'fails', 'uncollectible'];

/** Ids that are unique over all customers. */
type Taken = {
  readonly customers: Ids;
  readonly subscriptions: Ids;
  readonly items: Ids;
  readonly grants: Ids;
};

export function readCustomers(placed: Placed, reading: Reading): readonly ScenarioCustomer[] {
  const taken: Taken = {
    customers: new Ids('customer'),
    subscriptions: new Ids('subscription'),
    items: new Ids('subscription item'),
    grants: new Ids('credit grant'),
  };
  return entriesOf(placed, reading.problems).flatMap((entry) => readCustomer(entry, taken, reading) ?? []);
}

function readCustomer(placed: Placed, taken: Taken, reading: Reading): ScenarioCustomer | null {
  const { problems, start } = reading;
  const section = readSection(withoutIdle(placed, IDLE_FIELDS.customer), CUSTOMER_KEYS, problems, 'customer');
  if (section === null) return null;
  const id = requireId(section.get('id'), 'customer id', problems);
  taken.customers.add(id, `${placed.path}.id`, problems);
  return {
    id,
    name: textOf(section.get('name'), problems),
    balanceMinor: minorOf(section.get('balance'), problems) ?? 0n,
    taxExempt: choiceOf(section.get('tax_exempt'), ['none', 'exempt', 'reverse'], 'none', problems),
    coupons: [
      ...readDiscounts(section.get('discounts'), id, reading),
      ...readDiscounts(single(section.get('discount')), id, reading),
    ],
    creditGrants: entriesOf(section.get('creditGrants'), problems).flatMap((entry, index) => {
      const grant = readGrant(entry, { customerId: id, id: `credgr_${id}_${index + 1}`, at: start }, reading);
      if (grant !== null) taken.grants.add(grant.id, `${entry.path}.id`, problems);
      return grant ?? [];
    }),
    taxRateIds: readTaxRateIds(section.get('taxRates'), id, reading),
    subscriptions: entriesOf(listIn(section.get('subscriptions')), problems).flatMap(
      (entry) => readSubscription(entry, taken, reading) ?? [],
    ),
    payment: choiceOf(section.get('payment'), PAYMENT_OUTCOMES, 'none', problems),
  };
}

function readSubscription(placed: Placed, taken: Taken, reading: Reading): ScenarioSubscription | null {
  const { problems } = reading;
  const own = withoutIdle(placed, IDLE_FIELDS.subscription);
  const section = readSection(own, SUBSCRIPTION_KEYS, problems, 'subscription');
  if (section === null) return null;
  const id = requireId(section.get('id'), 'subscription id', problems);
  taken.subscriptions.add(id, `${placed.path}.id`, problems);
  // One that is older than the clock is taken up in the middle of its periods.
  const startAt = instantOf(section.get('start_date'), problems) ?? reading.start;
  const trialEnd = later(section.get('trial_end'), { startAt, what: 'trial ends' }, reading);
  const cancelAt = later(section.get('cancel_at'), { startAt, what: 'subscription ends' }, reading);
  return {
    id,
    ...readItems(section, taken, reading),
    startAt,
    ...(flagOf(section.get('continued'), false, problems) ? { isContinued: true } : {}),
    billingCycleAnchor: instantOf(section.get('billing_cycle_anchor'), problems) ?? trialEnd ?? startAt,
    trialEnd,
    cancelAt,
    isCancelledAtPeriodEnd: flagOf(section.get('cancel_at_period_end'), false, problems),
    discounts: readDiscounts(section.get('discounts'), id, reading),
    defaultTaxRateIds: readTaxRateIds(section.get('default_tax_rates'), id, reading),
  };
}

/** Something that comes after the start of the subscription; null where it is absent or does not, which is said. */
function later(
  placed: Placed,
  { startAt, what }: { readonly startAt: Instant; readonly what: string },
  { problems }: Reading,
): Instant | null {
  const at = instantOf(placed, problems);
  if (at === null || at > startAt) return at;
  const message = `The ${what} on ${formatInstant(at)}, which is not after it starts.`;
  problems.add('scenario.contradictory', placed.path, message, 'Give a later instant, or leave it out.');
  return null;
}

function readItems(section: Section, taken: Taken, reading: Reading): Pick<ScenarioSubscription, 'items' | 'currency'> {
  const { problems } = reading;
  const placed = section.get('items');
  const rows = listIn(placed);
  const entries = entriesOf(rows, problems);
  if (entries.length === 0 && (isAbsent(rows.value) || Array.isArray(rows.value))) {
    problems.add(
      'scenario.no_items',
      placed.path,
      'The subscription has no items.',
      'Give at least one, with a price.',
    );
  }
  const currency = new CurrencyOf(section.get('currency'), problems);
  const items = entries.flatMap((entry) => readItem(entry, { taken, currency }, reading) ?? []);
  return { items, currency: currency.code };
}

/** Stripe's customer has at most one discount. */
const single = ({ value, path }: Placed): Placed => ({ value: isAbsent(value) ? null : [value], path });

/** Stripe lists things below `data`. */
const listIn = (placed: Placed): Placed =>
  isList(placed.value) ? { value: placed.value.data, path: `${placed.path}.data` } : placed;

const isList = (value: unknown): value is { readonly data: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && 'data' in value;

function readItem(
  placed: Placed,
  { taken, currency }: { readonly taken: Taken; readonly currency: CurrencyOf },
  reading: Reading,
): ScenarioItem | null {
  const { problems } = reading;
  const section = readSection(withoutIdle(placed, IDLE_FIELDS.item), ITEM_KEYS, problems, 'subscription item');
  if (section === null) return null;
  const id = requireId(section.get('id'), 'item id', problems);
  taken.items.add(id, `${placed.path}.id`, problems);
  const price = reading.catalog.price(section.get('price'));
  if (price !== null) currency.take(price, `${placed.path}.price`);
  return {
    id,
    priceId: price?.id ?? '',
    quantity: readQuantity(section.get('quantity'), price?.usageType ?? null, reading),
    discounts: readDiscounts(section.get('discounts'), id, reading),
    taxRateIds: readTaxRateIds(section.get('tax_rates'), id, reading),
  };
}

/** Of a licensed price at least 0, 1 unless it says otherwise; a metered price has none. */
export function readQuantity(
  placed: Placed,
  usageType: 'metered' | 'licensed' | null,
  { problems }: Pick<Reading, 'problems'>,
): string | null {
  const quantity = decimalOf(placed, problems);
  if (usageType === 'metered') {
    if (quantity === null) return null;
    const remedy = 'Leave it out: what the meter counts is billed.';
    problems.add('scenario.contradictory', placed.path, 'An item of a metered price has no quantity.', remedy);
    return null;
  }
  if (quantity === null) return '1';
  if (!isNegative(quantity)) return formatDecimal(quantity);
  const message = `The quantity is ${shownValue(placed.value)}.`;
  problems.add('quantity-negative', placed.path, message, 'Give at least 0.');
  return '0';
}
