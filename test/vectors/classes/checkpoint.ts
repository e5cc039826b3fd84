import type { UsageCell, UsageMeter } from '../../../main/sources/usage-source.ts';
import { type Decimal, decimal, formatDecimal, normalize } from '../../../shared/values/decimal.ts';
import { parseFraction, scaleBy } from '../../../shared/values/fraction.ts';
import { formatInstant, HOUR_MS, type Instant, instant, parseInstant } from '../../../shared/values/instant.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import type { Period } from '../../../shared/values/period.ts';
import { checkpoints, meter, readAll, startEngine, type TestEngine } from '../../main/sources/clickhouse/engine.ts';
import {
  flag,
  type Json,
  type JsonObject,
  list,
  MalformedVector,
  object,
  text,
  type VectorCase,
  type VectorClass,
} from '../vector.ts';
import { catalogBill } from './rating.ts';

/** Runs on the real engine through the adapter: a table for each case, the four meters and a count of the pairs. */
let running: Promise<TestEngine> | null = null;

export const checkpoint: VectorClass = {
  answer: async (vector) => {
    running ??= startEngine();
    return answerOn(await running, vector);
  },
  close: async () => {
    const engine = await running;
    running = null;
    await engine?.stop();
  },
};

async function answerOn(engine: TestEngine, { id, input }: VectorCase): Promise<Json> {
  const table = `vector_${id.replaceAll('-', '_')}`;
  await fill(engine, table, input);
  const workspaces = list(input.workspaces, 'workspaces').map((workspace) => text(workspace, 'workspace'));
  const meters = metersOf(table, workspaces, Number(text(input.gap_ms, 'gap_ms')));
  const read = (period: Period): Promise<readonly UsageCell[]> => readAll(engine.source, meters, { period });
  const windows = list(input.windows, 'windows').map((entry) => readWindow(object(entry, 'window')));
  const answers: [string, JsonObject][] = [];
  for (const { name, period } of windows) {
    const usage = usageOf(await read(period));
    const units = [...byWorkspace(usage)].map(([workspace, native]) => [workspace, unitsOf(native)] as const);
    const bill = input.rate !== undefined && flag(input.rate, 'rate') ? { bill: billsOf(units) } : {};
    answers.push([name, { resources: usage.map(resourceJson), meters: metersJson(units), ...bill }]);
  }
  const [first] = windows;
  if (input.slices === undefined || first === undefined) return { windows: Object.fromEntries(answers) };
  const stepMs = Number(object(input.slices, 'slices').step_ms);
  const slices = cut(first.period, stepMs);
  const whole = await read(first.period);
  const separate: ResourceUsage[] = [];
  for (const slice of slices) separate.push(...usageOf(await read(slice)));
  return {
    windows: Object.fromEntries(answers),
    slices: slices.map((slice) => ({
      start: isoMilliseconds(slice.from),
      end: isoMilliseconds(slice.to),
      resources: usageOf(inSlice(whole, first.period, slice)).map(resourceJson),
    })),
    sum_of_separate_windows: addedUp(separate, ({ owner }) => owner).map(resourceJson),
  };
}

const NATIVE = ['cpu_usec', 'egress_bytes', 'memory_byte_ms', 'disk_byte_ms', 'pairs'] as const;
type Native = Readonly<Record<(typeof NATIVE)[number], bigint>>;
type ResourceUsage = { readonly owner: string; readonly native: Native };

/** Decimals that the adapter divides by before it stores: gauges are kept in value-seconds × 1000. */
const EXPONENTS: Readonly<Record<string, number>> = { memory_byte_ms: 6, disk_byte_ms: 6 };

const OWNER_SEPARATOR = '\t';

function metersOf(table: string, workspaces: readonly string[], maxGapMs: number): readonly UsageMeter[] {
  const columns = { customer: 'owner', series: ['workspace_id', 'container_uid'], at: 'ts', tiebreak: 'event_kind' };
  const rest = { table, maxGapMs, filter: { column: 'workspace_id', values: workspaces } };
  const egress = { ...columns, value: 'network_egress_public_bytes', trusted: 'network_attached' };
  return [
    meter('cpu_usec', checkpoints({ ...columns, value: 'cpu_usage_usec' }, rest)),
    meter('egress_bytes', checkpoints(egress, rest)),
    meter('memory_byte_ms', checkpoints({ ...columns, value: 'memory_bytes' }, { ...rest, isGauge: true })),
    meter('disk_byte_ms', checkpoints({ ...columns, value: 'disk_allocated_bytes' }, { ...rest, isGauge: true })),
    // The rank of a row in its series grows by one with every pair, so this counter counts the pairs that count.
    meter('pairs', checkpoints({ ...columns, value: 'rank' }, rest)),
  ];
}

