import { formatDayAndHour, formatInstant } from '../../values/instant.ts';
import { isNear } from '../hourly-series.ts';
import { hourAt, isOver, newestSent, type Pitfall, type PitfallInput, quantityText } from './pitfall.ts';

/**
 * The month is over and the last value that was sent was true in its hour, but no longer at the end: the final push
 * failed, and nothing follows it. A value that was never true has another fault, and a zero is never pushed.
 */
export function finalPushMissing(input: PitfallInput): Pitfall | null {
  const { totals, unit } = input;
  const newest = newestSent(input);
  const total = totals?.at(-1);
  if (!isOver(input) || newest === null || totals === null || total === undefined) return null;
  if (total === 0n) return null;
  const isShort = input.isMonthToDate ? newest.value < total : newest.value !== total;
  if (!isShort || isNear(newest.value, total) || !wasTrue(newest, totals)) return null;
  const [held, due] = [quantityText(input, newest.value), quantityText(input, total)];
  const hourStart = hourAt(input, newest.hour);
  const at = formatInstant(hourStart);
  return {
    code: 'final_push_missing',
    sentence: `The final push of the month is missing: Stripe holds ${held} ${unit}, sent in the hour of ${formatDayAndHour(hourStart)} UTC, where ${due} were due at the end.`,
    evidence: { heldHour: at, held, due },
  };
}

/** Whether the value lies among the totals around its hour; a pusher may be an hour behind. */
function wasTrue(newest: { readonly hour: number; readonly value: bigint }, totals: readonly bigint[]): boolean {
  const around = totals.slice(Math.max(0, newest.hour - 1), newest.hour + 2);
  const isReached = around.some((total) => total <= newest.value || isNear(total, newest.value));
  return isReached && around.some((total) => total >= newest.value || isNear(total, newest.value));
}
