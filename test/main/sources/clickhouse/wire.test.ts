import { createServer, type IncomingMessage, type Server, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClickHouseSource } from '../../../../main/sources/clickhouse/source.ts';
import type { UsageCell, UsageDefinition, UsageMeter, UsageSource } from '../../../../main/sources/usage-source.ts';
import { checkpoints, events, meter, period, readAll, sql, startEngine, type TestEngine } from './engine.ts';

const MAY = period('2026-05-01T00:00:00Z', '2026-06-01T00:00:00Z');
const HOURS = 744;
const CUSTOMERS = 3;
const RAW_ROWS = 60_000;
const ONE = { numerator: 1n, denominator: 1n };

/** What passed the wire: each request's text and the lines of its answer. */
type Passed = { readonly query: string; readonly lines: readonly string[] };

let engine: TestEngine;
let wire: Server;
let source: UsageSource;
let passed: Passed[] = [];
beforeAll(async () => {
  engine = await startEngine();
  wire = createServer((incoming, outgoing) => void forward(incoming, outgoing));
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
  const { port } = wire.address() as AddressInfo;
  const { username, password } = engine.server;
  source = createClickHouseSource({ url: `http://127.0.0.1:${port}`, username, password, database: 'default' });
  // Many rows an hour: three customers, ten containers each, a row every 75 seconds of the first 42 hours.
  await engine.run(`CREATE TABLE raw (who String, container String, at DateTime64(3, 'UTC'), cpu Int64, egress Int64, memory Int64, disk Int64, attached Bool, id String, seconds UInt32)
    ENGINE = ReplacingMergeTree ORDER BY (who, container, at)`);
  await engine.run(`INSERT INTO raw SELECT concat('c', toString(number % ${CUSTOMERS})), concat('pod-', toString(number % 30)),
    toDateTime64('2026-05-01 00:00:00', 3, 'UTC') + toIntervalMillisecond(intDiv(number, 30) * 75000),
    number, number * 7, 1073741824 + number, 4294967296, true, toString(number), 75 FROM numbers(${RAW_ROWS})`);
});
afterAll(async () => {
  await source.close();
  wire.closeAllConnections();
  await new Promise((resolve) => wire.close(resolve));
  await engine.stop();
});

async function forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const body = await buffer(incoming);
  const target = new URL(incoming.url ?? '/', engine.server.url);
  const onward = send(target, { method: incoming.method, headers: incoming.headers }, async (answer) => {
    const text = await textOf(answer);
    const lines = text.split('\n').filter((line) => line !== '');
    passed.push({ query: `${target.searchParams.get('query') ?? ''}${body.toString('utf8')}`, lines });
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(text);
  });
  onward.once('error', (error) => outgoing.destroy(error));
  onward.end(body);
}

/** Questions about types carry no rows of the table. */
const isData = ({ query }: Passed): boolean => !query.includes('DESCRIBE TABLE');

async function measured(meters: readonly UsageMeter[]): Promise<{ cells: readonly UsageCell[]; scans: Passed[] }> {
  passed = [];
  const cells = await readAll(source, meters, { period: MAY, withUnmeasured: true });
  return { cells, scans: passed.filter(isData) };
}

const columns = { customer: 'who', at: 'at' } as const;
const shared = { ...columns, series: ['container'] };
const four = [
  meter('cpu', checkpoints({ ...shared, value: 'cpu' }, { table: 'raw' })),
  meter('egress', checkpoints({ ...shared, value: 'egress', trusted: 'attached' }, { table: 'raw' })),
  meter('memory', checkpoints({ ...shared, value: 'memory' }, { table: 'raw', isGauge: true })),
  meter('disk', checkpoints({ ...shared, value: 'disk' }, { table: 'raw', isGauge: true })),
];
const rest = { table: 'raw', filter: null, scale: ONE, combine: 'sum' } as const;
const samples: UsageDefinition = {
  ...rest,
  template: 'interval_samples',
  columns: { ...columns, value: 'memory', interval: 'seconds', id: 'id', tier: null },
  bucketMs: 3_600_000,
  graceMs: 600_000,
};
const series: UsageDefinition = {
  ...rest,
  template: 'active_series',
  columns: { customer: 'who', key: ['id'], at: 'at', lastSeen: null },
  end: 'exclusive',
};
const perRow = `SELECT who AS customer, toStartOfMinute(at) AS bucket, cpu AS quantity FROM raw WHERE at >= {from:DateTime} AND at < {to:DateTime}`;