/** Native totals per resource with a counting pair, by workspace, then resource. */
function usageOf(cells: readonly UsageCell[]): readonly ResourceUsage[] {
  return addedUp(
    cells.map((cell) => {
      const name = NATIVE[cell.meter] ?? 'pairs';
      return { owner: cell.customer, native: { ...NOTHING, [name]: nativeOf(cell, EXPONENTS[name] ?? 0) } };
    }),
    ({ owner }) => owner,
  );
}

const NOTHING: Native = { cpu_usec: 0n, egress_bytes: 0n, memory_byte_ms: 0n, disk_byte_ms: 0n, pairs: 0n };

function addedUp(usage: readonly ResourceUsage[], keyOf: (one: ResourceUsage) => string): readonly ResourceUsage[] {
  const totals = new Map<string, Native>();
  for (const one of usage) {
    const before = totals.get(keyOf(one)) ?? NOTHING;
    const after = NATIVE.map((name) => [name, before[name] + one.native[name]]);
    totals.set(keyOf(one), Object.fromEntries(after) as Native);
  }
  return [...totals].map(([owner, native]) => ({ owner, native })).sort((a, b) => compareBytes(a.owner, b.owner));
}

const byWorkspace = (usage: readonly ResourceUsage[]): ReadonlyMap<string, Native> =>
  new Map(addedUp(usage, ({ owner }) => ownerParts(owner).workspace).map(({ owner, native }) => [owner, native]));

/** Stored hours are native ÷ 10^exponent, in whole and 10^-12. */
function nativeOf({ hours, customer }: UsageCell, exponent: number): bigint {
  const scaled = hours.reduce((total, { whole, frac, invalid }) => {
    if (invalid !== undefined) throw new Error(`${customer} has the value ${invalid}`);
    return total + BigInt(whole) * 10n ** 12n + BigInt(frac);
  }, 0n);
  return scaled / 10n ** BigInt(12 - exponent);
}

function ownerParts(owner: string): { readonly workspace: string; readonly resource: string } {
  const [workspace = '', resource = ''] = owner.split(OWNER_SEPARATOR);
  return { workspace, resource };
}

const resourceJson = ({ owner, native }: ResourceUsage): JsonObject => ({
  ...ownerParts(owner),
  pairs: Number(native.pairs),
  cpu_usec: native.cpu_usec.toString(),
  egress_bytes: native.egress_bytes.toString(),
  memory_byte_ms: native.memory_byte_ms.toString(),
  disk_byte_ms: native.disk_byte_ms.toString(),
});

/** metering.md section 1.4: every divisor is made of 2 and 5, so forty places hold the exact unit. */
const SCALES = [
  ['cpu_seconds', 'cpu_usec', '1/1000000'],
  ['memory_gib_seconds', 'memory_byte_ms', '1/1073741824000'],
  ['disk_gib_seconds', 'disk_byte_ms', '1/1073741824000'],
  ['egress_public_gib', 'egress_bytes', '1/1073741824'],
] as const;
const EXACT_PLACES = 40;

type Units = Readonly<Record<string, Decimal>>;

const unitsOf = (native: Native): Units =>
  Object.fromEntries(SCALES.map(([unit, from, scale]) => [unit, scaled(decimal(native[from]), scale, EXACT_PLACES)]));

const scaled = (value: Decimal, scale: string, places: number): Decimal =>
  normalize(scaleBy(value, parseFraction(scale), places, 'half_up'));

const metersJson = (units: readonly (readonly [string, Units])[]): JsonObject =>
  Object.fromEntries(
    units.map(([workspace, amounts]) => [
      workspace,
      {
        ...Object.fromEntries(Object.entries(amounts).map(([unit, value]) => [unit, formatDecimal(value)])),
        display: {
          memory_gib_hours: shown(amounts.memory_gib_seconds, '1/3600', 12),
          disk_gib_hours: shown(amounts.disk_gib_seconds, '1/3600', 12),
          egress_mib: shown(amounts.egress_public_gib, '1024', EXACT_PLACES),
        },
      },
    ]),
  );

const shown = (value: Decimal | undefined, scale: string, places: number): string =>
  value === undefined ? '' : formatDecimal(scaled(value, scale, places));

const billsOf = (units: readonly (readonly [string, Units])[]): JsonObject =>
  Object.fromEntries(units.map(([workspace, amounts]) => [workspace, catalogBill(amounts)]));

const readWindow = (window: JsonObject): { readonly name: string; readonly period: Period } => ({
  name: text(window.name, 'name'),
  period: { from: parseInstant(text(window.start, 'start')), to: parseInstant(text(window.end, 'end')) },
});

/** Consecutive pieces of `stepMs`, the last one cut at the end. The product keeps hours, so a piece is whole hours. */
function cut({ from, to }: Period, stepMs: number): readonly Period[] {
  if (!(stepMs > 0) || stepMs % HOUR_MS !== 0) throw new MalformedVector(`slices of ${stepMs} ms are not whole hours`);
  return Array.from({ length: Math.ceil((to - from) / stepMs) }, (_, index) => ({
    from: instant(from + index * stepMs),
    to: instant(Math.min(from + (index + 1) * stepMs, to)),
  }));
}

