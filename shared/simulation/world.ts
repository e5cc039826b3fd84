import type { CreditGrant } from '../billing/credit-grant.ts';
import type { Customer } from '../billing/customer.ts';
import type { Coupon, Discount, TaxRate } from '../billing/discount.ts';
import type { Meter } from '../billing/meter.ts';
import type { Price, Product } from '../billing/price.ts';
import type { PausedCollection, Subscription } from '../billing/subscription.ts';
import type { BuiltInvoice } from '../rating/invoice/built-invoice.ts';
import type { ItemChange } from '../rating/invoice/input.ts';
import type { RatingOptions } from '../rating/options.ts';
import type { Decimal } from '../values/decimal.ts';
import type { Instant } from '../values/instant.ts';
import type { Period } from '../values/period.ts';
import type { CellEvents } from './cell-events.ts';
import type { DueQueue } from './due-queue.ts';
import type { MeasuredUsage } from './measured-usage.ts';
import type { Inlet, MeterLedger } from './meter-ledger.ts';
import type { InvoiceReason, InvoiceStatus } from './run.ts';
import type { PaymentOutcome } from './scenario.ts';
import type { Timeline } from './timeline.ts';

/** Everything that a simulation knows. Its parts change in place; what an invoice is made of is a snapshot. */
export type World = {
  now: Instant;
  readonly gracePeriodMs: number;
  readonly rating: RatingOptions;
  readonly catalog: WorldCatalog;
  readonly customers: Map<string, CustomerState>;
  readonly subscriptions: Map<string, SubscriptionState>;
  readonly grants: Map<string, GrantState>;
  /** In the order in which they were made. */
  readonly invoices: InvoiceState[];
  readonly discountIds: Set<string>;
  /** Of coupons that apply once, and did; they are over. */
  readonly usedDiscountIds: Set<string>;
  readonly ledger: MeterLedger;
  readonly due: DueQueue;
  readonly timeline: Timeline;
};

export type WorldCatalog = {
  readonly meters: Map<string, Meter>;
  readonly products: Map<string, Product>;
  readonly prices: Map<string, Price>;
  readonly coupons: Map<string, Coupon>;
  readonly taxRates: Map<string, TaxRate>;
};

export type CustomerState = {
  readonly id: string;
  readonly name: string | null;
  readonly taxExempt: Customer['taxExempt'];
  readonly taxRateIds: readonly string[];
  readonly payment: PaymentOutcome;
  balanceMinor: bigint;
  /** Those that it has and had; one that was taken away has its end. */
  discounts: readonly Discount[];
  readonly grants: GrantState[];
  /** By meter. */
  readonly usage: Map<string, MeterUse>;
  /** By event name, as far as there were any; forgotten when a meter changes. */
  readonly inlets: Map<string, UsageInlet>;
};

export type GrantState = { grant: CreditGrant; leftMinor: bigint };

/** One customer on one meter. */
export type MeterUse = {
  readonly meter: Meter;
  readonly metered: CellEvents;
  readonly measured: MeasuredUsage;
  /** Usage periods that are over, in the order in which they ended. */
  readonly ended: EndedUse[];
  /** The latest end of those: usage from then on is in time. */
  endedUntil: Instant | null;
};

/** Where the usage reports of one name go; `use` null: there is no such meter. */
export type UsageInlet = { readonly inlet: Inlet; readonly use: MeterUse | null };

/** What an item used in a period that is over. `invoice` null: it is billed by none, as after a cancellation at once. */
export type EndedUse = { readonly period: Period; readonly itemId: string; readonly invoice: InvoiceState | null };

export type SubscriptionState = {
  readonly id: string;
  readonly customer: CustomerState;
  readonly currency: string;
  readonly defaultTaxRateIds: readonly string[];
  phase: 'waiting' | 'running' | 'over';
  startedAt: Instant;
  /** Among all subscriptions, from 0. */
  readonly place: number;
  anchor: Instant;
  trial: Period | null;
  cancelAt: Instant | null;
  canceledAt: Instant | null;
  endedAt: Instant | null;
  items: readonly ItemState[];
  discounts: readonly Discount[];
  paused: PausedCollection | null;
  /** Of licensed and metered items alike, from the start. */
  changes: readonly ItemChange[];
  /** Changes that no invoice has prorated yet. */
  pending: readonly ItemChange[];
  /** When the period ends that is planned; another time in the queue is overtaken. */
  nextEnd: Instant | null;
  invoiceCount: number;
};

export type ItemState = {
  readonly id: string;
  readonly priceId: string;
  /** Null on a metered price. */
  readonly quantity: string | null;
  readonly created: Instant;
  readonly current: Period;
  /** From when on its present price counts usage. */
  readonly usedFrom: Instant;
  readonly discounts: readonly Discount[];
  readonly taxRateIds: readonly string[];
};

/** What an invoice is made of, as it was when it was made; only usage, the balance and credits may still change it. */
export type InvoicePlan = {
  readonly subscription: Subscription;
  readonly period: Period;
  readonly changes: readonly ItemChange[];
  readonly prorated: readonly ItemChange[];
  readonly customerDiscounts: readonly Discount[];
  readonly isOnlyProrations: boolean;
};

export type InvoiceState = {
  readonly id: string;
  readonly reason: InvoiceReason;
  readonly createdAt: Instant;
  readonly finalizesAt: Instant;
  readonly customer: CustomerState;
  readonly plan: InvoicePlan;
  status: InvoiceStatus;
  /** Null while it is a draft, which is built when it is looked at. */
  final: RatedInvoice | null;
};

export type RatedInvoice = {
  readonly invoice: BuiltInvoice;
  /** By item: what its lines bill, 0 where corrections outweigh usage. */
  readonly billed: ReadonlyMap<string, Decimal>;
};
