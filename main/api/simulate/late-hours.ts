import { TieoutError } from '../../../shared/errors.ts';
import type { ScenarioEvent } from '../../../shared/simulation/scenario.ts';
import { HOUR_MS, type Instant, instant, parseDuration, parseInstant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';

/**
 * Usage that arrives late. `from` null: the last `lengthMs` of every period. `delayMs`: after the end of the period;
 * null: an hour after its invoice is final.
 */
export type LateHours = { readonly from: Instant | null; readonly lengthMs: number; readonly delayMs: number | null };

/**
 * Reads `4h` or `2026-05-31T20:00Z/4h`.
 * @throws TieoutError `instant.malformed`, `duration.malformed`, `cli.usage` for a length of nothing
 */
export function parseLateHours(text: string, delayMs: number | null, path: string | null = null): LateHours {
  const parts = text.split('/');
  const [first = '', second] = parts;
  const from = second === undefined ? null : parseInstant(first, path);
  const lengthMs = parseDuration(second ?? first, path);
  if (parts.length <= 2 && lengthMs > 0) return { from, lengthMs, delayMs };
  throw new TieoutError('cli.usage', {
    message: `"${text}" is no stretch of time.`,
    path,
    remedy: 'Write how much usage before the end of the period is late (4h), or from when (2026-05-31T20:00Z/4h).',
  });
}

/** The events of a period, those within the late stretch received after its end. */
export function sendLate(
  events: readonly ScenarioEvent[],
  of: { readonly late: LateHours; readonly period: Period; readonly gracePeriodMs: number },
): readonly ScenarioEvent[] {
  const { late, period, gracePeriodMs } = of;
  const from = late.from ?? instant(period.to - late.lengthMs);
  const to = instant(from + late.lengthMs);
  const sentAt = instant(period.to + (late.delayMs ?? gracePeriodMs + HOUR_MS));
  return events.map((event) => (event.timestamp >= from && event.timestamp < to ? { ...event, sentAt } : event));
}
