import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXAMPLE } from '../../shared/simulation/scenario/example.ts';

const EXECUTABLE = fileURLToPath(new URL('../../../main/tieout.mjs', import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tieout-on-stripe-'));
  writeFileSync(join(folder, 'example.json'), EXAMPLE);
});
afterAll(() => rmSync(folder, { recursive: true }));

function simulate(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [EXECUTABLE, 'simulate', ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.end();
  return new Promise<{ readonly exit: number | null; readonly stdout: string; readonly stderr: string }>((done) => {
    child.once('close', (exit) => done({ exit, stdout, stderr }));
  });
}

test('a scenario on the sandbox, its record, and the comparison with it afterwards', async () => {
  const ran = await simulate(['example.json', '--on', 'sandbox', '--record', 'record.json']);
  expect([ran.exit, ran.stdout.split('\n').slice(1)]).toEqual([
    0,
    [
      '✓ cus_a sub_a 2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z: 0.50 USD open',
      '',
      '✓ 1 invoice with 1 line and 1 meter total: no differences',
      '',
    ],
  ]);
  const record = JSON.parse(readFileSync(join(folder, 'record.json'), 'utf8'));
  record.invoices[0].lines[0].amountMinor = 49;
  writeFileSync(join(folder, 'changed.json'), JSON.stringify(record));
  const compared = await simulate(['example.json', '--compare', 'changed.json', '--json']);
  expect(compared.exit).toBe(1);
  expect(JSON.parse(compared.stdout)).toMatchObject({
    kind: 'simulation',
    exit: 1,
    stripe: {
      differences: 2,
      invoices: [{ differences: [{ line: 'si_a/metered/usage/1', field: 'amount', ours: 50, stripe: 49 }, {}] }],
    },
  });
});

test('without a test key nothing is sent, and the key is not shown', async () => {
  const key = 'sk_live_0123456789abcdef';
  const live = await simulate(['example.json', '--on', 'stripe', '--key-env', 'MY_KEY'], { MY_KEY: key });
  expect([live.exit, live.stdout]).toEqual([2, '']);
  expect(live.stderr).toContain('(stripe.not_test_mode)');
  expect(live.stderr).not.toContain(key);
});

test.each([
  [['example.json', '--record', 'x.json'], '--record is for a run on Stripe'],
  [['example.json', '--on', 'sandbox', '--keep'], '--keep is for runs on Stripe'],
  [['example.json', '--on', 'stripe', '--until', '2026-01-02T00:00:00Z'], 'A comparison is of the whole scenario'],
])('options that make no sense: %s', async (args, message) => {
  const { exit, stderr } = await simulate(args);
  expect(exit).toBe(2);
  expect(stderr).toContain(message);
});
