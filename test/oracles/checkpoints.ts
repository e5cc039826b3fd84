/**
 * Usage from checkpoints, the slow way: for every row the row before it is looked for, pair by pair, in bigint.
 * Shares no code with the adapter. Rules: metering.md 1.2 and 1.3.
 */
export type Checkpoint = {
  readonly customer: string;
  readonly series: string;
  readonly atMs: number;
  readonly tie: string;
  /** Insert order: of equal (customer, series, at, tie) the highest counts. */
  readonly batch: number;
  readonly counter: bigint;
  readonly gauge: bigint;
  readonly isTrusted: boolean;
};

export type OracleHour = { counter: bigint; trusted: bigint; gauge: bigint };

export type OracleUsage = {
  readonly hours: Map<string, Map<number, OracleHour>>;
  readonly dropped: Map<string, { pairs: number; ms: number; counter: bigint; regressions: number; untrusted: number }>;
};

export function checkpointUsage(
  rows: readonly Checkpoint[],
  window: { readonly fromMs: number; readonly toMs: number; readonly maxGapMs: number },
): OracleUsage {
  const standing = rows.filter(
    (row) =>
      row.atMs >= window.fromMs &&
      row.atMs < window.toMs &&
      !rows.some((other) => isSameKey(row, other) && other.batch > row.batch),
  );
  const firstHour = Math.floor(window.fromMs / 3_600_000);
  const result: OracleUsage = { hours: new Map(), dropped: new Map() };
  for (const later of standing) {
    const earlier = rowBefore(standing, later);
    if (earlier === null) continue;
    const span = later.atMs - earlier.atMs;
    const step = later.counter - earlier.counter;
    const grown = step > 0n ? step : 0n;
    const bothTrusted = later.isTrusted && earlier.isTrusted;
    const facts = at(result.dropped, later.customer, () => ({
      pairs: 0,
      ms: 0,
      counter: 0n,
      regressions: 0,
      untrusted: 0,
    }));
    if (step < 0n) facts.regressions += 1;
    if (span > 0 && !bothTrusted) facts.untrusted += 1;
    if (span > window.maxGapMs) {
      facts.pairs += 1;
      facts.ms += span;
      facts.counter += grown;
    }
    if (span <= 0 || span > window.maxGapMs) continue;
    const hours = at(result.hours, later.customer, () => new Map<number, OracleHour>());
    const hour = at(hours, Math.floor(later.atMs / 3_600_000) - firstHour, () => ({
      counter: 0n,
      trusted: 0n,
      gauge: 0n,
    }));
    hour.counter += grown;
    if (bothTrusted) hour.trusted += grown;
    hour.gauge += smaller(later.gauge, earlier.gauge) * BigInt(span);
  }
  return result;
}

function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

const isSameKey = (a: Checkpoint, b: Checkpoint): boolean =>
  a.customer === b.customer && a.series === b.series && a.atMs === b.atMs && a.tie === b.tie;

function rowBefore(rows: readonly Checkpoint[], later: Checkpoint): Checkpoint | null {
  let best: Checkpoint | null = null;
  for (const row of rows) {
    if (row.customer !== later.customer || row.series !== later.series) continue;
    if (!isBefore(row, later)) continue;
    if (best === null || isBefore(best, row)) best = row;
  }
  return best;
}

const isBefore = (a: Checkpoint, b: Checkpoint): boolean =>
  a.atMs !== b.atMs ? a.atMs < b.atMs : Buffer.compare(Buffer.from(a.tie), Buffer.from(b.tie)) < 0;

function at<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