describe('what crosses the wire is added up', () => {
  test.each<readonly [string, readonly UsageMeter[]]>([
    ['counter_checkpoints', four],
    ['events', [meter('sum', events({ ...columns, value: 'cpu', id: 'id' }, { table: 'raw' }))]],
    [
      'events, distinct',
      [meter('distinct', events({ ...columns, value: null, key: 'id' }, { table: 'raw', aggregate: 'distinct' }))],
    ],
    ['interval_samples', [meter('samples', samples)]],
    ['active_series', [meter('series', series)]],
    ['sql, one row for each of the table', [meter('sql', sql(perRow))]],
  ])('%s', async (_, meters) => {
    const { cells, scans } = await measured(meters);
    expect(scans).toHaveLength(1);
    const lines = scans[0]?.lines ?? [];
    const most = CUSTOMERS * meters.length;
    // One line for each customer and meter, and the one that says that the answer is complete.
    expect(lines).toHaveLength(most + 1);
    const hours = cells.reduce((sum, cell) => sum + cell.hours.length, 0);
    expect(hours).toBeGreaterThan(most);
    expect(hours).toBeLessThanOrEqual(HOURS * most);
    expect(hours).toBe(most * 42);
    const longest = lines.flatMap((line) =>
      (JSON.parse(line) as unknown[]).filter(Array.isArray).map((one) => one.length),
    );
    expect(Math.max(...longest)).toBeLessThanOrEqual(HOURS);
    expect(Buffer.byteLength(lines.join('\n'))).toBeLessThan(most * 42 * 200);
  });
});

test('the series themselves, for their cache: one row for each customer and day', async () => {
  const kept: UsageDefinition = { ...series, keep: true };
  const { signal } = new AbortController();
  passed = [];
  let found = 0;
  for (const scan of source.plan([meter('kept', kept)])) {
    const asked = { scan, period: MAY, customers: null, known: new Map<string, string>(), signal };
    for await (const days of source.readSeries(asked)) for (const day of days) found += day.series.length;
  }
  expect(found).toBe(RAW_ROWS);
  const lines = passed.filter(isData).flatMap((one) => one.lines);
  expect(lines.length).toBe(CUSTOMERS * 2 + 1);
});

describe('the four meters of metering.md are one scan', () => {
  test('one question about types and one query, which reads the table once', async () => {
    expect(source.plan(four)).toHaveLength(1);
    const { scans } = await measured(four);
    expect(passed).toHaveLength(2);
    expect(scans[0]?.query.match(/FROM `raw`/g)).toHaveLength(1);
  });

  test('the server plans one reading, though parts of the query are named and used by others', async () => {
    const queries: string[] = [];
    const { signal } = new AbortController();
    for (const scan of source.plan(four)) {
      const onQuery = (text: string) => queries.push(text);
      for await (const _ of source.read({ scan, period: MAY, customers: null, signal, onQuery }));
    }
    const plan = await engine.client.query({
      query: `EXPLAIN ${queries.join()}`,
      query_params: { from_ms: MAY.from, to_ms: MAY.to, origin_ms: MAY.from, max_gap_ms: 120_000, with_unmeasured: 0 },
      format: 'TabSeparatedRaw',
    });
    expect((await plan.text()).match(/ReadFromMergeTree/g)).toHaveLength(1);
  });
});
