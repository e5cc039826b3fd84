import { createClient } from '@clickhouse/client';
import { startEmbeddedClickHouse } from '../main/sandbox/clickhouse/embedded.ts';
import type { UsageMeter } from '../main/sources/usage-source.ts';
import { UNIT_FRACTION } from '../shared/values/fraction.ts';
import { monthPeriod, parseMonth } from '../shared/values/period.ts';

/** The month that is scanned: 30 days, a row every 15 seconds. */
export const SCAN_MONTH = parseMonth('2026-04');
const DAYS = 30;
const ROWS_PER_DAY = 86_400 / 15;
const CONTAINERS_PER_CUSTOMER = 4;

/** What both sides must find, from the server's own reckoning, which forms no pairs. */
export type ScanWorld = {
  readonly dataFolder: string;
  readonly rows: number;
  readonly customers: number;
  /** CPU, egress, memory and disk of all customers, native units. */
  readonly usage: readonly string[];
  /** The plain sums of the four columns. */
  readonly sums: readonly string[];
};

const checkpointMeter = (
  key: string,
  value: string,
  more: { isGauge?: boolean; trusted?: string } = {},
): UsageMeter => ({
  key,
  usage: {
    template: 'counter_checkpoints',
    table: 'checkpoints',
    columns: {
      customer: 'workspace_id',
      series: ['workspace_id', 'container_uid'],
      at: 'ts',
      value,
      tiebreak: 'event_kind',
      trusted: more.trusted ?? null,
    },
    maxGapMs: 120_000,
    isGauge: more.isGauge ?? false,
    isFinal: true,
    filter: null,
    scale: UNIT_FRACTION,
    combine: 'sum',
  },
});

/** The four checkpoint meters of metering.md 1.4, which one scan computes. */
export const scanMeters: readonly UsageMeter[] = [
  checkpointMeter('cpu_seconds', 'cpu_usage_usec'),
  checkpointMeter('egress_public_gib', 'network_egress_public_bytes', { trusted: 'network_attached' }),
  checkpointMeter('memory_gib_seconds', 'memory_bytes', { isGauge: true }),
  checkpointMeter('disk_gib_seconds', 'disk_allocated_bytes', { isGauge: true }),
];

/**
 * The table of metering.md 1.5, filled by the server itself a day at a time, so that neither process ever holds the rows.
 * Counters grow by uneven steps; memory is uneven in every second row and at its floor in the others, so that the least of
 * two neighbours is the floor; containers restart every ten days; one in ten is detached from the network.
 */
export async function makeScanWorld(dataFolder: string, wantedRows: number): Promise<ScanWorld> {
  const containers = Math.max(1, Math.round(wantedRows / DAYS / ROWS_PER_DAY));
  const customers = Math.ceil(containers / CONTAINERS_PER_CUSTOMER);
  const engine = await startEmbeddedClickHouse({ dataFolder });
  const { url, username, password } = engine;
  const client = createClient({ url, username, password });
  try {
    await client.command({ query: TABLE });
    for (let day = 0; day < DAYS; day += 1) {
      await client.command({
        query: FILL,
        query_params: { day, containers, start: monthPeriod(SCAN_MONTH).from },
      });
    }
    const answer = await client.query({ query: EXPECTED, format: 'JSONCompactEachRow' });
    const [[rows = '0', ...figures] = []] = await answer.json<string[]>();
    return { dataFolder, rows: Number(rows), customers, usage: figures.slice(0, 4), sums: figures.slice(4) };
  } finally {
    await client.close();
    await engine.stop();
  }
}

const TABLE = `CREATE TABLE checkpoints
(
    workspace_id String, project_id LowCardinality(String), environment_id LowCardinality(String),
    resource_type LowCardinality(String), resource_id LowCardinality(String),
    container_uid String, ts Int64, event_kind LowCardinality(String),
    cpu_usage_usec Int64, memory_bytes Int64, disk_allocated_bytes Int64,
    network_egress_public_bytes Int64, network_attached Bool
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMMDD(fromUnixTimestamp64Milli(ts, 'UTC'))
ORDER BY (workspace_id, container_uid, ts, event_kind)`;

const FLOOR = 1024 ** 3;

const FILL = `INSERT INTO checkpoints
SELECT concat('ws_', leftPad(toString(intDiv(container, ${CONTAINERS_PER_CUSTOMER})), 6, '0')),
       concat('prj_', toString(container % 7)), 'production', 'deployment', concat('dep_', toString(container)),
       concat('pod-', leftPad(toString(container), 6, '0'), '/', toString(intDiv({day:UInt32}, 10))),
       {start:Int64} + (tick * 15000 + sipHash64(container) % 15000), 'checkpoint',
       tick * 7500000 + sipHash64(container, tick, 1) % 7500000,
       ${FLOOR} + if(tick % 2 = 0, 0, sipHash64(container, tick, 2) % ${FLOOR}),
       ${10 * FLOOR},
       tick * 100000 + sipHash64(container, tick, 3) % 100000,
       container % 10 != 3
FROM
(
    SELECT intDiv(number, ${ROWS_PER_DAY}) AS container, toInt64({day:UInt32}) * ${ROWS_PER_DAY} + number % ${ROWS_PER_DAY} AS tick
    FROM numbers(toUInt64({containers:UInt32}) * ${ROWS_PER_DAY})
)`;

const EXPECTED = `SELECT toString(sum(n)), toString(sum(toInt128(cpu))), toString(sumIf(toInt128(egress), attached)),
       toString(sum(toInt128(span) * ${FLOOR})), toString(sum(toInt128(span) * ${10 * FLOOR})),
       toString(sum(cpu_sum)), toString(sum(egress_sum)), toString(sum(memory_sum)), toString(sum(disk_sum))
FROM
(
    SELECT workspace_id, container_uid, count() AS n, max(ts) - min(ts) AS span, any(network_attached) AS attached,
           max(cpu_usage_usec) - min(cpu_usage_usec) AS cpu,
           max(network_egress_public_bytes) - min(network_egress_public_bytes) AS egress,
           sum(toInt128(cpu_usage_usec)) AS cpu_sum, sum(toInt128(network_egress_public_bytes)) AS egress_sum,
           sum(toInt128(memory_bytes)) AS memory_sum, sum(toInt128(disk_allocated_bytes)) AS disk_sum
    FROM checkpoints
    GROUP BY workspace_id, container_uid
)`;
