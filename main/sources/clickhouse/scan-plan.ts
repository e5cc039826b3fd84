import type {
  ActiveSeriesDefinition,
  IntervalSamplesDefinition,
  UsageDefinition,
  UsageMeter,
  UsageScan,
} from '../usage-source.ts';
import { quoteColumn, quoteTable } from './identifier.ts';

export type CheckpointUsage = Extract<UsageDefinition, { template: 'counter_checkpoints' }>;
export type EventUsage = Extract<UsageDefinition, { template: 'events' }>;
export type SampleUsage = IntervalSamplesDefinition;
export type SeriesUsage = ActiveSeriesDefinition;
export type QueryUsage = Extract<UsageDefinition, { template: 'sql' }>;

/** A meter of a scan. `index` counts in the meters given to `plan`; `path` is its place in the settings. */
export type ScanMeter<U> = { readonly index: number; readonly key: string; readonly path: string; readonly usage: U };

/** What one query computes: several checkpoint meters that read the same rows, or one meter of another template. */
export type ScanWork =
  | { readonly template: 'counter_checkpoints'; readonly meters: readonly ScanMeter<CheckpointUsage>[] }
  | { readonly template: 'events'; readonly meters: readonly [ScanMeter<EventUsage>] }
  | { readonly template: 'interval_samples'; readonly meters: readonly [ScanMeter<SampleUsage>] }
  | { readonly template: 'active_series'; readonly meters: readonly [ScanMeter<SeriesUsage>] }
  | { readonly template: 'sql'; readonly meters: readonly [ScanMeter<QueryUsage>] };

/** A scan with the settings it came from, plain data, so that it survives the way into a worker. */
export type PlannedScan = UsageScan & { readonly work: ScanWork };

/** Value-milliseconds of a gauge pass 64 bits within a month (metering.md 1.4), so they are stored in millions. */
const GAUGE_EXPONENT = 6;

export const exponentOf = (usage: UsageDefinition): number =>
  usage.template === 'counter_checkpoints' && usage.isGauge ? GAUGE_EXPONENT : 0;

/** Groups checkpoint meters that read the same rows (interfaces.md section 1), keeping the order of the first of each. */
export function groupMeters(meters: readonly UsageMeter[]): readonly ScanWork[] {
  const works: ScanWork[] = [];
  const shared = new Map<string, ScanMeter<CheckpointUsage>[]>();
  for (const [index, { key, usage }] of meters.entries()) {
    const place = { index, key, path: `meters[${index}].usage` };
    if (usage.template === 'events') works.push({ template: 'events', meters: [{ ...place, usage }] });
    else if (usage.template === 'interval_samples')
      works.push({ template: usage.template, meters: [{ ...place, usage }] });
    else if (usage.template === 'active_series')
      works.push({ template: usage.template, meters: [{ ...place, usage }] });
    else if (usage.template === 'sql') works.push({ template: 'sql', meters: [{ ...place, usage }] });
    else {
      const rows = rowsRead(usage);
      const group = shared.get(rows);
      if (group !== undefined) group.push({ ...place, usage });
      else {
        const first = [{ ...place, usage }];
        shared.set(rows, first);
        works.push({ template: 'counter_checkpoints', meters: first });
      }
    }
  }
  return works;
}

const rowsRead = ({ table, columns, filter, maxGapMs, isFinal }: CheckpointUsage): string =>
  JSON.stringify([
    table,
    columns.customer,
    columns.series,
    columns.at,
    columns.tiebreak,
    filter?.column ?? null,
    filter?.values ?? null,
    maxGapMs,
    isFinal,
  ]);

/** A table and the columns of it that a scan names, each with its place in the settings. */
export type TableUse = {
  readonly table: string;
  readonly wantsFinal: boolean;
  readonly columns: readonly { readonly name: string; readonly path: string }[];
};

/** @returns null for a query of the user's own. @throws TieoutError `clickhouse.bad_identifier` */
export function tableUse(work: ScanWork): TableUse | null {
  if (work.template === 'sql') return null;
  const [{ usage, path }] = work.meters as readonly [ScanMeter<TableUsage>];
  const columns: { name: string; path: string }[] = [];
  const add = (name: string | null, place: string): void => {
    if (name === null) return;
    quoteColumn(name, place);
    if (!columns.some((column) => column.name === name)) columns.push({ name, path: place });
  };
  quoteTable(usage.table, `${path}.table`);
  for (const meter of work.meters) {
    for (const [role, name] of Object.entries(meter.usage.columns)) {
      for (const one of Array.isArray(name) ? name : [name]) add(one, `${meter.path}.columns.${role}`);
    }
  }
  add(usage.filter?.column ?? null, `${path}.filter.column`);
  return { table: usage.table, wantsFinal: usage.template !== 'counter_checkpoints' || usage.isFinal, columns };
}

export type TableUsage = Exclude<UsageDefinition, QueryUsage>;

/** The column that says when: the one instant column of every template. */
export const instantColumn = (usage: TableUsage): { readonly name: string; readonly role: string } =>
  usage.template === 'active_series' && usage.columns.at === null
    ? { name: usage.columns.lastSeen ?? '', role: 'lastSeen' }
    : { name: usage.columns.at ?? '', role: 'at' };

/** The columns that hold numbers. */
export function numberColumns(usage: TableUsage): readonly string[] {
  if (usage.template === 'active_series') return [];
  if (usage.template === 'interval_samples') return [usage.columns.value, usage.columns.interval];
  return usage.columns.value === null ? [] : [usage.columns.value];
}
