import { isTieoutError } from '../../../shared/errors.ts';
import { badAnswer, idOf, isRaw, type Raw, requireMinor, requireObject } from './fields.ts';
import { RESOURCES, type Resource } from './resources.ts';
import type { StripeClient } from './stripe-client.ts';

/** What invoices took from each credit grant of one customer; null where that cannot be known. */
export type CreditsReader = (customerId: string, signal: AbortSignal) => Promise<ReadonlyMap<string, bigint> | null>;

/** Asked as if necessary, so that an empty list does not stand for one that is not served. */
const resource: Resource = { ...RESOURCES.creditTransactions, isNecessary: true };

/** One answer of these speaks for every customer. */
const REFUSALS: ReadonlySet<string> = new Set(['stripe.not_permitted', 'stripe.not_served']);

/**
 * What invoices took from each credit grant, less what voided invoices gave back; by grant id. Stripe lists the
 * transactions of one customer at a time. That a grant expired or was voided is left aside: the grant itself says it.
 * Where the key may not read them, or the base does not serve them, that is said once, and nobody is asked again.
 */
export function createCreditsReader(client: StripeClient): CreditsReader {
  let isRefused = false;

  const read = async (customerId: string, signal: AbortSignal): Promise<ReadonlyMap<string, bigint>> => {
    const applied = new Map<string, bigint>();
    const pages = client.list(
      resource,
      (sdk, cursor) => sdk.billing.creditBalanceTransactions.list({ ...cursor, customer: customerId }),
      signal,
    );
    for await (const rows of pages) {
      for (const row of rows) {
        const taken = readTaken(row);
        if (taken !== null) applied.set(taken.grantId, (applied.get(taken.grantId) ?? 0n) + taken.minor);
      }
    }
    return applied;
  };

  return async (customerId, signal) => {
    if (isRefused) return null;
    try {
      return await read(customerId, signal);
    } catch (error) {
      if (!isTieoutError(error)) throw error;
      const isOfAll = REFUSALS.has(error.code);
      if (!isOfAll && error.code !== 'stripe.not_found' && error.code !== 'stripe.bad_answer') throw error;
      isRefused ||= isOfAll;
      const grants = isOfAll ? 'Credit grants' : `The credit grants of ${customerId}`;
      client.warnings.add({
        code: error.code,
        path: isOfAll ? resource.path : customerId,
        message: error.message,
        remedy: `${grants} are taken to hold their full amount.`,
      });
      return null;
    }
  };
}

/** @returns null for a transaction that is no use of the grant (granted, expired, voided) or not in money */
function readTaken(value: unknown): { readonly grantId: string; readonly minor: bigint } | null {
  const { raw, owner } = requireObject(value, 'credit balance transaction');
  const [side, sign] = usedIn(raw);
  if (side === null) return null;
  const grantId = idOf(raw.credit_grant);
  if (grantId === null) throw badAnswer(owner, 'credit_grant', 'expected an id or an object with one');
  const amount = isRaw(side.amount) ? side.amount : {};
  if (!isRaw(amount.monetary)) return null;
  return { grantId, minor: sign * requireMinor(amount.monetary, 'value', owner) };
}

function usedIn({ credit, debit }: Raw): readonly [Raw | null, bigint] {
  if (isRaw(debit) && debit.type === 'credits_applied') return [debit, 1n];
  if (isRaw(credit) && credit.type === 'credits_application_invoice_voided') return [credit, -1n];
  return [null, 0n];
}
