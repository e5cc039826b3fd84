import type Stripe from 'stripe';
import type { InvoiceStatus } from '../../../shared/billing/invoice.ts';
import { formatDecimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { type Instant, instant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';
import { type BuildContext, integerPart, minorNumber, seconds, stripeDecimal } from './build.ts';

type SeedInvoiceLine = {
  readonly id?: string;
  /** Decimal text, at most 12 places. Without it 1. */
  readonly quantity?: string;
  readonly amountMinor: bigint;
  readonly price?: string;
  /** Decimal text; without it the price's own unit amount (tiered prices have none). Null where the line has none. */
  readonly unitAmount?: string | null;
  readonly description?: string;
  readonly period?: Period;
  readonly subscriptionItem?: string;
  readonly isProration?: boolean;
  readonly discounts?: readonly { readonly discount: string; readonly amountMinor: bigint }[];
  /** Billing credits taken before tax, of grants that are in the account. */
  readonly credits?: readonly { readonly grant: string; readonly amountMinor: bigint }[];
  /** The same where the grants do not matter. */
  readonly creditMinor?: bigint;
  readonly taxes?: readonly {
    readonly taxRate: string;
    readonly amountMinor: bigint;
    readonly taxableMinor: bigint;
    readonly inclusive?: boolean;
  }[];
};

export type SeedInvoice = {
  readonly id?: string;
  readonly customer: string;
  readonly subscription?: string | null;
  readonly status: InvoiceStatus;
  readonly currency?: string;
  readonly period: Period;
  readonly lines: readonly SeedInvoiceLine[];
  readonly number?: string | null;
  readonly billingReason?: string;
  /** The customer's balance before the invoice; negative is credit in the customer's favour. */
  readonly startingBalanceMinor?: bigint;
  readonly automaticTax?: boolean;
  readonly finalizedAt?: Instant;
  readonly testClock?: string | null;
  readonly created?: Instant;
};

type InvoiceParts = {
  readonly price: (id: string) => Stripe.Price;
  readonly customer: (id: string) => Stripe.Customer | null;
};

/** The invoice with all its lines embedded. Totals are added up from the lines; nothing is rated here. */
export function buildInvoice(seed: SeedInvoice, parts: InvoiceParts, context: BuildContext): Stripe.Invoice {
  const id = seed.id ?? context.makeId('in');
  const currency = seed.currency ?? 'usd';
  const subscription = seed.subscription ?? null;
  const lines = seed.lines.map((line) =>
    buildLine(line, { invoice: id, currency, subscription, period: seed.period }, parts, context),
  );
  const created = seed.created ?? seed.period.to;
  const isFinal = seed.status !== 'draft';
  const finalizedAt = isFinal ? seconds(seed.finalizedAt ?? instant(created + 3_600_000)) : null;
  const totals = addUp(seed);
  const paid = seed.status === 'paid' ? totals.due : 0n;
  const customer = parts.customer(seed.customer);
  return {
    id,
    object: 'invoice',
    account_country: 'US',
    account_name: 'Tieout sandbox',
    account_tax_ids: null,
    amount_due: minorNumber(totals.due),
    amount_overpaid: 0,
    amount_paid: minorNumber(paid),
    amount_remaining: minorNumber(totals.due - paid),
    amount_shipping: 0,
    application: null,
    attempt_count: seed.status === 'paid' ? 1 : 0,
    attempted: seed.status === 'paid',
    auto_advance: seed.status === 'draft' || seed.status === 'open',
    automatic_tax: {
      disabled_reason: null,
      enabled: seed.automaticTax ?? false,
      liability: null,
      provider: null,
      status: null,
    },
    automatically_finalizes_at: seed.status === 'draft' ? seconds(created) + 3600 : null,
    billing_reason: seed.billingReason ?? (subscription === null ? 'manual' : 'subscription_cycle'),
    collection_method: 'charge_automatically',
    created: seconds(created),
    currency,
    custom_fields: null,
    customer: seed.customer,
    customer_account: null,
    customer_address: null,
    customer_email: customer?.email ?? null,
    customer_name: customer?.name ?? null,
    customer_phone: null,
    customer_shipping: null,
    customer_tax_exempt: customer?.tax_exempt ?? 'none',
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    due_date: null,
    effective_at: finalizedAt,
    ending_balance: isFinal ? minorNumber(totals.endingBalance) : null,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: { object: 'list', data: lines, has_more: false, url: `/v1/invoices/${id}/lines` },
    livemode: false,
    metadata: {},
    next_payment_attempt: null,
    number: isFinal ? (seed.number ?? `TIE-${id.slice(-6).toUpperCase()}`) : null,
    on_behalf_of: null,
    parent:
      subscription === null
        ? null
        : { quote_details: null, subscription_details: { metadata: {}, subscription }, type: 'subscription_details' },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: seconds(seed.period.to),
    period_start: seconds(seed.period.from),
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: minorNumber(seed.startingBalanceMinor ?? 0n),
    statement_descriptor: null,
    status: seed.status,
    status_transitions: {
      finalized_at: finalizedAt,
      marked_uncollectible_at: seed.status === 'uncollectible' ? finalizedAt : null,
      paid_at: seed.status === 'paid' ? finalizedAt : null,
      voided_at: seed.status === 'void' ? finalizedAt : null,
    },
    subtotal: minorNumber(totals.subtotal),
    subtotal_excluding_tax: minorNumber(totals.subtotal - totals.inclusiveTax),
    test_clock: seed.testClock ?? null,
    total: minorNumber(totals.total),
    total_discount_amounts: sumBy(
      lines.flatMap((line) => line.discount_amounts ?? []),
      (each) => String(each.discount),
    ),
    total_excluding_tax: minorNumber(totals.total - totals.inclusiveTax - totals.exclusiveTax),
    total_pretax_credit_amounts: lines.flatMap((line) => line.pretax_credit_amounts ?? []),
    total_taxes: lines.flatMap((line) => line.taxes ?? []),
    webhooks_delivered_at: finalizedAt,
  } satisfies Stripe.Invoice;
}

function buildLine(
  seed: SeedInvoiceLine,
  of: {
    readonly invoice: string;
    readonly currency: string;
    readonly subscription: string | null;
    readonly period: Period;
  },
  parts: InvoiceParts,
  { makeId }: BuildContext,
): Stripe.InvoiceLineItem {
  const price = seed.price === undefined ? null : parts.price(seed.price);
  const period = seed.period ?? of.period;
  const quantity = seed.quantity ?? '1';
  const discounts = (seed.discounts ?? []).map((each) => ({
    amount: minorNumber(each.amountMinor),
    discount: each.discount,
  }));
  const isProration = seed.isProration ?? false;
  return {
    id: seed.id ?? makeId('il'),
    object: 'line_item',
    amount: minorNumber(seed.amountMinor),
    currency: of.currency,
    description: seed.description ?? null,
    discount_amounts: discounts,
    discountable: true,
    discounts: discounts.map((each) => each.discount),
    invoice: of.invoice,
    livemode: false,
    metadata: {},
    parent:
      seed.subscriptionItem === undefined
        ? {
            invoice_item_details: {
              invoice_item: makeId('ii'),
              proration: isProration,
              proration_details: { credited_items: null },
              subscription: of.subscription,
            },
            subscription_item_details: null,
            type: 'invoice_item_details',
          }
        : {
            invoice_item_details: null,
            subscription_item_details: {
              invoice_item: null,
              proration: isProration,
              proration_details: { credited_items: null },
              subscription: of.subscription,
              subscription_item: seed.subscriptionItem,
            },
            type: 'subscription_item_details',
          },
    period: { start: seconds(period.from), end: seconds(period.to) },
    pretax_credit_amounts: [
      ...creditsOf(seed).map((amountMinor) => ({
        amount: minorNumber(amountMinor),
        credit_balance_transaction: makeId('cbtxn'),
        type: 'credit_balance_transaction' as const,
      })),
      ...discounts.map((each) => ({ ...each, type: 'discount' as const })),
    ],
    pricing: price === null ? null : pricing(price, seed.unitAmount),
    quantity: integerPart(quantity),
    quantity_decimal: stripeDecimal(formatDecimal(parseDecimal(quantity))),
    subscription: of.subscription,
    subtotal: minorNumber(seed.amountMinor),
    taxes: (seed.taxes ?? []).map((tax) => ({
      amount: minorNumber(tax.amountMinor),
      tax_behavior: tax.inclusive === true ? 'inclusive' : 'exclusive',
      tax_rate_details: { tax_rate: tax.taxRate },
      taxability_reason: 'standard_rated' as const,
      taxable_amount: minorNumber(tax.taxableMinor),
      type: 'tax_rate_details' as const,
    })),
  } satisfies Stripe.InvoiceLineItem;
}

function pricing(price: Stripe.Price, unitAmount: string | null | undefined): Stripe.InvoiceLineItem.Pricing {
  const product = typeof price.product === 'string' ? price.product : price.product.id;
  return {
    price_details: { price: price.id, product },
    type: 'price_details',
    unit_amount_decimal:
      unitAmount === undefined ? price.unit_amount_decimal : unitAmount === null ? null : stripeDecimal(unitAmount),
  };
}

const creditsOf = ({ creditMinor, credits }: SeedInvoiceLine): readonly bigint[] => [
  ...(creditMinor === undefined ? [] : [creditMinor]),
  ...(credits ?? []).map(({ amountMinor }) => amountMinor),
];

function addUp(seed: SeedInvoice) {
  let [subtotal, reductions, inclusiveTax, exclusiveTax] = [0n, 0n, 0n, 0n];
  for (const line of seed.lines) {
    subtotal += line.amountMinor;
    for (const credit of creditsOf(line)) reductions += credit;
    for (const discount of line.discounts ?? []) reductions += discount.amountMinor;
    for (const tax of line.taxes ?? []) {
      if (tax.inclusive === true) inclusiveTax += tax.amountMinor;
      else exclusiveTax += tax.amountMinor;
    }
  }
  const total = subtotal - reductions + exclusiveTax;
  // A debt of the customer is asked for too; credit beyond the total stays.
  const due = total + (seed.startingBalanceMinor ?? 0n);
  const [asked, kept] = due < 0n ? [0n, due] : [due, 0n];
  return { subtotal, total, inclusiveTax, exclusiveTax, due: asked, endingBalance: kept };
}

function sumBy<T extends { readonly amount: number }>(each: readonly T[], key: (value: T) => string): T[] {
  const sums = new Map<string, T>();
  for (const value of each) {
    const sum = sums.get(key(value));
    sums.set(key(value), sum === undefined ? value : { ...sum, amount: sum.amount + value.amount });
  }
  return [...sums.values()];
}
