import type { Decimal } from '../../values/decimal.ts';
import type { Period } from '../../values/period.ts';
import { isAbsent, isRaw, type Raw, readList, readObject, readText, shownValue } from '../document/fields.ts';
import { ProblemList } from '../problems.ts';
import type { Charge } from './charge.ts';
import type { DetailedLine } from './line.ts';
import { CHARGE_KEYS, readCharge } from './read-charge.ts';
import { readCount, readFlag, readPeriod, refuseUnknownKeys, requireNumber, requirePeriod } from './read-fields.ts';
import { type LineContext, readAmount, readLines } from './read-line.ts';
import type { Snapshot } from './runs.ts';

export type Mode = 'delta' | 'period_preserving';

/** An earlier run of a phase that spells its history out; without a period and a quantity it was a correction run. */
export type ToldRun = {
  readonly runId: string;
  readonly snapshot: Snapshot | null;
  readonly lines: readonly DetailedLine[];
};

/** One run of a document. */
export type Phase = {
  readonly number: number;
  readonly path: string;
  readonly runId: string;
  /** Null: a correction run, after which all periods are as they were. */
  readonly servicePeriod: Period | null;
  /** Cumulative quantities of the periods so far, as known at this run; the last is that of the phase's own period. */
  readonly quantities: readonly Decimal[];
  /** Its history, where that is told instead of being the earlier phases. */
  readonly told: readonly ToldRun[] | null;
  /** What the rater is to have answered. */
  readonly ratedLines: readonly DetailedLine[] | null;
  /** Credits that its lines are given once they are booked. */
  readonly credits: readonly { readonly line: number; readonly amountMinor: bigint; readonly path: string }[];
  /** A voided run is as if it never was for those after it. */
  readonly isVoided: boolean;
};

/** A late-usage document (rating-late-usage.md section 12), read and not yet checked as a whole. */
export type LateDocument = {
  readonly mode: Mode;
  readonly charge: Charge;
  /** The currency as the answer repeats it. */
  readonly currency: string | { readonly code: string; readonly digits: number };
  readonly phases: readonly Phase[];
};

/** What a vector says about itself; a vector with a `mode` is a document. */
const VECTOR_KEYS: readonly string[] = ['id', 'source', 'engine', 'note', 'expect', 'expectError'];
const DOCUMENT_KEYS: readonly string[] = ['mode', ...CHARGE_KEYS, 'phases'];
const PHASE_KEYS: Readonly<Record<Mode, readonly string[]>> = {
  delta: ['phase', 'runId', 'servicePeriod', 'cumulativeQuantity', 'alreadyBilled', 'ratedLines'],
  period_preserving: ['phase', 'runId', 'servicePeriod', 'cumulativeByPeriod', 'quantity', 'priorPeriods'],
};
const BOOKING_KEYS: readonly string[] = ['creditsBookedAfterwards', 'voided'];

/**
 * Reads a late-usage document. Money is in major units; our own keys are strict, those of a Stripe Price are not.
 * @param raw what `parseExactJson` gives
 * @throws TieoutError with everything that cannot be read
 */
export function readLateDocument(raw: unknown): LateDocument {
  const problems = new ProblemList();
  if (!isRaw(raw)) {
    const remedy = 'Give an object with mode, currency, chargePeriod, price and phases.';
    problems.add('document-malformed', null, `${shownValue(raw)} is not a late-usage document.`, remedy);
    problems.throwIfAny();
  }
  const document = raw as Raw;
  const mode = readMode(document.mode, problems);
  // Which other keys there may be depends on the mode.
  problems.throwIfAny();
  refuseUnknownKeys(document, [...DOCUMENT_KEYS, ...VECTOR_KEYS], '', problems);
  const charge = readCharge(document, problems);
  const phases: Phase[] = [];
  for (const [index, phase] of readList(document.phases, 'phases', problems).entries()) {
    phases.push(readPhase(phase, { index, earlier: phases, mode, charge, problems }));
  }
  if (phases.length === 0) {
    problems.add('value-malformed', 'phases', 'There are no phases.', 'Give the runs of the charge in their order.');
  }
  problems.throwIfAny();
  return { mode, charge, currency: isRaw(document.currency) ? charge.currency : charge.currency.code, phases };
}

function readMode(value: unknown, problems: ProblemList): Mode {
  if (value === 'delta' || value === 'period_preserving') return value;
  const remedy = 'Give "delta" or "period_preserving"; to rate one quantity, leave mode and phases out.';
  const message = isAbsent(value) ? 'The mode is missing.' : `The mode ${shownValue(value)} is not known.`;
  problems.add('mode-unknown', 'mode', message, remedy);
  return 'delta';
}

type PhaseContext = {
  readonly index: number;
  readonly earlier: readonly Phase[];
  readonly mode: Mode;
  readonly charge: Charge;
  readonly problems: ProblemList;
};

