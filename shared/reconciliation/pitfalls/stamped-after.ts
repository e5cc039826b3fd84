import { formatDayAndHour, formatInstant, HOUR_MS, instant } from '../../values/instant.ts';
import { isNear } from '../hourly-series.ts';
import { isAbove, isOver, newestSent, type Pitfall, type PitfallInput, quantityText } from './pitfall.ts';

/**
 * The final total stands in the next month: it was stamped on the end of the period, which belongs to the next one, or
 * later. It is told by its value: this month's total, more than the next one had measured by then.
 */
export function stampedAfter(input: PitfallInput): Pitfall | null {
  const { next, totals, period, unit } = input;
  const total = totals?.at(-1) ?? 0n;
  if (!input.isMonthToDate || !isOver(input) || next === null || total === 0n) return null;
  const held = newestSent(input)?.value ?? 0n;
  if (!isAbove(total, held)) return null;
  const hour = next.sent.findIndex(
    (value, index) => value !== null && isNear(value, total) && isAbove(value, next.totals[index + 1] ?? 0n),
  );
  if (hour < 0) return null;
  const hourStart = instant(period.to + hour * HOUR_MS);
  const at = formatInstant(hourStart);
  const sent = quantityText(input, next.sent[hour] ?? 0n);
  const where =
    hour === 0
      ? `the first hour of the next month, which begins with the period's end`
      : `the hour of ${formatDayAndHour(hourStart)} UTC`;
  return {
    code: 'stamped_after_period',
    sentence: `The total of this month, ${sent} ${unit}, was stamped in ${where}; it counts there, and this month holds ${quantityText(input, held)}.`,
    evidence: { hour: at, sent, held: quantityText(input, held) },
  };
}
