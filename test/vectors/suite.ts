import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import {
  differences,
  isObject,
  type Json,
  type JsonObject,
  MalformedVector,
  type SkippedClass,
  type VectorCase,
  type VectorClass,
} from './vector.ts';

export type Registry = Readonly<Record<string, VectorClass | SkippedClass>>;

export type SuiteResult = {
  readonly passed: number;
  /** What failed, as `file case: what differs`; files and classes that are not known among them. */
  readonly failures: readonly string[];
  /** Cases passed over, by class, with the reason. */
  readonly skipped: readonly { readonly className: string; readonly cases: number; readonly reason: string }[];
};

/**
 * Runs every vector file under `folder`. A file, format or class that is not known fails, and so does a folder without
 * vectors: a suite that looked at nothing has proved nothing.
 */
export async function runVectors(folder: string, registry: Registry): Promise<SuiteResult> {
  let passed = 0;
  const failures: string[] = [];
  const skipped = new Map<string, { className: string; cases: number; reason: string }>();
  const used = new Set<VectorClass>();
  const files = vectorFiles(folder);
  if (files.length === 0) failures.push(`${folder}: no vector file found`);
  for (const file of files) {
    const name = relative(folder, file).split(sep).join('/');
    const read = readVectorFile(file, name);
    failures.push(...read.failures);
    for (const { className, vector } of read.cases) {
      const found = registry[className];
      if (found === undefined) {
        failures.push(`${name} ${vector.id}: class ${className} is not known`);
        continue;
      }
      const reason = skipReason(found, vector);
      if (reason !== null || 'skipped' in found) {
        const key = `${className}: ${reason}`;
        const counted = skipped.get(key) ?? { className, cases: 0, reason: reason ?? '' };
        skipped.set(key, { ...counted, cases: counted.cases + 1 });
        continue;
      }
      used.add(found);
      const differing = await runCase(found, vector);
      if (differing.length === 0) passed += 1;
      else failures.push(`${name} ${vector.id}: ${differing.join('; ')}`);
    }
  }
  for (const { close } of used) await close?.();
  return { passed, failures, skipped: [...skipped.values()] };
}

const skipReason = (found: VectorClass | SkippedClass, vector: VectorCase): string | null =>
  'skipped' in found ? found.skipped : (found.skip?.(vector) ?? null);

async function runCase(found: VectorClass, vector: VectorCase): Promise<readonly string[]> {
  try {
    const expected = found.expected?.(vector) ?? vector.expected;
    if (isObject(expected) && Object.keys(expected).length === 0) return ['the case expects nothing'];
    return differences(expected, await found.answer(vector));
  } catch (error) {
    return [error instanceof MalformedVector ? error.message : String(error)];
  }
}

/** Everything but the format descriptions and the runner itself, in byte order of the path. */
const vectorFiles = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && !/\.(md|ts)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

type ReadFile = {
  readonly cases: readonly { readonly className: string; readonly vector: VectorCase }[];
  readonly failures: readonly string[];
};

/** Folder and format must belong together: `metering/` holds classes, `openmeter/` engines, the peers models. */
function readVectorFile(file: string, name: string): ReadFile {
  const [folder = '', ...rest] = name.split('/');
  const layout = LAYOUTS[folder];
  if (layout === undefined || rest.length !== 1 || !name.endsWith('.json')) {
    return { cases: [], failures: [`${name}: this file is not known`] };
  }
  try {
    const document: Json = JSON.parse(readFileSync(file, 'utf8'));
    const entries = isObject(document) && document.format === layout.format ? document[layout.list] : undefined;
    if (!isObject(document) || !Array.isArray(entries) || entries.length === 0) {
      return { cases: [], failures: [`${name}: not in the format ${layout.format}`] };
    }
    return readCases(entries, { name, folder, document, layout });
  } catch (error) {
    return { cases: [], failures: [`${name}: ${String(error)}`] };
  }
}

function readCases(
  entries: readonly Json[],
  at: {
    readonly name: string;
    readonly folder: string;
    readonly document: JsonObject;
    readonly layout: Layout;
  },
): ReadFile {
  const failures: string[] = [];
  const seen = new Set<Json>();
  const cases = entries.flatMap((entry, index) => {
    const vector = isObject(entry) ? at.layout.read(entry, at.document) : null;
    const place = `${at.name} entry ${index + 1}`;
    if (vector === null) failures.push(`${place}: not a case`);
    else if (seen.has(vector.id)) failures.push(`${place}: the id ${vector.id} stands twice`);
    else {
      seen.add(vector.id);
      return [{ className: `${at.folder}/${vector.className}`, vector }];
    }
    return [];
  });
  return { cases, failures };
}

type Layout = {
  readonly format: Json;
  readonly list: string;
  readonly read: (entry: JsonObject, document: JsonObject) => (VectorCase & { readonly className: string }) | null;
};

const METERING: Layout = {
  format: 1,
  list: 'cases',
  read: ({ id, input, expected }, { class: className }) =>
    typeof id === 'string' && typeof className === 'string' && isObject(input) && isObject(expected)
      ? { id, className, input, expected }
      : null,
};

const OPENMETER: Layout = {
  format: 'tieout-rating-vectors/1',
  list: 'vectors',
  read: (entry) => {
    const { id, engine } = entry;
    return typeof id === 'string' && typeof engine === 'string'
      ? { id, className: engine, input: entry, expected: entry.expect ?? entry.expectError ?? entry.phases ?? null }
      : null;
  },
};

/** The whole vector is the input: a class may need `properties`, `input` or `stripe`. */
const PEER: Layout = {
  format: 'tieout-peer-vectors/1',
  list: 'vectors',
  read: (entry) => {
    const { id, model, expect } = entry;
    return typeof id === 'string' && typeof model === 'string' && expect !== undefined
      ? { id, className: model, input: entry, expected: expect }
      : null;
  },
};

const LAYOUTS: Readonly<Record<string, Layout>> = {
  metering: METERING,
  openmeter: OPENMETER,
  lago: PEER,
  killbill: PEER,
  stripemeter: PEER,
};
