import { z } from 'zod';
import { asOf, decimalText, instantText, monthText, periodText, problem } from './schemas.ts';

/**
 * Usage that arrived after its month was invoiced, and what to correct. A month's late usage is that of the service
 * periods that begin in it. Quantities are in billed units, money is decimal text in major units; positive is more usage,
 * or more to charge, than was booked.
 */
export const LATE_ENGINES = ['delta', 'period_preserving'] as const;

/** `delta` books a correction on the period that is open now, `period_preserving` on the period it belongs to. */
export const lateEngine = z.enum(LATE_ENGINES);

export const LATE_DECISIONS = ['carry_forward', 'waive', 'invoiced', 'undecided'] as const;

/** `undecided` takes an earlier decision back. `invoiced` is final: the correction is booked and never comes up again. */
export const lateDecision = z.enum(LATE_DECISIONS);

export const LATE_STATES = ['undecided', 'incomplete', 'carried_forward', 'waived', 'invoiced', 'nothing_due'] as const;

/**
 * `nothing_due`: usage came late and costs nothing, as within a free tier. `incomplete`: what was measured when the
 * invoice was made is not known, so late usage cannot be told from what was missing already, or it cannot be rated.
 * `invoiced`: all of it is booked.
 */
export const lateState = z.enum(LATE_STATES);

/** What happened to a correction, newest first. */
export const lateDecisionRecord = z.object({
  decision: lateDecision,
  note: z.string(),
  author: z.string(),
  at: instantText,
  /** Made about the correction as it is now; false where other usage arrived since. */
  isCurrent: z.boolean(),
});

/** One customer and meter. */
export const lateRow = z.object({
  customer: z.string(),
  name: z.string().nullable(),
  meter: z.string(),
  unit: z.string(),
  currency: z.string(),
  /** What the live runs booked, corrections too; the quantity is null where an invoice tells packages only. */
  booked: z.object({ quantity: decimalText.nullable(), amount: decimalText }),
  /** Measured now − measured when the runs were recorded; null where that is not known. */
  late: decimalText.nullable(),
  /** Measured when the runs were recorded − booked quantity: was missing already. Null where it is not known. */
  driftAtBilling: decimalText.nullable(),
  /** What is left to book, the same by either engine; null where it cannot be said. */
  correction: decimalText.nullable(),
  /** What correction runs booked so far. */
  invoiced: decimalText,
  state: lateState,
  /** The decision that counts; null while undecided. */
  decision: lateDecisionRecord.nullable(),
  /** Of the correction as it is now: what a decision names. */
  digest: z.string(),
  /** Why no correction is given. */
  problem: problem.nullable(),
});

/** Sums of corrections in one currency. */
export const lateTotals = z.object({
  currency: z.string(),
  rows: z.number().int(),
  /** `more` + `less`; also `undecided` + `carriedForward` + `waived` + `invoiced`. */
  total: decimalText,
  /** Of the corrections above 0. */
  more: decimalText,
  /** Of the corrections below 0: not positive. */
  less: decimalText,
  undecided: decimalText,
  carriedForward: decimalText,
  waived: decimalText,
  invoiced: decimalText,
});

export const NO_ARRIVAL_FIGURE = [
  'not_pulled',
  'one_pull',
  'not_settled',
  'too_young',
  'too_little',
  'no_number',
  'level',
] as const;

/** What the pulls of a meter tell about the month (shared/reconciliation/arrival.ts). */
export const lateCompleteness = z.object({
  meter: z.string(),
  unit: z.string(),
  /** When the newest pull of the month began to read. */
  asOf: instantText.nullable(),
  /** Usage is complete up to here. */
  watermark: instantText.nullable(),
  /** From when on a pull is expected to find the whole month complete. */
  allInFrom: instantText.nullable(),
  /** Expected to arrive after the newest pull; negative where more is taken back than comes. */
  expectedMissing: decimalText.nullable(),
  /** Why there is no such figure. */
  why: z.enum(NO_ARRIVAL_FIGURE).nullable(),
  basis: z.object({ pulls: z.number().int(), hours: z.number().int(), months: z.number().int() }),
});

