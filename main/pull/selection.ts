import { TieoutError } from '../../shared/errors.ts';
import { compareBytes } from '../../shared/values/order.ts';
import { findCustomer } from '../cache/customer-store.ts';
import { findUsageKey, usageKeyOf } from '../cache/identity-store.ts';
import { customersOfUsage, usageIdsOfCustomer } from '../cache/mapping-store.ts';
import type { Db } from '../cache/open.ts';
import type { PullInForce, PullSelection } from '../cache/pull-store.ts';
import type { PullMeter } from './pull-request.ts';
import type { PullWork } from './pull-work.ts';

/** Which customers a pull reads; null everywhere: all of them. */
export type CustomerChoice = {
  /** Usage ids in byte order, for ClickHouse. */
  readonly usageIds: readonly string[] | null;
  readonly selection: PullSelection | null;
};

/** @throws TieoutError `pull.nothing_selected` where a key is not configured */
export function chooseMeters(meters: readonly PullMeter[], keys: readonly string[] | undefined): readonly PullMeter[] {
  if (keys === undefined) return meters;
  const unknown = keys.filter((key) => !meters.some((meter) => meter.key === key));
  if (unknown.length > 0 || keys.length === 0) {
    throw new TieoutError('pull.nothing_selected', {
      message: keys.length === 0 ? 'No meter is selected.' : `There is no meter ${unknown.join(', ')} in tieout.yaml.`,
      remedy: `Choose among: ${meters.map((meter) => meter.key).join(', ')}.`,
    });
  }
  return meters.filter((meter) => keys.includes(meter.key));
}

/**
 * Stripe customers and usage ids alike, with everything that belongs to them: a customer's cell adds up all of its
 * usage ids, so none of them is left out. What is known to neither side is asked for as a usage id.
 */
export function chooseCustomers(work: PullWork): CustomerChoice {
  const { db, select } = work.request;
  const { customers: names } = select;
  if (names === undefined) return { usageIds: null, selection: null };
  if (names.length === 0) {
    throw new TieoutError('pull.nothing_selected', {
      message: 'No customer is selected.',
      remedy: 'Name Stripe customers or usage ids, or leave the option out.',
    });
  }
  const usageIds = new Map<string, number>();
  const customerKeys = new Set<number>();
  for (const name of names) addName(work, db, name, { usageIds, customerKeys });
  return {
    usageIds: [...usageIds.keys()].sort(compareBytes),
    selection: { usageKeys: ascending(usageIds.values()), customerKeys: ascending(customerKeys) },
  };
}

function addName(
  work: PullWork,
  db: Db,
  name: string,
  chosen: { readonly usageIds: Map<string, number>; readonly customerKeys: Set<number> },
): void {
  const customer = findCustomer(db, name);
  const usageKey = findUsageKey(db, name);
  const customerKeys = [
    ...(customer === null ? [] : [customer.key]),
    ...(usageKey === null ? [] : customersOfUsage(db, usageKey).map(({ key }) => key)),
  ];
  for (const key of customerKeys) {
    chosen.customerKeys.add(key);
    for (const usage of usageIdsOfCustomer(db, key)) chosen.usageIds.set(usage.id, usage.key);
  }
  if (usageKey !== null) chosen.usageIds.set(name, usageKey);
  if (customer !== null || usageKey !== null) return;
  chosen.usageIds.set(name, usageKeyOf(db, name));
  work.warn({
    code: 'mapping.no_match',
    path: name,
    message: `${name} is no customer of Stripe and no usage id that is known so far; ClickHouse is asked for it.`,
    remedy: 'Check the spelling.',
  });
}

/** What the pull in force may lend to a partial pull, and what both cover together. */
export type Lending = { readonly from: number | null; readonly selection: PullSelection | null };

/**
 * A partial pull takes over the rest of what is in force, as far as that means the same. Without such a base it covers
 * its selection alone, and the tie-out then covers no more.
 */
export function lend(chosen: PullSelection | null, base: PullInForce | null): Lending {
  if (chosen === null) return { from: null, selection: null };
  if (base === null) return { from: null, selection: chosen };
  if (base.selection === null) return { from: base.pull, selection: null };
  return {
    from: base.pull,
    selection: {
      usageKeys: union(base.selection.usageKeys, chosen.usageKeys),
      customerKeys: union(base.selection.customerKeys, chosen.customerKeys),
    },
  };
}

const ascending = (keys: Iterable<number>): readonly number[] => [...new Set(keys)].sort((a, b) => a - b);
const union = (a: readonly number[], b: readonly number[]): readonly number[] => ascending([...a, ...b]);
