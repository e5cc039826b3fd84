import { lineJson, totalsJson } from '../../../shared/rating/late/answer.ts';
import { withCredit } from '../../../shared/rating/late/credits.ts';
import { rateDelta } from '../../../shared/rating/late/delta.ts';
import { rateLateDocument } from '../../../shared/rating/late/document.ts';
import type { DetailedLine } from '../../../shared/rating/late/line.ts';
import { type PriorRun, ratePeriodPreserving } from '../../../shared/rating/late/period-preserving.ts';
import { rateSnapshot } from '../../../shared/rating/late/rate-usage.ts';
import { type ReadyCharge, readyCharge } from '../../../shared/rating/late/ready-charge.ts';
import type { BookedRun, RunResult, SnapshotRater } from '../../../shared/rating/late/runs.ts';
import { parseExactJson } from '../../../shared/values/exact-json.ts';
import { type Json, type JsonObject, list, object, text, type VectorClass } from '../vector.ts';
import { answerOrError, chargeOf, digitsOf, lineOf, minor, number, periodOf } from './late-values.ts';

/** What a phase booked, for those after it. */
type Booked = { readonly phase: JsonObject; readonly run: BookedRun };
type Engine = (
  charge: ReadyCharge,
  phase: JsonObject,
  history: readonly Booked[],
  vector: JsonObject,
) => { readonly result: RunResult; readonly raterOptions?: Json };

/** Runs one after the other: through the engine itself, and as a document. Both must give what is expected. */
const phased = (mode: string, engine: Engine): VectorClass => ({
  expected: ({ input }) => ({
    engine: phasesOf(input).map((phase) => expectedPhase(phase, true)),
    document: phasesOf(input).map((phase) => expectedPhase(phase, false)),
  }),
  answer: ({ input }) => ({ engine: throughEngine(engine, input), document: throughDocument(mode, input) }),
});

const phasesOf = (vector: JsonObject): readonly JsonObject[] =>
  list(vector.phases, 'phases').map((phase) => object(phase, 'phase'));

/** @param isEngine whether the options that the engine gives the rater can be seen */
function expectedPhase({ expect, expectError }: JsonObject, isEngine: boolean): JsonObject {
  if (expectError !== undefined) return { error: expectError };
  const { keysUnordered, raterOptions, ...expected } = object(expect, 'expect');
  return {
    ...expected,
    ...(keysUnordered === undefined ? {} : { keysUnordered: sorted(list(keysUnordered, 'keysUnordered')) }),
    ...(raterOptions === undefined || !isEngine ? {} : { raterOptions }),
  };
}

const sorted = (keys: readonly Json[]): readonly Json[] => keys.map(String).sort();

function throughEngine(engine: Engine, vector: JsonObject): Json {
  const charge = readyCharge(chargeOf(vector));
  const digits = digitsOf(vector.currency);
  const history: Booked[] = [];
  return phasesOf(vector).map((phase, index) => {
    const answer = answerOrError(() => {
      const { result, raterOptions } = engine(charge, phase, history, vector);
      const sequence = index + 1;
      const lines = booked(result.lines, phase, sequence, digits);
      history.push({ phase, run: { runId: runIdOf(phase, sequence), sequence, lines } });
      return {
        lines: result.lines.map((line) => JSON.parse(JSON.stringify(lineJson(line, digits)))),
        totals: totalsJson(result.totals, digits),
        keys: result.lines.map(({ key }) => key),
        keysUnordered: sorted(result.lines.map(({ key }) => key)),
        ...(raterOptions === undefined ? {} : { raterOptions }),
      };
    });
    return 'code' in object(answer, 'answer') ? { error: answer } : answer;
  });
}

const runIdOf = ({ runId }: JsonObject, sequence: number): string =>
  typeof runId === 'string' ? runId : `run ${sequence}`;

