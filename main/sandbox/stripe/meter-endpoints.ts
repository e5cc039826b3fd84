import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import type { MeterEventRejection } from '../../../shared/simulation/meter-event.ts';
import type { CancelOutcome } from '../../../shared/simulation/meter-ledger.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { DAY_MS, HOUR_MS, type Instant, instant, toUnixSeconds } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';
import type { Call, Endpoint } from './endpoint.ts';
import { invalid, missingParameter, StripeFailure } from './failure.ts';
import { rawNumber } from './json.ts';
import { limitOf, PAGE_PARAMS, paged } from './paging.ts';
import type { Params } from './params.ts';
import type { SummaryCell } from './state.ts';

/** As Stripe sends it, but with the decimal digits of the value kept. */
type WireSummary = Omit<Stripe.Billing.MeterEventSummary, 'aggregated_value'> & { readonly aggregated_value: unknown };

export const meterEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/v1/billing/meters/:id/event_summaries',
    permission: 'billing_meter_event_read',
    params: [...PAGE_PARAMS, 'customer', 'start_time', 'end_time', 'value_grouping_window'],
    answer: eventSummaries,
  },
  {
    method: 'POST',
    path: '/v1/billing/meter_events',
    permission: 'billing_meter_event_write',
    params: ['event_name', 'payload', 'identifier', 'timestamp'],
    answer: createMeterEvent,
  },
  {
    method: 'POST',
    path: '/v1/billing/meter_event_adjustments',
    permission: 'billing_meter_event_adjustment_write',
    params: ['event_name', 'type', 'cancel'],
    answer: createAdjustment,
  },
];

function eventSummaries({ state, params, id }: Call): unknown {
  const meter = state.catalog.meters.require(id);
  const customerId = params.requiredText('customer');
  const period = { from: params.requiredInstant('start_time'), to: params.requiredInstant('end_time') };
  const grouping = params.oneOf('value_grouping_window', ['hour', 'day']);
  requireAligned('start_time', period.from, grouping);
  requireAligned('end_time', period.to, grouping);
  if (period.from >= period.to) throw invalid('end_time', 'end_time must be after start_time.');
  state.catalog.customers.require(customerId, 'customer', 400);
  const cells: readonly SummaryCell[] = state.ledger
    .summaries({ meterId: meter.id, customerId, grouping, ...reach(params, period) })
    .map((summary) => ({ ...summary, meterId: meter.id, customerId, grouping }));
  const idOf = summaryIds(meter.id, customerId);
  const newestFirst = cells.toReversed().map((cell) => ({ id: idOf(cell), cell }));
  const page = paged(newestFirst, params, {
    url: `/v1/billing/meters/${meter.id}/event_summaries`,
    kind: 'meter event summary',
  });
  return { ...page, data: page.data.map((each) => wireSummary(each.id, each.cell, state.valueWriter(each.cell))) };
}

/**
 * As much of a range as a page needs: from the cursor on, and one bucket more than the page holds. A page before a cursor
 * needs all.
 */
function reach(params: Params, period: Period): { readonly period: Period; readonly newest?: number } {
  if (params.text('ending_before') !== null) return { period };
  const cursorEnd = Number.parseInt(params.text('starting_after')?.split('_').at(-1) ?? '', 36);
  const to = cursorEnd > period.from && cursorEnd < period.to ? instant(cursorEnd) : period.to;
  return { period: { from: period.from, to }, newest: limitOf(params) + 2 };
}

function wireSummary(id: string, cell: SummaryCell, text: string | null): WireSummary {
  return {
    id,
    object: 'billing.meter_event_summary',
    aggregated_value: rawNumber(text ?? formatDecimal(cell.value)),
    end_time: toUnixSeconds(cell.to),
    livemode: false,
    meter: cell.meterId,
    start_time: toUnixSeconds(cell.from),
  } satisfies WireSummary;
}

/** Ids of the buckets of one cell: the same bucket has the same id on every page. */
function summaryIds(meterId: string, customerId: string): (cell: SummaryCell) => string {
  const cellHash = createHash('sha256').update(`${meterId}/${customerId}`).digest('hex').slice(0, 12);
  return (cell) => `mtrusg_test_${cellHash}_${cell.from.toString(36)}_${cell.to.toString(36)}`;
}

