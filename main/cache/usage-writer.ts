import { bulkInsert } from './bulk-insert.ts';
import { ContentHash } from './content-hash.ts';
import { HourPacker, type HourValue } from './hour-pack.ts';
import type { Db } from './open.ts';

/** A measured cell as it is stored. `total` null: nothing was measured, only evidence is kept. */
type StagedCell = {
  readonly usageKey: number;
  readonly usageId: string;
  readonly total: { readonly whole: number | bigint; readonly frac: number; readonly invalid: string | null } | null;
  /** Null: the source gives no hours. */
  readonly hours: readonly HourValue[] | null;
  readonly evidence: Readonly<Record<string, string>> | null;
  /** The hours of the evidence, where they are known. */
  readonly evidenceHours?: readonly EvidenceHour[] | undefined;
};

/** Figures of one hour, as the source gave them. */
export type EvidenceHour = { readonly hour: number; readonly figures: Readonly<Record<string, string>> };

export type UsageWriter = {
  readonly add: (cell: StagedCell) => void;
  readonly flush: () => void;
  readonly cells: () => number;
  /** Of the cells added, if they came in byte order. */
  readonly contentHash: () => string;
};

/** A multiple of the rows of a statement, so that no packed hours are waiting when the buffer is used again. */
const CELLS_PER_BUFFER = 1_000;

/** Stages the measured cells of one pull; fast where usage keys ascend. Begins no transaction of its own. */
export function createUsageWriter(db: Db, pull: number): UsageWriter {
  const totals = bulkInsert(db, 'usage_month', ['pull', 'usage_key', 'whole', 'frac', 'invalid']);
  const hours = bulkInsert(db, 'usage_hours', ['pull', 'usage_key', 'hours']);
  const evidence = bulkInsert(db, 'usage_evidence', ['pull', 'usage_key', 'evidence', 'hours']);
  const packer = new HourPacker();
  const hash = new ContentHash();
  let cells = 0;
  let packed = 0;

  const emptyBuffer = (): void => {
    hash.addHours(packer.packed);
    packer.reset();
  };

  return {
    add: (cell) => {
      const { usageKey, total } = cell;
      if (total !== null) {
        cells += 1;
        totals.add([pull, usageKey, total.whole, total.frac, total.invalid]);
        hash.addTotal(cell.usageId, total.whole, total.frac, total.invalid);
      }
      if (cell.hours !== null && cell.hours.length > 0) {
        hours.add([pull, usageKey, packer.pack(cell.hours)]);
        packed += 1;
        if (packed % CELLS_PER_BUFFER === 0) emptyBuffer();
      }
      if (cell.evidence !== null) {
        evidence.add([pull, usageKey, JSON.stringify(cell.evidence), packedEvidence(cell.evidenceHours)]);
      }
    },
    flush: () => {
      totals.flush();
      hours.flush();
      evidence.flush();
      emptyBuffer();
    },
    cells: () => cells,
    contentHash: () => hash.digest(),
  };
}

const packedEvidence = (hours: readonly EvidenceHour[] | undefined): string | null =>
  hours === undefined ? null : JSON.stringify(hours.map(({ hour, figures }) => [hour, figures]));

/** The exact inverse; null where the hours were not kept. */
export const unpackEvidence = (packed: string | null): readonly EvidenceHour[] | null =>
  packed === null
    ? null
    : (JSON.parse(packed) as readonly (readonly [number, EvidenceHour['figures']])[]).map(([hour, figures]) => ({
        hour,
        figures,
      }));
