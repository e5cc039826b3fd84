import type Stripe from 'stripe';
import type { MeterDefinition, MeterEvent } from '../../../shared/simulation/meter-event.ts';
import {
  type CancelOutcome,
  MeterLedger,
  type MeterSummary,
  type Receipt,
} from '../../../shared/simulation/meter-ledger.ts';
import { fromUnixSeconds, type Instant } from '../../../shared/values/instant.ts';
import type { BuildContext } from './build.ts';
import { Catalog, idOf } from './catalog.ts';
import type { ClockedBilling } from './clocked-billing.ts';
import { renewed } from './renewal.ts';
import { TestClocks } from './test-clocks.ts';

/** One written summary, for a writer that spells `aggregated_value` in another way. */
export type SummaryCell = MeterSummary & {
  readonly meterId: string;
  readonly customerId: string;
  readonly grouping: 'hour' | 'day' | null;
};

/** @returns the JSON text of `aggregated_value`, or null for the exact plain decimal */
export type ValueWriter = (cell: SummaryCell) => string | null;

/** Everything that the sandbox knows: the catalogue, the meter ledger and one clock for both. */
export class SandboxState {
  readonly catalog = new Catalog();
  readonly clocks = new TestClocks(this.catalog);
  readonly ledger: MeterLedger;
  readonly accountId = 'acct_sandbox0000000';
  readonly #billingOfEvent = new Map<string, ClockedBilling>();
  valueWriter: ValueWriter = () => null;

  constructor(options: {
    readonly clock: Instant;
    readonly processingMs: number;
    readonly judge: 'later' | 'at_once';
  }) {
    this.ledger = new MeterLedger({
      ...options,
      customers: {
        isKnown: (id) => this.#liveCustomer(id) !== null,
        frozenTime: (id) => this.#frozenTime(id),
      },
    });
  }

  get clock(): Instant {
    return this.ledger.clock;
  }

  get context(): BuildContext {
    return { now: this.clock, makeId: this.catalog.makeId };
  }

  /** Moves the clock: events that are due are processed, subscriptions renew. Test clocks stand where they are. */
  setClock(now: Instant): void {
    this.ledger.setClock(now);
    const { subscriptions } = this.catalog;
    for (const subscription of subscriptions.all()) {
      if (subscription.test_clock !== null) continue;
      const next = renewed(subscription, now);
      if (next !== subscription) subscriptions.put(next);
    }
  }

  /** An event as it comes in; the billing of the customer's test clock hears of it too. */
  receive(event: MeterEvent): Receipt {
    const meters = [...this.catalog.meters.all()].filter((meter) => meter.event_name === event.eventName);
    const meter = meters.find(({ status }) => status === 'active') ?? meters.at(-1);
    const customerId = meter === undefined ? undefined : event.payload[meter.customer_mapping.event_payload_key];
    const billing = customerId === undefined ? null : this.clocks.billingOfCustomer(customerId);
    const receipt = this.ledger.receive(event);
    if (receipt.outcome === 'rejected' || meter === undefined || customerId === undefined || billing === null) {
      return receipt;
    }
    billing.receive({
      eventName: event.eventName,
      customerId,
      value: event.payload[meter.value_settings.event_payload_key] ?? '1',
      timestamp: receipt.timestamp,
      sentAt: billing.now,
      identifier: receipt.identifier,
    });
    this.#billingOfEvent.set(receipt.identifier, billing);
    return receipt;
  }

  cancel(request: { readonly eventName: string; readonly identifier: string }): CancelOutcome {
    const outcome = this.ledger.cancel(request);
    const billing = this.#billingOfEvent.get(request.identifier);
    if (outcome === 'cancelled' && billing !== undefined) {
      billing.change([{ at: billing.now, do: 'cancel_event', ...request }]);
    }
    return outcome;
  }

  /** Tells the ledger of meters that were added or changed. */
  syncMeters(): void {
    for (const meter of this.catalog.meters.all()) this.ledger.putMeter(definition(meter));
  }

  #liveCustomer(id: string): Stripe.Customer | null {
    const customer = this.catalog.customers.get(id);
    return customer === null || customer.deleted === true ? null : customer;
  }

  #frozenTime(customerId: string): Instant | null {
    const clockId = idOf(this.#liveCustomer(customerId)?.test_clock ?? null);
    const clock = clockId === null ? null : this.catalog.testClocks.get(clockId);
    return clock === null ? null : fromUnixSeconds(clock.frozen_time);
  }
}

function definition(meter: Stripe.Billing.Meter): MeterDefinition {
  return {
    id: meter.id,
    eventName: meter.event_name,
    formula: (['count', 'last'] as const).find((formula) => formula === meter.default_aggregation.formula) ?? 'sum',
    customerPayloadKey: meter.customer_mapping.event_payload_key,
    valuePayloadKey: meter.value_settings.event_payload_key,
    eventTimeWindow: (['hour', 'day'] as const).find((window) => window === meter.event_time_window) ?? null,
    status: meter.status === 'inactive' ? 'inactive' : 'active',
  };
}
