import type { Decimal } from '../../values/decimal.ts';
import type { Period } from '../../values/period.ts';
import type { UnitConversion } from './convert-units.ts';

/** `digits` between the major unit and the smallest amount: 2 for usd, 0 for jpy, 3 for kwd, 0 to 12 for one's own. */
export type ChargeCurrency = { readonly code: string; readonly digits: number };

/** One band: `upTo` inclusive, null on the open one. A part that is null yields no line, one of 0 does. */
export type PricedTier = {
  readonly upTo: Decimal | null;
  readonly flat: Decimal | null;
  readonly unit: Decimal | null;
};

/**
 * What a charge costs, in major currency units. `mode` and `paymentTerm` are text until they are checked, because an
 * unknown one has a code of its own (check-charge.ts).
 */
export type ChargePrice =
  | { readonly type: 'unit'; readonly amount: Decimal }
  | { readonly type: 'flat'; readonly amount: Decimal; readonly paymentTerm: string }
  | { readonly type: 'package'; readonly amount: Decimal; readonly packageSize: Decimal }
  /** The meter yields a cost, which the price multiplies. */
  | { readonly type: 'dynamic'; readonly multiplier: Decimal }
  | { readonly type: 'tiered'; readonly mode: string; readonly tiers: readonly PricedTier[] };

/** Major units; null: none. */
export type Commitments = { readonly minimum: Decimal | null; readonly maximum: Decimal | null };

export type ChargeDiscounts = {
  /** `value` from 0 to 100. */
  readonly percentage: { readonly value: Decimal; readonly id: string | null } | null;
  /** Units that are free, used up in the order of periods. */
  readonly usage: { readonly quantity: Decimal; readonly id: string | null } | null;
};

/** One price over one period for one customer and feature (rating-late-usage.md section 1). */
export type Charge = {
  readonly currency: ChargeCurrency;
  readonly period: Period;
  readonly price: ChargePrice;
  readonly commitments: Commitments;
  readonly discounts: ChargeDiscounts;
  readonly conversion: UnitConversion | null;
  /** Where conversions are off, a charge with one is refused: billing the raw quantity would be wrong silently. */
  readonly isConversionEnabled: boolean;
};

export const NO_COMMITMENTS: Commitments = { minimum: null, maximum: null };
export const NO_DISCOUNTS: ChargeDiscounts = { percentage: null, usage: null };
