import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CALLS_TABLE, CALLS_YAML, customer, meter } from './objects.ts';
import { type Engine, makeWorld, startEngine } from './world.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const GOOD = `meters: calls
cases:
  - name: two calls
    period: { from: 2026-05-01T00:00:00Z, to: 2026-06-01T00:00:00Z }
    rows:
      - { tenant: a, at: 2026-05-01T00:00:00Z, qty: "1.5" }
      - { tenant: a, at: 2026-05-31T23:59:59Z, qty: "2" }
      - { tenant: a, at: 2026-06-01T00:00:00Z, qty: "100" }
    expect: { a: "3.5" }
    prices: { calls: "0.02" }
    bill: { a: "0.07" }
`;

test('check --prove runs the cases of the workspace through the meter’s own settings', async () => {
  const world = await makeWorld(engine, {
    sql: [CALLS_TABLE],
    stripe: { meters: [meter('mtr_calls', 'calls')], customers: [customer('cus_1', 'ws_1')] },
    yaml: CALLS_YAML,
  });
  const plain = await world.tieout('check', 'DIR', '--json');
  expect(plain).toMatchObject({ exit: 0, json: { meters: [{ key: 'calls', fixtures: { passed: 0, failed: 0 } }] } });

  const folder = path.join(world.folder, 'fixtures');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'calls.yaml'), GOOD);
  const proven = await world.tieout('check', 'DIR', '--prove', '--json');
  expect(proven).toMatchObject({
    exit: 0,
    json: {
      ok: true,
      builtIn: { passed: 3, failed: 0 },
      meters: [{ key: 'calls', fixtures: { passed: 1, failed: 0 } }],
    },
  });

  writeFileSync(path.join(folder, 'calls.yaml'), GOOD.replace('a: "3.5"', 'a: "3.6"'));
  const failed = await world.tieout('check', 'DIR', '--prove', '--json');
  expect(failed).toMatchObject({
    exit: 2,
    json: {
      ok: false,
      problems: [
        {
          code: 'fixture.failed',
          path: 'fixtures/calls.yaml:9:18 cases[0].expect.a',
          message: 'two calls: calls of a is 3.5, expected 3.6.',
        },
      ],
      meters: [{ fixtures: { passed: 0, failed: 1 } }],
    },
  });
  await world.end();
});

test('check --mutate names the mistakes that no case would notice', async () => {
  const world = await makeWorld(engine, {
    sql: [CALLS_TABLE],
    stripe: { meters: [meter('mtr_calls', 'calls')], customers: [customer('cus_1', 'ws_1')] },
    yaml: CALLS_YAML,
  });
  const folder = path.join(world.folder, 'fixtures');
  mkdirSync(folder);
  const weak = GOOD.replace(/ {6}- .*06-01T.*\n/, '');
  writeFileSync(path.join(folder, 'calls.yaml'), weak);
  const { exit, json } = await world.tieout('check', 'DIR', '--mutate', '--json');
  expect(exit).toBe(0);
  expect(json).toMatchObject({
    mutations: [
      { meter: 'calls', mutation: 'wrong_unit', caughtBy: 'two calls' },
      { mutation: 'max_instead', caughtBy: 'two calls' },
      { mutation: 'last_instead', caughtBy: 'two calls' },
      { mutation: 'inclusive_end', caughtBy: null },
      { mutation: 'zone_shift', caughtBy: 'two calls' },
    ],
    problems: [
      {
        severity: 'warning',
        code: 'fixture.unnoticed',
        message: 'No case of calls would notice if the end of the period is counted in.',
      },
    ],
  });
  await world.end();
});

test('check --mutate without any case: the shipped ones stand in for the template, and the meter is named', async () => {
  const world = await makeWorld(engine, {
    sql: [CALLS_TABLE],
    stripe: { meters: [meter('mtr_calls', 'calls')], customers: [customer('cus_1', 'ws_1')] },
    yaml: CALLS_YAML,
  });
  const { exit, json } = await world.tieout('check', 'DIR', '--mutate', '--json');
  expect(exit).toBe(0);
  expect(json).toMatchObject({
    mutations: [],
    problems: [{ severity: 'warning', code: 'fixture.unnoticed', path: 'fixtures' }],
  });
  const { builtInMutations } = json as unknown as { builtInMutations: readonly { caughtBy: string | null }[] };
  expect(builtInMutations.length).toBeGreaterThan(10);
  expect(builtInMutations.filter(({ caughtBy }) => caughtBy === null)).toEqual([]);
  await world.end();
});
