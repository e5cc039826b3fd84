import { cumulative } from '../../../shared/reconciliation/hourly-series.ts';
import type { Pitfall } from '../../../shared/reconciliation/pitfalls/pitfall.ts';
import { pitfallsOf } from '../../../shared/reconciliation/pitfalls/pitfalls.ts';
import type { HeldHour } from '../../../shared/reconciliation/result.ts';
import { type Decimal, isZero } from '../../../shared/values/decimal.ts';
import { HOUR_MS, type Instant, instant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';
import { type CellHours, type HoursContext, levels, previousMeasured, readNextHours } from './evidence.ts';
import type { MeterInput } from './meter-input.ts';

/** When the value that Stripe holds was sent, to the hour. @param pulledAt start of the Stripe pull */
export const heldHourOf = (
  { heldHour }: CellHours,
  at: { readonly period: Period; readonly pulledAt: Instant },
): HeldHour | null => {
  if (heldHour === null) return null;
  const hour = instant(at.period.from + heldHour * HOUR_MS);
  return { hour, ageMs: at.pulledAt - hour };
};

export type HeldCell = {
  readonly customerKey: number;
  readonly usageKeys: readonly number[];
  readonly measured: Decimal | null;
  readonly metered: Decimal | null;
};

/** What went wrong with the pushes of a cell; only meters that keep the last value are looked at. */
export function cellPitfalls(
  input: MeterInput,
  of: {
    readonly cell: HeldCell;
    readonly hours: CellHours;
    readonly context: HoursContext;
    readonly pulledAt: Instant;
  },
): readonly Pitfall[] {
  const { cell, hours, context, pulledAt } = of;
  const { series } = hours;
  if (input.stripeMeter?.formula !== 'last' || series === null) return [];
  const { combine } = context;
  const totalsOf = (values: readonly (bigint | null)[]): bigint[] =>
    combine === 'sum' ? cumulative(values) : levels(values, combine);
  const hasHours = series.measured.some((value) => value !== null);
  const isNothing = cell.measured === null || isZero(cell.measured);
  const nextSent = context.next === null ? null : readNextHours(context, cell.customerKey);
  return pitfallsOf({
    period: input.period,
    unit: input.meter.unit,
    pulledAt,
    isMonthToDate: combine === 'sum',
    measured: cell.measured,
    metered: cell.metered,
    perUnit: series.perUnit,
    totals: hasHours || isNothing ? totalsOf(series.measured) : null,
    sent: series.metered,
    previousMeasured: previousMeasured(context, cell.usageKeys),
    next: nextSent === null ? null : { totals: totalsOf(series.after ?? []), sent: nextSent },
  });
}
