import { join } from 'node:path';
import { expect, test } from 'vitest';
import { insertArrival, readArrivals } from '../../../main/cache/arrival-store.ts';
import { packHours } from '../../../main/cache/hour-pack.ts';
import { insertDecision, readDecisions } from '../../../main/cache/late-decision-store.ts';
import { readMigrations } from '../../../main/cache/migrate.ts';
import { type Db, openCache } from '../../../main/cache/open.ts';
import { beginPull, meterKeyOf } from '../../../main/cache/pull-store.ts';
import {
  insertRun,
  type NewRun,
  readLiveRuns,
  readRecorded,
  readRunHours,
  readRunsOf,
  voidRuns,
} from '../../../main/cache/rating-run-store.ts';
import { NO_TOTALS } from '../../../shared/rating/late/line.ts';
import { parseDecimal } from '../../../shared/values/decimal.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import { parseMonth } from '../../../shared/values/period.ts';
import { NOW, scratchCache, scratchFolder } from './scratch.ts';

const APRIL = parseMonth('2026-04');
const SERVICE = { from: parseInstant('2026-04-01T00:00:00Z'), to: parseInstant('2026-05-01T00:00:00Z') };

const runOn = (meterKey: number): NewRun => ({
  kind: 'billed',
  month: APRIL,
  customerId: 'cus_1',
  subscriptionId: 'sub_1',
  itemId: 'si_1',
  meterKey,
  price: {
    id: 'price_1',
    billingScheme: 'per_unit',
    tiersMode: null,
    transformQuantity: null,
    currency: 'usd',
    unitAmount: '0.000012',
    tiers: null,
    isFree: false,
  },
  currency: 'usd',
  servicePeriod: SERVICE,
  quantity: parseDecimal('9007199254740993.000000000001'),
  measured: null,
  usageFingerprint: 'f',
  usagePull: 7,
  lines: [
    {
      id: 'il_1',
      component: 'usage.unit',
      key: 'usage.unit',
      category: 'regular',
      paymentTerm: 'arrears',
      servicePeriod: SERVICE,
      currency: 'usd',
      unitAmount: parseDecimal('0.00000012'),
      quantity: parseDecimal('9007199254740993.000000000001'),
      discounts: [{ kind: 'maximum', id: null, amountMinor: 9_007_199_254_740_993n }],
      credits: [],
      totals: { ...NO_TOTALS, amountMinor: 9_007_199_254_740_993n, totalMinor: -1n },
      correctsRun: null,
      reversesLine: null,
      reversesLines: [],
      index: 0,
    },
  ],
  booked: null,
  inputDigest: 'd',
  invoiceId: 'in_1',
  toolVersion: '0.0.0',
  createdAt: NOW,
});

const liveRuns = (db: Db) => [...readLiveRuns(db, APRIL)].flat(2);

const saveInvoice = (db: Db, status: string): void => {
  db.exec(
    `INSERT OR REPLACE INTO invoice (id, customer_id, status, currency, period_from, period_to, created, subtotal_minor, total_minor, due_minor)
     VALUES ('in_1', 'cus_1', '${status}', 'usd', 0, 0, 0, 0, 0, 0)`,
  );
};

test('a run comes back to the digit, with the hours that were in force', () => {
  const db = scratchCache();
  const run = runOn(meterKeyOf(db, 'api_calls'));
  const hours = [{ month: APRIL, exponent: 2, hours: [{ hour: 719, whole: -3, frac: 5 }] }];
  const stored = hours.map(({ hours: values, ...month }) => ({ ...month, packed: packHours(values) }));
  const number = insertRun(db, run, stored);
  expect(liveRuns(db)).toEqual([{ ...run, run: number }]);
  expect([...readLiveRuns(db, parseMonth('2026-05'))]).toEqual([]);
  expect(readRunHours(db, number)).toEqual(hours);
  expect(readRecorded(db, 'in_1')).toEqual([{ itemId: 'si_1', priceId: 'price_1', servicePeriod: SERVICE }]);
});

test('one invoice bills an item and period once; a second record of it is refused', () => {
  const db = scratchCache();
  const run = runOn(meterKeyOf(db, 'api_calls'));
  insertRun(db, run, []);
  expect(() => insertRun(db, run, [])).toThrow(/UNIQUE/);
});

