import type { TaxRate } from '../../billing/discount.ts';
import type { SubscriptionItem } from '../../billing/subscription.ts';
import { formatDecimal, parseDecimal } from '../../values/decimal.ts';
import { type Net, sumNets } from '../adjust/net.ts';
import { type LineTax, taxLines } from '../adjust/tax.ts';
import type { BuiltTax, Step } from './built-invoice.ts';
import type { InvoiceContext } from './context.ts';
import type { DraftLine } from './draft-line.ts';
import type { InvoiceInput } from './input.ts';

export type Taxed = { readonly perLine: readonly (readonly BuiltTax[])[]; readonly steps: readonly Step[] };

/**
 * Tax on what is left of each line, by the item's own rates, else the subscription's default ones. Tax that Stripe
 * computes itself is not known.
 * @see stripe.md, Order on an invoice
 */
export function applyTaxes(context: InvoiceContext, lines: readonly DraftLine[], nets: readonly Net[]): Taxed {
  const { input, rounding } = context;
  const { subscription, options } = input;
  const rateIds = new Map(
    [...removedItems(input), ...subscription.items].map((item) => [
      item.id,
      item.taxRateIds.length > 0 ? item.taxRateIds : subscription.defaultTaxRateIds,
    ]),
  );
  const idsOf = (line: DraftLine): readonly string[] => rateIds.get(line.itemId) ?? subscription.defaultTaxRateIds;
  if (isUntaxed(context, lines.flatMap(idsOf))) return { perLine: lines.map(() => []), steps: [] };
  const rates = new Map<string, TaxRate>();
  for (const id of lines.flatMap(idsOf)) {
    const rate = input.catalog.taxRates.get(id);
    if (rate === undefined) sayUnknown(context, id);
    else rates.set(id, rate);
  }
  if (rates.size === 0) return { perLine: lines.map(() => []), steps: [] };
  const ratesOf = (index: number) =>
    (lines[index] === undefined ? [] : idsOf(lines[index])).flatMap((id) => {
      const rate = rates.get(id);
      return rate === undefined
        ? []
        : [{ id, percentage: parseDecimal(rate.percentage), isInclusive: rate.isInclusive }];
    });
  const taxed = taxLines(nets, ratesOf, { rounding, taxRounding: options.taxRounding });
  return {
    perLine: taxed.map((taxes) => taxes.map(builtTax)),
    steps: [...rates.values()].map((rate) => taxStep(rate, lines, taxed)),
  };
}

/** Those whose removal is prorated: what is given back was taxed as they were. */
const removedItems = ({ changes, prorated = [] }: InvoiceInput): readonly SubscriptionItem[] =>
  [...changes, ...prorated].flatMap(({ item }) => item ?? []);

const builtTax = ({ taxRateId, isInclusive, tax, taxable }: LineTax): BuiltTax => ({
  taxRateId,
  amountMinor: tax.minor,
  isInclusive,
  taxableMinor: taxable.minor,
});

function taxStep(rate: TaxRate, lines: readonly DraftLine[], taxed: readonly (readonly LineTax[])[]): Step {
  const found = taxed.flatMap((taxes, index) => {
    const line = lines[index];
    const own = taxes.find(({ taxRateId }) => taxRateId === rate.id);
    return line === undefined || own === undefined ? [] : [{ line, tax: own.tax }];
  });
  const total = sumNets(found.map(({ tax }) => tax));
  return {
    type: 'tax',
    id: rate.id,
    label: `${rate.displayName} (${formatDecimal(parseDecimal(rate.percentage))} %)`,
    exact: total.exact,
    amountMinor: total.minor,
    isIncluded: rate.isInclusive,
    applied: found
      .filter(({ tax }) => tax.minor !== 0n)
      .map(({ line, tax }) => ({ lineKey: line.key, amountMinor: tax.minor })),
    leftMinor: null,
    note: rate.isInclusive ? 'The lines include it.' : null,
  };
}

/** Whether no rate is applied, which is said. */
function isUntaxed({ input, notes }: InvoiceContext, rateIds: readonly string[]): boolean {
  const { subscription, customer } = input;
  if (subscription.isAutomaticTax) {
    notes.error(
      'tax.automatic',
      [subscription.id],
      `Stripe computes the tax of ${subscription.id} itself; it is not known here, and totals are without it.`,
      'Compare with a preview that Stripe makes.',
    );
    return true;
  }
  if (customer.taxExempt === 'none' || rateIds.length === 0) return false;
  notes.warning(
    'tax.customer_exempt',
    [customer.id],
    customer.taxExempt === 'reverse'
      ? `${customer.id} owes the tax itself (reverse charge); no tax rate is applied.`
      : `${customer.id} is exempt from tax; no tax rate is applied.`,
  );
  return true;
}

function sayUnknown({ notes, input }: InvoiceContext, rateId: string): void {
  notes.error(
    'tax.rate_unknown',
    [input.subscription.id, rateId],
    `The tax rate ${rateId} was not pulled; totals are without it.`,
    'Pull the month again, with a key that may read tax rates.',
  );
}
