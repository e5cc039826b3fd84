import type Stripe from 'stripe';
import { type BuildContext, minorNumber } from './build.ts';
import type { SeedInvoice } from './build-invoice.ts';

type Transaction = Stripe.Billing.CreditBalanceTransaction;

/** The grant itself, as the first entry of its ledger. */
export function grantedTransaction(grant: Stripe.Billing.CreditGrant, { makeId }: BuildContext): Transaction {
  return {
    id: makeId('cbtxn'),
    object: 'billing.credit_balance_transaction',
    created: grant.created,
    credit: { amount: grant.amount, credits_application_invoice_voided: null, type: 'credits_granted' },
    credit_grant: grant.id,
    debit: null,
    effective_at: grant.effective_at ?? grant.created,
    livemode: false,
    test_clock: grant.test_clock,
    type: 'credit',
  } satisfies Transaction;
}

/** What an invoice took from grants, and gave back where it is void; drafts take nothing yet. */
export function appliedTransactions(
  seed: SeedInvoice,
  invoice: Stripe.Invoice,
  { makeId }: BuildContext,
): readonly Transaction[] {
  if (seed.status === 'draft') return [];
  const at = invoice.status_transitions.finalized_at ?? invoice.created;
  return seed.lines.flatMap((line, index) => {
    const built = invoice.lines.data[index];
    const ids = (built?.pretax_credit_amounts ?? []).flatMap(({ credit_balance_transaction: id }) =>
      typeof id === 'string' ? [id] : [],
    );
    return (line.credits ?? []).flatMap(({ grant, amountMinor }, position): Transaction[] => {
      const amount = {
        monetary: { currency: invoice.currency, value: minorNumber(amountMinor) },
        type: 'monetary' as const,
      };
      const use = { invoice: invoice.id, invoice_line_item: built?.id ?? '' };
      const common = {
        object: 'billing.credit_balance_transaction' as const,
        created: at,
        credit_grant: grant,
        effective_at: at,
        livemode: false,
        test_clock: invoice.test_clock,
      };
      const applied = {
        ...common,
        id: ids[position] ?? makeId('cbtxn'),
        credit: null,
        debit: { amount, credits_applied: use, type: 'credits_applied' },
        type: 'debit',
      } satisfies Transaction;
      if (seed.status !== 'void') return [applied];
      const reinstated = {
        ...common,
        id: makeId('cbtxn'),
        credit: { amount, credits_application_invoice_voided: use, type: 'credits_application_invoice_voided' },
        debit: null,
        type: 'credit',
      } satisfies Transaction;
      return [applied, reinstated];
    });
  });
}
