import type {
  ClockHead,
  TimelineRequest,
  TimelineRow,
  TimelineWindow,
} from '../../../../shared/contract/simulate-schemas.ts';
import { type TimelineDocument, timelineDocument } from '../../../../shared/simulation/answer.ts';
import type { SimulationRun, TimelineEntry } from '../../../../shared/simulation/run.ts';
import type { Scenario, ScenarioEvent } from '../../../../shared/simulation/scenario.ts';
import { DAY_MS, formatInstant, type Instant } from '../../../../shared/values/instant.ts';
import { formatMinorAsMajor } from '../../../../shared/values/money.ts';

/** The timeline as a person reads it: usage by the day where there is much of it, and where the clock can stand. */
export type TimelineSheet = {
  readonly isGrouped: boolean;
  readonly heads: readonly ClockHead[];
  readonly rows: readonly SheetRow[];
};

/** An entry, or the reports of a day that follow each other with nothing between. */
type SheetRow = { readonly key: string; readonly head: number; readonly entries: readonly SheetEntry[] };
/** `place`: of a report in the scenario. */
type SheetEntry = { readonly entry: TimelineEntry; readonly place: number | null };

/** More reports than somebody reads one by one. */
const MOST_SINGLE = 120;

const USAGE = {
  usage_accepted: 'accepted',
  duplicate_dropped: 'duplicates',
  usage_refused: 'refused',
  usage_too_late: 'tooLate',
} as const;
type UsageEntry = Extract<TimelineEntry, { readonly type: keyof typeof USAGE }>;

const isUsage = (entry: TimelineEntry): entry is UsageEntry => entry.type in USAGE;

export function timelineSheet({ start, usage }: Scenario, { timeline, now }: SimulationRun): TimelineSheet {
  const entries = placed(timeline, usage);
  const isGrouped = usage.length > MOST_SINGLE;
  const runs = isGrouped ? byDay(entries) : entries.map((entry) => [entry]);
  const heads: Head[] = [blank(start)];
  const rows = runs.map((run, index): SheetRow => {
    const head = headAt(heads, run.at(-1)?.entry.at ?? start);
    for (const { entry } of run) count(head, entry);
    head.rows = index + 1;
    return { key: `${index}`, head: heads.length - 1, entries: run };
  });
  headAt(heads, now);
  return { isGrouped, heads: heads.map(({ at, ...head }) => ({ at: formatInstant(at), ...head })), rows };
}

/** Reports are received by the time at which they are sent, those of one moment as they stand. */
function placed(timeline: readonly TimelineEntry[], usage: readonly ScenarioEvent[]): readonly SheetEntry[] {
  const order = [...usage.keys()].sort((a, b) => (usage[a]?.sentAt ?? 0) - (usage[b]?.sentAt ?? 0) || a - b);
  let received = 0;
  return timeline.map((entry) => {
    if (!isUsage(entry)) return { entry, place: null };
    const place = order[received] ?? null;
    received += 1;
    return { entry, place };
  });
}

type Head = { readonly at: Instant; accepted: number; troubled: number; events: string[]; rows: number };

const blank = (at: Instant): Head => ({ at, accepted: 0, troubled: 0, events: [], rows: 0 });

function headAt(heads: Head[], at: Instant): Head {
  const last = heads.at(-1);
  if (last?.at === at) return last;
  const head = { ...blank(at), rows: last?.rows ?? 0 };
  heads.push(head);
  return head;
}

function count(head: Head, entry: TimelineEntry): void {
  if (isUsage(entry)) {
    if (entry.type === 'usage_accepted' && !entry.late) head.accepted += 1;
    else head.troubled += 1;
  } else if (!head.events.includes(entry.type)) head.events.push(entry.type);
}

const dayOf = (at: Instant): number => Math.floor(at / DAY_MS);

function byDay(entries: readonly SheetEntry[]): readonly (readonly SheetEntry[])[] {
  const runs: SheetEntry[][] = [];
  for (const one of entries) {
    const open = runs.at(-1);
    const before = open?.[0]?.entry;
    const follows =
      before !== undefined && isUsage(before) && isUsage(one.entry) && dayOf(before.at) === dayOf(one.entry.at);
    if (follows) open?.push(one);
    else runs.push([one]);
  }
  return runs;
}

/** A stretch of the timeline, with the reports of the days that are unfolded. */
export function timelineWindow(sheet: TimelineSheet, request: Omit<TimelineRequest, 'digest'>): TimelineWindow {
  const { offset, limit } = request;
  const open = new Set(request.unfolded);
  const rows: TimelineRow[] = [];
  let place = 0;
  const isWanted = (): boolean => place >= offset && place < offset + limit;
  for (const row of sheet.rows) {
    if (isWanted()) rows.push(rowOf(row));
    place += 1;
    if (row.entries.length < 2 || !open.has(row.key)) continue;
    const first = Math.max(0, offset - place);
    const last = Math.min(row.entries.length, offset + limit - place);
    for (let index = first; index < last; index += 1) {
      const entry = row.entries[index];
      if (entry !== undefined) rows.push(innerRow(row, entry, index));
    }
    place += row.entries.length;
  }
  return { total: place, all: sheet.rows.length, rows };
}

const innerRow = (row: SheetRow, entry: SheetEntry, index: number): TimelineRow => ({
  ...single({ ...row, key: `${row.key}.${index}` }, entry),
  isInner: true,
});

function rowOf(row: SheetRow): TimelineRow {
  const [first] = row.entries;
  if (first === undefined) throw new TypeError('A row of a timeline has an entry');
  if (row.entries.length === 1) return single(row, first);
  const counts = { accepted: 0, late: 0, duplicates: 0, refused: 0, tooLate: 0, cancelled: 0 };
  for (const { entry } of row.entries) {
    if (!isUsage(entry)) continue;
    if (entry.type === 'usage_accepted' && entry.late) counts.late += 1;
    else counts[USAGE[entry.type]] += 1;
  }
  const at = formatInstant(row.entries.at(-1)?.entry.at ?? first.entry.at);
  return { ...empty(row, at, 'usage'), group: { from: formatInstant(first.entry.at), ...counts } };
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

function single(row: SheetRow, { entry: noted, place }: SheetEntry): TimelineRow {
  const [entry] = timelineDocument([noted], []);
  if (entry === undefined) throw new TypeError('An entry of a timeline is written as one');
  const text = (field: string): string | null => {
    const value = entry[field];
    return typeof value === 'string' ? value : null;
  };
  const currency = text('currency');
  const amount = entry.amountDue ?? entry.amount;
  return {
    ...empty(row, entry.at, entry.type),
    usage: text('event') === null || text('timestamp') === null ? null : usageOf(entry, text, place),
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

const usageOf = (
  entry: TimelineDocument,
  text: (field: string) => string | null,
  place: number | null,
): TimelineRow['usage'] => ({
  event: text('event') ?? '',
  customer: text('customer') ?? '',
  value: text('value') ?? '',
  timestamp: text('timestamp') ?? '',
  identifier: text('identifier'),
  isLate: entry.late === true,
  reason: text('reason'),
  path: place === null ? null : `usage[${place}]`,
});

const isPeriod = (value: unknown): value is { from: string; to: string } =>
  typeof value === 'object' && value !== null && 'from' in value && 'to' in value;
