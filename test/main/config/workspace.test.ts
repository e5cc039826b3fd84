import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  initWorkspace,
  openWorkspaceFolder,
  readConfig,
  readCustomerLinks,
  requireWritable,
} from '../../../main/config/workspace.ts';
import { TieoutError } from '../../../shared/errors.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tieout-workspace-'));
});

afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof TieoutError) return error.code;
    throw error;
  }
  return 'none';
};

/** The superuser may write everywhere, so permissions cannot be tested as root. */
const isSuperuser = process.getuid?.() === 0;

test('init makes a workspace that passes validation and names its variables', () => {
  const made = initWorkspace(join(folder, 'Acme "Cloud"'));
  const config = readConfig(made, {});
  expect(config.name).toBe('Acme "Cloud"');
  expect(config.unset.map((problem) => problem.message)).toEqual([
    'The environment variable CLICKHOUSE_PASSWORD is not set.',
    'The environment variable STRIPE_API_KEY is not set.',
  ]);
  const set = readConfig(made, { CLICKHOUSE_PASSWORD: 'x', STRIPE_API_KEY: 'rk_test_x' });
  expect([set.unset, set.warnings]).toEqual([[], []]);
  expect(existsSync(made.exportsFolder)).toBe(true);
  expect(readFileSync(join(made.folder, '.gitignore'), 'utf8')).toBe('tieout.db*\nexports/\n');
});

test('the examples that init leaves in comments are valid too', () => {
  const made = initWorkspace(folder);
  const text = readFileSync(made.configFile, 'utf8');
  const uncommented = text
    .replace(/^ {2}# (- | {2})/gm, '  $1')
    .replace(/^( +)# (scale|requestsPerSecond|testClocks)/gm, '$1$2');
  writeFileSync(made.configFile, uncommented);
  expect(readConfig(made, {}).meters.map((meter) => meter.key)).toEqual(['api_calls', 'cpu_seconds', 'tokens']);
});

test('init leaves an existing file and .gitignore as they are', () => {
  writeFileSync(join(folder, 'tieout.yaml'), 'mine');
  expect(codeOf(() => initWorkspace(folder))).toBe('config.exists');
  expect(readFileSync(join(folder, 'tieout.yaml'), 'utf8')).toBe('mine');
  const other = join(folder, 'other');
  mkdirSync(other);
  writeFileSync(join(other, '.gitignore'), 'mine');
  initWorkspace(other);
  expect(readFileSync(join(other, '.gitignore'), 'utf8')).toBe('mine');
});

test('init under a file says that it cannot', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(codeOf(() => initWorkspace(join(folder, 'file', 'x')))).toBe('workspace.not_writable');
});

test('what is missing is named', () => {
  expect(codeOf(() => openWorkspaceFolder(join(folder, 'nowhere')))).toBe('workspace.not_found');
  expect(codeOf(() => openWorkspaceFolder(folder))).toBe('config.not_found');
  writeFileSync(join(folder, 'tieout.yaml'), '');
  expect(codeOf(() => openWorkspaceFolder(join(folder, 'tieout.yaml')))).toBe('workspace.not_found');
  expect(openWorkspaceFolder(folder)).toMatchObject({ databaseFile: join(folder, 'tieout.db'), isWritable: true });
});

test('a file that is not UTF-8 is unreadable, not garbled', () => {
  writeFileSync(join(folder, 'tieout.yaml'), Buffer.from([0x6e, 0xff, 0xfe]));
  expect(codeOf(() => readConfig(openWorkspaceFolder(folder), {}))).toBe('config.unreadable');
});

if (isSuperuser) console.log('Skipped: a read-only folder cannot be told apart by the superuser; run as another user.');

test.skipIf(isSuperuser)('a folder that can only be read is told apart', () => {
  const made = initWorkspace(folder);
  chmodSync(folder, 0o500);
  const opened = openWorkspaceFolder(made.folder);
  expect(opened.isWritable).toBe(false);
  expect(codeOf(() => requireWritable(opened))).toBe('workspace.not_writable');
  chmodSync(folder, 0o700);
  chmodSync(made.configFile, 0o000);
  expect(codeOf(() => openWorkspaceFolder(folder))).toBe('config.unreadable');
});

test('the customers file stands beside the configuration', () => {
  const made = initWorkspace(folder);
  writeFileSync(
    made.configFile,
    readFileSync(made.configFile, 'utf8').replace('{ match: metadata.workspace_id }', '{ file: people.csv }'),
  );
  const config = readConfig(made, {});
  expect(codeOf(() => readCustomerLinks(made, config))).toBe('config.customers_file');
  writeFileSync(join(folder, 'people.csv'), 'usage_id,stripe_customer\nws_1,cus_1\n');
  expect(readCustomerLinks(made, config)).toEqual([{ usageId: 'ws_1', customerId: 'cus_1' }]);
});
