import type {
  ClockHead,
  TimelineRequest,
  TimelineRow,
  TimelineWindow,
} from '../../../../shared/contract/simulate-schemas.ts';
import type { SimulationAnswer, TimelineDocument } from '../../../../shared/simulation/answer.ts';
import type { Scenario } from '../../../../shared/simulation/scenario.ts';
import { formatInstant } from '../../../../shared/values/instant.ts';
import { formatMinorAsMajor } from '../../../../shared/values/money.ts';

/** The timeline as a person reads it: usage by the day where there is much of it, and where the clock can stand. */
export type TimelineSheet = {
  readonly isGrouped: boolean;
  readonly heads: readonly ClockHead[];
  readonly rows: readonly SheetRow[];
};

/** An entry, or the reports of a day that follow each other with nothing between. */
type SheetRow = { readonly key: string; readonly head: number; readonly entries: readonly TimelineDocument[] };

/** More reports than somebody reads one by one. */
const MOST_SINGLE = 120;

const USAGE = {
  usage_accepted: 'accepted',
  duplicate_dropped: 'duplicates',
  usage_refused: 'refused',
  usage_too_late: 'tooLate',
} as const;
type UsageType = keyof typeof USAGE;

const isUsage = (entry: TimelineDocument): entry is TimelineDocument & { readonly type: UsageType } =>
  entry.type in USAGE;

export function timelineSheet({ start }: Scenario, { timeline, at }: SimulationAnswer): TimelineSheet {
  const isGrouped = timeline.filter(isUsage).length > MOST_SINGLE;
  const runs = isGrouped ? byDay(timeline) : timeline.map((entry) => [entry]);
  const heads: (Omit<ClockHead, 'events'> & { events: string[] })[] = [blank(formatInstant(start))];
  const rows = runs.map((entries, index): SheetRow => {
    const last = entries.at(-1)?.at ?? '';
    if (heads.at(-1)?.at !== last) heads.push(blank(last));
    const head = heads.at(-1);
    for (const entry of entries) if (head !== undefined) count(head, entry);
    return { key: `${index}`, head: heads.length - 1, entries };
  });
  if (heads.at(-1)?.at !== at) heads.push(blank(at));
  return { isGrouped, heads, rows };
}

const blank = (at: string) => ({ at, accepted: 0, troubled: 0, events: [] as string[] });

function count(head: { accepted: number; troubled: number; events: string[] }, entry: TimelineDocument): void {
  if (isUsage(entry)) {
    if (entry.type === 'usage_accepted' && entry.late !== true) head.accepted += 1;
    else head.troubled += 1;
  } else if (!head.events.includes(entry.type)) head.events.push(entry.type);
}

function byDay(timeline: readonly TimelineDocument[]): readonly (readonly TimelineDocument[])[] {
  const runs: TimelineDocument[][] = [];
  for (const entry of timeline) {
    const open = runs.at(-1);
    const before = open?.[0];
    const follows =
      before !== undefined && isUsage(before) && isUsage(entry) && before.at.slice(0, 10) === entry.at.slice(0, 10);
    if (follows) open?.push(entry);
    else runs.push([entry]);
  }
  return runs;
}

/** A stretch of the timeline, with the reports of the days that are unfolded. */
export function timelineWindow(sheet: TimelineSheet, request: Omit<TimelineRequest, 'digest'>): TimelineWindow {
  const { offset, limit } = request;
  const open = new Set(request.unfolded);
  const rows: TimelineRow[] = [];
  let place = 0;
  const take = (make: () => TimelineRow): void => {
    if (place >= offset && place < offset + limit) rows.push(make());
    place += 1;
  };
  for (const row of sheet.rows) {
    take(() => rowOf(row));
    if (row.entries.length < 2 || !open.has(row.key)) continue;
    if (place + row.entries.length <= offset || place >= offset + limit) place += row.entries.length;
    else for (const [index, entry] of row.entries.entries()) take(() => innerRow(row, entry, index));
  }
  return { total: place, all: sheet.rows.length, rows };
}

const innerRow = (row: SheetRow, entry: TimelineDocument, index: number): TimelineRow => ({
  ...single({ ...row, key: `${row.key}.${index}` }, entry),
  isInner: true,
});

function rowOf(row: SheetRow): TimelineRow {
  const [first] = row.entries;
  if (first === undefined) throw new TypeError('A row of a timeline has an entry');
  if (row.entries.length === 1) return single(row, first);
  const counts = { accepted: 0, late: 0, duplicates: 0, refused: 0, tooLate: 0, cancelled: 0 };
  for (const entry of row.entries) {
    if (!isUsage(entry)) continue;
    if (entry.type === 'usage_accepted' && entry.late === true) counts.late += 1;
    else counts[USAGE[entry.type]] += 1;
  }
  const at = row.entries.at(-1)?.at ?? first.at;
  return { ...empty(row, at, 'usage'), group: { from: first.at, ...counts } };
}

const empty = ({ key, head }: SheetRow, at: string, type: string): TimelineRow => ({
  key,
  at,
  head,
  type,
  isInner: false,
  usage: null,
  group: null,
  about: null,
  name: null,
  detail: null,
  period: null,
  invoice: null,
  money: null,
});

function single(row: SheetRow, entry: TimelineDocument): TimelineRow {
  const text = (field: string): string | null => {
    const value = entry[field];
    return typeof value === 'string' ? value : null;
  };
  const currency = text('currency');
  const amount = entry.amountDue ?? entry.amount;
  return {
    ...empty(row, entry.at, entry.type),
    usage: text('event') === null || text('timestamp') === null ? null : usageOf(entry, text),
    about: text('subscription') ?? text('about') ?? text('grant'),
    name: text('action') ?? text('coupon'),
    detail: text('detail') ?? text('to'),
    period: isPeriod(entry.period) ? entry.period : null,
    invoice: text('invoice'),
    money:
      typeof amount === 'bigint' && currency !== null
        ? { amount: formatMinorAsMajor(amount, currency), currency }
        : null,
  };
}

const usageOf = (entry: TimelineDocument, text: (field: string) => string | null): TimelineRow['usage'] => ({
  event: text('event') ?? '',
  customer: text('customer') ?? '',
  value: text('value') ?? '',
  timestamp: text('timestamp') ?? '',
  identifier: text('identifier'),
  isLate: entry.late === true,
  reason: text('reason'),
  path: text('path'),
});

const isPeriod = (value: unknown): value is { from: string; to: string } =>
  typeof value === 'object' && value !== null && 'from' in value && 'to' in value;
