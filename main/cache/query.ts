import { readFileSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { Db } from './open.ts';

export type Bindable = string | number | bigint | Uint8Array | null;
export type Parameters = readonly Bindable[] | Readonly<Record<string, Bindable>>;

/**
 * `raw` gives rows as arrays; `exact` gives every integer as bigint (better-sqlite3 rounds integers beyond 2^53
 * silently otherwise).
 */
export type RowMode = 'rows' | 'raw' | 'exact' | 'exact-raw';

const texts = new Map<string, string>();
const prepared = new WeakMap<Db, Map<string, Database.Statement>>();

/** The statement in `queries/<name>.sql`. */
function queryText(name: string): string {
  const known = texts.get(name);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(`./queries/${name}.sql`, import.meta.url), 'utf8');
  texts.set(name, text);
  return text;
}

/** Prepared once per connection and mode. */
function statement(db: Db, name: string, mode: RowMode = 'rows'): Database.Statement {
  let known = prepared.get(db);
  if (known === undefined) {
    known = new Map();
    prepared.set(db, known);
  }
  const key = `${name} ${mode}`;
  let found = known.get(key);
  if (found === undefined) {
    found = db.prepare(queryText(name));
    if (mode === 'raw' || mode === 'exact-raw') found.raw();
    if (mode === 'exact' || mode === 'exact-raw') found.safeIntegers();
    known.set(key, found);
  }
  return found;
}

/** All rows. The row type is trusted: tables are STRICT and the statement stands beside its reader. */
export const allRows = <Row>(db: Db, name: string, parameters: Parameters = [], mode: RowMode = 'rows'): Row[] =>
  statement(db, name, mode).all(parameters) as Row[];

/** Rows one at a time, for results that should not stand in memory; nothing may be written meanwhile. */
export const eachRow = <Row>(
  db: Db,
  name: string,
  parameters: Parameters = [],
  mode: RowMode = 'rows',
): IterableIterator<Row> => statement(db, name, mode).iterate(parameters) as IterableIterator<Row>;

export const firstRow = <Row>(
  db: Db,
  name: string,
  parameters: Parameters = [],
  mode: RowMode = 'rows',
): Row | undefined => statement(db, name, mode).get(parameters) as Row | undefined;

export const runQuery = (db: Db, name: string, parameters: Parameters = []): Database.RunResult =>
  statement(db, name).run(parameters);
