import { pushedForm } from '../billing/meter-value.ts';
import type { Pitfall } from '../reconciliation/pitfalls/pitfall.ts';
import type { Billing, Cause, CellResult, Verdict } from '../reconciliation/result.ts';
import type { MoneyText } from '../reconciliation/summary.ts';
import { type Decimal, formatDecimal } from '../values/decimal.ts';
import { formatMinorAsMajor } from '../values/money.ts';

/** A row of the reconciliation document (interfaces.md section 2), keys in its order; decimals as plain text. */
export type ReportRow = {
  readonly customer: string | null;
  readonly usageId: string | null;
  readonly usageIds: string[];
  readonly name: string | null;
  readonly meter: string;
  readonly unit: string;
  readonly measured: string | null;
  readonly metered: string | null;
  readonly billed: string | null;
  readonly drift: { readonly absolute: string; readonly relative: string } | null;
  readonly verdict: Verdict;
  readonly structural: boolean;
  readonly cause: {
    readonly code: Cause['code'];
    readonly confidence: Cause['confidence'];
    readonly evidence: string;
    readonly also?: Cause['code'][];
  } | null;
  /** The id of the incident that the cell belongs to; absent: to none. */
  readonly incident?: string;
  readonly billing: Billing | null;
  readonly money: (MoneyText & { readonly basis?: 'calendar_month' }) | null;
  /**
   * Where a push cannot carry the measured total: the value that it can say, and what is rounded off; null: it can say
   * none. No part of the drift: a push has 15 digits, 12 of them after the point.
   */
  readonly rounding?: { readonly pushed: string | null; readonly loss: string | null };
  /** What went wrong with the pushes of a meter that keeps the last value; absent: nothing seen. */
  readonly pitfalls?: Pitfall[];
};

export function reportRow(cell: CellResult): ReportRow {
  return {
    customer: cell.customer,
    usageId: cell.usageId,
    usageIds: [...cell.usageIds],
    name: cell.name,
    meter: cell.meter,
    unit: cell.unit,
    measured: cell.measured === null ? null : formatDecimal(cell.measured),
    metered: cell.metered === null ? null : formatDecimal(cell.metered),
    billed: cell.billed === null ? null : formatDecimal(cell.billed),
    drift:
      cell.drift === null
        ? null
        : { absolute: formatDecimal(cell.drift.absolute), relative: formatDecimal(cell.drift.relative) },
    verdict: cell.verdict,
    structural: cell.isStructural,
    cause: cell.cause === null ? null : reportCause(cell.cause),
    ...(cell.incident === undefined ? {} : { incident: cell.incident }),
    billing: cell.billing === null ? null : { verdict: cell.billing.verdict, line: cell.billing.line },
    money: cell.money === null ? null : reportMoney(cell.money),
    ...reportRounding(cell),
    ...(cell.pitfalls === undefined ? {} : { pitfalls: [...cell.pitfalls] }),
  };
}

function reportRounding({ measured }: CellResult): Pick<ReportRow, 'rounding'> {
  const form = measured === null ? null : pushedForm(measured);
  if (form === null) return {};
  const text = (value: Decimal | null): string | null => (value === null ? null : formatDecimal(value));
  return { rounding: { pushed: text(form.pushed), loss: text(form.loss) } };
}

const reportCause = ({ code, confidence, evidence, also }: Cause): NonNullable<ReportRow['cause']> => ({
  code,
  confidence,
  evidence,
  ...(also === undefined || also.length === 0 ? {} : { also: [...also] }),
});

function reportMoney(money: NonNullable<CellResult['money']>): NonNullable<ReportRow['money']> {
  const major = (minor: bigint | null): string | null =>
    minor === null ? null : formatMinorAsMajor(minor, money.currency);
  return {
    currency: money.currency,
    measured: major(money.measuredMinor),
    metered: major(money.meteredMinor),
    billed: major(money.billedMinor),
    difference: major(money.differenceMinor),
    ...(money.basis === undefined ? {} : { basis: money.basis }),
  };
}
