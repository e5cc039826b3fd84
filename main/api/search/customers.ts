import type {
  CustomerSearchAnswer,
  CustomerSearchRequest,
  FoundCustomer,
} from '../../../shared/contract/search-schemas.ts';
import { readMonthsOfCustomer, readMonthsOfUsage } from '../../cache/month-presence.ts';
import type { Db } from '../../cache/open.ts';
import { type Identity, UNMAPPED, usageKeysOf } from '../reconcile/identity.ts';
import { TextIndex } from './text-index.ts';

/** Whoever is known to the cache, in whichever month: made at the first search, forgotten with the cache. */
export class CustomerSearch {
  #ready: { readonly identity: Identity; readonly keys: Int32Array; readonly index: TextIndex } | null = null;

  clear(): void {
    this.#ready = null;
  }

  /** @param identity read only where the index is not made yet */
  find(db: Db, identity: () => Identity, { text, limit }: CustomerSearchRequest): CustomerSearchAnswer {
    const ready = this.#ready ?? prepare(identity());
    this.#ready = ready;
    const places = ready.index.find(text, limit + 1);
    return {
      customers: places.slice(0, limit).map((place) => foundAt(db, ready.identity, ready.keys[place] as number)),
      isMore: places.length > limit,
    };
  }
}

/** Customers by their keys, then, below zero, the usage ids of nobody. */
function prepare(identity: Identity): { identity: Identity; keys: Int32Array; index: TextIndex } {
  const { customerIds, usageIds, customerOf, isLeftOut } = identity;
  const keys: number[] = [];
  for (let key = 1; key < customerIds.length; key += 1)
    if (customerIds[key] !== undefined && isLeftOut[key] !== 1) keys.push(key);
  for (let key = 1; key < usageIds.length; key += 1)
    if (usageIds[key] !== undefined && (customerOf[key] as number) <= UNMAPPED) keys.push(-key);
  function* entries(): Generator<readonly string[]> {
    for (const key of keys) yield fieldsOf(identity, key);
  }
  return { identity, keys: Int32Array.from(keys), index: new TextIndex(entries()) };
}

const usageOf = (identity: Identity, key: number): readonly string[] =>
  usageKeysOf(identity, key)
    .map((usageKey) => identity.usageIds[usageKey])
    .filter((id): id is string => id !== undefined);

const fieldsOf = (identity: Identity, key: number): readonly string[] =>
  key < 0
    ? [identity.usageIds[-key] ?? '']
    : [identity.names[key] ?? '', identity.customerIds[key] ?? '', ...usageOf(identity, key)];

function foundAt(db: Db, identity: Identity, key: number): FoundCustomer {
  if (key < 0) {
    return {
      customer: null,
      name: null,
      usageIds: [identity.usageIds[-key] ?? ''],
      months: readMonthsOfUsage(db, -key),
    };
  }
  const months = new Set([
    ...readMonthsOfCustomer(db, key),
    ...usageKeysOf(identity, key).flatMap((usageKey) => readMonthsOfUsage(db, usageKey)),
  ]);
  return {
    customer: identity.customerIds[key] ?? null,
    name: identity.names[key] ?? null,
    usageIds: usageOf(identity, key),
    months: [...months].sort(),
  };
}
