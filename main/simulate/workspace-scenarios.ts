import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type {
  ScenarioEntry,
  ScenarioFile,
  ScenarioRemoveRequest,
  ScenarioSaveRequest,
} from '../../shared/contract/simulate-schemas.ts';
import { isTieoutError, TieoutError } from '../../shared/errors.ts';
import { digestOf } from '../api/simulate/screen/held-scenarios.ts';
import type { Workspace } from '../compose.ts';
import { requireWritable } from '../config/workspace.ts';
import { builtInNames, builtInScenario, parseScenario, type ScenarioText } from './scenario-files.ts';

/** The scenarios of a workspace, beside its tieout.yaml. */
const SCENARIOS_FOLDER = 'scenarios';
/** What every file system takes as it is. */
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} .,()&'+_-]{0,78}[\p{L}\p{M}\p{N})])?$/u;
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

type Of = Pick<Workspace, 'paths'>;

/** Those of the workspace, then those that come with Tieout. */
export function listScenarios(workspace: Of): readonly ScenarioEntry[] {
  const own = ownNames(workspace).map((name) => entryOf(`own/${name}`, name, ownText(workspace, name)));
  const builtIn = builtInNames().map((name) => entryOf(`built-in/${name}`, name, builtInScenario(name)));
  return [...own, ...builtIn];
}

function ownNames(workspace: Of): readonly string[] {
  const folder = folderOf(workspace);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => basename(file, '.json'))
    .sort();
}

function entryOf(id: string, name: string, text: ScenarioText): ScenarioEntry {
  const isBuiltIn = id.startsWith('built-in/');
  try {
    return { id, name, isBuiltIn, title: parseScenario(text).name, problem: null };
  } catch (error) {
    if (!isTieoutError(error)) throw error;
    return { id, name, isBuiltIn, title: null, problem: error.message };
  }
}

/** @throws TieoutError `scenario.not_found`, `input.unreadable` */
export function readScenarioFile(workspace: Of, id: string): ScenarioFile {
  const [place, name = ''] = id.split('/');
  if (place === 'built-in') return { id, name, isBuiltIn: true, text: builtInScenario(name).read(), known: null };
  const text = ownText(workspace, requireName(name)).read();
  return { id, name, isBuiltIn: false, text, known: digestOf(text) };
}

const ownText = (workspace: Of, name: string): ScenarioText => ({
  label: name,
  read: () => {
    try {
      return readFileSync(fileOf(workspace, name), 'utf8');
    } catch (cause) {
      const isGone = codeOf(cause) === 'ENOENT';
      throw new TieoutError(isGone ? 'scenario.not_found' : 'input.unreadable', {
        message: isGone
          ? `The workspace has no scenario ${name} any more.`
          : `scenarios/${name}.json cannot be read (${codeOf(cause)}).`,
        path: `${SCENARIOS_FOLDER}/${name}.json`,
        remedy: isGone ? 'Choose another one; what is in the editor can be saved under a name.' : 'Allow reading it.',
        cause,
      });
    }
  },
});

/**
 * Writes a scenario into the folder of the workspace: whoever reads it meanwhile reads the old one or the new one.
 * @throws TieoutError `scenario.name_malformed`; `scenario.changed` where the file is not the one that is known;
 *   `workspace.not_writable`, `workspace.disk_full`
 */
export function saveScenario(workspace: Of, { name, text, known }: ScenarioSaveRequest): ScenarioFile {
  requireName(name);
  requireWritable(workspace.paths);
  const file = fileOf(workspace, name);
  const temporary = `${file}.${process.pid}.part`;
  try {
    mkdirSync(folderOf(workspace), { recursive: true });
    writeWhole(temporary, text);
    if (known === null) putNew(temporary, file);
    else {
      requireKnown(file, name, known);
      renameSync(temporary, file);
    }
  } catch (error) {
    throw notSaved(error, { name, isThere: existsSync(file) });
  } finally {
    if (existsSync(temporary)) rmSync(temporary);
  }
  return { id: `own/${name}`, name, isBuiltIn: false, text, known: digestOf(text) };
}

/** @throws TieoutError `scenario.changed`, `scenario.not_found`, `workspace.not_writable` */
export function removeScenario(workspace: Of, { id, known }: ScenarioRemoveRequest): void {
  const name = requireName(id.startsWith('own/') ? id.slice('own/'.length) : '');
  requireWritable(workspace.paths);
  const file = fileOf(workspace, name);
  ownText(workspace, name).read();
  requireKnown(file, name, known);
  rmSync(file);
}

function writeWhole(file: string, text: string): void {
  const handle = openSync(file, 'w');
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Gives a file its name unless there is one of that name; a file system without links gets a copy. */
function putNew(temporary: string, file: string): void {
  try {
    linkSync(temporary, file);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error;
    copyFileSync(temporary, file, constants.COPYFILE_EXCL);
  }
}

function requireKnown(file: string, name: string, known: string): void {
  if (existsSync(file) && digestOf(readFileSync(file, 'utf8')) === known) return;
  throw new TieoutError('scenario.changed', {
    message: `scenarios/${name}.json was changed since it was read here; it was left as it is.`,
    path: `${SCENARIOS_FOLDER}/${name}.json`,
    remedy: 'Save under another name, or open the file again to see what changed.',
  });
}

function notSaved(error: unknown, { name, isThere }: { readonly name: string; readonly isThere: boolean }): unknown {
  if (isTieoutError(error)) return error;
  const code = codeOf(error);
  const path = `${SCENARIOS_FOLDER}/${name}.json`;
  if (code === 'EEXIST' && isThere) {
    return new TieoutError('scenario.changed', {
      message: `The workspace has a scenario ${name} already; it was left as it is.`,
      path,
      remedy: 'Choose another name, or open that scenario and change it there.',
    });
  }
  const isFull = code === 'ENOSPC';
  return new TieoutError(isFull ? 'workspace.disk_full' : 'workspace.not_writable', {
    message: isFull ? `The disk is full; ${path} was left as it is.` : `${path} cannot be written (${code}).`,
    path,
    remedy: isFull ? 'Free some space.' : 'Allow writing to the folder of the workspace.',
    cause: error,
  });
}

function requireName(name: string): string {
  if (NAME.test(name) && !RESERVED.test(name)) return name;
  throw new TieoutError('scenario.name_malformed', {
    message: name === '' ? 'The scenario has no name.' : `"${name}" cannot be the name of a file everywhere.`,
    path: 'name',
    remedy: 'Use letters, digits, spaces and simple marks, 80 at most, with a letter or digit at both ends.',
  });
}

const folderOf = ({ paths }: Of): string => join(paths.folder, SCENARIOS_FOLDER);
const fileOf = (workspace: Of, name: string): string => join(folderOf(workspace), `${name}.json`);
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown reason';
