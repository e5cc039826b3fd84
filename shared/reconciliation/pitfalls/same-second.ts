import { compare, equals, formatDecimal } from '../../values/decimal.ts';
import { formatDayAndHour, formatInstant, HOUR_MS } from '../../values/instant.ts';
import { toQuantity } from '../hourly-series.ts';
import { hourAt, newestSent, type Pitfall, type PitfallInput } from './pitfall.ts';

/** For so long after an hour its summaries may still change. */
const SETTLING_MS = HOUR_MS;

/**
 * Two pushes of one second have no order. Summaries do not show the pushes; what shows is that Stripe gives another value
 * for the newest hour than for the month that ends with it. A tie that it always resolves in the same way is not seen.
 * Hours that are not settled yet prove nothing.
 */
export function sameSecondTie(input: PitfallInput): Pitfall | null {
  const newest = newestSent(input);
  if (newest === null || input.metered === null) return null;
  if (hourAt(input, newest.hour + 1) + SETTLING_MS > input.pulledAt) return null;
  const value = toQuantity(newest.value, input.perUnit);
  if (equals(value, input.metered)) return null;
  const possible = [value, input.metered].sort(compare).map(formatDecimal);
  const hourStart = hourAt(input, newest.hour);
  const at = formatInstant(hourStart);
  return {
    code: 'same_second_tie',
    sentence: `Stripe answers ${formatDecimal(input.metered)} ${input.unit} for the month and ${formatDecimal(value)} for its newest hour, ${formatDayAndHour(hourStart)} UTC: two pushes may stand in one second, and either may be billed.`,
    evidence: { heldHour: at, possible },
  };
}
