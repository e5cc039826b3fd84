import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkWorkspace } from '../../../main/check.ts';
import { openWorkspace, pull, type Workspace } from '../../../main/compose.ts';
import {
  cutoverDocument,
  cutoverExit,
  cutoverWorkspace,
  reservationOf,
  rollupWorkspace,
} from '../../../main/pipelines/cutover-workspace.ts';
import { type StripeSandbox, startStripeSandbox } from '../../../main/sandbox/stripe/server.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { formatInstant } from '../../../shared/values/instant.ts';
import { startEngine, type TestEngine } from '../sources/clickhouse/engine.ts';
import {
  after,
  fillClickHouse,
  gbSeconds,
  LATE_TICKS,
  NOW,
  ROLE,
  secondsOf,
  seedStripe,
  T,
  TICK,
  writeWorkspace,
} from './migration.ts';

const EXECUTABLE = fileURLToPath(new URL('../../../main/tieout.mjs', import.meta.url));

function tieout(...args: readonly string[]): Promise<{ readonly exit: number | null; readonly stdout: string }> {
  const child = spawn(process.execPath, [EXECUTABLE, ...args], { env: { PATH: process.env.PATH ?? '' } });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve({ exit, stdout }));
  });
}

const HOUR = 3_600_000;
const QUARTER = 900_000;

let engine: TestEngine;
let sandbox: StripeSandbox;
let folder: string;
let workspace: Workspace;

