import { isAbsent, isRaw, shownValue } from '../../rating/document/fields.ts';
import { formatInstant, type Instant } from '../../values/instant.ts';
import { nearestWord } from '../../values/nearest-word.ts';
import type { ItemUpdate, ScenarioAction, ScenarioCustomer, ScenarioEvent, ScenarioSubscription } from '../scenario.ts';
import { hasCurrency } from './currency.ts';
import {
  addMissing,
  addUnknown,
  choiceOf,
  entriesOf,
  flagOf,
  instantOf,
  type Placed,
  readSection,
  requireId,
  requireInstant,
  type Section,
} from './own-fields.ts';
import { readQuantity } from './read-customers.ts';
import { type Reading, readDiscount, readGrant } from './read-owner.ts';

/** The fields of every action beside `at` and `do`. */
const ACTION_KEYS: Readonly<Record<ScenarioAction['do'], readonly string[]>> = {
  update_subscription: ['subscription', 'items', 'proration_behavior', 'proration', 'trial_end'],
  cancel_now: ['subscription', 'invoice_now', 'prorate'],
  cancel_at_period_end: ['subscription'],
  pause: ['subscription', 'behavior', 'resumes_at'],
  resume: ['subscription'],
  add_credit_grant: ['customer', 'grant', 'credit_grant'],
  void_credit_grant: ['grant', 'credit_grant'],
  apply_coupon: ['customer', 'subscription', 'coupon', 'discount'],
  remove_coupon: ['customer', 'subscription', 'coupon'],
  cancel_event: ['event', 'event_name', 'identifier'],
  void_invoice: ['customer', 'subscription', 'period'],
};
const ACTIONS = Object.keys(ACTION_KEYS) as ScenarioAction['do'][];

/** What actions may name. */
type Known = {
  readonly customers: readonly ScenarioCustomer[];
  readonly subscriptions: ReadonlyMap<string, ScenarioSubscription>;
  /** Of each subscription, as the actions up to now left them. */
  readonly itemIds: Map<string, Set<string>>;
  readonly grantIds: Set<string>;
  /** By identifier the names of its events. */
  readonly events: ReadonlyMap<string, ReadonlySet<string>>;
};

/** The actions in the order of the scenario; what they name is looked up in the order of time. */
export function readActions(
  placed: Placed,
  of: { readonly customers: readonly ScenarioCustomer[]; readonly usage: readonly ScenarioEvent[] },
  reading: Reading,
): readonly ScenarioAction[] {
  const entries = entriesOf(placed, reading.problems).flatMap((entry, index) => readHead(entry, index, reading) ?? []);
  if (entries.length === 0) return [];
  const known = knownOf(of.customers, of.usage);
  const actions: { readonly index: number; readonly action: ScenarioAction }[] = [];
  for (const head of [...entries].sort((a, b) => a.at - b.at || a.index - b.index)) {
    const action = readAction(head, known, reading);
    if (action !== null) actions.push({ index: head.index, action });
  }
  return actions.sort((a, b) => a.index - b.index).map(({ action }) => action);
}

function knownOf(customers: readonly ScenarioCustomer[], usage: readonly ScenarioEvent[]): Known {
  const subscriptions = customers.flatMap((customer) => customer.subscriptions);
  return {
    customers,
    subscriptions: new Map(subscriptions.map((subscription) => [subscription.id, subscription])),
    itemIds: new Map(subscriptions.map(({ id, items }) => [id, new Set(items.map((item) => item.id))])),
    grantIds: new Set(customers.flatMap(({ creditGrants }) => creditGrants.map(({ id }) => id))),
    events: namesOf(usage),
  };
}

function namesOf(usage: readonly ScenarioEvent[]): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>();
  for (const { identifier, eventName } of usage) {
    if (identifier === null) continue;
    const known = names.get(identifier);
    if (known === undefined) names.set(identifier, new Set([eventName]));
    else known.add(eventName);
  }
  return names;
}

type Head = {
  readonly index: number;
  readonly at: Instant;
  readonly do: ScenarioAction['do'];
  readonly section: Section;
};

