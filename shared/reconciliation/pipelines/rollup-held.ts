import {
  absolute,
  add,
  compare,
  type Decimal,
  decimal,
  equals,
  isZero,
  multiply,
  subtract,
  ZERO,
} from '../../values/decimal.ts';
import { HOUR_MS, type Instant, instant } from '../../values/instant.ts';
import { contains } from '../../values/period.ts';
import { firstOfEachId, type HeldSpan, type ListedEvent, type RollupFacts, type RollupFault } from './rollup-facts.ts';

/** Stripe's own sums may carry noise in the 16th digit. */
const NOISE = decimal(1n, 15);
/** Summaries are complete some time after an event was taken. */
const PROCESSING_MS = HOUR_MS / 2;

/**
 * Holds what was sent against what Stripe holds. A difference that a fault foretold becomes that fault's; one that Stripe
 * proves harmless is taken back.
 * @param faults what the pipeline's own list shows
 * @param isKnown whether the bucket of an event was looked at
 */
export function checkHeld(
  facts: RollupFacts,
  faults: readonly RollupFault[],
  isKnown: (event: ListedEvent) => boolean,
): RollupFault[] {
  const result = [...faults];
  const events = firstOfEachId(facts.events ?? []);
  const byCell = Map.groupBy(events, ({ customer, meter }) => `${facts.accountOf(customer) ?? ''} ${meter}`);
  const otherByCell = Map.groupBy(facts.others, ({ customer, meter }) => `${facts.accountOf(customer) ?? ''} ${meter}`);
  for (const held of facts.held) {
    const cell = `${held.account} ${held.meter}`;
    const stamped = (byCell.get(cell) ?? []).filter(({ eventAt }) => contains(held.span, eventAt));
    const others = (otherByCell.get(cell) ?? []).filter(({ eventAt }) => contains(held.span, eventAt));
    const isAsked = stamped.length === 0 ? contains(facts.period, rolledAt(held, facts)) : stamped.some(isKnown);
    if (!isAsked) continue;
    if (stamped.some((event) => mayBeOnItsWay(facts, event, held))) continue;
    const sent = stamped.filter(({ state }) => state === 'sent');
    const total = [...sent, ...others].reduce((sum, { value }) => add(sum, value), ZERO);
    const difference = subtract(held.value, total);
    if (difference.coefficient > 0n && hasUnlisted(facts, held)) continue;
    settle(result, { held, stamped, sent, difference, total });
  }
  return result;
}

/** Sent when Stripe was asked, or after that. Where nobody says when, it may have been at any time since it was due. */
function mayBeOnItsWay({ graceMs }: RollupFacts, event: ListedEvent, { asOf }: HeldSpan): boolean {
  const least = event.attemptedAt ?? event.eventAt + graceMs;
  return (event.sentAt ?? (event.state === 'sent' ? least : 0)) > asOf - PROCESSING_MS;
}

/** Whether a bucket became due after the list was read, and Stripe was asked after that: its event is not listed. */
function hasUnlisted({ bucketMs, graceMs, readAt, now }: RollupFacts, { span, asOf }: HeldSpan): boolean {
  const read = readAt?.(instant(Math.min(span.to, asOf) - bucketMs)) ?? now;
  const due = (Math.floor((read - graceMs) / bucketMs) + 1) * bucketMs;
  return Math.max(due, span.from) < span.to && Math.max(due, span.from) + graceMs <= asOf;
}

/** Where the bucket begins whose event would be stamped at the start of the span. */
const rolledAt = ({ span }: HeldSpan, { bucketMs }: RollupFacts): Instant => instant(span.from - bucketMs);

type Settling = {
  readonly held: HeldSpan;
  readonly stamped: readonly ListedEvent[];
  readonly sent: readonly ListedEvent[];
  readonly total: Decimal;
  readonly difference: Decimal;
};

function settle(faults: RollupFault[], { held, stamped, sent, total, difference }: Settling): void {
  const isEqual = compare(absolute(difference), multiply(NOISE, absolute(held.value))) <= 0;
  const isOfSpan = (fault: RollupFault): boolean =>
    stamped.some(({ id, meter }) => id === fault.eventId && meter === fault.meter);
  const risky = faults
    .filter(({ kind, reason }) => kind === 'retry_after_24h' && reason === 'sent_again')
    .filter(isOfSpan);
  if (isEqual) {
    // Sent again after a day, and counted once all the same.
    for (const fault of risky) faults.splice(faults.indexOf(fault), 1);
    return;
  }
  if (difference.coefficient < 0n) {
    const missing = absolute(difference);
    const [one] = sent.filter(({ value }) => equals(value, missing));
    faults.push(heldFault(held, { event: one ?? (sent.length === 1 ? sent[0] : undefined), quantity: missing, total }));
    return;
  }
  let extra = difference;
  const others = stamped.filter(({ state }) => state === 'pending');
  const fits = risky.find(({ quantity }) => equals(quantity, extra));
  for (const fault of fits === undefined ? risky : [fits]) {
    if (compare(fault.quantity, extra) > 0) continue;
    extra = subtract(extra, fault.quantity);
    faults[faults.indexOf(fault)] = { ...fault, effect: 'twice', held: held.value };
  }
  for (const fault of risky) {
    if (fits !== undefined && fault !== fits) faults.splice(faults.indexOf(fault), 1);
  }
  for (const { id, value } of others) {
    // Taken by Stripe, though the pipeline does not know it: what waits to be sent again is counted already.
    if (compare(value, extra) > 0) continue;
    extra = subtract(extra, value);
    const at = faults.findIndex(
      ({ eventId, reason }) => eventId === id && (reason === 'still_pending' || reason === 'never_sent'),
    );
    const found = faults[at];
    if (found !== undefined) faults[at] = { ...found, held: held.value };
  }
  if (isZero(extra)) return;
  const [one] = sent.filter(({ value }) => equals(value, extra));
  faults.push({
    ...heldFault(held, { event: one, quantity: extra, total }),
    kind: 'held_twice',
    effect: 'twice',
    reason: 'stripe_has_more',
  });
}

const heldFault = (
  held: HeldSpan,
  of: { readonly event: ListedEvent | undefined; readonly quantity: Decimal; readonly total: Decimal },
): RollupFault => ({
  kind: 'not_held',
  effect: 'lost',
  customer: of.event?.customer ?? held.account,
  meter: held.meter,
  eventId: of.event?.id ?? null,
  bucket: of.event === undefined ? held.span : { from: of.event.bucketStart, to: of.event.eventAt },
  eventAt: of.event?.eventAt ?? null,
  recomputed: null,
  sent: of.total,
  held: held.value,
  quantity: of.quantity,
  reason: 'stripe_has_less',
});
