import type { CreditGrant } from '../../billing/credit-grant.ts';
import type { Customer } from '../../billing/customer.ts';
import type { Discount, TaxRate } from '../../billing/discount.ts';
import type { Price, Product } from '../../billing/price.ts';
import type { Subscription, SubscriptionItem } from '../../billing/subscription.ts';
import type { Decimal } from '../../values/decimal.ts';
import type { Instant } from '../../values/instant.ts';
import type { Period } from '../../values/period.ts';
import type { RatingOptions } from '../options.ts';

/**
 * What was used on an item in a service period, corrections included; null where it is not known, which leaves the
 * line out and says so. Negative usage bills 0.
 */
export type UsageOf = (item: SubscriptionItem, price: Price, service: Period) => Decimal | null;

/** What an item bills for; `quantity` is decimal text, null on a metered price. */
export type ItemTerms = { readonly priceId: string; readonly quantity: string | null };

/** A change of an item within a billing period. `from` null: added; `to` null: removed. */
export type ItemChange = {
  readonly at: Instant;
  readonly itemId: string;
  readonly from: ItemTerms | null;
  readonly to: ItemTerms | null;
  /** The item as it was, where the subscription has it no more: its discounts and tax rates count. */
  readonly item?: SubscriptionItem;
  /** Of the periods that the change falls in; the subscription's anchor unless given. */
  readonly anchor?: Instant;
};

export type InvoiceCatalog = {
  readonly prices: ReadonlyMap<string, Price>;
  readonly products: ReadonlyMap<string, Product>;
  readonly taxRates: ReadonlyMap<string, TaxRate>;
};

/** Everything that decides an invoice; nothing else is looked at. */
export type InvoiceInput = {
  /** With the balance before this invoice. */
  readonly customer: Customer;
  /** With the items that are billed from `period.to` on. */
  readonly subscription: Subscription;
  /** The usage period that ends; `from` = `to` for the invoice at creation. */
  readonly period: Period;
  readonly catalog: InvoiceCatalog;
  /** With what is left of each before this invoice. */
  readonly creditGrants: readonly { readonly grant: CreditGrant; readonly leftMinor: bigint }[];
  readonly usageOf: UsageOf;
  /** Those of licensed prices within the period are prorated; a metered price counts from its last change. */
  readonly changes: readonly ItemChange[];
  /** Discounts of coupons that apply once, and did. */
  readonly usedDiscountIds: ReadonlySet<string>;
  readonly options: RatingOptions;
  /** When the invoice is made, which decides what is effective or over: mostly the end of the period. */
  readonly at: Instant;
  /** When credit grants are applied, which is at finalisation; `at` unless given. */
  readonly creditsAt?: Instant;
  /** Those that the customer has and had, in place of its one discount: the last one in force counts. */
  readonly customerDiscounts?: readonly Discount[];
  /** The changes that this invoice prorates, in place of those within the period and outside the trial. */
  readonly prorated?: readonly ItemChange[];
  /** An invoice of prorations alone, as a change that is invoiced at once makes it. */
  readonly isOnlyProrations?: boolean;
  /** A subscription that was cancelled at once bills its pending usage all the same (Stripe, `invoice_now`). */
  readonly isCutOffBilled?: boolean;
};
