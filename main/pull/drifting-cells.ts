import { isWithin } from '../../shared/reconciliation/tolerance.ts';
import { add, type Decimal, isZero, powerOfTen, tryParseDecimal, ZERO } from '../../shared/values/decimal.ts';
import { scaleBy } from '../../shared/values/fraction.ts';
import { fromStored, QUANTITY_PLACES } from '../../shared/values/quantity.ts';
import { type ComparedCell, compareSides, type StoredSide } from '../cache/comparison-store.ts';
import type { Db } from '../cache/open.ts';
import type { PullMeter } from './pull-request.ts';

/**
 * Customers whose cell needs the hours: Stripe holds something, and it lies outside the meter's tolerance of what was
 * measured, or it is 0 beside measured usage, which no tolerance makes agree. Where Stripe holds nothing there are no hours to ask for; a value that is no number has no drift.
 */
export function* driftingCustomers(
  db: Db,
  meter: PullMeter,
  pulls: { readonly summaries: number; readonly usage: number; readonly exponent: number },
): Generator<void, readonly number[]> {
  const found: number[] = [];
  for (const cells of compareSides(db, pulls)) {
    for (const cell of cells) if (needsHours(cell, meter, pulls.exponent)) found.push(cell.customerKey);
    yield;
  }
  return found;
}

function needsHours(cell: ComparedCell, meter: PullMeter, exponent: number): boolean {
  if (cell.metered === null) return false;
  const metered = meteredValue(cell.metered);
  const measured = measuredValue(cell.measured, meter, exponent);
  if (metered === null || measured === null) return false;
  if (isZero(metered)) return !isZero(measured);
  return !isWithin(measured, metered, meter.tolerance);
}

const meteredValue = (side: StoredSide): Decimal | null =>
  side.text === null ? fromStored(side.whole, side.frac) : tryParseDecimal(side.text);

/** The sum over the customer's usage ids in the billed unit, scaled once and rounded to 12 places; null: no number. */
function measuredValue(sides: readonly StoredSide[], meter: PullMeter, exponent: number): Decimal | null {
  let sum: Decimal = ZERO;
  for (const side of sides) {
    const value = side.text === null ? fromStored(side.whole, side.frac) : tryParseDecimal(side.text);
    if (value === null) return null;
    sum = add(sum, value);
  }
  const native = { ...sum, coefficient: sum.coefficient * powerOfTen(exponent) };
  return scaleBy(native, meter.usage.scale, QUANTITY_PLACES, 'half_up');
}
