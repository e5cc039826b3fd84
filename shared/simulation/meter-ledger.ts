import { assert } from '../errors.ts';
import type { Decimal } from '../values/decimal.ts';
import { DAY_MS, fromUnixSeconds, HOUR_MS, type Instant, instant, toUnixSeconds } from '../values/instant.ts';
import type { Period } from '../values/period.ts';
import { CellEvents } from './cell-events.ts';
import {
  type EventValue,
  IDENTIFIER_WINDOW_MS,
  judgeTimestamp,
  type MeterDefinition,
  type MeterEvent,
  type MeterEventRejection,
  parseEventValue,
} from './meter-event.ts';

/** What the state machine asks about customers, which are kept elsewhere. */
type CustomerDirectory = {
  isKnown(customerId: string): boolean;
  /** The frozen time of the customer's test clock; null: real time. */
  frozenTime(customerId: string): Instant | null;
};

type MeterLedgerOptions = {
  readonly clock: Instant;
  readonly customers: CustomerDirectory;
  /** How long after receipt an event is judged and becomes visible in summaries; 0: at once. */
  readonly processingMs?: number;
  /**
   * `later` (as Stripe): what needs the meter or the customer is judged while processing, and a refusal becomes an
   * error report. `at_once`: it is judged at receipt.
   */
  readonly judge?: 'later' | 'at_once';
};

export type Receipt =
  | {
      readonly outcome: 'accepted';
      readonly identifier: string;
      readonly timestamp: Instant;
      readonly receivedAt: Instant;
    }
  | { readonly outcome: 'rejected'; readonly reason: MeterEventRejection };

/** An event that was answered with 200 and did not count. */
type ErrorReport = {
  readonly reason: MeterEventRejection;
  readonly eventName: string;
  readonly identifier: string | null;
  readonly receivedAt: Instant;
  readonly reportedAt: Instant;
};

/** One bucket of a summary, exact. */
export type MeterSummary = { readonly from: Instant; readonly to: Instant; readonly value: Decimal };

type SummaryQuery = {
  readonly meterId: string;
  readonly customerId: string;
  readonly period: Period;
  /** Null: one bucket for the whole range. */
  readonly grouping: 'hour' | 'day' | null;
  /** At most so many buckets, the newest; all unless given. */
  readonly newest?: number;
};

export type CancelOutcome = 'cancelled' | 'event_not_found' | 'too_late' | 'already_cancelled';

/** A million of these load in seconds: no payload, no names to resolve. */
export type LoadedEvent = {
  readonly meterId: string;
  readonly customerId: string;
  readonly timestamp: Instant;
  readonly receivedAt: Instant;
  /** Decimal text, at most 15 significant digits. */
  readonly value: string;
  readonly identifier?: string;
};

/** A report of a scenario: `LoadedEvent` before its meter is known. */
export type SentEvent = {
  readonly eventName: string;
  readonly customerId: string;
  readonly value: string;
  readonly timestamp: Instant;
  readonly identifier: string | null;
};

/** Where a report counts, or why it does not. */
export type Inlet = CellEvents | MeterEventRejection;

export type LoadResult = {
  readonly accepted: number;
  readonly rejected: ReadonlyMap<MeterEventRejection, number>;
};

type Known = {
  /** By the customer's own time: the frozen one where it has a test clock. */
  readonly receivedAt: Instant;
  /** Whose test clock tells the time; null: real time. */
  readonly clockedCustomerId: string | null;
  readonly eventName: string;
  /** Where the event is counted; null while it is pending, was refused, or is cancelled. */
  place: { readonly cell: CellEvents; readonly order: number } | null;
  isCancelled: boolean;
};

type Pending = {
  readonly event: MeterEvent & { readonly timestamp: Instant };
  readonly known: Known;
  readonly due: number;
};

/** So many identifiers are kept before the expired ones are looked for. */
const IDENTIFIERS_BEFORE_PRUNING = 1 << 20;

/**
 * Meters and the events that they received: a deterministic state machine on a clock that only its owner moves
 * (stripe.md, Meters and summaries). The same calls in the same order give the same summaries.
 */
