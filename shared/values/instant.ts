import { TieoutError } from '../errors.ts';
import type { Brand } from './brand.ts';

/** UTC, milliseconds since 1970-01-01T00:00:00Z. Finer clocks are floored by the adapters. */
export type Instant = Brand<number, 'Instant'>;

export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2}))?$/;

export const instant = (epochMs: number): Instant => {
  if (!Number.isSafeInteger(epochMs)) throw new RangeError(`${epochMs} is not a millisecond instant`);
  return epochMs as Instant;
};

export const fromUnixSeconds = (seconds: number): Instant => instant(seconds * 1000);
/** Floored to the second. */
export const toUnixSeconds = (value: Instant): number => Math.floor(value / 1000);

/**
 * Reads ISO-8601 with a zone; a bare date is its UTC midnight. Digits finer than a millisecond are cut off.
 * @throws TieoutError `instant.malformed`
 */
export function parseInstant(text: string, path: string | null = null): Instant {
  const match = ISO.exec(text);
  const parsed = match === null ? null : fromParts(match);
  if (parsed === null) {
    throw new TieoutError('instant.malformed', {
      message: `"${text}" is not an instant.`,
      path,
      remedy: 'Write ISO-8601 with a zone, such as "2026-05-01T00:00:00Z".',
    });
  }
  return parsed;
}

function fromParts(match: RegExpExecArray): Instant | null {
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match;
  const date = new Date(0);
  // Not Date.UTC, which takes the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const isReal =
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) < 60;
  const offsetMs = zone === 'Z' ? 0 : zoneOffsetMs(zone);
  if (!isReal || offsetMs === null) return null;
  date.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, '0').slice(0, 3)));
  return instant(date.getTime() - offsetMs);
}

/** `+02:00` or `-0230`; null where there is no such zone. */
function zoneOffsetMs(zone: string): number | null {
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** `"2026-05-01T00:00:00Z"`; milliseconds only where there are some. */
export function formatInstant(value: Instant): string {
  return new Date(value).toISOString().replace('.000Z', 'Z');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `31 May 22:00`, in UTC: what a sentence says of an instant in the months that are spoken of. */
export function formatDayAndHour(value: Instant): string {
  const text = formatInstant(value);
  return `${Number(text.slice(8, 10))} ${MONTHS[Number(text.slice(5, 7)) - 1]} ${text.slice(11, 16)}`;
}

/** The start of the UTC hour that holds the instant. */
export const hourOf = (value: Instant): Instant => instant(Math.floor(value / HOUR_MS) * HOUR_MS);

const DURATION_UNITS = { ms: 1, s: 1000, m: 60_000, h: HOUR_MS, d: DAY_MS } as const;

/**
 * Reads `90s`, `2m`, `1h`, `3d`, `500ms` into milliseconds.
 * @throws TieoutError `duration.malformed`
 */
export function parseDuration(text: string, path: string | null = null): number {
  const match = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text.trim());
  const durationMs =
    match === null ? Number.NaN : Number(match[1]) * DURATION_UNITS[match[2] as keyof typeof DURATION_UNITS];
  if (!Number.isSafeInteger(durationMs)) {
    throw new TieoutError('duration.malformed', {
      message: `"${text}" is not a duration.`,
      path,
      remedy: 'Write a whole number and a unit: 500ms, 90s, 2m, 1h or 3d.',
    });
  }
  return durationMs;
}

/** The same as text, in the largest unit that says it exactly: `2h`, `83m`, `90s`. */
export function formatDuration(durationMs: number): string {
  const units = Object.entries(DURATION_UNITS).reverse();
  const [unit, size] = units.find(([, size]) => durationMs !== 0 && durationMs % size === 0) ?? ['s', 1000];
  return `${durationMs / size}${unit}`;
}
