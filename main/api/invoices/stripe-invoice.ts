import type { Invoice, InvoiceLine } from '../../../shared/billing/invoice.ts';
import type { BuiltInvoice, BuiltLine } from '../../../shared/rating/invoice/built-invoice.ts';
import { tryParseDecimal } from '../../../shared/values/decimal.ts';
import { contains, overlaps, type Period } from '../../../shared/values/period.ts';
import { compareLines, type FieldDifference, isFlatLine, type LineFacts, type LinePair } from './compare-lines.ts';
import type { UsagePeriod } from './periods.ts';

/** Totals of an invoice that are compared, in the order of an invoice. */
export const TOTAL_FIELDS = [
  'subtotal',
  'discount',
  'credits',
  'tax',
  'total',
  'startingBalance',
  'amountDue',
] as const;
export type TotalField = (typeof TOTAL_FIELDS)[number];

/** Minor units; discounts and credits are positive. */
export type InvoiceTotals = Readonly<Record<TotalField, bigint>>;

/** Two invoices beside each other: lines that belong together, and totals. */
export type InvoiceComparison = {
  readonly pairs: readonly LinePair[];
  readonly totals: readonly ComparedTotal[];
  readonly hasDifference: boolean;
};

/** `difference`: ours − Stripe's; null where the two do not say the same thing yet. */
export type ComparedTotal = {
  readonly field: TotalField;
  readonly ours: bigint;
  readonly stripe: bigint;
  readonly difference: bigint | null;
};

const FINAL: ReadonlySet<string> = new Set(['open', 'paid', 'uncollectible']);

/** Whether nothing about the invoice changes any more. */
export const isFinal = (invoice: Invoice): boolean => FINAL.has(invoice.status);

/**
 * Stripe's invoices of one usage period, the one that counts first: not void, final before draft, the newest. Where none
 * is of that very period, those with usage of it count: Stripe may say another period of an invoice than of its lines.
 * @param invoices of the subscription's customer
 */
export function stripeInvoicesOf(
  invoices: readonly Invoice[],
  of: {
    readonly subscriptionId: string;
    readonly usage: UsagePeriod;
    readonly isMetered: (priceId: string) => boolean;
  },
): readonly Invoice[] {
  const own = invoices.filter((invoice) => isOfSubscription(invoice, of.subscriptionId));
  const exact = own.filter((invoice) => isOfPeriod(invoice, of.usage));
  const found = exact.length > 0 ? exact : own.filter((invoice) => hasUsageOf(invoice, of));
  const rank = (invoice: Invoice): number => (invoice.status === 'void' ? 2 : isFinal(invoice) ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b) || b.created - a.created || (a.id < b.id ? -1 : 1));
}

/**
 * The periods of a subscription, with those that Stripe's own renewal invoices have in the place of ours that they
 * overlap: an anchor that was moved since says nothing of the periods before.
 */
export function periodsAsInvoiced(
  usages: readonly UsagePeriod[],
  invoices: readonly Invoice[],
  of: { readonly subscriptionId: string; readonly within: Period },
): readonly UsagePeriod[] {
  const isKnown = ({ from, to }: Period): boolean =>
    usages.some(({ period }) => period.from === from && period.to === to);
  const others = invoices
    .filter(
      (invoice) =>
        invoice.billingReason === 'subscription_cycle' &&
        invoice.status !== 'void' &&
        isOfSubscription(invoice, of.subscriptionId) &&
        invoice.period.from < invoice.period.to &&
        contains(of.within, invoice.period.from),
    )
    .map(({ period }) => period)
    .filter((period, index, all) => !isKnown(period) && all.findIndex(({ from }) => from === period.from) === index);
  if (others.length === 0) return usages;
  const kept = usages.filter(
    ({ period, kind }) => kind === 'creation' || !others.some((other) => overlaps(other, period)),
  );
  const added = others.map((period) => ({ period, kind: 'whole' as const }));
  return [...kept, ...added].sort((a, b) => a.period.from - b.period.from || a.period.to - b.period.to);
}

const isOfSubscription = (invoice: Invoice, subscriptionId: string): boolean =>
  invoice.subscriptionId === subscriptionId ||
  (invoice.subscriptionId === null && invoice.lines.some((line) => line.subscriptionId === subscriptionId));

/** Made in the middle of a period, for a change; never at its end. */
const BETWEEN: ReadonlySet<string> = new Set(['subscription_update', 'subscription_threshold', 'manual']);

function isOfPeriod(invoice: Invoice, { period, kind }: UsagePeriod): boolean {
  const { from, to } = invoice.period;
  // What a cancellation leaves is invoiced in the middle of a period.
  if (kind !== 'cut' && BETWEEN.has(invoice.billingReason ?? '')) return false;
  if (kind === 'creation')
    return invoice.billingReason === 'subscription_create' || (from === to && from === period.from);
  return invoice.billingReason !== 'subscription_create' && from === period.from && to === period.to;
}

/** Lines in advance are of the period that begins: only metered ones tell which one ended. */
function hasUsageOf(
  { billingReason, lines }: Invoice,
  { usage, isMetered }: { readonly usage: UsagePeriod; readonly isMetered: (priceId: string) => boolean },
): boolean {
  const { period, kind } = usage;
  if (kind === 'creation' || (kind !== 'cut' && BETWEEN.has(billingReason ?? ''))) return false;
  return lines.some(
    ({ isProration, origin, priceId, servicePeriod: { from, to } }) =>
      !isProration &&
      origin !== 'invoice_item' &&
      priceId !== null &&
      isMetered(priceId) &&
      from === period.from &&
      to === period.to,
  );
}

