import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { sha256 } from '../../main/cache/audit-store.ts';
import { readLocks } from '../../main/cache/close-store.ts';
import type { NoteScope } from '../../main/cache/note-store.ts';
import { openCache } from '../../main/cache/open.ts';
import { closeDocument, closeExit } from '../../main/close/close-document.ts';
import { addNote, closeStatus, lockMonth, reopenMonth, signOff } from '../../main/close/close-workspace.ts';
import { packageCopies } from '../../main/close/package-content.ts';
import { verifyPackage } from '../../main/close/verify-package.ts';
import { verifyWorkspace } from '../../main/close/verify-workspace.ts';
import { sealZip } from '../../main/close/zip-seal.ts';
import { openWorkspace } from '../../main/compose.ts';
import { errorDocument } from '../../shared/errors.ts';
import { manifestText, PACKAGE_FILES, type SealedManifest } from '../../shared/reconciliation/close/package.ts';
import { parseInstant } from '../../shared/values/instant.ts';
import { CALLS_TABLE, CALLS_YAML, customer, inserts, meter, price, product, pushes, subscription } from './objects.ts';
import { type Document, type Engine, makeWorld, type Ran, startEngine, type World } from './world.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const MONTH = ['--month', '2026-05'] as const;
const AT = '2026-05-02T00:00:00Z';
const NOW = '2026-06-03T00:00:00Z';
const LATER = '2026-06-09T00:00:00Z';
const flat = price('price_flat', 'mtr_calls', '2');

let engine: Engine;
let world: World;
/** A copy of the workspace once its month was locked, opened again and locked anew. */
let closed: string;
const scratch = mkdtempSync(path.join(tmpdir(), 'tieout-close-'));

beforeAll(async () => {
  engine = await startEngine();
  world = await makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      inserts('calls', [
        ['ws_1', AT, '10'],
        ['ws_2', AT, '20'],
      ]),
    ],
    stripe: {
      meters: [meter('mtr_calls', 'calls')],
      products: [product],
      prices: [flat],
      customers: [customer('cus_1', 'ws_1', { name: 'Globex' }), customer('cus_2', 'ws_2')],
      subscriptions: [subscription('sub_1', 'cus_1', [flat]), subscription('sub_2', 'cus_2', [flat])],
      events: pushes('mtr_calls', [
        ['cus_1', AT, '10'],
        ['cus_2', AT, '17'],
      ]),
    },
    yaml: CALLS_YAML,
  });
});
afterAll(async () => {
  rmSync(scratch, { recursive: true, force: true });
  await world?.end();
  await engine?.stop();
});

const pull = (now: string): Promise<Ran> => world.tieout('pull', 'DIR', ...MONTH, '--json', '--now', now);
const open = () => openWorkspace(world.folder, world.env);
const run = { now: () => parseInstant(NOW) };

/** What `tieout close` answers after an act, in this process; a failure as the command line prints it. */
async function after(act: () => unknown = () => undefined): Promise<Answer> {
  try {
    await act();
    const status = closeStatus(open(), { month: '2026-05' }, run);
    const json = JSON.parse(JSON.stringify(closeDocument(status))) as Document;
    return { exit: closeExit(status.close), json };
  } catch (error) {
    return { exit: 2, json: { kind: 'error', error: { code: errorDocument(error).code } } };
  }
}
type Answer = { readonly exit: number | null; readonly json: Document };

const note = (explains: boolean, scope: Partial<NoteScope> = {}): Promise<Answer> =>
  after(() => addNote(open(), { month: '2026-05', author: 'Ada', body: 'known', explains, ...scope }, run));
const sign = (role: 'preparer' | 'reviewer', name: string): Promise<Answer> =>
  after(() => signOff(open(), { month: '2026-05', role, name, figures: null }, run));
const lock = (figures: string | null = null): Promise<Answer> =>
  after(() => lockMonth(open(), { month: '2026-05', actor: null, figures }, run));
const reopen = (reason: string): Promise<Answer> =>
  after(() => reopenMonth(open(), { month: '2026-05', actor: 'Grace', reason }, run));
const gateOf = ({ json }: Answer, name: string): Document | undefined =>
  (json.gates as unknown as Document[]).find(({ gate }) => gate === name);
