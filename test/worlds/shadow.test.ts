import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cellsOf } from './expected.ts';
import { CALLS_TABLE, CALLS_YAML, customer, inserts, meter, pushes } from './objects.ts';
import { type Document, type Engine, makeWorld, startEngine, type World } from './world.ts';

let engine: Engine;
vi.setConfig({ testTimeout: 300_000, hookTimeout: 180_000 });
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

const NOW = '2026-05-15T12:30:00Z';
const COMMON = ['--month', '2026-05', '--json', '--now', NOW];

const shadowWorld = (): Promise<World> =>
  makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      inserts('calls', [
        ['ws_exact', '2026-05-10T00:00:00Z', '1000'],
        ['ws_digits', '2026-05-10T00:00:00Z', '1234.123456789012'],
        ['ws_stale', '2026-05-10T00:00:00Z', '100'],
        ['ws_stale', '2026-05-15T11:20:00Z', '50'],
        ['ws_near', '2026-05-10T00:00:00Z', '1000'],
        ['ws_near', '2026-05-11T00:00:00Z', '0.5'],
      ]),
    ],
    stripe: {
      meters: [meter('mtr_calls', 'calls', 'last')],
      customers: ['exact', 'digits', 'stale', 'near'].map((name) => customer(`cus_${name}`, `ws_${name}`)),
      events: pushes('mtr_calls', [
        ['cus_exact', '2026-05-10T00:30:00Z', '1000'],
        ['cus_digits', '2026-05-10T01:05:00Z', '1234.12345678901'],
        ['cus_stale', '2026-05-15T11:05:00Z', '100'],
        ['cus_near', '2026-05-10T00:30:00Z', '1000'],
      ]),
    },
    yaml: CALLS_YAML.replace('unit: calls', 'unit: calls\n    tolerance: { relative: "0" }'),
  });

const rowsOf = (document: Document): Record<string, Document> =>
  Object.fromEntries((document.rows as Document[]).map((row) => [row.customer as string, row]));

test('everybody who is mapped: the hour and age of what is held, and the basic rule beside the verdict', async () => {
  const world = await shadowWorld();
  const { exit, json } = await world.tieout('shadow', 'DIR', ...COMMON);
  const rows = rowsOf(json);
  expect(Object.keys(rows)).toHaveLength(4);
  expect(rows.cus_exact).toMatchObject({
    verdict: 'agree',
    upstreamOk: true,
    held: { hour: '2026-05-10T00:00:00Z', age: '7950m' },
    pitfalls: [],
  });
  expect(rows.cus_stale).toMatchObject({
    verdict: 'stale',
    upstreamOk: false,
    held: { hour: '2026-05-15T11:00:00Z', age: '90m' },
  });
  // 0.5 of 1000.5 is within the basic rule, and five days old.
  expect(rows.cus_near).toMatchObject({ verdict: 'stale_overdue', structural: true, upstreamOk: true });
  expect(rows.cus_digits).toMatchObject({
    verdict: 'agree',
    structural: false,
    drift: { absolute: '0.000000000002' },
    cause: { code: 'rounding' },
    rounding: { pushed: '1234.12345678901', loss: '0.000000000002' },
  });
  expect([exit, json.exit, json.kind]).toEqual([1, 1, 'reconciliation']);
  const some = await world.tieout('shadow', 'DIR', '--customer', 'cus_exact,ws_stale', ...COMMON, '--strict');
  expect(cellsOf(some.json)).toEqual([
    ['cus_exact', 'ws_exact', 'calls', '1000', '1000', 'agree'],
    ['cus_stale', 'ws_stale', 'calls', '150', '100', 'stale'],
  ]);
  expect(some.exit).toBe(1);
  const table = await world.tieout('shadow', 'DIR', '--customer', 'cus_near', '--month', '2026-05', '--now', NOW);
  expect(table.stdout).toMatch(/cus_near +calls +1000\.5 +1000 +0\.5 +2026-05-10 00:00 +5d 12h +overdue +ok/);
  const history = await world.tieout('shadow', 'DIR', '--history', '--json', '--now', NOW);
  const runs = history.json.runs as Document[];
  expect(runs.map(({ month, at, structural, stale, exit }) => [month, at, structural, stale, exit])).toEqual([
    ['2026-05', NOW, 1, 1, 1],
    ['2026-05', NOW, 0, 1, 1],
    ['2026-05', NOW, 1, 0, 1],
  ]);
  expect(runs.map(({ rows }) => (rows as Document[]).length)).toEqual([4, 2, 1]);
  const one = await world.tieout('shadow', 'DIR', '--history', '--customer', 'ws_stale', '--json', '--now', NOW);
  expect((one.json.runs as Document[]).map(({ rows }) => (rows as Document[]).length)).toEqual([1, 1, 0]);
  await world.end();
});

test('watching: a document a line, a failing round is reported, the next goes on, Ctrl-C ends it', async () => {
  const world = await shadowWorld();
  const asked = (): number => world.stripe.requests.filter((line) => line.includes('/v1/customers?')).length;
  const refusal = { status: 401, body: { error: { type: 'invalid_request_error', message: 'no' } } };
  world.stripe.trouble = (path) => (path === '/v1/customers' && asked() === 2 ? refusal : null);
  const watching = world.start('shadow', 'DIR', '--watch', '--every', '100ms', ...COMMON);
  await vi.waitFor(() => expect(asked()).toBeGreaterThanOrEqual(4), { timeout: 60_000, interval: 50 });
  watching.kill('SIGINT');
  const { stdout, exit } = await watching.done;
  const documents = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Document);
  expect(documents.slice(0, 3).map(({ kind }) => kind)).toEqual(['reconciliation', 'error', 'reconciliation']);
  expect(documents[1]).toMatchObject({ tieout: 1, error: { code: 'stripe.unauthorized' } });
  expect(exit).toBe(1);
  const history = await world.tieout('shadow', 'DIR', '--history', '--json', '--now', NOW);
  expect(history.json.runs).toHaveLength(documents.filter(({ kind }) => kind === 'reconciliation').length);
  await world.end();
});

test('what no round can mend ends the watch at once', async () => {
  const world = await shadowWorld();
  const every = await world.tieout('shadow', 'DIR', '--watch', '--every', 'soon', ...COMMON);
  expect(every).toMatchObject({ exit: 2, json: { error: { code: 'duration.malformed' } } });
  const unknown = await world.tieout('shadow', 'DIR', '--watch', '--meter', 'nothing', ...COMMON);
  expect(unknown).toMatchObject({ exit: 2, json: { error: { code: 'pull.nothing_selected' } } });
  await world.end();
});
