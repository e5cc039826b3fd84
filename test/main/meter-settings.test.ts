import { lstatSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openCache } from '../../main/cache/open.ts';
import { acquireWriter } from '../../main/cache/writer-lock.ts';
import { openWorkspace, type Workspace } from '../../main/compose.ts';
import { meterSettings, previewMeter, saveMeter } from '../../main/meter-settings.ts';
import type { MeterDraft, MeterPreview } from '../../shared/contract/meter-schemas.ts';
import { NOW, scratchFolder } from './cache/scratch.ts';

const ENV = { KEY: 'rk_test_1' };
const FILE = `version: 1
name: Acme
clickhouse: { embedded: ./usage }
stripe: { apiKey: "\${KEY}" }
customers: { match: id }
tolerance: { staleness: 3h }   # a slow worker
meters:
  # by the second
  - key: cpu_seconds
    stripe: { eventName: cpu }
    unit: CPU-seconds
    usage:
      template: counter_checkpoints
      table: checkpoints
      columns: { customer: ws, series: [instance], at: ts, value: cpu_usec }
      scale: "0.000001"  # exact
  - key: memory
    stripe: { eventName: memory }
    unit: GiB-seconds
    usage:
      template: counter_checkpoints
      table: checkpoints
      columns: { customer: ws, series: [instance], at: ts, value: bytes }
      gauge: true
      scale: "1/1073741824000"
`;

function workspaceOf(text = FILE): Workspace {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'tieout.yaml'), text);
  return openWorkspace(folder, ENV);
}

function emptyDb() {
  const db = openCache(':memory:', { now: NOW });
  onTestFinished(() => {
    db.close();
  });
  return db;
}

const settingsOf = (workspace: Workspace) => meterSettings(workspace, { db: emptyDb(), env: ENV, now: NOW });
const textOf = ({ paths }: Workspace): string => readFileSync(paths.configFile, 'utf8');
const draftOf = (workspace: Workspace, key: string): MeterDraft => {
  const found = settingsOf(workspace).meters.find((meter) => meter.key === key);
  if (found === undefined) throw new Error(`no meter ${key}`);
  return found.draft;
};
const preview = (workspace: Workspace, key: string | null, draft: MeterDraft): MeterPreview =>
  previewMeter(workspace, { key, draft, month: '2026-05' }, { db: emptyDb(), env: ENV });
const save = (workspace: Workspace, key: string | null, draft: MeterDraft | null, digest?: string) =>
  saveMeter(workspace, { digest: digest ?? settingsOf(workspace).digest, key, draft }, { env: ENV, now: () => NOW });
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'nothing thrown';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test('meters are told as the file has them, with what is in force for each', () => {
  const { meters, tolerance, readOnly } = settingsOf(workspaceOf());
  expect(tolerance).toEqual({ relative: '0.001', absolute: '0', stalenessSeconds: 10_800 });
  expect(readOnly).toBeNull();
  expect(meters.map(({ key, scale, combine, cases, stripe }) => ({ key, scale, combine, cases, stripe }))).toEqual([
    { key: 'cpu_seconds', scale: '1/1000000', combine: 'sum', cases: 0, stripe: null },
    { key: 'memory', scale: '1/1073741824000', combine: 'sum', cases: 0, stripe: null },
  ]);
});

