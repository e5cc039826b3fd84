import { type HourlySeries, isNear, magnitude } from './hourly-series.ts';
import type { CauseCode } from './result.ts';
import { factorBetween } from './unit-factor.ts';

/** What one kind of fault is worth: measured − metered over its hours, in the series' unit. */
export type Share = {
  readonly code: Extract<CauseCode, 'missed_push' | 'duplicated_push' | 'unit_scale' | 'shifted_period'>;
  readonly worth: bigint;
  readonly hours: readonly number[];
  /** Of a unit error: "1024" too large or "1/1000" too small. */
  readonly factor: string | null;
};

/**
 * The drift of a summing meter taken apart by the hour. The shares and `rest` add up to the drift of the hours.
 * `shift`: Stripe's hours lie this many hours later than the measured ones (0: they do not).
 */
export type Decomposition = {
  readonly shift: number;
  readonly shares: readonly Share[];
  readonly rest: bigint;
  readonly restHours: readonly number[];
  /** Hours with measured usage. */
  readonly active: number;
};

const SHIFTS = Array.from({ length: 29 }, (_, index) => index - 14).sort((a, b) => Math.abs(a) - Math.abs(b) || b - a);

/** @returns null where Stripe was not asked by the hour */
export function decompose(series: HourlySeries): Decomposition | null {
  if (series.metered === null) return null;
  const metered = series.metered;
  const shift = bestShift(series.measured, metered);
  const found = { missed: shareOf(), duplicated: shareOf(), scaled: shareOf(), shifted: shareOf(), rest: shareOf() };
  const factors = new Set<string>();
  let active = 0;
  let pending = pendingRun();
  for (const [hour, value] of series.measured.entries()) {
    const used = value ?? 0n;
    if (used !== 0n) active += 1;
    const at = hour + shift;
    if (at < 0 || at >= metered.length) {
      if (used !== 0n) take(found.shifted, hour, used);
      continue;
    }
    const held = metered[at] ?? 0n;
    if (used === held) {
      if (used !== 0n) pending = settle(found.missed, pending);
      continue;
    }
    if (held === 0n) {
      pending.worth += used;
      pending.hours.push([hour, used]);
      continue;
    }
    // A worker that was down may send the hours it missed with the next push: nothing is lost then.
    if (pending.worth !== 0n && isNear(held, used + pending.worth)) {
      pending = pendingRun();
      continue;
    }
    pending = settle(found.missed, pending);
    if (isNear(used, held)) {
      found.rest.worth += used - held;
      continue;
    }
    const times = used === 0n ? null : held / used;
    if (times !== null && (times === 2n || times === 3n) && isNear(held, used * times)) {
      take(found.duplicated, hour, used - held);
      continue;
    }
    const factor = used === 0n ? null : factorBetween(used, held);
    if (factor !== null) {
      factors.add(factor);
      take(found.scaled, hour, used - held);
    } else {
      take(found.rest, hour, used - held);
    }
  }
  settle(found.missed, pending);
  for (const [at, value] of metered.entries()) {
    const hour = at - shift;
    if (hour >= 0 && hour < series.measured.length) continue;
    if (value !== null && value !== 0n) take(found.shifted, at, -value);
  }
  const shares: Share[] = [
    { code: 'missed_push' as const, ...found.missed, factor: null },
    { code: 'duplicated_push' as const, ...found.duplicated, factor: null },
    { code: 'unit_scale' as const, ...found.scaled, factor: factors.size === 1 ? ([...factors][0] ?? null) : null },
    { code: 'shifted_period' as const, ...found.shifted, factor: null },
  ].filter(({ hours }) => hours.length > 0);
  shares.sort((a, b) =>
    magnitude(a.worth) < magnitude(b.worth) ? 1 : magnitude(a.worth) > magnitude(b.worth) ? -1 : 0,
  );
  return { shift, shares, rest: found.rest.worth, restHours: found.rest.hours, active };
}

/** The shift under which most hours agree; the smallest one where several do. */
function bestShift(measured: readonly (bigint | null)[], metered: readonly (bigint | null)[]): number {
  let best = { shift: 0, matches: matchesAt(measured, metered, 0) };
  const active = measured.filter((value) => (value ?? 0n) !== 0n).length;
  // Most hours fit as they are: faults in the others are no shift.
  if (best.matches * 2 >= active) return 0;
  for (const shift of SHIFTS) {
    const matches = matchesAt(measured, metered, shift);
    if (matches > best.matches) best = { shift, matches };
  }
  return best.matches * 2 >= active && best.matches > 2 ? best.shift : 0;
}

function matchesAt(measured: readonly (bigint | null)[], metered: readonly (bigint | null)[], shift: number): number {
  let matches = 0;
  for (const [hour, value] of measured.entries()) {
    const held = metered[hour + shift];
    if (value === null || value === 0n || held === null || held === undefined || held === 0n) continue;
    if (isNear(value, held)) matches += 1;
  }
  return matches;
}

type Running = { worth: bigint; hours: number[] };
const shareOf = (): Running => ({ worth: 0n, hours: [] });

type Pending = { worth: bigint; hours: [number, bigint][] };
const pendingRun = (): Pending => ({ worth: 0n, hours: [] });

function take(share: Running, hour: number, worth: bigint): void {
  share.worth += worth;
  share.hours.push(hour);
}

/** What was pending stays missed. @returns a new run */
function settle(share: Running, pending: Pending): Pending {
  for (const [hour, worth] of pending.hours) take(share, hour, worth);
  return pendingRun();
}
