import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '@clickhouse/client';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../main/sandbox/clickhouse/embedded.ts';
import { createClickHouseSource } from '../main/sources/clickhouse/source.ts';
import type { UsageMeter } from '../main/sources/usage-source.ts';
import { UNIT_FRACTION } from '../shared/values/fraction.ts';
import { monthPeriod, parseMonth } from '../shared/values/period.ts';

/** The month that benchmarks pull: 30 days. */
export const MONTH = parseMonth('2026-04');
export const HOURS = 720;
const METERS = 2;
const EVENTS_PER_HOUR = 4;

/** A request as a client sent it, to be sent again as it is. */
export type Recorded = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyBase64: string;
};

export type Server = { readonly url: string; readonly username: string; readonly password: string };

export type UsageWorld = {
  readonly engine: EmbeddedClickHouse;
  readonly server: Server;
  /** Customer-meter-hours, and the sum of all values in millionths: what any reading must find. */
  readonly rows: number;
  readonly check: string;
};

export const usageMeters: readonly UsageMeter[] = Array.from({ length: METERS }, (_, index) => ({
  key: `meter_${index}`,
  usage: {
    template: 'events',
    table: 'usage_events',
    columns: { customer: 'customer', at: 'at', value: 'value', id: null, key: null },
    aggregate: 'sum',
    filter: { column: 'kind', values: [`kind_${index}`] },
    scale: UNIT_FRACTION,
    combine: 'sum',
  },
}));

/** Events in the embedded ClickHouse: every customer has some in every hour of both meters; a third has decimals. */
export async function startUsageWorld(cells: number): Promise<UsageWorld> {
  const engine = await startEmbeddedClickHouse({ dataFolder: null });
  const server = { url: engine.url, username: engine.username, password: engine.password };
  const client = createClient({ ...server });
  try {
    const customers = Math.max(1, Math.round(cells / HOURS / METERS));
    const events = customers * METERS * HOURS * EVENTS_PER_HOUR;
    await client.command({
      query: `CREATE TABLE usage_events (customer String, at DateTime('UTC'), value Decimal(18, 6), kind LowCardinality(String))
              ENGINE = MergeTree ORDER BY (kind, customer, at)`,
    });
    await client.command({
      query: `INSERT INTO usage_events
              SELECT concat('team_', leftPad(toString(intDiv(number, ${HOURS * EVENTS_PER_HOUR}) % ${customers}), 7, '0')),
                     toDateTime({start:UInt32}, 'UTC') + 3600 * (intDiv(number, ${EVENTS_PER_HOUR}) % ${HOURS}) + 900 * (number % ${EVENTS_PER_HOUR}),
                     toDecimal64(sipHash64(number, 7) % 1000000 + if(sipHash64(number, 8) % 3 = 0, (sipHash64(number, 9) % 1000000) / 1000000, 0), 6),
                     concat('kind_', toString(intDiv(number, ${customers * HOURS * EVENTS_PER_HOUR})))
              FROM numbers(${events})`,
      query_params: { start: monthPeriod(MONTH).from / 1000 },
    });
    const answer = await client.query({
      query: `SELECT toString(count()), toString(sum(total)), toString(sum(whole % 1009 * hour))
              FROM (SELECT customer, kind, toHour(at) + 24 * (toDayOfMonth(at) - 1) AS hour, sum(value) AS total, toInt64(floor(total)) AS whole
                    FROM usage_events GROUP BY customer, kind, hour)`,
      format: 'JSONCompactEachRow',
    });
    const [[rows, sum, mark] = ['0', '0', '0']] = await answer.json<readonly [string, string, string]>();
    return { engine, server, rows: Number(rows), check: checkOf(Number(rows), millionths(sum), Number(mark)) };
  } catch (error) {
    await engine.stop();
    throw error;
  } finally {
    await client.close();
  }
}

/** @param mark Σ (whole mod 1009) × hour, which shuffled values or hours would change */
export const checkOf = (rows: number, sumMillionths: bigint, mark: number): string =>
  `${rows} rows, ${sumMillionths} millionths, mark ${mark}`;

const millionths = (text: string): bigint => {
  const [whole = '0', frac = ''] = text.split('.');
  return BigInt(whole) * 1_000_000n + BigInt(frac.padEnd(6, '0'));
};

/** The requests that reading all meters sends, recorded on their way by a proxy. */
export async function recordReading(world: UsageWorld): Promise<readonly Recorded[]> {
  const recorded: Recorded[] = [];
  const target = new URL(world.server.url);
  const proxy = createServer((incoming, outgoing) => void forward(incoming, outgoing, target, recorded));
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const source = createClickHouseSource({ ...world.server, url: `http://127.0.0.1:${port}`, database: 'default' });
  try {
    for await (const cells of readAll(source)) void cells;
  } finally {
    await source.close();
    proxy.closeAllConnections();
    proxy.close();
  }
  return recorded;
}

async function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: URL,
  recorded: Recorded[],
): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  const body = Buffer.concat(pieces);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (typeof value === 'string' && !HOP.has(name)) headers[name] = value;
  }
  const onward = send(target, { path: incoming.url, method: 'POST', headers }, (answer) => {
    // Questions whose answer is a refusal (does the table know FINAL?) are no part of the data.
    if (answer.statusCode === 200) {
      recorded.push({ path: incoming.url ?? '/', headers, bodyBase64: body.toString('base64') });
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.once('error', (error) => outgoing.destroy(error));
  onward.end(body);
}

const HOP = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);

/** The cells of every scan, one scan after the other, as a pull reads them. */
export async function* readAll(source: ReturnType<typeof createClickHouseSource>) {
  const { signal } = new AbortController();
  for (const scan of source.plan(usageMeters)) {
    yield* source.read({ scan, period: monthPeriod(MONTH), customers: null, signal, withUnmeasured: true });
  }
}
