import { type Decimal, formatDecimal, isNegative, isZero, round } from '../../values/decimal.ts';
import { DAY_MS, formatDayAndHour, formatDuration, HOUR_MS, type Instant, instant } from '../../values/instant.ts';
import { type MonthKey, monthPeriod } from '../../values/period.ts';
import type { NoFigure } from '../arrival.ts';
import { SETTLED_HOURS } from '../arrival-shares.ts';
import type { QualityGate } from '../quality/gate.ts';
import { countOf, type Gate, pass, stop, type Tally } from './gate.ts';

/** Whether both sides of a meter were pulled for every customer. */
export type PulledMeter = {
  readonly meter: string;
  readonly clickhouse: Instant | null;
  readonly stripe: Instant | null;
  /** Stripe has no such meter: there is nothing to pull. */
  readonly isUnknownToStripe: boolean;
};

/** Everything that was asked for is in the cache. */
export function pullComplete(meters: readonly PulledMeter[]): Gate {
  const gate = 'pull_complete';
  const missing = meters.filter(
    ({ clickhouse, stripe, isUnknownToStripe }) => clickhouse === null || (stripe === null && !isUnknownToStripe),
  );
  if (meters.length === 0) {
    const detail = 'tieout.yaml names no meter.';
    return stop(gate, { decision: 'unknown', detail, remedy: 'Add the meters that are billed in Settings.' });
  }
  if (missing.length === 0) return pass(gate, `${countOf(meters.length, 'meter')} pulled from both sides.`);
  const sides = missing.map(({ meter, clickhouse }) => `${meter} (${clickhouse === null ? 'usage' : 'Stripe'})`);
  return stop(gate, {
    decision: 'blocked',
    detail: `Not pulled for every customer: ${sides.join(', ')}.`,
    remedy: 'Pull the month, without choosing customers.',
    open: missing.length,
  });
}

/** Rows may arrive this long after the month has ended (metering.md section 7). */
export const LATE_ROW_WAIT_MS = DAY_MS;

/**
 * Each side, and Stripe's invoices, were read once the month had ended and late rows had had a day. Measured against
 * the month and not against the wall clock, so that an older month is closed from its last pull.
 * @param of.oldest the oldest pull that the month is made of; null: something was never pulled
 * @param of.maxAgeMs `close.maxAge`, for those who want fresher numbers; null: any age will do
 */
export function pullRecent(of: {
  readonly month: MonthKey;
  readonly now: Instant;
  readonly oldest: Instant | null;
  readonly maxAgeMs: number | null;
}): Gate {
  const gate = 'pull_recent';
  const { to } = monthPeriod(of.month);
  const from = instant(to + LATE_ROW_WAIT_MS);
  const remedy = 'Pull the month again.';
  if (of.oldest === null) return stop(gate, { decision: 'unknown', detail: 'The month was not pulled.', remedy });
  if (of.oldest < from) {
    const isOver = of.now >= from;
    return stop(gate, {
      decision: 'blocked',
      detail: `The numbers are of ${at(of.oldest)}. Rows may arrive for a day after the month has ended, until ${at(from)}.`,
      remedy: isOver ? remedy : `Wait until ${at(from)}, then pull the month again.`,
    });
  }
  const ageMs = of.now - of.oldest;
  if (of.maxAgeMs !== null && ageMs > of.maxAgeMs) {
    return stop(gate, {
      decision: 'blocked',
      detail: `The numbers are of ${at(of.oldest)}: older than the ${formatDuration(of.maxAgeMs)} of close.maxAge.`,
      remedy,
    });
  }
  return pass(gate, `Pulled at ${at(of.oldest)}, after the day in which late rows arrive.`);
}

const at = (value: Instant): string => `${formatDayAndHour(value)} UTC`;

/** No meter of Stripe holds usage that nobody compares. */
export function unconfiguredMeters(names: readonly string[], tally: Tally): Gate {
  const gate = 'unconfigured_meters';
  const open = tally.all - tally.explained;
  if (tally.all === 0) return pass(gate, 'Every meter of Stripe with usage is in tieout.yaml.');
  if (open === 0) return pass(gate, `Left out of tieout.yaml, and explained: ${names.join(', ')}.`, tally.explained);
  return stop(gate, {
    decision: 'blocked',
    detail: `Stripe holds usage that tieout.yaml does not mention: ${names.join(', ')}.`,
    remedy: 'Add the meter in Settings, or explain with a note why it is not tied out.',
    open,
    explained: tally.explained,
  });
}

