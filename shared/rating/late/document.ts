import { TieoutError } from '../../errors.ts';
import { adjustmentsOf, costByPeriod } from './adjustments.ts';
import {
  type AdjustmentAnswer,
  adjustmentJson,
  costJson,
  type ErrorAnswer,
  errorJson,
  type LineAnswer,
  lineJson,
  type TotalsAnswer,
  totalsJson,
} from './answer.ts';
import { withCredit } from './credits.ts';
import { rateDelta } from './delta.ts';
import type { DetailedLine } from './line.ts';
import { type PriorRun, ratePeriodPreserving } from './period-preserving.ts';
import { type LateProblem, LateUsageError } from './problems.ts';
import { type LateDocument, type Mode, type Phase, readLateDocument, type ToldRun } from './read-document.ts';
import { type ReadyCharge, readyCharge } from './ready-charge.ts';
import type { BookedRun, RunResult, Snapshot } from './runs.ts';

export type PhaseAnswer =
  | {
      readonly phase: number;
      readonly lines: readonly LineAnswer[];
      readonly totals: TotalsAnswer;
      /** The same as an invoice can carry it. */
      readonly adjustments: readonly AdjustmentAnswer[];
      /** What each period costs by itself as known now; only where every period was rated. */
      readonly periods?: readonly ReturnType<typeof costJson>[];
      readonly warnings?: readonly LateProblem[];
    }
  | { readonly phase: number; readonly error: ErrorAnswer };

/** The answer to a late-usage document (rating-late-usage.md section 12), keys in the published order. */
export type LateAnswer = {
  readonly tieout: 1;
  readonly kind: 'late_rating';
  readonly mode: Mode;
  readonly currency: LateDocument['currency'];
  /** A phase that fails is the last one. */
  readonly phases: readonly PhaseAnswer[];
};

/**
 * Rates the runs of a charge one after the other; what a run books is booked for those after it.
 * @param raw what `parseExactJson` gives
 * @throws TieoutError where the document cannot be read; what is wrong with a run is said in its place
 */
export function rateLateDocument(raw: unknown): LateAnswer {
  const document = readLateDocument(raw);
  const charge = readyCharge(document.charge);
  const history: Booked[] = [];
  const phases: PhaseAnswer[] = [];
  for (const phase of document.phases) {
    const { answer, booked } = ratePhase(document.mode, charge, phase, history);
    phases.push(answer);
    if (booked === null) break;
    if (!phase.isVoided) history.push({ phase, run: { runId: phase.runId, sequence: phase.number, lines: booked } });
  }
  return { tieout: 1, kind: 'late_rating', mode: document.mode, currency: document.currency, phases };
}

type Booked = { readonly phase: Phase; readonly run: BookedRun };

/** @returns `booked` null where the phase failed */
function ratePhase(
  mode: Mode,
  charge: ReadyCharge,
  phase: Phase,
  history: readonly Booked[],
): { readonly answer: PhaseAnswer; readonly booked: readonly DetailedLine[] | null } {
  try {
    const { result, snapshots } =
      mode === 'delta' ? ratePhaseByDelta(charge, phase, history) : ratePhaseByPeriod(charge, phase, history);
    const lines = result.lines.map((line) => ({ ...line, id: `phase-${phase.number}-line-${(line.index ?? 0) + 1}` }));
    return { answer: phaseJson(charge, phase, { ...result, lines }, snapshots), booked: bookCredits(phase, lines) };
  } catch (cause) {
    const error = cause instanceof LateUsageError ? errorJson(cause, phase.path) : null;
    if (error === null) throw cause;
    return { answer: { phase: phase.number, error }, booked: null };
  }
}

type RatedPhase = {
  readonly result: RunResult;
  /** Of every period; empty where only the last is known. */
  readonly snapshots: readonly Snapshot[];
};

