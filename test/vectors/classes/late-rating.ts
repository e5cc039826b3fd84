import { lineJson, totalsJson } from '../../../shared/rating/late/answer.ts';
import { type DetailedLine, sumTotals } from '../../../shared/rating/late/line.ts';
import { keepKey, type ReversalKey } from '../../../shared/rating/late/piles.ts';
import { type RatingRequest, rateSnapshot, rateUsage } from '../../../shared/rating/late/rate-usage.ts';
import { readyCharge } from '../../../shared/rating/late/ready-charge.ts';
import { subtractLines } from '../../../shared/rating/late/subtract.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { flag, type Json, type JsonObject, list, MalformedVector, object, text, type VectorClass } from '../vector.ts';
import { answerOrError, chargeOf, digitsOf, lineOf, minor, number, periodOf } from './late-values.ts';

/** What the phases of a vector expect, errors in the place of answers. */
const expectedPhases = (vector: JsonObject): Json =>
  list(vector.phases, 'phases').map((phase) => {
    const { expect, expectError } = object(phase, 'phase');
    return object(expect ?? expectError, 'expect');
  });

const phasesOf = (vector: JsonObject): readonly JsonObject[] =>
  list(vector.phases, 'phases').map((phase) => object(phase, 'phase'));

/** Lines as they are compared. A reversal is one that only the previous side has. */
function resultJson(lines: readonly DetailedLine[], digits: number): JsonObject {
  const totals = totalsJson(sumTotals(lines), digits);
  return {
    lines: lines.map((line) => {
      const { reversesLines, ...json } = lineJson(line, digits);
      return { ...json, reversesLines: [...reversesLines] };
    }),
    totals,
    total: totals.total,
    keys: lines.map(({ key }) => key),
  } as JsonObject;
}

/** `openmeter/single`: one rating without history. */
export const lateSingle: VectorClass = {
  expected: ({ input }) => expectedPhases(input),
  answer: ({ input: vector }) => phasesOf(vector).map((phase) => answerOrError(() => rateOnce(vector, phase))),
};

function rateOnce(vector: JsonObject, phase: JsonObject): Json {
  const digits = digitsOf(vector.currency);
  const { ignoreMinimum, creditsOff } = object(phase.options, 'options');
  const credits = list(phase.credits, 'credits').map((credit) => {
    const { amount, label } = object(credit, 'credit');
    return { label: typeof label === 'string' ? label : null, amountMinor: minor(amount, digits) };
  });
  const request: RatingRequest = {
    servicePeriod: periodOf(phase.servicePeriod),
    position: positionOf(text(phase.position, 'position')),
    quantity: number(phase.quantity, 'quantity'),
    quantityBefore: number(phase.quantityBeforePeriod, 'quantityBeforePeriod'),
    amountBilledBefore: number(phase.amountBilledBefore, 'amountBilledBefore'),
    isMinimumOff: flag(ignoreMinimum, 'ignoreMinimum'),
    credits: flag(creditsOff, 'creditsOff') ? [] : credits,
  };
  return resultJson(rateUsage(readyCharge(chargeOf(vector)), request), digits);
}

function positionOf(position: string): RatingRequest['position'] {
  switch (position) {
    case 'whole':
      return { isFirst: true, isLast: true };
    case 'first':
      return { isFirst: true, isLast: false };
    case 'middle':
      return { isFirst: false, isLast: false };
    case 'last':
      return { isFirst: false, isLast: true };
    default:
      throw new MalformedVector(`position ${position} is not known`);
  }
}

/** `openmeter/subtract`: two ratings of one price, or two lists of lines. */
export const lateSubtract: VectorClass = {
  expected: ({ input }) => expectedPhases(input),
  answer: ({ input: vector }) => phasesOf(vector).map((phase) => answerOrError(() => subtractOnce(vector, phase))),
};

function subtractOnce(vector: JsonObject, phase: JsonObject): Json {
  const sides = phase.current === undefined ? ratedSides(vector, phase) : literalSides(vector, phase);
  const lines = subtractLines(sides, {
    currency: text(vector.currency, 'currency').toLowerCase(),
    reversalKey: phase.keyGenerator === 'passthrough' ? keepKey : shapeKey,
    areKeysUnique: phase.allowDuplicateKeys !== true,
  });
  const json = resultJson(lines, digitsOf(vector.currency));
  const marked = list(json.lines, 'lines').map((line, index) => ({
    ...object(line, 'line'),
    reversal: lines[index]?.reversesLine !== null,
  }));
  return { ...json, lines: marked };
}

type Sides = { readonly current: readonly DetailedLine[]; readonly previous: readonly DetailedLine[] };

/** Previous is rated with the minimum ignored, current with defaults. */
function ratedSides(vector: JsonObject, phase: JsonObject): Sides {
  const charge = readyCharge(chargeOf(vector));
  const servicePeriod = periodOf(phase.servicePeriod);
  const rate = (quantity: Json | undefined, isMinimumOff: boolean): readonly DetailedLine[] =>
    rateSnapshot(charge, { servicePeriod, quantity: number(quantity, 'quantity'), isMinimumOff });
  return { current: rate(phase.currentQuantity, false), previous: withIds(rate(phase.previousQuantity, true)) };
}

const literalSides = (vector: JsonObject, phase: JsonObject): Sides => ({
  current: list(phase.current, 'current').map((line) => lineOf(line, vector, null)),
  previous: withIds(list(phase.previous, 'previous').map((line) => lineOf(line, vector, null))),
});

/** By its id a line of the previous side is known again in a reversal. */
const withIds = (lines: readonly DetailedLine[]): readonly DetailedLine[] =>
  lines.map((line, index) => ({ ...line, id: line.id ?? `previous-${index + 1}` }));

/** The rule that the vectors call "mock". */
const shapeKey: ReversalKey = ({ key, category, paymentTerm, unitAmount }) =>
  `${key}!rev(${category},${paymentTerm},${formatDecimal(unitAmount)})`;
