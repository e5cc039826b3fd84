import { HOUR_MS, type Instant, instant } from '../../values/instant.ts';

/** One hour whose parity was looked at. */
export type SoakHour = { readonly start: Instant; readonly isClean: boolean };

export type Soak = {
  readonly isReady: boolean;
  /** From the newest due hour backwards, at most what is required. */
  readonly cleanHours: number;
  /** The hour that stops the count. */
  readonly blockedAt: Instant | null;
  readonly reason: 'drift' | 'missing_bucket' | null;
};

/**
 * How long two pipelines have agreed: the newest due hours must each have been looked at, and be clean. An hour is due
 * once the grace after its end is over.
 * @see metering.md section 4; test/vectors/metering/soak.json
 */
export function soak(
  hours: readonly SoakHour[],
  of: { readonly now: Instant; readonly graceMs: number; readonly requiredHours: number },
): Soak {
  const known = new Map(hours.map(({ start, isClean }) => [start, isClean]));
  const newest = Math.floor((of.now - of.graceMs) / HOUR_MS) - 1;
  for (let cleanHours = 0; cleanHours < of.requiredHours; cleanHours += 1) {
    const start = instant((newest - cleanHours) * HOUR_MS);
    const isClean = known.get(start);
    if (isClean === true) continue;
    const reason = isClean === undefined ? 'missing_bucket' : 'drift';
    return { isReady: false, cleanHours, blockedAt: start, reason };
  }
  return { isReady: true, cleanHours: of.requiredHours, blockedAt: null, reason: null };
}