/**
 * Compares what we build with what Stripe holds. Of a draft credits and balance are left aside, and what comes after
 * them where we would apply some: Stripe applies both when it finalises. Tax that Stripe computes itself is not compared either.
 */
export function compareInvoices(ours: BuiltInvoice, stripe: Invoice): InvoiceComparison {
  const hasCredits = isFinal(stripe) || stripe.creditMinor > 0n;
  const hasTax = !stripe.isAutomaticTax && (hasCredits || ours.creditMinor === 0n);
  const pairs = compareLines(ours.lines.map(factsOfOurs), stripe.lines.map(factsOfStripe), { hasCredits, hasTax });
  const [mine, theirs] = [totalsOfOurs(ours), totalsOfStripe(stripe)];
  const skipped = new Set<TotalField>([
    ...(hasCredits ? [] : (['credits'] as const)),
    ...(hasTax ? [] : (['tax', 'total', 'amountDue'] as const)),
    ...(isCarriedOver(stripe) ? (['amountDue'] as const) : []),
    ...(!isFinal(stripe) && ours.startingBalanceMinor !== 0n ? (['startingBalance', 'amountDue'] as const) : []),
  ]);
  const totals = TOTAL_FIELDS.map((field) => ({
    field,
    ours: mine[field],
    stripe: theirs[field],
    difference: skipped.has(field) ? null : mine[field] - theirs[field],
  }));
  const hasDifference =
    totals.some(({ difference }) => difference !== null && difference !== 0n) ||
    pairs.some(({ differences }) => differences.length > 0);
  return { pairs, totals, hasDifference };
}

/** Stripe asks for no amount below its least charge: it goes into the balance, for the next invoice. */
const isCarriedOver = ({ amountDueMinor, totalMinor, startingBalanceMinor, endingBalanceMinor }: Invoice): boolean =>
  amountDueMinor === 0n && totalMinor > 0n && endingBalanceMinor === startingBalanceMinor + totalMinor;

export const totalsOfOurs = (invoice: BuiltInvoice): InvoiceTotals => ({
  subtotal: invoice.subtotalMinor,
  discount: invoice.discountMinor,
  credits: invoice.creditMinor,
  tax: invoice.taxMinor,
  total: invoice.totalMinor,
  startingBalance: invoice.startingBalanceMinor,
  amountDue: invoice.amountDueMinor,
});

/** Stripe's own subtotal has the discounts of items taken off already: the sum of its lines means what ours does. */
export const totalsOfStripe = (invoice: Invoice): InvoiceTotals => ({
  subtotal: invoice.lines.reduce((sum, line) => sum + line.amountMinor, 0n),
  discount: invoice.discountMinor,
  credits: invoice.creditMinor,
  tax: invoice.taxMinor,
  total: invoice.totalMinor,
  startingBalance: invoice.startingBalanceMinor,
  amountDue: invoice.amountDueMinor,
});

const factsOfOurs = (line: BuiltLine): LineFacts => ({
  itemId: line.itemId,
  priceId: line.priceId,
  servicePeriod: line.servicePeriod,
  type: line.type,
  isProration: line.kind === 'proration',
  quantity: line.statedQuantity,
  unitAmount: line.unitAmount,
  amountMinor: line.amountMinor,
  discountMinor: sumOf(line.discounts),
  creditMinor: sumOf(line.credits),
  taxMinor: sumOf(line.taxes),
});

const sumOf = (rows: readonly { readonly amountMinor: bigint }[]): bigint =>
  rows.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);

function factsOfStripe(line: InvoiceLine): LineFacts {
  const quantity = line.quantity === null ? null : tryParseDecimal(line.quantity);
  const unitAmount = line.unitAmount === null ? null : tryParseDecimal(line.unitAmount);
  return {
    itemId: line.subscriptionItemId,
    priceId: line.priceId,
    servicePeriod: line.servicePeriod,
    type: isFlatLine({ quantity, unitAmount }) ? 'flat' : 'usage',
    isProration: line.isProration,
    quantity,
    unitAmount,
    amountMinor: line.amountMinor,
    discountMinor: line.discountMinor,
    creditMinor: line.creditMinor,
    taxMinor: sumOf(line.taxes),
  };
}

/** Differences of lines and totals in one list, as `tieout preview --json` gives them; `line` null: a total. */
export function differenceList(
  comparison: InvoiceComparison,
  ours: BuiltInvoice,
  stripe: Invoice,
): readonly {
  readonly line: string | null;
  readonly field: string;
  readonly ours: FieldDifference['ours'];
  readonly stripe: FieldDifference['stripe'];
}[] {
  const ofLines = comparison.pairs.flatMap((pair) => {
    const line = ours.lines[pair.ours[0] ?? -1]?.key ?? stripe.lines[pair.stripe[0] ?? -1]?.id ?? null;
    return pair.differences.map((difference) => ({ line, ...difference }));
  });
  const ofTotals = comparison.totals.flatMap(({ difference, field, ours: mine, stripe: theirs }) =>
    difference !== null && difference !== 0n ? [{ line: null, field, ours: mine, stripe: theirs }] : [],
  );
  return [...ofLines, ...ofTotals];
}
