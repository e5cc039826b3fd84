import { type Instant, instant } from '../../values/instant.ts';
import { compareBytes } from '../../values/order.ts';
import type { Period } from '../../values/period.ts';

/** A stretch of one customer's time, half-open. */
export type SeamInterval = Period & { readonly customer: string };

export type SeamReport = {
  /** Measured time that nobody billed; by customer, then time, touching pieces merged. */
  readonly gaps: readonly SeamInterval[];
  /** Measured time that was billed more than once. */
  readonly overlaps: readonly SeamInterval[];
  readonly isClean: boolean;
};

/**
 * What a cutover left unbilled or billed twice. Only measured time counts: time in which nothing ran is neither.
 * @see metering.md section 3.3; test/vectors/metering/seam.json
 */
export function seamReport(of: {
  readonly measured: readonly SeamInterval[];
  /** What the old and the new pipeline billed; pieces of one pipeline may overlap, too, and are then billed twice. */
  readonly billed: readonly SeamInterval[];
}): SeamReport {
  const gaps: SeamInterval[] = [];
  const overlaps: SeamInterval[] = [];
  for (const { times, ...piece } of seamCoverage(of)) {
    if (times === 0) append(gaps, piece);
    if (times > 1) append(overlaps, piece);
  }
  return { gaps, overlaps, isClean: gaps.length === 0 && overlaps.length === 0 };
}

/** Measured time cut at every edge of what was billed, with how many times each piece was; by customer, then time. */
export function* seamCoverage(of: {
  readonly measured: readonly SeamInterval[];
  readonly billed: readonly SeamInterval[];
}): Iterable<SeamInterval & { readonly times: number }> {
  const billed = byCustomer(of.billed);
  for (const [customer, measured] of byCustomer(of.measured)) {
    for (const piece of coverage(merged(measured), billed.get(customer) ?? [])) yield { customer, ...piece };
  }
}

/** By customer in byte order, each by its beginning. Empty stretches are left out. */
function byCustomer(intervals: readonly SeamInterval[]): ReadonlyMap<string, readonly SeamInterval[]> {
  const sorted = intervals
    .filter(({ from, to }) => from < to)
    .sort((a, b) => compareBytes(a.customer, b.customer) || a.from - b.from);
  return Map.groupBy(sorted, ({ customer }) => customer);
}

function merged(intervals: readonly SeamInterval[]): readonly SeamInterval[] {
  const pieces: SeamInterval[] = [];
  for (const interval of intervals) append(pieces, interval);
  return pieces;
}

/** Appends a piece that begins no earlier than the last; one that touches it is joined. */
function append(pieces: SeamInterval[], piece: SeamInterval): void {
  const last = pieces.at(-1);
  if (last === undefined || last.customer !== piece.customer || last.to < piece.from) pieces.push(piece);
  else pieces[pieces.length - 1] = { ...last, to: instant(Math.max(last.to, piece.to)) };
}

type Piece = Period & { readonly times: number };

/** The measured time cut at every edge of what was billed, with how many times each piece was. */
function* coverage(measured: readonly Period[], billed: readonly Period[]): Iterable<Piece> {
  const edges = billed
    .flatMap(({ from, to }) => [
      { at: from, by: 1 },
      { at: to, by: -1 },
    ])
    .sort((a, b) => a.at - b.at);
  let next = 0;
  let times = 0;
  for (const { from, to } of measured) {
    let at: Instant = from;
    for (; next < edges.length; next += 1) {
      const edge = edges[next];
      if (edge === undefined || edge.at >= to) break;
      if (edge.at > at) {
        yield { from: at, to: edge.at, times };
        at = edge.at;
      }
      times += edge.by;
    }
    if (at < to) yield { from: at, to, times };
  }
}
