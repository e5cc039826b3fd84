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
    for (const table of REPLACED) db.exec(`INSERT INTO ${table} SELECT * FROM ${copyOf(table)}`);
    db.exec(
      `UPDATE customer SET (name, email, metadata, currency, balance_minor, is_deleted, is_vanished, test_clock, created) =
         (b.name, b.email, b.metadata, b.currency, b.balance_minor, b.is_deleted, b.is_vanished, b.test_clock, b.created)
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

const hasRemembered = (db: Db): boolean =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(copyOf('pull_run')) !== undefined;

const hadCatalog = (db: Db): boolean => db.prepare(`SELECT 1 FROM ${copyOf('pull_run')}`).get() !== undefined;