/** Every cell has two numbers. */
export function incompleteCells(of: {
  readonly cells: number;
  readonly incomplete: number;
  readonly invalid: number;
}): Gate {
  const gate = 'incomplete_cells';
  const { incomplete, invalid } = of;
  if (incomplete + invalid === 0) return pass(gate, `${countOf(of.cells, 'cell')} compared.`);
  const parts = [
    ...(incomplete === 0 ? [] : [`${countOf(incomplete, 'cell')} could not be compared`]),
    ...(invalid === 0
      ? []
      : [`${countOf(invalid, 'cell')} ${invalid === 1 ? 'holds' : 'hold'} a value that is no number`]),
  ];
  return stop(gate, {
    decision: 'blocked',
    detail: `${parts.join('; ')}.`,
    remedy:
      incomplete > 0 ? 'Pull the month again under the settings in force.' : 'Correct the values at their source.',
    open: incomplete + invalid,
  });
}

/** No structural drift, or each cell of it explained by a note about the figures as they are. */
export function structuralDrift(tally: Tally): Gate {
  const gate = 'structural_drift';
  const open = tally.all - tally.explained;
  if (tally.all === 0) return pass(gate, 'No cell drifts.');
  if (open === 0) {
    return pass(
      gate,
      `${countOf(tally.all, 'cell')} ${tally.all === 1 ? 'drifts' : 'drift'}, and every one is explained by a note.`,
      tally.explained,
    );
  }
  return stop(gate, {
    decision: 'blocked',
    detail: `${countOf(open, 'cell')} ${open === 1 ? 'does' : 'do'} not tie out${explainedToo(tally)}.`,
    remedy: 'Mend the cause and pull again, or explain each cell with a note.',
    open,
    explained: tally.explained,
  });
}

const explainedToo = ({ explained }: Tally): string => (explained === 0 ? '' : `; ${explained} more explained`);

/** What the rows of the usage say about themselves. A warning passes: the sign-off is the look that it asks for. */
export function dataQuality(judged: QualityGate, tally: Tally): Gate {
  const gate = 'data_quality';
  const open = tally.all - tally.explained;
  switch (judged.decision) {
    case 'pass':
      return pass(gate, judged.detail);
    case 'warn':
      return pass(gate, `Warnings only: ${judged.detail}`);
    case 'not_checked':
      return stop(gate, { decision: 'unknown', detail: judged.detail, remedy: 'Pull the month again.' });
    default:
      if (open === 0) return pass(gate, `Explained by a note: ${judged.detail}`, tally.explained);
      return stop(gate, {
        decision: 'blocked',
        detail: `Failed: ${judged.detail}`,
        remedy: 'Mend the data and pull again, or explain it with a note.',
        open,
        explained: tally.explained,
      });
  }
}

/** How complete the usage of a meter is (shared/reconciliation/arrival.ts). */
export type ArrivedMeter = {
  readonly meter: string;
  readonly unit: string;
  /** Whether pulls showed how usage arrives; where none did, the day of waiting is all there is. */
  readonly isLearned: boolean;
  /** When the newest pull of the month began to read. */
  readonly asOf: Instant | null;
  readonly watermark: Instant | null;
  readonly expectedMissing: Decimal | null;
  /** Why no quantity is given. */
  readonly why: NoFigure | null;
};

/**
 * Nothing more is expected, and what came after the invoices is decided. A pull that found every hour of the month
 * settled is expected to have found it all.
 * @param undecided corrections that nobody decided about; no note stands for a decision
 * @param tally customers and meters of which it cannot be said what came late
 */
export function lateUsage(month: MonthKey, meters: readonly ArrivedMeter[], undecided: number, tally: Tally): Gate {
  const gate = 'late_usage';
  const { to } = monthPeriod(month);
  if (undecided > 0) {
    return stop(gate, {
      decision: 'blocked',
      detail: `${countOf(undecided, 'correction')} for usage that came after the invoices ${undecided === 1 ? 'is' : 'are'} undecided.`,
      remedy: 'Decide about each on the Late page: carry it forward, let it go, or book it.',
      open: undecided,
    });
  }
  const settled = to + SETTLED_HOURS * HOUR_MS;
  const early = meters.filter(
    ({ isLearned, watermark, asOf }) =>
      isLearned && (watermark === null || watermark < to) && (asOf === null || asOf < settled),
  );
  const awaited = early.filter(({ expectedMissing }) => isMore(expectedMissing));
  if (awaited.length > 0) {
    const amounts = awaited.map(
      ({ expectedMissing, unit, meter }) => `about ${shown(expectedMissing)} ${unit} of ${meter}`,
    );
    return stop(gate, {
      decision: 'blocked',
      detail: `Usage is still expected: ${amounts.join(', ')}.`,
      remedy: 'Pull the month again later; earlier pulls show how long usage takes to arrive.',
      open: awaited.length,
    });
  }
  const open = tally.all - tally.explained;
  if (open > 0) {
    return stop(gate, {
      decision: 'unknown',
      detail: `For ${countOf(open, 'customer and meter', 'customers and meters')} it cannot be said what came late.`,
      remedy: 'See the Late page for what stands in the way, or explain it with a note.',
      open,
      explained: tally.explained,
    });
  }
  // Where nothing shows how usage of this age arrives, the day of waiting is all there is to go by.
  const untold = meters.filter(
    (meter) => !meter.isLearned || (early.includes(meter) && meter.expectedMissing === null && meter.why !== 'level'),
  );
  const rest =
    untold.length === 0
      ? ''
      : ` What is still to come of ${untold.map(({ meter }) => meter).join(', ')} is not learned yet.`;
  return pass(gate, `Nothing that came late is undecided, and nothing more is expected.${rest}`, tally.explained);
}

