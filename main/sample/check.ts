import type { CellResult } from '../../shared/reconciliation/result.ts';
import type { ProofReport } from '../../shared/reports/proof.ts';
import { type Decimal, formatDecimal } from '../../shared/values/decimal.ts';
import { monthOf } from '../../shared/values/period.ts';
import type { PlantedBilling } from './billing-faults.ts';
import type { PlantedCell } from './faults.ts';
import type { PlantedLate } from './late-rows.ts';

/** The cells of one month as they were tied out. */
export type CheckedMonth = { readonly month: string; readonly rows: readonly CellResult[] };

/** Every planted cell must come out with its verdict, and every other cell must agree. */
export function compareWithPlanted(
  planted: readonly PlantedCell[],
  months: readonly CheckedMonth[],
): readonly string[] {
  const expected = new Map(planted.map((cell) => [keyOf(cell.month, cell), cell]));
  const mismatches: string[] = [];
  for (const { month, rows } of months) {
    for (const row of rows) {
      const key = keyOf(month, row);
      const cell = expected.get(key);
      const isPlain = row.verdict === 'agree' || row.verdict === 'agree_zero';
      if (cell === undefined && isPlain) continue;
      if (cell === undefined)
        mismatches.push(`not planted: ${month} ${row.meter} ${row.name ?? row.usageId} is ${row.verdict}`);
      else if (cell.verdict === row.verdict) expected.delete(key);
    }
  }
  for (const cell of expected.values()) {
    mismatches.push(
      `not found: ${cell.month} ${cell.meter} ${cell.usageId ?? cell.customer} should be ${cell.verdict} (${cell.story})`,
    );
  }
  return mismatches;
}

/**
 * The same for what is billed: every other cell is billed as metered, or not yet where its month is still open.
 * @param openMonth its invoices are drafts
 */
export function compareBilling(
  planted: readonly PlantedBilling[],
  months: readonly CheckedMonth[],
  openMonth: string,
): readonly string[] {
  const expected = new Map(planted.map((cell) => [billingKey(cell.month, cell), cell]));
  const mismatches: string[] = [];
  for (const { month, rows } of months) {
    for (const row of rows) {
      const found = row.billing?.verdict ?? 'billed_agree';
      const key = billingKey(month, row);
      const cell = expected.get(key);
      const isPlain = found === 'billed_agree' || (found === 'not_final' && month === openMonth);
      if (cell === undefined && isPlain) continue;
      if (cell === undefined)
        mismatches.push(`not planted: ${month} ${row.meter} ${row.name ?? row.customer} is billed as ${found}`);
      else if (cell.verdict === found) expected.delete(key);
    }
  }
  return [...mismatches, ...[...expected.values()].map(notFound)];
}

/** Lines that do not rate to their amount: exactly those that were planted, each with its cause. */
export function compareProof(planted: readonly PlantedBilling[], report: ProofReport): readonly string[] {
  const expected = new Map(
    planted.flatMap((cell) => (cell.cause === null ? [] : [[`${billingKey(cell.month, cell)} ${cell.cause}`, cell]])),
  );
  const mismatches: string[] = [];
  for (const { line, cause } of report.proof.differing) {
    const { customer } = report.ownerOf(line.invoiceId);
    const meter = report.meterOf(line.priceId) ?? '';
    const key = `${billingKey(monthOf(line.servicePeriod.from), { meter, customer })} ${cause}`;
    if (!expected.delete(key)) mismatches.push(`not planted: ${line.id} of ${line.invoiceId} differs (${cause})`);
  }
  for (const { line, reason } of report.proof.unratable) mismatches.push(`not planted: ${line.id}: ${reason}`);
  return [...mismatches, ...[...expected.values()].map(notFound)];
}

/** What came after it was invoiced, as `tieout late` tells it. */
export type CheckedLate = {
  readonly customerId: string;
  readonly meter: string;
  readonly late: Decimal | null;
  readonly state: string;
};

/** Late usage: exactly what was planted, to the last digit; what cannot be told does not count. */
export function compareLate(planted: readonly PlantedLate[], entries: readonly CheckedLate[]): readonly string[] {
  const expected = new Map(planted.map((cell) => [`${cell.customer} ${cell.meter}`, cell]));
  const mismatches: string[] = [];
  for (const { customerId, meter, late, state } of entries) {
    if (state === 'incomplete') continue;
    const key = `${customerId} ${meter}`;
    const found = late === null ? 'unknown' : formatDecimal(late);
    if (expected.get(key)?.quantity === found && state === 'undecided') expected.delete(key);
    else mismatches.push(`not planted: ${found} of ${meter} of ${customerId} came late and is ${state}`);
  }
  return [
    ...mismatches,
    ...[...expected.values()].map(
      ({ month, meter, customer, quantity }) =>
        `not found: ${quantity} of ${meter} of ${customer} came late in ${month}`,
    ),
  ];
}

const notFound = ({ month, meter, customer, verdict, story }: PlantedBilling): string =>
  `not found: ${month} ${meter} ${customer} should be ${verdict} (${story})`;

/** A cell is known by its customer, or by its usage id where no customer is known. */
const keyOf = (
  month: string,
  cell: { readonly meter: string; readonly customer: string | null; readonly usageId: string | null },
): string => JSON.stringify([month, cell.meter, cell.customer ?? `usage:${cell.usageId}`]);

const billingKey = (month: string, cell: { readonly meter: string; readonly customer: string | null }): string =>
  JSON.stringify([month, cell.meter, cell.customer]);
