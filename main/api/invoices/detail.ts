import type { InvoiceDetail, InvoiceKey, InvoiceStepView } from '../../../shared/contract/invoice-schemas.ts';
import { TieoutError } from '../../../shared/errors.ts';
import type { BuiltInvoice, Step } from '../../../shared/rating/invoice/built-invoice.ts';
import type { InvoiceCatalog } from '../../../shared/rating/invoice/input.ts';
import { formatInstant } from '../../../shared/values/instant.ts';
import { formatMinorAsMajor } from '../../../shared/values/money.ts';
import { readMeters } from '../../cache/catalog-store.ts';
import { readSnapshot } from '../../cache/snapshot.ts';
import { asOfMonth } from '../reconcile/reconcile-month.ts';
import { invoiceGroups, type LineContext, majorOf, periodTexts } from './detail-lines.ts';
import { type InvoicesContext, previewRequest } from './list.ts';
import type { Preview } from './preview.ts';
import { catalogOf, previewMonth } from './preview-month.ts';
import { isFinal, TOTAL_FIELDS, type TotalField, totalsOfOurs, totalsOfStripe } from './stripe-invoice.ts';
import { configuredMeter } from './usage-book.ts';

/** Totals that are always shown; the others where they are not 0 on a side. */
const ALWAYS: ReadonlySet<TotalField> = new Set(['subtotal', 'total', 'amountDue']);

/**
 * One invoice with every step, its lines beside Stripe's.
 * @throws TieoutError `invoice.not_found` where no such invoice is to be made, `invoice.customer_not_found`
 */
export function invoiceDetail(context: InvoicesContext, key: InvoiceKey): InvoiceDetail {
  const { db, settings } = context;
  const request = previewRequest(context, key.month);
  return readSnapshot(db, () => {
    const catalog = catalogOf(db);
    const stripeMeters = readMeters(db);
    const preview = find([...previewMonth({ ...request, customers: [key.customer] })], key);
    const { customer, invoice, stripe } = preview;
    return {
      key,
      seller: settings.workspace,
      customer: { id: customer.id, name: customer.name, email: customer.email },
      period: periodTexts(invoice.period),
      currency: invoice.currency,
      state: preview.state,
      asOf: asOfMonth(db, settings, request.month),
      stripe:
        stripe === null
          ? null
          : {
              id: stripe.id,
              number: stripe.number,
              status: stripe.status,
              createdAt: formatInstant(stripe.created),
              finalizedAt: stripe.finalizedAt === null ? null : formatInstant(stripe.finalizedAt),
            },
      ...sheetOf(preview, { catalog, meterOf: (id) => configuredMeter({ settings, stripeMeters }, id) }),
      notes: [...preview.notes],
      proof: context.proof(),
    };
  });
}

type Sheet = Pick<InvoiceDetail, 'groups' | 'steps' | 'totals' | 'inclusiveTax'>;
/** What is laid beside each other on the sheet. */
type Sides = Pick<Preview, 'invoice' | 'stripe' | 'comparison' | 'grants'>;

/** The sheet of an invoice that has none of Stripe's beside it. */
export const builtInvoiceSheet = (invoice: BuiltInvoice, catalog: InvoiceCatalog): Sheet =>
  sheetOf({ invoice, stripe: null, comparison: null, grants: [] }, { catalog, meterOf: () => null });

function sheetOf(sides: Sides, context: LineContext): Sheet {
  const { inclusiveTaxMinor, currency } = sides.invoice;
  return {
    groups: invoiceGroups(sides, context),
    steps: stepsOf(sides, context.catalog),
    totals: totalsOf(sides),
    inclusiveTax: inclusiveTaxMinor === 0n ? null : formatMinorAsMajor(inclusiveTaxMinor, currency),
  };
}

/** The invoice of a whole period before the one at creation, which begins at the same instant. */
function find(previews: readonly Preview[], key: InvoiceKey): Preview {
  const found = previews
    .filter(
      ({ subscription, invoice: { period } }) =>
        subscription.id === key.subscription && formatInstant(period.from) === key.from,
    )
    .filter(({ invoice: { period } }) => key.to === undefined || formatInstant(period.to) === key.to)
    .sort((a, b) => b.invoice.period.to - a.invoice.period.to)[0];
  if (found !== undefined) return found;
  throw new TieoutError('invoice.not_found', {
    message: `${key.month} has no invoice of ${key.customer} on ${key.subscription} from ${key.from}.`,
    remedy: 'It may have gone with the last pull; go back to the month.',
  });
}