const stopped = ({ json }: Answer): readonly Document[] =>
  (json.gates as unknown as Document[]).filter(({ decision }) => decision !== 'pass');
const failed = (code: string) => ({ exit: 2, json: { kind: 'error', error: { code } } });

test('a month from drift to the lock, and what comes after it', async () => {
  await pull('2026-06-01T12:00:00Z');
  const early = await after();
  expect(early.exit).toBe(1);
  expect(gateOf(early, 'pull_recent')).toMatchObject({ decision: 'blocked' });

  await pull(NOW);
  const drifting = await world.tieout('close', 'DIR', ...MONTH, '--json', '--now', NOW);
  expect(drifting).toMatchObject({ exit: 1, json: { tieout: 1, kind: 'close', month: '2026-05', locked: false } });
  expect(stopped(drifting)).toMatchObject([{ gate: 'structural_drift', decision: 'blocked', open: 1 }]);

  // Nobody signs, and nothing is locked, while a gate stands in the way: that is an answer, and no failure.
  expect(await sign('preparer', 'Ada')).toMatchObject(failed('close.gate_blocks'));
  expect(await lock()).toMatchObject(failed('close.gate_blocks'));
  const refused = await world.tieout('close', 'DIR', ...MONTH, '--now', NOW, '--lock', '--as', 'Ada');
  expect(refused).toMatchObject({ exit: 1, stderr: expect.stringContaining('Not locked: 1 of 9 gates') });

  expect(await note(true)).toMatchObject(failed('close.nothing_to_explain'));
  expect(await note(true, { gate: 'pull_complete' })).toMatchObject(failed('close.nothing_to_explain'));
  expect(await note(true, { customer: 'cus_1', meter: 'calls' })).toMatchObject(failed('close.nothing_to_explain'));
  expect(await note(false, { customer: 'cus_9' })).toMatchObject(failed('close.not_found'));
  expect(stopped(await note(false, { customer: 'cus_2', meter: 'calls' }))).toHaveLength(1);
  const ready = await note(true, { customer: 'cus_2', meter: 'calls' });
  expect(stopped(ready)).toEqual([]);
  expect(gateOf(ready, 'structural_drift')).toMatchObject({ decision: 'pass', explained: 1 });
  expect(ready.exit).toBe(0);

  expect(await sign('reviewer', 'Grace')).toMatchObject(failed('close.preparer_first'));
  expect(await sign('preparer', ' ')).toMatchObject(failed('close.name_missing'));
  expect((await sign('preparer', 'Ada')).exit).toBe(0);
  expect(await sign('preparer', 'Grace')).toMatchObject(failed('close.already_signed'));
  expect(await sign('reviewer', 'ada ')).toMatchObject(failed('close.same_person'));
  expect(await lock()).toMatchObject(failed('close.not_signed'));

  // Other figures: the cell is open again and the sign-off has lapsed. The same figures: neither.
  await engine.run(inserts('calls', [['ws_2', AT, '1']]).replaceAll('@', `${world.database}.`));
  await pull(NOW);
  const other = await after();
  expect(gateOf(other, 'structural_drift')).toMatchObject({ decision: 'blocked', open: 1 });
  expect(other.json.signOffs).toMatchObject([{ role: 'preparer', name: 'Ada', state: 'lapsed' }]);
  await note(true, { gate: 'structural_drift' });
  await sign('preparer', 'Ada');
  await pull(NOW);
  expect((await after()).json.signOffs).toMatchObject([{ state: 'lapsed' }, { state: 'valid' }]);

  await sign('reviewer', 'Grace');
  expect(await lock('0'.repeat(64))).toMatchObject(failed('close.changed'));
  const locked = await lock();
  expect(locked).toMatchObject({ exit: 0, json: { locked: true, changedSinceLock: { changed: false, cells: 0 } } });
  expect(await note(true, { customer: 'cus_2' })).toMatchObject(failed('close.locked'));
  expect(await sign('preparer', 'Ada')).toMatchObject(failed('close.locked'));
  expect((await note(false)).exit).toBe(0);

  // What changes after the lock is found by the pull, shown by close, and no business of the books.
  world.stripe.data = {
    ...world.stripe.data,
    events: pushes('mtr_calls', [
      ['cus_1', AT, '11'],
      ['cus_2', AT, '17'],
    ]),
  };
  const again = await pull(LATER);
  expect(again.json.warnings).toMatchObject([{ code: 'close.changed_since_lock' }]);
  expect(await after()).toMatchObject({
    exit: 0,
    json: {
      locked: true,
      hash: locked.json.hash ?? '',
      signOffs: [{ state: 'lapsed' }, { name: 'Ada', state: 'valid' }, { name: 'Grace', state: 'valid' }],
      changedSinceLock: {
        changed: true,
        cells: 1,
        changes: [{ customer: 'cus_1', meter: 'calls', before: { metered: '10' }, after: { metered: '11' } }],
      },
    },
  });

  expect(await reopen(' ')).toMatchObject(failed('close.reason_missing'));
  expect(await reopen('a push came late')).toMatchObject({ exit: 1, json: { locked: false, version: 2 } });
  expect(await reopen('once more')).toMatchObject(failed('close.not_locked'));
  await note(true, { meter: 'calls' });
  // Of two processes that sign at once, one does: the other finds the workspace busy, or the month signed.
  const both = await Promise.all(
    ['Grace', 'Eve'].map((name) =>
      world.tieout('close', 'DIR', ...MONTH, '--json', '--now', LATER, '--sign-off', 'preparer', '--as', name),
    ),
  );
  expect(both.map(({ exit }) => exit).sort()).toEqual([0, 2]);
  const lost = both.find(({ exit }) => exit === 2)?.json.error as unknown as { readonly code: string };
  expect(['workspace.busy', 'close.already_signed']).toContain(lost.code);
  await sign('reviewer', 'Ada');
  expect(await lock()).toMatchObject({ exit: 0, json: { locked: true, version: 2 } });

  const verified = await world.tieout('verify', 'DIR', '--json');
  expect(verified).toMatchObject({ exit: 0, json: { tieout: 1, kind: 'verification', ok: true, problems: [] } });
  closed = path.join(scratch, 'closed');
  mkdirSync(closed);
  const db = new Database(path.join(world.folder, 'tieout.db'));
  db.prepare('VACUUM INTO ?').run(path.join(closed, 'tieout.db'));
  db.close();
});