beforeAll(async () => {
  engine = await startEngine({ timezone: 'Asia/Kolkata' });
  sandbox = await startStripeSandbox({ clock: NOW });
  await fillClickHouse(engine);
  seedStripe(sandbox);
  folder = mkdtempSync(join(tmpdir(), 'tieout-migration-'));
  writeWorkspace(folder, { engine: engine.server, stripe: sandbox.url, key: sandbox.keys.restricted });
  workspace = openWorkspace(folder, {});
  const pulled = await pull(
    workspace,
    { month: '2026-06', skipIdle: false, hourly: 'all' },
    { now: () => NOW, signal: new AbortController().signal, command: 'test' },
  );
  expect(pulled.warnings).toEqual([]);
}, 60_000);
afterAll(async () => {
  await sandbox?.stop();
  await engine?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const run = { now: () => NOW };
/** A hundredth of a cent a unit. */
const dollars = (quantity: number): string => String(quantity / 10_000);
const at = (hours: number): number => after(hours);

test('everything that went wrong is found with its size, and nothing else', () => {
  const { faults, problems } = rollupWorkspace(workspace, {}, run);
  const told = faults.map(
    ({ kind, effect, customer, bucket, quantity, worth }) =>
      `${customer} ${formatInstant(bucket.from).slice(5, 13)} ${kind} ${effect} ${formatDecimal(quantity)} ${worth === null ? '–' : formatDecimal(worth.amount)}`,
  );
  const fault = (customer: string, hours: number, what: string, quantity: number, worth = dollars(quantity)): string =>
    `${customer} ${formatInstant(after(hours)).slice(5, 13)} ${what} ${quantity} ${worth}`;
  const whole = (customer: string, hours: number): number => gbSeconds(customer, at(hours), at(hours + 1));
  const late = gbSeconds(ROLE.straggler, at(2.5) - LATE_TICKS * TICK, at(2.5));
  expect(told.sort()).toEqual(
    [
      fault(ROLE.newTooEarly, -1, 'not_measured twice', whole(ROLE.newTooEarly, -1)),
      fault(ROLE.straggler, 2, 'straggler lost', late),
      fault(ROLE.leftInShadow, 0, 'shadow_remainder lost', whole(ROLE.leftInShadow, 0)),
      fault(ROLE.noEvent, 5, 'not_made lost', whole(ROLE.noEvent, 5)),
      fault(ROLE.sentAfterADay, 1, 'retry_after_24h twice', whole(ROLE.sentAfterADay, 1)),
      fault(ROLE.twoValues, 4, 'id_conflict lost', 1000),
      fault(ROLE.bothModes, 6, 'mode_change twice', whole(ROLE.bothModes, 6)),
      fault(ROLE.notHeld, 8, 'not_held lost', whole(ROLE.notHeld, 8)),
      fault(ROLE.heldTwice, 9, 'held_twice twice', whole(ROLE.heldTwice, 9)),
      fault(ROLE.oddSize, 3, 'not_made lost', secondsOf(ROLE.oddSize, 2, at(3), at(4)), '–'),
    ].sort(),
  );
  expect(problems).toEqual([]);
});

test('the seam has the gaps and overlaps that were planted, in seconds, units and money', () => {
  const answer = cutoverWorkspace(workspace, { at: formatInstant(T) }, run);
  const { seam, plan } = answer;
  const told = seam.pieces.map(
    ({ kind, customer, period, quantity, worth }) =>
      `${kind} ${customer} ${formatInstant(period.from).slice(5, 16)} ${(period.to - period.from) / 1000} ${formatDecimal(quantity)} ${worth === null ? '–' : formatDecimal(worth.amount)}`,
  );
  const piece = (kind: string, customer: string, from: number, length: number): string => {
    const quantity = gbSeconds(customer, from, from + length);
    return `${kind} ${customer} ${new Date(from).toISOString().slice(5, 16)} ${length / 1000} ${quantity} ${dollars(quantity)}`;
  };
  expect(told.sort()).toEqual(
    [
      piece('gap', ROLE.oldSkipped, T - 2 * QUARTER, QUARTER),
      piece('overlap', ROLE.oldWentOn, T, QUARTER),
      piece('overlap', ROLE.newTooEarly, T - HOUR, HOUR),
      piece('gap', ROLE.leftInShadow, T, HOUR),
      piece('gap', ROLE.noEvent, at(5), HOUR),
    ].sort(),
  );
  expect(seam.customers).toBe(49);
  expect(plan.before.map(({ check, held, against }) => `${check} ${held} ${against.join(', ')}`.trim())).toEqual([
    'boundary true',
    'soak true',
    `prices false ${ROLE.noPrice}`,
    'catalog true',
    `drained false ${ROLE.oldPending} 2026-06-15T11:45:00Z: pending, ${ROLE.oldSkipped} 2026-06-15T11:30:00Z: unbilled`,
    expect.stringMatching(
      /^webhook false we_\S+ new.example.com, we_\S+ old.example.com$|^webhook false we_\S+ old.example.com, we_\S+ new.example.com$/,
    ),
  ]);
  expect(cutoverExit(answer)).toBe(1);
  expect(JSON.stringify(cutoverDocument(answer))).not.toContain('secret');
});

test('before T nothing is told that cannot be known, and T inside a bucket is refused', () => {
  const early = { now: () => after(-3) };
  const planned = cutoverWorkspace(workspace, { at: '2026-06-20T12:15:00Z' }, early);
  expect(planned.plan.phase).toBe('planned');
  expect(planned.plan.before.map(({ check, held }) => `${check} ${held}`)).toEqual([
    'boundary false',
    'soak true',
    'prices false',
    'catalog true',
    'drained null',
    'webhook false',
  ]);
  expect(planned.seam.state).toBe('early');
  expect(planned.plan.before[0]?.remedy).toBe('Take 2026-06-20T12:00:00Z or 2026-06-20T13:00:00Z.');
});

test('the commands answer as documents, in words and for the file', async () => {
  const at = ['--at', formatInstant(T), '--now', formatInstant(NOW)];
  const out = join(folder, 'out');
  const [json, words] = await Promise.all([
    tieout('cutover', folder, ...at, '--json', '--report', out),
    tieout('rollup', folder, '--now', formatInstant(NOW), '--limit', '3'),
  ]);
  expect([json.exit, words.exit]).toEqual([1, 1]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    tieout: 1,
    kind: 'cutover',
    at: '2026-06-15T12:00:00Z',
    before: [
      { check: 'boundary', held: true },
      { check: 'soak' },
      { check: 'prices', held: false, count: 1 },
      {},
      {},
      {},
    ],
    seam: { clean: false, gaps: { length: 3 }, overlaps: { length: 2 }, totals: { gaps: { seconds: 8100 } } },
    rollup: { findings: { length: 10 } },
    exit: 1,
  });
  expect(words.stdout).toContain('10 findings in 3,560 events of 73 buckets: 6 billed to nobody, 4 billed twice.');
  expect(words.stdout).toContain('… and 7 more; --limit 10 prints all.');
  const short = await tieout('cutover', folder, '--at', '2026-06-15T11:00:00Z', ...at.slice(2), '--limit', '1');
  expect(short.stdout).toContain('tieout.yaml says that edge bills from 2026-06-15T12:00:00Z on');
  expect(short.stdout).toMatch(/we_\S+ \w+\.example\.com, … and 1 more\n/);
  expect(short.stdout).toContain('… and 4 more\n');
  const [name = ''] = readdirSync(out);
  expect(name).toBe('cutover-edge-2026-06-15T120000Z.txt');
  expect(readFileSync(join(out, name), 'utf8')).toContain(
    'Rolled in shadow after T: 3600 GB-seconds are never sent. Worth 0.36 USD.',
  );
});

test('check finds the books as they are named, and says what is not there', async () => {
  const options = { env: {}, now: NOW, signal: new AbortController().signal };
  const problemsOf = async () =>
    (await checkWorkspace(folder, options)).problems
      .filter(({ path }) => path?.startsWith('pipelines.') === true)
      .map(({ path, code }) => `${path} ${code}`);
  expect(await problemsOf()).toEqual([]);
  const file = join(folder, 'tieout.yaml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    text.replace('state: state, attempted', 'state: nowhere, attempted').replace('table: runs', 'table: none'),
  );
  expect(await problemsOf()).toEqual([
    'pipelines.edge.rollup.events clickhouse.query_failed',
    'pipelines.edge.cutover.runs clickhouse.query_failed',
  ]);
  writeFileSync(file, text);
});

test('a reservation is rated by the runs of its machines', () => {
  const customer = ROLE.legacy;
  const span = { from: formatInstant(T), to: formatInstant(after(1)) };
  const answer = reservationOf(
    workspace,
    { customer, sizes: ['0', '1000'], ...span, prices: { currency: 'usd', reserved: '1', overage: '2', disk: '0' } },
    run,
  );
  const used = gbSeconds(customer, T, after(1));
  expect(answer.options.map(({ reserved, used: own, overage }) => [reserved, own, overage])).toEqual([
    ['0', '0', String(used)],
    ['3600000', String(used), '0'],
  ]);
  expect(answer.cheapest).toBe('0');
  expect(answer.problems).toEqual([]);
});
