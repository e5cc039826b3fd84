import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StripeSandbox } from '../../../main/sandbox/stripe/server.ts';
import type { LoadedEvent } from '../../../shared/simulation/meter-ledger.ts';
import { type Instant, instant, parseInstant } from '../../../shared/values/instant.ts';
import type { TestEngine } from '../sources/clickhouse/engine.ts';

/**
 * A company that moves its metering, played for 72 hours: fifty customers, an old pipeline that bills quarters of an hour
 * below T, a new one that bills hours from T on, and what went wrong. Quantities are whole numbers of GB-seconds, worked
 * out here by themselves.
 */
export const CUSTOMERS = 50;
export const FROM = parseInstant('2026-06-14T00:00:00Z');
export const T = parseInstant('2026-06-15T12:00:00Z');
export const TO = parseInstant('2026-06-17T00:00:00Z');
export const NOW = parseInstant('2026-06-17T01:00:00Z');

const HOUR = 3_600_000;
const QUARTER = 900_000;
/** A minute rather than 20 s: a third of the samples. */
export const TICK = 60_000;
const OVERAGE = 'sandbox_compute_sandbox_overage';
const METERS = [OVERAGE, ...[1, 4, 8].map((gb) => `sandbox_compute_sandbox_${gb}gb`)];

export const idOf = (index: number): string => `ws_${String(index).padStart(2, '0')}`;
export const after = (hours: number): Instant => instant(T + hours * HOUR);

type Run = { readonly customer: string; readonly gb: number; readonly from: number; readonly to: number };
type Piece = {
  readonly customer: string;
  readonly from: number;
  readonly meter: string;
  readonly value: number;
};
type Event = Piece & {
  readonly id: string;
  readonly state: 'shadow' | 'pending' | 'sent';
  readonly attempted: number;
  readonly sent: number | null;
};

/** Customers of one role each; all others are as they should be. */
export const ROLE = {
  oldSkipped: idOf(1),
  oldPending: idOf(2),
  oldWentOn: idOf(3),
  newTooEarly: idOf(4),
  straggler: idOf(5),
  leftInShadow: idOf(6),
  noEvent: idOf(7),
  sentAfterADay: idOf(8),
  sentAfterADayOnce: idOf(9),
  twoValues: idOf(10),
  bothModes: idOf(11),
  notHeld: idOf(12),
  heldTwice: idOf(13),
  oddSize: idOf(14),
  noPrice: idOf(15),
  elsewhere: idOf(16),
  legacy: idOf(17),
} as const;

const LEGACY: ReadonlySet<string> = new Set([ROLE.bothModes, ROLE.oddSize, ROLE.legacy]);

/** A generator of numbers below 2^31 that always gives the same ones. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state;
  };
}

function playRuns(): readonly Run[] {
  const next = numbers(20_260_615);
  const runs: Run[] = [];
  for (let index = 1; index <= CUSTOMERS; index += 1) {
    const customer = idOf(index);
    // One machine runs all the time, so that every bucket of everyone has something to bill.
    runs.push({ customer, gb: customer === ROLE.oddSize ? 4 : ([1, 4, 8][index % 3] ?? 1), from: FROM, to: NOW });
    for (let burst = 0; burst < 5; burst += 1) {
      const from = FROM + (next() % 3600) * TICK;
      const to = Math.min(NOW, from + (1 + (next() % 230)) * TICK);
      runs.push({ customer, gb: [1, 4, 8][next() % 3] ?? 1, from, to });
    }
  }
  // No meter has machines of 2 GB.
  runs.push({ customer: ROLE.oddSize, gb: 2, from: T + 3 * HOUR, to: T + 3 * HOUR + 6 * TICK });
  return runs;
}

const RUNS = playRuns();
const BY_CUSTOMER = Map.groupBy(RUNS, ({ customer }) => customer);

/** Seconds by size that a customer ran in a stretch. */
function secondsIn(customer: string, from: number, to: number): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const run of BY_CUSTOMER.get(customer) ?? []) {
    const shared = Math.min(run.to, to) - Math.max(run.from, from);
    if (shared > 0) found.set(run.gb, (found.get(run.gb) ?? 0) + shared / 1000);
  }
  return found;
}

