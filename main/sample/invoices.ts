import { rateQuantity } from '../../shared/rating/rate.ts';
import { formatDecimal } from '../../shared/values/decimal.ts';
import { instant } from '../../shared/values/instant.ts';
import { monthPeriod } from '../../shared/values/period.ts';
import type { SeedInvoice } from '../sandbox/stripe/build-invoice.ts';
import type { StripeSandbox } from '../sandbox/stripe/server.ts';
import { itemId, priceId, priceShape, subscriptionId } from './catalog.ts';
import { SAMPLE_METERS } from './meters.ts';
import { SAMPLE_MONTHS, type SampleCustomer } from './world.ts';

/**
 * The invoices of the sample: the first two months finalised, the third still a draft. Each charges what Stripe held,
 * one line per tier as Stripe shows it.
 */
export function sampleInvoices(customers: readonly SampleCustomer[], sandbox: StripeSandbox): readonly SeedInvoice[] {
  return SAMPLE_MONTHS.flatMap((month, position) => {
    const period = monthPeriod(month);
    const isLast = position === SAMPLE_MONTHS.length - 1;
    return customers.map((customer): SeedInvoice => {
      const lines = SAMPLE_METERS.flatMap((meter) => {
        const [held] = sandbox.state.ledger.summaries({
          meterId: meter.meterId,
          customerId: customer.customerId,
          period,
          grouping: null,
        });
        if (held === undefined) return [];
        const price = priceId(meter.key, customer.currency);
        return rateQuantity(priceShape(meter.key, customer.currency), held.value).lines.map((line) => ({
          price,
          quantity: line.type === 'flat' ? '0' : formatDecimal(line.quantity),
          unitAmount: line.type === 'flat' ? null : formatDecimal(line.unitAmount),
          amountMinor: line.amountMinor ?? 0n,
          subscriptionItem: itemId(customer, meter.key),
          period,
        }));
      });
      return {
        id: `in_sample_${customer.customerId.slice(-8)}_${month.replace('-', '')}`,
        customer: customer.customerId,
        subscription: subscriptionId(customer),
        status: isLast ? 'draft' : customer.index % 7 === 3 ? 'open' : 'paid',
        currency: customer.currency,
        period,
        created: instant(period.to + 60_000),
        lines,
      };
    });
  }).filter((invoice) => invoice.lines.length > 0);
}