export class MeterLedger {
  readonly #customers: CustomerDirectory;
  readonly #processingMs: number;
  readonly #judge: 'later' | 'at_once';
  readonly #meters = new Map<string, MeterDefinition>();
  /** By event name, as far as it was asked for. */
  readonly #named = new Map<string, MeterDefinition | null>();
  readonly #cells = new Map<string, Map<string, CellEvents>>();
  readonly #identifiers = new Map<string, Known>();
  readonly #reports: ErrorReport[] = [];
  #pending: Pending[] = [];
  #clock: Instant;
  #pruneAt = IDENTIFIERS_BEFORE_PRUNING;
  #made = 0;
  #events = 0;

  constructor(options: MeterLedgerOptions) {
    this.#clock = options.clock;
    this.#customers = options.customers;
    this.#processingMs = options.processingMs ?? 0;
    this.#judge = options.judge ?? 'later';
  }

  get clock(): Instant {
    return this.#clock;
  }

  /** Events that count, over all meters. */
  get eventCount(): number {
    return this.#events;
  }

  /** Events that were answered with 200 and refused later, in order of processing. */
  get errorReports(): readonly ErrorReport[] {
    return this.#reports;
  }

  /** Moves the clock, forward or back, and processes what is due by then. */
  setClock(now: Instant): void {
    this.#clock = now;
    if (this.#pending.length === 0) return;
    const due = this.#pending.filter((pending) => pending.due <= now);
    this.#pending = this.#pending.filter((pending) => pending.due > now);
    for (const pending of due) this.#process(pending);
  }

  /** Adds a meter, or changes the status of one that is there. */
  putMeter(meter: MeterDefinition): void {
    this.#meters.set(meter.id, meter);
    this.#named.clear();
    if (!this.#cells.has(meter.id)) this.#cells.set(meter.id, new Map());
  }

  /** An event as it comes in over the API, received now. */
  receive(event: MeterEvent): Receipt {
    const clocked = this.#clockedCustomer(event);
    const receivedAt = clocked?.frozenTime ?? this.#clock;
    const timestamp = fromUnixSeconds(toUnixSeconds(event.timestamp ?? receivedAt));
    const refusal = judgeTimestamp(timestamp, receivedAt) ?? this.#judgeIdentifier(event.identifier, receivedAt);
    if (refusal !== null) return { outcome: 'rejected', reason: refusal };
    if (this.#judge === 'at_once') {
      const resolved = this.#resolve(event);
      if (typeof resolved === 'string') return { outcome: 'rejected', reason: resolved };
    }
    const identifier = event.identifier ?? this.#makeIdentifier();
    const known: Known = {
      receivedAt,
      clockedCustomerId: clocked?.id ?? null,
      eventName: event.eventName,
      place: null,
      isCancelled: false,
    };
    this.#remember(identifier, known);
    const pending = { event: { ...event, timestamp, identifier }, known, due: this.#clock + this.#processingMs };
    if (pending.due <= this.#clock) this.#process(pending);
    else this.#pending.push(pending);
    return { outcome: 'accepted', identifier, timestamp, receivedAt };
  }

  /**
   * Applies a history in process: the same limits on timestamps, identifiers and values, judged at each event's own
   * `receivedAt`, which must not decrease from one event of a customer and meter to the next. Events without an identifier cannot
   * be cancelled afterwards. Nothing is pending: what is loaded is visible.
   */
  load(events: Iterable<LoadedEvent>): LoadResult {
    const rejected = new Map<MeterEventRejection, number>();
    let accepted = 0;
    for (const event of events) {
      const refusal = this.#loadOne(event);
      if (refusal === null) accepted += 1;
      else rejected.set(refusal, (rejected.get(refusal) ?? 0) + 1);
    }
    return { accepted, rejected };
  }

  /**
   * A report that is received, judged and counted now. Of one without an identifier nothing is kept but its value, so
   * that millions may come; it cannot be cancelled.
   * @param inlet of its name and customer
   * @returns its value, or why it does not count
   */
  take(event: SentEvent, inlet: Inlet): EventValue | MeterEventRejection {
    const { eventName, timestamp, identifier } = event;
    const receivedAt = this.#clock;
    const refusal = judgeTimestamp(timestamp, receivedAt) ?? this.#judgeIdentifier(identifier, receivedAt);
    if (refusal !== null) return refusal;
    const known: Known | null =
      identifier === null ? null : { receivedAt, clockedCustomerId: null, eventName, place: null, isCancelled: false };
    if (known !== null && identifier !== null) this.#remember(identifier, known);
    if (typeof inlet === 'string') return inlet;
    const value = parseEventValue(event.value);
    if (typeof value === 'string') return value;
    const order = inlet.append(toUnixSeconds(timestamp), value);
    if (known !== null) known.place = { cell: inlet, order };
    this.#events += 1;
    return value;
  }

  /** Where the events of that name count for a customer, as long as meters and customers stay as they are. */
  inletOf(eventName: string, customerId: string): Inlet {
    const meter = this.#meterNamed(eventName);
    if (meter === null) return 'no_meter';
    if (meter.status === 'inactive') return 'archived_meter';
    return this.#customers.isKnown(customerId) ? this.#cell(meter, customerId) : 'meter_event_customer_not_found';
  }

  /** Where the events of a customer on a meter are counted. */
  eventsOf(meterId: string, customerId: string): CellEvents {
    const meter = this.#meters.get(meterId);
    assert(meter !== undefined, `meter ${meterId} exists`);
    return this.#cell(meter, customerId);
  }

  /** Where the event with that identifier is counted; null: nowhere, or it is forgotten. */
  holderOf(identifier: string): CellEvents | null {
    return this.#identifiers.get(identifier)?.place?.cell ?? null;
  }

  /** Cancels an event by its identifier, within 24 hours of its receipt (a meter event adjustment). */
  cancel(request: { readonly eventName: string; readonly identifier: string }): CancelOutcome {
    const known = this.#identifiers.get(request.identifier);
    if (known === undefined || known.eventName !== request.eventName) return 'event_not_found';
    if (known.isCancelled) return 'already_cancelled';
    const { clockedCustomerId: clocked } = known;
    const now = (clocked === null ? null : this.#customers.frozenTime(clocked)) ?? this.#clock;
    if (now - known.receivedAt > IDENTIFIER_WINDOW_MS) return 'too_late';
    known.isCancelled = true;
    if (known.place?.cell.remove(known.place.order) === true) this.#events -= 1;
    known.place = null;
    return 'cancelled';
  }

  /** Buckets that have events, ascending; exact. The clock does not matter: what was processed is visible. */
  summaries(query: SummaryQuery): readonly MeterSummary[] {
    const meter = this.#meters.get(query.meterId);
    assert(meter !== undefined, `meter ${query.meterId} exists`);
    const cell = this.#cells.get(query.meterId)?.get(query.customerId);
    if (cell === undefined) return [];
    const { first, end } = cell.range(Math.ceil(query.period.from / 1000), Math.ceil(query.period.to / 1000));
    if (first >= end) return [];
    if (query.grouping === null) return [{ ...query.period, value: cell.aggregate(meter.formula, first, end) }];
    const newestFirst: MeterSummary[] = [];
    const lengthMs = query.grouping === 'hour' ? HOUR_MS : DAY_MS;
    const most = query.newest ?? Number.POSITIVE_INFINITY;
    for (let at = end; at > first && newestFirst.length < most; ) {
      const bucket = cell.lastBucket(first, at, query.grouping);
      const from = fromUnixSeconds(bucket.start);
      const value = cell.aggregate(meter.formula, bucket.first, at);
      newestFirst.push({ from, to: instant(from + lengthMs), value });
      at = bucket.first;
    }
    return newestFirst.reverse();
  }

  /**
   * The values that `last` may take over a period: more than one where events of the final second disagree, for which
   * Stripe defines no order (the summary shows the one received last).
   */
  possibleLast(query: Pick<SummaryQuery, 'meterId' | 'customerId' | 'period'>): readonly Decimal[] {
    const cell = this.#cells.get(query.meterId)?.get(query.customerId);
    const { first, end } = cell?.range(Math.ceil(query.period.from / 1000), Math.ceil(query.period.to / 1000)) ?? {
      first: 0,
      end: 0,
    };
    return cell === undefined || first >= end ? [] : cell.lastSecond(first, end);
  }

  #process({ event, known }: Pending): void {
    if (known.isCancelled) return;
    const resolved = this.#resolve(event);
    if (typeof resolved === 'string') {
      this.#reports.push({
        reason: resolved,
        eventName: event.eventName,
        identifier: event.identifier,
        receivedAt: known.receivedAt,
        reportedAt: this.#clock,
      });
      return;
    }
    const order = resolved.cell.append(toUnixSeconds(event.timestamp), resolved.value);
    known.place = { cell: resolved.cell, order };
    this.#events += 1;
  }

  /** Which cell and value an event stands for, or why none. */
  #resolve(event: MeterEvent) {
    const meter = this.#meterNamed(event.eventName);
    if (meter === null) return 'no_meter';
    if (meter.status === 'inactive') return 'archived_meter';
    const customerId = event.payload[meter.customerPayloadKey];
    if (customerId === undefined || customerId === '') return 'meter_event_no_customer_defined';
    if (!this.#customers.isKnown(customerId)) return 'meter_event_customer_not_found';
    const text = event.payload[meter.valuePayloadKey];
    if (text === undefined && meter.formula !== 'count') return 'meter_event_value_not_found';
    const value = parseEventValue(text ?? '1');
    return typeof value === 'string' ? value : { cell: this.#cell(meter, customerId), value };
  }

  #loadOne(event: LoadedEvent): MeterEventRejection | null {
    const meter = this.#meters.get(event.meterId);
    if (meter === undefined) return 'no_meter';
    const refusal =
      judgeTimestamp(event.timestamp, event.receivedAt) ??
      this.#judgeIdentifier(event.identifier ?? null, event.receivedAt);
    if (refusal !== null) return refusal;
    const value = parseEventValue(event.value);
    if (typeof value === 'string') return value;
    const cell = this.#cell(meter, event.customerId);
    const order = cell.append(toUnixSeconds(event.timestamp), value);
    this.#events += 1;
    if (event.identifier !== undefined) {
      this.#remember(event.identifier, {
        receivedAt: event.receivedAt,
        clockedCustomerId: null,
        eventName: meter.eventName,
        place: { cell, order },
        isCancelled: false,
      });
    }
    return null;
  }

