import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installDesktop, installerComplaint } from '../../../main/cli/desktop-install.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tieout-install-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program in the place of Electron's installer. */
async function install(program: string, signal = new AbortController().signal): Promise<string | null> {
  const installer = join(folder, 'install.cjs');
  writeFileSync(installer, program);
  return installDesktop(installer, { env: process.env, signal, limits: { firstByteMs: 1_500, wholeMs: 4_000 } });
}

test('an installer that ends well has installed', async () => {
  expect(await install('process.exit(0)')).toBeNull();
});

test('an installer that fails says why in one sentence', async () => {
  expect(await install('console.error(new TypeError("fetch failed").stack); process.exit(1)')).toBe('fetch failed');
});

test('a network that swallows everything is given up, and nothing is left behind', async () => {
  const note = join(folder, 'where');
  const program = `require('fs').writeFileSync(${JSON.stringify(note)}, require('os').tmpdir()); setInterval(() => {}, 1000)`;
  const started = performance.now();
  expect(await install(program)).toBe('the network does not answer');
  expect(performance.now() - started).toBeLessThan(3_500);
  expect(existsSync(readFileSync(note, 'utf8'))).toBe(false);
});

test('a download that has begun is waited for, up to a limit', async () => {
  const begin = "require('fs').writeFileSync(require('path').join(require('os').tmpdir(), 'part'), 'bytes');";
  expect(await install(`${begin} setTimeout(() => process.exit(0), 2500)`)).toBeNull();
  expect(await install(`${begin} setInterval(() => {}, 1000)`)).toBe('it takes too long');
});

test('Ctrl-C ends the download', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 200);
  expect(await install('setInterval(() => {}, 1000)', controller.signal)).toMatch(/abort/i);
});

test('the reason is found in what an installer writes', () => {
  expect(installerComplaint('Downloading…\nHTTPError: Response code 404\n    at x (y.js:1)\n')).toBe(
    'Response code 404',
  );
  expect(installerComplaint('no space left\n')).toBe('no space left');
  expect(installerComplaint('')).toBe('no reason given');
});
