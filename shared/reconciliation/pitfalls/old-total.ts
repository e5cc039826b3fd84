import { formatDayAndHour, formatInstant } from '../../values/instant.ts';
import { isNear } from '../hourly-series.ts';
import { hourAt, isAbove, newestSent, type Pitfall, type PitfallInput, quantityText } from './pitfall.ts';

/**
 * A late run for the month before, stamped in this one, puts the old total here. It is told by its value: what was
 * measured in the month before, more than this one had measured by then.
 */
export function oldTotal(input: PitfallInput): Pitfall | null {
  const { sent, totals, previousMeasured, unit } = input;
  if (!input.isMonthToDate || sent === null || totals === null || previousMeasured === null) return null;
  const old = (previousMeasured.coefficient * input.perUnit) / 10n ** BigInt(previousMeasured.scale);
  if (old <= 0n) return null;
  const hour = sent.findLastIndex(
    (value, index) => value !== null && isNear(value, old) && isAbove(value, totals[index + 1] ?? 0n),
  );
  if (hour < 0) return null;
  const hourStart = hourAt(input, hour);
  const at = formatInstant(hourStart);
  const isHeld = hour === newestSent(input)?.hour;
  const since = isHeld ? 'and is still held' : 'and a later push has replaced it';
  const value = quantityText(input, sent[hour] ?? 0n);
  return {
    code: 'old_total',
    sentence: `The total of the month before, ${value} ${unit}, was sent into this month in the hour of ${formatDayAndHour(hourStart)} UTC, ${since}.`,
    evidence: { hour: at, sent: value, isHeld: String(isHeld) },
  };
}
