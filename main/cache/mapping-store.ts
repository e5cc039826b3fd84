import { compareBytes } from '../../shared/values/order.ts';
import { type CustomerListing, listCustomers } from './customer-store.ts';
import { UsageKeyWalk } from './identity-store.ts';
import type { Db } from './open.ts';
import { allRows, runQuery } from './query.ts';

/** How a usage id finds its Stripe customer (interfaces.md section 1, `customers`). */
export type MappingRule =
  | { readonly by: 'metadata'; readonly key: string }
  | { readonly by: 'id' }
  | { readonly by: 'email' }
  | { readonly by: 'file'; readonly file?: string };

export type MappingLink = { readonly usageId: string; readonly customerId: string };

const PAIRS_PER_STEP = 2_000;

export type MappingOptions = { readonly testClocks: boolean };

/**
 * Derives the mapping anew from the customers in the cache. An id that fits several customers keeps a row for each: the
 * tie-out reports it as ambiguous. Customers on a test clock take part only where asked: else they keep the ids that fit
 * nobody else, so that their usage is known to be theirs and left out with them. Yields between steps; the caller holds
 * the transaction.
 * @param links of the customers file, where the rule is `file`
 */
export function* mappingSteps(
  db: Db,
  rule: MappingRule,
  links: readonly MappingLink[] | null,
  options: MappingOptions,
): Generator<void> {
  const fileLinks = rule.by === 'file' ? usageIdsByCustomer(links ?? []) : null;
  const pairs: (readonly [string, number])[] = [];
  const leftOut: (readonly [string, number])[] = [];
  for (const chunk of listCustomers(db)) {
    for (const customer of chunk) {
      const list = customer.testClock !== null && !options.testClocks ? leftOut : pairs;
      for (const usageId of usageIdsOf(customer, rule, fileLinks)) list.push([usageId, customer.key]);
    }
    yield;
  }
  const taken = new Set(leftOut.length === 0 ? [] : pairs.map(([usageId]) => usageId));
  // Of several that are left out the first stands for all: which of them it is makes no difference.
  for (const pair of leftOut) {
    if (!taken.has(pair[0])) pairs.push(pair);
    taken.add(pair[0]);
  }
  pairs.sort(([a, x], [b, y]) => compareBytes(a, b) || x - y);
  runQuery(db, 'mapping-clear');
  const walk = new UsageKeyWalk(db);
  for (const [index, [usageId, customerKey]] of pairs.entries()) {
    if (index % PAIRS_PER_STEP === 0) yield;
    runQuery(db, 'mapping-insert', [walk.keyOf(usageId), customerKey]);
  }
}

/** The same at once, in one transaction. */
export function rebuildMapping(
  db: Db,
  rule: MappingRule,
  links: readonly MappingLink[] | null,
  options: MappingOptions,
): void {
  db.transaction(() => {
    for (const _ of mappingSteps(db, rule, links, options));
  })();
}

/** The usage ids that a customer of Stripe's has by a rule. @param fileLinks `usageIdsByCustomer`, where the rule is `file` */
export function usageIdsOf(
  customer: Pick<CustomerListing, 'id' | 'email' | 'metadata'>,
  rule: MappingRule,
  fileLinks: ReadonlyMap<string, readonly string[]> | null,
): readonly string[] {
  switch (rule.by) {
    case 'metadata':
      return present(customer.metadata[rule.key]);
    case 'id':
      return [customer.id];
    case 'email':
      return present(customer.email);
    case 'file':
      return fileLinks?.get(customer.id) ?? [];
  }
}

const present = (text: string | null | undefined): readonly string[] =>
  text === undefined || text === null || text === '' ? [] : [text];

export function usageIdsByCustomer(links: readonly MappingLink[]): ReadonlyMap<string, readonly string[]> {
  const byCustomer = new Map<string, string[]>();
  for (const { usageId, customerId } of links) {
    const known = byCustomer.get(customerId);
    if (known === undefined) byCustomer.set(customerId, [usageId]);
    else known.push(usageId);
  }
  return byCustomer;
}

/** The whole mapping, ascending by usage key, then customer key. A usage key that repeats is ambiguous. */
export type MappingColumns = { readonly usageKeys: Int32Array; readonly customerKeys: Int32Array };

const CHUNK_ROWS = 20_000;

export function readMapping(db: Db): MappingColumns {
  const usageKeys: number[] = [];
  const customerKeys: number[] = [];
  let after: readonly [number, number] = [0, 0];
  for (;;) {
    const rows = allRows<readonly [number, number]>(db, 'mapping-chunk', [...after, CHUNK_ROWS], 'raw');
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last;
    for (const [usageKey, customerKey] of rows) {
      usageKeys.push(usageKey);
      customerKeys.push(customerKey);
    }
  }
  return { usageKeys: Int32Array.from(usageKeys), customerKeys: Int32Array.from(customerKeys) };
}

/** Usage ids that fit any customer, in byte order. */
export const readMappedUsageIds = (db: Db): readonly string[] =>
  allRows<readonly [string]>(db, 'mapping-usage-ids', [], 'raw').map(([id]) => id);

/** Usage ids of a customer, in byte order, ambiguous ones too. */
export const usageIdsOfCustomer = (
  db: Db,
  customerKey: number,
): readonly { readonly key: number; readonly id: string }[] =>
  allRows<{ usage_key: number; usage_id: string }>(db, 'mapping-of-customer', [customerKey]).map((row) => ({
    key: row.usage_key,
    id: row.usage_id,
  }));

/** Customers that a usage id fits, in byte order: none is unmapped, several are ambiguous. */
export const customersOfUsage = (db: Db, usageKey: number): readonly { readonly key: number; readonly id: string }[] =>
  allRows<{ customer_key: number; id: string }>(db, 'mapping-of-usage', [usageKey]).map((row) => ({
    key: row.customer_key,
    id: row.id,
  }));

/** Whether a customer of Stripe's has a usage id by the rule. */
export const hasUsageId = (
  customer: Pick<CustomerListing, 'id' | 'email' | 'metadata'>,
  rule: MappingRule,
  links: readonly MappingLink[] | null,
): boolean => usageIdsOf(customer, rule, rule.by === 'file' ? usageIdsByCustomer(links ?? []) : null).length > 0;
