import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initWorkspace } from '../../../main/config/workspace.ts';
import { builtInNames, builtInScenario } from '../../../main/simulate/scenario-files.ts';
import {
  listScenarios,
  readScenarioFile,
  removeScenario,
  saveScenario,
} from '../../../main/simulate/workspace-scenarios.ts';

let scratch: string;
let workspace: Parameters<typeof listScenarios>[0];
const fileOf = (name: string): string => join(workspace.paths.folder, 'scenarios', `${name}.json`);
const text = builtInScenario('leap-february').read();

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'tieout-scenarios-'));
  workspace = { paths: initWorkspace(join(scratch, 'w')) };
});
afterEach(() => rmSync(scratch, { recursive: true }));

const coded = (code: string) => expect.objectContaining({ code });

test('those that come with Tieout are there, those of the workspace before them', () => {
  expect(listScenarios(workspace).map(({ id }) => id)).toEqual(builtInNames().map((name) => `built-in/${name}`));
  saveScenario(workspace, { name: 'March (late), again', text, known: null });
  saveScenario(workspace, { name: 'broken', text: '{', known: null });
  expect(listScenarios(workspace).slice(0, 2)).toMatchObject([
    { id: 'own/March (late), again', isBuiltIn: false, problem: null },
    { id: 'own/broken', title: null, problem: expect.stringContaining('no JSON') },
  ]);
  expect(readScenarioFile(workspace, 'built-in/leap-february')).toMatchObject({ text, isBuiltIn: true, known: null });
});

test('what is saved is read as it was, and saved again by whoever knows it', () => {
  const first = saveScenario(workspace, { name: 'mine', text, known: null });
  expect(readScenarioFile(workspace, 'own/mine')).toEqual(first);
  const second = saveScenario(workspace, { name: 'mine', text: `${text} `, known: first.known });
  expect(readFileSync(fileOf('mine'), 'utf8')).toBe(`${text} `);
  expect(second.known).not.toBe(first.known);
  expect(readdirSync(join(workspace.paths.folder, 'scenarios'))).toEqual(['mine.json']);
});

test('nothing is overwritten that was never seen', () => {
  const { known } = saveScenario(workspace, { name: 'mine', text, known: null });
  expect(() => saveScenario(workspace, { name: 'mine', text: '{}', known: null })).toThrow(coded('scenario.changed'));
  writeFileSync(fileOf('mine'), 'of somebody else');
  expect(() => saveScenario(workspace, { name: 'mine', text: '{}', known })).toThrow(coded('scenario.changed'));
  expect(() => removeScenario(workspace, { id: 'own/mine', known: known ?? '' })).toThrow(coded('scenario.changed'));
  rmSync(fileOf('mine'));
  expect(() => saveScenario(workspace, { name: 'mine', text: '{}', known })).toThrow(coded('scenario.changed'));
  expect(readdirSync(join(workspace.paths.folder, 'scenarios'))).toEqual([]);
});

test('a scenario is deleted for good', () => {
  const { known } = saveScenario(workspace, { name: 'mine', text, known: null });
  removeScenario(workspace, { id: 'own/mine', known: known ?? '' });
  expect(existsSync(fileOf('mine'))).toBe(false);
  expect(() => removeScenario(workspace, { id: 'own/mine', known: known ?? '' })).toThrow(coded('scenario.not_found'));
  expect(() => removeScenario(workspace, { id: 'built-in/leap-february', known: '' })).toThrow(
    coded('scenario.name_malformed'),
  );
});

test.each([
  '',
  '..',
  '../up',
  'a/b',
  'a\\b',
  '.hidden',
  'ends.',
  'nul\u0000',
  'x'.repeat(81),
  'a\nb',
  ' ',
  'nul',
  'COM1.x',
])('%j is no name of a file', (name) => {
  expect(() => saveScenario(workspace, { name, text, known: null })).toThrow(coded('scenario.name_malformed'));
  expect(() => readScenarioFile(workspace, `own/${name}`)).toThrow(expect.objectContaining({ name: 'TieoutError' }));
});

test('a folder that cannot be made is said', () => {
  writeFileSync(join(workspace.paths.folder, 'scenarios'), 'a file');
  expect(() => saveScenario(workspace, { name: 'mine', text, known: null })).toThrow(coded('workspace.not_writable'));
});
