import type { CellResult, HeldHour } from '../reconciliation/result.ts';
import { basicRule } from '../reconciliation/shadow-report.ts';
import { formatDuration, formatInstant } from '../values/instant.ts';
import { type ReportRow, reportRow } from './cell-row.ts';

/** A row of shadow mode: that of the reconciliation document, and what is added to it. */
export type ShadowReportRow = ReportRow & {
  /** The hour in which the value that Stripe holds was sent, and its age when Stripe was asked; null: nothing held. */
  readonly held: { readonly hour: string; readonly age: string } | null;
  /** The verdict of the basic rule (metering.md section 5); null where the two sides cannot be compared. */
  readonly upstreamOk: boolean | null;
  readonly pitfalls: NonNullable<ReportRow['pitfalls']>;
};

export const shadowRow = (cell: CellResult): ShadowReportRow => ({
  ...reportRow(cell),
  held: heldDocument(cell.held ?? null),
  upstreamOk: upstreamOf(cell),
  pitfalls: [...(cell.pitfalls ?? [])],
});

export const heldDocument = (held: HeldHour | null): ShadowReportRow['held'] =>
  held === null ? null : { hour: formatInstant(held.hour), age: formatDuration(held.ageMs) };

export const upstreamOf = ({ drift, measured, metered }: CellResult): boolean | null =>
  drift === null ? null : basicRule(measured, metered);
