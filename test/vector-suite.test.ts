import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CLASSES } from './vectors/classes/registry.ts';
import { runVectors } from './vectors/suite.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tieout-vectors-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const write = (name: string, content: unknown): void => {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
};

const meterValue = (id: string, payloadValue: string) => ({
  id,
  title: 't',
  source: 'tieout',
  input: { value: '12.25' },
  expected: { payload_value: payloadValue },
});

const metering = (cases: readonly unknown[], className = 'meter-value') => ({ format: 1, class: className, cases });

describe('a vector suite that can fail', () => {
  test('passes what is right', async () => {
    write('metering/meter-value.json', metering([meterValue('a', '12.25')]));
    write('metering/FORMAT.md', 'words');
    expect(await runVectors(folder, CLASSES)).toEqual({ passed: 1, failures: [], skipped: [] });
  });

  test('fails a planted wrong expectation and names it', async () => {
    write('metering/meter-value.json', metering([meterValue('a', '12.25'), meterValue('b', '12.26')]));
    const { passed, failures } = await runVectors(folder, CLASSES);
    expect(passed).toBe(1);
    expect(failures).toEqual(['metering/meter-value.json b: expected.payload_value: expected "12.26", found "12.25"']);
  });

  test.each([
    ['a folder that is not known', 'elsewhere/meter-value.json', metering([meterValue('a', '12.25')])],
    ['a file beside the folders', 'meter-value.json', metering([meterValue('a', '12.25')])],
    ['a file of another kind', 'metering/meter-value.csv', 'a,b'],
    ['a class that is not known', 'metering/x.json', metering([meterValue('a', '12.25')], 'meter-values')],
    ['a format that is not known', 'metering/x.json', { ...metering([meterValue('a', '12.25')]), format: 2 }],
    ['a peer file of another format', 'lago/x.json', metering([meterValue('a', '12.25')])],
    ['text that is not JSON', 'metering/x.json', '{'],
    ['a file without cases', 'metering/x.json', metering([])],
    ['a case that expects nothing', 'metering/x.json', metering([{ ...meterValue('a', '12.25'), expected: {} }])],
    ['a case without an expectation', 'metering/x.json', metering([{ id: 'a', input: {} }])],
    [
      'an operation that is not known',
      'metering/x.json',
      metering([{ id: 'a', input: { op: 'x' }, expected: {} }], 'period'),
    ],
    [
      'a model that is not known',
      'lago/x.json',
      { format: 'tieout-peer-vectors/1', vectors: [{ id: 'a', model: 'm', expect: {} }] },
    ],
    [
      'an engine that is not known',
      'openmeter/x.json',
      { format: 'tieout-rating-vectors/1', vectors: [{ id: 'a', engine: 'e' }] },
    ],
  ])('fails %s', async (_, name, content) => {
    write(name, content);
    const { passed, failures } = await runVectors(folder, CLASSES);
    expect(passed).toBe(0);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain(name);
  });

  test('fails an id that stands twice and a folder without vectors', async () => {
    expect((await runVectors(folder, CLASSES)).failures).toHaveLength(1);
    write('metering/meter-value.json', metering([meterValue('a', '12.25'), meterValue('a', '12.25')]));
    expect((await runVectors(folder, CLASSES)).failures[0]).toContain('stands twice');
  });
});

describe('every class that is run can fail', () => {
  const run = Object.entries(CLASSES).filter(([name, found]) => !('skipped' in found) && name.startsWith('metering/'));

  test.each(run.map(([name]) => name))('%s', async (name) => {
    const file = join(import.meta.dirname, 'vectors', `${name}.json`);
    const vectors = JSON.parse(readFileSync(file, 'utf8'));
    const broken = vectors.cases.map((vector: { readonly expected: object }) => ({
      ...vector,
      expected: Object.fromEntries(Object.entries(vector.expected).map(([key, value]) => [key, changed(value)])),
    }));
    write(`${name}.json`, { ...vectors, cases: broken });
    const { passed, failures } = await runVectors(folder, CLASSES);
    expect(passed).toBe(0);
    expect(failures).toHaveLength(vectors.cases.length);
  });

  const peers = ['lago', 'killbill', 'stripemeter'].flatMap((folderName) =>
    readdirSync(join(import.meta.dirname, 'vectors', folderName))
      .filter((file) => file.endsWith('.json'))
      .map((file) => [`${folderName}/${file}`, readPeer(folderName, file)] as const)
      .filter(([, { model }]) => !('skipped' in (CLASSES[`${folderName}/${model}`] ?? { skipped: '' }))),
  );

  test('the peers are among them', () => expect(peers.length).toBeGreaterThan(20));

  test.each(peers)('%s', async (name, vectors) => {
    const broken = vectors.vectors.map(({ expect: expected, stripe, ...rest }) => ({
      ...rest,
      expect: allChanged(expected),
      stripe: stripe === null || stripe === undefined ? stripe : allChanged(stripe, /Minor/),
    }));
    write(name, { ...vectors, vectors: broken });
    const { passed, failures } = await runVectors(folder, CLASSES);
    expect(passed).toBe(0);
    expect(failures.length).toBeGreaterThan(0);
  });
});

type PeerFile = {
  readonly model: string;
  readonly vectors: readonly { readonly expect: object; readonly stripe?: object | null }[];
};

function readPeer(folderName: string, file: string): PeerFile {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'vectors', folderName, file), 'utf8'));
}

const allChanged = (values: object, names = /./): object =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, names.test(key) ? changed(value) : value]));

/** Another value of the same kind. */
function changed(value: unknown): unknown {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return `${value}1`;
  if (Array.isArray(value)) return [...value, 'one more'];
  return value === null ? 'something' : { ...value, added: 1 };
}

test('the command ends with the counts and says by its exit code whether all passed', () => {
  const run = join(import.meta.dirname, 'vectors', 'run.ts');
  const answer = (vectors: string): { readonly last: string; readonly status: number } => {
    try {
      const output = execFileSync(process.execPath, [run], {
        env: { ...process.env, TIEOUT_VECTORS: vectors },
        encoding: 'utf8',
        stdio: 'pipe',
      });
      return { last: output.trimEnd().split('\n').at(-1) ?? '', status: 0 };
    } catch (error) {
      const { stdout, status } = error as { readonly stdout: string; readonly status: number };
      return { last: stdout.trimEnd().split('\n').at(-1) ?? '', status };
    }
  };
  cpSync(join(import.meta.dirname, 'vectors', 'metering', 'period.json'), join(folder, 'metering', 'period.json'));
  expect(answer(folder)).toEqual({ last: '17 passed, 0 failed, 0 skipped', status: 0 });
  write('metering/wrong.json', metering([meterValue('a', '1')]));
  expect(answer(folder)).toEqual({ last: '17 passed, 1 failed, 0 skipped', status: 1 });
  expect(answer(join(folder, 'nowhere'))).toEqual({ last: '0 passed, 1 failed, 0 skipped', status: 1 });
});
