import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { formatInstant, toUnixSeconds } from '../../shared/values/instant.ts';
import { monthPeriod } from '../../shared/values/period.ts';
import type { SampleMeterKey } from './meters.ts';
import { SAMPLE_DAYS, SAMPLE_FROM, SAMPLE_MONTHS, SAMPLE_TO, type SampleCustomer } from './world.ts';

export const SAMPLE_DATABASE = 'billing';

/** What the worker measured: usage id → meter → hour since 1970 → native increment. */
export type WorkerUsage = ReadonlyMap<string, Readonly<Record<SampleMeterKey, ReadonlyMap<number, bigint>>>>;

/** Days that one INSERT generates: bounds the engine's memory, and gives the progress line something to say. */
const DAYS_PER_INSERT = 10;

/**
 * Fills the sample's ClickHouse: checkpoints every 60 s of every instance, and key verifications.
 * @param onRows called with the rows so far
 * @returns the rows of both tables
 */
export async function fillSampleUsage(
  client: ClickHouseClient,
  customers: readonly SampleCustomer[],
  onRows: (rows: number) => void,
): Promise<number> {
  await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${SAMPLE_DATABASE}` });
  for (const table of ['checkpoints-table', 'verifications-table', 'lives-table', 'keys-table']) {
    await client.command({ query: sql(table) });
  }
  await client.insert({
    table: 'sample_lives',
    format: 'JSONEachRow',
    values: customers.flatMap((customer) =>
      customer.lives.map((life) => ({
        workspace_id: customer.usageId,
        instance_id: life.instanceId,
        from_minute: life.fromMinute,
        to_minute: life.toMinute,
        gap_from: life.gapFrom,
        gap_to: life.gapTo,
        cpu_per_min: life.cpuPerMinute,
        memory_base: life.memoryBase,
        disk_base: life.diskBase,
        disk_per_min: life.diskPerMinute,
        egress_per_min: life.egressPerMinute,
        salt: life.salt,
      })),
    ),
  });
  await client.insert({
    table: 'sample_keys',
    format: 'JSONEachRow',
    values: customers.map(({ usageId, keys }) => ({ workspace_id: usageId, ...keys })),
  });
  const first = formatInstant(SAMPLE_FROM).slice(0, 19).replace('T', ' ');
  for (let day = 0; day < SAMPLE_DAYS; day += DAYS_PER_INSERT) {
    await client.command({
      query: sql('generate-checkpoints'),
      query_params: { first, from_day: day, to_day: day + DAYS_PER_INSERT },
    });
    onRows(await countRows(client));
  }
  await client.command({ query: sql('repeat-checkpoints') });
  await client.command({
    query: sql('generate-verifications'),
    query_params: { first, seconds: String((SAMPLE_TO - SAMPLE_FROM) / 1000) },
  });
  await client.command({ query: sql('edge-ticks-view') });
  await client.command({ query: 'DROP TABLE sample_lives' });
  await client.command({ query: 'DROP TABLE sample_keys' });
  return countRows(client);
}

async function countRows(client: ClickHouseClient): Promise<number> {
  const answer = await client.query({
    query:
      'SELECT toUInt32((SELECT count() FROM instance_checkpoints) + (SELECT count() FROM key_verifications)) AS rows',
    format: 'JSONEachRow',
  });
  const [row] = await answer.json<{ rows: number }>();
  return row?.rows ?? 0;
}

/** Removes a month's verifications of one workspace: what a retention rule does to rows that were billed. */
export async function expireVerifications(
  client: ClickHouseClient,
  of: { readonly usageId: string; readonly from: number; readonly to: number },
): Promise<void> {
  await client.command({
    query:
      'DELETE FROM key_verifications WHERE workspace_id = {usage_id:String} ' +
      'AND verified_at >= fromUnixTimestamp({from_s:Int64}) AND verified_at < fromUnixTimestamp({to_s:Int64})',
    query_params: { usage_id: of.usageId, from_s: String(of.from / 1000), to_s: String(of.to / 1000) },
    clickhouse_settings: { lightweight_deletes_sync: '2' },
  });
}

type MutableUsage = Map<string, Record<SampleMeterKey, Map<number, bigint>>>;

/** Runs the push worker's own queries, month by month. */
export async function measureAsWorker(client: ClickHouseClient): Promise<WorkerUsage> {
  const usage: MutableUsage = new Map();
  for (const month of SAMPLE_MONTHS) {
    const { from, to } = monthPeriod(month);
    const checkpoints = await client.query({
      query: sql('worker-usage'),
      query_params: { from_ms: String(from), to_ms: String(to) },
      format: 'JSONCompactEachRow',
    });
    for await (const rows of checkpoints.stream<[string, string, string, string, string, string]>()) {
      for (const row of rows) {
        const [usageId, hourText, cpu, memory, disk, egress] = row.json();
        const of = cellsOf(usage, usageId);
        const hour = Number(hourText);
        of.cpu_seconds.set(hour, BigInt(cpu));
        of.memory_gib_seconds.set(hour, BigInt(memory));
        of.disk_gib_seconds.set(hour, BigInt(disk));
        of.egress_public_gib.set(hour, BigInt(egress));
      }
    }
    const keys = await client.query({
      query: sql('worker-keys'),
      query_params: { from_s: String(toUnixSeconds(from)), to_s: String(toUnixSeconds(to)) },
      format: 'JSONCompactEachRow',
    });
    for (const [usageId, hour, count] of await keys.json<[string, string, string]>()) {
      cellsOf(usage, usageId).active_keys.set(Number(hour), BigInt(count));
    }
  }
  return usage;
}

function cellsOf(usage: MutableUsage, usageId: string): Record<SampleMeterKey, Map<number, bigint>> {
  const found = usage.get(usageId);
  if (found !== undefined) return found;
  const made = {
    cpu_seconds: new Map<number, bigint>(),
    memory_gib_seconds: new Map<number, bigint>(),
    disk_gib_seconds: new Map<number, bigint>(),
    egress_public_gib: new Map<number, bigint>(),
    active_keys: new Map<number, bigint>(),
  };
  usage.set(usageId, made);
  return made;
}

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
