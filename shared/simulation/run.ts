import type { BuiltInvoice } from '../rating/invoice/built-invoice.ts';
import type { Decimal } from '../values/decimal.ts';
import type { Instant } from '../values/instant.ts';
import type { Period } from '../values/period.ts';
import type { MeterEventRejection } from './meter-event.ts';
import type { ScenarioAction } from './scenario.ts';

export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';

/** Why an invoice was made. */
export type InvoiceReason = 'creation' | 'cycle' | 'update' | 'cancellation';

/** An invoice as it stands at the clock's head; a draft is built anew from what is known until it is finalised. */
export type SimulatedInvoice = {
  readonly id: string;
  readonly reason: InvoiceReason;
  readonly createdAt: Instant;
  /** When it is to be finalised, or was. */
  readonly finalizesAt: Instant;
  readonly status: InvoiceStatus;
  readonly invoice: BuiltInvoice;
};

/** What happened, in the order of simulated time. `seq` counts from 0 and orders what is simultaneous. */
export type TimelineEntry = { readonly seq: number; readonly at: Instant } & (
  | { readonly type: 'clock_advanced'; readonly from: Instant; readonly to: Instant }
  | {
      readonly type: 'subscription_created' | 'subscription_cancelled' | 'trial_ended';
      readonly subscriptionId: string;
    }
  | { readonly type: 'action'; readonly action: ScenarioAction['do']; readonly about: string; readonly detail: string }
  | { readonly type: 'usage_accepted'; readonly usage: UsageNote; readonly late: boolean }
  | { readonly type: 'duplicate_dropped'; readonly usage: UsageNote }
  | { readonly type: 'usage_refused'; readonly usage: UsageNote; readonly reason: MeterEventRejection }
  /** Accepted by the meter, but the invoice of its period was final already. */
  | { readonly type: 'usage_too_late'; readonly usage: UsageNote; readonly invoiceId: string }
  | { readonly type: 'usage_cancelled'; readonly usage: UsageNote }
  | { readonly type: 'period_ended'; readonly subscriptionId: string; readonly period: Period }
  | {
      readonly type:
        | 'invoice_drafted'
        | 'invoice_finalized'
        | 'invoice_paid'
        | 'payment_failed'
        | 'invoice_voided'
        | 'invoice_uncollectible';
      readonly invoiceId: string;
      readonly subscriptionId: string;
      readonly totalMinor: bigint;
      readonly amountDueMinor: bigint;
      readonly currency: string;
    }
  | { readonly type: 'discount_started' | 'discount_ended'; readonly couponId: string; readonly about: string }
  | {
      readonly type: 'credit_granted' | 'credit_expired' | 'credit_voided' | 'credit_used';
      readonly grantId: string;
      readonly amountMinor: bigint;
      readonly currency: string;
    }
);

export type UsageNote = {
  readonly eventName: string;
  readonly customerId: string;
  readonly value: string;
  readonly timestamp: Instant;
  readonly identifier: string | null;
};

/** Measured against metered and billed, of one customer, meter and usage period. */
export type SimulatedUsage = {
  readonly customerId: string;
  readonly meterId: string;
  readonly period: Period;
  /** Events with distinct identifiers and a timestamp in the period, late and refused ones included. */
  readonly measured: Decimal;
  /** What the meter holds now. */
  readonly metered: Decimal;
  /** What finalised or drafted invoices billed; null where no invoice covers the period. */
  readonly billed: Decimal | null;
};

/** The whole state of a run at its head. */
export type SimulationRun = {
  readonly now: Instant;
  readonly timeline: readonly TimelineEntry[];
  /** By creation, then id. */
  readonly invoices: readonly SimulatedInvoice[];
  readonly usage: readonly SimulatedUsage[];
};
