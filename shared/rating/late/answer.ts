import { decimal, formatDecimal } from '../../values/decimal.ts';
import { formatInstant } from '../../values/instant.ts';
import type { Period } from '../../values/period.ts';
import type { AdjustmentLine, PeriodCost } from './adjustments.ts';
import type { DetailedLine, Totals } from './line.ts';
import { type LateProblem, type LateUsageError, type Subject, within } from './problems.ts';

type PeriodAnswer = { readonly from: string; readonly to: string };

/** Money as text in major units. */
export type TotalsAnswer = {
  readonly amount: string;
  readonly charges: string;
  readonly discounts: string;
  readonly credits: string;
  readonly total: string;
};

/** A line as an answer writes it, and as `alreadyBilled` takes it again. */
export type LineAnswer = {
  readonly id: string | null;
  readonly index: number | null;
  readonly key: string;
  readonly component: string;
  readonly category: string;
  readonly paymentTerm: string;
  readonly servicePeriod: PeriodAnswer;
  readonly unitAmount: string;
  readonly quantity: string;
  readonly discounts: readonly { readonly kind: string; readonly id: string | null; readonly amount: string }[];
  readonly creditsApplied: readonly { readonly label: string | null; readonly amount: string }[];
  readonly totals: TotalsAnswer;
  readonly correctsRun: string | null;
  readonly reversesLine: string | null;
  readonly reversesLines: readonly string[];
};

export type AdjustmentAnswer = {
  readonly servicePeriod: PeriodAnswer;
  readonly component: string;
  readonly quantity: '1';
  readonly amount: string;
  readonly correctsRun: string | null;
  /** Keys of the lines that it stands for. */
  readonly lines: readonly string[];
};

/** What is wrong with a phase: the first problem, with what it is about, and all of them. */
export type ErrorAnswer = {
  readonly code: LateProblem['code'];
  readonly message: string;
  readonly path: string | null;
  readonly remedy: string | null;
  readonly problems: readonly LateProblem[];
} & Subject;

const money = (minor: bigint, digits: number): string => formatDecimal(decimal(minor, digits));

const periodJson = ({ from, to }: Period): PeriodAnswer => ({ from: formatInstant(from), to: formatInstant(to) });

export const totalsJson = (totals: Totals, digits: number): TotalsAnswer => ({
  amount: money(totals.amountMinor, digits),
  charges: money(totals.chargesMinor, digits),
  discounts: money(totals.discountsMinor, digits),
  credits: money(totals.creditsMinor, digits),
  total: money(totals.totalMinor, digits),
});

export const lineJson = (line: DetailedLine, digits: number): LineAnswer => ({
  id: line.id,
  index: line.index,
  key: line.key,
  component: line.component,
  category: line.category,
  paymentTerm: line.paymentTerm,
  servicePeriod: periodJson(line.servicePeriod),
  unitAmount: formatDecimal(line.unitAmount),
  quantity: formatDecimal(line.quantity),
  discounts: line.discounts.map(({ kind, id, amountMinor }) => ({ kind, id, amount: money(amountMinor, digits) })),
  creditsApplied: line.credits.map(({ label, amountMinor }) => ({ label, amount: money(amountMinor, digits) })),
  totals: totalsJson(line.totals, digits),
  correctsRun: line.correctsRun,
  reversesLine: line.reversesLine,
  reversesLines: line.reversesLines,
});

export const adjustmentJson = (adjustment: AdjustmentLine, digits: number): AdjustmentAnswer => ({
  servicePeriod: periodJson(adjustment.servicePeriod),
  component: adjustment.component,
  quantity: '1',
  amount: money(adjustment.amountMinor, digits),
  correctsRun: adjustment.correctsRun,
  lines: adjustment.lineKeys,
});

export const costJson = (
  { servicePeriod, totals }: PeriodCost,
  digits: number,
): { readonly servicePeriod: PeriodAnswer; readonly totals: TotalsAnswer } => ({
  servicePeriod: periodJson(servicePeriod),
  totals: totalsJson(totals, digits),
});

/** @param path of the phase, where a problem is with nothing closer */
export function errorJson({ problems }: LateUsageError, path: string): ErrorAnswer | null {
  const placed = within(path, problems);
  const [first] = placed;
  if (first === undefined) return null;
  const { code, message, path: place, remedy = null, severity: _, ...subject } = first;
  return { code, message, path: place, remedy, ...subject, problems: placed };
}
