import type { Db } from './open.ts';

/** Tables that a catalog pull replaces; those that others refer to come first. */
const REPLACED = [
  'meter',
  'product',
  'price',
  'subscription',
  'subscription_item',
  'metered_item',
  'credit_grant',
  'tax_rate',
  'invoice',
  'invoice_month',
  'invoice_line',
  'mapping',
] as const;

const copyOf = (table: string): string => `before_${table}`;

/**
 * Keeps a copy of the catalog as it is, in tables of its own, so that a pull that fails later can put it back. Runs in
 * the transaction that replaces the catalog: after a crash the copy is there exactly if the new catalog is.
 */
export function rememberCatalog(db: Db): void {
  forgetRemembered(db);
  for (const table of [...REPLACED, 'customer']) db.exec(`CREATE TABLE ${copyOf(table)} AS SELECT * FROM ${table}`);
  db.exec(
    `CREATE TABLE ${copyOf('pull_run')} AS SELECT pull, state FROM pull_run WHERE source = 'catalog' AND state = 'complete'`,
  );
}

/** The pull has taken effect, and its catalog with it. */
export function forgetRemembered(db: Db): void {
  for (const table of [...REPLACED, 'customer', 'pull_run']) db.exec(`DROP TABLE IF EXISTS ${copyOf(table)}`);
}

/**
 * Puts back what was remembered, if anything was; a first catalog stays, since there is none to put back. Customers that were new keep their keys, since answers of Stripe may
 * be staged under them; without items, mapping and totals in force they have no cell.
 */
export function restoreCatalog(db: Db): void {
  db.transaction(() => {
    if (!hasRemembered(db)) return;
    if (!hadCatalog(db)) {
      forgetRemembered(db);
      return;
    }
    for (const table of [...REPLACED].reverse()) db.exec(`DELETE FROM ${table}`);
    for (const table of REPLACED) {
      const columns = columnsOf(db, copyOf(table)).join(', ');
      db.exec(`INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${copyOf(table)}`);
    }
    const known = columnsOf(db, copyOf('customer')).filter((column) => column !== 'customer_key' && column !== 'id');
    db.exec(
      `UPDATE customer SET (${known.join(', ')}) = (${known.map((column) => `b.${column}`).join(', ')})
       FROM ${copyOf('customer')} AS b WHERE b.customer_key = customer.customer_key`,
    );
    db.exec(
      `UPDATE pull_run SET state = 'failed'
       WHERE source = 'catalog' AND state = 'complete' AND pull NOT IN (SELECT pull FROM ${copyOf('pull_run')})`,
    );
    db.exec(`UPDATE pull_run SET state = 'complete' WHERE pull IN (SELECT pull FROM ${copyOf('pull_run')})`);
    forgetRemembered(db);
  }).immediate();
}

/** A copy that an older version made has fewer columns than its table; the others take their defaults. */
const columnsOf = (db: Db, table: string): readonly string[] =>
  db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table);

const hasRemembered = (db: Db): boolean =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(copyOf('pull_run')) !== undefined;

const hadCatalog = (db: Db): boolean => db.prepare(`SELECT 1 FROM ${copyOf('pull_run')}`).get() !== undefined;
