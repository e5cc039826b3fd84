import { Decimal } from 'decimal.js';
import type { OraclePrice } from './rating-oracle.ts';

const Big = Decimal.clone({ precision: 200 });

const MODES = {
  half_up: Decimal.ROUND_HALF_UP,
  half_even: Decimal.ROUND_HALF_EVEN,
  up: Decimal.ROUND_UP,
  down: Decimal.ROUND_DOWN,
} as const;

export type StripeLine = { readonly quantity: string; readonly unitAmount: string | null; readonly amount: bigint };

/**
 * The lines of an invoice as Stripe shows them (stripe.md, Prices): a line per tier with quantity, each followed by the
 * tier's flat amount with quantity 0 and no unit amount; one line for any other price, a packaged one with what was used.
 * Written from the published rules, with another decimal library.
 */
export function stripeLines(price: OraclePrice, quantityText: string, rounding: keyof typeof MODES): StripeLine[] {
  const quantity = new Big(quantityText);
  const line = (shown: Decimal, charged: Decimal, unit: string): StripeLine => ({
    quantity: shown.toFixed(),
    unitAmount: unit,
    amount: BigInt(charged.times(unit).toDecimalPlaces(0, MODES[rounding]).toFixed()),
  });
  const flatLine = (flat: string): StripeLine => ({
    quantity: '0',
    unitAmount: null,
    amount: BigInt(new Big(flat).toDecimalPlaces(0, MODES[rounding]).toFixed()),
  });
  const { tiers, mode, divideBy } = price;
  if (tiers === undefined) {
    const packages =
      divideBy === undefined
        ? quantity
        : quantity
            .div(divideBy.by)
            .toDecimalPlaces(0, divideBy.round === 'up' ? Decimal.ROUND_CEIL : Decimal.ROUND_FLOOR);
    return [line(quantity, packages, price.unitAmount ?? '0')];
  }
  const lines: StripeLine[] = [];
  let below = new Big(0);
  for (const [index, tier] of tiers.entries()) {
    const top = tier.upTo === null ? null : new Big(tier.upTo);
    const isReached = index === 0 || quantity.gt(below);
    const isLast = top === null || quantity.lte(top);
    if (mode === 'volume' ? isReached && isLast : isReached) {
      const part = mode === 'volume' ? quantity : (isLast ? quantity : (top as Decimal)).minus(below);
      lines.push(line(part, part, tier.unit ?? '0'));
      if (tier.flat !== null) lines.push(flatLine(tier.flat));
    }
    if (isLast) break;
    below = top as Decimal;
  }
  return lines;
}