export const gbSeconds = (customer: string, from: number, to: number): number =>
  [...secondsIn(customer, from, to)].reduce((total, [gb, seconds]) => total + gb * seconds, 0);

export const secondsOf = (customer: string, gb: number, from: number, to: number): number =>
  secondsIn(customer, from, to).get(gb) ?? 0;

/** What a stretch is billed as, by meter. */
function valuesOf(customer: string, from: number, to: number): readonly { meter: string; value: number }[] {
  if (!LEGACY.has(customer)) return [{ meter: OVERAGE, value: gbSeconds(customer, from, to) }];
  return [1, 4, 8].flatMap((gb) => {
    const value = secondsOf(customer, gb, from, to);
    return value === 0 ? [] : [{ meter: `sandbox_compute_sandbox_${gb}gb`, value }];
  });
}

const everyone = Array.from({ length: CUSTOMERS }, (_, index) => idOf(index + 1));

function playOld(): readonly (Piece & { readonly state: string })[] {
  const billed: (Piece & { readonly state: string })[] = [];
  for (const customer of everyone) {
    if (customer === ROLE.elsewhere) continue;
    const until = customer === ROLE.oldWentOn ? T + QUARTER : T;
    for (let from: number = FROM; from < until; from += QUARTER) {
      if (customer === ROLE.oldSkipped && from === T - 2 * QUARTER) continue;
      const state = customer === ROLE.oldPending && from === T - QUARTER ? 'pending' : 'sent';
      for (const value of valuesOf(customer, from, from + QUARTER)) billed.push({ customer, from, state, ...value });
    }
  }
  return billed;
}

/** Ticks of the straggler that come three hours late: those before 14:30. */
export const LATE_TICKS = 3;
const LATE_FROM = T + 2.5 * HOUR - LATE_TICKS * TICK;

function playNew(): readonly Event[] {
  const events: Event[] = [];
  for (const customer of everyone) {
    if (customer === ROLE.elsewhere) continue;
    for (let from: number = FROM; from + HOUR <= TO; from += HOUR) {
      for (const { meter, value } of valuesOf(customer, from, from + HOUR)) {
        const rolled = from + HOUR + 660_000;
        events.push({
          id: `${customer}:${from / 1000}:${meter}`,
          customer,
          from,
          meter,
          value,
          state: from < T ? 'shadow' : 'sent',
          attempted: rolled,
          sent: from < T ? null : rolled + 1000,
        });
      }
    }
  }
  return events.flatMap((event) => spoiled(event));
}

/** What went wrong with an event of the new pipeline. */
function spoiled(event: Event): readonly Event[] {
  const { customer, from } = event;
  const hour = (from - T) / HOUR;
  const is = (role: keyof typeof ROLE, at: number): boolean => customer === ROLE[role] && hour === at;
  if (is('newTooEarly', -1)) return [{ ...event, state: 'sent', sent: event.attempted + 1000 }];
  if (is('straggler', 2)) {
    return [{ ...event, value: event.value - gbSeconds(customer, LATE_FROM, LATE_FROM + LATE_TICKS * TICK) }];
  }
  if (is('leftInShadow', 0)) return [{ ...event, state: 'shadow', sent: null }];
  if (is('noEvent', 5)) return [];
  if (is('sentAfterADay', 1) || is('sentAfterADayOnce', 1)) return [{ ...event, sent: event.attempted + 25 * HOUR }];
  if (is('twoValues', 4)) {
    // Two writers: the first saw half of the samples.
    return [
      { ...event, value: event.value - 1000 },
      { ...event, state: 'pending', sent: null },
    ];
  }
  if (is('bothModes', 6)) {
    const { value } = { value: gbSeconds(customer, from, from + HOUR) };
    const isFirst = event.meter === valuesOf(customer, from, from + HOUR)[0]?.meter;
    return isFirst
      ? [event, { ...event, meter: OVERAGE, id: `${customer}:${from / 1000}:${OVERAGE}`, value }]
      : [event];
  }
  return [event];
}

