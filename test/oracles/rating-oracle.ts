import { Decimal } from 'decimal.js';

const Big = Decimal.clone({ precision: 200, rounding: Decimal.ROUND_HALF_UP });

export type OraclePrice = {
  readonly unitAmount?: string;
  readonly divideBy?: { readonly by: string; readonly round: 'up' | 'down' };
  readonly mode?: 'graduated' | 'volume';
  readonly tiers?: readonly {
    readonly upTo: string | null;
    readonly unit: string | null;
    readonly flat: string | null;
  }[];
};

const MODES = {
  half_up: Decimal.ROUND_HALF_UP,
  half_even: Decimal.ROUND_HALF_EVEN,
  up: Decimal.ROUND_UP,
  down: Decimal.ROUND_DOWN,
} as const;

/** Amounts of a price by an independent decimal library, written from the published rules alone. */
export function rateByOracle(
  price: OraclePrice,
  quantityText: string,
  options: { readonly rounding: keyof typeof MODES; readonly roundAt: 'line' | 'total' },
): string {
  const amounts = exactLines(price, new Big(quantityText));
  const mode = MODES[options.rounding];
  const total =
    options.roundAt === 'line'
      ? amounts.reduce((sum, amount) => sum.plus(amount.toDecimalPlaces(0, mode)), new Big(0))
      : amounts.reduce((sum, amount) => sum.plus(amount), new Big(0)).toDecimalPlaces(0, mode);
  return total.toFixed();
}

export const exactByOracle = (price: OraclePrice, quantityText: string): string =>
  exactLines(price, new Big(quantityText))
    .reduce((sum, amount) => sum.plus(amount), new Big(0))
    .toFixed();

function exactLines(price: OraclePrice, quantity: Decimal): Decimal[] {
  const { tiers, divideBy } = price;
  if (tiers === undefined) {
    const unit = new Big(price.unitAmount ?? '0');
    if (divideBy === undefined) return [quantity.times(unit)];
    const mode = divideBy.round === 'up' ? Decimal.ROUND_CEIL : Decimal.ROUND_FLOOR;
    const whole = quantity.divToInt(divideBy.by);
    const hasRest = !quantity.minus(whole.times(divideBy.by)).isZero();
    return [(mode === Decimal.ROUND_CEIL && hasRest ? whole.plus(1) : whole).times(unit)];
  }
  const lines: Decimal[] = [];
  let lower = new Big(0);
  for (const [index, tier] of tiers.entries()) {
    const upper = tier.upTo === null ? null : new Big(tier.upTo);
    const isInside = upper === null || quantity.lte(upper);
    if (price.mode === 'volume') {
      if (isInside) return [quantity.times(tier.unit ?? 0), new Big(tier.flat ?? 0)];
    } else {
      if (index > 0 && quantity.lte(lower)) break;
      const end = upper === null || quantity.lt(upper) ? quantity : upper;
      lines.push(end.minus(lower).times(tier.unit ?? 0), new Big(tier.flat ?? 0));
      if (upper !== null) lower = upper;
    }
  }
  return lines;
}
