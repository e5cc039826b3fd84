import type { Problem } from '../errors.ts';
import type { MonthCauses } from './explain/month-causes.ts';
import {
  BILLING_VERDICTS,
  type BillingVerdict,
  type CauseCode,
  type ExitCode,
  VERDICTS,
  type Verdict,
} from './result.ts';

/** Money in major units as plain decimal text; null where any of the rows has none. */
export type MoneyText = {
  readonly currency: string;
  readonly measured: string | null;
  readonly metered: string | null;
  readonly billed: string | null;
  readonly difference: string | null;
};

/** One side of the differences: usage that Stripe does not hold, or holds too much of. */
export type DriftMoney = { readonly currency: string; readonly amount: string; readonly cells: number };

/** What Stripe metered against what finalised invoices charge, in one currency. Money in major units. */
export type BilledMoney = {
  readonly currency: string;
  readonly metered: string;
  readonly billed: string;
  /** metered − billed: positive is metered usage that no invoice charges. */
  readonly difference: string;
  /** Cells whose invoice lines do not agree. */
  readonly cells: number;
};

export type MeterTotals = {
  readonly meter: string;
  readonly unit: string;
  /** Which sources have a pull in force in the month. */
  readonly pulled: { readonly clickhouse: boolean; readonly stripe: boolean };
  readonly cells: number;
  readonly structural: number;
  readonly byVerdict: Readonly<Record<Verdict, number>>;
  readonly measured: string | null;
  readonly metered: string | null;
  readonly billed: string | null;
  readonly drift: { readonly absolute: string; readonly relative: string } | null;
  readonly money: readonly MoneyText[];
};

/** What a reconciliation found, without its rows: plain JSON, so that it is stored as it is. */
export type ReconcileSummary = {
  readonly workspace: string;
  readonly month: string;
  readonly period: { readonly from: string; readonly to: string };
  readonly asOf: { readonly clickhouse: string | null; readonly stripe: string | null };
  readonly cells: number;
  readonly structural: number;
  readonly byVerdict: Readonly<Record<Verdict, number>>;
  readonly byCause: readonly { readonly code: CauseCode; readonly cells: number }[];
  readonly skippedIdle: number;
  readonly unconfiguredMeters: readonly { readonly eventName: string; readonly metered: string }[];
  readonly money: readonly MoneyText[];
  readonly unbilled: readonly DriftMoney[];
  readonly overbilled: readonly DriftMoney[];
  /** Cells per billing verdict; a cell without one is in none. */
  readonly byBilling: Readonly<Record<BillingVerdict, number>>;
  /** Over the cells of which a finalised invoice charges, or should charge, something. */
  readonly billedAgainstMetered: readonly BilledMoney[];
  readonly meters: readonly MeterTotals[];
  /** Why the month is off. */
  readonly causes: MonthCauses;
  readonly warnings: readonly Problem[];
  /** Configured meters of which nothing was pulled. */
  readonly nothingPulled: readonly string[];
  /** Without `--strict`; with it, see `exitOf`. */
  readonly exit: ExitCode;
};

export const noVerdicts = (): Record<Verdict, number> =>
  Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;

export const noBilling = (): Record<BillingVerdict, number> =>
  Object.fromEntries(BILLING_VERDICTS.map((verdict) => [verdict, 0])) as Record<BillingVerdict, number>;