test('a run whose invoice was voided is as if it never was, and is voided once', () => {
  const db = scratchCache();
  const number = insertRun(db, runOn(meterKeyOf(db, 'api_calls')), []);
  saveInvoice(db, 'open');
  expect(voidRuns(db, NOW)).toEqual([]);
  saveInvoice(db, 'void');
  expect(voidRuns(db, NOW)).toEqual([number]);
  expect(voidRuns(db, NOW)).toEqual([]);
  expect(liveRuns(db)).toEqual([]);
  const of = { month: APRIL, customerId: 'cus_1', meterKey: meterKeyOf(db, 'api_calls') };
  expect(readRunsOf(db, of)).toMatchObject([{ run: number, voided: { at: NOW } }]);
});

test('decisions are added, never replaced', () => {
  const db = scratchCache();
  const meterKey = meterKeyOf(db, 'api_calls');
  const waive = {
    customerId: 'cus_1',
    meterKey,
    digest: 'a',
    decision: 'waive',
    note: 'below a cent',
    author: 'Ada',
    at: NOW,
  } as const;
  insertDecision(db, APRIL, waive);
  insertDecision(db, APRIL, { ...waive, decision: 'carry_forward' });
  expect(readDecisions(db, APRIL)).toEqual([waive, { ...waive, decision: 'carry_forward' }]);
  expect(readDecisions(db, parseMonth('2026-05'))).toEqual([]);
});

test('what a pull found is kept once for each pull', () => {
  const db = scratchCache();
  const meterKey = meterKeyOf(db, 'api_calls');
  const pull = beginPull(db, {
    source: 'clickhouse',
    month: APRIL,
    meterKey,
    startedAt: NOW,
    toolVersion: '0.0.0',
    fingerprint: 'f',
    mappingFingerprint: 'm',
    selection: null,
    query: null,
    combine: 'sum',
    exponent: 0,
    stripeMeterId: null,
  });
  const arrival = { pull, month: APRIL, pulledAt: NOW, exponent: 0, hours: [{ hour: 3, whole: 8, frac: 0 }] };
  insertArrival(db, { ...arrival, meterKey });
  insertArrival(db, { ...arrival, meterKey, hours: [] });
  expect(readArrivals(db, meterKey)).toEqual([{ ...arrival, fingerprint: 'f' }]);
});

const KEPT = ['rating_run', 'rating_run_hours', 'rating_run_void', 'late_decision', 'usage_arrival'];

test.each(KEPT)('%s is append-only', (table) => {
  const db = scratchCache();
  const meterKey = meterKeyOf(db, 'api_calls');
  insertRun(db, runOn(meterKey), [{ month: APRIL, exponent: 0, packed: packHours([]) }]);
  saveInvoice(db, 'void');
  voidRuns(db, NOW);
  const decision = {
    customerId: 'c',
    meterKey,
    digest: 'a',
    decision: 'waive',
    note: 'n',
    author: 'a',
    at: NOW,
  } as const;
  insertDecision(db, APRIL, decision);
  insertArrival(db, { pull: 1, meterKey, month: APRIL, pulledAt: NOW, exponent: 0, hours: [] });
  expect(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(1);
  const column = db.prepare(`SELECT name FROM pragma_table_info('${table}') LIMIT 1`).pluck().get();
  expect(() => db.exec(`UPDATE ${table} SET ${column} = ${column}`)).toThrow(/never changed|stays voided/);
  expect(() => db.exec(`DELETE FROM ${table}`)).toThrow(/never removed|stays voided/);
});

test('a cache of the version before gets the tables and keeps what it held', () => {
  const path = join(scratchFolder(), 'tieout.db');
  const older = openCache(path, { now: NOW, migrations: readMigrations().slice(0, 3) });
  meterKeyOf(older, 'api_calls');
  older.close();
  const db = openCache(path, { now: NOW });
  const meterKey = meterKeyOf(db, 'api_calls');
  expect(meterKey).toBe(1);
  expect(liveRuns(db)).toEqual([]);
  insertRun(db, runOn(meterKey), []);
  expect(liveRuns(db)).toHaveLength(1);
  db.close();
});
