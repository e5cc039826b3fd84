import { z } from 'zod';
import {
  decimalText,
  errorDocument,
  instantText,
  monthQuality,
  monthText,
  pitfallCode,
  problem,
  verdict,
  verdictCounts,
} from './schemas.ts';

/**
 * The meters of tieout.yaml as a form edits them, what their queries are and what they give, and how their pushes fare.
 * A draft holds every value as text, as it stands in the file; empty text is a key that is left out.
 */
export const TEMPLATES = ['counter_checkpoints', 'interval_samples', 'events', 'active_series', 'sql'] as const;
export const template = z.enum(TEMPLATES);

const LONGEST_TEXT = 1_000;
const LONGEST_QUERY = 200_000;
const MOST_COLUMNS = 32;
const MOST_VALUES = 1_000;
const line = z.string().max(LONGEST_TEXT);

export const meterDraft = z.object({
  key: line,
  unit: line,
  stripe: z.object({ by: z.enum(['eventName', 'id']), value: line }),
  /** Over the workspace's own, where given. */
  tolerance: z.object({ relative: line, absolute: line, staleness: line }),
  usage: z.object({
    template,
    table: line,
    /** By role (`customer`, `at`, `series`, …); roles of one column hold one name. */
    columns: z.record(z.string(), z.array(line).max(MOST_COLUMNS)),
    scale: line,
    combine: line,
    maxGap: line,
    bucket: line,
    grace: line,
    aggregate: line,
    end: line,
    visibility: line,
    gauge: z.boolean(),
    final: z.boolean(),
    keep: z.boolean(),
    filter: z.object({ column: line, values: z.array(line).max(MOST_VALUES) }).nullable(),
    query: z.string().max(LONGEST_QUERY),
  }),
});

/** A meter of Stripe's, as last pulled. */
export const stripeMeter = z.object({
  id: z.string(),
  eventName: z.string(),
  displayName: z.string(),
  formula: z.enum(['sum', 'count', 'last']),
  isActive: z.boolean(),
  /** Key of the meter in tieout.yaml that reads it; null: none does. */
  configuredAs: z.string().nullable(),
});

export const meterSetting = z.object({
  key: z.string(),
  draft: meterDraft,
  /** In force, the workspace's own included. */
  tolerance: z.object({ relative: decimalText, absolute: decimalText, stalenessSeconds: z.number() }),
  /** Native unit → billed unit, in lowest terms: `1/1000000`. */
  scale: z.string(),
  combine: z.enum(['sum', 'last', 'max']),
  /** Cases under fixtures/ that name the meter; null where they cannot be read. */
  cases: z.number().int().nullable(),
  stripe: stripeMeter.nullable(),
});

export const meterSettings = z.object({
  /** Of tieout.yaml as it was read: what a change names. */
  digest: z.string(),
  meters: z.array(meterSetting),
  /** Empty before the first pull. */
  stripeMeters: z.array(stripeMeter),
  /** The workspace's own tolerance, as placeholders show it. */
  tolerance: z.object({ relative: decimalText, absolute: decimalText, stalenessSeconds: z.number() }),
  /** Why nothing can be saved now: another process writes, or the folder can only be read. */
  readOnly: errorDocument.nullable(),
});

/** A meter as it would stand in tieout.yaml: `key` is the one that it replaces, null for a new one. */
export const meterChange = z.object({ key: z.string().nullable(), draft: meterDraft });

/** What is wrong with a draft; `field` is its place in the form (`usage.columns.at`), null: elsewhere in the file. */
export const draftProblem = problem.extend({ field: z.string().nullable() });

const meterUnits = z.object({
  /** What one native unit is: "values of cpu_usage_usec". */
  native: z.string(),
  billed: z.string(),
  /** Billed units in one native unit, exactly and in lowest terms, and the other way round. */
  scale: z.string(),
  inverse: z.string(),
});

