import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBilling, openWorkspace, pull, reconcile, type Workspace } from '../../main/compose.ts';
import { writeRemedyFiles } from '../../main/explain.ts';
import { type StripeSandbox, startStripeSandbox } from '../../main/sandbox/stripe/server.ts';
import { HOUR_MS, type Instant, instant, parseInstant } from '../../shared/values/instant.ts';
import { fakeUsageSource, PERIOD, wholeHours } from './pull/fake-sources.ts';

const MONTH = '2026-05';
const NOW = parseInstant('2026-06-02T06:00:00Z');
const HOURS = 744;
const names = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
const METERS = ['cpu', 'disk'] as const;

/** What a customer uses in an hour: no two hours are alike, none is idle. */
const used = (name: string, meter: string, hour: number): bigint =>
  BigInt(300 + ((hour * 7919 + Number(name) * 613 + meter.length * 131 + hour * hour) % 1013));

/** What the pushing side got wrong; null is a push that was not made. */
function push(name: string, meter: string, hour: number): bigint | null {
  const value = used(name, meter, hour);
  if (hour >= 315 && hour < 319 && Number(name) <= 4) return null;
  if (meter === 'cpu' && name === '6' && hour >= 500 && hour < 503) return value * 2n;
  if (meter === 'cpu' && name === '7') return value * 60n;
  return value;
}

let sandbox: StripeSandbox;
let folder: string;
let workspace: Workspace;
let now: Instant = NOW;
const run = { now: () => now, command: 'test', signal: new AbortController().signal };

async function tieOut() {
  const usage = fakeUsageSource({
    usage: Object.fromEntries(
      METERS.map((meter) => [
        meter,
        Object.fromEntries(
          names.map((name) => [
            `ws_${name}`,
            wholeHours(...Array.from({ length: HOURS }, (_, hour) => used(name, meter, hour))),
          ]),
        ),
      ]),
    ),
  });
  const billing = await openBilling(workspace);
  const sources = { usage, billing: billing.source, close: () => billing.close() };
  await pull(workspace, { month: MONTH, skipIdle: false, hourly: 'drifting' }, { ...run, sources });
  await billing.close();
  return reconcile(workspace, { month: MONTH }, run);
}

beforeAll(async () => {
  sandbox = await startStripeSandbox({ clock: NOW });
  const start = parseInstant('2026-01-01T00:00:00Z');
  sandbox.seed({
    customers: names.map((name) => ({
      id: `cus_${name}`,
      name: `Customer ${name}`,
      metadata: { workspace_id: `ws_${name}` },
    })),
    products: [{ id: 'prod_1', name: 'Compute' }],
    meters: METERS.map((meter) => ({ id: `mtr_${meter}`, eventName: meter, formula: 'sum' as const })),
    prices: METERS.map((meter) => ({
      id: `price_${meter}`,
      product: 'prod_1',
      meter: `mtr_${meter}`,
      unitAmount: '2',
    })),
    subscriptions: names.map((name) => ({
      id: `sub_${name}`,
      customer: `cus_${name}`,
      start,
      items: METERS.map((meter) => ({ id: `si_${name}_${meter}`, price: `price_${meter}` })),
    })),
  });
  const events = names.flatMap((name) =>
    METERS.flatMap((meter) =>
      Array.from({ length: HOURS }, (_, hour) => ({ hour, value: push(name, meter, hour) })).flatMap(
        ({ hour, value }) => {
          const at = instant(PERIOD.from + hour * HOUR_MS + 1_800_000);
          if (value === null) return [];
          return [
            { meterId: `mtr_${meter}`, customerId: `cus_${name}`, timestamp: at, receivedAt: at, value: String(value) },
          ];
        },
      ),
    ),
  );
  sandbox.load(events);
  folder = mkdtempSync(join(tmpdir(), 'tieout-mended-'));
  writeFileSync(
    join(folder, 'tieout.yaml'),
    `version: 1
name: Mended
clickhouse: { url: "http://127.0.0.1:1", username: nobody, password: none }
stripe: { apiKey: ${sandbox.keys.restricted}, apiBase: "${sandbox.url}", requestsPerSecond: 2000 }
customers: { match: metadata.workspace_id }
meters:
${METERS.map(
  (meter) => `  - key: ${meter}
    stripe: { eventName: ${meter} }
    unit: units
    usage: { template: events, table: t, columns: { customer: c, at: at, value: v } }`,
).join('\n')}
`,
  );
  workspace = openWorkspace(folder, {});
});
afterAll(async () => {
  await sandbox?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** As the file says it, through Stripe's API. */
async function send(event: {
  readonly event_name: string;
  readonly identifier: string;
  readonly payload: Readonly<Record<string, string>>;
  readonly timestamp: number;
}): Promise<void> {
  const body = new URLSearchParams({
    event_name: event.event_name,
    identifier: event.identifier,
    timestamp: String(event.timestamp),
    ...Object.fromEntries(Object.entries(event.payload).map(([key, value]) => [`payload[${key}]`, value])),
  });
  const headers = { Authorization: `Bearer ${sandbox.keys.full}` };
  await fetch(`${sandbox.url}/v1/billing/meter_events`, { method: 'POST', headers, body });
}

test('what went wrong is told, and once the files that mend it are sent the month ties out', async () => {
  const { summary } = await tieOut();
  expect(summary.causes.incidents.map(({ id, cells }) => [id, cells]).sort()).toEqual([
    ['2026-05/duplicate_push/500-503', 1],
    ['2026-05/missed_push/315-319', 8],
    ['2026-05/unit_scale/60', 1],
  ]);
  expect(summary).toMatchObject({ exit: 1, structural: 10, causes: { unexplained: { cells: 0 }, notAsked: 0 } });

  const files = writeRemedyFiles(workspace, { month: MONTH, folder: join(folder, 'mend') }, run);
  expect(files.map(({ kind, entries }) => [kind, entries]).sort()).toEqual([
    ['meter_events', 1],
    ['meter_events', 3],
    ['meter_events', 32],
  ]);
  expect(readdirSync(join(folder, 'mend')).sort()).toEqual(files.map(({ name }) => name).sort());
  const lines = files.flatMap(({ name }) =>
    readFileSync(join(folder, 'mend', name), 'utf8')
      .trim()
      .split('\n'),
  );
  // Sent twice by mistake: the identifiers count once.
  for (const line of [...lines, ...lines]) await send(JSON.parse(line));

  now = instant(NOW + HOUR_MS);
  const mended = await tieOut();
  expect(mended.summary).toMatchObject({ exit: 0, structural: 0, causes: { incidents: [] } });
  expect(mended.summary.meters.map(({ drift }) => drift?.absolute)).toEqual(['0', '0']);
});
