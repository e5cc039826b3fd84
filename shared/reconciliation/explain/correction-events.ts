import type { Meter } from '../../billing/meter.ts';
import { pushedForm } from '../../billing/meter-value.ts';
import { type Decimal, formatDecimal, isZero } from '../../values/decimal.ts';
import { DAY_MS, HOUR_MS, type Instant, instant } from '../../values/instant.ts';
import { toQuantity } from '../hourly-series.ts';
import type { DriftingCell } from './drifting-cell.ts';
import type { Claim, FaultCode } from './hypothesis.ts';

/** A meter event that mends something, before it has its identifier. */
export type CorrectionEvent = { readonly at: Instant; readonly value: Decimal };

export type Correction = {
  readonly events: readonly CorrectionEvent[];
  /** What events cannot mend, in units of the cell: positive is to be charged, negative to be given back. */
  readonly beyond: bigint;
};

/** How events of a fault mend it: hour by hour, by the net, or not at all. */
const WAYS: Readonly<Partial<Record<FaultCode, 'hours' | 'net'>>> = {
  missed_push: 'hours',
  final_push_missing: 'hours',
  duplicate_push: 'hours',
  wrong_period: 'hours',
  wrong_customer: 'hours',
  rejected_events: 'hours',
  pagination: 'hours',
  late_rows: 'hours',
  seam: 'hours',
  same_second_tie: 'hours',
  zone_shift: 'net',
  unit_scale: 'net',
};

export const isMendedByEvents = (code: string): boolean => Object.hasOwn(WAYS, code);

/** Stripe takes events of the last 35 days (stripe.md, Meters and summaries); an hour is left for sending them. */
const MOST_AGE_MS = 35 * DAY_MS - HOUR_MS;
/** A meter that counts needs an event for each one. */
const MOST_COUNTED = 1_000n;

/**
 * The meter events that undo faults of a cell, and what they cannot.
 * @param of.claims faults of one kind @param of.isBilled the invoice of the month is final, so that no event changes it
 */
export function correctionFor(
  cell: DriftingCell,
  of: {
    readonly claims: readonly Claim[];
    readonly meter: Pick<Meter, 'formula' | 'eventTimeWindow'>;
    readonly isBilled: boolean;
    readonly now: Instant;
  },
): Correction {
  const lacks = lacksOf(of.claims);
  const total =
    sumOf([...lacks.values()], 0n) -
    sumOf(
      of.claims.map(({ beyond }) => beyond),
      0n,
    );
  const way = WAYS[of.claims[0]?.code ?? 'rounding'];
  if (way === undefined) return { events: [], beyond: 0n };
  if (of.isBilled) return { events: [], beyond: total };
  if (of.meter.formula === 'last') return finalTotal(cell, { total, now: of.now });
  const due = way === 'net' ? new Map([[lastHour(lacks), total]]) : lacks;
  const found = [...due].map(([hour, lack]) => eventsOf(cell, { ...of, hour, lack, isNet: way === 'net' }));
  const sent = found.reduce((sum, { mended }) => sum + mended, 0n);
  return { events: found.flatMap(({ events }) => events), beyond: total - sent };
}

const sumOf = (values: readonly bigint[], from: bigint): bigint => values.reduce((sum, value) => sum + value, from);

/** What Stripe lacks by the hour, ascending; below 0 where it holds too much. */
function lacksOf(claims: readonly Claim[]): Map<number, bigint> {
  const lacks = new Map<number, bigint>();
  for (const { hours, effect } of claims) {
    for (const [index, hour] of hours.entries()) {
      lacks.set(hour, (lacks.get(hour) ?? 0n) - (effect[index] as bigint));
    }
  }
  return new Map([...lacks].filter(([, lack]) => lack !== 0n).sort(([a], [b]) => a - b));
}

const lastHour = (lacks: ReadonlyMap<number, bigint>): number => Math.max(0, ...lacks.keys());

/** The last second of an hour. */
const endOf = (cell: DriftingCell, hour: number): Instant => instant(cell.period.from + (hour + 1) * HOUR_MS - 1000);

const isTaken = (at: Instant, now: Instant): boolean => at >= now - MOST_AGE_MS && at <= now;

/** The month's total, a second before its end: the last value of the month counts. */
function finalTotal(cell: DriftingCell, { total, now }: { readonly total: bigint; readonly now: Instant }): Correction {
  const at = instant(cell.period.to - 1000);
  // The next push of the month mends it.
  if (at > now) return { events: [], beyond: 0n };
  const value = toQuantity(cell.measuredTotal, cell.perUnit);
  const form = pushedForm(value);
  const pushed = form === null ? value : form.pushed;
  if (!isTaken(at, now) || pushed === null) return { events: [], beyond: total };
  return { events: [{ at, value: pushed }], beyond: 0n };
}

type Hour = {
  readonly hour: number;
  readonly lack: bigint;
  readonly isNet: boolean;
  readonly meter: Pick<Meter, 'formula' | 'eventTimeWindow'>;
  readonly now: Instant;
};

function eventsOf(
  cell: DriftingCell,
  { hour, lack, isNet, meter, now }: Hour,
): { readonly events: readonly CorrectionEvent[]; readonly mended: bigint } {
  const none = { events: [], mended: 0n };
  const at = endOf(cell, hour);
  if (!isTaken(at, now)) return none;
  if (meter.formula === 'count') {
    const count = lack / cell.perUnit;
    if (lack < 0n || count * cell.perUnit !== lack || count > MOST_COUNTED) return none;
    const events = Array.from({ length: Number(count) }, (_, index) => ({
      at: instant(at - (index % 3600) * 1000),
      value: { coefficient: 1n, scale: 0 },
    }));
    return { events, mended: lack };
  }
  // Of a window only the event that came last counts: it has to hold all of the window's usage.
  if (meter.eventTimeWindow === 'day' || (meter.eventTimeWindow === 'hour' && isNet)) return none;
  const due = meter.eventTimeWindow === 'hour' ? (cell.measured[hour] ?? 0n) : lack;
  const parts = partsOf(toQuantity(due, cell.perUnit), meter.eventTimeWindow === 'hour' ? 1 : MOST_PARTS);
  return parts === null ? none : { events: parts.map((value) => ({ at, value })), mended: lack };
}

/** A quantity with too many digits is sent in parts. */
const MOST_PARTS = 3;

function partsOf(value: Decimal, most: number): readonly Decimal[] | null {
  const parts: Decimal[] = [];
  let left = value;
  while (!isZero(left)) {
    if (parts.length === most) return most === 1 ? parts : null;
    const form = pushedForm(left);
    if (form?.pushed === null) return null;
    parts.push(form === null ? left : form.pushed);
    if (form === null || form.loss === null) break;
    left = form.loss;
  }
  return parts;
}

/** What an event says, without its instant and identifier: the order of keys is that of Stripe's reference. */
export const eventLine = (event: {
  readonly eventName: string;
  readonly identifier: string;
  readonly customerKey: string;
  readonly customer: string;
  readonly valueKey: string;
  readonly value: Decimal;
  readonly at: Instant;
}): string =>
  JSON.stringify({
    event_name: event.eventName,
    identifier: event.identifier,
    payload: { [event.customerKey]: event.customer, [event.valueKey]: formatDecimal(event.value) },
    timestamp: event.at / 1000,
  });