export const meterPreview = z.object({
  problems: z.array(draftProblem),
  /** Null where the draft cannot be read. */
  query: z
    .object({
      sql: z.string(),
      /** What is bound, never spliced in: name, ClickHouse type and value. */
      parameters: z.array(z.object({ name: z.string(), type: z.string(), value: z.string() })),
      /** Meters that a pull reads in the same scan. */
      sharedWith: z.array(z.string()),
      combine: z.enum(['sum', 'last', 'max']),
    })
    .nullable(),
  units: meterUnits.nullable(),
  stripe: stripeMeter.nullable(),
  /** The entry as it would stand in tieout.yaml. */
  yaml: z.string(),
});

export const meterPreviewRequest = meterChange.extend({ month: monthText });

export const dryRunRequest = meterChange.extend({ month: monthText, customer: z.string().min(1).max(LONGEST_TEXT) });

/** One customer and month on the real source. */
export const dryRun = z.object({
  meter: z.string(),
  unit: z.string(),
  month: monthText,
  /** As it was asked for, and the usage ids that it came to. */
  customer: z.string(),
  usageIds: z.array(z.string()),
  /** Null: nothing was measured. `exact` is a fraction of billed units; `text` stands for what is no number. */
  quantity: z
    .object({
      native: decimalText.nullable(),
      exact: z.string().nullable(),
      billed: decimalText.nullable(),
      text: z.string().nullable(),
      rounding: z.object({ pushed: decimalText.nullable(), loss: decimalText.nullable() }).nullable(),
    })
    .nullable(),
  /** In billed units, rounded to 12 places; the source gives no hours where there are none. */
  hours: z.array(z.object({ at: instantText, quantity: z.string() })),
  evidence: z.array(z.object({ key: z.string(), value: z.string() })),
  /** What came over the wire: hours and bytes. */
  rows: z.number().int(),
  bytes: z.number().int(),
  seconds: z.number(),
  /** As it was sent, for the types of the columns. */
  query: z.string(),
});

export const proveRequest = meterChange.extend({ mutate: z.boolean() });

const proveReading = z.object({
  customer: z.string(),
  meter: z.string(),
  /** Null: nothing may be measured, or nothing was. */
  expected: z.string().nullable(),
  found: z.string().nullable(),
  isRight: z.boolean(),
});

export const proveCase = z.object({
  name: z.string(),
  path: z.string(),
  isBuiltIn: z.boolean(),
  hasPassed: z.boolean(),
  readings: z.array(proveReading),
  problems: z.array(problem),
});

export const meterProof = z.object({
  meter: z.string(),
  cases: z.array(proveCase),
  /** Known ways of getting the query wrong; `caughtBy` null: no case would notice. */
  mutations: z.array(z.object({ mutation: z.string(), sentence: z.string(), caughtBy: z.string().nullable() })),
  /** Files that cannot be read. */
  problems: z.array(problem),
});

/** `draft` null removes the meter; `key` null adds one. */
export const meterSaveRequest = z
  .object({ digest: z.string(), key: z.string().nullable(), draft: meterDraft.nullable() })
  .refine(({ key, draft }) => key !== null || draft !== null, { message: 'Say which meter is to be removed.' });

export const meterSaved = z.object({ digest: z.string(), key: z.string().nullable() });

export const meterRequest = z.object({ meter: z.string() });

const tally = z.object({
  key: z.string(),
  /** All customers together; text where it is no whole number. */
  total: z.string(),
  customers: z.number().int(),
});

export const meterPage = z.object({
  meter: z.string(),
  unit: z.string(),
  template: z.string(),
  stripe: stripeMeter.nullable(),
  stalenessSeconds: z.number(),
  /** Months with rounds of shadow mode, newest first. */
  shadowMonths: z.array(monthText),
  /** What was left out of the numbers, by the pull in force of each month; newest first. */
  evidence: z.array(
    z.object({
      month: monthText,
      pulledAt: instantText,
      /** Usage ids with a number. */
      measured: z.number().int(),
      tallies: z.array(tally),
    }),
  ),
  /** What the checks of each pulled month found of this meter, newest first. */
  quality: z.array(z.object({ month: monthText, quality: monthQuality })),
});

/** Rounds of one month, or of all; the newest `limit` of them. */
export const healthRequest = meterRequest.extend({
  month: monthText.nullable(),
  limit: z.number().int().min(1).max(500),
});

