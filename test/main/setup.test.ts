import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorkspace } from '../../main/compose.ts';
import { NO_DRAFT } from '../../main/config/meter-draft.ts';
import { type StripeSandbox, startStripeSandbox } from '../../main/sandbox/stripe/server.ts';
import { memorySecrets } from '../../main/secrets.ts';
import {
  createWorkspace,
  matchInDraft,
  previewFirstMeter,
  type SetupWorld,
  secretSource,
  secretsOf,
  setupFile,
  setupFolder,
  testClickHouse,
  testStripe,
} from '../../main/setup.ts';
import type { MeterDraft } from '../../shared/contract/meter-schemas.ts';
import type { SetupDraft } from '../../shared/contract/setup-schemas.ts';
import { NOW, scratchFolder } from './cache/scratch.ts';
import { startEngine, type TestEngine } from './sources/clickhouse/engine.ts';

let engine: TestEngine;
let sandbox: StripeSandbox;

beforeAll(async () => {
  [engine, sandbox] = await Promise.all([
    startEngine({
      users: [
        { name: 'reader', password: 'p-reader', readonly: 2 },
        { name: 'strict', password: 'p-strict', readonly: 1 },
      ],
    }),
    startStripeSandbox({ clock: NOW }),
  ]);
  await engine.run(
    'CREATE TABLE calls (id String, ws Nullable(String), at DateTime, qty UInt64) ENGINE = MergeTree ORDER BY at',
  );
  await engine.insert('calls', [
    { id: '1', ws: 'ws_1', at: '2026-05-02 10:00:00', qty: '5' },
    { id: '2', ws: 'WS_2', at: '2026-05-02 10:00:00', qty: '5' },
    { id: '3', ws: null, at: '2026-05-02 10:00:00', qty: '5' },
    { id: '4', ws: 'ws_1', at: '2026-05-03 10:00:00', qty: '5' },
  ]);
  sandbox.seed({
    customers: [
      { id: 'cus_1', name: 'Globex', metadata: { workspace_id: 'ws_1' } },
      { id: 'cus_2', name: 'Initech', metadata: { workspace_id: 'ws_2' } },
    ],
    meters: [{ id: 'mtr_1', eventName: 'api_calls', formula: 'sum' }],
  });
}, 60_000);
afterAll(async () => {
  await engine?.stop();
  await sandbox?.stop();
});

const world = (env: Record<string, string> = {}): SetupWorld => ({
  env: { CH: 'p-reader', KEY: sandbox.keys.restricted, ...env },
  secrets: memorySecrets(),
  now: () => NOW,
});

const draftOf = (change: Partial<SetupDraft> = {}): SetupDraft => ({
  folder: join(scratchFolder(), 'books'),
  name: 'Acme: "Cloud"',
  clickhouse: {
    kind: 'server',
    url: engine.server.url,
    database: 'default',
    username: 'reader',
    password: 'CH',
    folder: '',
  },
  stripe: { apiKey: 'KEY', apiBase: sandbox.url, testClocks: false },
  customers: { by: 'metadata', key: 'workspace_id', file: '' },
  ...change,
});

const METER: MeterDraft = {
  ...NO_DRAFT,
  key: 'api_calls',
  unit: 'calls',
  stripe: { by: 'eventName', value: 'api_calls' },
  usage: { ...NO_DRAFT.usage, table: 'calls', columns: { customer: ['ws'], at: ['at'], value: ['qty'], id: ['id'] } },
};

const HOME_REFERENCE = `\${HOME}`;

const codes = (problems: readonly { readonly code: string; readonly severity?: string | undefined }[]) =>
  problems.map(({ code, severity }) => `${code}${severity === 'warning' ? ' (warning)' : ''}`);

