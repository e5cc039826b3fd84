/**
 * A calendar that counts: every day since 1970 has its number, and what a month later means is found by walking there
 * day by day. No date functions, no arithmetic of months but "the same day, or the last one there is".
 */
export const DAY = 86_400_000;

type Day = { readonly year: number; readonly month: number; readonly day: number; readonly monthLength: number };
export type PlainInterval = { readonly unit: 'day' | 'week' | 'month' | 'year'; readonly count: number };

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const DAYS: readonly Day[] = (() => {
  const days: Day[] = [];
  for (let year = 1970; year < 2060; year += 1) {
    for (let month = 1; month <= 12; month += 1) {
      const monthLength = month === 2 && isLeap(year) ? 29 : (LENGTHS[month - 1] ?? 0);
      for (let day = 1; day <= monthLength; day += 1) days.push({ year, month, day, monthLength });
    }
  }
  return days;
})();

const numberOf = (at: number): number => Math.floor(at / DAY);

function dayAt(number: number): Day {
  const day = DAYS[number];
  if (day === undefined) throw new Error(`day ${number} is outside the calendar`);
  return day;
}

/** How the oracle may be made wrong on purpose: months that do not clamp run over into the next. */
export type CalendarRules = { readonly monthsAreThirtyDays: boolean };

/** Whether a period of the anchor's begins on a day. */
function begins(interval: PlainInterval, anchorDay: number, number: number, rules: CalendarRules): boolean {
  const days = number - anchorDay;
  if (interval.unit === 'day') return days % interval.count === 0;
  if (interval.unit === 'week') return days % (7 * interval.count) === 0;
  const months = interval.unit === 'year' ? 12 * interval.count : interval.count;
  if (rules.monthsAreThirtyDays) return days % (30 * months) === 0;
  const [anchor, day] = [dayAt(anchorDay), dayAt(number)];
  const between = (day.year - anchor.year) * 12 + (day.month - anchor.month);
  return between % months === 0 && day.day === Math.min(anchor.day, day.monthLength);
}

/** The beginnings after `from` and before `until`, walked day by day, at the anchor's time of day. */
export function beginnings(
  interval: PlainInterval,
  anchor: number,
  { from, until }: { readonly from: number; readonly until: number },
  rules: CalendarRules,
): number[] {
  const anchorDay = numberOf(anchor);
  const timeOfDay = anchor - anchorDay * DAY;
  const found: number[] = [];
  for (let number = numberOf(from); number <= numberOf(until); number += 1) {
    const at = number * DAY + timeOfDay;
    if (at > from && at < until && begins(interval, anchorDay, number, rules)) found.push(at);
  }
  return found;
}

/** The first beginning after an instant. */
export function nextBeginning(interval: PlainInterval, anchor: number, after: number, rules: CalendarRules): number {
  const anchorDay = numberOf(anchor);
  const timeOfDay = anchor - anchorDay * DAY;
  for (let number = numberOf(after); ; number += 1) {
    const at = number * DAY + timeOfDay;
    if (at > after && begins(interval, anchorDay, number, rules)) return at;
  }
}

/** Whether an instant is one of the anchor's beginnings. */
export function isBeginning(interval: PlainInterval, anchor: number, at: number, rules: CalendarRules): boolean {
  const anchorDay = numberOf(anchor);
  return (at - anchor) % DAY === 0 && begins(interval, anchorDay, numberOf(at), rules);
}
