import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import {
  type EmbeddedClickHouse,
  type EmbeddedOptions,
  startEmbeddedClickHouse,
} from '../../../../main/sandbox/clickhouse/embedded.ts';
import { createClickHouseSource } from '../../../../main/sources/clickhouse/source.ts';
import type {
  UsageCell,
  UsageDefinition,
  UsageHour,
  UsageMeter,
  UsageSource,
} from '../../../../main/sources/usage-source.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import type { Period } from '../../../../shared/values/period.ts';

/** A real engine for one test file, a client that fills it and the source under test. */
export type TestEngine = {
  readonly server: EmbeddedClickHouse;
  readonly client: ClickHouseClient;
  readonly source: UsageSource;
  readonly run: (sql: string) => Promise<void>;
  readonly insert: (table: string, rows: readonly Readonly<Record<string, unknown>>[]) => Promise<void>;
  readonly stop: () => Promise<void>;
};

export async function startEngine(options: Partial<EmbeddedOptions> = {}): Promise<TestEngine> {
  const server = await startEmbeddedClickHouse({ dataFolder: null, ...options });
  const { url, username, password } = server;
  const client = createClient({ url, username, password, database: 'default', log: { level: ClickHouseLogLevel.OFF } });
  const source = createClickHouseSource({ url, username, password, database: 'default' });
  return {
    server,
    client,
    source,
    run: async (sql) => {
      await client.command({ query: sql });
    },
    insert: async (table, rows) => {
      await client.insert({ table, values: rows, format: 'JSONEachRow' });
    },
    stop: async () => {
      await Promise.all([source.close(), client.close()]);
      await server.stop();
    },
  };
}

export const period = (from: string, to: string): Period => ({ from: parseInstant(from), to: parseInstant(to) });

const ONE = { numerator: 1n, denominator: 1n };
type Columns<T> = T extends { columns: infer C } ? C : never;
type Checkpoints = Extract<UsageDefinition, { template: 'counter_checkpoints' }>;
type Events = Extract<UsageDefinition, { template: 'events' }>;

export const checkpoints = (
  columns: Partial<Columns<Checkpoints>>,
  rest: Partial<Omit<Checkpoints, 'columns'>> = {},
): Checkpoints => ({
  template: 'counter_checkpoints',
  table: 'checkpoints',
  columns: {
    customer: 'customer',
    series: ['series'],
    at: 'at',
    value: 'value',
    tiebreak: null,
    trusted: null,
    ...columns,
  },
  maxGapMs: 120_000,
  isGauge: false,
  isFinal: true,
  filter: null,
  scale: ONE,
  combine: 'sum',
  ...rest,
});

export const events = (columns: Partial<Columns<Events>>, rest: Partial<Omit<Events, 'columns'>> = {}): Events => ({
  template: 'events',
  table: 'events',
  columns: { customer: 'customer', at: 'at', value: 'value', id: null, key: null, ...columns },
  aggregate: 'sum',
  filter: null,
  scale: ONE,
  combine: 'sum',
  ...rest,
});

export const sql = (query: string, combine: UsageDefinition['combine'] = 'sum'): UsageDefinition => ({
  template: 'sql',
  query,
  scale: ONE,
  combine,
});

export const meter = (key: string, usage: UsageDefinition): UsageMeter => ({ key, usage });

/** Every cell of the meters, in the order in which the source gave them, scan after scan. */
export async function readAll(
  source: UsageSource,
  meters: readonly UsageMeter[],
  asked: { readonly period: Period; readonly customers?: readonly string[] | null; readonly withUnmeasured?: boolean },
): Promise<readonly UsageCell[]> {
  const cells: UsageCell[] = [];
  for (const scan of source.plan(meters)) {
    const request = {
      scan,
      period: asked.period,
      customers: asked.customers ?? null,
      signal: new AbortController().signal,
      withUnmeasured: asked.withUnmeasured ?? false,
    };
    for await (const chunk of source.read(request)) cells.push(...chunk);
  }
  return cells;
}

/** One hour as plain text in stored units: `12.5`, or `!nan` where it is no number. */
export function hourText({ whole, frac, invalid }: UsageHour): string {
  if (invalid !== undefined) return `!${invalid}`;
  const units = BigInt(whole) * 10n ** 12n + BigInt(frac);
  const digits = (units < 0n ? -units : units).toString().padStart(13, '0');
  const places = digits.slice(-12).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -12)}${places === '' ? '' : `.${places}`}`;
}

/** `{ customer: { hour: text } }` of one meter. */
export function table(cells: readonly UsageCell[], index = 0): Record<string, Record<string, string>> {
  return Object.fromEntries(
    cells
      .filter((cell) => cell.meter === index)
      .map((cell) => [cell.customer, Object.fromEntries(cell.hours.map((hour) => [hour.hour, hourText(hour)]))]),
  );
}

/** The period's native quantity of a whole-number meter. */
export const nativeTotal = (cell: UsageCell, exponent: number): bigint =>
  cell.hours.reduce((sum, { whole, frac }) => sum + BigInt(whole) * 10n ** 12n + BigInt(frac), 0n) /
  10n ** BigInt(12 - exponent);
