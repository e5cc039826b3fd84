import { DAY_MS, type Instant, instant } from '../values/instant.ts';

/**
 * The usage that a paid plan fee includes, as credit grants (metering.md section 7).
 * @see test/vectors/metering/credit.json
 */

/** A period's usage is billed on the invoice that follows it, so its credit outlives the period by this much. */
const GRACE_MS = 3 * DAY_MS;

/** A line of the plan-fee invoice; `amountMinor` may be negative on a proration. */
export type FeeLine = {
  readonly amountMinor: bigint;
  /** What discounts take off the line. */
  readonly discountMinor: bigint;
  readonly periodEnd: Instant;
};

export type PlanCredit = { readonly amountMinor: bigint; readonly expiresAt: Instant | null };

const NO_CREDIT: PlanCredit = { amountMinor: 0n, expiresAt: null };

/**
 * What a paid fee grants: the net of its lines less their discounts, expiring three days after the latest period that
 * they pay for. Nothing where the net is not above 0, or the grant would have expired already.
 */
export function grantOfFee(lines: readonly FeeLine[], now: Instant): PlanCredit {
  const amountMinor = lines.reduce((net, line) => net + line.amountMinor - line.discountMinor, 0n);
  if (amountMinor <= 0n) return NO_CREDIT;
  const expiresAt = instant(Math.max(...lines.map(({ periodEnd }) => periodEnd)) + GRACE_MS);
  return expiresAt <= now ? NO_CREDIT : { amountMinor, expiresAt };
}

export type HeldGrant = {
  readonly amountMinor: bigint;
  readonly isMetered: boolean;
  readonly isVoided: boolean;
  readonly expiresAt: Instant | null;
};

/**
 * The credit that belongs to the running period: of the metered grants in force, those that expire last. Those that
 * expire earlier are in their grace and pay for the period before.
 */
export function includedCredit(grants: readonly HeldGrant[], now: Instant): PlanCredit {
  const current = grants.flatMap(({ amountMinor, isMetered, isVoided, expiresAt }) =>
    isMetered && !isVoided && expiresAt !== null && expiresAt > now ? [{ amountMinor, expiresAt }] : [],
  );
  if (current.length === 0) return NO_CREDIT;
  const expiresAt = instant(Math.max(...current.map((grant) => grant.expiresAt)));
  const newest = current.filter((grant) => grant.expiresAt === expiresAt);
  return { amountMinor: newest.reduce((total, grant) => total + grant.amountMinor, 0n), expiresAt };
}