/** When it happens and what it does, by which the other fields are known. */
function readHead(placed: Placed, index: number, { problems, start }: Reading): Head | null {
  const raw = isRaw(placed.value) ? placed.value : {};
  const what = raw.do;
  const name = ACTIONS.find((action) => action === what);
  if (isRaw(placed.value) && name === undefined) {
    const path = `${placed.path}.do`;
    if (isAbsent(what)) addMissing(problems, path, 'word for what is done', `Known are ${ACTIONS.join(', ')}.`);
    else {
      const near = typeof what === 'string' ? nearestWord(what, ACTIONS) : null;
      const remedy = near === null ? `Known are ${ACTIONS.join(', ')}.` : `Did you mean ${near}?`;
      problems.add('scenario.unknown_action', path, `The action ${shownValue(what)} is not known.`, remedy);
    }
    return null;
  }
  const keys = ['at', 'do', ...(name === undefined ? [] : ACTION_KEYS[name])];
  const section = readSection(placed, keys, problems, 'action');
  if (section === null || name === undefined) return null;
  const at = requireInstant(section.get('at'), 'instant', problems);
  if (at !== null && at < start) {
    const message = `The action happens on ${formatInstant(at)}, before the clock starts.`;
    const remedy = `Let it happen at ${formatInstant(start)} or later.`;
    problems.add('scenario.before_start', section.get('at').path, message, remedy);
  }
  return { index, at: at ?? start, do: name, section };
}

function readAction({ at, do: name, section }: Head, known: Known, reading: Reading): ScenarioAction | null {
  const { problems } = reading;
  switch (name) {
    case 'update_subscription':
      return readUpdate(at, section, known, reading);
    case 'cancel_now': {
      const isInvoicedNow = flagOf(section.get('invoice_now'), false, problems);
      const isProrated = flagOf(section.get('prorate'), false, problems);
      return { at, do: name, subscriptionId: readSubscriptionId(section, known, reading), isInvoicedNow, isProrated };
    }
    case 'cancel_at_period_end':
    case 'resume':
      return { at, do: name, subscriptionId: readSubscriptionId(section, known, reading) };
    case 'pause': {
      const subscriptionId = readSubscriptionId(section, known, reading);
      const behavior = choiceOf(section.get('behavior'), PAUSES, 'keep_as_draft', problems);
      return { at, do: name, subscriptionId, behavior, resumesAt: readResumption(section, at, reading) };
    }
    case 'add_credit_grant':
      return readNewGrant(at, section, known, reading);
    case 'void_credit_grant': {
      const placed = eitherOf(section, 'grant', 'credit_grant');
      const grantId = requireId(placed, 'credit grant', problems);
      const of = {
        code: 'scenario.unknown_credit_grant',
        what: 'credit grant',
        id: grantId,
        known: known.grantIds,
      } as const;
      if (grantId !== '' && !known.grantIds.has(grantId)) addUnknown(problems, placed.path, of);
      return { at, do: name, grantId };
    }
    case 'apply_coupon': {
      const owner = readOwner(section, known, reading);
      const id = `di_${'customerId' in owner ? owner.customerId : owner.subscriptionId}_${at / 1000}`;
      return { at, do: name, owner, discount: readDiscount(eitherOf(section, 'coupon', 'discount'), id, reading) };
    }
    case 'remove_coupon': {
      const coupon = section.get('coupon');
      const couponId = isAbsent(coupon.value) ? null : reading.catalog.coupon(coupon, '');
      return { at, do: name, owner: readOwner(section, known, reading), couponId };
    }
    case 'cancel_event':
      return readCancelledEvent(at, section, known, reading);
    case 'void_invoice': {
      const subscriptionId = readBilledSubscription(section, known, reading);
      const period = readSection(section.get('period'), ['from', 'to'], problems, 'period');
      const from = period === null ? null : requireInstant(period.get('from'), 'beginning of the period', problems);
      if (period !== null) instantOf(period.get('to'), problems);
      return from === null ? null : { at, do: name, subscriptionId, periodFrom: from };
    }
  }
}

const PAUSES = ['keep_as_draft', 'mark_uncollectible', 'void'] as const;
const PRORATIONS = ['create_prorations', 'always_invoice', 'none'] as const;

