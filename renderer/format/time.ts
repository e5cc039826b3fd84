import { inZone } from './zone.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const FULL = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `2026-05` → `May 2026`. */
export function formatMonth(month: string): string {
  return `${MONTHS[Number(month.slice(5, 7)) - 1] ?? month} ${month.slice(0, 4)}`;
}

/** `2026-05` → `May 2026` in full, for titles. */
export function formatMonthLong(month: string): string {
  return `${FULL[Number(month.slice(5, 7)) - 1] ?? month} ${month.slice(0, 4)}`;
}

/** The month `count` after this one. */
export function shiftMonth(month: string, count: number): string {
  const index = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + count;
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
}

/** `02:01 UTC`, with the day in front where it is not the day of `now`; in the zone that moments are told in. */
export function formatClock(instant: string, now: number): string {
  const { at, zone } = inZone(instant);
  const clock = `${at.slice(11, 16)} ${zone}`;
  if (at.slice(0, 10) === inZone(new Date(now).toISOString()).at.slice(0, 10)) return clock;
  return `${formatDay(at)} ${clock}`;
}

/** A moment in full, `14 May 2026 02:01:10 UTC`, in the zone that moments are told in. */
export function formatMoment(instant: string): string {
  const { at, zone } = inZone(instant);
  return `${formatDay(at)} ${at.slice(0, 4)} ${at.slice(11, 19)} ${zone}`;
}

/** `14 May`. */
export const formatDay = (instant: string): string =>
  `${Number(instant.slice(8, 10))} ${MONTHS[Number(instant.slice(5, 7)) - 1]}`;

/** `14 May 03:00`. */
export const formatHour = (instant: string): string => `${formatDay(instant)} ${instant.slice(11, 16)}`;

/** `14 May 2026 02:01:10 UTC`. */
export const formatInstantLong = (instant: string): string =>
  `${formatDay(instant)} ${instant.slice(0, 4)} ${instant.slice(11, 19)} UTC`;

/** `14 May 03:00–07:00 UTC`; with both days where they differ. Half-open. */
export function formatRange(from: string, to: string): string {
  const sameDay = from.slice(0, 10) === to.slice(0, 10);
  return `${formatHour(from)}–${sameDay ? to.slice(11, 16) : formatHour(to)} UTC`;
}

const isMidnight = (instant: string): boolean => instant.slice(11, 19) === '00:00:00';

/**
 * A half-open period by its days: `May 2026` for a whole month, `14 May – 13 Jun 2026`, with the hours where it does
 * not begin at midnight; `on 14 May 2026` where it has no length.
 * @param style.isShort without the year of its last day, for a table of one month
 */
export function formatPeriod(from: string, to: string, { isShort = false } = {}): string {
  if (from === to) return `on ${formatDay(from)} ${from.slice(0, 4)}`;
  if (!isMidnight(from) || !isMidnight(to)) return `${formatHour(from)} – ${formatHour(to)} UTC`;
  const isWholeMonth = from.slice(8, 10) === '01' && to.slice(0, 10) === `${shiftMonth(from.slice(0, 7), 1)}-01`;
  if (isWholeMonth) return formatMonth(from.slice(0, 7));
  const last = new Date(Date.parse(to) - 86_400_000).toISOString();
  const end = isShort ? formatDay(last) : `${formatDay(last)} ${last.slice(0, 4)}`;
  if (from.slice(0, 10) === last.slice(0, 10)) return end;
  if (from.slice(0, 7) === last.slice(0, 7)) return `${Number(from.slice(8, 10))} – ${end}`;
  const first = from.slice(0, 4) === last.slice(0, 4) ? formatDay(from) : `${formatDay(from)} ${from.slice(0, 4)}`;
  return `${first} – ${end}`;
}

/** How long ago, coarse, to stand beside an absolute time: `3 h`, `2 d`, `just now`. */
export function formatAge(instant: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(instant)) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return `${Math.floor(minutes / 1440)} d ago`;
}

/** A length of time: `12 s`, `4 min`, `1 h 05 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}
