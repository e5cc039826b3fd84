import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Db, openCache } from '../../../main/cache/open.ts';
import { parseInstant } from '../../../shared/values/instant.ts';

export const NOW = parseInstant('2026-06-01T02:00:00Z');

/** A folder of its own for one test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tieout-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The file of an empty cache, made once for a test file: a copy of it is opened in a fraction of the time. */
let template: Buffer | null = null;

function templateFile(): Buffer {
  if (template !== null) return template;
  const folder = mkdtempSync(join(tmpdir(), 'tieout-test-'));
  openCache(join(folder, 'tieout.db'), { now: NOW }).close();
  template = readFileSync(join(folder, 'tieout.db'));
  rmSync(folder, { recursive: true, force: true });
  return template;
}

/** An empty cache that is closed with its test. Nothing of it needs to outlive a power cut. */
export function scratchCache(): Db {
  const file = join(scratchFolder(), 'tieout.db');
  writeFileSync(file, templateFile());
  const db = openCache(file, { now: NOW });
  db.pragma('synchronous = OFF');
  onTestFinished(() => {
    db.close();
  });
  return db;
}
