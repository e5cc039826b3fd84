import { afterAll, beforeAll, expect, test } from 'vitest';
import { CALLS_TABLE, CALLS_YAML, customer, inserts, meter } from './objects.ts';
import { type Engine, makeWorld, startEngine, tieOut, type World } from './world.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

/** Reports that reached ClickHouse at this point. */
const arrive = (world: World, table: string, rows: readonly (readonly [string, string, string])[]): Promise<void> =>
  engine.run(inserts(table, rows).replaceAll('@', `${world.database}.`));

const YAML = `${CALLS_YAML}
  - key: keys
    stripe: { eventName: keys }
    unit: keys
    usage: { template: events, table: seen, columns: { customer: tenant, at: at, key: name }, aggregate: distinct }
  - key: level
    stripe: { eventName: level }
    unit: seats
    usage: { template: events, table: calls, columns: { customer: tenant, at: at, value: qty }, aggregate: max }`;

type Entry = { readonly meter: string; readonly [key: string]: unknown };

test('what an early pull lacked of one month tells what is missing of the next', async () => {
  const world = await makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      "CREATE TABLE @seen (tenant String, at DateTime64(3, 'UTC'), name String) ENGINE = MergeTree ORDER BY (tenant, at)",
      inserts('calls', [
        ['ws_1', '2026-04-02T10:00:00Z', '500'],
        ['ws_1', '2026-04-30T23:10:00Z', '60'],
        ['ws_2', '2026-04-30T23:20:00Z', '20.5'],
      ]),
      inserts('seen', [['ws_1', '2026-04-30T23:30:00Z', "'a'"]]),
    ],
    stripe: {
      meters: [meter('mtr_calls', 'calls'), meter('mtr_keys', 'keys'), meter('mtr_level', 'level', 'last')],
      customers: [customer('cus_1', 'ws_1'), customer('cus_2', 'ws_2')],
    },
    yaml: YAML,
  });
  try {
    const first = await tieOut(world, '2026-04', { now: '2026-05-01T01:30:00Z' });
    expect(first.reconcile.json).not.toHaveProperty('completeness');
    await arrive(world, 'calls', [['ws_3', '2026-04-30T23:40:00Z', '41.5']]);
    // The key was used before, too: it counts in the hour of its first event.
    await arrive(world, 'seen', [['ws_1', '2026-04-30T22:30:00Z', "'a'"]]);
    await tieOut(world, '2026-04', { now: '2026-05-20T00:00:00Z' });

    await arrive(world, 'calls', [
      ['ws_1', '2026-05-02T10:00:00Z', '300'],
      ['ws_1', '2026-05-31T23:10:00Z', '161'],
    ]);
    const { reconcile } = await tieOut(world, '2026-05', { now: '2026-06-01T01:30:00Z' });
    const completeness = (reconcile.json.completeness as unknown as Entry[]).map(({ learned, basis, ...rest }) => rest);
    // An hour old, 80.5 of 122 were in: 161 × 41.5 ÷ 80.5 = 83 more of the last hour.
    expect(completeness).toEqual([
      {
        meter: 'calls',
        unit: 'calls',
        asOf: '2026-06-01T01:30:00Z',
        watermark: '2026-05-28T01:00:00Z',
        allInFrom: '2026-06-05T00:00:00Z',
        expectedMissing: '83',
      },
      {
        meter: 'keys',
        unit: 'keys',
        asOf: '2026-06-01T01:30:00Z',
        watermark: null,
        allInFrom: null,
        expectedMissing: null,
      },
      {
        meter: 'level',
        unit: 'seats',
        asOf: '2026-06-01T01:30:00Z',
        watermark: '2026-05-28T01:00:00Z',
        allInFrom: '2026-06-05T00:00:00Z',
        expectedMissing: null,
      },
    ]);
    const text = await world.tieout('reconcile', 'DIR', '--month', '2026-05', '--now', '2026-06-01T01:30:00Z');
    expect(text.stdout.split('\n')).toContain(
      'Usage of calls was complete up to 28 May 01:00 UTC; about 83 calls are still expected (learned from 2 pulls of 1 month).',
    );

    await arrive(world, 'calls', [['ws_2', '2026-05-31T23:50:00Z', '83']]);
    const later = await tieOut(world, '2026-05', { now: '2026-06-05T00:00:00Z' });
    expect((later.reconcile.json.completeness as unknown as Entry[])[0]).toMatchObject({
      watermark: '2026-06-01T00:00:00Z',
      expectedMissing: '0',
    });
    // Seen from before the last pull, nothing has changed.
    const before = await world.tieout(
      'reconcile',
      'DIR',
      '--month',
      '2026-05',
      '--json',
      '--now',
      '2026-06-01T03:00:00Z',
    );
    expect((before.json.completeness as unknown as Entry[])[0]).toMatchObject({ expectedMissing: '83' });
  } finally {
    await world.end();
  }
}, 120_000);
