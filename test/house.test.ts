import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { TOOL_VERSION } from '../main/version.ts';

const root = join(import.meta.dirname, '..');
const readJson = (name: string): unknown => JSON.parse(readFileSync(join(root, name), 'utf8'));

type LockedPackage = { readonly resolved?: string; readonly optionalDependencies?: Readonly<Record<string, string>> };
const locked = (readJson('package-lock.json') as { packages: Record<string, LockedPackage> }).packages;

test('the version is the one of package.json', () => {
  expect(TOOL_VERSION).toBe((readJson('package.json') as { version: string }).version);
});

test('the lockfile holds no download address', () => {
  expect(Object.entries(locked).filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
});

test('the lockfile names the binaries of every platform, or npm ci fails on a fresh machine', () => {
  const missing = Object.entries(locked).flatMap(([place, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).filter((name) => !isLocked(place, name)),
  );
  expect(missing).toEqual([]);
});

/** Looks where Node would: beside the package, then in every folder above it. */
function isLocked(place: string, name: string): boolean {
  for (let at = place; ; at = dirname(at)) {
    const folder = at === '.' ? '' : `${at}/`;
    if (locked[`${folder}node_modules/${name}`] !== undefined) return true;
    if (folder === '') return false;
  }
}

test('the walls are really looked at: a planted import through one is found', () => {
  const house = mkdtempSync(join(tmpdir(), 'tieout-walls-'));
  try {
    for (const room of ['shared/values', 'main/cache']) mkdirSync(join(house, room), { recursive: true });
    writeFileSync(join(house, 'package.json'), '{"type":"module"}');
    writeFileSync(join(house, 'tsconfig.base.json'), readFileSync(join(root, 'tsconfig.base.json')));
    writeFileSync(join(house, '.dependency-cruiser.cjs'), readFileSync(join(root, '.dependency-cruiser.cjs')));
    symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'));
    writeFileSync(join(house, 'main/cache/open.ts'), 'export type Db = string;\n');
    writeFileSync(
      join(house, 'shared/values/decimal.ts'),
      "import type { Db } from '../../main/cache/open.ts';\nexport type D = Db;\n",
    );
    expect(cruise(house)).toContain('error values: shared/values/decimal.ts');
  } finally {
    rmSync(house, { recursive: true });
  }
});

function cruise(folder: string): string {
  try {
    const tool = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
    return execFileSync(process.execPath, [tool, 'main', 'shared', '--config', '.dependency-cruiser.cjs'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
}
