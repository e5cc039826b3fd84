import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { TieoutError } from '../../shared/errors.ts';
import { readScenario } from '../../shared/simulation/scenario/read-scenario.ts';
import type { Scenario } from '../../shared/simulation/scenario.ts';
import { parseExactJson } from '../../shared/values/exact-json.ts';
import { nearestWord } from '../../shared/values/nearest-word.ts';

/** A scenario to be read: its name among others, and its text. */
export type ScenarioText = { readonly label: string; read(): string };

/** Scenarios that come with Tieout, beside this module's parent so that they stay there in a package. */
const BUILT_IN_FOLDER = new URL('../scenarios/', import.meta.url);

/** The names of the scenarios that come with Tieout, in the order of the alphabet. */
export function builtInNames(): readonly string[] {
  try {
    return jsonFilesIn(BUILT_IN_FOLDER).map((file) => basename(file, '.json'));
  } catch {
    return [];
  }
}

/** @throws TieoutError `scenario.not_found` */
export function builtInScenario(name: string): ScenarioText {
  const names = builtInNames();
  if (names.includes(name)) return fileText(name, new URL(`${name}.json`, BUILT_IN_FOLDER));
  const near = nearestWord(name, names);
  throw new TieoutError('scenario.not_found', {
    message: `There is no built-in scenario "${name}".`,
    path: '--scenario',
    remedy: near === null ? 'tieout simulate --list names them.' : `Did you mean ${near}?`,
  });
}

/** A file, or every JSON file of a folder in the order of their names. @throws TieoutError `input.unreadable` */
export function scenariosAt(path: string): { readonly isFolder: boolean; readonly texts: readonly ScenarioText[] } {
  return readable(() => {
    if (!statSync(path).isDirectory()) return { isFolder: false, texts: [fileText(basename(path), path)] };
    const texts = jsonFilesIn(path).map((file) => fileText(file, join(path, file)));
    if (texts.length > 0) return { isFolder: true, texts };
    throw new TieoutError('scenario.not_found', {
      message: `${path} holds no scenarios.`,
      path,
      remedy: 'Name a folder with JSON files, or one file.',
    });
  });
}

const jsonFilesIn = (folder: string | URL): readonly string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort();

const fileText = (label: string, file: string | URL): ScenarioText => ({
  label,
  read: () => readable(() => readFileSync(file, 'utf8')),
});

/** All of a stream, such as standard input. */
export async function streamText(label: string, stream: Readable): Promise<ScenarioText> {
  let text = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream as AsyncIterable<string>) text += chunk;
  return { label, read: () => text };
}

/** @throws TieoutError `document-malformed`, `input.unreadable`, and what `readScenario` throws */
export function parseScenario(source: ScenarioText): Scenario {
  const text = source.read().replace(/^\uFEFF/, '');
  let raw: unknown;
  try {
    raw = parseExactJson(text);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new TieoutError('document-malformed', {
      message: text.trim() === '' ? 'There is no scenario: the input is empty.' : `This is no JSON: ${said}.`,
      path: source.label,
      remedy: 'Give one scenario as a JSON document.',
      cause: error,
    });
  }
  return readScenario(raw);
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error) || error instanceof TieoutError) throw error;
    throw new TieoutError('input.unreadable', {
      message: `The input cannot be read: ${error.message}.`,
      remedy: 'Name a file or a folder that exists and may be read, or - for standard input.',
      cause: error,
    });
  }
}
