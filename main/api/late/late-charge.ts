import { isTieoutError, type Problem } from '../../../shared/errors.ts';
import { type Corrections, correctCharge } from '../../../shared/rating/late/correction-run.ts';
import { LateUsageError } from '../../../shared/rating/late/problems.ts';
import type { BookedRun } from '../../../shared/rating/late/runs.ts';
import { stripeCharge } from '../../../shared/rating/late/stripe-charge.ts';
import { type Decimal, equals, subtract } from '../../../shared/values/decimal.ts';
import type { Period } from '../../../shared/values/period.ts';
import type { MeasuredMeter, MeasuredReader } from '../../cache/measured-period.ts';
import type { RatingRun } from '../../cache/rating-run-store.ts';

/** What was billed of one item and price over one service period, and what has come since. */
export type LateCharge = {
  /** The run that owns the period; a correction where no live run bills it any more. */
  readonly billed: RatingRun;
  /** Corrections, and what another invoice billed of the same. */
  readonly others: readonly RatingRun[];
  /** Null where it is not known. */
  readonly measuredNow: Decimal | null;
  /** Measured now − measured when the run was recorded; null where either is not known. */
  readonly late: Decimal | null;
  /** Null where nothing changed since, or where it cannot be said. */
  readonly corrections: Corrections | null;
  /** Why it cannot be said. */
  readonly problem: Problem | null;
};

export type ChargeContext = {
  readonly measured: MeasuredReader;
  /** Null where tieout.yaml has no such meter any more. */
  readonly meterOf: (meterKey: number) => MeasuredMeter | null;
  /** The period that `delta` books on. */
  readonly bookedOn: Period;
};

/**
 * The charges of one customer's live runs, in the order of their first runs. Corrections of a period that no live run
 * bills any more are a charge of their own, since they are still booked.
 */
export function groupCharges(runs: readonly RatingRun[]): readonly (readonly [RatingRun, ...RatingRun[]])[] {
  const groups = new Map<string, RatingRun[]>();
  for (const run of runs) {
    const { from, to } = run.servicePeriod;
    const key = `${run.meterKey} ${run.currency} ${run.itemId} ${run.price.id} ${from} ${to}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [run]);
    else group.push(run);
  }
  return [...groups.values()].flatMap((group) => {
    const owner = group.find(({ kind }) => kind === 'billed') ?? group[0];
    return owner === undefined ? [] : [[owner, ...group.filter((run) => run !== owner)] as const];
  });
}

/** Rates a charge only where its usage changed since it was billed (rating-late-usage.md section 11.8). */
export function lateCharge(
  context: ChargeContext,
  [billed, ...others]: readonly [RatingRun, ...RatingRun[]],
): LateCharge {
  const unknown = (measuredNow: Decimal | null, message: string, remedy: string): LateCharge => ({
    billed,
    others,
    measuredNow,
    late: null,
    corrections: null,
    problem: { code: 'late.not_recorded', path: billed.invoiceId, message, remedy },
  });
  if (billed.kind === 'correction') return unknown(null, NO_INVOICE, TAKE_BACK);
  const meter = context.meterOf(billed.meterKey);
  if (meter === null) {
    return unknown(null, 'tieout.yaml does not have the meter any more.', 'Add it under `meters` again.');
  }
  const now = context.measured.quantityOf(billed.customerId, meter, billed.servicePeriod);
  if (now.state !== 'known') {
    const remedy = now.state === 'not_yet' ? PULL_AGAIN : 'Compare the invoice by hand.';
    return unknown(null, `What is measured of the service period is not known: ${now.reason}.`, remedy);
  }
  if (billed.measured === null) return unknown(now.quantity, FIRST_SEEN_LATER, 'Compare the invoice by hand.');
  if (billed.usageFingerprint !== meter.usageFingerprint) return unknown(now.quantity, MEASURED_OTHERWISE, BACK);
  const late = subtract(now.quantity, billed.measured);
  const isChanged = !equals(now.quantity, billed.measured);
  const charge = { billed, others, measuredNow: now.quantity, late };
  const isCorrected = others.some(({ kind }) => kind === 'correction');
  if (!isChanged && !isCorrected) return { ...charge, corrections: null, problem: null };
  return { ...charge, ...correct(context, charge) };
}

const NO_INVOICE =
  'A correction was marked as invoiced, and the invoice that it corrects was voided since: no other bills the period.';
const TAKE_BACK = 'Invoice the period again and pull, or take the correction back by hand.';
const PULL_AGAIN = 'Pull the month again: `tieout pull DIR --month YYYY-MM`.';
const BACK = 'Measure the meter as it was measured then, or correct the invoice by hand.';
const FIRST_SEEN_LATER =
  'What was measured when the invoice was recorded is not known, so late usage cannot be told from what was missing already.';
const MEASURED_OTHERWISE =
  'Another query, scale or database is in force than when the invoice was recorded, so the two do not compare.';

function correct(
  { bookedOn }: ChargeContext,
  { billed, others, measuredNow }: { billed: RatingRun; others: readonly RatingRun[]; measuredNow: Decimal },
): Pick<LateCharge, 'corrections' | 'problem'> {
  try {
    const charge = stripeCharge(billed.price, billed.currency, billed.servicePeriod);
    const input = { charge, billed: bookedRun(billed), others: others.map(bookedRun), quantity: measuredNow };
    return { corrections: correctCharge(input, bookedOn), problem: null };
  } catch (error) {
    const [first] = error instanceof LateUsageError ? error.problems : [];
    const code = first?.code ?? (isTieoutError(error) ? error.code : null);
    if (code === null) throw error;
    const message = error instanceof Error ? error.message : String(error);
    return {
      corrections: null,
      problem: { code, path: billed.invoiceId, message, remedy: first?.remedy ?? 'Correct the invoice by hand.' },
    };
  }
}

const bookedRun = ({ run, lines }: RatingRun): BookedRun => ({ runId: String(run), sequence: run, lines });
