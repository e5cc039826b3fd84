import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const EXECUTABLE = fileURLToPath(new URL('../../../main/tieout.mjs', import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tieout-rate-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

type Ran = { readonly exit: number | null; readonly stdout: string; readonly stderr: string };

const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess =>
  spawn(process.execPath, [EXECUTABLE, 'rate', ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, ...env },
  });

function ending(child: ChildProcess): Promise<Ran> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve({ exit, stdout, stderr }));
  });
}

const tieoutRate = (args: readonly string[], stdin = ''): Promise<Ran> => {
  const child = start(args);
  child.stdin?.end(stdin);
  return ending(child);
};

const LINE = '{"currency":"usd","price":{"unit_amount_decimal":"0.5"},"quantity":"12345678901234567891"}';
const ANSWER =
  '{"tieout":1,"kind":"rating","currency":"usd",' +
  '"lines":[{"type":"usage","tier":1,"quantity":"12345678901234567891","unitAmount":"0.5","exact":"6172839450617283945.5",' +
  '"amount":6172839450617283946}],"adjustments":[],' +
  '"subtotal":{"exact":"6172839450617283945.5","amount":6172839450617283946},' +
  '"total":{"exact":"6172839450617283945.5","amount":6172839450617283946}}';

test('a document in a file, laid out over many lines, with and without --json', async () => {
  writeFileSync(join(folder, 'one.json'), JSON.stringify(JSON.parse(LINE), null, 2));
  const [plain, json] = await Promise.all([tieoutRate(['one.json']), tieoutRate(['one.json', '--json'])]);
  expect(plain).toEqual({ exit: 0, stdout: json.stdout, stderr: '' });
  expect(plain.stdout.replace(/\n */g, '').replace(/": /g, '":')).toBe(ANSWER);
});

test('many on standard input: an answer on each line, in order; a bad one in its place, and exit code 2', async () => {
  const bad = '{"currency":"usd","price":{"unit_amount":5},"quantity":-1}';
  const { exit, stdout, stderr } = await tieoutRate(['-'], `${LINE}\n\n${bad}\nnonsense\n${LINE}\n`);
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(4);
  expect([lines[0], lines[3]]).toEqual([ANSWER, ANSWER]);
  expect(JSON.parse(lines[1] ?? '')).toEqual({
    error: {
      code: 'quantity-negative',
      message: 'The quantity is -1.',
      path: 'quantity',
      remedy: expect.any(String),
      problems: [expect.objectContaining({ code: 'quantity-negative', path: 'quantity' })],
    },
  });
  expect(JSON.parse(lines[2] ?? '')).toMatchObject({ error: { code: 'document-malformed' } });
  expect([exit, stderr]).toEqual([2, '']);
});

test.each([
  ['one bad document', ['-'], '{"currency":"usd"}', 'price-missing'],
  ['no document', ['-'], '', 'document-malformed'],
  ['a file that does not exist', ['nowhere.json'], '', 'input.unreadable'],
  ['a folder', ['.'], '', 'input.unreadable'],
])('%s is an error document on standard output, and exit code 2', async (_, args, stdin, code) => {
  const { exit, stdout, stderr } = await tieoutRate(args, stdin);
  expect(JSON.parse(stdout)).toMatchObject({ tieout: 1, kind: 'error', error: { code } });
  expect([exit, stderr]).toEqual([2, '']);
});

test('answers come while the input still goes on, and Ctrl-C ends it', async () => {
  const child = start(['-']);
  const done = ending(child);
  const first = new Promise((resolve) => child.stdout?.once('data', resolve));
  child.stdin?.write(`${LINE}\n`.repeat(2_000));
  await first;
  child.kill('SIGINT');
  const { exit, stdout } = await done;
  expect([...new Set(stdout.trimEnd().split('\n'))]).toEqual([ANSWER]);
  expect(exit).toBe(2);
});

test('an input larger than the memory is answered', async () => {
  const child = start(['-'], { NODE_OPTIONS: '--max-old-space-size=96' });
  const done = ending(child);
  const nickname = 'x'.repeat(1_000_000);
  const line = `{"currency":"usd","price":{"unit_amount":1,"nickname":"${nickname}"},"quantity":1}\n`;
  if (child.stdin === null) throw new Error('the child has no standard input');
  const fed = pipeline(Readable.from(Array.from({ length: 160 }, () => line)), child.stdin);
  const [{ exit, stdout, stderr }, feeding] = await Promise.all([done, fed.catch(String)]);
  expect({ exit, stderr, feeding }).toEqual({ exit: 0, stderr: '' });
  expect(stdout.trimEnd().split('\n')).toHaveLength(160);
});
