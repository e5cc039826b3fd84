import type { Customer } from '../../../shared/billing/customer.ts';
import type { Invoice } from '../../../shared/billing/invoice.ts';
import type { Subscription, SubscriptionItem } from '../../../shared/billing/subscription.ts';
import type { ErrorCode, Problem } from '../../../shared/errors.ts';
import { buildInvoice } from '../../../shared/rating/invoice/build-invoice.ts';
import type { BuiltInvoice } from '../../../shared/rating/invoice/built-invoice.ts';
import type { InvoiceCatalog, InvoiceInput } from '../../../shared/rating/invoice/input.ts';
import type { RatingOptions } from '../../../shared/rating/options.ts';
import type { HeldGrant } from '../../cache/catalog-store.ts';
import { grantsBefore } from './grants-before.ts';
import type { UsagePeriod } from './periods.ts';
import { compareInvoices, type InvoiceComparison, isFinal, stripeInvoicesOf } from './stripe-invoice.ts';
import type { UsageBook } from './usage-book.ts';

/** `incomplete`: something was not pulled or cannot be rated, so no difference is given. */
export type PreviewState = 'matches' | 'differs' | 'no_invoice' | 'incomplete';

/** One invoice as we build it, beside Stripe's own. */
export type Preview = {
  readonly customer: Customer;
  readonly subscription: Subscription;
  readonly invoice: BuiltInvoice;
  /** What could not be known, as errors, and what a person should know, as warnings. */
  readonly notes: readonly Problem[];
  /** Credit grants as the invoice found them. */
  readonly grants: readonly HeldGrant[];
  /** Discounts that an earlier invoice had: what a coupon that applies once is used up by. */
  readonly usedDiscountIds: ReadonlySet<string>;
  readonly stripe: Invoice | null;
  /** Null where there is nothing to compare with, or not everything to compare. */
  readonly comparison: InvoiceComparison | null;
  readonly state: PreviewState;
};

/** What the invoices of one customer are made of. */
export type PreviewParts = {
  readonly customer: Customer;
  readonly customerKey: number;
  readonly catalog: InvoiceCatalog;
  readonly grants: readonly HeldGrant[];
  /** Stripe's own, as many as may matter: those of the period, and where there are grants all of them. */
  readonly invoices: readonly Invoice[];
  readonly book: UsageBook;
  readonly options: RatingOptions;
};

/** Builds the invoice of one usage period and lays Stripe's beside it. */
export function previewInvoice(parts: PreviewParts, subscription: Subscription, usage: UsagePeriod): Preview {
  const { customer, invoices } = parts;
  const { period } = usage;
  const isMetered = (priceId: string): boolean => parts.catalog.prices.get(priceId)?.usageType === 'metered';
  const candidates = stripeInvoicesOf(invoices, { subscriptionId: subscription.id, usage, isMetered });
  const stripe = candidates[0] ?? null;
  const counting = stripe === null || stripe.status === 'void' ? null : stripe;
  const before = grantsBefore(parts.grants, { invoice: counting, all: invoices, madeAt: period.to });
  const usedDiscountIds = usedDiscounts(invoices, counting);
  const missing = new Map<string, Problem>();
  const told: Problem[] = [];
  const invoice = buildInvoice({
    customer:
      counting !== null && isFinal(counting) ? { ...customer, balanceMinor: counting.startingBalanceMinor } : customer,
    subscription: counting !== null && usage.kind === 'cut' ? asPlanned(subscription) : subscription,
    period,
    catalog: parts.catalog,
    creditGrants: before.grants,
    usageOf: usageOf(parts, { missing, told }),
    changes: [],
    usedDiscountIds,
    options: parts.options,
    at: period.to,
  });
  const notes = unique([
    ...ownNotes(invoice.notes, missing),
    ...oldestOfUsage(told),
    ...before.notes,
    ...stripeNotes(candidates),
  ]);
  const isComplete = notes.every(({ severity }) => severity === 'warning');
  const comparison = counting === null || !isComplete ? null : compareInvoices(invoice, counting);
  const { grants } = before;
  const state = stateOf(isComplete, comparison);
  return { customer, subscription, invoice, notes, grants, usedDiscountIds, stripe, comparison, state };
}

