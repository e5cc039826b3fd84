import type { Expired, MeterFacts, Tally } from '../../shared/reconciliation/quality/facts.ts';
import { add, type Decimal, formatDecimal, parseDecimal, ZERO } from '../../shared/values/decimal.ts';
import { type Instant, instant } from '../../shared/values/instant.ts';
import { QUANTITY_PLACES } from '../../shared/values/quantity.ts';
import { usageIdOf } from './identity-store.ts';
import type { Db } from './open.ts';
import { allRows, firstRow, runQuery } from './query.ts';

type StoredTally = readonly [count: string, ids: number, worst: string | null];

/** Integers as text, so that no JSON reader cuts them. */
type StoredFacts = {
  readonly meter: string;
  readonly rows: string | null;
  readonly pairs: string | null;
  readonly observedMs: string | null;
  readonly regressions: StoredTally | null;
  readonly gapsMs: StoredTally | null;
  readonly droppedPairs: string | null;
  readonly negative: StoredTally | null;
  readonly future: { readonly seen: StoredTally; readonly latest: number | null } | null;
  readonly duplicates: StoredTally | null;
  readonly valueless: StoredTally | null;
  readonly unmapped: {
    readonly ids: number;
    readonly quantity: string;
    readonly total: string;
    readonly worst: string | null;
  } | null;
  readonly expired: {
    readonly before: number;
    readonly knownBy: Expired['knownBy'];
    readonly keptAt: number | null;
    readonly lostHours: number;
  } | null;
};

/** Keeps what a pull found out; runs in the transaction in which it takes effect. */
export const insertQuality = (db: Db, pull: number, facts: MeterFacts): void => {
  const text = (value: bigint | null): string | null => (value === null ? null : value.toString());
  const tally = (seen: Tally | null): StoredTally | null =>
    seen === null ? null : [seen.count.toString(), seen.ids, seen.worst];
  const { future, unmapped } = facts;
  const stored: StoredFacts = {
    meter: facts.meter,
    rows: text(facts.rows),
    pairs: text(facts.pairs),
    observedMs: text(facts.observedMs),
    regressions: tally(facts.regressions),
    gapsMs: tally(facts.gapsMs),
    droppedPairs: text(facts.droppedPairs),
    negative: tally(facts.negative),
    future:
      future === null ? null : { seen: [future.count.toString(), future.ids, future.worst], latest: future.latest },
    duplicates: tally(facts.duplicates),
    valueless: tally(facts.valueless),
    unmapped:
      unmapped === null
        ? null
        : { ...unmapped, quantity: formatDecimal(unmapped.quantity), total: formatDecimal(unmapped.total) },
    expired: facts.expired,
  };
  runQuery(db, 'pull-quality-insert', [pull, JSON.stringify(stored)]);
};

/** What a pull found out about its rows; null where it is of an older version. */
export function readQuality(db: Db, pull: number): MeterFacts | null {
  const row = firstRow<{ facts: string }>(db, 'pull-quality', [pull]);
  if (row === undefined) return null;
  const stored = JSON.parse(row.facts) as StoredFacts;
  const { future, unmapped, expired } = stored;
  return {
    meter: stored.meter,
    rows: bigintOf(stored.rows),
    pairs: bigintOf(stored.pairs),
    observedMs: bigintOf(stored.observedMs),
    regressions: tallyOf(stored.regressions),
    gapsMs: tallyOf(stored.gapsMs),
    droppedPairs: bigintOf(stored.droppedPairs),
    negative: tallyOf(stored.negative),
    future: future === null ? null : { ...tallyFrom(future.seen), latest: instantOf(future.latest) },
    duplicates: tallyOf(stored.duplicates),
    valueless: tallyOf(stored.valueless),
    unmapped:
      unmapped === null
        ? null
        : { ...unmapped, quantity: parseDecimal(unmapped.quantity), total: parseDecimal(unmapped.total) },
    expired:
      expired === null ? null : { ...expired, before: instant(expired.before), keptAt: instantOf(expired.keptAt) },
  };
}

const bigintOf = (text: string | null): bigint | null => (text === null ? null : BigInt(text));
const instantOf = (value: number | null): Instant | null => (value === null ? null : instant(value));
const tallyFrom = ([count, ids, worst]: StoredTally): Tally => ({ count: BigInt(count), ids, worst });
const tallyOf = (stored: StoredTally | null): Tally | null => (stored === null ? null : tallyFrom(stored));

const CHUNK_ROWS = 5_000;

/** Adds up the evidence of all cells of a pull, figure by figure. Yields between chunks. */
export function* tallyEvidence(db: Db, pull: number): Generator<void, ReadonlyMap<string, Tally>> {
  const tallies = new Map<string, { count: bigint; ids: number; worst: string; most: bigint }>();
  for (let after = 0; ; ) {
    const rows = allRows<{ usage_key: number; usage_id: string; evidence: string }>(db, 'usage-evidence-chunk', {
      pull,
      after,
      rows: CHUNK_ROWS,
    });
    for (const { usage_id, evidence } of rows) {
      for (const [figure, text] of Object.entries(JSON.parse(evidence) as Record<string, string>)) {
        if (!/^[1-9]\d*$/.test(text)) continue;
        const count = BigInt(text);
        const tally = tallies.get(figure) ?? { count: 0n, ids: 0, worst: '', most: 0n };
        tally.count += count;
        tally.ids += 1;
        if (count > tally.most) {
          tally.most = count;
          tally.worst = usage_id;
        }
        tallies.set(figure, tally);
      }
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last.usage_key;
    yield;
  }
  return new Map([...tallies].map(([figure, { count, ids, worst }]) => [figure, { count, ids, worst }]));
}

const KEYS_PER_STEP = 20_000;

type SumRow = readonly [
  isMapped: bigint,
  ids: bigint,
  wholeHigh: bigint,
  wholeLow: bigint,
  fracHigh: bigint,
  fracLow: bigint,
  largest: bigint,
  usageKey: bigint,
];

/** Native usage of ids that fit no customer, or several, beside that of all. Yields between key ranges. */
export function* sumUnmapped(
  db: Db,
  pull: number,
  exponent: number,
): Generator<void, NonNullable<MeterFacts['unmapped']>> {
  const [, highest] = firstRow<readonly [number | null, number | null]>(db, 'usage-total-range', { pull }, 'raw') ?? [];
  let ids = 0;
  let units = { all: 0n, unmapped: 0n };
  let worst: { key: number; whole: bigint } | null = null;
  for (let after = 0; after < (highest ?? 0); after += KEYS_PER_STEP) {
    const range = { pull, after, through: after + KEYS_PER_STEP };
    for (const row of allRows<SumRow>(db, 'usage-mapped-sums', range, 'exact-raw')) {
      const [isMapped, count, wholeHigh, wholeLow, fracHigh, fracLow, largest, usageKey] = row;
      const sum = ((wholeHigh << 32n) + wholeLow) * 10n ** BigInt(QUANTITY_PLACES) + (fracHigh << 32n) + fracLow;
      units = { all: units.all + sum, unmapped: units.unmapped + (isMapped === 1n ? 0n : sum) };
      if (isMapped === 1n) continue;
      ids += Number(count);
      if (worst === null || largest > worst.whole) worst = { key: Number(usageKey), whole: largest };
    }
    yield;
  }
  const native = (value: bigint): Decimal =>
    add(ZERO, { coefficient: value * 10n ** BigInt(exponent), scale: QUANTITY_PLACES });
  return {
    ids,
    quantity: native(units.unmapped),
    total: native(units.all),
    worst: worst === null ? null : usageIdOf(db, worst.key),
  };
}
