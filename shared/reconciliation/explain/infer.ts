import { HOUR_MS, instant } from '../../values/instant.ts';
import { isNear, magnitude } from '../hourly-series.ts';
import type { DriftingCell, MonthBeside } from './drifting-cell.ts';
import { duplicatePush } from './duplicate-push.ts';
import { expiredRows } from './expired-rows.ts';
import { finalPushMissing } from './final-push-missing.ts';
import { type Fit, fitTo } from './fit.ts';
import type { Claim, FaultCode, Hypothesis } from './hypothesis.ts';
import { latePush } from './late-push.ts';
import { lateRows } from './late-rows.ts';
import { fitLoosely } from './loose-fit.ts';
import { missedPush } from './missed-push.ts';
import { pagination } from './pagination.ts';
import { queryChanged } from './query-changed.ts';
import { rejectedEvents } from './rejected-events.ts';
import { rounding } from './rounding.ts';
import { sameSecondTie } from './same-second-tie.ts';
import { seam } from './seam.ts';
import { unitScale } from './unit-scale.ts';
import { unmapped } from './unmapped.ts';
import { wrongAggregation } from './wrong-aggregation.ts';
import { wrongCustomer } from './wrong-customer.ts';
import { wrongPeriod } from './wrong-period.ts';
import { zoneShift } from './zone-shift.ts';

const HYPOTHESES: readonly Hypothesis[] = [
  missedPush,
  latePush,
  finalPushMissing,
  duplicatePush,
  wrongPeriod,
  zoneShift,
  unitScale,
  rounding,
  wrongAggregation,
  wrongCustomer,
  unmapped,
  rejectedEvents,
  pagination,
  expiredRows,
  lateRows,
  seam,
  sameSecondTie,
  queryChanged,
];

/** What a cell's drift comes from. */
export type Inference = {
  /** The faults that explain it together, largest share first; empty: unexplained. */
  readonly claims: readonly Claim[];
  readonly confidence: 'high' | 'medium' | 'low';
  /** What Stripe would hold by the hour if they had happened: increments. */
  readonly predicted: readonly bigint[];
  /** What they leave of the drift: metered − predicted. */
  readonly left: bigint;
  /** Where it is unexplained: the faults that come nearest, best first. */
  readonly candidates: readonly FaultCode[];
};

type Node = {
  /** The cell with its surroundings as the faults that are taken for granted leave them. */
  readonly cell: DriftingCell;
  readonly claims: readonly Claim[];
  readonly expected: readonly bigint[];
  readonly fit: Fit;
  readonly cost: number;
  readonly beyond: bigint;
};

const MOST_CLAIMS = 3;
/** Nodes that are looked at further, by depth. */
const WIDTHS = [1, 4, 2];
/** Where an answer assumes this much, a longer list of faults with their evidence may assume less. */
const PLAIN_COST = 2.5;
/** An answer must assume so much less than any other to be beyond doubt. */
const MARGIN = 0.75;

/** Compares a cell with what is expected of it; `beyond` is explained by no hour. */
type Fitting = (cell: DriftingCell, expected: readonly bigint[], beyond: bigint) => Fit;

/** Within so many hours a pusher that keeps to no hour has sent everything. */
const LAGS = [1, 3];

/**
 * The smallest set of faults, at most three, that explains the drift of a cell exactly, or as much of it as any does.
 * Pure and deterministic. Null where nothing drifts.
 */
export function infer(cell: DriftingCell): Inference | null {
  if (cell.measuredTotal === cell.meteredTotal) return null;
  const strict = search(cell, fitTo);
  const { best } = strict;
  if (best !== null && (cell.isHeld || best.cost <= BOLD_COST || best.claims.every(({ isDoubtful }) => !isDoubtful))) {
    return answer(cell, best, exactConfidence(best, strict.exact));
  }
  // So little may be what the rounding of pushes leaves: only what explains it to the last digit is told.
  if (isTiny(cell))
    return best === null || best.cost > BOLD_COST
      ? { ...answer(cell, strict.start, 'low') }
      : answer(cell, best, 'medium');
  if (!cell.isHeld) {
    for (const lagHours of LAGS) {
      const loose = search(cell, (of, expected, explainedBeyond) =>
        fitLoosely(of, expected, { explainedBeyond, lagHours }),
      );
      if (loose.best !== null && loose.best.cost <= Math.min(MOST_LOOSE_COST, best?.cost ?? MOST_LOOSE_COST)) {
        return answer(cell, loose.best, 'medium');
      }
    }
  }
  return best === null ? nearest(cell, strict) : answer(cell, best, exactConfidence(best, strict.exact));
}

