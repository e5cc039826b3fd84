import { expect, test } from 'vitest';
import { HealthCache, healthCustomers, healthOfCustomer, healthRounds } from '../../../../main/api/meters/health.ts';
import { upsertCustomer } from '../../../../main/cache/customer-store.ts';
import { usageKeyOf } from '../../../../main/cache/identity-store.ts';
import type { Db } from '../../../../main/cache/open.ts';
import { meterKeyOf } from '../../../../main/cache/pull-store.ts';
import { type NewReading, saveShadowRun } from '../../../../main/cache/shadow-store.ts';
import type { HealthCustomersRequest } from '../../../../shared/contract/meter-schemas.ts';
import type { Verdict } from '../../../../shared/reconciliation/result.ts';
import { HOUR_MS, instant } from '../../../../shared/values/instant.ts';
import { type MonthKey, parseMonth } from '../../../../shared/values/period.ts';
import { NOW, scratchCache } from '../../cache/scratch.ts';

const MAY = parseMonth('2026-05');
const JUNE = parseMonth('2026-06');
const keys = new Map<string, number>();

type Seen = { readonly verdict: Verdict; readonly hours?: number; readonly drift?: string; readonly pitfall?: true };

/** A round per entry; who is not named was not looked at. */
function keep(
  db: Db,
  rounds: readonly { readonly month?: MonthKey; readonly seen: Readonly<Record<string, Seen>> }[],
): void {
  for (const [round, { month = MAY, seen }] of rounds.entries()) {
    const readings = Object.entries(seen).map(([name, { verdict, hours, drift, pitfall }]): NewReading => {
      const ageMs = (hours ?? 0) * HOUR_MS;
      return {
        meterKey: meterKeyOf(db, 'calls'),
        customerKey: keys.get(name) ?? 0,
        usageKey: usageKeyOf(db, `ws_${name}`),
        verdict,
        measured: '10',
        metered: '10',
        drift: drift ?? '0',
        upstreamOk: true,
        held: hours === undefined ? null : { hour: instant(NOW - ageMs), ageMs },
        pitfalls: pitfall === true ? ['old_total'] : [],
      };
    });
    const at = instant(NOW + round * HOUR_MS);
    saveShadowRun(db, { month, at, cells: readings.length, structural: 0, stale: 0, exitCode: 0 }, readings);
  }
}

function cacheOf(names: readonly string[]): Db {
  const db = scratchCache();
  for (const name of names) {
    upsertCustomer(db, {
      id: `cus_${name}`,
      name: `The ${name}`,
      email: null,
      metadata: {},
      created: NOW,
      currency: null,
      balanceMinor: 0n,
      testClock: null,
      isDeleted: false,
      discount: null,
      taxExempt: 'none',
    } as unknown as Parameters<typeof upsertCustomer>[1]);
    const row = db.prepare('SELECT customer_key FROM customer WHERE id = ?').get(`cus_${name}`) as {
      customer_key: number;
    };
    keys.set(name, row.customer_key);
  }
  return db;
}

const request = (more: Partial<HealthCustomersRequest> = {}): HealthCustomersRequest => ({
  meter: 'calls',
  month: null,
  sort: { by: 'concern', direction: 'descending' },
  offset: 0,
  limit: 50,
  rounds: 3,
  ...more,
});

test('a round tells how many cells are healthy, the newest push, and who is furthest behind', () => {
  const db = cacheOf(['a', 'b', 'c']);
  keep(db, [
    {
      seen: {
        a: { verdict: 'agree', hours: 400 },
        b: { verdict: 'stale', hours: 2 },
        c: { verdict: 'stale_overdue', hours: 9 },
      },
    },
    { month: JUNE, seen: { a: { verdict: 'missing_stripe' } } },
  ]);
  const rounds = healthRounds(db, new HealthCache(), { meter: 'calls', month: null, limit: 10 });
  expect(rounds).toMatchObject([
    { month: '2026-05', cells: 3, healthy: 2, newestAgeSeconds: 7200, oldestBehindSeconds: 9 * 3600 },
    { month: '2026-06', cells: 1, healthy: 0, newestAgeSeconds: null, oldestBehindSeconds: null },
  ]);
  expect(rounds[0]?.byVerdict).toMatchObject({ agree: 1, stale: 1, stale_overdue: 1, under_reported: 0 });
  expect(healthRounds(db, new HealthCache(), { meter: 'calls', month: '2026-06', limit: 10 })).toHaveLength(1);
  expect(healthRounds(db, new HealthCache(), { meter: 'calls', month: null, limit: 1 })).toHaveLength(1);
  expect(healthRounds(db, new HealthCache(), { meter: 'none', month: null, limit: 10 })).toEqual([]);
});

