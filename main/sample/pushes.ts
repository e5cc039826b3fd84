import { meterPayloadValue } from '../../shared/billing/meter-value.ts';
import type { LoadedEvent } from '../../shared/simulation/meter-ledger.ts';
import { add, decimal, formatDecimal } from '../../shared/values/decimal.ts';
import { type Fraction, scaleBy } from '../../shared/values/fraction.ts';
import { HOUR_MS, type Instant, instant } from '../../shared/values/instant.ts';
import { type MonthKey, monthPeriod } from '../../shared/values/period.ts';
import { type Fault, type FaultKind, SHIFT_HOURS, UNMAPPED_CUSTOMER } from './faults.ts';
import type { SampleMeter } from './meters.ts';
import { hourStart, hoursOf, type SampleCustomer } from './world.ts';

/** Native increments by hour since 1970, of one customer and meter. */
export type HourlyUsage = ReadonlyMap<number, bigint>;

const PUSH_DELAY_MS = 5_000;
const FINAL_PUSH_DELAY_MS = 20_000;
const STOPPED_HOURS = 30;
const LATE_HOURS = 3;
const REJECTED_FROM_DAY = 20;
const DOUBLED_FROM_DAY = 16;
/** More decimals than the worker's rounding leaves, so that Stripe sees more than 15 digits. */
const UNROUNDED_PLACES = 18;

/**
 * What the push worker of the sample company sends for one customer, meter and month: every hour, five seconds past,
 * either the month so far (`last` meters, final push stamped one second before the month ends) or the hour's own
 * increment (`sum` meters). Faults change what is sent, never what was measured.
 */
export function monthOfPushes(request: {
  readonly customer: SampleCustomer;
  readonly meter: SampleMeter;
  readonly month: MonthKey;
  readonly usage: HourlyUsage;
  readonly faults: readonly Fault[];
}): readonly LoadedEvent[] {
  const { customer, meter, month } = request;
  if (customer.index === UNMAPPED_CUSTOMER) return [];
  const kind =
    request.faults.find(
      (fault) =>
        fault.customer === customer.index &&
        fault.month === month &&
        fault.meter === meter.key &&
        fault.isConsequence !== true,
    )?.kind ?? null;
  if (kind === 'never_pushed') return [];
  return meter.push === 'increment' ? increments(request, kind) : levels(request, kind);
}

type PushRequest = {
  readonly customer: SampleCustomer;
  readonly meter: SampleMeter;
  readonly month: MonthKey;
  readonly usage: HourlyUsage;
};

/** One event an hour with what the hour used, stamped in its last second. */
function increments({ customer, meter, month, usage }: PushRequest, kind: FaultKind | null): readonly LoadedEvent[] {
  const events: LoadedEvent[] = [];
  const { first, end } = hoursOf(month);
  const missed = month.endsWith('03') ? 9 : 4;
  for (let hour = first; hour < end; hour += 1) {
    const native = usage.get(hour) ?? 0n;
    if (native === 0n) continue;
    const hourOfMonth = hour - first;
    if (kind === 'missed_push' && hourOfMonth >= 315 && hourOfMonth < 315 + missed) continue;
    const shiftMs = kind === 'zone_shift' ? SHIFT_HOURS * HOUR_MS : 0;
    const event = {
      meterId: meter.meterId,
      customerId: customer.customerId,
      timestamp: instant(hourStart(hour + 1) - 1000 - shiftMs),
      receivedAt: instant(hourStart(hour + 1) + PUSH_DELAY_MS),
      value: payload(native, meter.scale),
      identifier: `${customer.usageId}:${meter.key}:${hour}`,
    };
    events.push(event);
    const isRepeated = kind === 'duplicate_push' && hourOfMonth >= 410 && hourOfMonth < 413;
    if (isRepeated) events.push({ ...event, identifier: `${event.identifier}:retry` });
  }
  return events;
}

/** Every hour the total of the month so far; a total of zero is not sent. */
function levels({ customer, meter, month, usage }: PushRequest, kind: FaultKind | null): readonly LoadedEvent[] {
  const events: LoadedEvent[] = [];
  const { first, end } = hoursOf(month);
  const { to } = monthPeriod(month);
  const lastPush = kind === 'final_push_missing' ? end - STOPPED_HOURS : kind === 'late_push' ? end - LATE_HOURS : end;
  let total = 0n;
  let doubled = 0n;
  for (let hour = first; hour < end; hour += 1) {
    const day = Math.floor((hour - first) / 24) + 1;
    const native = usage.get(hour) ?? 0n;
    total += native;
    if (kind === 'double_count' && day >= DOUBLED_FROM_DAY) doubled += native / 5n;
    const pushHour = hour + 1;
    if (pushHour > lastPush || total === 0n) continue;
    const isFinal = pushHour === end;
    events.push({
      meterId: meter.meterId,
      customerId: customer.customerId,
      timestamp: isFinal ? instant(to - 1000) : pushedAt(pushHour),
      receivedAt: isFinal ? instant(to + FINAL_PUSH_DELAY_MS) : pushedAt(pushHour),
      value: levelText({ native: total + doubled, meter, kind, day }),
    });
  }
  return events;
}

const pushedAt = (unixHour: number): Instant => instant(hourStart(unixHour) + PUSH_DELAY_MS);

function levelText(of: {
  readonly native: bigint;
  readonly meter: SampleMeter;
  readonly kind: FaultKind | null;
  readonly day: number;
}): string {
  const { native, meter, kind } = of;
  if (kind === 'unit_scale') {
    const isMemory = meter.key === 'memory_gib_seconds';
    const { numerator, denominator } = meter.scale;
    return payload(
      native,
      isMemory ? { numerator: numerator * 1024n, denominator } : { numerator, denominator: denominator * 60n },
    );
  }
  if (kind === 'rejected_events' && of.day >= REJECTED_FROM_DAY) {
    const unrounded = scaleBy(decimal(native), meter.scale, UNROUNDED_PLACES, 'half_up');
    return formatDecimal(add(unrounded, decimal(1n, UNROUNDED_PLACES)));
  }
  return payload(native, meter.scale);
}

/** Native units → the text that Stripe takes. */
const payload = (native: bigint, scale: Fraction): string =>
  meterPayloadValue(scaleBy(decimal(native), scale, UNROUNDED_PLACES, 'half_up'));