/** A correction run books on the newest period, having none of its own. */
function ratePhaseByDelta(charge: ReadyCharge, phase: Phase, history: readonly Booked[]): RatedPhase {
  const newest = history.findLast((earlier) => earlier.phase.servicePeriod !== null)?.phase.servicePeriod;
  const servicePeriod = phase.servicePeriod ?? newest ?? charge.period;
  const [quantity] = phase.quantities;
  if (quantity === undefined) throw new RangeError('A delta phase has a quantity');
  const booked = phase.told === null ? history.map(({ run }) => run) : phase.told.map(toldRun);
  const { ratedLines } = phase;
  const input = { servicePeriod, quantity, booked };
  return {
    result: ratedLines === null ? rateDelta(charge, input) : rateDelta(charge, input, () => ratedLines),
    snapshots: [],
  };
}

function ratePhaseByPeriod(charge: ReadyCharge, phase: Phase, history: readonly Booked[]): RatedPhase {
  const { prior, corrections } = phase.told === null ? fromHistory(phase, history) : fromTold(phase.told);
  const { servicePeriod } = phase;
  const quantity = phase.quantities.at(-1);
  const current = servicePeriod === null || quantity === undefined ? null : { servicePeriod, quantity };
  const result = ratePeriodPreserving(charge, { current, prior, corrections });
  return { result, snapshots: current === null ? prior : [...prior, current] };
}

type Runs = { readonly prior: readonly PriorRun[]; readonly corrections: readonly BookedRun[] };

/** The earlier phases, each with its quantity as this phase knows it. */
function fromHistory({ quantities }: Phase, history: readonly Booked[]): Runs {
  const prior: PriorRun[] = [];
  const corrections: BookedRun[] = [];
  for (const { phase, run } of history) {
    const quantity = quantities[prior.length];
    if (phase.servicePeriod === null || quantity === undefined) corrections.push(run);
    else prior.push({ ...run, servicePeriod: phase.servicePeriod, quantity });
  }
  return { prior, corrections };
}

/** Runs that are told were booked in the order of their periods, corrections after them. */
function fromTold(told: readonly ToldRun[]): Runs {
  const prior: PriorRun[] = [];
  const corrections: BookedRun[] = [];
  for (const [index, run] of told.entries()) {
    if (run.snapshot === null) corrections.push({ ...toldRun(run, index), sequence: Number.MAX_SAFE_INTEGER });
    else prior.push({ ...toldRun(run, index), sequence: run.snapshot.servicePeriod.from, ...run.snapshot });
  }
  return { prior, corrections };
}

const toldRun = ({ runId, lines }: ToldRun, index: number): BookedRun => ({ runId, lines, sequence: index });

/** @throws TieoutError `value-malformed` where a credit names a line that the phase does not have */
function bookCredits(phase: Phase, lines: readonly DetailedLine[]): readonly DetailedLine[] {
  const booked = [...lines];
  for (const { line, amountMinor, path } of phase.credits) {
    const place = line - 1;
    const credited = booked[place];
    if (credited === undefined) {
      throw new TieoutError('value-malformed', {
        message: `Phase ${phase.number} has ${lines.length} lines, and none with the number ${line}.`,
        path,
        remedy: 'Count lines from 1, in the order of the answer.',
      });
    }
    booked[place] = withCredit(credited, { label: null, amountMinor });
  }
  return booked;
}

function phaseJson(
  charge: ReadyCharge,
  { number }: Phase,
  { lines, totals, warnings }: RunResult,
  snapshots: readonly Snapshot[],
): PhaseAnswer {
  const { digits } = charge;
  const periods = costByPeriod(charge, snapshots).map((cost) => costJson(cost, digits));
  return {
    phase: number,
    lines: lines.map((line) => lineJson(line, digits)),
    totals: totalsJson(totals, digits),
    adjustments: adjustmentsOf(lines).map((adjustment) => adjustmentJson(adjustment, digits)),
    ...(periods.length > 0 ? { periods } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}
