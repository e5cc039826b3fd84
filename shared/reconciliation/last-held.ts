import { compare, type Decimal, equals } from '../values/decimal.ts';
import { type Instant, toUnixSeconds } from '../values/instant.ts';
import { contains, type Period } from '../values/period.ts';

/** One push to a meter with `last` aggregation, in order of arrival. */
export type Post = { readonly at: Instant; readonly value: Decimal; readonly isAccepted: boolean };

export type LastHeld = {
  /** null where nothing is held, or where it is not determined which value is. */
  readonly held: Decimal | null;
  /** The values that may be held, ascending. */
  readonly possible: readonly Decimal[];
  readonly isAmbiguous: boolean;
};

/**
 * What Stripe holds for a `last` meter: the accepted event with the newest timestamp in the period, whatever its order
 * of arrival. Stripe keeps whole seconds, and two values in one second have no defined order.
 * @see metering.md section 5; test/vectors/metering/last-held.json
 */
export function lastHeld(posts: readonly Post[], period: Period): LastHeld {
  const counted = posts.filter((post) => post.isAccepted && contains(period, post.at));
  const newest = counted.reduce((latest, post) => Math.max(latest, toUnixSeconds(post.at)), Number.NEGATIVE_INFINITY);
  const values = counted.filter((post) => toUnixSeconds(post.at) === newest).map((post) => post.value);
  const possible = values
    .filter((value, index) => values.findIndex((other) => equals(other, value)) === index)
    .sort(compare);
  const [only = null] = possible;
  return { held: possible.length === 1 ? only : null, possible, isAmbiguous: possible.length > 1 };
}
