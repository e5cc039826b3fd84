import type { Instant } from '../../shared/values/instant.ts';
import type { Period } from '../../shared/values/period.ts';
import type { UsageFilter } from './usage-source.ts';

/** The samples that a rollup is made of, as a pipeline's `interval_samples` names them. */
export type SampleTable = {
  readonly table: string;
  readonly columns: {
    readonly customer: string;
    readonly at: string;
    /** Megabytes of memory. */
    readonly value: string;
    readonly interval: string;
    readonly id: string;
    /** When the sample came. */
    readonly arrived: string | null;
  };
  readonly filter: UsageFilter | null;
  readonly bucketMs: number;
  readonly graceMs: number;
  /** Samples are added up by so much time; divides the bucket. */
  readonly slotMs: number;
  /** Cuts the slot that it lies in. */
  readonly billFrom: Instant | null;
};

/** What the samples of one customer and size in one slot come to; exact decimal texts. */
export type SampledSlot = {
  readonly customer: string;
  readonly from: number;
  readonly memoryMb: string;
  readonly seconds: string;
  /** Of samples that came after the bucket was due; null: when samples came is not known. */
  readonly lateSeconds: string | null;
};

/** What a column of a table of evidence stands for, and so how it is read. */
export const EVIDENCE_ROLES = {
  id: 'text',
  customer: 'text',
  meter: 'text',
  state: 'text',
  mode: 'text',
  provider: 'text',
  value: 'number',
  memory: 'number',
  disk: 'number',
  bucket: 'instant',
  eventAt: 'instant',
  made: 'instant',
  attempted: 'instant',
  sent: 'instant',
  from: 'instant',
  to: 'instant',
  since: 'instant',
} as const;
export type EvidenceRole = keyof typeof EVIDENCE_ROLES;

/** Rows of a pipeline's own books, column by role. */
export type EvidenceTable = {
  readonly table: string;
  readonly columns: Partial<Readonly<Record<EvidenceRole, string>>>;
  /**
   * Which rows belong to a period: those whose instant of a role lies in it, those that run in it (`from` to `to`, an
   * open end included), or all.
   */
  readonly within: EvidenceRole | 'running' | 'all';
  /** Rows of one key stand in the order of these. */
  readonly order: readonly EvidenceRole[];
};

/** Instants as unix milliseconds, numbers as exact decimal text; null: absent, or no number. */
export type EvidenceRow = Partial<Record<EvidenceRole, string | number | null>>;

/** Reads what pipelines keep of their own work; only what is added up or listed leaves it. */
export interface EvidenceSource {
  /** @throws TieoutError `clickhouse.*` */
  samples(request: {
    readonly samples: SampleTable;
    readonly period: Period;
    readonly signal: AbortSignal;
  }): AsyncIterable<readonly SampledSlot[]>;
  /** @throws TieoutError `clickhouse.*` */
  rows(request: {
    readonly table: EvidenceTable;
    readonly period: Period;
    readonly signal: AbortSignal;
    /** Names the table for a failure: `pipelines.edge.rollup.events`. */
    readonly path: string;
  }): AsyncIterable<readonly EvidenceRow[]>;
  close(): Promise<void>;
}
