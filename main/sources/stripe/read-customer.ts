import type { Customer } from '../../../shared/billing/customer.ts';
import type { Discount } from '../../../shared/billing/discount.ts';
import { idOf, isRaw, oneOf, optionalInstant, optionalMinor, optionalText, type Raw, requireObject } from './fields.ts';

/** A deleted customer keeps nothing but its id. @param discount with its coupon, where the caller read it */
export function readCustomer(value: unknown, discount: Discount | null = null): Customer {
  const { raw, owner } = requireObject(value, 'customer');
  return {
    id: owner.id,
    name: optionalText(raw.name),
    email: optionalText(raw.email),
    metadata: isRaw(raw.metadata) ? readMetadata(raw.metadata) : {},
    currency: optionalText(raw.currency),
    balanceMinor: optionalMinor(raw.balance, 'balance', owner) ?? 0n,
    discount,
    taxExempt: oneOf(raw.tax_exempt, ['none', 'exempt', 'reverse'], { name: 'tax_exempt', owner, fallback: 'none' }),
    isDeleted: raw.deleted === true,
    testClock: idOf(raw.test_clock),
    created: optionalInstant(raw.created, 'created', owner),
  };
}

/**
 * What remains of a customer of which something cannot be read: who it is, so that its usage still finds it.
 * @throws TieoutError `stripe.bad_answer` where it has no id
 */
export function readBareCustomer(value: unknown): Customer {
  const { raw, owner } = requireObject(value, 'customer');
  const { name, email, metadata, currency, deleted, test_clock } = raw;
  return readCustomer({ id: owner.id, name, email, metadata, currency, deleted, test_clock });
}

/** Stripe's metadata is text to text; a compatible base may send numbers. */
function readMetadata(raw: Raw): Readonly<Record<string, string>> {
  const entries = Object.entries(raw).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[key, String(value)]] : [],
  );
  return Object.fromEntries(entries);
}
