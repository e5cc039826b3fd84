import type Stripe from 'stripe';
import { fromUnixSeconds, type Instant } from '../../../shared/values/instant.ts';
import { idOf } from './catalog.ts';
import type { ClockedBilling } from './clocked-billing.ts';
import type { Call, Endpoint } from './endpoint.ts';
import { rendered } from './expand.ts';
import { invalid } from './failure.ts';

/** What can be done with the invoices of test clocks; others are seeded as they are. */
export const invoiceEndpoints: readonly Endpoint[] = [
  invoiceAction('', ['automatically_finalizes_at', 'auto_advance'], (call, { billing, invoice }) => {
    requireStatus(invoice, ['draft']);
    const at = call.params.instant('automatically_finalizes_at');
    if (at !== null) billing.setGracePeriod(graceOf(invoice, at));
  }),
  // Drafts of one clock wait equally long: to finalize one ends the wait of all.
  invoiceAction('/finalize', ['auto_advance'], (_, { billing, invoice }) => {
    requireStatus(invoice, ['draft']);
    if (!billing.release(invoice.id)) billing.setGracePeriod(billing.now - fromUnixSeconds(invoice.created));
  }),
  invoiceAction('/pay', ['paid_out_of_band'], (call, { billing, invoice }) => {
    requireStatus(invoice, ['open']);
    if (call.params.boolean('paid_out_of_band') !== true) {
      throw invalid(
        'paid_out_of_band',
        'The customer has no payment method; pass paid_out_of_band to mark it as paid.',
      );
    }
    billing.setOutcome(invoice.id, 'paid');
  }),
  invoiceAction('/mark_uncollectible', [], (_, { billing, invoice }) => {
    requireStatus(invoice, ['open']);
    billing.setOutcome(invoice.id, 'uncollectible');
  }),
  invoiceAction('/void', [], (_, { billing, invoice }) => {
    requireStatus(invoice, ['open', 'uncollectible']);
    billing.change([
      {
        at: billing.now,
        do: 'void_invoice',
        subscriptionId: idOf(invoice.parent?.subscription_details?.subscription) ?? '',
        periodFrom: fromUnixSeconds(invoice.period_start),
      },
    ]);
  }),
];

type Clocked = { readonly billing: ClockedBilling; readonly invoice: Stripe.Invoice };

function invoiceAction(path: string, params: readonly string[], act: (call: Call, clocked: Clocked) => void): Endpoint {
  return {
    method: 'POST',
    path: `/v1/invoices/:id${path}`,
    permission: 'invoice_write',
    params,
    answer: (call) => {
      const { state, id, expand } = call;
      state.clocks.settle();
      const invoice = state.catalog.invoices.require(id);
      const billing = state.clocks.billingOf(idOf(invoice.test_clock));
      if (billing === null) throw invalid('id', `Invoice ${id} is on no test clock: it was seeded as it is.`);
      act(call, { billing, invoice });
      return rendered(state.catalog.invoices.require(id), expand, state.catalog);
    },
  };
}

function requireStatus({ id, status }: Stripe.Invoice, allowed: readonly string[]): void {
  if (status !== null && allowed.includes(status)) return;
  throw invalid('id', `Invoice ${id} is ${status}; only ${allowed.join(' or ')} invoices can be changed so.`);
}

/** Up to 72 hours after the draft was made. */
function graceOf(invoice: Stripe.Invoice, at: Instant): number {
  const graceMs = at - fromUnixSeconds(invoice.created);
  if (graceMs > 0 && graceMs <= 72 * 3_600_000) return graceMs;
  throw invalid('automatically_finalizes_at', 'The invoice must be finalized within 72 hours of its creation.');
}
