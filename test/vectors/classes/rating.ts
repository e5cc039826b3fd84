import { roundMinor } from '../../../shared/rating/rate.ts';
import { type Decimal, formatDecimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { type JsonObject, list, MalformedVector, object, text, type VectorClass } from '../vector.ts';
import { addUp, answerTo, linesOf, shifted, sumOf, toMajor } from './document.ts';

/** The catalog of metering.md section 2, in cents per unit. */
const CENTS_PER_UNIT: Readonly<Record<string, string>> = {
  cpu_seconds: '0.0006944',
  memory_gib_seconds: '0.0003472',
  disk_gib_seconds: '0.000006',
  egress_public_gib: '5',
  active_keys: '0.2',
};

/** A bill of the catalog: `lines_usd` and their exact and rounded sums (class rating). */
export function catalogBill(units: Readonly<Record<string, Decimal>>): JsonObject {
  const rated = Object.entries(units).map(([meter, quantity]) => ({ meter, ...rateMeter(meter, quantity) }));
  const exactCents = parseDecimal(addUp(rated.map(({ exact }) => exact)));
  return {
    lines_usd: Object.fromEntries(rated.map(({ meter, exact }) => [meter, toMajor(exact)])),
    total_usd: formatDecimal(shifted(exactCents, 2)),
    total_micro_cents: roundMinor(shifted(exactCents, -6), 'half_up').toString(),
    line_cents: Object.fromEntries(rated.map(({ meter, minor }) => [meter, minor])),
    sum_of_line_cents: addUp(rated.map(({ minor }) => minor)),
    total_rounded_cents: roundMinor(exactCents, 'half_up').toString(),
  };
}

function rateMeter(meter: string, quantity: Decimal): { readonly exact: string; readonly minor: string } {
  const price = CENTS_PER_UNIT[meter];
  if (price === undefined) throw new MalformedVector(`the catalog has no meter ${meter}`);
  const document = { currency: 'usd', price: { unit_amount_decimal: price }, quantity: formatDecimal(quantity) };
  return sumOf(answerTo(document), 'total');
}

export const catalogRating: VectorClass = {
  answer: ({ input }) => {
    const units = Object.entries(object(input.units, 'units'));
    return catalogBill(Object.fromEntries(units.map(([meter, value]) => [meter, parseDecimal(text(value, meter))])));
  },
};

export const tierPrice: VectorClass = {
  answer: ({ input }) => {
    const tiers = list(input.tiers, 'tiers').map((entry) => {
      const { up_to: upTo, unit_cents: unit, flat_cents: flat } = object(entry, 'tier');
      return { up_to: upTo ?? null, unit_amount_decimal: unit ?? null, flat_amount_decimal: flat ?? null };
    });
    const price = { billing_scheme: 'tiered', tiers_mode: input.mode ?? null, tiers };
    const answer = answerTo({ currency: 'usd', price, quantity: input.quantity ?? null });
    const reached = linesOf(answer).map(({ tier }) => Number(tier));
    return { amount_cents: sumOf(answer, 'total').exact, tier_index: Math.max(...reached) - 1 };
  },
};