const eitherOf = (section: Section, name: string, other: string): Placed =>
  isAbsent(section.get(name).value) && !isAbsent(section.get(other).value) ? section.get(other) : section.get(name);

function readSubscriptionId(section: Section, known: Known, { problems }: Reading): string {
  const placed = section.get('subscription');
  const id = requireId(placed, 'subscription', problems);
  if (id === '' || known.subscriptions.has(id)) return id;
  const of = {
    code: 'scenario.unknown_subscription',
    what: 'subscription',
    id,
    known: known.subscriptions.keys(),
  } as const;
  addUnknown(problems, placed.path, of);
  return id;
}

/** A subscription, or a customer that has but one. */
function readBilledSubscription(section: Section, known: Known, reading: Reading): string {
  const placed = section.get('customer');
  if (isAbsent(placed.value)) return readSubscriptionId(section, known, reading);
  const id = readCustomerId(placed, known, reading);
  const customer = known.customers.find((candidate) => candidate.id === id);
  const [only, ...others] = customer?.subscriptions ?? [];
  const isSaid = !isAbsent(section.get('subscription').value);
  if (!isSaid && only !== undefined && others.length === 0) return only.id;
  const subscriptionId = isSaid || customer !== undefined ? readSubscriptionId(section, known, reading) : '';
  if (customer !== undefined && known.subscriptions.has(subscriptionId)) {
    if (customer.subscriptions.every((own) => own.id !== subscriptionId)) {
      const message = `The subscription ${shownValue(subscriptionId)} is not of ${shownValue(id)}.`;
      reading.problems.add('scenario.contradictory', placed.path, message, 'Name the subscription alone.');
    }
  }
  return subscriptionId;
}

function readCustomerId(placed: Placed, known: Known, { problems }: Reading): string {
  const id = requireId(placed, 'customer', problems);
  const ids = known.customers.map((customer) => customer.id);
  if (id === '' || ids.includes(id)) return id;
  addUnknown(problems, placed.path, { code: 'scenario.unknown_customer', what: 'customer', id, known: ids });
  return id;
}

/** Whose a discount is: a customer or a subscription, one of them. */
function readOwner(
  section: Section,
  known: Known,
  reading: Reading,
): { customerId: string } | { subscriptionId: string } {
  const [customer, subscription] = [section.get('customer'), section.get('subscription')];
  if (isAbsent(customer.value)) return { subscriptionId: readSubscriptionId(section, known, reading) };
  if (!isAbsent(subscription.value)) {
    const message = 'The action names a customer and a subscription.';
    reading.problems.add('scenario.contradictory', subscription.path, message, 'Name the one that has the coupon.');
  }
  return { customerId: readCustomerId(customer, known, reading) };
}

function readUpdate(at: Instant, section: Section, known: Known, reading: Reading): ScenarioAction {
  const { problems } = reading;
  const subscriptionId = readSubscriptionId(section, known, reading);
  const trial = section.get('trial_end');
  const items = entriesOf(section.get('items'), problems).flatMap(
    (entry, index) => readItemUpdate(entry, { index, at, subscriptionId, known }, reading) ?? [],
  );
  if (known.itemIds.get(subscriptionId)?.size === 0) {
    const remedy = 'Keep one item, or cancel the subscription.';
    problems.add('scenario.no_items', section.get('items').path, 'The subscription is left without items.', remedy);
  }
  return {
    at,
    do: 'update_subscription',
    subscriptionId,
    items,
    prorationBehavior: choiceOf(
      eitherOf(section, 'proration_behavior', 'proration'),
      PRORATIONS,
      'create_prorations',
      problems,
    ),
    ...(trial.value === undefined ? {} : { trialEnd: trial.value === 'now' ? null : instantOf(trial, problems) }),
  };
}