/** The lines of a phase with the ids that later phases know them by, and the credits that they were given. */
function booked(
  lines: readonly DetailedLine[],
  phase: JsonObject,
  sequence: number,
  digits: number,
): readonly DetailedLine[] {
  const withIds = lines.map((line, index) => ({ ...line, id: `phase-${sequence}-line-${index + 1}` }));
  return list(phase.creditsBookedAfterwards ?? [], 'credits').reduce<readonly DetailedLine[]>((given, credit) => {
    const { line, amount } = object(credit, 'credit');
    const amountMinor = minor(amount, digits);
    return given.map((one, index) => (index + 1 === line ? withCredit(one, { label: null, amountMinor }) : one));
  }, withIds);
}

const byDelta: Engine = (charge, phase, history, vector) => {
  const servicePeriod = periodOf(phase.servicePeriod);
  const told = phase.alreadyBilled;
  const runs =
    told === undefined
      ? history.map(({ run }) => run)
      : [{ runId: 'told', sequence: 1, lines: linesOf(told, vector, phase) }];
  const input = { servicePeriod, quantity: number(phase.cumulativeQuantity, 'cumulativeQuantity'), booked: runs };
  if (phase.ratedLines === undefined) return { result: rateDelta(charge, input) };
  let raterOptions: Json = null;
  const rater: SnapshotRater = (asked, request) => {
    // A snapshot is always rated without credits: there is no way to give it any.
    raterOptions = { ignoreMinimum: request.isMinimumOff, creditsOff: rateSnapshot(asked, request).every(isUnpaid) };
    return linesOf(phase.ratedLines, vector, phase);
  };
  return { result: rateDelta(charge, input, rater), raterOptions };
};

const isUnpaid = ({ credits }: DetailedLine): boolean => credits.length === 0;

const linesOf = (value: Json | undefined, vector: JsonObject, phase: JsonObject): readonly DetailedLine[] =>
  list(value, 'lines').map((line) => lineOf(line, vector, periodOf(phase.servicePeriod)));

const byPeriod: Engine = (charge, phase, history, vector) => {
  const servicePeriod = periodOf(phase.servicePeriod);
  if (phase.priorPeriods !== undefined) {
    const prior = list(phase.priorPeriods, 'priorPeriods').map((value, index): PriorRun => {
      const run = object(value, 'prior period');
      return {
        runId: text(run.runId, 'runId'),
        sequence: index + 1,
        servicePeriod: periodOf(run.servicePeriod),
        quantity: number(run.cumulativeQuantity, 'cumulativeQuantity'),
        lines: linesOf(run.alreadyBilled, vector, run),
      };
    });
    const current = { servicePeriod, quantity: number(phase.quantity, 'quantity') };
    return { result: ratePeriodPreserving(charge, { current, prior, corrections: [] }) };
  }
  const quantities = list(phase.cumulativeByPeriod, 'cumulativeByPeriod');
  const prior = history.map(
    ({ phase: earlier, run }, index): PriorRun => ({
      ...run,
      servicePeriod: periodOf(earlier.servicePeriod),
      quantity: number(quantities[index], 'quantity'),
    }),
  );
  const current = { servicePeriod, quantity: number(quantities.at(-1), 'quantity') };
  return { result: ratePeriodPreserving(charge, { current, prior, corrections: [] }) };
};

function throughDocument(mode: string, vector: JsonObject): Json {
  const answer = rateLateDocument(parseExactJson(JSON.stringify({ ...vector, mode })));
  return answer.phases.map((phase) => {
    const json = object(JSON.parse(JSON.stringify(phase)) as Json, 'phase');
    if ('error' in phase) return json;
    return {
      ...json,
      keys: phase.lines.map(({ key }) => key),
      keysUnordered: sorted(phase.lines.map(({ key }) => key)),
    };
  });
}

/** `openmeter/delta` and `openmeter/period-preserving`. */
export const lateDelta: VectorClass = phased('delta', byDelta);
export const latePeriodPreserving: VectorClass = phased('period_preserving', byPeriod);
