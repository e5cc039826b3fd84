import { formatInstant, type Instant } from '../../values/instant.ts';
import type { Period } from '../../values/period.ts';

const SECOND_MS = 1000;

/** A service period cut to whole seconds, as meters are asked for it. */
export function wholeSeconds(period: Period): Period {
  const [from, to] = [cutToSecond(period.from), cutToSecond(period.to)];
  return from === period.from && to === period.to ? period : { from, to };
}

/** By division, for a remainder takes ten times as long; exact for every instant that can be written. */
export const cutToSecond = (at: Instant): Instant => (Math.floor(at / SECOND_MS) * SECOND_MS) as Instant;

/** Whether a snapshot of this period is the last of its charge, so that a minimum falls due. */
export const reachesEnd = (period: Period, charge: { readonly period: Period }): boolean =>
  cutToSecond(period.to) >= cutToSecond(charge.period.to);

/** `usage.unit@2025-01-01T00:00:00Z/2025-01-10T00:00:00Z`: the key of a line whose period is not the run's alone. */
export const periodKey = (key: string, period: Period): string =>
  `${key}@${secondText(cutToSecond(period.from))}/${secondText(cutToSecond(period.to))}`;

/** The charges of a month share their periods, and writing an instant costs as much as rating one. */
const TEXTS = new Map<Instant, string>();
const MOST_TEXTS = 1000;

function secondText(at: Instant): string {
  const known = TEXTS.get(at);
  if (known !== undefined) return known;
  const text = formatInstant(at);
  if (TEXTS.size >= MOST_TEXTS) TEXTS.clear();
  TEXTS.set(at, text);
  return text;
}
