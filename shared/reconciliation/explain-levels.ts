import { formatDecimal } from '../values/decimal.ts';
import type { ExplainInput, Explanation } from './explanation.ts';
import { cumulative, type HourlySeries, hourText, isNear, toQuantity } from './hourly-series.ts';

/** A day and a time zone's reach: how far a month's bounds may be off. */
const MAX_SHIFT_HOURS = 24;

/**
 * The cause of drift on a meter to which month-to-date totals are pushed: Stripe's hours are levels, ours increments.
 * Null where no hypothesis holds.
 */
export function explainLevels(input: ExplainInput): Explanation | null {
  const { series } = input;
  if (series === null || input.metered === null || input.measured === null) return null;
  const totals = cumulative(series.measured);
  const held = (input.metered.coefficient * series.perUnit) / 10n ** BigInt(input.metered.scale);
  const levels = { series, totals, held };
  return shiftedStart(input, levels) ?? extraBefore(input, levels) ?? oldTotal(input, levels);
}

type Levels = { readonly series: HourlySeries; readonly totals: readonly bigint[]; readonly held: bigint };

/** The month was begun `shift` hours late: its first hours are in no push. */
function shiftedStart(input: ExplainInput, { series, totals, held }: Levels): Explanation | null {
  const total = totals.at(-1) ?? 0n;
  for (let shift = 1; shift <= MAX_SHIFT_HOURS; shift += 1) {
    const dropped = totals[shift] ?? 0n;
    if (dropped === 0n || dropped === totals[shift - 1] || !isNear(total - dropped, held)) continue;
    const worth = formatDecimal(toQuantity(dropped, series.perUnit));
    return {
      cause: {
        code: 'zone_shift',
        confidence: levelsLackPrefix(series, { totals, dropped }) ? 'high' : 'medium',
        evidence: `Stripe holds the total without the first ${shift} hour${shift === 1 ? '' : 's'} of the month, worth ${worth} ${input.unit}: a month that begins elsewhere than at 00:00 UTC.`,
      },
      explainedBy: [{ from: 0, to: shift, label: 'outside the pushed month' }],
    };
  }
  return null;
}

/** Whether most levels are the measured total of some point of their hour, less what was dropped. */
function levelsLackPrefix(
  series: HourlySeries,
  { totals, dropped }: { readonly totals: readonly bigint[]; readonly dropped: bigint },
): boolean {
  if (series.metered === null) return false;
  let fitting = 0;
  let levels = 0;
  for (const [hour, level] of series.metered.entries()) {
    if (level === null) continue;
    levels += 1;
    const low = (totals[hour] ?? 0n) - dropped;
    const high = (totals[hour + 1] ?? 0n) - dropped;
    if ((low <= level && level <= high) || isNear(level, low) || isNear(level, high)) fitting += 1;
  }
  return levels > 0 && fitting * 10 >= levels * 9;
}

/** The month was begun too early: the last hours of the one before are counted in. */
function extraBefore(input: ExplainInput, { series, totals, held }: Levels): Explanation | null {
  const before = series.before;
  const total = totals.at(-1) ?? 0n;
  if (before === null || held <= total) return null;
  let extra = 0n;
  for (let shift = 1; shift <= Math.min(MAX_SHIFT_HOURS, before.length); shift += 1) {
    const added = before[before.length - shift] ?? 0n;
    extra += added;
    if (added === 0n || !isNear(total + extra, held)) continue;
    const worth = formatDecimal(toQuantity(extra, series.perUnit));
    return {
      cause: {
        code: 'zone_shift',
        confidence: 'high',
        evidence: `Stripe holds the total with the last ${shift} hour${shift === 1 ? '' : 's'} of the month before, worth ${worth} ${input.unit}.`,
      },
      explainedBy: [{ from: 0, to: 1, label: 'begun before the month' }],
    };
  }
  return null;
}

/** Stripe holds exactly the total as it was at the end of an earlier hour: the pushes after it carried nothing new. */
function oldTotal(input: ExplainInput, { totals, held }: Levels): Explanation | null {
  const total = totals.at(-1) ?? 0n;
  if (held === 0n || held >= total) return null;
  const at = totals.findIndex((value) => value === held || isSame(value, held));
  if (at <= 0) return null;
  const evidence = `Stripe holds exactly the total as of ${hourText(input.period.from, at)}; what was measured after it was never pushed.`;
  return {
    cause: { code: input.isOver ? 'final_push_missing' : 'late_push', confidence: 'medium', evidence },
    explainedBy: [{ from: at, to: totals.length - 1, label: 'not pushed' }],
  };
}

/** Equal to twelve digits: nearer than two hours of steady usage can be. */
const isSame = (a: bigint, b: bigint): boolean => (a < b ? b - a : a - b) * 1_000_000_000_000n <= a;
