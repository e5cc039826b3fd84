import type { CreditGrant } from '../../shared/billing/credit-grant.ts';
import type { Customer } from '../../shared/billing/customer.ts';
import type { TaxRate } from '../../shared/billing/discount.ts';
import type { Invoice } from '../../shared/billing/invoice.ts';
import type { EventSummary, Meter } from '../../shared/billing/meter.ts';
import type { Price, Product } from '../../shared/billing/price.ts';
import type { Subscription } from '../../shared/billing/subscription.ts';
import type { Problem } from '../../shared/errors.ts';
import type { Instant } from '../../shared/values/instant.ts';
import type { Period } from '../../shared/values/period.ts';

/** `requests` counts every request sent, repeats included; `retries` the repeats among them. */
export type RequestCounts = { readonly requests: number; readonly retries: number };

/**
 * Where metered and billed come from. Lists stream page by page; every call honours the request budget
 * (`requestsPerSecond`, concurrency, Retry-After, backoff with jitter) and the signal.
 * @throws TieoutError `stripe.*`
 */
export interface BillingSource {
  meters(signal: AbortSignal): AsyncIterable<readonly Meter[]>;
  /**
   * Clocked customers too where the workspace asks for them, or where the base lists them unasked (`testClock` tells);
   * deleted ones never appear in a list.
   */
  customers(signal: AbortSignal): AsyncIterable<readonly Customer[]>;
  /** One customer, deleted or not; null where Stripe does not know the id. */
  customer(id: string, signal: AbortSignal): Promise<Customer | null>;
  /** Deleted ones never appear in a list. */
  products(signal: AbortSignal): AsyncIterable<readonly Product[]>;
  /** One product, deleted or not (`isDeleted`); null where the base serves no products. */
  product(id: string, signal: AbortSignal): Promise<Product | null>;
  /** With tiers and currency options, inactive ones too. */
  prices(signal: AbortSignal): AsyncIterable<readonly Price[]>;
  /** One price that no list gives (made inline for a subscription); null where Stripe does not know the id. */
  price(id: string, signal: AbortSignal): Promise<Price | null>;
  /** In every status; with items, the discounts of both and their coupons. */
  subscriptions(signal: AbortSignal): AsyncIterable<readonly Subscription[]>;
  creditGrants(signal: AbortSignal): AsyncIterable<readonly CreditGrant[]>;
  /**
   * What invoices took from each credit grant of a customer so far, in minor units: applied, less what came back when
   * an invoice was voided. By grant id; a grant without an entry was never used. Null where it cannot be read.
   */
  creditsApplied(customerId: string, signal: AbortSignal): Promise<ReadonlyMap<string, bigint> | null>;
  taxRates(signal: AbortSignal): AsyncIterable<readonly TaxRate[]>;
  /** Invoices with a line whose service period touches `period`; all lines of each. Ask after `prices`. */
  invoices(period: Period, signal: AbortSignal): AsyncIterable<readonly Invoice[]>;
  /**
   * Where Stripe sends its events; one page, which holds more than an account may have. A source without it cannot tell.
   * @throws TieoutError `stripe.*`, also where the base does not serve them
   */
  webhookEndpoints?(signal: AbortSignal): Promise<readonly WebhookEndpoint[]>;
  /** The month's total (no window), or null where there is no event. One request. */
  monthSummary(request: SummaryRequest): Promise<EventSummary | null>;
  /** The hours that have events, ascending. All pages. */
  hourSummaries(request: SummaryRequest): Promise<readonly EventSummary[]>;
  /** Requests and retries so far. */
  counts(): RequestCounts;
  /** What was left out or assumed so far, each once: lists that the base does not serve, fields that were missing. */
  warnings(): readonly Problem[];
  /** Reachability, key kind, read permission for every resource; all problems at once. */
  check(now: Instant): Promise<BillingCheck>;
  /** Drops the open connections; requests in flight fail. */
  close(): Promise<void>;
}

/** The address is kept as far as it tells one from another, and no further: it may hold a secret. */
export type WebhookEndpoint = {
  readonly id: string;
  readonly host: string;
  readonly isEnabled: boolean;
  /** `*` stands for all. */
  readonly events: readonly string[];
};

export type BillingCheck = {
  readonly problems: readonly Problem[];
  readonly meters: readonly Meter[];
  /** What the key may read, as the dashboard names it; what was not asked for is left out. */
  readonly permissions?: readonly {
    readonly name: string;
    readonly isGranted: boolean;
    readonly isNecessary: boolean;
  }[];
};

export type SummaryRequest = {
  readonly meterId: string;
  readonly customerId: string;
  /** On minute boundaries; on whole hours for hourSummaries. */
  readonly period: Period;
  readonly signal: AbortSignal;
};
