import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { CALLS_TABLE, CALLS_YAML, customer, inserts, meter, pushes } from './objects.ts';
import { type Document, type Engine, makeWorld, startEngine, type World } from './world.ts';

let engine: Engine;
let world: World;
vi.setConfig({ testTimeout: 300_000, hookTimeout: 180_000 });

const AFTER = '2026-06-05T00:00:00Z';
const names = ['good', 'short', 'stamped', 'old', 'unused', 'reset', 'tie'];

/** Month-to-date totals are pushed to a meter that keeps the last one; each customer falls into one trap. */
beforeAll(async () => {
  engine = await startEngine();
  world = await makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      inserts('calls', [
        ['ws_good', '2026-05-01T00:00:00Z', '10'],
        ['ws_good', '2026-05-31T23:10:00Z', '5'],
        ['ws_short', '2026-05-01T00:00:00Z', '10'],
        ['ws_short', '2026-05-31T23:10:00Z', '5'],
        ['ws_stamped', '2026-05-01T00:00:00Z', '10'],
        ['ws_stamped', '2026-05-31T23:10:00Z', '6'],
        ['ws_old', '2026-05-10T00:00:00Z', '20'],
        ['ws_old', '2026-06-01T01:00:00Z', '1'],
        ['ws_unused', '2026-05-10T00:00:00Z', '3'],
        ['ws_reset', '2026-06-01T05:00:00Z', '4'],
        ['ws_reset', '2026-06-02T05:00:00Z', '-4'],
        ['ws_tie', '2026-06-03T09:00:00Z', '6'],
      ]),
    ],
    stripe: {
      meters: [meter('mtr_calls', 'calls', 'last')],
      customers: names.map((name) => customer(`cus_${name}`, `ws_${name}`)),
      events: pushes('mtr_calls', [
        ['cus_good', '2026-05-01T00:30:00Z', '10'],
        ['cus_good', '2026-05-31T23:59:59Z', '15'],
        ['cus_short', '2026-05-31T20:00:00Z', '10'],
        ['cus_stamped', '2026-05-01T00:30:00Z', '10'],
        ['cus_stamped', '2026-06-01T00:00:00Z', '16'],
        ['cus_old', '2026-05-31T23:59:59Z', '20'],
        ['cus_old', '2026-06-01T03:00:00Z', '20'],
        ['cus_unused', '2026-05-31T23:59:59Z', '3'],
        ['cus_unused', '2026-06-02T00:10:00Z', '7'],
        ['cus_reset', '2026-06-01T06:00:00Z', '4'],
        ['cus_tie', '2026-06-03T10:00:00Z', '5'],
        ['cus_tie', '2026-06-03T10:00:00Z', '6'],
      ]),
    },
    manners: { splitsTies: true },
    yaml: CALLS_YAML,
  });
  for (const month of ['2026-05', '2026-06']) {
    const pulled = await world.tieout('pull', 'DIR', '--month', month, '--json', '--now', AFTER);
    expect(pulled.exit).toBe(0);
  }
});
afterAll(async () => {
  await world?.end();
  await engine?.stop();
});

async function pitfalls(month: string): Promise<Record<string, Document[]>> {
  const { json } = await world.tieout('reconcile', 'DIR', '--month', month, '--json', '--now', AFTER);
  const rows = json.rows as Document[];
  return Object.fromEntries(
    rows.flatMap((row) => (row.pitfalls === undefined ? [] : [[row.customer, row.pitfalls as Document[]]])),
  );
}

const evidence = (found: readonly Document[] | undefined) => found?.map(({ code, evidence }) => [code, evidence]);

test('a month that is over: the final push failed, or was stamped on the end of the period', async () => {
  const found = await pitfalls('2026-05');
  expect(Object.keys(found).sort()).toEqual(['cus_short', 'cus_stamped']);
  expect(evidence(found.cus_short)).toEqual([
    ['final_push_missing', { heldHour: '2026-05-31T20:00:00Z', held: '10', due: '15' }],
  ]);
  expect(evidence(found.cus_stamped)).toEqual([
    ['final_push_missing', { heldHour: '2026-05-01T00:00:00Z', held: '10', due: '16' }],
    ['stamped_after_period', { hour: '2026-06-01T00:00:00Z', sent: '16', held: '10' }],
  ]);
});

test('an open month: an old total, a value without usage, one that cannot go back to zero, a tie', async () => {
  const found = await pitfalls('2026-06');
  expect(Object.keys(found).sort()).toEqual(['cus_old', 'cus_reset', 'cus_stamped', 'cus_tie', 'cus_unused']);
  const old = (hour: string, sent: string) => ['old_total', { hour, sent, isHeld: 'true' }];
  expect(evidence(found.cus_old)).toEqual([old('2026-06-01T03:00:00Z', '20')]);
  expect(evidence(found.cus_stamped)).toEqual([
    old('2026-06-01T00:00:00Z', '16'),
    ['held_without_usage', { heldHour: '2026-06-01T00:00:00Z', held: '16' }],
  ]);
  expect(evidence(found.cus_unused)).toEqual([['held_without_usage', { heldHour: '2026-06-02T00:00:00Z', held: '7' }]]);
  expect(evidence(found.cus_reset)).toEqual([['reset_impossible', { heldHour: '2026-06-01T06:00:00Z', held: '4' }]]);
  expect(evidence(found.cus_tie)).toEqual([
    ['same_second_tie', { heldHour: '2026-06-03T10:00:00Z', possible: ['5', '6'] }],
  ]);
  for (const [{ sentence }] of Object.values(found) as [Document][]) expect(sentence).toMatch(/^[A-Z].*\.$/);
});
