import { mkdtempSync, rmSync } from 'node:fs';
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

/** An empty cache that is closed with its test. */
export function scratchCache(): Db {
  const db = openCache(join(scratchFolder(), 'tieout.db'), { now: NOW });
  onTestFinished(() => {
    db.close();
  });
  return db;
}
