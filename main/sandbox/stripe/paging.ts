import { invalid, noSuch } from './failure.ts';
import type { Params } from './params.ts';

export const PAGE_PARAMS = ['limit', 'starting_after', 'ending_before'] as const;

type Page<T> = {
  readonly object: 'list';
  readonly url: string;
  readonly has_more: boolean;
  readonly data: readonly T[];
};

/**
 * One page of a list. Cursors are looked up among all objects, so that one that was filtered out since still has its place.
 * @param all in the order of the list
 * @throws StripeFailure on a limit outside 1–100, two cursors, or a cursor that is unknown
 */
export function paged<T extends { readonly id: string }>(
  all: readonly T[],
  params: Params,
  of: { readonly url: string; readonly kind: string; readonly filter?: (each: T) => boolean },
): Page<T> {
  const limit = limitOf(params);
  const after = params.text('starting_after');
  const before = params.text('ending_before');
  if (after !== null && before !== null) {
    throw invalid('starting_after', 'You may only specify one of these parameters: starting_after, ending_before.');
  }
  const filter = of.filter ?? (() => true);
  const place = (cursor: string, param: string): number => {
    const found = all.findIndex((each) => each.id === cursor);
    if (found < 0) throw noSuch(of.kind, cursor, param, 400);
    return found;
  };
  const page = { object: 'list' as const, url: of.url };
  if (before === null) {
    const found = collect(all, filter, {
      from: after === null ? 0 : place(after, 'starting_after') + 1,
      step: 1,
      limit,
    });
    return { ...page, ...found };
  }
  const found = collect(all, filter, { from: place(before, 'ending_before') - 1, step: -1, limit });
  return { ...page, has_more: found.has_more, data: found.data.toReversed() };
}

/** 10 unless given. @throws StripeFailure outside 1–100 */
export function limitOf(params: Params): number {
  const limit = params.integer('limit') ?? 10;
  if (limit < 1) {
    throw invalid('limit', 'This value must be greater than or equal to 1.', 'parameter_invalid_integer');
  }
  if (limit > 100) {
    throw invalid('limit', `This value must be less than or equal to 100 (was ${limit}).`, 'parameter_invalid_integer');
  }
  return limit;
}

function collect<T>(
  all: readonly T[],
  filter: (each: T) => boolean,
  walk: { readonly from: number; readonly step: 1 | -1; readonly limit: number },
): { readonly has_more: boolean; readonly data: readonly T[] } {
  const data: T[] = [];
  for (let at = walk.from; at >= 0 && at < all.length; at += walk.step) {
    const each = all[at];
    if (each === undefined || !filter(each)) continue;
    if (data.length === walk.limit) return { has_more: true, data };
    data.push(each);
  }
  return { has_more: false, data };
}