/** With so much to be chosen freely anything can be explained. */
const MOST_LOOSE_COST = 9;

function isTiny({ measuredTotal, meteredTotal }: DriftingCell): boolean {
  const larger = magnitude(measuredTotal) > magnitude(meteredTotal) ? measuredTotal : meteredTotal;
  return magnitude(meteredTotal - measuredTotal) * 100_000n <= magnitude(larger);
}

/** What assumes more than this may be a pusher that keeps to no hour. */
const BOLD_COST = 5;

type Search = {
  readonly start: Node;
  readonly seen: readonly Node[];
  readonly exact: readonly Node[];
  readonly best: Node | null;
};

function search(cell: DriftingCell, fitting: Fitting): Search {
  const start: Node = {
    cell,
    claims: [],
    expected: cell.measured,
    fit: fitting(cell, cell.measured, 0n),
    cost: 0,
    beyond: 0n,
  };
  const seen: Node[] = [start];
  let front: readonly Node[] = [start];
  let exact: Node[] = [];
  for (let depth = 0; depth < MOST_CLAIMS; depth += 1) {
    const next = front.slice(0, WIDTHS[depth]).flatMap((node) => branches(cell, node, { start, fitting }));
    seen.push(...next);
    exact = [...exact, ...next.filter((node) => isExplained(cell, node))];
    const best = leastCost(exact);
    if (best !== null && best.cost <= PLAIN_COST + depth) break;
    front = next
      .filter((node) => !isExplained(cell, node) && (best === null || node.cost + 1 < best.cost))
      .sort((a, b) => a.cost + leftCost(a, start) - (b.cost + leftCost(b, start)));
    if (front.length === 0) break;
  }
  return { start, seen, exact, best: leastCost(exact) };
}

function branches(
  cell: DriftingCell,
  node: Node,
  { start, fitting }: { readonly start: Node; readonly fitting: Fitting },
): Node[] {
  const view = { cell: node.cell, expected: node.expected, fit: node.fit };
  return HYPOTHESES.flatMap((hypothesis) => hypothesis(view)).flatMap((claim) => {
    if (node.claims.some((other) => other.code === claim.code)) return [];
    const expected = [...node.expected];
    for (const [index, hour] of claim.hours.entries()) {
      expected[hour] = (expected[hour] as bigint) + (claim.effect[index] as bigint);
    }
    const beyond = node.beyond + claim.beyond;
    const found = fitting(cell, expected, beyond);
    const isBetter = found.size < node.fit.size || (found.size === 0n && start.fit.size === 0n);
    if (!isBetter && !(claim.isBold === true && node.claims.length < MOST_CLAIMS - 1)) return [];
    return [
      {
        cell: besideAfter(node, claim),
        claims: [...node.claims, claim],
        expected,
        fit: found,
        cost: node.cost + claim.cost,
        beyond,
      },
    ];
  });
}

/** A shift and a unit concern the months beside and the instants of cutovers too. */
function besideAfter({ cell, expected }: Node, claim: Claim): DriftingCell {
  const { before, after } = cell;
  if (claim.code === 'zone_shift' && claim.shift !== undefined && !cell.isHeld) {
    const early = before?.measured ?? [];
    const next = after?.measured ?? [];
    const all = [...early, ...expected, ...next];
    const moved = (from: number, count: number): bigint[] =>
      Array.from({ length: count }, (_, index) => all[from + index - (claim.shift ?? 0)] ?? 0n);
    const late = cell.evidence.arrivedLate;
    return {
      ...cell,
      measured: moved(early.length, expected.length),
      before: before && { ...before, measured: moved(0, early.length) },
      after: after && { ...after, measured: moved(early.length + expected.length, next.length) },
      evidence: {
        ...cell.evidence,
        arrivedLate: late && new Map([...late].map(([hour, value]) => [hour + (claim.shift ?? 0), value])),
        cutovers: cell.evidence.cutovers.map((at) => instant(at + (claim.shift ?? 0) * HOUR_MS)),
      },
    };
  }
  const { beside } = claim;
  if (beside !== undefined) {
    const changed = (month: MonthBeside | null) => month && { ...month, measured: month.measured.map(beside) };
    return { ...cell, before: changed(before), after: changed(after) };
  }
  const [first, last] = [claim.hours[0], claim.hours.at(-1)];
  if (claim.code !== 'unit_scale' || first === undefined || last === undefined) return cell;
  const scaled = (month: MonthBeside | null, hour: number, isReached: boolean): MonthBeside | null => {
    const due = expected[hour] as bigint;
    const index = claim.hours.indexOf(hour);
    if (month === null || !isReached || due === 0n) return month;
    const held = due + (claim.effect[index] as bigint);
    return { ...month, measured: month.measured.map((value) => (value * held) / due) };
  };
  const isFrom = expected.findIndex((value) => value !== 0n) >= first;
  const isTo = expected.findLastIndex((value) => value !== 0n) <= last;
  return { ...cell, before: scaled(before, first, isFrom), after: scaled(after, last, isTo) };
}

