import type { PriceShape } from '../../../shared/rating/ratable-price.ts';
import { type RatedQuantity, rateQuantity, roundMinor } from '../../../shared/rating/rate.ts';
import { add, type Decimal, decimal, formatDecimal, parseDecimal, ZERO } from '../../../shared/values/decimal.ts';
import { parseCurrency } from '../../../shared/values/money.ts';
import { type Json, type JsonObject, list, MalformedVector, object, text, type VectorClass } from '../vector.ts';

/** The catalog of metering.md section 2, in cents per unit. */
const CENTS_PER_UNIT: Readonly<Record<string, string>> = {
  cpu_seconds: '0.0006944',
  memory_gib_seconds: '0.0003472',
  disk_gib_seconds: '0.000006',
  egress_public_gib: '5',
  active_keys: '0.2',
};

const NO_PRICE: PriceShape = {
  id: 'price_vector',
  currency: parseCurrency('usd'),
  billingScheme: 'per_unit',
  tiersMode: null,
  transformQuantity: null,
  unitAmount: null,
  tiers: null,
};

/** A bill of the catalog: `lines_usd` and their exact and rounded sums (class rating). */
export function catalogBill(units: Readonly<Record<string, Decimal>>): JsonObject {
  const rated = Object.entries(units).map(([meter, quantity]) => ({ meter, ...rateMeter(meter, quantity) }));
  const exactCents = rated.reduce((total, { exact }) => add(total, exact), ZERO);
  const lineCents = rated.reduce((total, { amountMinor }) => total + amountMinor, 0n);
  return {
    lines_usd: Object.fromEntries(rated.map(({ meter, exact }) => [meter, formatDecimal(shifted(exact, 2))])),
    total_usd: formatDecimal(shifted(exactCents, 2)),
    total_micro_cents: roundMinor(shifted(exactCents, -6), 'half_up').toString(),
    line_cents: Object.fromEntries(rated.map(({ meter, amountMinor }) => [meter, amountMinor.toString()])),
    sum_of_line_cents: lineCents.toString(),
    total_rounded_cents: roundMinor(exactCents, 'half_up').toString(),
  };
}

function rateMeter(meter: string, quantity: Decimal): RatedQuantity {
  const unitAmount = CENTS_PER_UNIT[meter];
  if (unitAmount === undefined) throw new MalformedVector(`the catalog has no meter ${meter}`);
  return rateQuantity({ ...NO_PRICE, unitAmount }, quantity);
}

/** value × 10^-places, exact. */
const shifted = (value: Decimal, places: number): Decimal =>
  value.scale + places >= 0
    ? decimal(value.coefficient, value.scale + places)
    : decimal(value.coefficient * 10n ** BigInt(-places - value.scale));

export const catalogRating: VectorClass = {
  answer: ({ input }) => {
    const units = Object.entries(object(input.units, 'units'));
    return catalogBill(Object.fromEntries(units.map(([meter, value]) => [meter, parseDecimal(text(value, meter))])));
  },
};

export const tierPrice: VectorClass = {
  answer: ({ input }) => {
    const mode = text(input.mode, 'mode');
    if (mode !== 'volume' && mode !== 'graduated') throw new MalformedVector(`mode ${mode} is not known`);
    const tiers = list(input.tiers, 'tiers').map((entry) => {
      const tier = object(entry, 'tier');
      return {
        upTo: textOrNull(tier.up_to, 'up_to'),
        unitAmount: textOrNull(tier.unit_cents, 'unit_cents'),
        flatAmount: textOrNull(tier.flat_cents, 'flat_cents'),
      };
    });
    const price: PriceShape = { ...NO_PRICE, billingScheme: 'tiered', tiersMode: mode, tiers };
    const { lines, exact } = rateQuantity(price, parseDecimal(text(input.quantity, 'quantity')));
    return { amount_cents: formatDecimal(exact), tier_index: Math.max(...lines.map(({ tier }) => tier)) - 1 };
  },
};

const textOrNull = (value: Json | undefined, name: string): string | null =>
  value === null || value === undefined ? null : text(value, name);
