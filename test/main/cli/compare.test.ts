import { spawn } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FLEET } from '../api/compare/fleet.ts';
import { twoMonths } from '../api/compare/two-months.ts';
import { scratchFolder } from '../cache/scratch.ts';

const EXECUTABLE = fileURLToPath(new URL('../../../main/tieout.mjs', import.meta.url));

type Ran = { readonly exit: number | null; readonly stdout: string; readonly stderr: string };

function tieout(args: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [EXECUTABLE, ...args], { env: { PATH: process.env.PATH ?? '' } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve({ exit, stdout, stderr }));
  });
}

/** A workspace with the months that were worked out by hand. What was pulled was so under other settings. */
function workspace(): string {
  const folder = scratchFolder();
  const { db } = twoMonths(FLEET);
  db.pragma('wal_checkpoint(TRUNCATE)');
  copyFileSync(db.name, join(folder, 'tieout.db'));
  const meter = (key: string): string =>
    `  - { key: ${key}, stripe: { eventName: ${key}_event }, unit: units, usage: { template: events, table: t, columns: { customer: c, at: a, value: v } } }`;
  writeFileSync(
    join(folder, 'tieout.yaml'),
    `version: 1
name: Acme Cloud
clickhouse: { url: "http://127.0.0.1:1" }
stripe: { apiKey: sk_test_1 }
customers: { match: id }
compare: { minAmount: "5.00" }
meters:
${meter('cpu')}
${meter('disk')}
`,
  );
  return folder;
}

const MONTHS = ['--month', '2026-04', '--with', '2026-05', '--now', '2026-06-05T00:00:00Z'];

test('the command answers in words, as a document and as CSV, and refuses what makes no sense', async () => {
  const folder = workspace();
  const csv = join(folder, 'changes.csv');
  const [words, json, wrong, future] = await Promise.all([
    tieout(['compare', folder, ...MONTHS, '--limit', '1']),
    tieout(['compare', folder, ...MONTHS, '--json', '--csv', csv, '--min-relative', '60%']),
    tieout(['compare', folder, ...MONTHS, '--min-relative', 'a lot']),
    tieout(['compare', folder, '--month', '2026-05', '--with', '2026-07', '--now', '2026-06-05T00:00:00Z', '--json']),
  ]);
  expect(words.exit).toBe(3);
  expect(words.stdout).toContain('2026-05 is 38.35 USD above 2026-04: usage +42.30, mix -5.00');
  expect(words.stdout).toMatch(/^● {2}Globex +cpu +30\.00 +60\.00 +\+30\.00 /m);
  const document = JSON.parse(json.stdout);
  expect(document).toMatchObject({ kind: 'comparison', basis: 'billed', exit: 3, materiality: { minRelative: '0.6' } });
  expect(document.totals[1]).toMatchObject({ currency: 'usd', change: '38.35', material: 1 });
  expect(json.stderr).toContain('Wrote 11 rows to');
  expect(readFileSync(csv, 'utf8').trimEnd().split('\r\n')).toHaveLength(12);
  expect([wrong.exit, wrong.stderr]).toEqual([2, expect.stringContaining('Give a percentage such as 5%')]);
  expect([future.exit, JSON.parse(future.stdout).error.code]).toEqual([2, 'period.in_future']);
}, 60_000);