/** Nothing is left but what the rounding of single pushes leaves. */
function isExplained(cell: DriftingCell, node: Node): boolean {
  if (node.claims.length === 0 || node.fit.size !== 0n) return false;
  const total = node.expected.reduce((sum, value) => sum + value, node.beyond);
  if (total === cell.meteredTotal) return true;
  const drift = cell.meteredTotal - cell.measuredTotal;
  return isNear(total, cell.meteredTotal) && magnitude(cell.meteredTotal - total) * 100n <= magnitude(drift);
}

/** What is left, as the number of runs of hours that something else must have made. */
function leftCost(node: Node, start: Node): number {
  const share = start.fit.size === 0n ? 0 : Number((node.fit.size * 1000n) / start.fit.size) / 1000;
  return Math.log2(1 + node.fit.hours.length) * 1.5 + share * 4;
}

function leastCost(nodes: readonly Node[]): Node | null {
  let best: Node | null = null;
  for (const node of nodes) if (best === null || node.cost < best.cost) best = node;
  return best;
}

const codesOf = (node: Node): string =>
  node.claims
    .map(({ code }) => code)
    .sort()
    .join('+');

/** `high` where nothing else explains it as simply. */
function exactConfidence(best: Node, exact: readonly Node[]): Inference['confidence'] {
  if (best.claims.some(({ isDoubtful }) => isDoubtful)) return 'medium';
  const isOne = best.claims.length === 1;
  // Of many faults together others can make the same; what a query changed can look like any other fault.
  if (best.claims.length > 2 || (!isOne && best.claims.some(({ code }) => code === 'query_changed'))) return 'medium';
  const codes = codesOf(best);
  // Which hours leave the month may be the doing of either.
  if (codes === 'late_push+zone_shift') return 'medium';
  const margin = isOne ? MARGIN : MARGIN_OF_TWO;
  const rival = exact.some((node) => codesOf(node) !== codes && node.cost < best.cost + margin);
  return rival || (!isOne && best.cost > MOST_CERTAIN_COST) ? 'medium' : 'high';
}

/** Two faults are beyond doubt where nothing comes near and little is assumed. */
const MARGIN_OF_TWO = 1.5;
const MOST_CERTAIN_COST = 6.5;

/** What explains most of it, where nothing explains all. */
function nearest(cell: DriftingCell, { seen, start }: { seen: readonly Node[]; start: Node }): Inference {
  const ranked = seen
    .filter(({ claims }) => claims.length > 0)
    .sort((a, b) => a.cost + leftCost(a, start) - (b.cost + leftCost(b, start)));
  const [best] = ranked;
  const candidates = [...new Set(ranked.map(({ claims }) => claims[0]?.code as FaultCode))].slice(0, MOST_CLAIMS);
  if (best === undefined) return { ...answer(cell, start, 'low'), candidates };
  const share = shareOf(best, start);
  if (share < UNEXPLAINED_SHARE) return { ...answer(cell, start, 'low'), candidates };
  return { ...answer(cell, best, share >= MEDIUM_SHARE ? 'medium' : 'low'), candidates };
}

const MEDIUM_SHARE = 0.99;
const UNEXPLAINED_SHARE = 0.5;

const shareOf = (node: Node, start: Node): number =>
  start.fit.size === 0n ? 0 : 1 - Number((node.fit.size * 1_000_000n) / start.fit.size) / 1_000_000;

function answer(cell: DriftingCell, node: Node, confidence: Inference['confidence']): Inference {
  const claims = [...node.claims].sort((a, b) => {
    const [one, other] = [sizeOf(a), sizeOf(b)];
    return one === other ? 0 : one > other ? -1 : 1;
  });
  const total = node.expected.reduce((sum, value) => sum + value, node.beyond);
  return { claims, confidence, predicted: node.expected, left: cell.meteredTotal - total, candidates: [] };
}

/** What a claim is worth, signs aside. */
export const worthOf = ({ effect, beyond }: Claim): bigint => effect.reduce((sum, value) => sum + value, beyond);
const sizeOf = (claim: Claim): bigint => magnitude(worthOf(claim));