describe('the test of ClickHouse', () => {
  test('tells version, user, access and tables', async () => {
    const { facts, tables, problems } = await testClickHouse(world(), draftOf());
    expect(problems).toEqual([]);
    expect(Object.fromEntries(facts.map(({ word, value }) => [word, value]))).toMatchObject({
      Version: `ClickHouse ${engine.server.version}`,
      User: 'reader',
      Access: 'readonly = 2: reads only',
      Tables: '1',
    });
    expect(tables[0]?.columns.map(({ name }) => name)).toEqual(['id', 'ws', 'at', 'qty']);
  });

  test.each<[string, Partial<SetupDraft['clickhouse']>, Record<string, string>, string]>([
    ['a user that takes no settings', { username: 'strict' }, { CH: 'p-strict' }, 'clickhouse.readonly'],
    ['a wrong password', {}, { CH: 'wrong' }, 'clickhouse.unauthorized'],
    ['a variable that is not set', { password: 'NOT_SET_ANYWHERE' }, {}, 'config.env_not_set'],
    ['an address that is none', { url: 'ch.example.com' }, {}, 'config.invalid_value'],
    ['nobody there', { url: 'http://127.0.0.1:1' }, {}, 'clickhouse.unreachable'],
    ['a database without tables', { database: 'information' }, {}, 'clickhouse.'],
    ['an empty folder', { kind: 'embedded', folder: '.' }, {}, 'clickhouse.embedded_failed'],
  ])('says what is wrong: %s', async (_name, change, env, code) => {
    const draft = draftOf();
    const { problems } = await testClickHouse(world(env), { ...draft, clickhouse: { ...draft.clickhouse, ...change } });
    expect(problems[0]?.code).toContain(code);
    expect(JSON.stringify(problems)).not.toMatch(/p-reader|p-strict/);
  });

  test('a folder of exports becomes tables', async () => {
    const draft = draftOf({ folder: scratchFolder() });
    mkdirSync(join(draft.folder, 'usage'));
    writeFileSync(join(draft.folder, 'usage', 'events.csv'), 'ws,at,qty\nws_1,2026-05-02T10:00:00Z,3\n');
    expect(setupFolder(draft.folder)).toMatchObject({ state: 'has_files', usage: ['./usage'] });
    const clickhouse = { ...draft.clickhouse, kind: 'embedded' as const, folder: join(draft.folder, 'usage') };
    const { problems, tables } = await testClickHouse(world(), { ...draft, clickhouse });
    expect(problems).toEqual([]);
    expect(tables.map(({ name }) => name)).toEqual(['events']);
    // What lies inside is written so that the workspace can be moved.
    expect(setupFile(world(), { draft: { ...draft, clickhouse }, meter: METER }).text).toContain('embedded: ./usage');
  });
});

describe('the test of Stripe', () => {
  test('tells the kind of key, its permissions and the meters', async () => {
    const { facts, permissions, meters, problems } = await testStripe(world(), draftOf());
    expect(codes(problems).filter((code) => !code.endsWith('(warning)'))).toEqual([]);
    expect(facts).toContainEqual({ word: 'Key', value: 'restricted, test mode' });
    expect(permissions.filter(({ isNecessary }) => isNecessary).map(({ name }) => name)).toContain('Customers');
    expect(permissions.every(({ isGranted, isNecessary }) => isGranted || !isNecessary)).toBe(true);
    expect(meters.map(({ eventName }) => eventName)).toEqual(['api_calls']);
  });

  test('warns of a full secret key, which tells its account', async () => {
    const { facts, problems } = await testStripe(world({ KEY: sandbox.keys.full }), draftOf());
    expect(codes(problems)).toContain('stripe.full_secret_key (warning)');
    expect(facts.find(({ word }) => word === 'Account')?.value).toContain('Tieout sandbox');
    expect(JSON.stringify({ facts, problems })).not.toContain(sandbox.keys.full);
  });

  test.each([
    ['a key that is refused', { KEY: 'rk_test_refused' }, 'stripe.unauthorized'],
    ['no variable at all', {}, 'config.missing_key'],
  ])('says what is wrong: %s', async (name, env, code) => {
    const draft = draftOf();
    const stripe = { ...draft.stripe, apiKey: name.startsWith('no') ? '' : 'KEY' };
    expect((await testStripe(world(env), { ...draft, stripe })).problems[0]?.code).toBe(code);
  });
});

test('the match rate is that of the real sources, with what is missed by case alone', async () => {
  const match = await matchInDraft(world(), { draft: draftOf(), table: 'calls', column: 'ws' });
  expect(match).toMatchObject({ usageIds: 2, customers: 2, isPartial: false, problems: [] });
  expect(match.chosen).toMatchObject({
    matched: 1,
    missed: [{ usageId: 'WS_2', near: { customer: 'cus_2', name: 'Initech', id: 'ws_2' } }],
  });
});