const TABLES = ['audit_event', 'note', 'sign_off', 'close_lock', 'close_reopen'] as const;
const now = parseInstant(LATER);

type Place = {
  readonly table: string;
  readonly place: number;
  readonly column: string;
  readonly type: string;
  readonly bytes: Buffer;
};

/** Every value that people's acts left behind, as the bytes that are stored. */
function placesOf(db: Database.Database): readonly Place[] {
  return TABLES.flatMap((table) => {
    const columns = db.pragma(`table_info(${table})`) as readonly { readonly name: string }[];
    return columns.flatMap(({ name: column }) =>
      db
        .prepare<[], { place: number; type: string; bytes: Buffer }>(
          `SELECT rowid AS place, typeof(${column}) AS type, CAST(${column} AS BLOB) AS bytes FROM ${table} WHERE ${column} IS NOT NULL`,
        )
        .all()
        .filter(({ bytes }) => bytes.length > 0)
        .map((row) => ({ ...row, table, column })),
    );
  });
}

const guardsOf = (db: Database.Database) =>
  db.prepare<[], { name: string; sql: string }>("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all();

function flipped(bytes: Uint8Array, where: number, flip: number): Buffer {
  const edited = Buffer.from(bytes);
  const at = where % edited.length;
  edited[at] = (edited[at] as number) ^ flip;
  return edited;
}

/** Takes the guards away, edits, puts them back as they were, and says what verify found. */
function verifyEdited(edit: (db: Database.Database) => void): ReturnType<typeof verifyWorkspace> {
  const folder = mkdtempSync(path.join(scratch, 'edited-'));
  for (const name of readdirSync(closed)) cpSync(path.join(closed, name), path.join(folder, name));
  const file = path.join(folder, 'tieout.db');
  const db = new Database(file);
  db.pragma('foreign_keys = OFF');
  const guards = guardsOf(db);
  for (const { name } of guards) db.exec(`DROP TRIGGER ${name}`);
  edit(db);
  for (const { sql } of guards) db.exec(sql);
  db.close();
  const found = verifyWorkspace(file, now);
  rmSync(folder, { recursive: true });
  return found;
}

test('whatever byte of a note, a name, a lock or the log is edited in SQLite, verify finds it', () => {
  const folder = path.join(scratch, 'bytes');
  cpSync(closed, folder, { recursive: true });
  const file = path.join(folder, 'tieout.db');
  const db = new Database(file);
  db.pragma('foreign_keys = OFF');
  for (const { name } of guardsOf(db)) db.exec(`DROP TRIGGER ${name}`);
  const unguarded = verifyWorkspace(file, now).problems.length;
  const places = placesOf(db);
  expect(new Set(places.map(({ table }) => table))).toEqual(new Set(TABLES));
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, where, flip) => {
      const { table, place, column, type, bytes } = places[which % places.length] as Place;
      const value = type === 'blob' ? '?' : `CAST(? AS ${type})`;
      // A key that is edited is the row's own number: the row is found by it.
      const row = column === 'seq' || column === 'id' ? `${column} = ${value}` : `? IS NOT NULL AND rowid = ${place}`;
      const set = (to: Buffer, from: Buffer): number =>
        db.prepare(`UPDATE ${table} SET ${column} = ${value} WHERE ${row}`).run(to, from).changes;
      const edited = flipped(bytes, where, flip);
      try {
        if (set(edited, bytes) !== 1) return;
      } catch (error) {
        // A role that there is not, or a key that there is already, cannot be stored at all.
        if (error instanceof Database.SqliteError) return;
        throw error;
      }
      const stored = db.prepare(`SELECT ${value} IS ${value}`).pluck();
      const found = verifyWorkspace(file, now).problems.length - unguarded;
      set(bytes, edited);
      // `1` and `+1` are one number: nothing was changed.
      if (stored.get(edited, bytes) === 0) expect([table, column, found > 0]).toEqual([table, column, true]);
    }),
    { numRuns: 100 },
  );
  expect(verifyWorkspace(file, now).problems).toHaveLength(unguarded);
  db.close();
});

