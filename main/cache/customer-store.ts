import type { Customer } from '../../shared/billing/customer.ts';
import { type Instant, instant } from '../../shared/values/instant.ts';
import type { Db } from './open.ts';
import { allRows, firstRow, runQuery } from './query.ts';

/** A customer and its surrogate key, which it keeps for ever. */
export type CustomerRow = Customer & { readonly key: number };

const CHUNK_ROWS = 5_000;

export function upsertCustomer(db: Db, customer: Customer): void {
  if (customer.isDeleted) {
    runQuery(db, 'customer-mark-deleted', { id: customer.id, isVanished: 0 });
    return;
  }
  runQuery(db, 'customer-upsert', {
    id: customer.id,
    name: customer.name,
    email: customer.email,
    metadata: JSON.stringify(customer.metadata),
    currency: customer.currency,
    balance: customer.balanceMinor,
    discount: customer.discount === null ? null : JSON.stringify(customer.discount),
    taxExempt: customer.taxExempt,
    testClock: customer.testClock,
    created: customer.created,
  });
}

/** Stripe does not know the id at all any more. */
export const markVanished = (db: Db, id: string): void => {
  runQuery(db, 'customer-mark-deleted', { id, isVanished: 1 });
};

type Row = {
  readonly customer_key: bigint;
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly metadata: string;
  readonly currency: string | null;
  readonly balance_minor: bigint;
  readonly discount: string | null;
  readonly tax_exempt: Customer['taxExempt'];
  readonly is_deleted: bigint;
  readonly test_clock: string | null;
  readonly created: bigint | null;
};

export const findCustomer = (db: Db, id: string): CustomerRow | null =>
  fromRow(firstRow<Row>(db, 'customer-by-id', [id], 'exact'));

function fromRow(row: Row | undefined): CustomerRow | null {
  if (row === undefined) return null;
  return {
    key: Number(row.customer_key),
    id: row.id,
    name: row.name,
    email: row.email,
    metadata: JSON.parse(row.metadata),
    currency: row.currency,
    balanceMinor: row.balance_minor,
    discount: row.discount === null ? null : JSON.parse(row.discount),
    taxExempt: row.tax_exempt,
    isDeleted: row.is_deleted === 1n,
    testClock: row.test_clock,
    created: row.created === null ? null : (instant(Number(row.created)) satisfies Instant),
  };
}

/** When Stripe made a customer; null where that is not known. */
export function readCustomerCreated(db: Db, customerKey: number): Instant | null {
  const created = firstRow<readonly [number | null]>(db, 'customer-created', [customerKey], 'raw')?.[0] ?? null;
  return created === null ? null : instant(created);
}

export type CustomerListing = {
  readonly key: number;
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly isDeleted: boolean;
  /** Deleted, and Stripe does not know the id any more: there is no use in asking. */
  readonly isVanished: boolean;
  readonly testClock: string | null;
};

type ListingRow = readonly [number, string, string | null, string | null, string, number, string | null, number];

/** Every customer that was ever seen, in key order, some thousand at a time. */
export function* listCustomers(db: Db): Generator<readonly CustomerListing[]> {
  let after = 0;
  for (;;) {
    const rows = allRows<ListingRow>(db, 'customer-chunk', [after, CHUNK_ROWS], 'raw');
    if (rows.length === 0) return;
    after = rows.at(-1)?.[0] ?? after;
    yield rows.map(([key, id, name, email, metadata, isDeleted, testClock, isVanished]) => ({
      key,
      id,
      name,
      email,
      metadata: metadata === '{}' ? {} : JSON.parse(metadata),
      isDeleted: isDeleted === 1,
      isVanished: isVanished === 1,
      testClock,
    }));
  }
}

/** Columns by customer key (dense from 1, 0 is a hole): for joins in memory, which are faster than in SQL. */
export type CustomerNames = {
  readonly ids: readonly (string | undefined)[];
  readonly names: readonly (string | null)[];
  /** 1 where a test clock owns the customer's time. */
  readonly isClocked: Uint8Array;
};

type NameRow = readonly [key: number, id: string, name: string | null, testClock: string | null];

const NAME_CHUNK_ROWS = 20_000;

export function readCustomerNames(db: Db): CustomerNames {
  const ids: (string | undefined)[] = [undefined];
  const names: (string | null)[] = [null];
  const clocked: number[] = [];
  let after = 0;
  for (;;) {
    const rows = allRows<NameRow>(db, 'customer-name-chunk', [after, NAME_CHUNK_ROWS], 'raw');
    for (const [key, id, name, testClock] of rows) {
      while (ids.length < key) {
        ids.push(undefined);
        names.push(null);
      }
      ids.push(id);
      names.push(name);
      if (testClock !== null) clocked.push(key);
    }
    if (rows.length < NAME_CHUNK_ROWS) break;
    after = rows.at(-1)?.[0] ?? after;
  }
  const isClocked = new Uint8Array(ids.length);
  for (const key of clocked) isClocked[key] = 1;
  return { ids, names, isClocked };
}

/** Ids of customers that are not known to be deleted, and the clock that owns each. */
export const readLiveCustomerIds = (db: Db): readonly { readonly id: string; readonly testClock: string | null }[] =>
  allRows<readonly [string, string | null]>(db, 'customer-live-ids', [], 'raw').map(([id, testClock]) => ({
    id,
    testClock,
  }));
