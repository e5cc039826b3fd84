import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkspace } from '../../main/compose.ts';
import { readDrafts } from '../../main/config/edit-meters.ts';
import { readConfigText } from '../../main/config/workspace.ts';
import { dryRunMeter, proveMeter } from '../../main/meter-runs.ts';
import type { MeterDraft } from '../../shared/contract/meter-schemas.ts';
import { parseInstant } from '../../shared/values/instant.ts';
import { CALLS_TABLE, CALLS_YAML, customer, meter } from './objects.ts';
import { type Engine, makeWorld, startEngine } from './world.ts';

// A draft of a meter before it is saved: measured on the engine of the workspace, proven on one of its own.

let engine: Engine;
let world: Awaited<ReturnType<typeof makeWorld>>;
beforeAll(async () => {
  engine = await startEngine();
  world = await makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      `INSERT INTO @calls VALUES ('ws_1', '2026-05-01 00:00:00', 1.5), ('ws_1', '2026-05-01 00:59:59', 2),
       ('ws_1', '2026-05-31 23:59:59', 1000000000000.25), ('ws_1', '2026-06-01 00:00:00', 9), ('ws_2', '2026-05-02 00:00:00', 7)`,
    ],
    stripe: { meters: [meter('mtr_calls', 'calls')], customers: [customer('cus_1', 'ws_1')] },
    yaml: CALLS_YAML,
  });
  const folder = path.join(world.folder, 'fixtures');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'calls.yaml'), CASES);
});
afterAll(async () => {
  await world?.end();
  await engine?.stop();
});

const CASES = `meters: calls
cases:
  - name: two calls
    period: { from: 2026-05-01T00:00:00Z, to: 2026-06-01T00:00:00Z }
    rows:
      - { tenant: a, at: 2026-05-01T00:00:00Z, qty: "1.5" }
      - { tenant: a, at: 2026-05-31T23:59:59Z, qty: "2" }
    expect: { a: "3.5", b: null }
  - name: one call too many
    period: { from: 2026-05-01T00:00:00Z, to: 2026-06-01T00:00:00Z }
    rows: [{ tenant: a, at: 2026-05-01T00:00:00Z, qty: "1" }]
    expect: { a: "2" }
`;

const workspace = () => openWorkspace(world.folder, world.env);
const draft = (more: Partial<MeterDraft['usage']> = {}): MeterDraft => {
  const [found] = readDrafts(readConfigText(workspace().paths));
  if (found === undefined) throw new Error('the world has a meter');
  return { ...found, usage: { ...found.usage, ...more } };
};
const run = (onProgress: (at: { step: string; done: number; total: number | null }) => void = () => {}) => ({
  env: world.env,
  now: () => parseInstant('2026-06-02T00:00:00Z'),
  signal: new AbortController().signal,
  onProgress,
});
const request = (more: Partial<MeterDraft['usage']> = {}) => ({ key: 'calls', draft: draft(more), month: '2026-05' });

test('a dry run measures one customer by the draft, exactly, and keeps nothing', async () => {
  const plain = await dryRunMeter(workspace(), { ...request(), customer: 'ws_1' }, run());
  expect(plain).toMatchObject({
    usageIds: ['ws_1'],
    quantity: { native: '1000000000003.75', exact: '4000000000015/4', billed: '1000000000003.75', rounding: null },
    hours: [
      { at: '2026-05-01T00:00:00Z', quantity: '3.5' },
      { at: '2026-05-31T23:00:00Z', quantity: '1000000000000.25' },
    ],
    rows: 2,
  });
  expect(plain.query).toContain('`calls`');
  const scaled = await dryRunMeter(workspace(), { ...request({ scale: '1/7' }), customer: 'ws_1' }, run());
  expect(scaled.quantity).toEqual({
    native: '1000000000003.75',
    exact: '4000000000015/28',
    billed: '142857142857.678571428571',
    text: null,
    rounding: { pushed: '142857142857.679', loss: '-0.000428571429' },
  });
  const nobody = await dryRunMeter(workspace(), { ...request(), customer: 'ws_9' }, run());
  expect(nobody).toMatchObject({ quantity: null, hours: [], evidence: [] });
});

test('a draft that cannot be read, or a table that is not there, is said to be so', async () => {
  await expect(
    dryRunMeter(workspace(), { ...request({ table: 'a-b' }), customer: 'ws_1' }, run()),
  ).rejects.toMatchObject({ code: 'config.invalid_value', problems: [{ path: 'usage.table' }] });
  await expect(
    dryRunMeter(workspace(), { ...request({ table: 'nowhere' }), customer: 'ws_1' }, run()),
  ).rejects.toMatchObject({ code: 'clickhouse.query_failed' });
});

test('a proof runs the cases of the meter by the draft, and tells expected and found', async () => {
  const steps: string[] = [];
  const proof = await proveMeter(
    workspace(),
    { key: 'calls', draft: draft(), mutate: true },
    run(({ step, done, total }) => void steps.push(`${step} ${done}/${total}`)),
  );
  const [own, wrong, ...shipped] = proof.cases;
  expect(own).toMatchObject({
    name: 'two calls',
    hasPassed: true,
    isBuiltIn: false,
    readings: [
      { customer: 'a', expected: '3.5', found: '3.5', isRight: true },
      { customer: 'b', expected: null, found: null, isRight: true },
    ],
  });
  expect(wrong).toMatchObject({
    hasPassed: false,
    readings: [{ customer: 'a', expected: '2', found: '1', isRight: false }],
    problems: [{ code: 'fixture.failed' }],
  });
  expect(shipped.length).toBeGreaterThan(0);
  expect(shipped.every(({ isBuiltIn, hasPassed }) => isBuiltIn && hasPassed)).toBe(true);
  expect(steps.at(-1)).toBe(`running cases ${proof.cases.length}/${proof.cases.length}`);
  const caught = new Map(proof.mutations.map(({ mutation, caughtBy }) => [mutation, caughtBy]));
  expect(caught.get('wrong_unit')).toBe('two calls');
  expect(caught.get('inclusive_end')).toBeNull();
});
