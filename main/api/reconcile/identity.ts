import { compareBytes } from '../../../shared/values/order.ts';
import { readCustomerNames } from '../../cache/customer-store.ts';
import { readUsageIds } from '../../cache/identity-store.ts';
import { readMapping } from '../../cache/mapping-store.ts';
import type { Db } from '../../cache/open.ts';

/** `customerOf` of a usage id that no customer carries, or that several do. */
export const UNMAPPED = 0;
export const AMBIGUOUS = -1;

/**
 * Who is who, by the cache's dense integer keys (0 is nobody): joins in arrays, not in SQL (performance.md section 6).
 */
export type Identity = {
  readonly customerIds: readonly (string | undefined)[];
  readonly names: readonly (string | null)[];
  /** 1 where the customer takes no part: on a test clock that the workspace does not ask for, or not selected. */
  readonly isLeftOut: Uint8Array;
  readonly usageIds: readonly (string | undefined)[];
  /** usage key → customer key, `UNMAPPED` or `AMBIGUOUS`. */
  readonly customerOf: Int32Array;
  /** customer key → the usage key whose id is smallest in byte order; 0: none. */
  readonly primaryUsage: Int32Array;
  /** All usage keys of the customers that have several, ids in byte order. */
  readonly severalUsage: ReadonlyMap<number, readonly number[]>;
  /** Customer keys that an ambiguous usage id fits, ids in byte order. */
  readonly ambiguous: ReadonlyMap<number, readonly number[]>;
  /** The customers and usage ids asked for; null: everyone. */
  readonly selected: ReadonlySet<string> | null;
};

export function readIdentity(
  db: Db,
  options: { readonly testClocks: boolean; readonly customers?: readonly string[] | undefined },
): Identity {
  const { ids: customerIds, names, isClocked } = readCustomerNames(db);
  const usageIds = readUsageIds(db);
  const isLeftOut = options.testClocks ? new Uint8Array(customerIds.length) : isClocked;
  const { usageKeys, customerKeys } = readMapping(db);
  const customerOf = new Int32Array(usageIds.length);
  const primaryUsage = new Int32Array(customerIds.length);
  const severalUsage = new Map<number, number[]>();
  const ambiguous = new Map<number, number[]>();
  const idOf = (key: number): string => usageIds[key] ?? '';
  for (const [index, usageKey] of usageKeys.entries()) {
    const customerKey = customerKeys[index] as number;
    const known = customerOf[usageKey];
    if (known === UNMAPPED) {
      customerOf[usageKey] = customerKey;
      continue;
    }
    const fits = ambiguous.get(usageKey) ?? [known as number];
    fits.push(customerKey);
    ambiguous.set(usageKey, fits);
    customerOf[usageKey] = AMBIGUOUS;
  }
  for (const fits of ambiguous.values()) {
    fits.sort((a, b) => compareBytes(customerIds[a] ?? '', customerIds[b] ?? ''));
  }
  for (const [usageKey, customerKey] of customerOf.entries()) {
    if (customerKey <= 0) continue;
    const first = primaryUsage[customerKey] as number;
    if (first === 0) {
      primaryUsage[customerKey] = usageKey;
      continue;
    }
    const several = severalUsage.get(customerKey) ?? [first];
    several.push(usageKey);
    severalUsage.set(customerKey, several);
  }
  for (const [customerKey, several] of severalUsage) {
    several.sort((a, b) => compareBytes(idOf(a), idOf(b)));
    primaryUsage[customerKey] = several[0] as number;
  }
  const selected = options.customers === undefined ? null : new Set(options.customers);
  const identity = {
    customerIds,
    names,
    isLeftOut,
    usageIds,
    customerOf,
    primaryUsage,
    severalUsage,
    ambiguous,
    selected,
  };
  return selected === null ? identity : { ...identity, isLeftOut: leaveOutUnselected(identity, selected) };
}

function leaveOutUnselected(identity: Identity, selected: ReadonlySet<string>): Uint8Array {
  return identity.isLeftOut.map((isLeftOut, key) => {
    const ids = [
      identity.customerIds[key],
      ...usageKeysOf(identity, key).map((usageKey) => identity.usageIds[usageKey]),
    ];
    return isLeftOut === 1 || !ids.some((id) => id !== undefined && selected.has(id)) ? 1 : 0;
  });
}

/** The usage keys of a customer, ids in byte order. */
export function usageKeysOf(identity: Identity, customerKey: number): readonly number[] {
  const several = identity.severalUsage.get(customerKey);
  if (several !== undefined) return several;
  const primary = identity.primaryUsage[customerKey] ?? 0;
  return primary === 0 ? [] : [primary];
}
