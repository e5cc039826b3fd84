import type { CellsFilter } from '../../shared/contract/schemas.ts';
import { formatInstant, type Instant, parseInstant } from '../../shared/values/instant.ts';
import { monthPeriod, parseMonth } from '../../shared/values/period.ts';
import { TOOL_VERSION } from '../version.ts';
import type { LiveSource } from './month-source.ts';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** `2026-05` → `May 2026`. */
export function monthName(month: string): string {
  const [year = '', number = '1'] = month.split('-');
  return `${MONTHS[Number(number) - 1]} ${year}`;
}

export const countText = (count: number): string => count.toLocaleString('en-US');

/** `2026-06-02 05:00 UTC`. */
export const minuteText = (at: Instant): string => `${formatInstant(at).slice(0, 16).replace('T', ' ')} UTC`;

/** Null where nothing is filtered. */
export function filterWords(filter: CellsFilter): string | null {
  const parts = [
    ...(filter.structuralOnly === true ? ['structural only'] : []),
    ...listed('verdict', filter.verdicts),
    ...listed('meter', filter.meters),
    ...listed('cause', filter.causes),
    ...listed('invoice lines', filter.billing),
    ...listed('currency', filter.currency === undefined ? undefined : [filter.currency]),
    ...listed('at least', filter.minDifference === undefined ? undefined : [filter.minDifference]),
    ...listed('search', filter.search === undefined || filter.search === '' ? undefined : [filter.search]),
  ];
  return parts.length === 0 ? null : parts.join('; ');
}

const listed = (name: string, values: readonly string[] | undefined): readonly string[] =>
  values === undefined || values.length === 0 ? [] : [`${name} ${values.join(', ')}`];

/** Which cells a report holds, in a sentence. */
export function scopeOf({ filter, order, frame }: Pick<LiveSource, 'filter' | 'order' | 'frame'>): string {
  const words = filterWords(filter);
  if (words === null) return `All ${countText(order.length)} cells`;
  return `${countText(order.length)} of ${countText(frame.summary.cells)} cells: ${words}`;
}

/** When both sides were pulled, in a sentence. */
export function pulledAt(asOf: { readonly clickhouse: string | null; readonly stripe: string | null }): string {
  const at = (text: string | null): string => (text === null ? 'not pulled' : minuteText(parseInstant(text)));
  return `Usage pulled ${at(asOf.clickhouse)}; Stripe pulled ${at(asOf.stripe)}`;
}

/** What identifies the numbers of a report, name by name. */
export function factsOf(
  source: Pick<LiveSource, 'filter' | 'order' | 'frame' | 'month' | 'madeAt'>,
): readonly (readonly [name: string, value: string])[] {
  const { frame, month, madeAt } = source;
  const { from, to } = monthPeriod(parseMonth(month));
  return [
    ['Workspace', frame.summary.workspace],
    ['Month', `${monthName(month)} (${month})`],
    ['Period', `${formatInstant(from)} up to ${formatInstant(to)}`],
    ['Cells', scopeOf(source)],
    ['Usage pulled', frame.summary.asOf.clickhouse ?? 'not pulled'],
    ['Stripe pulled', frame.summary.asOf.stripe ?? 'not pulled'],
    ['Hash of the run', frame.run?.contentHash ?? 'not kept: another process writes, or the folder can only be read'],
    ['Made at', formatInstant(madeAt)],
    ['Made by', `Tieout ${TOOL_VERSION}`],
  ];
}
