import { z } from 'zod';
import { decimalText, instantText, periodText, problem } from './schemas.ts';

/**
 * Another measurement of the same meters beside the one that bills today: whether they agree, what its rollup made of
 * its samples, and the switch from one to the other. `reference` is the measurement that bills today, `candidate` the
 * named pipeline. Quantities are in the unit that stands beside them, money in major units, shares are plain numbers
 * (`0.02` is 2 %). A difference is candidate − reference.
 */
const share = decimalText;
const name = z.string().min(1).max(1_000);
const search = z.string().max(1_000).optional();
const page = { offset: z.number().int().min(0), limit: z.number().int().min(1).max(500) };

/** In one currency; null where no price is known. */
const worth = z.object({ currency: z.string(), amount: decimalText }).nullable();
/** Per currency, in byte order of the currencies. */
const worths = z.array(z.object({ currency: z.string(), amount: decimalText }));

/** What parity is held to. @see metering.md section 4 */
const paritySettings = z.object({
  /** More than this share flags a customer. */
  tolerance: share,
  /** More than this share, from `floor` on, is material. */
  alertShare: share,
  floor: decimalText,
  /** So many material customers are a fault of the pipeline. */
  minimumCustomers: z.number().int(),
  /** So many systemic hours in a row raise the alert. */
  consecutive: z.number().int(),
  graceSeconds: z.number().int(),
  requiredHours: z.number().int(),
});

export const soakView = z.object({
  ready: z.boolean(),
  /** From the newest due hour backwards. */
  cleanHours: z.number().int(),
  requiredHours: z.number().int(),
  /** Beginning of the hour that stops the count. */
  blockedAt: instantText.nullable(),
  reason: z.enum(['drift', 'missing_bucket']).nullable(),
  /** What is wrong with that hour: "5 customers depart by more than 2 %". */
  detail: z.string().nullable(),
  /** When it is ready if every hour from now on is checked and clean; where it is ready, since when. */
  readyAt: instantText,
});

export const alertView = z.object({
  isAlert: z.boolean(),
  /** Systemic hours in a row, up to the newest checked one. */
  streak: z.number().int(),
  /** Beginning of the first of them. */
  since: instantText.nullable(),
  sentence: z.string().nullable(),
});

const pipelineMeter = z.object({
  meter: z.string(),
  unit: z.string(),
  template: z.string(),
  /** Hours that both sides were pulled for. */
  hours: z.number().int(),
  /** First and last of them; null: nothing was pulled. */
  pulled: periodText.nullable(),
  soak: soakView,
  alert: alertView,
});

export const pipelineEntry = z.object({
  pipeline: z.string(),
  /** Whether it names a ClickHouse of its own. */
  ownSource: z.boolean(),
  /** When it was last pulled; null: never. */
  asOf: instantText.nullable(),
  settings: paritySettings,
  /** In the order of tieout.yaml. */
  meters: z.array(pipelineMeter),
  /** Of all its meters: the least clean hours of any. */
  soak: soakView,
  /** From when on the pipeline bills, as tieout.yaml has it (`rollup.billFrom`). */
  cutovers: z.array(instantText),
});

export const pipelinesOverview = z.object({
  now: instantText,
  /** In the order of tieout.yaml; empty where it names none. */
  pipelines: z.array(pipelineEntry),
});

/** Hours [from, to); without them the newest `requiredHours` × 7, as far as pulled. */
const span = { from: instantText.optional(), to: instantText.optional() };

export const parityRequest = z.object({ pipeline: name, meter: name, ...span });

export const parityHour = z.object({
  at: instantText,
  /** `missing`: it was not checked. */
  state: z.enum(['clean', 'drift', 'missing']),
  checked: z.number().int(),
  leftOut: z.number().int(),
  unverified: z.number().int(),
  flagged: z.number().int(),
  material: z.number().int(),
  oneSided: z.number().int(),
  /** Null where it is missing. */
  reference: decimalText.nullable(),
  candidate: decimalText.nullable(),
  aggregate: share.nullable(),
  systemic: z.boolean(),
  streak: z.number().int(),
  alert: z.boolean(),
});

/** Why two measurements of one usage differ. */
export const PARITY_CAUSES = [
  'tick_drift',
  'truncation',
  'unclipped_intervals',
  'double_ticks',
  'late_samples',
  'rounding',
] as const;
export const parityCauseCode = z.enum(PARITY_CAUSES);