function stateOf(isComplete: boolean, comparison: InvoiceComparison | null): PreviewState {
  if (!isComplete) return 'incomplete';
  if (comparison === null) return 'no_invoice';
  return comparison.hasDifference ? 'differs' : 'matches';
}

/** Stripe made an invoice when it was cancelled at once (`invoice_now`), so its pending usage was billed after all. */
const asPlanned = (subscription: Subscription): Subscription => ({ ...subscription, cancelAt: subscription.endedAt });

function usageOf(
  { book, customerKey }: PreviewParts,
  into: { readonly missing: Map<string, Problem>; readonly told: Problem[] },
): InvoiceInput['usageOf'] {
  return (item: SubscriptionItem, price, service) => {
    if (price.meterId === null) {
      into.missing.set(item.id, withoutMeter(item));
      return null;
    }
    const answer = book.quantityOf(customerKey, price.meterId, service);
    if (answer.quantity === null) {
      into.missing.set(item.id, { ...answer.missing, path: `${item.subscriptionId}.${item.id}` });
      return null;
    }
    into.told.push(...answer.notes);
    return answer.quantity;
  };
}

const withoutMeter = (item: SubscriptionItem): Problem => ({
  code: 'invoice.incomplete',
  path: `${item.subscriptionId}.${item.id}`,
  message: `The invoice is incomplete: the price of ${item.id} is metered without a meter, so nothing tells its usage.`,
  remedy: 'Move it to a price with a meter; Stripe has no others any more.',
});

/** Of usage that is not known the note is ours, which names what to pull. */
const ownNotes = (notes: readonly Problem[], missing: ReadonlyMap<string, Problem>): readonly Problem[] =>
  notes.map((note) => {
    if (note.code !== 'invoice.usage_unknown') return note;
    return missing.get(note.path?.split('.').at(-1) ?? '') ?? note;
  });

/** Meters are pulled one after the other: how old the usage is, is said once, by the oldest of them. */
function oldestOfUsage(told: readonly Problem[]): readonly Problem[] {
  const ofMeters = told.filter(({ code, path }) => code === 'invoice.usage_so_far' && path !== null);
  const others = told.filter((note) => !ofMeters.includes(note));
  const oldest = ofMeters.reduce<Problem | null>(
    (first, note) => (first === null || note.message < first.message ? note : first),
    null,
  );
  return oldest === null ? others : [{ ...oldest, path: null }, ...others];
}

function unique(notes: readonly Problem[]): readonly Problem[] {
  if (notes.length < 2) return notes;
  const said = new Map(notes.map((note) => [`${note.code} ${note.path} ${note.message}`, note]));
  return [...said.values()];
}

/** Discounts that an earlier invoice had; one of a coupon that applies once is used up by it. */
function usedDiscounts(invoices: readonly Invoice[], counting: Invoice | null): ReadonlySet<string> {
  const used = new Set<string>();
  for (const invoice of invoices) {
    if (invoice === counting || !isFinal(invoice)) continue;
    if (counting !== null && invoice.created >= counting.created) continue;
    for (const line of invoice.lines) {
      for (const { discountId } of line.discounts) if (discountId !== null) used.add(discountId);
    }
  }
  return used;
}

function stripeNotes(candidates: readonly Invoice[]): readonly Problem[] {
  const [first, ...others] = candidates;
  if (first === undefined) return [];
  const notes: Problem[] = [];
  const warn = (code: ErrorCode, message: string): void => {
    notes.push({ code, path: first.id, message, severity: 'warning' });
  };
  if (first.status === 'void') {
    warn('invoice.void', `Stripe's invoice ${nameOf(first)} is void: nothing is billed for this period.`);
  }
  if (first.status === 'draft') {
    warn(
      'invoice.draft',
      "Stripe's invoice is a draft: usage still changes it, and credits come when it is finalised.",
    );
  }
  const counting = others.filter(({ status }) => status !== 'void').map(nameOf);
  if (counting.length > 0) {
    warn('invoice.several', `Stripe holds ${counting.join(', ')} beside ${nameOf(first)} for this period.`);
  }
  return notes;
}

const nameOf = ({ number, id }: Invoice): string => number ?? id;