test('a customers file that cannot be read leaves the other rules to choose from', async () => {
  const draft = draftOf({ customers: { by: 'file', key: '', file: 'customers.csv' } });
  const match = await matchInDraft(world(), { draft, table: 'calls', column: 'ws' });
  expect(match.chosen).toBeNull();
  expect(codes(match.problems)).toEqual(['config.customers_file']);
  expect(match.rules[0]).toMatchObject({ rule: { by: 'metadata', key: 'workspace_id' }, matched: 1 });
});

test('the first meter is previewed before anything is written', () => {
  const draft = draftOf();
  const held = { id: 'mtr_1', eventName: 'api_calls', displayName: 'Calls', formula: 'sum', isActive: true } as const;
  const preview = previewFirstMeter(world(), { draft, meter: METER, month: '2026-05' }, [
    { ...held, configuredAs: null },
  ]);
  expect(preview.problems).toEqual([]);
  expect(preview.query?.sql).toContain('FROM `calls`');
  expect(preview.stripe).toMatchObject({ id: 'mtr_1', configuredAs: 'api_calls' });
  const bare = previewFirstMeter(world(), { draft, meter: NO_DRAFT, month: '2026-05' }, []);
  expect(bare.problems.map(({ field }) => field)).toContain('key');
  expect(existsSync(draft.folder)).toBe(false);
});

describe('the workspace', () => {
  test('is written with comments and without secrets, and opens', async () => {
    const own = world();
    const draft = draftOf();
    const folder = createWorkspace(own, { draft, meter: METER });
    const text = readFileSync(join(folder, 'tieout.yaml'), 'utf8');
    expect(text).toContain('# Where usage is measured.');
    expect(text).not.toContain('p-reader');
    expect(text).not.toContain(sandbox.keys.restricted);
    const { config } = openWorkspace(folder, own.env);
    expect(config).toMatchObject({
      name: 'Acme: "Cloud"',
      customers: { by: 'metadata', key: 'workspace_id' },
      unset: [],
    });
    expect(config.warnings).toEqual([]);
    expect(config.meters.map(({ key, unit }) => [key, unit])).toEqual([['api_calls', 'calls']]);
    expect(secretsOf(own, openWorkspace(folder, own.env).paths)).toEqual([
      { name: 'CH', source: 'environment' },
      { name: 'KEY', source: 'environment' },
    ]);
    expect(setupFolder(folder).state).toBe('workspace');
    expect(() => createWorkspace(own, { draft, meter: METER })).toThrow(/already holds/);
  });

  test.each<[string, (draft: SetupDraft) => SetupDraft, string]>([
    ['a name that is empty', (draft) => ({ ...draft, name: ' ' }), 'config.invalid_value'],
    [
      'a variable that is not set',
      (d) => ({ ...d, stripe: { ...d.stripe, apiKey: 'UNSET_KEY' } }),
      'config.env_not_set',
    ],
    ['a folder that is no whole path', (draft) => ({ ...draft, folder: 'books' }), 'workspace.not_writable'],
    ['no metadata key', (d) => ({ ...d, customers: { ...d.customers, key: '' } }), 'config.invalid_value'],
  ])('is not written while something is wrong: %s', (_name, change, code) => {
    const draft = change(draftOf());
    expect(() => createWorkspace(world(), { draft, meter: METER })).toThrow(expect.objectContaining({ code }));
    expect(existsSync(join(draft.folder, 'tieout.yaml'))).toBe(false);
  });

  test.each(['Ünïcode ☃', "it's #1 - yes", HOME_REFERENCE, '{a: b}', 'true', '2026', 'a\\b"c'])(
    'keeps a name as it was typed: %s',
    (name) => {
      const { text, problems } = setupFile(world({ HOME: HOME_REFERENCE }), { draft: draftOf({ name }), meter: METER });
      expect(problems).toEqual([]);
      const folder = scratchFolder();
      writeFileSync(join(folder, 'tieout.yaml'), text);
      expect(openWorkspace(folder, { ...world().env, HOME: HOME_REFERENCE }).config.name).toBe(name);
    },
  );
});

test('a secret that was typed counts, and only for its folder', async () => {
  const own = world();
  await own.secrets.keep('/books/a', 'TYPED', 'x');
  expect(secretSource(own, '/books/a', 'TYPED')).toEqual({ name: 'TYPED', source: 'memory' });
  expect(secretSource(own, '/books/b', 'TYPED')).toEqual({ name: 'TYPED', source: null });
  expect(secretSource(own, '/books/a', 'CH')).toEqual({ name: 'CH', source: 'environment' });
});