describe('a preview', () => {
  test('has the query of a pull, what is bound beside it, and the exact units', () => {
    const workspace = workspaceOf();
    const { query, units, problems } = preview(workspace, 'memory', draftOf(workspace, 'memory'));
    expect(problems).toEqual([]);
    expect(query?.sql).toContain('FROM `checkpoints` AS t FINAL');
    expect(query?.sql).not.toContain('1777593600000');
    expect(query?.parameters).toContainEqual({ name: 'from_ms', type: 'Int64', value: '1777593600000' });
    expect(query?.parameters).toContainEqual({ name: 'max_gap_ms', type: 'Int64', value: '120000' });
    expect(query?.sharedWith).toEqual(['cpu_seconds']);
    expect(units).toEqual({
      native: 'bytes × milliseconds',
      billed: 'GiB-seconds',
      scale: '1/1073741824000',
      inverse: '1073741824000',
    });
  });

  test.each<[string, (draft: MeterDraft) => MeterDraft, readonly (readonly [string | null, string])[]]>([
    [
      'a table that is none',
      (d) => withUsage(d, { table: 'x; DROP TABLE y' }),
      [['usage.table', 'config.invalid_value']],
    ],
    [
      'a column that is an expression',
      (d) => withUsage(d, { columns: { ...d.usage.columns, value: ['cpu + 1'] } }),
      [['usage.columns.value', 'config.invalid_value']],
    ],
    [
      'one of several columns',
      (d) => withUsage(d, { columns: { ...d.usage.columns, series: ['a', 'b`'] } }),
      [['usage.columns.series[1]', 'config.invalid_value']],
    ],
    ['a key that is taken', (d) => ({ ...d, key: 'memory' }), [['key', 'config.duplicate']]],
    [
      'no columns',
      (d) => withUsage(d, { columns: {} }),
      ['customer', 'series', 'at', 'value'].map((role) => [`usage.columns.${role}`, 'config.missing_key'] as const),
    ],
    ['a scale of 0', (d) => withUsage(d, { scale: '0' }), [['usage.scale', 'config.invalid_value']]],
    ['a word for a duration', (d) => withUsage(d, { maxGap: 'long' }), [['usage.maxGap', 'config.invalid_value']]],
    [
      'a variable that is not set',
      (d) => withUsage(d, { table: 'a_$' + '{NOPE}' }),
      [['usage.table', 'config.env_not_set']],
    ],
    [
      'a lax tolerance',
      (d) => ({ ...d, tolerance: { ...d.tolerance, relative: '2' } }),
      [['tolerance.relative', 'config.invalid_value']],
    ],
  ])('says of %s which field it is', (_name, change, expected) => {
    const workspace = workspaceOf();
    const { problems } = preview(workspace, 'cpu_seconds', change(draftOf(workspace, 'cpu_seconds')));
    expect(problems.map(({ field, code }) => [field, code])).toEqual(expected);
    expect(problems.map(({ message }) => message).join()).not.toMatch(/meters\[\d\]/);
  });

  test('of a query of one’s own binds the list of customers', () => {
    const workspace = workspaceOf();
    const query =
      'SELECT c AS customer, n AS quantity FROM t WHERE c IN {customers:Array(String)} AND at < {to:DateTime}';
    const draft = withUsage(
      { ...draftOf(workspace, 'memory'), key: 'own', stripe: { by: 'id', value: 'mtr_1' } },
      { template: 'sql', query },
    );
    const previewed = preview(workspace, null, draft);
    expect(previewed.query?.sql).toContain(query);
    expect(previewed.query?.parameters).toContainEqual({ name: 'to', type: 'DateTime', value: '2026-06-01T00:00:00Z' });
    expect(previewed.query?.sharedWith).toEqual([]);
    expect(previewed.yaml).toContain('template: sql');
  });
});

const withUsage = (draft: MeterDraft, usage: Partial<MeterDraft['usage']>): MeterDraft => ({
  ...draft,
  usage: { ...draft.usage, ...usage },
});

describe('saving', () => {
  test('changes the one value, and the next reader has it', () => {
    const workspace = workspaceOf();
    const { digest } = save(
      workspace,
      'cpu_seconds',
      withUsage(draftOf(workspace, 'cpu_seconds'), { scale: '1/1000' }),
    );
    expect(textOf(workspace)).toBe(FILE.replace('"0.000001"', '"1/1000"'));
    expect(settingsOf(workspace).digest).toBe(digest);
    expect(save(workspace, 'memory', null).key).toBeNull();
    expect(settingsOf(workspace).meters.map(({ key }) => key)).toEqual(['cpu_seconds']);
    expect(textOf(workspace)).toContain('# a slow worker');
  });

  test('a draft that is wrong changes nothing, and says everything that is wrong', () => {
    const workspace = workspaceOf();
    const wrong = withUsage({ ...draftOf(workspace, 'memory'), key: 'a key' }, { table: '1' });
    expect(() => save(workspace, 'memory', wrong)).toThrow(expect.objectContaining({ code: 'config.invalid_value' }));
    expect(textOf(workspace)).toBe(FILE);
  });

  test('a file that changed since it was read is left alone', () => {
    const workspace = workspaceOf();
    const { digest } = settingsOf(workspace);
    const draft = draftOf(workspace, 'memory');
    const changed = `${FILE}# by hand\n`;
    writeFileSync(workspace.paths.configFile, changed);
    expect(codeOf(() => save(workspace, 'memory', { ...draft, unit: 'x' }, digest))).toBe('config.changed');
    expect(textOf(workspace)).toBe(changed);
  });

  test('while another process writes nothing is saved, and the settings say so', () => {
    const workspace = workspaceOf();
    const { digest } = settingsOf(workspace);
    const draft = draftOf(workspace, 'memory');
    const lock = acquireWriter(workspace.paths, { pid: 4211, startedAt: NOW, command: 'pull' });
    expect(codeOf(() => save(workspace, 'memory', { ...draft, unit: 'x' }, digest))).toBe('workspace.busy');
    expect(settingsOf(workspace).readOnly).toMatchObject({
      code: 'workspace.busy',
      message: /process 4211 .*\(pull\)/,
    });
    lock.release();
    expect(settingsOf(workspace).readOnly).toBeNull();
    expect(textOf(workspace)).toBe(FILE);
  });

  test('a link stays a link: the file behind it is replaced', () => {
    const workspace = workspaceOf();
    const behind = join(scratchFolder(), 'kept-in-git.yaml');
    renameSync(workspace.paths.configFile, behind);
    symlinkSync(behind, workspace.paths.configFile);
    save(workspace, 'memory', { ...draftOf(workspace, 'memory'), unit: 'GiB-s' });
    expect(lstatSync(workspace.paths.configFile).isSymbolicLink()).toBe(true);
    expect(readFileSync(behind, 'utf8')).toBe(FILE.replace('unit: GiB-seconds', 'unit: GiB-s'));
  });
});
