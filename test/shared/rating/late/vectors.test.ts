import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CLASSES } from '../../../vectors/classes/registry.ts';
import { runVectors } from '../../../vectors/suite.ts';
import type { Json } from '../../../vectors/vector.ts';

const source = join(import.meta.dirname, '../../../vectors/openmeter');
const folder = mkdtempSync(join(tmpdir(), 'tieout-late-'));
afterAll(() => rmSync(folder, { recursive: true }));

const EXPECTATIONS = new Set(['expect', 'expectError']);

/** The same with every value that is expected changed. */
function spoiled(value: Json, isExpected = false): Json {
  if (Array.isArray(value)) return value.map((item) => spoiled(item, isExpected));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => [
      key,
      spoiled(item, isExpected || EXPECTATIONS.has(key)),
    ]);
    return Object.fromEntries(entries) as Json;
  }
  if (!isExpected) return value;
  if (typeof value === 'boolean') return !value;
  return typeof value === 'number' ? value + 1 : `${value}1`;
}

describe('every vector of late usage is really looked at: with other expectations it fails', () => {
  test.each(readdirSync(source))('%s', async (name) => {
    const document = JSON.parse(readFileSync(join(source, name), 'utf8'));
    const home = mkdtempSync(join(folder, 'file-'));
    mkdirSync(join(home, 'openmeter'));
    writeFileSync(join(home, 'openmeter', name), JSON.stringify({ ...document, vectors: spoiled(document.vectors) }));
    const { passed, failures, skipped } = await runVectors(home, CLASSES);
    expect({ passed, skipped }).toEqual({ passed: 0, skipped: [] });
    expect(failures).toHaveLength(document.vectors.length);
  });
});