const isMore = (missing: Decimal | null): boolean => missing !== null && !isZero(missing) && !isNegative(missing);

const shown = (missing: Decimal | null): string => {
  const rounded = missing === null ? null : round(missing, 3, 'half_up');
  return rounded === null || isZero(rounded) ? '0.001' : formatDecimal(rounded);
};

/**
 * The engine that rates every difference comes to what Stripe charged.
 * @param proof metered lines of the month, or of all history where none of the month is final
 * @param tally lines that differ or cannot be rated
 */
export function engineProof(
  proof: { readonly lines: number; readonly exact: number; readonly isOfMonth: boolean },
  tally: Tally,
): Gate {
  const gate = 'engine_proof';
  const open = tally.all - tally.explained;
  const counted = `${countOf(proof.exact, 'line').replace(/ lines?$/, '')} of ${countOf(proof.lines, 'invoice line')} exact`;
  if (proof.lines === 0) return pass(gate, 'No final invoice has a metered line: there is nothing to prove.');
  const where = proof.isOfMonth ? '' : ' over all history; no invoice of this month is final';
  if (open === 0)
    return pass(gate, `${counted}${where}${tally.explained > 0 ? '; the others are explained' : ''}.`, tally.explained);
  return stop(gate, {
    decision: 'blocked',
    detail: `${counted}${where}.`,
    remedy: 'See Proof for each line: change the setting that explains it, or explain it with a note.',
    open,
    explained: tally.explained,
  });
}

/** Invoices of the month, and what became of them at the readiness gate. */
export type InvoiceCounts = {
  readonly invoices: number;
  /** Cells that are billed otherwise than metered, not explained. */
  readonly cells: number;
  /** Void, misaligned: put off for a reason of their own, not explained. */
  readonly deferred: number;
  /** Held back by cells that do not tie out. */
  readonly held: number;
  /** Needing time alone. */
  readonly waiting: number;
};

/**
 * Invoices are ready or done (`invoiceReadiness`), and what they charge is what Stripe metered.
 * @param tally cells that are billed otherwise than metered, and invoices that were put off
 */
export function invoicesAligned(of: InvoiceCounts, tally: Tally): Gate {
  const gate = 'invoices_aligned';
  const { invoices, cells, deferred, held, waiting } = of;
  const { explained } = tally;
  const open = cells + deferred + held + waiting;
  if (open === 0) {
    if (invoices === 0) return pass(gate, 'No invoice of Stripe covers the month.');
    const rest = explained > 0 ? `; ${countOf(explained, 'difference')} explained` : '';
    const are = invoices === 1 ? 'is' : 'are';
    return pass(gate, `${countOf(invoices, 'invoice')} ${are} in line with what was metered${rest}.`, explained);
  }
  const parts = [
    ...(cells === 0 ? [] : [`${countOf(cells, 'cell')} billed otherwise than metered`]),
    ...(deferred === 0 ? [] : [`${countOf(deferred, 'invoice')} voided, or for another period`]),
    ...(held === 0 ? [] : [`${countOf(held, 'invoice')} held back by cells that do not tie out`]),
    ...(waiting === 0 ? [] : [`${countOf(waiting, 'draft')} waiting for late usage`]),
  ];
  const remedies = [
    ...(cells + deferred === 0 ? [] : ['Correct the invoice in Stripe and pull again, or explain it with a note.']),
    ...(held === 0 ? [] : ['Explain or mend the cells first.']),
    ...(waiting === 0 ? [] : ['Pull the month again once the day of waiting is over.']),
  ];
  return stop(gate, {
    decision: 'blocked',
    detail: `${parts.join(', ')}${explainedToo(tally)}.`,
    remedy: remedies.join(' '),
    open,
    explained,
  });
}
