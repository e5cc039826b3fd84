import type { Problem } from '../../shared/errors.ts';
import type { Fraction } from '../../shared/values/fraction.ts';
import type { Instant } from '../../shared/values/instant.ts';
import type { Period } from '../../shared/values/period.ts';

/** How the hours of a month become its value (interfaces.md section 1, `combine`). */
export type Combine = 'sum' | 'last' | 'max';

/** One meter's usage as tieout.yaml describes it, defaults filled in. Identifiers are plain names or refused. */
export type UsageDefinition =
  | {
      readonly template: 'counter_checkpoints';
      readonly table: string;
      readonly columns: {
        readonly customer: string;
        readonly series: readonly string[];
        readonly at: string;
        readonly value: string;
        readonly tiebreak: string | null;
        readonly trusted: string | null;
      };
      readonly maxGapMs: number;
      readonly isGauge: boolean;
      readonly isFinal: boolean;
      readonly filter: UsageFilter | null;
      readonly scale: Fraction;
      readonly combine: Combine;
    }
  | {
      readonly template: 'events';
      readonly table: string;
      readonly columns: {
        readonly customer: string;
        readonly at: string;
        readonly value: string | null;
        readonly id: string | null;
        readonly key: string | null;
      };
      readonly aggregate: 'sum' | 'count' | 'max' | 'last' | 'distinct';
      readonly filter: UsageFilter | null;
      readonly scale: Fraction;
      readonly combine: Combine;
    }
  | IntervalSamplesDefinition
  | ActiveSeriesDefinition
  | { readonly template: 'sql'; readonly query: string; readonly scale: Fraction; readonly combine: Combine };

/** Samples of a level, each good for its own interval in seconds: value × interval (metering.md section 3). */
export type IntervalSamplesDefinition = {
  readonly template: 'interval_samples';
  readonly table: string;
  readonly columns: {
    readonly customer: string;
    readonly at: string;
    readonly value: string;
    readonly interval: string;
    /** A redelivered sample has the id of the first. */
    readonly id: string;
    readonly tier: string | null;
    /** What a sample is of, such as a machine: its lives are counted, and samples of one thing at one instant. */
    readonly series?: readonly string[];
  };
  readonly bucketMs: number;
  readonly graceMs: number;
  readonly filter: UsageFilter | null;
  readonly scale: Fraction;
  readonly combine: Combine;
};

/** Distinct series seen in the period (metering.md section 6); exactly one of `at` (raw reports) and `lastSeen` (a cache). */
export type ActiveSeriesDefinition = {
  readonly template: 'active_series';
  readonly table: string;
  readonly columns: {
    readonly customer: string;
    readonly key: readonly string[];
    readonly at: string | null;
    readonly lastSeen: string | null;
    /** `private` marks what `visibility: private` counts; anything else is not private. */
    readonly visibility?: string;
    /** A set mark: what the row belongs to (an entity, a project) was deleted, so that it counts no more. */
    readonly deleted?: string;
  };
  readonly end: 'exclusive' | 'inclusive';
  /** Absent: all. */
  readonly visibility?: 'private';
  /** The cache of series with their last activity is kept beside the counts (decision 0010). */
  readonly keep?: true;
  readonly filter: UsageFilter | null;
  readonly scale: Fraction;
  readonly combine: Combine;
};

/** A column and the values that count. */
export type UsageFilter = { readonly column: string; readonly values: readonly string[] };

/**
 * Whether hours of the meter can be computed alone. Where a thing counts once in the period, in the hour in which it was
 * first seen, a late row changes other hours too.
 */
export function isSliceable(usage: UsageDefinition): boolean {
  if (usage.template === 'events') return usage.aggregate !== 'distinct' && usage.columns.id === null;
  return usage.template === 'counter_checkpoints' || usage.template === 'sql';
}

export type UsageMeter = { readonly key: string; readonly usage: UsageDefinition };

/**
 * Hour of the period (0-based, counted from the UTC hour that holds `period.from`; a pair or event belongs to the hour
 * of its own, later, instant) and the native quantity divided by 10^exponent,
 * as two numbers: `whole = floor(q)`, `frac` in 10^-12. Where a part leaves 2^53 it is given as bigint. Invalid: text.
 */
export type UsageHour = {
  readonly hour: number;
  readonly whole: number | bigint;
  readonly frac: number;
  /** The source's own text where the value is no finite decimal (`nan`, `inf`) or does not fit; else absent. */
  readonly invalid?: string;
};

/** All hours of one customer and meter, ascending, plus their combination over the period. */
export type UsageCell = {
  /** Index into the meters asked for. */
  readonly meter: number;
  readonly customer: string;
  readonly hours: readonly UsageHour[];
  /** Null where nothing was left out. */
  readonly evidence: UsageEvidence | null;
  /** The hours of the evidence, ascending; absent where there are none. They add up to it. */
  readonly evidenceHours?: readonly EvidenceHour[];
  /** The source gives no hours: the one hour of the list holds the whole period, and there is no hourly evidence. */
  readonly isUnbucketed?: true;
};

/** What was left out of the number, per cell (metering.md section 1.6). Integers as text; keys are stable. */
export type UsageEvidence = Readonly<Record<string, string>>;