test.each<[string, (db: Database.Database) => void, string]>([
  ['a note', (db) => db.exec("UPDATE note SET body = 'nothing' WHERE id = 1"), 'note 1'],
  ['what a note explains', (db) => db.exec("UPDATE note SET covers = '[]' WHERE id = 2"), 'note 2'],
  ['a name', (db) => db.exec("UPDATE sign_off SET name = 'Eve' WHERE id = 2"), 'sign_off 2'],
  ['a sign-off taken out', (db) => db.exec('DELETE FROM sign_off WHERE id = 2'), 'sign_off 2'],
  [
    'a sign-off put in',
    (db) =>
      db.exec(
        "INSERT INTO sign_off SELECT 99, at, month, version, role, 'Eve', content_hash FROM sign_off WHERE id = 2",
      ),
    'sign_off 99',
  ],
  ['a reason', (db) => db.exec("UPDATE close_reopen SET reason = 'none'"), 'close_reopen 2026-05 version 1'],
  ['a reopening taken out', (db) => db.exec('DELETE FROM close_reopen'), 'reopen 2026-05 1'],
  [
    'a hash',
    (db) => db.exec("UPDATE close_lock SET content_hash = 'f00' WHERE version = 1"),
    'close_lock 2026-05 version 1',
  ],
  ['the text of an entry', (db) => db.exec("UPDATE audit_event SET body = body || ' ' WHERE seq = 2"), 'audit_event 2'],
  ['an entry taken out', (db) => db.exec('DELETE FROM audit_event WHERE seq = 3'), 'audit_event 3'],
  ['an actor', (db) => db.exec("UPDATE audit_event SET actor = 'Eve' WHERE seq = 4"), 'audit_event 4'],
])('%s: verify says which', (_, edit, named) => {
  const { problems } = verifyEdited(edit);
  expect(problems.some(({ path: place }) => place.includes(named))).toBe(true);
});

