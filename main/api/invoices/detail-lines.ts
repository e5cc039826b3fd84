import type { InvoiceLine } from '../../../shared/billing/invoice.ts';
import type {
  InvoiceDetail,
  InvoiceGroupView,
  InvoiceItemView,
  InvoiceLineView,
} from '../../../shared/contract/invoice-schemas.ts';
import type { BuiltLine } from '../../../shared/rating/invoice/built-invoice.ts';
import type { InvoiceCatalog } from '../../../shared/rating/invoice/input.ts';
import { amountsIn } from '../../../shared/rating/ratable-price.ts';
import { type Decimal, formatDecimal, normalize, sum, tryParseDecimal } from '../../../shared/values/decimal.ts';
import { formatInstant } from '../../../shared/values/instant.ts';
import { formatMinorAsMajor, minorDigits } from '../../../shared/values/money.ts';
import type { Period } from '../../../shared/values/period.ts';
import type { ReconcileMeter } from '../reconcile/settings.ts';
import { isFlatLine, type LinePair } from './compare-lines.ts';
import type { Preview } from './preview.ts';
import { compareInvoices } from './stripe-invoice.ts';

/** What lines are described by. */
export type LineContext = {
  readonly catalog: InvoiceCatalog;
  readonly meterOf: (meterId: string) => ReconcileMeter | null;
};

/** Ours, and Stripe's where there is one. */
type Sides = Pick<Preview, 'invoice' | 'stripe' | 'comparison'>;

/** A line as the invoice prints it, with what it belongs to. */
type Row = {
  readonly view: InvoiceLineView;
  readonly ours: BuiltLine | null;
  readonly theirs: readonly InvoiceLine[];
  readonly itemKey: string;
  readonly productId: string | null;
};

/** Lines of both sides, grouped by product, then by what one item charges for one service period. */
export function invoiceGroups(preview: Sides, context: LineContext): InvoiceDetail['groups'] {
  const rows = pairsOf(preview).flatMap((pair) => rowsOf(preview, pair, context));
  const byProduct = new Map<string | null, Row[]>();
  for (const row of rows) {
    const group = byProduct.get(row.productId);
    if (group === undefined) byProduct.set(row.productId, [row]);
    else group.push(row);
  }
  return [...byProduct].map(([productId, group]) => productGroup(preview, context, productId, group));
}

/** Without an invoice of Stripe's to lay beside, each of our lines stands alone. */
function pairsOf({ invoice, stripe, comparison }: Sides): readonly LinePair[] {
  if (comparison !== null) return comparison.pairs;
  if (stripe === null) return invoice.lines.map((_, index) => ({ ours: [index], stripe: [], differences: [] }));
  return compareInvoices(invoice, stripe).pairs.map((pair) => ({ ...pair, differences: [] }));
}

/** One row a line; where one line of Stripe's stands for all tiers it stands beside the first. */
function rowsOf(preview: Sides, pair: LinePair, context: LineContext): readonly Row[] {
  const { invoice, stripe, comparison } = preview;
  const theirs = pair.stripe.flatMap((index) => stripe?.lines[index] ?? []);
  if (pair.ours.length === 0)
    return theirs.map((line) => rowOf(preview, { ours: null, theirs: [line], pair }, context));
  return pair.ours.map((index, place) => {
    const ours = invoice.lines[index] ?? null;
    const isFirst = place === 0;
    const row = rowOf(preview, { ours, theirs: isFirst ? theirs : [], pair: isFirst ? pair : ALONE }, context);
    if (comparison === null || pair.ours.length === 1) return row;
    const together = pair.ours.reduce((total, at) => total + (invoice.lines[at]?.amountMinor ?? 0n), 0n);
    const difference = isFirst ? formatMinorAsMajor(together - sumOf(theirs), invoice.currency) : null;
    return { ...row, view: { ...row.view, difference } };
  });
}

const ALONE: LinePair = { ours: [], stripe: [], differences: [] };