function readPhase(value: unknown, context: PhaseContext): Phase {
  const { index, earlier, mode, charge, problems } = context;
  const path = `phases[${index}]`;
  const raw = readObject(value ?? {}, path, problems) ?? {};
  refuseUnknownKeys(raw, [...PHASE_KEYS[mode], ...BOOKING_KEYS, ...VECTOR_KEYS], path, problems);
  const number = index + 1;
  if ((readCount(raw.phase, `${path}.phase`, problems) ?? number) !== number) {
    const message = `Phase ${number} calls itself ${shownValue(raw.phase)}.`;
    problems.add('value-malformed', `${path}.phase`, message, 'Number phases from 1 in their order, or leave it out.');
  }
  const servicePeriod = readPeriod(raw.servicePeriod, `${path}.servicePeriod`, problems);
  if (servicePeriod === null && raw.servicePeriod === undefined) {
    const remedy = 'Give { "from", "to" }, or null for a correction run after the last period.';
    problems.add('value-malformed', `${path}.servicePeriod`, 'A phase has no service period.', remedy);
  }
  const lines: LineContext = {
    currency: charge.currency,
    servicePeriod:
      servicePeriod ?? earlier.findLast((phase) => phase.servicePeriod !== null)?.servicePeriod ?? charge.period,
    problems,
  };
  const phase = {
    number,
    path,
    runId: readText(raw.runId, `${path}.runId`, problems) ?? `phase-${number}`,
    servicePeriod,
    credits: readList(raw.creditsBookedAfterwards, `${path}.creditsBookedAfterwards`, problems).map((credit, place) =>
      readBookedCredit(credit, `${path}.creditsBookedAfterwards[${place}]`, lines),
    ),
    isVoided: readFlag(raw.voided, `${path}.voided`, problems) ?? false,
  };
  return { ...phase, ...(mode === 'delta' ? readDelta(raw, path, lines) : readPreserving(raw, phase, lines, earlier)) };
}

function readBookedCredit(value: unknown, path: string, context: LineContext): Phase['credits'][number] {
  const raw = readObject(value ?? {}, path, context.problems) ?? {};
  refuseUnknownKeys(raw, ['line', 'amount'], path, context.problems);
  return {
    line: readCount(raw.line, `${path}.line`, context.problems) ?? 0,
    amountMinor: readAmount(raw, 'amount', path, context) ?? 0n,
    path: `${path}.line`,
  };
}

type History = Pick<Phase, 'quantities' | 'told' | 'ratedLines'>;

function readDelta(raw: Raw, path: string, context: LineContext): History {
  const billed = isAbsent(raw.alreadyBilled) ? null : readLines(raw.alreadyBilled, `${path}.alreadyBilled`, context);
  return {
    quantities: [requireNumber(raw.cumulativeQuantity, `${path}.cumulativeQuantity`, context.problems)],
    told: billed === null ? null : runsByPeriod(billed),
    ratedLines: isAbsent(raw.ratedLines) ? null : readLines(raw.ratedLines, `${path}.ratedLines`, context),
  };
}

/** Lines without runs are in the order of their periods: each run of the delta engine booked for its own. */
function runsByPeriod(lines: readonly DetailedLine[]): readonly ToldRun[] {
  const byStart = new Map<number, DetailedLine[]>();
  for (const line of lines) {
    const start = line.servicePeriod.from;
    const those = byStart.get(start);
    if (those === undefined) byStart.set(start, [line]);
    else those.push(line);
  }
  return [...byStart].sort(([a], [b]) => a - b).map(([, those]) => ({ runId: '', snapshot: null, lines: those }));
}

function readPreserving(
  raw: Raw,
  phase: Pick<Phase, 'path' | 'servicePeriod'>,
  context: LineContext,
  earlier: readonly Phase[],
): History {
  const { path, servicePeriod } = phase;
  const { problems } = context;
  if (!isAbsent(raw.priorPeriods) || !isAbsent(raw.quantity)) {
    if (!isAbsent(raw.cumulativeByPeriod)) {
      const remedy = 'Give cumulativeByPeriod, or quantity and priorPeriods.';
      problems.add('quantity-contradictory', `${path}.cumulativeByPeriod`, 'Quantities are given twice.', remedy);
    }
    return {
      quantities: servicePeriod === null ? [] : [requireNumber(raw.quantity, `${path}.quantity`, problems)],
      told: readList(raw.priorPeriods, `${path}.priorPeriods`, problems).map((run, index) =>
        readToldRun(run, `${path}.priorPeriods[${index}]`, context),
      ),
      ratedLines: null,
    };
  }
  const place = `${path}.cumulativeByPeriod`;
  const quantities = readList(raw.cumulativeByPeriod, place, problems).map((quantity, index) =>
    requireNumber(quantity, `${place}[${index}]`, problems),
  );
  const owners = earlier.filter((other) => other.servicePeriod !== null && !other.isVoided);
  const expected = owners.length + (servicePeriod === null ? 0 : 1);
  if (quantities.length !== expected) {
    const message = `There are ${quantities.length} cumulative quantities for ${expected} periods.`;
    problems.add('quantity-missing', place, message, 'Give one for every period so far that was not voided.');
  }
  return { quantities, told: null, ratedLines: null };
}

function readToldRun(value: unknown, path: string, context: LineContext): ToldRun {
  const { problems } = context;
  const raw = readObject(value ?? {}, path, problems) ?? {};
  refuseUnknownKeys(raw, ['runId', 'servicePeriod', 'cumulativeQuantity', 'alreadyBilled'], path, problems);
  if (isAbsent(raw.alreadyBilled)) {
    const remedy =
      'Give the lines that it booked, an empty list where there were none: without them they are charged twice.';
    problems.add('value-malformed', `${path}.alreadyBilled`, 'An earlier run does not say what it booked.', remedy);
  }
  const isCorrection = raw.servicePeriod === null;
  const servicePeriod = isCorrection
    ? context.servicePeriod
    : requirePeriod(raw.servicePeriod, `${path}.servicePeriod`, problems);
  return {
    runId: readText(raw.runId, `${path}.runId`, problems) ?? path,
    snapshot: isCorrection
      ? null
      : { servicePeriod, quantity: requireNumber(raw.cumulativeQuantity, `${path}.cumulativeQuantity`, problems) },
    lines: readLines(raw.alreadyBilled, `${path}.alreadyBilled`, { ...context, servicePeriod }),
  };
}
