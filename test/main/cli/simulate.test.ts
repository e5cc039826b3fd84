import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Io } from '../../../main/cli/io.ts';
import { registerSimulate } from '../../../main/cli/simulate.ts';
import { run } from '../../../main/cli.ts';
import { worstExit } from '../../../main/simulate.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import { EXAMPLE } from '../../shared/simulation/scenario/example.ts';

const EXECUTABLE = fileURLToPath(new URL('../../../main/tieout.mjs', import.meta.url));
let folder: string;
beforeAll(() => {
  // Each command line listens for a reader that has gone.
  process.stdout.setMaxListeners(50);
  folder = mkdtempSync(join(tmpdir(), 'tieout-simulate-'));
  writeFileSync(join(folder, 'example.json'), EXAMPLE);
});
afterAll(() => rmSync(folder, { recursive: true }));

type Ran = { readonly exit: number | null; readonly stdout: string; readonly stderr: string };

/** The real command, in a process of its own. */
function tieoutSimulate(args: readonly string[], stdin = ''): Promise<Ran> {
  const child = spawn(process.execPath, [EXECUTABLE, 'simulate', ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => {}).end(stdin);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve({ exit, stdout, stderr }));
  });
}

/** The same command line in this process, which is quicker; files below the folder are named from there. */
async function simulateHere(...args: readonly string[]): Promise<Ran> {
  const [stdout, stderr] = [process.stdout, process.stderr].map((stream) => {
    const texts: string[] = [];
    const spy = vi.spyOn(stream, 'write').mockImplementation((text, encoding, done) => {
      texts.push(String(text));
      const taken = typeof encoding === 'function' ? encoding : done;
      taken?.();
      return true;
    });
    return { end: () => spy.mockRestore(), text: () => texts.join('') };
  }) as [Captured, Captured];
  try {
    const exit = await run(['simulate', ...args]);
    return { exit, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    stdout.end();
    stderr.end();
  }
}
type Captured = { readonly end: () => void; readonly text: () => string };

const file = (name: string): string => join(folder, name);
function written(name: string, text: string): string {
  writeFileSync(file(name), text);
  return file(name);
}

const changed = (change: (scenario: Record<string, unknown>) => void): string => {
  const scenario = JSON.parse(EXAMPLE);
  change(scenario);
  return JSON.stringify(scenario);
};

test('a scenario as people read it: what happened, the invoice, drift and the verdict', async () => {
  const { exit, stdout, stderr } = await tieoutSimulate(['example.json']);
  expect([exit, stderr]).toEqual([0, '']);
  expect(stdout).toBe(`late and duplicate usage, to 2026-02-01 02:00

2026-01-01 00:00     ·  sub_a begins
2026-01-05 10:00:01  ·  usage: 100 api_calls of cus_a, of 2026-01-05 10:00 (e-1)
2026-01-20 00:00     ·  cancel_at_period_end sub_a
2026-02-01 00:00     ·  a period of sub_a ends (2026-01-01 – 2026-02-01)
2026-02-01 00:00     ·  draft in_sub_a_1: 0.50 USD
2026-02-01 00:00     ·  sub_a is cancelled
2026-02-01 01:00     ✓  finalised in_sub_a_1: 0.50 USD
2026-02-01 02:00     →  the clock is moved to 2026-02-01 02:00

cus_a · sub_a · 2026-01-01 – 2026-02-01 · USD · open in_sub_a_1
                                          quantity   each  amount
  100 × price_api (at 0.005 USD / month)       100  0.005    0.50
  TOTAL                                                      0.50
  AMOUNT DUE                                                 0.50

measured against billed  measured  billed  drift  of billed
cus_a api_calls               100     100      0        0 %  ✓ within
  within 0.5 % of what was billed

   expectation
✓  expect.invoices[0].period  {"to":"2026-02-01T00:00:00Z"}
✓  expect.invoices[0].status  open
✓  expect.invoices[0].total   50
✓  expect.drift               {"customer":"cus_a","meter":"mtr_api","drift_abs":"0","drift_pct":"0"}

✓ All 4 expectations held.
`);
});

test('one JSON document, from standard input, stopped early', async () => {
  const { exit, stdout, stderr } = await tieoutSimulate(['-', '--json', '--until', '2026-02-01T00:30:00Z'], EXAMPLE);
  expect([exit, stderr]).toEqual([3, '']);
  expect(stdout.startsWith('{\n  "tieout": 1,\n  "kind": "simulation",\n  "name"')).toBe(true);
  expect(JSON.parse(stdout)).toMatchObject({ at: '2026-02-01T00:30:00Z', invoices: [{ status: 'draft' }], exit: 3 });
});

test('step by step: each stop says only what is new', async () => {
  const scenario = changed((raw) => {
    raw.advanceTo = ['2026-01-10', '2026-02-01', '2026-02-01T02:00:00Z'];
  });
  const { exit, stdout } = await simulateHere(written('steps.json', scenario), '--step');
  const steps = stdout.split('── ').slice(1);
  expect(steps.map((step) => step.split('\n')[0])).toEqual([
    'step 1 of 3: 2026-01-10 00:00',
    'step 2 of 3: 2026-02-01 00:00',
    'step 3 of 3: 2026-02-01 02:00',
  ]);
  expect(
    steps.map((step) => [step.includes('begins'), step.includes('draft in_sub_a_1'), step.includes('✓ All')]),
  ).toEqual([
    [true, false, false],
    [false, true, false],
    [false, false, true],
  ]);
  expect(exit).toBe(0);
});

test('at a terminal each step waits for Enter', async () => {
  const scenario = changed((raw) => {
    raw.advanceTo = ['2026-01-10', '2026-02-01T02:00:00Z'];
  });
  const path = written('waiting.json', scenario);
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io: Io = {
    stdin: () => stdin,
    stdout,
    stderr,
    env: {},
    cwd: folder,
    isTerminal: true,
    now: () => parseInstant('2026-06-01T00:00:00Z'),
    signal: new AbortController().signal,
    sleep: () => Promise.resolve(),
  };
  const codes: number[] = [];
  const program = new Command();
  registerSimulate(program, { io, exit: (code) => codes.push(code) });
  const done = program.parseAsync(['simulate', path, '--step'], { from: 'user' });
  const asked = await Promise.race([new Promise((resolve) => stderr.once('data', resolve)), done]);
  const first = String(stdout.read());
  expect([String(asked), first.includes('step 1 of 2'), first.includes('step 2 of 2'), codes]).toEqual([
    'Enter goes on ',
    true,
    false,
    [],
  ]);
  stdin.write('\n');
  await done;
  expect([String(stdout.read()).includes('step 2 of 2'), codes]).toEqual([true, [0]]);
});

test('everything that is wrong with a scenario, each with its place', async () => {
  const bad = changed((raw) => {
    raw.advanceTo = ['2025-01-01'];
    raw.gracePeriod = '100h';
  });
  const path = written('bad.json', bad);
  const [text, json] = [await simulateHere(path), await simulateHere(path, '--json')];
  expect([text.exit, json.exit, text.stdout]).toEqual([2, 2, '']);
  expect(text.stderr).toContain('gracePeriod: The grace period is 100h.');
  expect(text.stderr).toContain('advanceTo[0]: The clock stands at 2026-01-01T00:00:00Z');
  expect(JSON.parse(json.stdout)).toMatchObject({
    kind: 'error',
    error: {
      code: 'scenario.grace_period',
      problems: [{ path: 'gracePeriod' }, { code: 'scenario.clock_backwards', path: 'advanceTo[0]' }],
    },
  });
});

test('a folder is a suite: a line for each, and the worst exit code', async () => {
  mkdirSync(join(folder, 'suite'));
  writeFileSync(join(folder, 'suite', 'a-good.json'), EXAMPLE);
  writeFileSync(join(folder, 'suite', 'b-wrong.json'), EXAMPLE.replace('"total": 50', '"total": 51'));
  const drifting = await simulateHere(file('suite'));
  expect([drifting.exit, drifting.stderr]).toEqual([1, '']);
  expect(drifting.stdout).toBe(`a-good.json: ✓ All 4 expectations held.
b-wrong.json: ✗ 1 of 4 expectations did not hold.
  ✗ expect.invoices[0].total: expected 51, found 50

1 of 2 scenarios held.
`);
  writeFileSync(join(folder, 'suite', 'c-broken.json'), '{');
  const [broken, json] = [await simulateHere(file('suite')), await simulateHere(file('suite'), '--json')];
  expect([broken.exit, json.exit]).toEqual([2, 2]);
  expect(broken.stdout).toContain('c-broken.json: ! it could not be run');
  expect(JSON.parse(json.stdout)).toMatchObject({
    kind: 'simulations',
    scenarios: [
      { file: 'a-good.json', kind: 'simulation', exit: 0 },
      { file: 'b-wrong.json', exit: 1 },
      { file: 'c-broken.json', error: { code: 'document-malformed' }, exit: 2 },
    ],
    exit: 2,
  });
});

test('the scenarios that come with Tieout: each is named, and holds', async () => {
  const list = await simulateHere('--list', '--json');
  const suite = await simulateHere(fileURLToPath(new URL('../../../main/scenarios', import.meta.url)), '--json');
  const { scenarios } = JSON.parse(list.stdout) as { scenarios: readonly { name: string; title: string }[] };
  expect(scenarios.length).toBeGreaterThan(9);
  expect(scenarios.map(({ name }) => name)).toContain('invoice-parity');
  const answers = (JSON.parse(suite.stdout) as { scenarios: readonly { name: string; exit: number }[] }).scenarios;
  expect(answers.map(({ name }) => name)).toEqual(scenarios.map(({ title }) => title));
  expect([list.exit, suite.exit, ...answers.map(({ exit }) => exit)]).toEqual(Array(answers.length + 2).fill(0));
  const watched = await simulateHere(fileURLToPath(new URL('../../../main/scenarios', import.meta.url)), '--step');
  expect([watched.exit, watched.stderr]).toEqual([2, expect.stringContaining('One scenario is watched at a time.')]);
  const one = await simulateHere('--scenario', 'invoice-parity');
  expect([one.exit, one.stdout.includes('duplicate dropped')]).toEqual([0, true]);
});

test.each<readonly [string, readonly string[], string]>([
  ['nothing to simulate', [], 'cli.usage'],
  ['two things to simulate', ['example.json', '--list'], 'cli.usage'],
  ['options of a cache without one', ['example.json', '--late', '4h'], 'cli.usage'],
  ['a cache without a customer', ['--from', '.'], 'cli.usage'],
  ['a delay of nothing', ['--from', '.', '--customer', 'cus_a', '--delay', '1d'], 'cli.usage'],
  ['a stop before the start', ['example.json', '--until', '2025-01-01'], 'cli.usage'],
  ['steps as JSON', ['example.json', '--step'], 'cli.usage'],
  ['a file that does not exist', ['nowhere.json'], 'input.unreadable'],
  ['a scenario that does not exist', ['--scenario', 'invoice-party'], 'scenario.not_found'],
  ['a workspace that does not exist', ['--from', '/nowhere', '--customer', 'cus_a'], 'workspace.not_found'],
])('%s is refused', async (_, args, code) => {
  const { exit, stdout } = await simulateHere(...args.map((arg) => (/[.]json$/.test(arg) ? file(arg) : arg)), '--json');
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'error', error: { code } });
  expect(exit).toBe(2);
});

test('the scenario of the documentation is the one that is tested', () => {
  const docs = readFileSync(new URL('../../../docs/simulation.md', import.meta.url), 'utf8');
  const blocks = [...docs.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  expect(blocks.map((text) => JSON.parse(text))).toContainEqual(JSON.parse(EXAMPLE));
});

test('of several exit codes 2 counts before 1, 1 before 3, 3 before 0', () => {
  expect([[0, 3, 1, 2], [3, 1, 0], [0, 3], [0], []].map(worstExit)).toEqual([2, 1, 3, 0, 0]);
});