/** Days are `YYYY-MM-DD`, UTC. */
const heatDays = { usedOn: z.string(), arrivedOn: z.string() };

/** Late usage by the day of usage and the day of the pull that first saw it; squares without any are left out. */
export const lateHeat = z.object({
  meters: z.array(
    z.object({
      meter: z.string(),
      unit: z.string(),
      squares: z.array(z.object({ ...heatDays, quantity: decimalText })),
    }),
  ),
  /** Null where several currencies occur, or where the worth of a day cannot be said. */
  money: z
    .object({ currency: z.string(), squares: z.array(z.object({ ...heatDays, amount: decimalText })) })
    .nullable(),
});

export const LATE_MONTH_STATES = ['nothing', 'corrections', 'incomplete', 'not_billed'] as const;

export const lateSummary = z.object({
  month: monthText,
  /**
   * `not_billed`: no finalised invoice bills usage of the month yet. `incomplete`: for some customers it cannot be said.
   * `corrections`: there is late usage, decided or not.
   */
  state: z.enum(LATE_MONTH_STATES),
  isOpen: z.boolean(),
  asOf,
  /** Live runs that billed the month, and when they were recorded. */
  billed: z.object({ runs: z.number().int(), from: instantText.nullable(), to: instantText.nullable() }),
  rows: z.number().int(),
  customers: z.number().int(),
  byState: z.record(lateState, z.number().int()),
  byMeter: z.array(z.object({ meter: z.string(), rows: z.number().int() })),
  /** The currency with the most rows first. */
  totals: z.array(lateTotals),
  completeness: z.array(lateCompleteness),
  heat: lateHeat,
  warnings: z.array(problem),
});

export const lateFilter = z.object({
  states: z.array(lateState).optional(),
  meters: z.array(z.string()).optional(),
  currency: z.string().optional(),
  /** Smallest |correction| in major units. */
  minAmount: decimalText.optional(),
  /** Part of the customer's name or id; case-insensitive. */
  search: z.string().optional(),
});

export const lateSort = z.object({
  /** `default`: in the order of LATE_STATES, the largest |correction| before others, then customer and meter in byte order. */
  by: z.enum(['default', 'customer', 'meter', 'booked', 'late', 'correction', 'state']),
  direction: z.enum(['ascending', 'descending']),
});

export const lateListRequest = z.object({
  month: monthText,
  filter: lateFilter,
  sort: lateSort,
  offset: z.number().int().min(0),
  limit: z.number().int().min(1).max(500),
});

export const lateWindow = z.object({
  total: z.number().int(),
  all: z.number().int(),
  offset: z.number().int(),
  rows: z.array(lateRow),
  /** Sums of all filtered rows. */
  totals: z.array(lateTotals),
});

export const lateKey = z.object({ month: monthText, customer: z.string(), meter: z.string() });

/** A line of the late-usage engines (rating-late-usage.md section 2). */
export const lateLine = z.object({
  key: z.string(),
  /** `usage.unit`, `graduated.2.unit`, `volume.flat`, `min.commitment`, … */
  component: z.string(),
  servicePeriod: periodText,
  quantity: decimalText,
  unitAmount: decimalText,
  amount: decimalText,
  /** The value of a commitment. */
  charges: decimalText,
  discounts: decimalText,
  total: decimalText,
  /** The run that owns the period which this line corrects. */
  correctsRun: z.number().int().nullable(),
  /** Ids of the booked lines that this one takes back. */
  reversesLines: z.array(z.string()),
});

/** What a correction comes to for one component of one period, as an invoice can carry it. */
export const lateAdjustment = z.object({
  servicePeriod: periodText,
  component: z.string(),
  correctsRun: z.number().int().nullable(),
  amount: decimalText,
  /** Keys of the engine lines that it stands for. */
  lines: z.array(z.string()),
});