/** What Stripe was sent, and took. */
function* pushes(): Iterable<LoadedEvent> {
  const push = (of: Piece & { readonly at: number; readonly received: number; readonly id: string }): LoadedEvent => ({
    meterId: `mtr_${METERS.indexOf(of.meter)}`,
    customerId: `cus_${of.customer}`,
    timestamp: instant(of.at),
    receivedAt: instant(of.received),
    value: String(of.value),
    identifier: of.id,
  });
  for (const piece of playOld()) {
    if (piece.state === 'pending') continue;
    const at = piece.from + QUARTER;
    yield push({ ...piece, at, received: at + 1_800_000, id: `old:${piece.customer}:${piece.from}:${piece.meter}` });
  }
  for (const event of playNew()) {
    if (event.sent === null || event.state !== 'sent') continue;
    const at = event.from + HOUR;
    const is = (role: keyof typeof ROLE, hour: number): boolean =>
      event.customer === ROLE[role] && event.from === T + hour * HOUR;
    if (is('notHeld', 8)) continue;
    const first = push({ ...event, at, received: event.attempted });
    yield first;
    // Stripe took the first attempt, and did not know its identifier any more when the second came.
    if (is('sentAfterADay', 1)) yield { ...first, receivedAt: instant(event.sent) };
    if (is('heldTwice', 9)) yield { ...first, identifier: `${event.id}:again` };
  }
}

export function seedStripe(sandbox: StripeSandbox): void {
  const start = parseInstant('2026-01-01T00:00:00Z');
  sandbox.seed({
    customers: everyone.map((id, index) => ({
      id: `cus_${id}`,
      name: `Customer ${index + 1}`,
      metadata: { workspace_id: id },
    })),
    products: [{ id: 'prod_1', name: 'Compute' }],
    meters: METERS.map((eventName, index) => ({ id: `mtr_${index}`, eventName, formula: 'sum' as const })),
    prices: METERS.map((_, index) => ({
      id: `price_${index}`,
      product: 'prod_1',
      meter: `mtr_${index}`,
      unitAmount: '0.01',
    })),
    subscriptions: everyone
      .filter((id) => id !== ROLE.noPrice)
      .map((id) => ({
        id: `sub_${id}`,
        customer: `cus_${id}`,
        start,
        items: METERS.map((_, index) => ({ id: `si_${id}_${index}`, price: `price_${index}` })),
      })),
    webhookEndpoints: [
      { url: 'https://old.example.com/stripe?secret=1' },
      { url: 'https://new.example.com/stripe' },
      { url: 'https://gone.example.com/stripe', status: 'disabled' },
    ],
  });
  const { rejected } = sandbox.load([...pushes()].sort((a, b) => a.receivedAt - b.receivedAt));
  if (rejected.size > 0) throw new Error(`Stripe refused: ${JSON.stringify([...rejected])}`);
}

const rows = (list: readonly (readonly (string | number | null)[])[]): string =>
  list
    .map((row) => `(${row.map((cell) => (typeof cell === 'string' ? `'${cell}'` : String(cell))).join(',')})`)
    .join(',');