const inSlice = (cells: readonly UsageCell[], period: Period, slice: Period): readonly UsageCell[] =>
  cells
    .map((cell) => ({
      ...cell,
      hours: cell.hours.filter(({ hour }) => {
        const start = period.from + hour * HOUR_MS;
        return slice.from <= start && start < slice.to;
      }),
    }))
    .filter((cell) => cell.hours.length > 0);

const isoMilliseconds = (at: Instant): string => formatInstant(at).replace(/(:\d\d)Z$/, '$1.000Z');

type Row = {
  readonly workspace: string;
  readonly resource: string;
  readonly container: string;
  readonly at: Instant;
  readonly kind: string;
  readonly batch: number;
  readonly columns: Readonly<Record<string, unknown>>;
};

async function fill(engine: TestEngine, table: string, input: JsonObject): Promise<void> {
  await engine.run(`CREATE TABLE ${table} (
      owner String, workspace_id String, container_uid String, ts Int64, event_kind LowCardinality(String), rank UInt32,
      cpu_usage_usec Int64, memory_bytes Int64, disk_allocated_bytes Int64, network_egress_public_bytes Int64,
      network_attached Bool)
    ENGINE = ReplacingMergeTree PARTITION BY toYYYYMMDD(fromUnixTimestamp64Milli(ts, 'UTC'))
    ORDER BY (workspace_id, container_uid, ts, event_kind)`);
  const rows = [
    ...optionalList(input.rows, 'rows').map((entry) => readRow(object(entry, 'row'))),
    ...optionalList(input.series, 'series').flatMap((entry) => unrolled(object(entry, 'series'))),
  ];
  const ranks = ranksOf(rows);
  for (const batch of [...new Set(rows.map((row) => row.batch))].sort((a, b) => a - b)) {
    await engine.insert(
      table,
      rows
        .filter((row) => row.batch === batch)
        .map((row) => ({
          ...row.columns,
          owner: `${row.workspace}${OWNER_SEPARATOR}${row.resource}`,
          workspace_id: row.workspace,
          container_uid: row.container,
          ts: row.at,
          event_kind: row.kind,
          rank: ranks.get(rowKey(row)),
        })),
    );
  }
}

const rowKey = ({ workspace, container, at, kind }: Row): string => JSON.stringify([workspace, container, at, kind]);

/** The place of each row in its series; rows that replace each other share one. */
function ranksOf(rows: readonly Row[]): ReadonlyMap<string, number> {
  const ordered = [...rows].sort((a, b) => a.at - b.at || compareBytes(a.kind, b.kind));
  const lengths = new Map<string, number>();
  const ranks = new Map<string, number>();
  for (const row of ordered) {
    if (ranks.has(rowKey(row))) continue;
    const series = JSON.stringify([row.workspace, row.container]);
    const rank = (lengths.get(series) ?? 0) + 1;
    lengths.set(series, rank);
    ranks.set(rowKey(row), rank);
  }
  return ranks;
}

function readRow(row: JsonObject): Row {
  return {
    workspace: text(row.workspace, 'workspace'),
    resource: text(row.resource, 'resource'),
    container: text(row.container, 'container'),
    at: parseInstant(text(row.ts, 'ts')),
    kind: row.event_kind === undefined ? 'checkpoint' : text(row.event_kind, 'event_kind'),
    batch: Number(row.batch ?? 0),
    columns: {
      cpu_usage_usec: row.cpu_usec,
      memory_bytes: row.memory_bytes,
      disk_allocated_bytes: row.disk_bytes,
      network_egress_public_bytes: row.egress_bytes,
      network_attached: row.attached === undefined || flag(row.attached, 'attached'),
    },
  };
}

/** Row i stands at start + i × step; its counters at from + i × step; its gauges do not move. */
function unrolled(series: JsonObject): readonly Row[] {
  const start = parseInstant(text(series.start, 'start'));
  const [count, stepMs] = [Number(series.count), Number(series.step_ms)];
  const [cpu, egress] = [readCounter(series.cpu_usec), readCounter(series.egress_bytes)];
  return Array.from({ length: count }, (_, index) =>
    readRow({
      ...series,
      ts: formatInstant(instant(start + index * stepMs)),
      cpu_usec: (cpu.from + BigInt(index) * cpu.step).toString(),
      egress_bytes: (egress.from + BigInt(index) * egress.step).toString(),
    }),
  );
}

function readCounter(value: Json | undefined): { readonly from: bigint; readonly step: bigint } {
  const { from, step } = object(value, 'counter');
  return { from: BigInt(text(from, 'from')), step: BigInt(text(step, 'step')) };
}

const optionalList = (value: Json | undefined, name: string): readonly Json[] =>
  value === undefined || value === null ? [] : list(value, name);