const sumOf = (lines: readonly { readonly amountMinor: bigint }[]): bigint =>
  lines.reduce((total, { amountMinor }) => total + amountMinor, 0n);

function rowOf(
  { invoice, comparison }: Sides,
  of: { readonly ours: BuiltLine | null; readonly theirs: readonly InvoiceLine[]; readonly pair: LinePair },
  context: LineContext,
): Row {
  const { ours, pair } = of;
  const { currency } = invoice;
  const [stripe] = of.theirs;
  const priceId = ours?.priceId ?? stripe?.priceId ?? null;
  const price = priceId === null ? undefined : context.catalog.prices.get(priceId);
  const shape = price === undefined ? null : amountsIn(price, currency);
  const tier = ours === null || shape?.billingScheme !== 'tiered' ? null : ours.tier;
  const major = (minor: bigint): string => formatMinorAsMajor(minor, currency);
  const view: InvoiceLineView = {
    key: ours?.key ?? stripe?.id ?? '',
    type: ours?.type ?? (stripe !== undefined && isFlatLine(factsOf(stripe)) ? 'flat' : 'usage'),
    tier,
    upTo: tier === null ? null : (shape?.tiers?.[tier - 1]?.upTo ?? null),
    description: ours?.description ?? stripe?.description ?? priceId ?? 'A line of Stripe’s',
    ours: ours === null ? null : ourFigures(ours, currency),
    stripe:
      stripe === undefined
        ? null
        : {
            id: stripe.id,
            quantity: textOf(stripe.quantity),
            unitAmount: majorText(stripe.unitAmount, currency),
            amount: major(stripe.amountMinor),
          },
    difference: comparison === null ? null : major((ours?.amountMinor ?? 0n) - (stripe?.amountMinor ?? 0n)),
    differences: pair.differences.map(({ field, ours: mine, stripe: theirs }) => ({
      field,
      ours: differenceText(field, mine, currency),
      stripe: differenceText(field, theirs, currency),
    })),
  };
  return { view, ours, theirs: of.theirs, itemKey: itemKeyOf(ours, stripe), productId: price?.productId ?? null };
}

/** What one item charges for one service period; lines that belong to none stand alone. */
function itemKeyOf(ours: BuiltLine | null, stripe: InvoiceLine | undefined): string {
  if (ours !== null) {
    return ours.kind === 'proration' ? ours.key : `${ours.itemId} ${periodKey(ours.servicePeriod)}`;
  }
  if (stripe === undefined || stripe.isProration || stripe.subscriptionItemId === null) return stripe?.id ?? '';
  return `${stripe.subscriptionItemId} ${periodKey(stripe.servicePeriod)}`;
}

const periodKey = ({ from, to }: Period): string => `${formatInstant(from)}/${formatInstant(to)}`;

const factsOf = (line: InvoiceLine) => ({
  quantity: line.quantity === null ? null : tryParseDecimal(line.quantity),
  unitAmount: line.unitAmount === null ? null : tryParseDecimal(line.unitAmount),
});

function ourFigures(line: BuiltLine, currency: string): NonNullable<InvoiceLineView['ours']> {
  return {
    quantity: formatDecimal(line.quantity),
    ...(line.rawQuantity === undefined ? {} : { rawQuantity: formatDecimal(line.rawQuantity) }),
    unitAmount: line.unitAmount === null ? null : majorOf(line.unitAmount, currency),
    exact: majorOf(line.exact, currency),
    amount: formatMinorAsMajor(line.amountMinor, currency),
  };
}

/** Unrounded minor units → major units, plain. */
export const majorOf = (minor: Decimal, currency: string): string =>
  formatDecimal(normalize({ coefficient: minor.coefficient, scale: minor.scale + minorDigits(currency) }));

function majorText(minor: string | null, currency: string): string | null {
  const value = minor === null ? null : tryParseDecimal(minor);
  return value === null ? null : majorOf(value, currency);
}