export const lateEngineResult = z.object({
  lines: z.array(lateLine),
  adjustments: z.array(lateAdjustment),
  total: decimalText,
});

/** One act of billing, immutable. */
export const lateRun = z.object({
  run: z.number().int(),
  kind: z.enum(['billed', 'correction']),
  subscription: z.string().nullable(),
  item: z.string().nullable(),
  price: z.string().nullable(),
  servicePeriod: periodText,
  /** Of a correction: by which engine, and the period that it was booked on. */
  engine: lateEngine.nullable(),
  bookedOn: periodText.nullable(),
  invoice: z.object({ id: z.string(), number: z.string().nullable(), status: z.string().nullable() }).nullable(),
  recordedAt: instantText,
  /** What was booked; null where the invoice tells packages only. */
  quantity: decimalText.nullable(),
  /** What was measured when the run was recorded, and what is measured of its period now. */
  measuredThen: decimalText.nullable(),
  measuredNow: decimalText.nullable(),
  amount: decimalText,
  lines: z.array(lateLine.extend({ id: z.string().nullable() })),
  /** SHA-256 of everything that the lines depend on. */
  digest: z.string(),
  /** A voided run is as if it never was. */
  voided: z.object({ at: instantText, reason: z.string() }).nullable(),
});

export const lateDetail = z.object({
  month: monthText,
  row: lateRow,
  /** Oldest first. */
  runs: z.array(lateRun),
  /** Null where the correction cannot be said (`row.problem`). */
  engines: z.object({ delta: lateEngineResult, period_preserving: lateEngineResult }).nullable(),
  /** Hours whose usage changed after the runs were recorded, oldest first, with the pull that first saw it. */
  hours: z.array(
    z.object({
      at: instantText,
      quantity: decimalText,
      arrivedAt: instantText.nullable(),
      pull: z.number().int().nullable(),
    }),
  ),
  /** Newest first. */
  decisions: z.array(lateDecisionRecord),
});

export const LATE_NOTE_LENGTH = 2000;
export const LATE_AUTHOR_LENGTH = 120;

export const lateDecideRequest = lateKey
  .extend({
    /** Of the correction as the person saw it. */
    digest: z.string(),
    decision: lateDecision,
    note: z.string().trim().max(LATE_NOTE_LENGTH),
    author: z.string().trim().min(1).max(LATE_AUTHOR_LENGTH),
    /** Whose lines are booked; with `invoiced` only. */
    engine: lateEngine.optional(),
  })
  .refine(({ decision, note }) => decision !== 'waive' || note !== '', {
    path: ['note'],
    message: 'Waiving a correction needs a note.',
  })
  .refine(({ decision, engine }) => decision !== 'invoiced' || engine !== undefined, {
    path: ['engine'],
    message: 'Say whose lines were invoiced.',
  });

export type LateEngine = z.infer<typeof lateEngine>;
export type LateDecision = z.infer<typeof lateDecision>;
export type LateDecisionRecord = z.infer<typeof lateDecisionRecord>;
export type LateState = z.infer<typeof lateState>;
export type LateRow = z.infer<typeof lateRow>;
export type LateTotals = z.infer<typeof lateTotals>;
export type LateCompleteness = z.infer<typeof lateCompleteness>;
export type LateHeat = z.infer<typeof lateHeat>;
export type LateSummary = z.infer<typeof lateSummary>;
export type LateFilter = z.infer<typeof lateFilter>;
export type LateSort = z.infer<typeof lateSort>;
export type LateListRequest = z.infer<typeof lateListRequest>;
export type LateWindow = z.infer<typeof lateWindow>;
export type LateKey = z.infer<typeof lateKey>;
export type LateLine = z.infer<typeof lateLine>;
export type LateAdjustment = z.infer<typeof lateAdjustment>;
export type LateRun = z.infer<typeof lateRun>;
export type LateDetail = z.infer<typeof lateDetail>;
export type LateDecideRequest = z.infer<typeof lateDecideRequest>;
