import { formatDecimal, isZero } from '../../values/decimal.ts';
import { formatDayAndHour, formatInstant } from '../../values/instant.ts';
import { hourAt, newestSent, type Pitfall, type PitfallInput } from './pitfall.ts';

/** Stripe holds a value and no hour of the month has any usage. */
export function heldWithoutUsage(input: PitfallInput): Pitfall | null {
  const held = heldBesideZero(input);
  if (held === null || everMeasured(input)) return null;
  return {
    code: 'held_without_usage',
    sentence: `Stripe holds ${held.text} ${input.unit}${held.since}, and no usage was measured in this month.`,
    evidence: held.evidence,
  };
}

/** What Stripe holds where nothing is measured; null where something is, or nothing is held. */
export function heldBesideZero(input: PitfallInput): {
  readonly text: string;
  readonly since: string;
  readonly evidence: Readonly<Record<string, string>>;
} | null {
  const { measured, metered } = input;
  if (metered === null || metered.coefficient <= 0n || (measured !== null && !isZero(measured))) return null;
  const newest = newestSent(input);
  const text = formatDecimal(metered);
  if (newest === null) return { text, since: '', evidence: { held: text } };
  const hourStart = hourAt(input, newest.hour);
  const at = formatInstant(hourStart);
  return {
    text,
    since: `, sent in the hour of ${formatDayAndHour(hourStart)} UTC`,
    evidence: { heldHour: at, held: text },
  };
}

/** Whether anything was measured at the end of some hour. */
export const everMeasured = ({ totals }: PitfallInput): boolean => totals?.some((total) => total > 0n) === true;
