import type { Decimal } from '../../values/decimal.ts';
import type { Period } from '../../values/period.ts';
import type { Charge, ChargeDiscounts } from './charge.ts';
import { problemsOfCharge } from './check-charge.ts';
import type { UnitConversion } from './convert-units.ts';
import { roundMajor } from './line.ts';
import { type Pricer, pricerOf } from './pricers.ts';
import type { LateProblem } from './problems.ts';

/** A charge checked and made ready to rate many snapshots. */
export type ReadyCharge = {
  /** What is wrong with the charge; an engine reports it together with what is wrong with a run. */
  readonly problems: readonly LateProblem[];
  readonly period: Period;
  readonly currency: string;
  readonly digits: number;
  readonly price: Pricer;
  readonly conversion: UnitConversion | null;
  /** Units of the usage discount. */
  readonly freeUnits: Decimal | null;
  readonly percentage: ChargeDiscounts['percentage'];
  /** Rounded, as it is compared. */
  readonly maximumMinor: bigint | null;
  /** Major units, not rounded. */
  readonly minimum: Decimal | null;
};

export function readyCharge(charge: Charge): ReadyCharge {
  const { digits } = charge.currency;
  const { maximum, minimum } = charge.commitments;
  // A flat fee knows neither usage nor commitments (section 4.1).
  const isMetered = charge.price.type !== 'flat';
  return {
    problems: problemsOfCharge(charge),
    period: charge.period,
    currency: charge.currency.code,
    digits,
    price: pricerOf(charge.price, digits),
    conversion: isMetered ? charge.conversion : null,
    freeUnits: isMetered ? (charge.discounts.usage?.quantity ?? null) : null,
    percentage: charge.discounts.percentage,
    maximumMinor: isMetered && maximum !== null ? roundMajor(maximum, digits) : null,
    minimum: isMetered ? minimum : null,
  };
}
