import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readHeldGrants, readPrices, readProducts } from '../../../main/cache/catalog-store.ts';
import { restoreCatalog } from '../../../main/cache/catalog-undo.ts';
import { findCustomer } from '../../../main/cache/customer-store.ts';
import { readInvoices } from '../../../main/cache/invoice-store.ts';
import { readMigrations } from '../../../main/cache/migrate.ts';
import { type Db, openCache } from '../../../main/cache/open.ts';
import { openForReading } from '../../../main/cache/open-for-reading.ts';
import { readSubscriptions } from '../../../main/cache/subscription-store.ts';
import { acquireWriter } from '../../../main/cache/writer-lock.ts';
import { NOW, scratchFolder } from './scratch.ts';

/** What version 1 wrote: bodies without the later fields, invoices without their details. */
const VERSION_1 = `
  INSERT INTO customer (id, name, balance_minor) VALUES ('cus_1', 'Globex', -500);
  INSERT INTO product VALUES ('prod_1', 'Calls', 1);
  INSERT INTO price VALUES ('price_1', NULL, '{"id":"price_1","currency":"usd","unitAmount":"5"}');
  INSERT INTO credit_grant VALUES ('credgr_1', 'cus_1', '{"id":"credgr_1","customerId":"cus_1","amount":"1000"}');
  INSERT INTO subscription VALUES ('sub_1', 'cus_1', 'active', 0, NULL, 0,
    '{"id":"sub_1","customerId":"cus_1","items":[{"id":"si_1","priceId":"price_1"}],"discounts":[]}');
  INSERT INTO invoice VALUES ('in_1', NULL, 'cus_1', 'sub_1', 'paid', 'usd', NULL, 0, 1000, 1000, 1000, 90, 90, 90);
  INSERT INTO invoice_month VALUES ('in_1', '1970-01');
  INSERT INTO invoice_line VALUES
    ('il_1', 'in_1', 0, 90, 'usd', NULL, '18', '5', 'price_1', 'sub_1', 'si_1', 0, 1000, 0, 10),
    ('il_2', 'in_1', 1, 10, 'usd', NULL, '2', '5', 'price_1', 'sub_1', 'si_1', 0, 1000, 0, 0);`;

function openVersion1(path: string): Db {
  const [first] = readMigrations();
  if (first === undefined) throw new Error('no migrations');
  return openCache(path, { now: NOW, migrations: [first] });
}

function expectDefaults(db: Db): void {
  expect(findCustomer(db, 'cus_1')).toMatchObject({
    name: 'Globex',
    balanceMinor: -500n,
    discount: null,
    taxExempt: 'none',
  });
  expect(readProducts(db)).toEqual([{ id: 'prod_1', name: 'Calls', isActive: true, isDeleted: false }]);
  expect(readPrices(db).get('price_1')).toMatchObject({ unitAmount: '5', taxBehavior: 'unspecified' });
  expect(readHeldGrants(db, 'cus_1')).toMatchObject([{ leftMinor: 1000n, isLeftKnown: false }]);
  expect(readSubscriptions(db, 'cus_1')).toMatchObject([
    {
      defaultTaxRateIds: [],
      isAutomaticTax: false,
      pausedCollection: null,
      items: [{ priceId: 'price_1', discounts: [], taxRateIds: [] }],
    },
  ]);
  expect([...readInvoices(db)].flat()).toMatchObject([
    {
      totalMinor: 90n,
      taxMinor: 0n,
      startingBalanceMinor: 0n,
      endingBalanceMinor: null,
      isAutomaticTax: false,
      lines: [
        { origin: 'unknown', discounts: [{ discountId: null, amountMinor: 10n }], creditMinor: 0n, taxes: [] },
        { origin: 'unknown', discountMinor: 0n, discounts: [] },
      ],
    },
  ]);
}

test('a cache of version 1 opens with what it held, and defaults for what it did not', () => {
  const path = join(scratchFolder(), 'tieout.db');
  const old = openVersion1(path);
  old.exec(VERSION_1);
  old.close();
  const db = openCache(path, { now: NOW });
  expectDefaults(db);
  db.close();
});

test('a catalog that version 1 set aside during a pull that broke off is put back', () => {
  const path = join(scratchFolder(), 'tieout.db');
  const old = openVersion1(path);
  old.exec(VERSION_1);
  old.exec(`INSERT INTO pull_run (source, state, started_at, tool_version, fingerprint, mapping_fingerprint)
            VALUES ('catalog', 'complete', 0, '0.1.0', '', '')`);
  const replaced = [
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
    'customer',
  ];
  for (const table of replaced) old.exec(`CREATE TABLE before_${table} AS SELECT * FROM ${table}`);
  old.exec('CREATE TABLE before_pull_run AS SELECT pull, state FROM pull_run');
  old.exec("DELETE FROM invoice; DELETE FROM subscription; UPDATE customer SET name = 'Other', balance_minor = 3");
  old.close();
  const db = openCache(path, { now: NOW });
  restoreCatalog(db);
  expectDefaults(db);
  db.close();
});

test('a cache of version 1 can be read at once: it is brought to this version, with a backup', () => {
  const path = join(scratchFolder(), 'tieout.db');
  const old = openVersion1(path);
  old.exec(VERSION_1);
  old.close();
  const db = openForReading(path, NOW);
  expectDefaults(db);
  expect(() => db.exec('DELETE FROM customer')).toThrow(/readonly/);
  db.close();
  expect(existsSync(`${path}.before-0002`)).toBe(true);
});

test('while somebody writes, a cache of version 1 is not upgraded under them', () => {
  const path = join(scratchFolder(), 'tieout.db');
  openVersion1(path).close();
  const lock = acquireWriter({ databaseFile: path }, { pid: 1, startedAt: NOW, command: 'pull' });
  expect(() => openForReading(path, NOW)).toThrow(expect.objectContaining({ code: 'workspace.busy' }));
  lock.release();
  openForReading(path, NOW).close();
});

test('a workspace of which nothing was pulled is read as an empty cache, and nothing is made', () => {
  const path = join(scratchFolder(), 'tieout.db');
  const db = openForReading(path, NOW);
  expect([...readPrices(db)]).toEqual([]);
  db.close();
  expect(existsSync(path)).toBe(false);
});
