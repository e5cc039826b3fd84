import { isWrong } from '../reconciliation/billing-verdict.ts';
import { BILLING_VERDICTS, type BillingVerdict, type CellResult } from '../reconciliation/result.ts';
import type { ReconcileSummary } from '../reconciliation/summary.ts';
import {
  absolute,
  compare,
  type Decimal,
  formatDecimal,
  isNegative,
  isZero,
  subtract,
  ZERO,
} from '../values/decimal.ts';
import { formatMoney } from '../values/money.ts';

/** A billing verdict as people say it, and its mark; the mark never stands alone. */
export const BILLING_WORDS: Readonly<Record<BillingVerdict, { readonly mark: string; readonly words: string }>> = {
  billed_agree: { mark: '✓', words: 'billed as metered' },
  quantity_differs: { mark: '✗', words: 'another quantity billed' },
  price_differs: { mark: '✗', words: 'another price billed' },
  amount_differs: { mark: '✗', words: 'another amount billed' },
  line_missing: { mark: '✗', words: 'missing on the invoice' },
  line_twice: { mark: '✗', words: 'billed twice' },
  not_final: { mark: '…', words: 'not final' },
  misaligned: { mark: '✗', words: 'period not the month' },
};

/**
 * "Invoices charge 58 of 61 cells as metered: 2 another quantity billed, 1 missing on the invoice."; of a month that is
 * still open, whose invoices are drafts: "Invoices are drafts so far: nothing is billed yet in 61 of 61 cells."; null
 * where no cell has anything billed.
 */
export function billedSentence({ byBilling }: Pick<ReconcileSummary, 'byBilling'>): string | null {
  const all = BILLING_VERDICTS.reduce((sum, verdict) => sum + byBilling[verdict], 0);
  if (all === 0) return null;
  const isOpen = byBilling.billed_agree === 0 && byBilling.not_final > 0;
  const told: BillingVerdict = isOpen ? 'not_final' : 'billed_agree';
  const others = BILLING_VERDICTS.filter(
    (verdict) => verdict !== 'billed_agree' && verdict !== told && byBilling[verdict] > 0,
  );
  const listed = others.map((verdict) => `${byBilling[verdict]} ${BILLING_WORDS[verdict].words}`).join(', ');
  const cells = `${byBilling[told]} of ${all} ${all === 1 ? 'cell' : 'cells'}`;
  const start = isOpen
    ? `Invoices are drafts so far: nothing is billed yet in ${cells}`
    : `Invoices charge ${cells} as metered`;
  return `${start}${listed === '' ? '' : `${isOpen ? '; ' : ': '}${listed}`}.`;
}

/** One sentence about the invoice lines of a cell; null where nothing is billed. */
export function billingSentence(cell: CellResult): string | null {
  const { billing, unit } = cell;
  if (billing === null) return null;
  const metered = cell.metered === null || isNegative(cell.metered) ? ZERO : cell.metered;
  const amount = (value: Decimal): string => `${formatDecimal(value)} ${unit}`;
  switch (billing.verdict) {
    case 'billed_agree':
      return `The invoice charges exactly what Stripe metered: ${amount(metered)}.`;
    case 'quantity_differs':
      return quantitySentence(cell.billed, metered, unit);
    case 'price_differs':
      return 'The invoice charges a price that no subscription item of the customer has.';
    case 'amount_differs':
      return `The invoice charges ${billedMoney(cell)}, which is not what its quantity costs under its price.`;
    case 'line_missing':
      return cell.billed === null
        ? `Stripe metered ${amount(metered)}, and the finalised invoice has no line for it.`
        : 'One of the subscription items has no line, though its invoice is finalised.';
    case 'line_twice':
      return 'Finalised invoices charge the same item for the same period twice.';
    case 'not_final':
      return cell.billed === null
        ? 'Only a draft or a void invoice has a line for it, so nothing is billed yet.'
        : 'One of the subscription items is charged by a draft alone, so not everything is billed yet.';
    case 'misaligned':
      return 'An invoice line bills a period that is not the calendar month, so its quantity cannot be compared.';
  }
}

function quantitySentence(billed: Decimal | null, metered: Decimal, unit: string): string {
  const difference = billed === null ? ZERO : subtract(billed, metered);
  // Of several items each is charged the whole: their sum may be right where none is.
  if (billed === null || isZero(difference)) return 'The invoice charges another quantity than Stripe metered.';
  const size = `${formatDecimal(absolute(difference))} ${compare(billed, metered) < 0 ? 'less' : 'more'}`;
  return `The invoice charges ${formatDecimal(billed)} ${unit}, ${size} than Stripe metered.`;
}

function billedMoney({ money }: CellResult): string {
  if (money === null || money.billedMinor === null) return 'an amount';
  return formatMoney(money.billedMinor, money.currency);
}

/** What to do about a billing verdict; null where nothing is to be done. */
export const billingRemedy = (cell: CellResult): string | null =>
  cell.billing === null ? null : REMEDIES[cell.billing.verdict];

const REMEDIES: Readonly<Record<BillingVerdict, string | null>> = {
  billed_agree: null,
  quantity_differs:
    'Look whether usage was reported after the invoice was finalised, and whether the line was edited; correct it with a credit note or on the next invoice.',
  price_differs: 'Look when the subscription changed its price; the invoice may be from before.',
  amount_differs: 'Run `tieout prove`: it tells whether the line was edited or rounds by another rule.',
  line_missing: 'Look whether the item was added late or removed before the invoice; bill it on the next one.',
  line_twice: 'Void one of the invoices, or give a credit note for the second line.',
  not_final: 'Finalise the draft, or make a new invoice in the place of the void one, and pull again.',
  misaligned: 'Compare its own period in the invoice, or anchor the subscription to the first of the month.',
};

/** Whether a cell is to be shown for what is billed. */
export const isBilledWrong = ({ billing }: CellResult): boolean => billing !== null && isWrong(billing.verdict);
