import type { FluxFilter, FluxPart, FluxSort } from '../../../shared/contract/compare-schemas.ts';
import { searchMatches } from '../cells/filter.ts';
import type { Comparison } from './compare-months.ts';
import { placesOf } from './flux-rows.ts';

/**
 * Ids of the rows that pass, in order; ties stay in the published order.
 * @param published all ids in the published order
 */
export function orderFlux(
  comparison: Comparison,
  published: Int32Array,
  of: { readonly filter: FluxFilter; readonly sort: FluxSort; readonly isMaterial: (id: number) => boolean },
): Int32Array {
  const passes = filterOf(comparison, of.filter, of.isMaterial);
  const ids = published.filter(passes);
  if (of.sort.by === 'default') return of.sort.direction === 'ascending' ? ids : ids.reverse();
  const keys = sortKeys(comparison, ids, of.sort.by);
  const sign = of.sort.direction === 'descending' ? -1 : 1;
  const place = new Int32Array(comparison.table.length);
  for (const [at, id] of published.entries()) place[id] = at;
  return ids.sort((a, b) => {
    const [left, right] = [keys[a] as number, keys[b] as number];
    // What has no share of nothing stands last either way.
    if (Number.isNaN(left) || Number.isNaN(right)) {
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right)) || (place[a] as number) - (place[b] as number);
    }
    return sign * (left - right) || (place[a] as number) - (place[b] as number);
  });
}

function filterOf(
  { table, meters, identity }: Comparison,
  filter: FluxFilter,
  isMaterial: (id: number) => boolean,
): (id: number) => boolean {
  const wantedMeters =
    filter.meters === undefined ? null : meters.map(({ key }) => filter.meters?.includes(key) === true);
  const search = filter.search?.trim() ?? '';
  const found = search === '' || identity === null ? null : searchMatches(identity, search).customers;
  const { parts, currency } = filter;
  return (id) =>
    (wantedMeters === null || wantedMeters[table.meter(id)] === true) &&
    (currency === undefined || table.currency(id) === currency) &&
    (found === null || found[table.customerKey(id)] === 1) &&
    (parts === undefined || parts.some((part) => table.nearPart(id, part) !== 0)) &&
    (filter.materialOnly !== true || isMaterial(id));
}

/** To sort by: exact below 2^53, near enough beyond. */
function sortKeys({ table, meters, identity }: Comparison, ids: Int32Array, by: FluxSort['by']): Float64Array {
  const keys = new Float64Array(table.length);
  const customers =
    by === 'customer' && identity !== null
      ? placesOf(identity.customerIds.map((id, key) => identity.names[key]?.toLowerCase() ?? id ?? ''))
      : null;
  const meterPlaces = placesOf(meters.map(({ key }) => key));
  for (const id of ids) {
    if (customers !== null) keys[id] = customers[table.customerKey(id)] ?? 0;
    else if (by === 'meter') keys[id] = meterPlaces[table.meter(id)] ?? 0;
    else if (by === 'from') keys[id] = Number(table.fromMinor(id));
    else if (by === 'to') keys[id] = Number(table.toMinor(id));
    else if (by === 'change') keys[id] = table.nearChange(id);
    else if (by === 'relative') keys[id] = shareOf(table, id);
    else if (by !== 'default' && by !== 'customer') keys[id] = table.nearPart(id, by satisfies FluxPart);
  }
  return keys;
}

function shareOf(table: Comparison['table'], id: number): number {
  const from = Number(table.fromMinor(id));
  return from === 0 ? Number.NaN : table.nearChange(id) / from;
}
