import type { CreditGrant } from '../billing/credit-grant.ts';
import type { Customer } from '../billing/customer.ts';
import type { Coupon, TaxRate } from '../billing/discount.ts';
import type { Meter } from '../billing/meter.ts';
import type { Price, Product } from '../billing/price.ts';
import type { PausedCollection } from '../billing/subscription.ts';
import type { RatingOptions } from '../rating/options.ts';
import type { Decimal } from '../values/decimal.ts';
import type { Instant } from '../values/instant.ts';

/** A scenario that was read and found consistent (interfaces.md section 4). Instants are UTC, amounts minor units. */
export type Scenario = {
  readonly name: string;
  readonly start: Instant;
  /** From a draft to its finalisation: at most 72 hours. */
  readonly gracePeriodMs: number;
  readonly catalog: ScenarioCatalog;
  readonly customers: readonly ScenarioCustomer[];
  readonly usage: readonly ScenarioEvent[];
  readonly actions: readonly ScenarioAction[];
  /** Where the clock is moved to, ascending; the last is the end of the run. */
  readonly advanceTo: readonly Instant[];
  readonly expect: ScenarioExpectations | null;
  readonly rating: RatingOptions;
};

export type ScenarioCatalog = {
  readonly meters: readonly Meter[];
  readonly products: readonly Product[];
  readonly prices: readonly Price[];
  readonly coupons: readonly Coupon[];
  readonly taxRates: readonly TaxRate[];
};

/** What becomes of a finalised invoice that has something due: `none` leaves it open. */
export type PaymentOutcome = 'none' | 'succeeds' | 'fails' | 'uncollectible';

export type ScenarioCustomer = {
  readonly id: string;
  readonly name: string | null;
  /** Negative is credit in the customer's favour. */
  readonly balanceMinor: bigint;
  readonly taxExempt: Customer['taxExempt'];
  /** Coupons that the customer has from the start, in order. */
  readonly coupons: readonly ScenarioDiscount[];
  readonly creditGrants: readonly CreditGrant[];
  /** Default rates of subscriptions that name none. */
  readonly taxRateIds: readonly string[];
  readonly subscriptions: readonly ScenarioSubscription[];
  readonly payment: PaymentOutcome;
};

/** `start` null: when its owner begins. `end` null: as the coupon's duration says. */
export type ScenarioDiscount = {
  readonly id: string;
  readonly couponId: string;
  readonly start: Instant | null;
  readonly end: Instant | null;
};

export type ScenarioSubscription = {
  readonly id: string;
  readonly currency: string;
  readonly startAt: Instant;
  /** It is older than `startAt`, where the run takes it up: there is no invoice at creation. */
  readonly isContinued?: boolean;
  readonly billingCycleAnchor: Instant;
  readonly trialEnd: Instant | null;
  readonly cancelAt: Instant | null;
  readonly isCancelledAtPeriodEnd: boolean;
  readonly items: readonly ScenarioItem[];
  readonly discounts: readonly ScenarioDiscount[];
  readonly defaultTaxRateIds: readonly string[];
};

export type ScenarioItem = {
  readonly id: string;
  readonly priceId: string;
  /** Decimal text; null on a metered price. */
  readonly quantity: string | null;
  readonly discounts: readonly ScenarioDiscount[];
  readonly taxRateIds: readonly string[];
};

/** One usage report on its way to a meter. Its value is text as it is sent: a bad one is refused by the meter. */
export type ScenarioEvent = {
  readonly eventName: string;
  readonly customerId: string;
  readonly value: string;
  readonly timestamp: Instant;
  /** When it is received. */
  readonly sentAt: Instant;
  /** Null: one is made up, so that it is never a duplicate. */
  readonly identifier: string | null;
};

export type ProrationBehavior = 'create_prorations' | 'always_invoice' | 'none';

/** What a person does at a moment. Several at one moment happen in the order in which they stand. */
export type ScenarioAction = { readonly at: Instant } & (
  | {
      readonly do: 'update_subscription';
      readonly subscriptionId: string;
      readonly items: readonly ItemUpdate[];
      readonly prorationBehavior: ProrationBehavior;
      /** Undefined: as it is. */
      readonly trialEnd?: Instant | null;
    }
  | {
      readonly do: 'cancel_now';
      readonly subscriptionId: string;
      /** Bills what is pending at once; without it pending metered usage is dropped. */
      readonly isInvoicedNow: boolean;
      readonly isProrated: boolean;
    }
  | { readonly do: 'cancel_at_period_end'; readonly subscriptionId: string }
  | {
      readonly do: 'pause';
      readonly subscriptionId: string;
      readonly behavior: PausedCollection['behavior'];
      readonly resumesAt: Instant | null;
    }
  | { readonly do: 'resume'; readonly subscriptionId: string }
  | { readonly do: 'add_credit_grant'; readonly grant: CreditGrant }
  | { readonly do: 'void_credit_grant'; readonly grantId: string }
  | {
      readonly do: 'apply_coupon';
      readonly owner: { readonly customerId: string } | { readonly subscriptionId: string };
      readonly discount: ScenarioDiscount;
    }
  | {
      readonly do: 'remove_coupon';
      readonly owner: { readonly customerId: string } | { readonly subscriptionId: string };
      /** Null: all that the owner has. */
      readonly couponId: string | null;
    }
  | { readonly do: 'cancel_event'; readonly eventName: string; readonly identifier: string }
  | { readonly do: 'void_invoice'; readonly subscriptionId: string; readonly periodFrom: Instant }
);

/** `id` of an item that there is changes it; one that there is not adds it and needs a price. */
export type ItemUpdate = {
  readonly id: string;
  readonly priceId?: string;
  readonly quantity?: string | null;
  readonly isDeleted?: boolean;
};

export type ScenarioExpectations = {
  readonly invoices: readonly ExpectedInvoice[];
  /** Of measured against billed (metering.md section 8); null: not judged. */
  readonly epsilon: Decimal | null;
};

/** `fields` are those given, as in the answer's invoice; `status` may be `finalized`: open or paid. */
export type ExpectedInvoice = {
  readonly customerId: string;
  readonly periodFrom: Instant;
  /** Where it stands in the scenario: `expect.invoices[0]`. */
  readonly path: string;
  readonly fields: Readonly<Record<string, unknown>>;
};