function textOf(quantity: string | null): string | null {
  const value = quantity === null ? null : tryParseDecimal(quantity);
  return value === null ? null : formatDecimal(value);
}

function differenceText(field: string, value: bigint | string | null, currency: string): string | null {
  if (typeof value === 'bigint') return formatMinorAsMajor(value, currency);
  return field === 'unitAmount' ? majorText(value, currency) : value;
}

function productGroup(
  preview: Sides,
  context: LineContext,
  productId: string | null,
  rows: readonly Row[],
): InvoiceGroupView {
  const byItem = new Map<string, Row[]>();
  for (const row of rows) {
    const item = byItem.get(row.itemKey);
    if (item === undefined) byItem.set(row.itemKey, [row]);
    else item.push(row);
  }
  const name = productId === null ? 'Other' : (context.catalog.products.get(productId)?.name ?? productId);
  const { amount, stripeAmount, difference } = amountsOf(preview, rows);
  return {
    product: { id: productId, name },
    items: [...byItem].map(([key, lines]) => itemView(preview, context, key, lines)),
    amount: amount ?? formatMinorAsMajor(0n, preview.invoice.currency),
    stripeAmount,
    difference,
  };
}

/** Sums of rows; a side without any line is null, Stripe's a zero where it holds the invoice without such a line. */
function amountsOf({ invoice, stripe, comparison }: Sides, rows: readonly Row[]) {
  const ours = rows.flatMap((row) => row.ours ?? []);
  const theirs = rows.flatMap((row) => row.theirs);
  const major = (minor: bigint): string => formatMinorAsMajor(minor, invoice.currency);
  return {
    amount: ours.length === 0 ? null : major(sumOf(ours)),
    stripeAmount: stripe === null ? null : major(sumOf(theirs)),
    difference: comparison === null ? null : major(sumOf(ours) - sumOf(theirs)),
  };
}

function itemView(preview: Sides, context: LineContext, key: string, rows: readonly Row[]): InvoiceItemView {
  const { currency } = preview.invoice;
  const first = rows.find(({ ours }) => ours !== null)?.ours ?? null;
  const stripe = rows.flatMap(({ theirs }) => theirs)[0];
  const priceId = first?.priceId ?? stripe?.priceId ?? null;
  const price = priceId === null ? undefined : context.catalog.prices.get(priceId);
  const product = price?.productId == null ? undefined : context.catalog.products.get(price.productId);
  const meter = price?.meterId == null ? null : context.meterOf(price.meterId);
  const ours = rows.flatMap((row) => row.ours ?? []);
  const usage = ours.filter(({ type }) => type === 'usage');
  const isProration = first?.kind === 'proration' || (first === null && stripe?.isProration === true);
  return {
    key,
    description: isProration
      ? (first?.description ?? stripe?.description ?? 'Proration')
      : (price?.nickname ?? product?.name ?? stripe?.description ?? priceId ?? 'Other'),
    kind: first?.kind ?? kindOfStripe(stripe, price?.usageType ?? null),
    meter: meter?.key ?? null,
    unit: meter?.unit ?? null,
    price: priceId,
    servicePeriod: periodTexts(first?.servicePeriod ?? stripe?.servicePeriod ?? preview.invoice.period),
    quantity:
      usage.length === 0
        ? null
        : formatDecimal(normalize(sum(usage.map(({ rawQuantity, quantity }) => rawQuantity ?? quantity)))),
    exact: ours.length === 0 ? null : majorOf(sum(ours.map(({ exact }) => exact)), currency),
    ...amountsOf(preview, rows),
    lines: rows.map(({ view }) => view),
  };
}

function kindOfStripe(
  line: InvoiceLine | undefined,
  usageType: 'metered' | 'licensed' | null,
): InvoiceItemView['kind'] {
  if (line === undefined || line.subscriptionItemId === null || usageType === null) return 'other';
  return line.isProration ? 'proration' : usageType;
}

export const periodTexts = ({ from, to }: Period) => ({ from: formatInstant(from), to: formatInstant(to) });
