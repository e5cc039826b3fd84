import type { BillingVerdict, CauseCode, CellMoney, CellResult, Verdict } from '../reconciliation/result.ts';
import type { Decimal } from '../values/decimal.ts';

/** A cell as reports for people show it: what the CSV has, its sentence, and what people noted about it. */
export type ExportRow = {
  readonly customer: string | null;
  readonly usageId: string | null;
  readonly name: string | null;
  readonly meter: string;
  readonly unit: string;
  readonly measured: Decimal | null;
  readonly metered: Decimal | null;
  readonly billed: Decimal | null;
  readonly drift: { readonly absolute: Decimal; readonly relative: Decimal } | null;
  readonly verdict: Verdict;
  readonly isStructural: boolean;
  readonly cause: CauseCode | null;
  /** What shows the cause, in a sentence. */
  readonly evidence: string | null;
  readonly billing: BillingVerdict | null;
  readonly money: CellMoney | null;
  readonly note: string | null;
};

export const exportRow = (cell: CellResult, note: string | null): ExportRow => ({
  customer: cell.customer,
  usageId: cell.usageId,
  name: cell.name,
  meter: cell.meter,
  unit: cell.unit,
  measured: cell.measured,
  metered: cell.metered,
  billed: cell.billed,
  drift: cell.drift,
  verdict: cell.verdict,
  isStructural: cell.isStructural,
  cause: cell.cause?.code ?? null,
  evidence: cell.cause?.evidence ?? null,
  billing: cell.billing?.verdict ?? null,
  money: cell.money,
  note,
});