/** A round of shadow mode, this meter alone, oldest first. Idle cells are not among them. */
export const healthRound = z.object({
  run: z.number().int(),
  at: instantText,
  month: monthText,
  cells: z.number().int(),
  /** Cells that agree, or that are behind by what is on its way. */
  healthy: z.number().int(),
  byVerdict: verdictCounts,
  /** Of the value that was sent last of all, and of the oldest that is behind; null: none. */
  newestAgeSeconds: z.number().nullable(),
  oldestBehindSeconds: z.number().nullable(),
});

export const healthSort = z.object({
  by: z.enum(['concern', 'customer', 'age', 'drift']),
  direction: z.enum(['ascending', 'descending']),
});

export const healthCustomersRequest = healthRequest.extend({
  search: z.string().max(LONGEST_TEXT).optional(),
  sort: healthSort,
  offset: z.number().int().min(0),
  limit: z.number().int().min(1).max(500),
  /** Rounds that `strip` shows. */
  rounds: z.number().int().min(1).max(60),
});

const customerName = {
  customer: z.string().nullable(),
  usageId: z.string().nullable(),
  name: z.string().nullable(),
};

export const healthCustomer = z.object({
  ...customerName,
  /** As the newest round saw the cell that looked at it. */
  verdict,
  at: instantText,
  ageSeconds: z.number().nullable(),
  drift: decimalText.nullable(),
  pitfalls: z.array(pitfallCode),
  /** Verdicts of the newest rounds, oldest first; null: not looked at, or nothing on either side. */
  strip: z.array(verdict.nullable()),
});

export const healthCustomers = z.object({
  total: z.number().int(),
  all: z.number().int(),
  offset: z.number().int(),
  rows: z.array(healthCustomer),
});

export const healthOfCustomerRequest = healthRequest.extend({
  customer: z.string().nullable(),
  usageId: z.string().nullable(),
});

/** One cell, round by round, oldest first; rounds that did not look at it are left out. */
export const healthReading = z.object({
  run: z.number().int(),
  at: instantText,
  month: monthText,
  verdict,
  measured: decimalText.nullable(),
  metered: decimalText.nullable(),
  drift: decimalText.nullable(),
  /** Start of the hour in which the held value was sent. */
  heldHour: instantText.nullable(),
  ageSeconds: z.number().nullable(),
  /** The basic rule alone; null where the two cannot be compared. */
  basicRule: z.boolean().nullable(),
  pitfalls: z.array(pitfallCode),
});

export const customerHealth = z.object({ name: z.string().nullable(), readings: z.array(healthReading) });

export type Template = z.infer<typeof template>;
export type MeterDraft = z.infer<typeof meterDraft>;
export type MeterChange = z.infer<typeof meterChange>;
export type MeterSetting = z.infer<typeof meterSetting>;
export type MeterSettingsList = z.infer<typeof meterSettings>;
export type StripeMeter = z.infer<typeof stripeMeter>;
export type DraftProblem = z.infer<typeof draftProblem>;
export type MeterPreview = z.infer<typeof meterPreview>;
export type MeterPreviewRequest = z.infer<typeof meterPreviewRequest>;
export type DryRunRequest = z.infer<typeof dryRunRequest>;
export type DryRun = z.infer<typeof dryRun>;
export type ProveRequest = z.infer<typeof proveRequest>;
export type ProveCase = z.infer<typeof proveCase>;
export type MeterProof = z.infer<typeof meterProof>;
export type MeterSaveRequest = z.infer<typeof meterSaveRequest>;
export type MeterSaved = z.infer<typeof meterSaved>;
export type MeterPage = z.infer<typeof meterPage>;
export type HealthRequest = z.infer<typeof healthRequest>;
export type HealthRound = z.infer<typeof healthRound>;
export type HealthSort = z.infer<typeof healthSort>;
export type HealthCustomersRequest = z.infer<typeof healthCustomersRequest>;
export type HealthCustomer = z.infer<typeof healthCustomer>;
export type HealthCustomers = z.infer<typeof healthCustomers>;
export type HealthOfCustomerRequest = z.infer<typeof healthOfCustomerRequest>;
export type HealthReading = z.infer<typeof healthReading>;
export type CustomerHealth = z.infer<typeof customerHealth>;
