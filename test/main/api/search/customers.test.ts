import { afterAll, beforeAll, expect, test } from 'vitest';
import { readIdentity } from '../../../../main/api/reconcile/identity.ts';
import { CustomerSearch } from '../../../../main/api/search/customers.ts';
import { type Db, openCache } from '../../../../main/cache/open.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';

let db: Db;
const search = new CustomerSearch();
const find = (text: string, limit = 8) =>
  search.find(db, () => readIdentity(db, { testClocks: false }), { text, limit });

beforeAll(() => {
  db = openCache(':memory:', { now: parseInstant('2026-06-01T02:00:00Z') });
  db.exec(`
    INSERT INTO customer (customer_key, id, name, test_clock) VALUES
      (1, 'cus_globex', 'Globex GmbH', NULL), (2, 'cus_nameless', NULL, NULL), (3, 'cus_clocked', 'Globex of a clock', 'clock_1');
    INSERT INTO usage_identity VALUES (1, 'ws_globex'), (2, 'ws_other'), (3, 'ws_nobody');
    INSERT INTO mapping VALUES (1, 1), (2, 1);
    INSERT INTO meter_key VALUES (1, 'calls');
    INSERT INTO pull_run (pull, source, month, meter_key, state, started_at, tool_version, fingerprint, mapping_fingerprint) VALUES
      (1, 'clickhouse', '2026-04', 1, 'complete', 0, 't', 'f', 'm'), (2, 'stripe', '2026-05', 1, 'complete', 0, 't', 'f', 'm'),
      (3, 'clickhouse', '2026-05', 1, 'superseded', 0, 't', 'f', 'm');
    INSERT INTO pull_in_force VALUES ('2026-04', 1, 'clickhouse', 1), ('2026-05', 1, 'stripe', 2);
    INSERT INTO usage_month VALUES (1, 2, 5, 0, NULL), (1, 3, 5, 0, NULL), (3, 3, 5, 0, NULL);
    INSERT INTO summary_month VALUES (2, 1, 1, 5, 0, NULL), (2, 2, 0, 0, 0, NULL);
  `);
});
afterAll(() => db.close());

test('a customer is found by name, id and each usage id, with the months that hold anything of it', () => {
  const globex = {
    customer: 'cus_globex',
    name: 'Globex GmbH',
    usageIds: ['ws_globex', 'ws_other'],
    months: ['2026-04', '2026-05'],
  };
  for (const text of ['glob', 'CUS_GLOBEX', 'ws_other'])
    expect(find(text)).toEqual({ customers: [globex], isMore: false });
});

test('a usage id of nobody is found; a month of a pull that is not in force does not count', () => {
  expect(find('nobody').customers).toEqual([
    { customer: null, name: null, usageIds: ['ws_nobody'], months: ['2026-04'] },
  ]);
});

test('a customer that Stripe was asked about in vain is in no month', () => {
  expect(find('nameless').customers).toEqual([{ customer: 'cus_nameless', name: null, usageIds: [], months: [] }]);
});

test('whether more fit than are told', () => {
  expect(find('cus_', 1)).toMatchObject({ customers: [{ customer: 'cus_globex' }], isMore: true });
  expect(find('')).toEqual({ customers: [], isMore: false });
});
