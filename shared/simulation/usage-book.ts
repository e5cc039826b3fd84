import type { Meter } from '../billing/meter.ts';
import type { SubscriptionItem } from '../billing/subscription.ts';
import { type Decimal, ZERO } from '../values/decimal.ts';
import { type Instant, toUnixSeconds } from '../values/instant.ts';
import { contains, type Period } from '../values/period.ts';
import { MeasuredUsage, totalOf } from './measured-usage.ts';
import { type MeterEventRejection, parseEventValue, partsOfLongValue } from './meter-event.ts';
import type { ScenarioEvent } from './scenario.ts';
import type { CustomerState, EndedUse, InvoiceState, MeterUse, UsageInlet, World } from './world.ts';

/** A usage report that is received now; what becomes of it is noted. */
export function receiveEvent(world: World, event: ScenarioEvent): void {
  const { identifier } = event;
  const { inlet, use } = inletOf(world, event);
  const isRepeated = use !== null && identifier !== null && use.measured.has(identifier);
  if (isRepeated) use.measured.part();
  const taken = world.ledger.take(event, inlet);
  if (typeof taken === 'string') {
    if (use !== null && !isRepeated) measureRefused(use, event);
    if (world.timeline.hasUsage) noteRefused(world, event, taken);
  } else if (use !== null) {
    if (!isRepeated) use.measured.countMetered(identifier, toUnixSeconds(event.timestamp), taken);
    if (world.timeline.hasUsage) noteAccepted(world, event, use);
  }
}

function inletOf(world: World, { eventName, customerId }: ScenarioEvent): UsageInlet {
  const customer = world.customers.get(customerId);
  const known = customer?.inlets.get(eventName);
  if (known !== undefined) return known;
  const meter = meterNamed(world, eventName);
  const made = {
    inlet: world.ledger.inletOf(eventName, customerId),
    use: customer === undefined || meter === null ? null : meterUseOf(world, customer, meter),
  };
  customer?.inlets.set(eventName, made);
  return made;
}

function measureRefused(use: MeterUse, { identifier, timestamp, value: text }: ScenarioEvent): void {
  const value = parseEventValue(text);
  const isAdded = use.meter.formula === 'sum' && use.meter.eventTimeWindow === null;
  const values = typeof value !== 'string' ? [value] : isAdded ? partsOfLongValue(text) : [];
  for (const one of values) use.measured.countRefused(identifier, toUnixSeconds(timestamp), one);
}

function noteRefused({ timeline, now }: World, usage: ScenarioEvent, reason: MeterEventRejection): void {
  if (reason === 'duplicate_meter_event') timeline.add(now, { type: 'duplicate_dropped', usage });
  else timeline.add(now, { type: 'usage_refused', usage, reason });
}

function noteAccepted({ timeline, now: at }: World, usage: ScenarioEvent, use: MeterUse): void {
  const { timestamp } = usage;
  const seq = timeline.length;
  const ended = use.endedUntil !== null && timestamp < use.endedUntil ? endedUses(use, timestamp) : [];
  const final = ended.find(({ status }) => status !== 'draft');
  if (final === undefined) timeline.push({ seq, at, type: 'usage_accepted', usage, late: ended.length > 0 });
  else timeline.push({ seq, at, type: 'usage_too_late', usage, invoiceId: final.id });
}

/** The customer's use of a meter, from the first time that it is asked for. */
export function meterUseOf(world: World, customer: CustomerState, meter: Meter): MeterUse {
  const found = customer.usage.get(meter.id);
  if (found !== undefined) return found;
  const metered = world.ledger.eventsOf(meter.id, customer.id);
  const made = { meter, metered, measured: new MeasuredUsage(metered), ended: [], endedUntil: null };
  customer.usage.set(meter.id, made);
  return made;
}

/** What the meter of a price holds for a customer in a period. */
export function meteredIn(world: World, customer: CustomerState, item: SubscriptionItem, service: Period): Decimal {
  const meter = meterOf(world, item.priceId);
  return meter === null ? ZERO : totalOf(meterUseOf(world, customer, meter).metered, meter.formula, service);
}

/** A usage period of an item is over; nothing is noted of a licensed one. */
export function endUse(world: World, customer: CustomerState, of: { readonly priceId: string } & EndedUse): void {
  const meter = meterOf(world, of.priceId);
  if (meter === null || of.period.from >= of.period.to) return;
  const use = meterUseOf(world, customer, meter);
  use.ended.push({ period: of.period, itemId: of.itemId, invoice: of.invoice });
  if (use.endedUntil === null || of.period.to > use.endedUntil) use.endedUntil = of.period.to;
}

/** The meter of a metered price, else null. */
export function meterOf({ catalog }: World, priceId: string): Meter | null {
  const price = catalog.prices.get(priceId);
  if (price?.usageType !== 'metered' || price.meterId === null) return null;
  return catalog.meters.get(price.meterId) ?? null;
}

/** The invoices of ended usage periods that hold the instant. */
const endedUses = ({ ended }: MeterUse, at: Instant): readonly InvoiceState[] =>
  ended.flatMap(({ period, invoice }) => (invoice !== null && contains(period, at) ? [invoice] : []));

function meterNamed({ catalog }: World, eventName: string): Meter | null {
  let inactive: Meter | null = null;
  for (const meter of catalog.meters.values()) {
    if (meter.eventName !== eventName) continue;
    if (meter.status === 'active') return meter;
    inactive = meter;
  }
  return inactive;
}

/**
 * Takes a report back (a meter event adjustment).
 * @returns what became of it, in words; Stripe answers with an error where it is not cancelled
 */
export function cancelEvent(
  world: World,
  request: { readonly eventName: string; readonly identifier: string },
): string {
  const holder = world.ledger.holderOf(request.identifier);
  const outcome = world.ledger.cancel(request);
  if (outcome !== 'cancelled') return CANCEL_WORDS[outcome];
  for (const { usage } of world.customers.values()) {
    for (const { metered, measured } of usage.values()) if (metered === holder) measured.takeBack(request.identifier);
  }
  return outcome;
}

const CANCEL_WORDS = {
  event_not_found: 'refused: there is no such event',
  too_late: 'refused: it was received more than 24 hours ago',
  already_cancelled: 'refused: it is cancelled already',
} as const;
