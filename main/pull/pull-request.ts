import type { Problem } from '../../shared/errors.ts';
import type { Tolerance } from '../../shared/reconciliation/tolerance.ts';
import type { Instant } from '../../shared/values/instant.ts';
import type { MonthKey, Period } from '../../shared/values/period.ts';
import type { MappingLink, MappingRule } from '../cache/mapping-store.ts';
import type { Db } from '../cache/open.ts';
import type { BillingSource } from '../sources/billing-source.ts';
import type { UsageDefinition, UsageSource } from '../sources/usage-source.ts';

/** A configured meter as the pull needs it. */
export type PullMeter = {
  readonly key: string;
  readonly stripe: { readonly eventName: string } | { readonly id: string };
  readonly usage: UsageDefinition;
  /** Cells outside it are asked for by the hour. */
  readonly tolerance: Tolerance;
  /** What the measured number means, and which Stripe meter is read (main/config/fingerprint.ts). */
  readonly usageFingerprint: string;
  readonly stripeFingerprint: string;
  /** What its series mean, however they are counted; null: it keeps none. */
  readonly seriesFingerprint?: string | null;
};

/** Another measurement of the same meters; its meters are kept under keys of their own (`pipelineMeter`). */
export type PullPipeline = {
  readonly key: string;
  readonly meters: readonly PullMeter[];
  /** @throws TieoutError where it cannot be reached */
  readonly open: () => Promise<{ readonly source: UsageSource; close(): Promise<void> }>;
};

/** One month to be copied from both sources into the cache. */
export type PullMonthRequest = {
  readonly db: Db;
  readonly usage: UsageSource;
  readonly billing: BillingSource;
  /** All that the workspace configures. */
  readonly meters: readonly PullMeter[];
  /** Read beside the meters, from ClickHouse alone. */
  readonly pipelines?: readonly PullPipeline[];
  readonly customers: {
    readonly match: MappingRule;
    readonly links: readonly MappingLink[] | null;
    readonly fingerprint: string;
  };
  readonly testClocks: boolean;
  readonly month: MonthKey;
  /** Keys of meters, and Stripe customers or usage ids; absent: all. */
  readonly select: { readonly meters?: readonly string[]; readonly customers?: readonly string[] };
  /** Leave out customers with neither usage nor a subscription item alive in the month. */
  readonly skipIdle: boolean;
  readonly hourly: 'drifting' | 'all';
  /** Whole hours of the month to compute anew, from ClickHouse alone; the others stay as they were pulled. */
  readonly slice?: Period | null;
  /** Stripe is not asked: what it holds and the catalog stay as they were pulled. */
  readonly usageOnly?: boolean;
  /** How far a clock may be ahead before its rows lie in the future; a minute unless it is given. */
  readonly clockSkewMs?: number;
  readonly toolVersion: string;
  readonly now: () => Instant;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: PullProgress) => void;
};

/** Where a pull stands; `total` is null while it is unknown. `bytes` came from ClickHouse so far. */
export type PullProgress = {
  readonly step: 'catalog' | 'usage' | 'summaries' | 'hours';
  readonly done: number;
  readonly total: number | null;
  readonly unit: string;
  readonly bytes: number;
};

/** What was read of a pipeline; not complete: it could not be read to its end, and what was there before stays. */
export type PulledPipeline = {
  readonly key: string;
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly isComplete: boolean;
};

/** The answer of `tieout pull` (interfaces.md section 6). */
export type PullResult = {
  readonly month: MonthKey;
  readonly sources: {
    readonly clickhouse: { readonly rows: number; readonly bytes: number; readonly seconds: number };
    readonly stripe: {
      readonly requests: number;
      readonly retries: number;
      readonly cells: number;
      readonly hourlyCells: number;
      readonly seconds: number;
    };
  };
  readonly pipelines: readonly PulledPipeline[];
  /** Every configured meter, both sources, every customer; and every pipeline that was asked for. */
  readonly complete: boolean;
  readonly warnings: readonly Problem[];
};