function totalsOf({ invoice, stripe, comparison }: Sides): InvoiceDetail['totals'] {
  const ours = totalsOfOurs(invoice);
  const theirs = stripe === null ? null : totalsOfStripe(stripe);
  const differences = new Map(comparison?.totals.map(({ field, difference }) => [field, difference]));
  const major = (minor: bigint): string => formatMinorAsMajor(minor, invoice.currency);
  const isShown = (field: TotalField): boolean =>
    ALWAYS.has(field) || ours[field] !== 0n || (theirs?.[field] ?? 0n) !== 0n;
  return TOTAL_FIELDS.filter(isShown).map((field) => {
    const difference = differences.get(field) ?? null;
    return {
      field,
      ours: major(ours[field]),
      stripe: theirs === null ? null : major(theirs[field]),
      difference: difference === null ? null : major(difference),
    };
  });
}

function stepsOf(preview: Sides, catalog: InvoiceCatalog): InvoiceDetail['steps'] {
  const { invoice } = preview;
  let running = 0n;
  return invoice.steps.map((step) => {
    if (!step.isIncluded) running += step.amountMinor;
    return stepView(preview, step, { running, catalog });
  });
}

function stepView(
  preview: Sides,
  step: Step,
  of: { readonly running: bigint; readonly catalog: InvoiceCatalog },
): InvoiceStepView {
  const { invoice, comparison } = preview;
  const major = (minor: bigint): string => formatMinorAsMajor(minor, invoice.currency);
  const theirs = stripeStep(preview, step);
  const describe = new Map(invoice.lines.map((line) => [line.key, line.description]));
  return {
    type: step.type,
    id: step.id,
    label: step.label,
    exact: majorOf(step.exact, invoice.currency),
    amount: major(step.amountMinor),
    running: major(of.running),
    stripeAmount: theirs === null ? null : major(theirs),
    difference: theirs === null || comparison === null ? null : major(step.amountMinor - theirs),
    note: step.note,
    applied: step.applied.map(({ lineKey, amountMinor }) => ({
      line: lineKey,
      description: describe.get(lineKey) ?? lineKey,
      amount: major(amountMinor),
    })),
    grant: grantOf(preview, step),
    tax: taxOf(preview, step, of.catalog),
  };
}

/** What Stripe says of the same step; null where it says nothing of it. Credits are told in one sum for all grants. */
function stripeStep({ invoice, stripe }: Sides, step: Step): bigint | null {
  if (stripe === null) return null;
  const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
  switch (step.type) {
    case 'lines':
      return totalsOfStripe(stripe).subtotal;
    case 'discount':
      return -sum(
        stripe.lines.flatMap(({ discounts }) =>
          discounts.flatMap(({ discountId, amountMinor }) => (discountId === step.id ? [amountMinor] : [])),
        ),
      );
    case 'credit': {
      const grants = invoice.steps.filter(({ type }) => type === 'credit').length;
      return grants === 1 && (isFinal(stripe) || stripe.creditMinor > 0n) ? -stripe.creditMinor : null;
    }
    case 'tax':
      return sum(
        stripe.lines.flatMap(({ taxes }) =>
          taxes.flatMap(({ taxRateId, amountMinor }) => (taxRateId === step.id ? [amountMinor] : [])),
        ),
      );
    case 'balance':
      return stripe.amountDueMinor - stripe.totalMinor;
  }
}

function grantOf({ invoice, grants }: Sides, step: Step): InvoiceStepView['grant'] {
  const held = step.type === 'credit' ? grants.find(({ grant }) => grant.id === step.id) : undefined;
  if (held === undefined) return null;
  const major = (minor: bigint): string => formatMinorAsMajor(minor, invoice.currency);
  return {
    amount: major(BigInt(held.grant.amount)),
    applied: major(-step.amountMinor),
    left: major(held.leftMinor + step.amountMinor),
  };
}

function taxOf({ invoice }: Sides, step: Step, catalog: InvoiceCatalog): InvoiceStepView['tax'] {
  const rate = step.type === 'tax' ? catalog.taxRates.get(step.id ?? '') : undefined;
  if (rate === undefined) return null;
  const taxed = invoice.lines.flatMap(({ taxes }) => taxes.filter(({ taxRateId }) => taxRateId === rate.id));
  const taxable = taxed.reduce((total, { taxableMinor }) => total + taxableMinor, 0n);
  return {
    percentage: rate.percentage,
    isInclusive: rate.isInclusive,
    taxable: formatMinorAsMajor(taxable, invoice.currency),
  };
}
