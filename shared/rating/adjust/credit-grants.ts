import type { CreditGrant } from '../../billing/credit-grant.ts';
import type { Instant } from '../../values/instant.ts';
import { compareBytes } from '../../values/order.ts';
import { takeAmount } from './discount.ts';
import type { MoneyRounding } from './money-rounding.ts';
import { afterTaking, type LineChoice, type Net, sumNets } from './net.ts';
import type { Sharing } from './share-out.ts';

/** A grant that may be used, with what is left of it. */
export type UsableGrant = { readonly id: string; readonly amountMinor: bigint; readonly isEligible: LineChoice };

/** What a grant gave to each line, and what it keeps. */
export type AppliedGrant = { readonly grantId: string; readonly taken: readonly Net[]; readonly leftMinor: bigint };

/**
 * Applies grants one after the other to what is left of the lines; a line that owes nothing takes nothing.
 * @param grants in Stripe's order (`orderGrants`)
 * @param how `sharing`: Stripe's is assumed to fill the lines in order
 * @see stripe.md, Order on an invoice
 */
export function applyGrants(
  nets: readonly Net[],
  grants: readonly UsableGrant[],
  how: { readonly rounding: MoneyRounding; readonly sharing: Sharing },
): readonly AppliedGrant[] {
  let left = nets;
  return grants.map(({ id, amountMinor, isEligible }) => {
    const taken = takeAmount(left, amountMinor, isEligible, how);
    left = afterTaking(left, taken);
    return { grantId: id, taken, leftMinor: amountMinor - sumNets(taken).minor };
  });
}

/**
 * The order in which Stripe uses grants: smallest priority, earliest expiry (none last), promotional before paid,
 * earliest effective, earliest created; the id decides between equals, so that the order is the same every time.
 */
export const orderGrants = (grants: readonly CreditGrant[]): readonly CreditGrant[] =>
  [...grants].sort(
    (a, b) =>
      a.priority - b.priority ||
      earlier(a.expiresAt, b.expiresAt) ||
      rankOf(a) - rankOf(b) ||
      effectiveAt(a) - effectiveAt(b) ||
      a.created - b.created ||
      compareBytes(a.id, b.id),
  );

export type GrantRefusal = 'other_currency' | 'voided' | 'not_effective' | 'expired';

/** Why a grant takes no part; null where it does. @param of `at` null: the time is not known and is not asked for */
export function grantRefusal(
  grant: CreditGrant,
  of: { readonly at: Instant | null; readonly currency: string },
): GrantRefusal | null {
  const { at } = of;
  if (grant.currency !== of.currency) return 'other_currency';
  if (grant.voidedAt !== null && (at === null || grant.voidedAt <= at)) return 'voided';
  if (at === null) return null;
  if (effectiveAt(grant) > at) return 'not_effective';
  return grant.expiresAt !== null && grant.expiresAt <= at ? 'expired' : null;
}

/** A grant without a date of its own is effective from its creation. */
const effectiveAt = (grant: CreditGrant): Instant => grant.effectiveAt ?? grant.created;
const rankOf = (grant: CreditGrant): number => (grant.category === 'promotional' ? 0 : 1);
const earlier = (a: Instant | null, b: Instant | null): number =>
  a === b ? 0 : a === null ? 1 : b === null ? -1 : a - b;
