import { formatInstant, type Instant, instant } from '../../values/instant.ts';
import type { Period } from '../../values/period.ts';

const SECOND_MS = 1000;

/** A service period cut to whole seconds, as meters are asked for it. */
export const wholeSeconds = (period: Period): Period => ({ from: cut(period.from), to: cut(period.to) });

const cut = (at: Instant): Instant => {
  const rest = at % SECOND_MS;
  return rest === 0 ? at : instant(at - (rest < 0 ? rest + SECOND_MS : rest));
};

/** Whether a snapshot of this period is the last of its charge, so that a minimum falls due. */
export const reachesEnd = (period: Period, charge: { readonly period: Period }): boolean =>
  cut(period.to) >= cut(charge.period.to);

/** `usage.unit@2025-01-01T00:00:00Z/2025-01-10T00:00:00Z`: the key of a line whose period is not the run's alone. */
export function periodKey(key: string, period: Period): string {
  const { from, to } = wholeSeconds(period);
  return `${key}@${formatInstant(from)}/${formatInstant(to)}`;
}
