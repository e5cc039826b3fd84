import { add, type Decimal, formatDecimal, isZero, tryParseDecimal, ZERO } from '../../shared/values/decimal.ts';
import { type HourValue, unpackHours } from './hour-pack.ts';
import type { Db } from './open.ts';
import { allRows, runQuery } from './query.ts';
import { createUsageWriter, type EvidenceHour, type UsageWriter, unpackEvidence } from './usage-writer.ts';

const KEYS_PER_STEP = 2_000;

type Cell = {
  readonly hours: readonly HourValue[];
  readonly evidence: Readonly<Record<string, string>> | null;
  /** Null: not known by the hour. */
  readonly evidenceHours: readonly EvidenceHour[] | null;
};

/** A cell that two pulls hold, or one of them. */
export type CellPair = { readonly usageKey: number; readonly earlier: Cell | null; readonly fresh: Cell | null };

/** What is kept of a pair. `evidenceOf` says of an hour from which of the two its evidence comes; null: as in `whole`. */
export type MergedCell = {
  readonly hours: readonly HourValue[];
  readonly evidence: { readonly of: (hour: number) => 'earlier' | 'fresh' } | { readonly whole: 'earlier' | 'fresh' };
};

export type Merge = {
  readonly from: number;
  readonly pull: number;
  readonly merge: (pair: CellPair) => MergedCell;
  readonly total: (
    hours: readonly HourValue[],
  ) => { readonly whole: number | bigint; readonly frac: number; readonly invalid: string | null } | null;
  /** Given the hours of every cell as it is kept. */
  readonly onHours: (hours: readonly HourValue[]) => void;
};

type Row = {
  readonly usage_key: number;
  readonly usage_id: string;
  readonly base_hours: Uint8Array | null;
  readonly base_evidence: string | null;
  readonly base_evidence_hours: string | null;
  readonly hours: Uint8Array | null;
  readonly evidence: string | null;
  readonly evidence_hours: string | null;
};

/**
 * Puts hours of an earlier pull into a staged one, cell by cell. Nothing counts until the staged pull takes effect.
 * Yields between key ranges.
 */
export function* mergeUsage(db: Db, merge: Merge): Generator<void> {
  const { from, pull } = merge;
  const highest = db
    .prepare(
      'SELECT max(usage_key) FROM (SELECT usage_key FROM usage_hours WHERE pull IN (?, ?) UNION ALL SELECT usage_key FROM usage_evidence WHERE pull IN (?, ?))',
    )
    .pluck()
    .get(from, pull, from, pull);
  const end = typeof highest === 'number' ? highest : 0;
  for (let after = 0; after < end; after += KEYS_PER_STEP) {
    const range = { pull, after, through: after + KEYS_PER_STEP };
    const rows = allRows<Row>(db, 'usage-merge-chunk', { ...range, from });
    for (const table of ['month', 'hours', 'evidence']) runQuery(db, `unstage-usage-${table}`, range);
    const writer = createUsageWriter(db, pull);
    for (const row of rows) writeMerged(writer, row, merge);
    writer.flush();
    yield;
  }
}

function writeMerged(writer: UsageWriter, row: Row, { merge, total, onHours }: Merge): void {
  const earlier = cellOf(row.base_hours, row.base_evidence, row.base_evidence_hours);
  const fresh = cellOf(row.hours, row.evidence, row.evidence_hours);
  const { hours, evidence } = merge({ usageKey: row.usage_key, earlier, fresh });
  onHours(hours);
  const kept = 'whole' in evidence ? evidenceOf(evidence.whole === 'earlier' ? earlier : fresh) : null;
  writer.add({
    usageKey: row.usage_key,
    usageId: row.usage_id,
    total: total(hours),
    hours,
    ...(kept ?? ('of' in evidence ? mergedEvidence(earlier, fresh, evidence.of) : NO_EVIDENCE)),
  });
}

const cellOf = (hours: Uint8Array | null, evidence: string | null, evidenceHours: string | null): Cell | null =>
  hours === null && evidence === null
    ? null
    : {
        hours: hours === null ? [] : unpackHours(hours),
        evidence: evidence === null ? null : JSON.parse(evidence),
        evidenceHours: evidence === null ? [] : unpackEvidence(evidenceHours),
      };

type KeptEvidence = { readonly evidence: Cell['evidence']; readonly evidenceHours?: readonly EvidenceHour[] };

const NO_EVIDENCE: KeptEvidence = { evidence: null };

function evidenceOf(cell: Cell | null): KeptEvidence {
  if (cell === null) return NO_EVIDENCE;
  const { evidence, evidenceHours } = cell;
  return evidenceHours === null ? { evidence } : { evidence, evidenceHours };
}

/** Evidence of an older version is not known by the hour: then that of the earlier pull stands as a whole. */
function mergedEvidence(
  earlier: Cell | null,
  fresh: Cell | null,
  of: (hour: number) => 'earlier' | 'fresh',
): KeptEvidence {
  if (earlier?.evidenceHours === null) return evidenceOf(earlier);
  if (fresh?.evidenceHours === null) return evidenceOf(fresh);
  const hours = [
    ...(earlier?.evidenceHours ?? []).filter(({ hour }) => of(hour) === 'earlier'),
    ...(fresh?.evidenceHours ?? []).filter(({ hour }) => of(hour) === 'fresh'),
  ].sort((a, b) => a.hour - b.hour);
  const sums = new Map<string, Decimal>();
  for (const { figures } of hours) {
    for (const [figure, text] of Object.entries(figures)) {
      sums.set(figure, add(sums.get(figure) ?? ZERO, tryParseDecimal(text) ?? ZERO));
    }
  }
  if ([...sums.values()].every(isZero)) return NO_EVIDENCE;
  return {
    evidence: Object.fromEntries([...sums].map(([figure, sum]) => [figure, formatDecimal(sum)])),
    evidenceHours: hours,
  };
}