/** A series as a scan of a period finds it. */
export type SeenSeries = {
  /** The key's columns as text, a JSON list. */
  readonly series: string;
  /** Unix milliseconds of its newest activity in the period; null: all its rows are marked as deleted. */
  readonly seenAt: number | null;
  readonly isPrivate: boolean;
};

/** The series of one customer that were last active on one day of the period: what crosses the wire as one row. */
export type SeriesDay = {
  readonly customer: string;
  /** Of all series of the customer in the period; equal digests stand for equal series. */
  readonly digest: string;
  readonly series: readonly SeenSeries[];
};

/** What was left out of one hour. */
export type EvidenceHour = { readonly hour: number; readonly figures: UsageEvidence };

/** How often something was seen, in how many usage ids, and the one that has most of it. */
export type SeenRows = { readonly count: bigint; readonly ids: number; readonly worst: string | null };

/** What the rows of a month say about themselves, before anything is made of them. Null: the template has no such thing. */
export type UsageInspection = {
  /** Index into the meters asked for. */
  readonly meter: number;
  /** A row that a replacing table has not replaced yet counts here, and in nothing else. */
  readonly rows: bigint;
  /** Neighbouring rows of one series, and the time from the first to the last row of each, added up. */
  readonly pairs: bigint | null;
  readonly observedMs: bigint | null;
  readonly negative: SeenRows | null;
  /** Rows later than `after`, whatever their month. */
  readonly future: SeenRows & { readonly latest: Instant | null };
  readonly firstRow: Instant | null;
  /** Whether the table holds rows from before the period. */
  readonly hasEarlierRows: boolean;
  /** The table drops rows that are older. */
  readonly retainedFrom: Instant | null;
};

/** `rows` are hours received so far, `bytes` the text they came in. */
export type UsageProgress = { readonly rows: number; readonly bytes: number };

/**
 * A scan: meters that share table, series, at, filter and maxGap are computed together (interfaces.md section 1).
 * `query` is what runs, for the record of the pull.
 */
export type UsageScan = {
  readonly meters: readonly number[];
  readonly query: string;
  /** Per meter of the scan: stored native = value ÷ 10^exponent. */
  readonly exponents: readonly number[];
  /** The query cannot run for all customers: it wants a list. */
  readonly needsCustomers?: boolean;
};

/**
 * Where measured usage comes from. An implementation speaks our words only; no row of the source leaves it.
 */
export interface UsageSource {
  /** Groups meters into scans and builds their queries; nothing is sent. @throws TieoutError `clickhouse.bad_identifier` */
  plan(meters: readonly UsageMeter[]): readonly UsageScan[];
  /**
   * Streams the cells of a scan, ordered by meter (in the order of `scan.meters`), then customer in byte order.
   * `cell.meter` is the index into the `meters` given to `plan`. Holds one chunk of the answer at a time.
   * @param customers usage ids to restrict to, or null for all
   * @throws TieoutError `clickhouse.*`
   */
  read(request: {
    readonly scan: UsageScan;
    readonly period: Period;
    readonly customers: readonly string[] | null;
    readonly signal: AbortSignal;
    readonly onProgress?: (progress: UsageProgress) => void;
    /** Given the query exactly as it is sent, once the types of the columns are known. */
    readonly onQuery?: (query: string) => void;
    /** Also give cells without any hour: nothing was measured (absent, not zero), but something was left out. */
    readonly withUnmeasured?: boolean;
    /** Whole hours of the period to compute alone; hours still count from the start of the period. See `isSliceable`. */
    readonly slice?: Period | null;
  }): AsyncIterable<readonly UsageCell[]>;
  /**
   * Looks at the rows of a scan without computing usage, one cheap aggregation for all customers. Gives nothing for a
   * query of the settings' own, whose table is not known.
   * @param now when the rules of the table are judged
   * @param after rows later than this lie in the future
   * @throws TieoutError `clickhouse.*`
   */
  inspect(request: {
    readonly scan: UsageScan;
    readonly period: Period;
    readonly now: Instant;
    readonly after: Instant;
    readonly signal: AbortSignal;
  }): Promise<readonly UsageInspection[]>;
  /**
   * Streams the series of an `active_series` scan with `keep`, by customer in byte order, then day: at most one row per
   * customer and day. Customers whose series are those of the digest in `known` are left out.
   * @throws TieoutError `clickhouse.*`
   */
  readSeries(request: {
    readonly scan: UsageScan;
    readonly period: Period;
    readonly customers: readonly string[] | null;
    readonly known: ReadonlyMap<string, string>;
    readonly signal: AbortSignal;
    readonly onProgress?: (progress: UsageProgress) => void;
  }): AsyncIterable<readonly SeriesDay[]>;
  /** Everything that stands in the way, all at once: reachability, credentials, settings permissions, each query dry-run. */
  check(
    meters: readonly UsageMeter[],
    now: Instant,
  ): Promise<{
    readonly problems: readonly Problem[];
    readonly dryRuns: readonly { readonly meter: string; readonly rows: number; readonly seconds: number }[];
  }>;
  close(): Promise<void>;
}
