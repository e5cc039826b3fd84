import type { CellDetail } from '../../../shared/contract/schemas.ts';
import { isCounted } from '../../../shared/reconciliation/billing-verdict.ts';
import type { CellResult } from '../../../shared/reconciliation/result.ts';
import { billingRemedy, billingSentence } from '../../../shared/reports/billing-sentences.ts';
import { formatDecimal, tryParseDecimal } from '../../../shared/values/decimal.ts';
import { formatInstant } from '../../../shared/values/instant.ts';
import { formatMinorAsMajor } from '../../../shared/values/money.ts';
import { type MeterLine, readMeterLines } from '../../cache/invoice-store.ts';
import type { MeterBlock } from '../reconcile/block.ts';

/** What the invoices say of one cell, and the lines that say it; null where nothing is billed. */
export function billingDetail(block: MeterBlock, cell: CellResult, customerKey: number): CellDetail['billing'] {
  const { db, period, stripeMeter } = block.input;
  const sentence = billingSentence(cell);
  if (sentence === null || stripeMeter === null) return null;
  const lines = readMeterLines(db, { period, meterId: stripeMeter.id, customerKey });
  // Drafts and void invoices are told where they are the matter, or nothing else charges.
  const counted = cell.billing?.verdict === 'not_final' ? [] : lines.filter(({ status }) => isCounted(status));
  return {
    sentence,
    remedy: billingRemedy(cell),
    lines: (counted.length > 0 ? counted : lines).map(shown),
  };
}

function shown(line: MeterLine) {
  const quantity = line.quantity === null ? null : tryParseDecimal(line.quantity);
  return {
    id: line.id,
    invoice: line.invoiceId,
    number: line.invoiceNumber,
    status: line.status,
    subscription: line.subscriptionId,
    servicePeriod: { from: formatInstant(line.servicePeriod.from), to: formatInstant(line.servicePeriod.to) },
    quantity: quantity === null ? null : formatDecimal(quantity),
    amount: formatMinorAsMajor(line.amountMinor, line.currency),
    currency: line.currency,
  };
}
