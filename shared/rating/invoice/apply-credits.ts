import { formatMoney } from '../../values/money.ts';
import { applyGrants, grantRefusal, orderGrants } from '../adjust/credit-grants.ts';
import { afterTaking, type Net } from '../adjust/net.ts';
import type { LineCredit, Step } from './built-invoice.ts';
import type { InvoiceContext } from './context.ts';
import type { DraftLine } from './draft-line.ts';
import { takingStep } from './step.ts';

/** The lines after billing credits, what each grant gave them, and how. */
export type Credited = {
  readonly nets: readonly Net[];
  readonly perLine: readonly (readonly LineCredit[])[];
  readonly steps: readonly Step[];
};

/**
 * Credit grants in Stripe's order, on what discounts left of metered lines with a meter, within each grant's scope.
 * @see stripe.md, Order on an invoice
 */
export function applyCredits(context: InvoiceContext, lines: readonly DraftLine[], nets: readonly Net[]): Credited {
  const { input, currency, rounding } = context;
  const left = new Map(input.creditGrants.map(({ grant, leftMinor }) => [grant.id, leftMinor]));
  const grants = orderGrants(input.creditGrants.map(({ grant }) => grant)).filter((grant) => {
    const refusal = grantRefusal(grant, { at: input.creditsAt ?? input.at, currency });
    if (refusal === 'other_currency') sayOtherCurrency(context, grant.id, grant.currency);
    return refusal === null && (left.get(grant.id) ?? 0n) > 0n;
  });
  const isInScope = (priceIds: readonly string[] | null) => (index: number) => {
    const line = lines[index];
    return line?.isMeterLine === true && (priceIds === null || priceIds.includes(line.priceId));
  };
  const usable = grants.map(({ id, priceIds }) => ({
    id,
    amountMinor: left.get(id) ?? 0n,
    isEligible: isInScope(priceIds),
  }));
  const applied = applyGrants(nets, usable, { rounding, sharing: input.options.creditSharing });
  const perLine = lines.map((_, index) =>
    applied.flatMap(({ grantId, taken }) => {
      const amountMinor = taken[index]?.minor ?? 0n;
      return amountMinor === 0n ? [] : [{ grantId, amountMinor }];
    }),
  );
  const steps = applied.map(({ grantId, taken, leftMinor }, index) => {
    const note = leftMinor === 0n ? null : `${formatMoney(leftMinor, currency)} is kept for later invoices.`;
    if (note !== null) context.notes.warning('credit.partly_used', [grantId], `Credit grant ${grantId}: ${note}`);
    return takingStep(
      { type: 'credit', id: grantId, label: grants[index]?.name ?? grantId, leftMinor, note },
      lines,
      taken,
    );
  });
  return { nets: applied.reduce((rest, { taken }) => afterTaking(rest, taken), nets), perLine, steps };
}

function sayOtherCurrency({ notes, currency }: InvoiceContext, grantId: string, grantCurrency: string): void {
  notes.warning(
    'credit.currency_mismatch',
    [grantId],
    `The credit grant ${grantId} is in ${grantCurrency.toUpperCase()}; it pays nothing of an invoice in ${currency.toUpperCase()}.`,
  );
}
