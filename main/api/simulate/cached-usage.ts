import type { Meter } from '../../../shared/billing/meter.ts';
import { roundToMeterValue } from '../../../shared/billing/meter-value.ts';
import { isTieoutError, type Problem } from '../../../shared/errors.ts';
import type { ScenarioEvent } from '../../../shared/simulation/scenario.ts';
import {
  absolute,
  add,
  compare,
  type Decimal,
  decimal,
  equals,
  formatDecimal,
  isZero,
  multiply,
  normalize,
  subtract,
  ZERO,
} from '../../../shared/values/decimal.ts';
import { formatInstant, HOUR_MS, type Instant, instant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';
import type { CachedHours } from './cached-hours.ts';

/** Usage of one customer on one meter in one period, as events. */
export type CachedUsage = { readonly events: readonly ScenarioEvent[]; readonly notes: readonly Problem[] };

const SECOND_MS = 1000;

/**
 * One event for each hour with usage, stamped a second before the hour is over: what was added, or for a meter that
 * holds the last value the level reached. Together they are exactly `total`: where the hours of the cache are not, one
 * more event at the end of the period makes the difference, and that is said.
 * @param total what the invoice of the period bills
 */
export function usageEvents(of: {
  readonly customerId: string;
  readonly meter: Meter;
  readonly period: Period;
  readonly hours: CachedHours;
  readonly total: Decimal;
}): CachedUsage {
  const { customerId, meter, period, hours, total } = of;
  const isLast = meter.formula === 'last';
  const notes: Problem[] = [];
  const events: ScenarioEvent[] = [];
  const push = (value: Decimal, timestamp: Instant, name: string): void => {
    const identifier = `${meter.eventName}-${customerId}-${name}`;
    const text = formatDecimal(value);
    events.push({ eventName: meter.eventName, customerId, value: text, timestamp, sentAt: timestamp, identifier });
  };
  let held: Decimal = ZERO;
  for (const { hour, level } of hours?.hours ?? []) {
    const target = isLast ? sendable(level) : sendable(subtract(level, held));
    if (target === null || isZero(target) || (isLast && equals(target, held))) continue;
    held = normalize(isLast ? target : add(held, target));
    const at = Math.min(hour + HOUR_MS, period.to) - SECOND_MS;
    push(target, instant(Math.max(at, period.from)), formatInstant(hour).slice(0, 13));
  }
  const difference = subtract(total, held);
  if (isZero(difference)) return { events, notes };
  const last = sendable(isLast ? total : difference);
  if (last !== null) push(last, instant(period.to - SECOND_MS), 'difference');
  if (!isRounding(difference, total)) notes.push(differenceNote(of, difference));
  return { events, notes };
}

/** Hours are rounded one by one, to what an event carries: that is nothing to speak of. */
const isRounding = (difference: Decimal, total: Decimal): boolean =>
  compare(multiply(absolute(difference), decimal(1_000_000_000n)), absolute(total)) <= 0;

function differenceNote(
  { customerId, meter, hours }: Pick<Parameters<typeof usageEvents>[0], 'customerId' | 'meter' | 'hours'>,
  difference: Decimal,
): Problem {
  const amount = formatDecimal(normalize(difference));
  const message =
    hours === null
      ? `The cache has no hours of ${meter.eventName} of ${customerId}; all of its usage (${amount}) is one event at the end of the period.`
      : `The hours of ${meter.eventName} of ${customerId} (${hours.of}) and what is billed differ by ${amount}; one more event at the end of the period makes the difference.`;
  return { code: 'invoice.usage_so_far', path: customerId, message, severity: 'warning' };
}

/** As a meter takes it: at most 15 digits; null where it has too many before the point. */
function sendable(value: Decimal): Decimal | null {
  try {
    return roundToMeterValue(value);
  } catch (error) {
    if (isTieoutError(error)) return null;
    throw error;
  }
}
