import { parentPort, workerData } from 'node:worker_threads';
import { unpackHours } from '../../main/cache/hour-pack.ts';
import { type Db, openCache } from '../../main/cache/open.ts';
import { pullMonth } from '../../main/pull/pull-month.ts';
import type { BillingSource } from '../../main/sources/billing-source.ts';
import { createClickHouseSource } from '../../main/sources/clickhouse/source.ts';
import { ZERO } from '../../shared/values/decimal.ts';
import { DAY_MS, instant } from '../../shared/values/instant.ts';
import { monthPeriod } from '../../shared/values/period.ts';
import { peakBytes } from '../child.ts';
import { checkOf, MONTH, type Server, usageMeters } from '../usage-world.ts';

const { server, file } = workerData as { readonly server: Server; readonly file: string };
const since = performance.now();
const now = () => instant(monthPeriod(MONTH).to + DAY_MS + Math.round(performance.now() - since));

async function* nothing(): AsyncGenerator<never> {}

/** An account without anything: the pull's other half is not what is measured. */
const billing: BillingSource = {
  meters: nothing,
  customers: nothing,
  customer: async () => null,
  products: nothing,
  product: async () => null,
  prices: nothing,
  price: async () => null,
  subscriptions: nothing,
  creditGrants: nothing,
  creditsApplied: async () => new Map(),
  taxRates: nothing,
  invoices: nothing,
  monthSummary: async () => null,
  hourSummaries: async () => [],
  counts: () => ({ requests: 0, retries: 0 }),
  warnings: () => [],
  check: async () => ({ problems: [], meters: [] }),
  close: async () => undefined,
};

const usage = createClickHouseSource({ ...server, database: 'default' });
parentPort?.postMessage('begun');
const start = performance.now();
const db = openCache(file, { now: now() });
await pullMonth({
  db,
  usage,
  billing,
  meters: usageMeters.map((meter) => ({
    ...meter,
    stripe: { eventName: meter.key },
    tolerance: { relative: ZERO, absolute: ZERO },
    usageFingerprint: meter.key,
    stripeFingerprint: meter.key,
  })),
  customers: { match: { by: 'id' }, links: null, fingerprint: 'id' },
  testClocks: false,
  month: MONTH,
  select: {},
  skipIdle: false,
  hourly: 'drifting',
  toolVersion: 'bench',
  now,
  signal: new AbortController().signal,
});
const ms = performance.now() - start;
const peak = peakBytes();
parentPort?.postMessage('done');
await usage.close();
const check = contentOf(db);
db.close();
parentPort?.postMessage({ ms, peakBytes: peak, check });

/** What stands in the cache, by the hours; the month totals must say the same. */
function contentOf(cache: Db): string {
  let rows = 0;
  let sum = 0n;
  let mark = 0;
  const blobs = cache.prepare<[], [Uint8Array]>('SELECT hours FROM usage_hours').raw();
  for (const [blob] of blobs.iterate()) {
    for (const { hour, whole, frac } of unpackHours(blob)) {
      rows += 1;
      sum += BigInt(whole) * 1_000_000n + BigInt(frac / 1_000_000);
      mark += (Number(whole) % 1009) * hour;
    }
  }
  const totals = cache.prepare('SELECT sum(whole) * 1000000 + sum(frac / 1000000) FROM usage_month').safeIntegers();
  const total = totals.pluck().get();
  if (total !== sum) throw new Error(`The totals of the month add up to ${total}, its hours to ${sum}.`);
  return checkOf(rows, sum, mark);
}
