import type { CreditGrant } from '../billing/credit-grant.ts';
import { TieoutError } from '../errors.ts';
import { formatInstant } from '../values/instant.ts';
import { customerOf, requireNew } from './checks.ts';
import { DUE_RANK } from './due-queue.ts';
import type { GrantState, World } from './world.ts';

/**
 * A grant that the customer has from now on. It can be used from its effective date until it expires or is voided.
 * @throws TieoutError `scenario.duplicate_id`, `scenario.unknown_customer`
 */
export function addGrant(world: World, grant: CreditGrant): void {
  requireNew(world.grants.has(grant.id), `credit grant ${grant.id}`);
  const state: GrantState = { grant, leftMinor: BigInt(grant.amount) };
  customerOf(world, grant.customerId).grants.push(state);
  world.grants.set(grant.id, state);
  const effectiveAt = grant.effectiveAt ?? grant.created;
  const begin = (): void => {
    if (state.grant.voidedAt === null) note(world, state, 'credit_granted');
  };
  if (effectiveAt <= world.now) begin();
  else world.due.add({ at: effectiveAt, rank: DUE_RANK.discountOrGrantBegins, run: begin });
  const { expiresAt } = grant;
  if (expiresAt === null || expiresAt <= world.now) return;
  world.due.add({
    at: expiresAt,
    rank: DUE_RANK.discountOrGrantEnds,
    run: () => {
      if (state.grant.voidedAt === null && state.leftMinor > 0n) note(world, state, 'credit_expired');
    },
  });
}

/** What is left of it cannot be used any more. @throws TieoutError `simulation.grant_over` */
export function voidGrant(world: World, state: GrantState): void {
  const { id, expiresAt, voidedAt } = state.grant;
  const isExpired = expiresAt !== null && expiresAt <= world.now;
  if (voidedAt !== null || isExpired) {
    throw new TieoutError('simulation.grant_over', {
      message: `The credit grant ${id} was ${isExpired ? 'expired' : 'voided'} already at ${formatInstant(world.now)}.`,
      remedy: 'Take the action away, or move it before the end of the grant.',
    });
  }
  state.grant = { ...state.grant, voidedAt: world.now };
  note(world, state, 'credit_voided');
}

function note(
  world: World,
  { grant, leftMinor }: GrantState,
  type: 'credit_granted' | 'credit_expired' | 'credit_voided',
): void {
  world.timeline.add(world.now, { type, grantId: grant.id, amountMinor: leftMinor, currency: grant.currency });
}