test('a guard that was taken away or weakened is named', () => {
  const folder = path.join(scratch, 'guards');
  cpSync(closed, folder, { recursive: true });
  const file = path.join(folder, 'tieout.db');
  const db = new Database(file);
  expect(() => db.exec("UPDATE note SET body = 'x'")).toThrow('never changed');
  expect(() => db.exec('DELETE FROM audit_event')).toThrow('never removed');
  db.exec('DROP TRIGGER note_is_kept; DROP TRIGGER audit_event_is_kept');
  db.exec('CREATE TRIGGER audit_event_is_kept BEFORE UPDATE ON audit_event BEGIN SELECT 1; END');
  db.close();
  const { problems } = verifyWorkspace(file, now);
  expect(problems.map(({ path: place, problem }) => [place, problem])).toEqual([
    ['audit_event_is_kept', 'changed'],
    ['note_is_kept', 'missing'],
  ]);
});

/** A package as it is exported, but for the workbook and the report, which verify takes for any file. */
function packageFiles(): Record<string, Uint8Array> {
  const db = openCache(path.join(closed, 'tieout.db'), { now, readOnly: true });
  const [, lock] = readLocks(db, '2026-05');
  if (lock === undefined) throw new Error('not locked twice');
  const { files, auditHead } = packageCopies(db, lock);
  db.close();
  const all = new Map<string, Uint8Array>([...files, [PACKAGE_FILES.report, Buffer.from('%PDF-1.7')]]);
  const manifest = manifestText(
    {
      tieout: 1,
      kind: 'close_package',
      workspace: 'World',
      month: '2026-05',
      version: 2,
      contentHash: lock.contentHash,
      auditHead,
      toolVersion: '0.1.0',
      files: [...all].map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: sha256(bytes) })),
    },
    sha256,
  );
  return { ...Object.fromEntries(all), [PACKAGE_FILES.manifest]: Buffer.from(manifest) };
}

test('a package: whatever byte of the zip or of a file in the folder is changed, verify finds it', () => {
  const files = packageFiles();
  const folder = path.join(scratch, 'package');
  mkdirSync(folder);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, name), bytes);
  expect(verifyPackage(folder).problems).toEqual([]);
  const zip = path.join(scratch, 'package.zip');
  writeFileSync(zip, zipSync(files));
  expect(verifyPackage(zip).problems).toMatchObject([{ path: 'zip', problem: 'changed' }]);
  writeFileSync(zip, zipSync(files));
  sealZip(zip);
  expect(verifyPackage(zip)).toMatchObject({ checked: { files: 5 }, problems: [] });

  const whole = readFileSync(zip);
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, where, flip) => {
      writeFileSync(zip, flipped(whole, where, flip));
      expect(verifyPackage(zip).problems).not.toEqual([]);
      const names = Object.keys(files);
      const name = names[which % names.length] as string;
      const bytes = files[name] as Uint8Array;
      writeFileSync(path.join(folder, name), flipped(bytes, where, flip));
      const found = verifyPackage(folder).problems;
      writeFileSync(path.join(folder, name), bytes);
      expect(found.some(({ path: place }) => place.startsWith(name))).toBe(true);
    }),
    { numRuns: 80 },
  );

  writeFileSync(path.join(folder, 'more.txt'), 'x');
  expect(verifyPackage(folder).problems).toMatchObject([{ path: 'more.txt', problem: 'added' }]);
  rmSync(path.join(folder, 'more.txt'));
  rmSync(path.join(folder, PACKAGE_FILES.cells));
  expect(verifyPackage(folder).problems).toMatchObject([{ path: 'cells.csv', problem: 'missing' }]);
});

test('a manifest that was made to fit an edited file does not save it', () => {
  const files = packageFiles();
  const folder = path.join(scratch, 'forged');
  mkdirSync(folder);
  const cells = Buffer.from(String(Buffer.from(files['cells.csv'] as Uint8Array)).replace('cus_1', 'cus_7'));
  const { seal: _, ...manifest } = JSON.parse(
    String(Buffer.from(files['manifest.json'] as Uint8Array)),
  ) as SealedManifest;
  const listed = manifest.files.map((file) => (file.name === 'cells.csv' ? { ...file, sha256: sha256(cells) } : file));
  const forged = manifestText({ ...manifest, files: listed }, sha256);
  const all = { ...files, 'cells.csv': cells, 'manifest.json': Buffer.from(forged) };
  for (const [name, bytes] of Object.entries(all)) writeFileSync(path.join(folder, name), bytes);
  expect(verifyPackage(folder).problems).toMatchObject([{ path: 'cells.csv', problem: 'changed' }]);
});
