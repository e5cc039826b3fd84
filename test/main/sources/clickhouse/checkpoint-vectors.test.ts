import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { UsageMeter } from '../../../../main/sources/usage-source.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { checkpoints, meter, nativeTotal, period, readAll, startEngine, type TestEngine } from './engine.ts';

type Row = {
  readonly workspace: string;
  readonly resource: string;
  readonly container: string;
  readonly ts: string;
  readonly batch?: number;
  readonly event_kind?: string;
  readonly attached?: boolean;
  readonly cpu_usec: string;
  readonly egress_bytes: string;
  readonly memory_bytes: string;
  readonly disk_bytes: string;
};
type Series = Omit<Row, 'ts' | 'cpu_usec' | 'egress_bytes'> & {
  readonly start: string;
  readonly count: number;
  readonly step_ms: number;
  readonly cpu_usec: { readonly from: string; readonly step: string };
  readonly egress_bytes: { readonly from: string; readonly step: string };
};
type Usage = Readonly<Record<'cpu_usec' | 'egress_bytes' | 'memory_byte_ms' | 'disk_byte_ms', string>>;
type Resource = Usage & { readonly workspace: string; readonly resource: string; readonly pairs: number };
type Case = {
  readonly id: string;
  readonly title: string;
  readonly input: {
    readonly gap_ms: string;
    readonly workspaces: readonly string[];
    readonly windows: readonly { readonly name: string; readonly start: string; readonly end: string }[];
    readonly rows?: readonly Row[];
    readonly series?: readonly Series[];
    readonly slices?: { readonly step_ms: number };
  };
  readonly expected: {
    readonly windows: Readonly<Record<string, { readonly resources: readonly Resource[] }>>;
    readonly slices?: readonly {
      readonly start: string;
      readonly end: string;
      readonly resources: readonly Resource[];
    }[];
  };
};

const { cases } = JSON.parse(
  readFileSync(new URL('../../../vectors/metering/checkpoint.json', import.meta.url), 'utf8'),
) as { cases: readonly Case[] };

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

test.each(cases)('$id: $title', async ({ id, input, expected }) => {
  const name = `vector_${id.replaceAll('-', '_')}`;
  await fill(name, input);
  for (const { name: windowName, start, end } of input.windows) {
    const asked = { period: period(start, end) };
    const resources = expected.windows[windowName]?.resources ?? [];
    const wanted = addedUp(resources, ({ workspace }) => workspace);
    const byWorkspace = await readAll(engine.source, metersOf(name, 'workspace_id', input), {
      ...asked,
      customers: input.workspaces,
    });
    expect(totals(byWorkspace), `${windowName} by workspace`).toEqual(wanted);
    const byResource = await readAll(engine.source, metersOf(name, 'resource_id', input), asked);
    expect(totals(byResource), `${windowName} by resource`).toEqual(addedUp(resources, ({ resource }) => resource));
  }
  for (const slice of expected.slices ?? []) {
    const [window] = input.windows;
    const whole = await readAll(engine.source, metersOf(name, 'workspace_id', input), {
      period: period(window?.start ?? '', window?.end ?? ''),
      customers: input.workspaces,
    });
    const hour = (parseInstant(slice.start) - parseInstant(window?.start ?? '')) / 3_600_000;
    const part = whole.map((cell) => ({ ...cell, hours: cell.hours.filter((one) => one.hour === hour) }));
    const measured = part.filter((cell) => cell.hours.length > 0);
    expect(totals(measured), `slice ${slice.start}`).toEqual(addedUp(slice.resources, ({ workspace }) => workspace));
  }
});

const NAMES = ['cpu_usec', 'egress_bytes', 'memory_byte_ms', 'disk_byte_ms'] as const;

function metersOf(name: string, customer: string, input: Case['input']): UsageMeter[] {
  const rest = {
    table: name,
    maxGapMs: Number(input.gap_ms),
    filter: { column: 'workspace_id', values: input.workspaces },
  };
  const shared = { customer, series: ['workspace_id', 'container_uid'], at: 'ts', tiebreak: 'event_kind' };
  return [
    meter('cpu_usec', checkpoints({ ...shared, value: 'cpu_usage_usec' }, rest)),
    meter(
      'egress_bytes',
      checkpoints({ ...shared, value: 'network_egress_public_bytes', trusted: 'network_attached' }, rest),
    ),
    meter('memory_byte_ms', checkpoints({ ...shared, value: 'memory_bytes' }, { ...rest, isGauge: true })),
    meter('disk_byte_ms', checkpoints({ ...shared, value: 'disk_allocated_bytes' }, { ...rest, isGauge: true })),
  ];
}

function totals(cells: Awaited<ReturnType<typeof readAll>>): Record<string, Record<string, string>> {
  const result: Record<string, Record<string, string>> = {};
  for (const cell of cells) {
    const total = nativeTotal(cell, cell.meter < 2 ? 0 : 6).toString();
    result[cell.customer] = { ...result[cell.customer], [NAMES[cell.meter] ?? '']: total };
  }
  return result;
}

function addedUp(
  resources: readonly Resource[],
  keyOf: (one: Resource) => string,
): Record<string, Record<string, string>> {
  const sums: Record<string, Record<string, string>> = {};
  for (const one of resources) {
    const before = sums[keyOf(one)];
    const after = NAMES.map((name) => [name, (BigInt(before?.[name] ?? '0') + BigInt(one[name])).toString()]);
    sums[keyOf(one)] = Object.fromEntries(after);
  }
  return sums;
}

async function fill(name: string, input: Case['input']): Promise<void> {
  await engine.run(`CREATE TABLE ${name} (
      workspace_id String, resource_id LowCardinality(String), container_uid String, ts Int64,
      event_kind LowCardinality(String), cpu_usage_usec Int64, memory_bytes Int64, disk_allocated_bytes Int64,
      network_egress_public_bytes Int64, network_attached Bool)
    ENGINE = ReplacingMergeTree PARTITION BY toYYYYMMDD(fromUnixTimestamp64Milli(ts, 'UTC'))
    ORDER BY (workspace_id, container_uid, ts, event_kind)`);
  const rows = [...(input.rows ?? []), ...(input.series ?? []).flatMap(unrolled)];
  const batches = [...new Set(rows.map((row) => row.batch ?? 0))].sort((a, b) => a - b);
  for (const batch of batches) {
    await engine.insert(
      name,
      rows
        .filter((row) => (row.batch ?? 0) === batch)
        .map((row) => ({
          workspace_id: row.workspace,
          resource_id: row.resource,
          container_uid: row.container,
          ts: parseInstant(row.ts),
          event_kind: row.event_kind ?? 'checkpoint',
          cpu_usage_usec: row.cpu_usec,
          memory_bytes: row.memory_bytes,
          disk_allocated_bytes: row.disk_bytes,
          network_egress_public_bytes: row.egress_bytes,
          network_attached: row.attached ?? true,
        })),
    );
  }
}

const unrolled = ({ start, count, step_ms, cpu_usec, egress_bytes, ...shared }: Series): Row[] =>
  Array.from({ length: count }, (_, i) => ({
    ...shared,
    ts: new Date(parseInstant(start) + i * step_ms).toISOString(),
    cpu_usec: (BigInt(cpu_usec.from) + BigInt(i) * BigInt(cpu_usec.step)).toString(),
    egress_bytes: (BigInt(egress_bytes.from) + BigInt(i) * BigInt(egress_bytes.step)).toString(),
  }));
