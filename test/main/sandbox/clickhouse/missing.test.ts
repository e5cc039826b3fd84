import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
let elsewhere: string;

beforeAll(() => {
  elsewhere = mkdtempSync(path.join(tmpdir(), 'tieout-without-chdb-'));
  for (const part of ['shared/errors.ts', 'main/sandbox/clickhouse', 'package.json']) {
    cpSync(path.join(ROOT, part), path.join(elsewhere, part), { recursive: true });
  }
});

afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

test('an installation without the engine says so, and what to do', async () => {
  const copy = pathToFileURL(path.join(elsewhere, 'main/sandbox/clickhouse/embedded.ts')).href;
  const { startEmbeddedClickHouse } = (await import(
    copy
  )) as typeof import('../../../../main/sandbox/clickhouse/embedded.ts');
  await expect(startEmbeddedClickHouse({ dataFolder: null })).rejects.toMatchObject({
    code: 'clickhouse.embedded_unavailable',
    message: expect.stringContaining('The embedded ClickHouse is not installed here'),
    remedy: expect.stringContaining('clickhouse.url'),
  });
});
