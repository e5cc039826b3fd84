import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRecent, rememberWorkspace } from '../../main/recent.ts';
import { instant } from '../../shared/values/instant.ts';

let state: string;

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'tieout-recent-'));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

const remember = (name: string, at = 0) =>
  rememberWorkspace(state, { folder: join(state, name), name, openedAt: instant(at) });

test('the newest comes first, each folder once', () => {
  remember('a', 1000);
  remember('b', 2000);
  remember('a', 3000);
  expect(readRecent(state).map(({ name, openedAt }) => [name, openedAt])).toEqual([
    ['a', '1970-01-01T00:00:03Z'],
    ['b', '1970-01-01T00:00:02Z'],
  ]);
});

test('a folder that is gone is said to be gone', () => {
  mkdirSync(join(state, 'here'));
  writeFileSync(join(state, 'here', 'tieout.yaml'), '');
  remember('gone');
  remember('here');
  expect(readRecent(state).map(({ name, exists }) => [name, exists])).toEqual([
    ['here', true],
    ['gone', false],
  ]);
});

test('a list that cannot be read is empty and is written anew', () => {
  writeFileSync(join(state, 'recent.json'), '{"broken"');
  expect(readRecent(state)).toEqual([]);
  remember('a');
  expect(readRecent(state)).toHaveLength(1);
});

test('a state folder that cannot be written to keeps nothing from opening', () => {
  const file = join(state, 'file');
  writeFileSync(file, '');
  expect(() => rememberWorkspace(join(file, 'below'), { folder: 'x', name: 'x', openedAt: instant(0) })).not.toThrow();
});

test('only the last dozen are kept', () => {
  for (let index = 0; index < 20; index += 1) remember(`w${index}`, index);
  expect(readRecent(state)).toHaveLength(12);
});