function readItemUpdate(
  placed: Placed,
  of: { readonly index: number; readonly at: Instant; readonly subscriptionId: string; readonly known: Known },
  reading: Reading,
): ItemUpdate | null {
  const { problems, catalog } = reading;
  const section = readSection(placed, ['id', 'price', 'quantity', 'deleted'], problems, 'subscription item');
  if (section === null) return null;
  const ids = of.known.itemIds.get(of.subscriptionId);
  const given = section.get('id');
  const isNew = isAbsent(given.value);
  const id = isNew ? `si_${of.subscriptionId}_${of.at / 1000}_${of.index + 1}` : requireId(given, 'item id', problems);
  const isThere = ids?.has(id) === true;
  const isDeleted = flagOf(section.get('deleted'), false, problems);
  const hasPrice = !isAbsent(section.get('price').value);
  if (ids !== undefined && id !== '' && !isThere && (isDeleted || !hasPrice)) {
    if (isNew)
      addMissing(problems, section.get('price').path, 'price', 'A new item needs one; name an old one by its id.');
    else addUnknown(problems, given.path, { code: 'scenario.unknown_item', what: 'subscription item', id, known: ids });
  }
  if (isDeleted) ids?.delete(id);
  else ids?.add(id);
  const price = hasPrice ? catalog.price(section.get('price')) : null;
  const subscription = of.known.subscriptions.get(of.subscriptionId);
  if (price !== null && subscription !== undefined && subscription.currency !== '') {
    if (!hasCurrency(price, subscription.currency)) {
      const message = `The price ${price.id} is in ${price.currency}, the subscription in ${subscription.currency}.`;
      const remedy = `Give the price amounts in ${subscription.currency} (currency_options), or take another one.`;
      problems.add('scenario.two_currencies', section.get('price').path, message, remedy);
    }
  }
  const quantity = section.get('quantity');
  return {
    id,
    ...(hasPrice ? { priceId: price?.id ?? '' } : {}),
    ...(isAbsent(quantity.value) && !(hasPrice && !isThere)
      ? {}
      : { quantity: readQuantity(quantity, price?.usageType ?? null, reading) }),
    ...(isDeleted ? { isDeleted } : {}),
  };
}

function readResumption(section: Section, at: Instant, { problems }: Reading): Instant | null {
  const placed = section.get('resumes_at');
  const resumesAt = instantOf(placed, problems);
  if (resumesAt === null || resumesAt > at) return resumesAt;
  const message = 'The pause is over when it begins.';
  problems.add('scenario.contradictory', placed.path, message, 'Give a later instant, or leave it out.');
  return null;
}

function readNewGrant(at: Instant, section: Section, known: Known, reading: Reading): ScenarioAction | null {
  const placed = eitherOf(section, 'grant', 'credit_grant');
  const own = section.get('customer');
  const inGrant = isRaw(placed.value) ? placed.value.customer : undefined;
  const customer =
    isAbsent(own.value) && !isAbsent(inGrant) ? { value: inGrant, path: `${placed.path}.customer` } : own;
  const customerId = readCustomerId(customer, known, reading);
  const id = `credgr_${customerId}_${at / 1000}`;
  const grant = readGrant(placed, { customerId, id, at }, reading);
  if (grant === null) return null;
  if (known.grantIds.has(grant.id)) {
    const message = `The credit grant ${shownValue(grant.id)} exists already.`;
    reading.problems.add('scenario.duplicate_id', `${placed.path}.id`, message, 'Give every one an id of its own.');
  }
  known.grantIds.add(grant.id);
  return { at, do: 'add_credit_grant', grant };
}

/** The event may go without saying where only one has the identifier. */
function readCancelledEvent(at: Instant, section: Section, known: Known, { problems }: Reading): ScenarioAction {
  const identifier = requireId(section.get('identifier'), 'identifier', problems);
  const named = eitherOf(section, 'event', 'event_name');
  const names = known.events.get(identifier);
  const [only] = names?.size === 1 ? names : [];
  const eventName = isAbsent(named.value) && only !== undefined ? only : requireId(named, 'event', problems);
  if (eventName !== '' && identifier !== '' && names?.has(eventName) !== true) {
    const message = `No event ${shownValue(eventName)} of the scenario has the identifier ${shownValue(identifier)}.`;
    const remedy = 'Give the event and the identifier of one in usage.';
    problems.add('scenario.unknown_event', section.get('identifier').path, message, remedy);
  }
  return { at, do: 'cancel_event', eventName, identifier };
}