export const parityCause = z.object({
  code: parityCauseCode,
  confidence: z.enum(['high', 'medium', 'low']),
  /** The sentence that says what was seen, with its figures. */
  evidence: z.string(),
  /** Part of the difference that it accounts for. */
  explains: decimalText,
  remedy: z.string().nullable(),
});

/** From best to worst. `left_out`: its plan takes no part. */
export const PARITY_STATES = ['left_out', 'agrees', 'flagged', 'material', 'one_sided', 'unverified'] as const;
export const parityState = z.enum(PARITY_STATES);

export const parityView = z.object({
  pipeline: z.string(),
  meter: z.string(),
  unit: z.string(),
  settings: paritySettings,
  period: periodText,
  asOf: z.object({ reference: instantText.nullable(), candidate: instantText.nullable() }),
  /** "23 of 24 hours are clean; 14 May 03:00 is not." */
  sentence: z.string(),
  /** Every hour of the period, oldest first. */
  hours: z.array(parityHour),
  totals: z.object({
    reference: decimalText,
    candidate: decimalText,
    difference: decimalText,
    drift: share,
    clean: z.number().int(),
    dirty: z.number().int(),
    missing: z.number().int(),
    /** What the difference is worth. */
    money: worths,
  }),
  soak: soakView,
  alert: alertView,
  /** Runs of hours under alert in the period, oldest first. */
  alerts: z.array(z.object({ period: periodText, hours: z.number().int(), isOngoing: z.boolean() })),
  /** Customers of the period by their worst hour. */
  byState: z.record(parityState, z.number().int()),
  byCause: z.array(z.object({ code: parityCauseCode, customers: z.number().int() })),
});

const parityWho = { customer: z.string(), name: z.string().nullable() };

export const PARITY_SORTS = ['concern', 'customer', 'reference', 'candidate', 'difference', 'drift'] as const;

export const parityListRequest = parityRequest.extend({
  states: z.array(parityState).optional(),
  causes: z.array(parityCauseCode).optional(),
  /** Part of the customer's name or usage id; case-insensitive. */
  search,
  sort: z.object({ by: z.enum(PARITY_SORTS), direction: z.enum(['ascending', 'descending']) }),
  ...page,
});

/** One customer over the hours of the period. */
export const parityRow = z.object({
  ...parityWho,
  /** Of the worst hour. */
  state: parityState,
  /** Null: it could not be read. */
  reference: decimalText.nullable(),
  candidate: decimalText.nullable(),
  difference: decimalText.nullable(),
  drift: share.nullable(),
  hours: z.object({
    checked: z.number().int(),
    flagged: z.number().int(),
    material: z.number().int(),
    oneSided: z.number().int(),
    unverified: z.number().int(),
  }),
  /** The one that accounts for most. */
  cause: parityCause.nullable(),
  money: worth,
});

export const parityWindow = z.object({
  total: z.number().int(),
  all: z.number().int(),
  offset: z.number().int(),
  rows: z.array(parityRow),
  /** Sums of all filtered rows. */
  totals: z.object({ reference: decimalText, candidate: decimalText, difference: decimalText, money: worths }),
});

export const parityKey = parityRequest.extend({ customer: z.string() });

export const parityDetail = z.object({
  row: parityRow,
  unit: z.string(),
  sentence: z.string(),
  hours: z.array(
    z.object({
      at: instantText,
      reference: decimalText.nullable(),
      candidate: decimalText.nullable(),
      difference: decimalText.nullable(),
      drift: share.nullable(),
      state: parityState,
    }),
  ),
  causes: z.array(parityCause),
});

/** What a rollup can have got wrong. @see metering.md section 3.1 */
export const ROLLUP_KINDS = [
  /** Arrived after its bucket was rolled; the event's id was taken. */
  'straggler',
  /** Two values under one id. */
  'id_conflict',
  /** At or after T and still in shadow: never sent. */
  'shadow_remainder',
  /** Stamped at 00:00 of the next month. */
  'next_month',
  /** First tried more than 24 hours ago: Stripe may count it again. */
  'retry_after_24h',
  /** Another mode (legacy tiers or unified) than the customer's: another meter. */
  'mode_change',
  /** [T, next boundary) where T lies within a bucket. */
  'unaligned_cutover',
  /** The samples make an event that the pipeline does not list. */
  'not_made',
  /** The pipeline lists an event that no sample makes. */
  'not_measured',
  /** The pipeline says that it sent it; Stripe does not hold it. */
  'not_held',
  /** Stripe holds more than was sent. */
  'held_twice',
] as const;
export const rollupKind = z.enum(ROLLUP_KINDS);

