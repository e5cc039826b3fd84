import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { cacheError } from '../../../main/cache/cache-error.ts';
import { appliedVersion, type Migration, readMigrations } from '../../../main/cache/migrate.ts';
import { APPLICATION_ID, openCache } from '../../../main/cache/open.ts';
import { NOW, scratchFolder } from './scratch.ts';

const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'no error';
};

const next: Migration = {
  version: 99,
  name: '0099-more.sql',
  sql: 'CREATE TABLE more (id INTEGER PRIMARY KEY, note TEXT) STRICT; INSERT INTO more VALUES (1, NULL);',
};

describe('a new cache', () => {
  test('is a WAL database of ours in the schema of this version', () => {
    const db = openCache(join(scratchFolder(), 'tieout.db'), { now: NOW });
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('application_id', { simple: true })).toBe(APPLICATION_ID);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(appliedVersion(db)).toBe(readMigrations().at(-1)?.version);
    db.close();
  });

  test('opens a second time without a change and without a backup', () => {
    const path = join(scratchFolder(), 'tieout.db');
    openCache(path, { now: NOW }).close();
    const before = readFileSync(path);
    openCache(path, { now: NOW }).close();
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(existsSync(`${path}.before-0001`)).toBe(false);
  });

  test('can be read beside a writer', () => {
    const path = join(scratchFolder(), 'tieout.db');
    const writer = openCache(path, { now: NOW });
    const reader = openCache(path, { now: NOW, readOnly: true });
    writer.exec("BEGIN IMMEDIATE; INSERT INTO meter_key (key) VALUES ('cpu')");
    expect(reader.prepare('SELECT count(*) FROM meter_key').pluck().get()).toBe(0);
    writer.exec('COMMIT');
    expect(reader.prepare('SELECT count(*) FROM meter_key').pluck().get()).toBe(1);
    expect(codeOf(() => openCache(join(scratchFolder(), 'tieout.db'), { now: NOW, readOnly: true }))).toBe(
      'workspace.not_found',
    );
    reader.close();
    writer.close();
  });
});

