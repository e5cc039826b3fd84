import type { CreditGrant } from '../../../shared/billing/credit-grant.ts';
import type { Invoice } from '../../../shared/billing/invoice.ts';
import type { Problem } from '../../../shared/errors.ts';
import { orderGrants } from '../../../shared/rating/adjust/credit-grants.ts';
import { formatInstant, type Instant } from '../../../shared/values/instant.ts';
import type { HeldGrant } from '../../cache/catalog-store.ts';
import { isFinal } from './stripe-invoice.ts';

/** Grants as an invoice found them, and what limits that. */
export type GrantsBefore = { readonly grants: readonly HeldGrant[]; readonly notes: readonly Problem[] };

/**
 * What was left of each grant before an invoice. The cache knows what is left now: for an invoice that was finalised, what
 * it and later ones took is given back, the grants used last first. Where Stripe did not tell what was used, the full
 * amounts less what earlier invoices took.
 * @param of `invoice`: Stripe's own of the period; null where there is none yet
 */
export function grantsBefore(
  held: readonly HeldGrant[],
  of: { readonly invoice: Invoice | null; readonly all: readonly Invoice[]; readonly madeAt: Instant },
): GrantsBefore {
  if (held.length === 0) return { grants: [], notes: [] };
  const { invoice, all, madeAt } = of;
  const isPast = invoice !== null && isFinal(invoice);
  const since = isPast ? settledAt(invoice) : null;
  // A grant that was over by then takes no part, whether its rest is known or not.
  const inQuestion = held.filter(({ grant }) => isUsable(grant, since ?? madeAt));
  const isKnown = inQuestion.every(({ isLeftKnown }) => isLeftKnown);
  const used = all.filter((one) => isFinal(one) && one.creditMinor > 0n);
  const isLater = (one: Invoice): boolean => since !== null && (one === invoice || settledAt(one) > since);
  const grants = isKnown
    ? givenBack(held, used.filter(isLater))
    : taken(
        held,
        used.filter((one) => !isLater(one)),
      );
  const notes = isKnown ? [] : [leftUnknown(inQuestion)];
  if (since === null) return { grants, notes };
  // Credits are applied when an invoice is finalised, which is later than it is made.
  return { grants: grants.map((grant) => effectiveBy(grant, { since, madeAt })), notes };
}

const isUsable = (grant: CreditGrant, at: Instant): boolean =>
  (grant.effectiveAt ?? grant.created) <= at &&
  (grant.expiresAt === null || grant.expiresAt > at) &&
  (grant.voidedAt === null || grant.voidedAt > at);

const settledAt = (invoice: Invoice): Instant => invoice.finalizedAt ?? invoice.created;

function givenBack(held: readonly HeldGrant[], invoices: readonly Invoice[]): readonly HeldGrant[] {
  const left = new Map(held.map(({ grant, leftMinor }) => [grant.id, leftMinor]));
  const ordered = [...orderGrants(held.map(({ grant }) => grant))].reverse();
  for (const invoice of invoices) {
    let rest = invoice.creditMinor;
    for (const grant of ordered) {
      if (grant.currency !== invoice.currency || !isUsable(grant, settledAt(invoice))) continue;
      const room = BigInt(grant.amount) - (left.get(grant.id) ?? 0n);
      const back = room < rest ? room : rest;
      if (back <= 0n) continue;
      left.set(grant.id, (left.get(grant.id) ?? 0n) + back);
      rest -= back;
    }
  }
  return held.map((one) => ({ ...one, leftMinor: left.get(one.grant.id) ?? one.leftMinor }));
}

function taken(held: readonly HeldGrant[], invoices: readonly Invoice[]): readonly HeldGrant[] {
  const left = new Map(held.map(({ grant, leftMinor }) => [grant.id, leftMinor]));
  const ordered = orderGrants(held.map(({ grant }) => grant));
  for (const invoice of [...invoices].sort((a, b) => settledAt(a) - settledAt(b))) {
    let rest = invoice.creditMinor;
    for (const grant of ordered) {
      if (grant.currency !== invoice.currency || !isUsable(grant, settledAt(invoice))) continue;
      const before = left.get(grant.id) ?? 0n;
      const use = before < rest ? before : rest;
      left.set(grant.id, before - use);
      rest -= use;
    }
  }
  return held.map((one) => ({ ...one, leftMinor: left.get(one.grant.id) ?? one.leftMinor }));
}

/** A grant that came between an invoice's making and its finalisation counts from the former. */
function effectiveBy(held: HeldGrant, at: { readonly since: Instant; readonly madeAt: Instant }): HeldGrant {
  const { grant } = held;
  const effective = grant.effectiveAt ?? grant.created;
  if (effective <= at.madeAt || effective > at.since) return held;
  return { ...held, grant: { ...grant, effectiveAt: at.madeAt } };
}

const leftUnknown = (held: readonly HeldGrant[]): Problem => ({
  code: 'invoice.credits_unknown',
  path: held.map(({ grant }) => grant.id).join('.'),
  message: `What was used of the credit grants could not be read; what the invoices of the cache took is taken off${oldest(held)}.`,
  severity: 'warning',
});

function oldest(held: readonly HeldGrant[]): string {
  const created = held.map(({ grant }) => grant.created).reduce((a, b) => (a < b ? a : b));
  return `, the oldest grant being of ${formatInstant(created)}`;
}