/** `lost`: billed to nobody. `twice`: billed more than once. `moved`: in another invoice. `at_risk`: not yet either. */
export const rollupEffect = z.enum(['lost', 'twice', 'moved', 'at_risk']);

export const rollupRequest = z.object({
  pipeline: name,
  ...span,
  kinds: z.array(rollupKind).optional(),
  search,
  ...page,
});

export const rollupFinding = z.object({
  kind: rollupKind,
  effect: rollupEffect,
  ...parityWho,
  /** The meter that the event is sent to. */
  meter: z.string(),
  unit: z.string(),
  eventId: z.string().nullable(),
  bucket: periodText,
  eventAt: instantText.nullable(),
  /** What the samples come to, what the pipeline says that it sent, what Stripe holds; null: none, or not known. */
  recomputed: decimalText.nullable(),
  sent: decimalText.nullable(),
  held: decimalText.nullable(),
  /** What is at stake, unsigned. */
  quantity: decimalText,
  money: worth,
  sentence: z.string(),
});

export const rollupWindow = z.object({
  period: periodText,
  buckets: z.number().int(),
  events: z.number().int(),
  /** Null: the pipeline does not say what it sent. */
  sentAsOf: instantText.nullable(),
  /** Null: Stripe's summaries of these months were not pulled. */
  heldAsOf: instantText.nullable(),
  sentence: z.string(),
  /** In the order of `ROLLUP_KINDS`, those found. */
  byKind: z.array(
    z.object({
      kind: rollupKind,
      effect: rollupEffect,
      findings: z.number().int(),
      customers: z.number().int(),
      quantities: z.array(z.object({ unit: z.string(), quantity: decimalText })),
      money: worths,
    }),
  ),
  total: z.number().int(),
  all: z.number().int(),
  offset: z.number().int(),
  /** The most valuable first. */
  rows: z.array(rollupFinding),
  /** What could not be looked at, and why. */
  problems: z.array(problem),
});

/** Before a cutover. */
export const CUTOVER_CHECKS = ['boundary', 'soak', 'prices', 'catalog', 'drained', 'webhook'] as const;
export const cutoverCheck = z.enum(CUTOVER_CHECKS);

export const cutoverRequest = z.object({ pipeline: name, at: instantText });

export const cutoverPlan = z.object({
  pipeline: z.string(),
  at: instantText,
  /** `planned`: T lies ahead. `past`: what holds is asked of the seam. */
  phase: z.enum(['planned', 'past']),
  bucketSeconds: z.number().int(),
  /** Boundaries on either side of T; alike where T is one. */
  boundaries: z.object({ before: instantText, after: instantText }),
  ready: z.boolean(),
  /** "Do not switch at 15 Jun 23:00: 2 of 6 checks do not hold." */
  sentence: z.string(),
  before: z.array(
    z.object({
      check: cutoverCheck,
      /** Null: it cannot be told. */
      held: z.boolean().nullable(),
      detail: z.string(),
      remedy: z.string().nullable(),
      /** Customers or things that stand against it, the first of them; and how many there are. */
      against: z.array(z.string()),
      count: z.number().int(),
    }),
  ),
  /** In the order in which they are to be done. */
  steps: z.array(
    z.object({
      title: z.string(),
      detail: z.string(),
      settings: z.array(z.object({ name: z.string(), value: z.string(), where: z.string() })),
      /** Not before this instant; null: as soon as the one before is done. */
      notBefore: instantText.nullable(),
    }),
  ),
  rollback: z.array(
    z.object({
      title: z.string(),
      detail: z.string(),
      settings: z.array(z.object({ name: z.string(), value: z.string(), where: z.string() })),
    }),
  ),
  cannotBeUndone: z.array(z.string()),
});

export const seamKind = z.enum(['gap', 'overlap']);

export const seamRequest = cutoverRequest.extend({ kinds: z.array(seamKind).optional(), search, ...page });

export const seamPiece = z.object({
  kind: seamKind,
  ...parityWho,
  meter: z.string(),
  unit: z.string(),
  period: periodText,
  /** Of measured time. */
  seconds: z.number(),
  quantity: decimalText,
  money: worth,
});