describe('migrations', () => {
  test('copy the database first, run once, and keep what was there', () => {
    const path = join(scratchFolder(), 'tieout.db');
    const old = openCache(path, { now: NOW });
    old.exec("INSERT INTO meter_key (key) VALUES ('cpu')");
    old.close();
    const migrations = [...readMigrations(), next];
    openCache(path, { now: NOW, migrations }).close();
    const db = openCache(path, { now: NOW, migrations });
    expect(db.prepare('SELECT count(*) FROM more').pluck().get()).toBe(1);
    expect(db.prepare('SELECT key FROM meter_key').pluck().all()).toEqual(['cpu']);
    db.close();
    const backup = new Database(`${path}.before-0099`, { readonly: true });
    expect(backup.prepare('SELECT key FROM meter_key').pluck().all()).toEqual(['cpu']);
    expect(backup.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'more'").pluck().get()).toBe(0);
    backup.close();
  });

  test('a failing one changes nothing and names the backup', () => {
    const path = join(scratchFolder(), 'tieout.db');
    openCache(path, { now: NOW }).close();
    const broken: Migration = {
      ...next,
      sql: 'CREATE TABLE more (id INTEGER) STRICT; INSERT INTO nowhere VALUES (1);',
    };
    const open = (): unknown => openCache(path, { now: NOW, migrations: [...readMigrations(), broken] });
    expect(open).toThrow(/0099-more.sql failed/);
    expect(codeOf(open)).toBe('cache.migration_failed');
    const db = openCache(path, { now: NOW });
    expect(appliedVersion(db)).toBe(readMigrations().at(-1)?.version);
    db.close();
  });

  test('an applied one whose text has changed is refused', () => {
    const path = join(scratchFolder(), 'tieout.db');
    openCache(path, { now: NOW }).close();
    const edited = readMigrations().map((migration) => ({ ...migration, sql: `${migration.sql}\n-- edited` }));
    expect(codeOf(() => openCache(path, { now: NOW, migrations: edited }))).toBe('cache.migration_failed');
  });

  test('a database of a newer version is refused and left as it is', () => {
    const path = join(scratchFolder(), 'tieout.db');
    openCache(path, { now: NOW, migrations: [...readMigrations(), next] }).close();
    const before = readFileSync(path);
    expect(codeOf(() => openCache(path, { now: NOW }))).toBe('cache.newer_version');
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

describe('a file that is no cache', () => {
  test.each([
    ['text', (path: string) => writeFileSync(path, 'usage_id,stripe_customer\n'.repeat(100))],
    [
      'noise in the middle',
      (path: string) => {
        openCache(path, { now: NOW }).close();
        const bytes = readFileSync(path);
        bytes.fill(0xa5, 4096, 16_384);
        writeFileSync(path, bytes);
      },
    ],
    [
      'cut short',
      (path: string) => {
        openCache(path, { now: NOW }).close();
        truncateSync(path, 20_000);
      },
    ],
    [
      "another program's database",
      (path: string) => {
        const other = new Database(path);
        other.exec('CREATE TABLE theirs (id INTEGER)');
        other.close();
      },
    ],
  ])('%s: refused, and never overwritten', (_name, make) => {
    const path = join(scratchFolder(), 'tieout.db');
    make(path);
    const before = readFileSync(path);
    expect(codeOf(() => openCache(path, { now: NOW }))).toBe('cache.corrupt');
    expect(codeOf(() => openCache(path, { now: NOW, readOnly: true }))).toBe('cache.corrupt');
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

describe('a place that cannot be written', () => {
  test('a folder that does not exist', () => {
    expect(codeOf(() => openCache(join(scratchFolder(), 'nowhere', 'tieout.db'), { now: NOW }))).toBe(
      'workspace.not_writable',
    );
  });

  test('a read-only folder, new or with a cache', () => {
    const folder = scratchFolder();
    const path = join(folder, 'tieout.db');
    openCache(path, { now: NOW }).close();
    const empty = scratchFolder();
    chmodSync(path, 0o444);
    chmodSync(folder, 0o555);
    chmodSync(empty, 0o555);
    expect(openAsOrdinaryUser(path)).toBe('workspace.not_writable');
    expect(openAsOrdinaryUser(join(empty, 'tieout.db'))).toBe('workspace.not_writable');
  });

  test('a full disk rolls back and says so', () => {
    const folder = scratchFolder();
    const path = join(folder, 'tieout.db');
    const db = openCache(path, { now: NOW });
    db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + 8}`);
    const insert = db.prepare('INSERT INTO meter_key (key) VALUES (?)');
    const fill = db.transaction(() => {
      for (let index = 0; index < 10_000; index += 1) insert.run(`meter ${index} ${'x'.repeat(100)}`);
    });
    let caught: unknown = null;
    try {
      fill();
    } catch (error) {
      caught = cacheError(error, path);
    }
    expect(caught).toMatchObject({ code: 'workspace.disk_full', path });
    expect(db.inTransaction).toBe(false);
    expect(db.prepare('SELECT count(*) FROM meter_key').pluck().get()).toBe(0);
    db.close();
    copyFileSync(path, join(folder, 'again.db'));
    openCache(join(folder, 'again.db'), { now: NOW }).close();
  });
});

/** Root may write everywhere: where the test runs as root, the attempt is made by a process that is not. */
function openAsOrdinaryUser(path: string): string {
  const script = `
    import { openCache } from ${JSON.stringify(new URL('../../../main/cache/open.ts', import.meta.url).href)};
    try { openCache(process.argv[1], { now: 0 }); console.log('no error'); } catch (error) { console.log(error.code ?? error); }`;
  const identity = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script, path], {
    encoding: 'utf8',
    ...identity,
  });
  return child.stdout.trim() || child.stderr;
}