/** The tables of both pipelines. Ticks are made by the server from the runs, and delivered twice here and there. */
export async function fillClickHouse(engine: TestEngine): Promise<void> {
  await engine.run(
    'CREATE TABLE runs (workspace String, started Int64, ended Nullable(Int64), memory_mb UInt32, disk_mb UInt32) ENGINE = MergeTree ORDER BY (workspace, started)',
  );
  await engine.run(
    `INSERT INTO runs VALUES ${rows(RUNS.map(({ customer, from, to, gb }) => [customer, from, to === NOW ? null : to, gb * 1024, 30_720]))}`,
  );
  await engine.run(
    'CREATE TABLE samples (id String, workspace String, at Int64, memory_mb UInt32, seconds UInt32, arrived Int64) ENGINE = MergeTree ORDER BY (workspace, at)',
  );
  await engine.run(
    `INSERT INTO samples
     SELECT concat(workspace, ':', toString(rowNumberInAllBlocks())), workspace, tick, memory_mb, ${TICK / 1000},
            tick + if(workspace = '${ROLE.straggler}' AND tick >= ${LATE_FROM} AND tick < ${LATE_FROM + LATE_TICKS * TICK}, ${3 * HOUR}, 2000)
     FROM (SELECT workspace, memory_mb, arrayJoin(range(started, ifNull(ended, ${NOW}), ${TICK})) AS tick FROM runs)`,
  );
  await engine.run(
    'INSERT INTO samples SELECT id, workspace, at, memory_mb, seconds, arrived + 60000000 FROM samples WHERE cityHash64(id) % 97 = 0',
  );
  await engine.run(
    'CREATE TABLE old_billed (workspace String, started Int64, ended Int64, meter String, value Int64, state String) ENGINE = MergeTree ORDER BY (workspace, started)',
  );
  const old = playOld().map(({ customer, from, meter, value, state }) => [
    customer,
    from,
    from + QUARTER,
    meter,
    value,
    state,
  ]);
  await engine.run(`INSERT INTO old_billed VALUES ${rows(old)}`);
  await engine.run(
    `CREATE TABLE events (n UInt32, id String, workspace String, meter String, bucket DateTime('UTC'), value Decimal(18, 6), state LowCardinality(String), attempted Nullable(Int64), sent Nullable(Int64)) ENGINE = MergeTree ORDER BY n`,
  );
  const made = playNew().map(({ id, customer, meter, from, value, state, attempted, sent }, index) => [
    index,
    id,
    customer,
    meter,
    from / 1000,
    value,
    state,
    attempted,
    sent,
  ]);
  await engine.run(`INSERT INTO events VALUES ${rows(made)}`);
  await engine.run(
    'CREATE TABLE orgs (workspace String, mode String, provider String) ENGINE = MergeTree ORDER BY workspace',
  );
  const orgs = everyone.map((id) => [
    id,
    LEGACY.has(id) ? 'legacy' : 'unified',
    id === ROLE.elsewhere ? 'other' : 'stripe',
  ]);
  await engine.run(`INSERT INTO orgs VALUES ${rows(orgs)}`);
}

export function writeWorkspace(
  folder: string,
  at: {
    readonly engine: { readonly url: string; readonly username: string; readonly password: string };
    readonly stripe: string;
    readonly key: string;
  },
): void {
  const { url, username, password } = at.engine;
  writeFileSync(
    join(folder, 'tieout.yaml'),
    `version: 1
name: Migration
clickhouse: { url: "${url}", username: ${username}, password: "${password}" }
stripe: { apiKey: ${at.key}, apiBase: "${at.stripe}", requestsPerSecond: 2000 }
customers: { match: metadata.workspace_id }
meters:
  - key: gb_seconds
    stripe: { eventName: ${OVERAGE} }
    unit: GB-seconds
    usage:
      template: sql
      query: |
        SELECT workspace AS customer, toDateTime(intDiv(hour, 1000), 'UTC') AS bucket,
               sum(memory_mb * (least(ended_at, hour + ${HOUR}) - greatest(started, hour))) AS quantity
        FROM (SELECT workspace, memory_mb, started, ifNull(ended, ${NOW}) AS ended_at,
                     arrayJoin(range(intDiv(started, ${HOUR}) * ${HOUR}, ended_at, ${HOUR})) AS hour FROM runs)
        WHERE bucket >= {from:DateTime} AND bucket < {to:DateTime}
        GROUP BY customer, bucket
      scale: "1/1024000"
pipelines:
  edge:
    meters:
      gb_seconds:
        template: interval_samples
        table: samples
        columns: { customer: workspace, at: at, value: memory_mb, interval: seconds, id: id }
        scale: "1/1024"
    rollup:
      arrived: arrived
      billFrom: 2026-06-15T12:00:00Z
      shadow: false
      events: { table: events, columns: { id: id, customer: workspace, meter: meter, bucket: bucket, value: value, state: state, attempted: attempted, sent: sent } }
      customers: { table: orgs, columns: { customer: workspace, mode: mode, provider: provider } }
    cutover:
      from: cell
      billed: { table: old_billed, columns: { customer: workspace, from: started, to: ended, meter: meter, value: value, state: state } }
      runs: { table: runs, columns: { customer: workspace, from: started, to: ended, memory: memory_mb, disk: disk_mb } }
`,
  );
}