const seamSum = z.object({
  pieces: z.number().int(),
  customers: z.number().int(),
  seconds: z.number(),
  quantities: z.array(z.object({ unit: z.string(), quantity: decimalText })),
  money: worths,
});

export const seamWindow = z.object({
  pipeline: z.string(),
  at: instantText,
  /** `early`: the hour after T is not over yet. `missing`: something of it was not pulled. */
  state: z.enum(['checked', 'early', 'missing']),
  /** When it can be checked. */
  checkableAt: instantText,
  clean: z.boolean(),
  sentence: z.string(),
  /** Of which measured time was looked at. */
  period: periodText,
  customers: z.number().int(),
  gaps: seamSum,
  overlaps: seamSum,
  total: z.number().int(),
  all: z.number().int(),
  offset: z.number().int(),
  /** The most valuable first. */
  rows: z.array(seamPiece),
  problems: z.array(problem),
});

/** A plan with its seam, for the file. */
export const cutoverReportRequest = cutoverRequest.extend({ format: z.enum(['txt', 'json']) });

const MOST_SIZES = 64;

export const reservationRequest = z.object({
  pipeline: name,
  customer: name,
  ...span,
  /** Reserved sizes in GB. */
  sizes: z.array(decimalText).min(1).max(MOST_SIZES),
  /** Per GB-second; without them, quantities alone. */
  prices: z.object({ currency: z.string(), reserved: decimalText, overage: decimalText, disk: decimalText }).optional(),
});

export const reservationAnswer = z.object({
  ...parityWho,
  period: periodText,
  /** Runs of machines that were rated; 0: none are known. */
  intervals: z.number().int(),
  /** Most memory at once, and the mean over the period, in GB. */
  peakGb: decimalText,
  averageGb: decimalText,
  /** In the order asked for; quantities in GB-seconds. */
  options: z.array(
    z.object({
      reservedGb: decimalText,
      /** The whole commitment, used or not. */
      reserved: decimalText,
      used: decimalText,
      overage: decimalText,
      overageByTier: z.array(z.object({ memoryMb: z.number().int(), quantity: decimalText })),
      disk: decimalText,
      /** Null without prices. */
      money: z
        .object({ reserved: decimalText, overage: decimalText, disk: decimalText, total: decimalText })
        .nullable(),
    }),
  ),
  /** The reserved size of least total; null without prices. */
  cheapest: decimalText.nullable(),
  problems: z.array(problem),
});

export type SoakView = z.infer<typeof soakView>;
export type AlertView = z.infer<typeof alertView>;
export type PipelineEntry = z.infer<typeof pipelineEntry>;
export type PipelinesOverview = z.infer<typeof pipelinesOverview>;
export type ParityRequest = z.infer<typeof parityRequest>;
export type ParityHourView = z.infer<typeof parityHour>;
export type ParityCauseCode = z.infer<typeof parityCauseCode>;
export type ParityCauseView = z.infer<typeof parityCause>;
export type ParityState = z.infer<typeof parityState>;
export type ParityView = z.infer<typeof parityView>;
export type ParityListRequest = z.infer<typeof parityListRequest>;
export type ParityRowView = z.infer<typeof parityRow>;
export type ParityWindow = z.infer<typeof parityWindow>;
export type ParityKey = z.infer<typeof parityKey>;
export type ParityDetail = z.infer<typeof parityDetail>;
export type RollupKind = z.infer<typeof rollupKind>;
export type RollupEffect = z.infer<typeof rollupEffect>;
export type RollupRequest = z.infer<typeof rollupRequest>;
export type RollupFinding = z.infer<typeof rollupFinding>;
export type RollupWindow = z.infer<typeof rollupWindow>;
export type CutoverCheck = z.infer<typeof cutoverCheck>;
export type CutoverRequest = z.infer<typeof cutoverRequest>;
export type CutoverPlan = z.infer<typeof cutoverPlan>;
export type SeamKind = z.infer<typeof seamKind>;
export type SeamRequest = z.infer<typeof seamRequest>;
export type SeamPiece = z.infer<typeof seamPiece>;
export type SeamWindow = z.infer<typeof seamWindow>;
export type CutoverReportRequest = z.infer<typeof cutoverReportRequest>;
export type ReservationRequest = z.infer<typeof reservationRequest>;
export type ReservationAnswer = z.infer<typeof reservationAnswer>;