  #cell(meter: MeterDefinition, customerId: string): CellEvents {
    const ofMeter = this.#cells.get(meter.id);
    assert(ofMeter !== undefined, `meter ${meter.id} was put`);
    const found = ofMeter.get(customerId);
    if (found !== undefined) return found;
    const made = new CellEvents(meter.eventTimeWindow);
    ofMeter.set(customerId, made);
    return made;
  }

  /** The active meter of that name, else an inactive one: a name may be used again after its meter was deactivated. */
  #meterNamed(eventName: string): MeterDefinition | null {
    const known = this.#named.get(eventName);
    if (known !== undefined) return known;
    const named = [...this.#meters.values()].filter((meter) => meter.eventName === eventName);
    const meter = named.find(({ status }) => status === 'active') ?? named.at(-1) ?? null;
    this.#named.set(eventName, meter);
    return meter;
  }

  /** The event's customer, where it is on a test clock. */
  #clockedCustomer(event: MeterEvent): { readonly id: string; readonly frozenTime: Instant } | null {
    const meter = this.#meterNamed(event.eventName);
    const id = meter === null ? undefined : event.payload[meter.customerPayloadKey];
    const frozenTime = id === undefined ? null : this.#customers.frozenTime(id);
    return id === undefined || frozenTime === null ? null : { id, frozenTime };
  }

  #judgeIdentifier(identifier: string | null, receivedAt: Instant): MeterEventRejection | null {
    const known = identifier === null ? undefined : this.#identifiers.get(identifier);
    if (known === undefined) return null;
    return receivedAt - known.receivedAt < IDENTIFIER_WINDOW_MS ? 'duplicate_meter_event' : null;
  }

  #remember(identifier: string, known: Known): void {
    if (this.#identifiers.size >= this.#pruneAt) {
      for (const [old, { receivedAt }] of this.#identifiers) {
        if (known.receivedAt - receivedAt > IDENTIFIER_WINDOW_MS) this.#identifiers.delete(old);
      }
      this.#pruneAt = Math.max(IDENTIFIERS_BEFORE_PRUNING, this.#identifiers.size * 2);
    }
    this.#identifiers.set(identifier, known);
  }

  #makeIdentifier(): string {
    this.#made += 1;
    return `mevt_${this.#made.toString(36).padStart(12, '0')}`;
  }
}