test('customers stand by what is wrong with them, each with the verdicts of the last rounds', () => {
  const db = cacheOf(['a', 'b', 'c', 'd']);
  keep(db, [
    { seen: { a: { verdict: 'under_reported', drift: '-7' }, d: { verdict: 'agree', hours: 1 } } },
    { seen: { a: { verdict: 'agree', hours: 1 }, b: { verdict: 'stale', hours: 2 } } },
    { seen: { a: { verdict: 'agree', hours: 1, drift: '3' }, b: { verdict: 'stale_overdue', hours: 3 } } },
    {
      seen: {
        a: { verdict: 'agree', hours: 2, drift: '-20' },
        b: { verdict: 'stale', hours: 1 },
        c: { verdict: 'agree', hours: 5, pitfall: true },
      },
    },
  ]);
  const cache = new HealthCache();
  const { rows, total, all } = healthCustomers(db, cache, request());
  expect({ total, all }).toEqual({ total: 4, all: 4 });
  expect(rows.map(({ name, verdict, ageSeconds, strip }) => [name, verdict, ageSeconds, strip])).toEqual([
    ['The b', 'stale', 3600, ['stale', 'stale_overdue', 'stale']],
    ['The c', 'agree', 18_000, [null, null, 'agree']],
    ['The a', 'agree', 7200, ['agree', 'agree', 'agree']],
    ['The d', 'agree', 3600, [null, null, null]],
  ]);
  const names = (more: Partial<HealthCustomersRequest>): readonly (string | null)[] =>
    healthCustomers(db, cache, request(more)).rows.map(({ name }) => name);
  expect(names({ sort: { by: 'customer', direction: 'ascending' } })).toEqual(['The a', 'The b', 'The c', 'The d']);
  expect(names({ sort: { by: 'drift', direction: 'descending' } })[0]).toBe('The a');
  expect(names({ sort: { by: 'age', direction: 'descending' } })[0]).toBe('The c');
  expect(names({ search: 'WS_C' })).toEqual(['The c']);
  expect(names({ search: 'cus_' })).toHaveLength(4);
  expect(names({ offset: 3, limit: 1 })).toEqual(['The d']);
});

test('one customer is told round by round, oldest first', () => {
  const db = cacheOf(['a', 'b']);
  keep(db, [
    { seen: { a: { verdict: 'agree', hours: 1 } } },
    { seen: { b: { verdict: 'agree', hours: 1 } } },
    { seen: { a: { verdict: 'stale_overdue', hours: 5, pitfall: true } } },
  ]);
  const found = healthOfCustomer(db, { meter: 'calls', month: null, limit: 9, customer: 'cus_a', usageId: 'ws_a' });
  expect(found).toMatchObject({
    name: 'The a',
    readings: [
      { verdict: 'agree', ageSeconds: 3600, basicRule: true, pitfalls: [] },
      { verdict: 'stale_overdue', ageSeconds: 18_000, heldHour: '2026-05-31T21:00:00Z', pitfalls: ['old_total'] },
    ],
  });
  const nobody = { meter: 'calls', month: null, limit: 9, customer: 'cus_x', usageId: null };
  expect(healthOfCustomer(db, nobody)).toEqual({ name: null, readings: [] });
});

test('10,000 customers over many rounds are told without holding anybody up', () => {
  const db = scratchCache();
  const meterKey = meterKeyOf(db, 'calls');
  const insert = db.prepare(
    "INSERT INTO shadow_reading (run, meter_key, customer_key, usage_key, verdict, drift, upstream_ok, held_hour, age_ms) VALUES (?, ?, ?, 0, 'agree', '0', 1, 0, 3600000)",
  );
  const add = db.transaction((round: number) => {
    for (let customer = 1; customer <= 10_000; customer += 1) insert.run(round, meterKey, customer);
  });
  for (let round = 1; round <= 12; round += 1) {
    saveShadowRun(db, { month: MAY, at: instant(NOW + round), cells: 0, structural: 0, stale: 0, exitCode: 0 }, []);
    add(round);
  }
  const cache = new HealthCache();
  const { total, rows } = healthCustomers(db, cache, request({ rounds: 12, limit: 100 }));
  expect({ total, rows: rows.length, strip: rows[0]?.strip.length }).toEqual({ total: 10_000, rows: 100, strip: 12 });
  expect(healthRounds(db, cache, { meter: 'calls', month: null, limit: 240 })).toHaveLength(12);
  const started = performance.now();
  healthCustomers(db, cache, request({ rounds: 12, limit: 100, offset: 5_000 }));
  healthRounds(db, cache, { meter: 'calls', month: null, limit: 240 });
  expect(performance.now() - started).toBeLessThan(500);
});
