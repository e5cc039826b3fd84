import { assert } from '../../errors.ts';
import type { Decimal } from '../../values/decimal.ts';
import type { Period } from '../../values/period.ts';
import type { Charge } from './charge.ts';
import { rateDelta } from './delta.ts';
import { areEqual } from './line.ts';
import { ratePeriodPreserving } from './period-preserving.ts';
import { readyCharge } from './ready-charge.ts';
import type { BookedRun, RunResult } from './runs.ts';

/** A charge that was billed to its end, and what is known of its usage now. */
export type BilledCharge = {
  readonly charge: Charge;
  /** The run that owns the period. */
  readonly billed: BookedRun;
  /** Whatever else was booked for it: corrections, and what another invoice billed of the same. */
  readonly others: readonly BookedRun[];
  /** Units of the whole period. */
  readonly quantity: Decimal;
};

export type Corrections = { readonly delta: RunResult; readonly periodPreserving: RunResult };

/**
 * The correction run of both engines (rating-late-usage.md section 11.3): all periods prior, no current one. Delta lines
 * are for `bookedOn`, period-preserving ones for the period itself, naming its run. Their totals are the same.
 * @throws LateUsageError with all that is wrong with charge and booked lines
 */
export function correctCharge({ charge, billed, others, quantity }: BilledCharge, bookedOn: Period): Corrections {
  const ready = readyCharge(charge);
  const servicePeriod = charge.period;
  const booked = [billed, ...others];
  const onEnd = rateDelta(ready, { servicePeriod, quantity, booked });
  const delta = { ...onEnd, lines: onEnd.lines.map((line) => ({ ...line, servicePeriod: bookedOn })) };
  const periodPreserving = ratePeriodPreserving(ready, {
    current: null,
    prior: [{ ...billed, servicePeriod, quantity }],
    corrections: others,
  });
  assert(areEqual(delta.totals, periodPreserving.totals), 'both engines book the same totals');
  return { delta, periodPreserving };
}
