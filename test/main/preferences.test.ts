import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readPreferences, writePreference } from '../../main/preferences.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'tieout-preferences-'));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

test('what was chosen is kept, for all workspaces or for one', () => {
  writePreference(state, '/a', { scope: 'everywhere', name: 'appearance', value: '{"theme":"dark"}' });
  writePreference(state, '/a', { scope: 'workspace', name: 'views.month', value: '[]' });
  expect(readPreferences(state, '/a')).toEqual({
    everywhere: { appearance: '{"theme":"dark"}' },
    workspace: { 'views.month': '[]' },
  });
  expect(readPreferences(state, '/b')).toEqual({ everywhere: { appearance: '{"theme":"dark"}' }, workspace: {} });
  expect(readPreferences(state, null).workspace).toEqual({});
});

test('a name is replaced and forgotten alone', () => {
  for (const value of ['1', '2']) writePreference(state, '/a', { scope: 'workspace', name: 'columns.cell', value });
  writePreference(state, '/a', { scope: 'workspace', name: 'columns.late', value: '3' });
  expect(readPreferences(state, '/a').workspace).toEqual({ 'columns.cell': '2', 'columns.late': '3' });
  writePreference(state, '/a', { scope: 'workspace', name: 'columns.cell', value: null });
  expect(readPreferences(state, '/a').workspace).toEqual({ 'columns.late': '3' });
});

test.each([['not JSON'], ['[]'], ['{"everywhere":{"No such Name":"1"},"workspaces":{}}']])(
  'a file that holds %s counts as empty, and is replaced by the next choice',
  (text) => {
    writeFileSync(join(state, 'preferences.json'), text);
    expect(readPreferences(state, '/a')).toEqual({ everywhere: {}, workspace: {} });
    writePreference(state, '/a', { scope: 'everywhere', name: 'appearance', value: 'x' });
    expect(readPreferences(state, '/a').everywhere).toEqual({ appearance: 'x' });
  },
);

test('a folder that is a file keeps nobody from working', () => {
  writeFileSync(join(state, 'taken'), '');
  const choice = { scope: 'everywhere', name: 'appearance', value: 'x' } as const;
  expect(() => writePreference(join(state, 'taken'), null, choice)).not.toThrow();
});
