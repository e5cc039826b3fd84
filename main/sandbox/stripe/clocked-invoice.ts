import type Stripe from 'stripe';
import type { InvoiceStatus } from '../../../shared/billing/invoice.ts';
import type { BuiltLine } from '../../../shared/rating/invoice/built-invoice.ts';
import type { InvoiceReason, SimulatedInvoice } from '../../../shared/simulation/run.ts';
import { formatDecimal, round } from '../../../shared/values/decimal.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import { seconds } from './build.ts';
import type { SeedInvoice } from './build-invoice.ts';
import type { Catalog } from './catalog.ts';
import type { PlantedDifference } from './planted.ts';

const REASONS: Readonly<Record<InvoiceReason, string>> = {
  creation: 'subscription_create',
  cycle: 'subscription_cycle',
  update: 'subscription_update',
  cancellation: 'subscription_cycle',
};

/** An invoice of a test clock as Stripe shows it: a draft takes no credits yet. */
export function putClockedInvoice(
  catalog: Catalog,
  simulated: SimulatedInvoice,
  of: {
    readonly id: string;
    readonly testClock: string;
    /** What was done with it after it became final. */
    readonly outcome: 'paid' | 'uncollectible' | null;
    /** It is to be sent, so it stays a draft until then although nothing about it changes any more; else null. */
    readonly waitsUntil: Instant | null;
    readonly planted: readonly PlantedDifference[];
  },
): Stripe.Invoice {
  const { invoice, createdAt, finalizesAt } = simulated;
  const status = statusOf(simulated, of);
  const isRoundedDown = of.planted.some(({ kind }) => kind === 'line_rounded_down');
  const seed: SeedInvoice = {
    id: of.id,
    customer: invoice.customerId,
    subscription: invoice.subscriptionId,
    status,
    currency: invoice.currency,
    period: invoice.period,
    lines: invoice.lines.map((line) => lineOf(line, { isDraft: status === 'draft', isRoundedDown })),
    billingReason: REASONS[simulated.reason],
    startingBalanceMinor: invoice.startingBalanceMinor,
    finalizedAt: finalizesAt,
    testClock: of.testClock,
    created: createdAt,
  };
  const built = catalog.addInvoice(seed, { now: createdAt, makeId: idsOf(of.id) });
  return catalog.invoices.put({
    ...built,
    auto_advance: status === 'draft' || status === 'open',
    automatically_finalizes_at: status === 'draft' ? seconds(of.waitsUntil ?? finalizesAt) : null,
  });
}

function statusOf(
  { status, invoice }: SimulatedInvoice,
  { outcome, waitsUntil, planted }: Parameters<typeof putClockedInvoice>[2],
): InvoiceStatus {
  const isHeld = planted.some(
    (each) => each.kind === 'finalization_skipped' && (each.customer ?? invoice.customerId) === invoice.customerId,
  );
  if ((isHeld || waitsUntil !== null) && status !== 'void') return 'draft';
  return status === 'open' && outcome !== null ? outcome : status;
}

/** The same invoice has the same ids every time: it replaces itself, and its credits are booked once. */
function idsOf(invoiceId: string): (prefix: string) => string {
  let made = 0;
  return (prefix) => {
    made += 1;
    return `${prefix}_${invoiceId.slice('in_'.length)}${made.toString(36).padStart(4, '0')}`;
  };
}

function lineOf(
  line: BuiltLine,
  { isDraft, isRoundedDown }: { readonly isDraft: boolean; readonly isRoundedDown: boolean },
): SeedInvoice['lines'][number] {
  return {
    quantity: formatDecimal(line.statedQuantity),
    amountMinor: isRoundedDown ? round(line.exact, 0, 'floor').coefficient : line.amountMinor,
    price: line.priceId,
    // A flat amount is shown with quantity 0 and no unit amount.
    unitAmount: line.type === 'flat' || line.unitAmount === null ? null : formatDecimal(line.unitAmount),
    description: line.description,
    period: line.servicePeriod,
    subscriptionItem: line.itemId,
    isProration: line.kind === 'proration',
    discounts: line.discounts.map(({ discountId, amountMinor }) => ({ discount: discountId, amountMinor })),
    credits: isDraft ? [] : line.credits.map(({ grantId, amountMinor }) => ({ grant: grantId, amountMinor })),
    taxes: line.taxes.map((tax) => ({
      taxRate: tax.taxRateId,
      amountMinor: tax.amountMinor,
      taxableMinor: tax.taxableMinor,
      inclusive: tax.isInclusive,
    })),
  };
}