const ALIGNMENT = { hour: HOUR_MS, day: DAY_MS } as const;

function requireAligned(param: string, value: Instant, grouping: 'hour' | 'day' | null): void {
  const sizeMs = grouping === null ? 60_000 : ALIGNMENT[grouping];
  if (value % sizeMs === 0) return;
  const boundary = { hour: 'UTC hour', day: 'UTC day', minute: 'minute' }[grouping ?? 'minute'];
  throw invalid(param, `${param} must be aligned with ${boundary} boundaries.`);
}

function createMeterEvent({ state, params }: Call): Stripe.Billing.MeterEvent {
  const eventName = params.requiredText('event_name');
  const payload = params.map('payload');
  if (Object.keys(payload).length === 0) throw missingParameter('payload');
  const identifier = params.text('identifier');
  const isDropped = state.clocks.planted.some(
    (each) => each.kind === 'event_dropped' && each.identifier.test(identifier ?? ''),
  );
  const receipt = isDropped
    ? { outcome: 'accepted' as const, identifier: identifier ?? '', timestamp: state.clock, receivedAt: state.clock }
    : state.receive({ eventName, payload, identifier, timestamp: params.instant('timestamp') });
  if (receipt.outcome === 'rejected') throw refusal(receipt.reason, identifier);
  return {
    object: 'billing.meter_event',
    created: toUnixSeconds(receipt.receivedAt),
    event_name: eventName,
    identifier: receipt.identifier,
    livemode: false,
    payload,
    timestamp: toUnixSeconds(receipt.timestamp),
  } satisfies Stripe.Billing.MeterEvent;
}

const REFUSALS: Readonly<Record<MeterEventRejection, readonly [param: string, message: string]>> = {
  timestamp_too_far_in_past: ['timestamp', 'The timestamp is more than 35 calendar days in the past.'],
  timestamp_in_future: ['timestamp', 'The timestamp is more than 5 minutes in the future.'],
  duplicate_meter_event: ['identifier', 'An event already exists with identifier'],
  no_meter: ['event_name', 'No meter has this event name.'],
  archived_meter: ['event_name', 'The meter of this event name is inactive.'],
  meter_event_no_customer_defined: ['payload', 'The payload has no customer under the key of the meter.'],
  meter_event_customer_not_found: ['payload', 'The customer of the payload does not exist.'],
  meter_event_value_not_found: ['payload', 'The payload has no value under the key of the meter.'],
  meter_event_invalid_value: ['payload', 'The value of the payload is not a number.'],
  meter_event_value_too_many_digits: ['payload', 'The value of the payload has more than 15 significant digits.'],
};

function refusal(reason: MeterEventRejection, identifier: string | null): StripeFailure {
  const [param, message] = REFUSALS[reason];
  return new StripeFailure({
    status: 400,
    code: reason,
    param,
    message: reason === 'duplicate_meter_event' ? `${message} ${identifier ?? ''}.` : message,
    headers: { 'stripe-should-retry': 'false' },
  });
}

function createAdjustment({ state, params }: Call): Stripe.Billing.MeterEventAdjustment {
  const eventName = params.requiredText('event_name');
  params.oneOf('type', ['cancel']);
  params.requiredText('type');
  const identifier = params.map('cancel').identifier;
  if (identifier === undefined) throw missingParameter('cancel[identifier]');
  const outcome = state.cancel({ eventName, identifier });
  if (outcome !== 'cancelled') throw invalid('cancel[identifier]', CANCEL_REFUSALS[outcome](identifier));
  return {
    object: 'billing.meter_event_adjustment',
    cancel: { identifier },
    event_name: eventName,
    livemode: false,
    status: 'pending',
    type: 'cancel',
  } satisfies Stripe.Billing.MeterEventAdjustment;
}

const CANCEL_REFUSALS: Readonly<Record<Exclude<CancelOutcome, 'cancelled'>, (identifier: string) => string>> = {
  event_not_found: (identifier) => `No meter event exists with identifier ${identifier}.`,
  too_late: (identifier) => `The meter event ${identifier} was received more than 24 hours ago.`,
  already_cancelled: (identifier) => `The meter event ${identifier} is cancelled already.`,
};
