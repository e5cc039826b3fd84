import { z } from 'zod';
import { ERROR_CODES } from '../errors.ts';
import { invoiceDetail } from './invoice-schemas.ts';
import { decimalText, instantText, monthText, periodText, problem } from './schemas.ts';

/** `built-in/NAME` or `own/NAME`, the latter a file of the workspace's scenarios folder. */
export const scenarioId = z.string().regex(/^(?:built-in|own)\/[^/\\]+$/);
/** Of a text, by which it is asked for once it was checked. */
const digest = z.string();

export const scenarioEntry = z.object({
  id: scenarioId,
  /** Of the file, without its ending. */
  name: z.string(),
  /** As the scenario calls itself; null where it cannot be read. */
  title: z.string().nullable(),
  isBuiltIn: z.boolean(),
  /** The first thing that is wrong with it. */
  problem: z.string().nullable(),
});

export const scenarioText = z.object({
  id: scenarioId,
  name: z.string(),
  isBuiltIn: z.boolean(),
  text: z.string(),
  /** What a save has to know, so that nothing is overwritten that was never seen. */
  known: z.string().nullable(),
});

export const scenarioProblem = z.object({
  code: z.enum(ERROR_CODES),
  path: z.string().nullable(),
  message: z.string(),
  remedy: z.string().nullable(),
  /** In the text, from 1; null where the problem has no place. */
  line: z.number().int().nullable(),
  column: z.number().int().nullable(),
});

/** An instant at which something happens, to which the clock can be moved. */
export const clockHead = z.object({
  at: instantText,
  /** Usage reports that were taken, and those that were late, dropped, refused or of no invoice. */
  accepted: z.number().int(),
  troubled: z.number().int(),
  /** What else happens, each kind once, in its order. */
  events: z.array(z.string()),
  /** Rows of the timeline up to here, with nothing unfolded. */
  rows: z.number().int(),
});

export const scenarioOverview = z.object({
  name: z.string(),
  start: instantText,
  end: instantText,
  customers: z.number().int(),
  subscriptions: z.number().int(),
  usage: z.number().int(),
  /** Usage is shown by the day. */
  isGrouped: z.boolean(),
  heads: z.array(clockHead),
});

export const scenarioCheck = z.object({
  digest,
  problems: z.array(scenarioProblem),
  /** Null where it cannot be read or played. */
  overview: scenarioOverview.nullable(),
});

export const stateRequest = z.object({ digest, at: instantText });

export const simulatedInvoiceRow = z.object({
  id: z.string(),
  customer: z.object({ id: z.string(), name: z.string().nullable() }),
  subscription: z.string(),
  reason: z.enum(['creation', 'cycle', 'update', 'cancellation']),
  status: z.enum(['draft', 'open', 'paid', 'uncollectible', 'void']),
  period: periodText,
  created: instantText,
  /** When it was made final, or is to be. */
  finalizes: instantText,
  currency: z.string(),
  total: decimalText,
  amountDue: decimalText,
  isComplete: z.boolean(),
});

export const simulatedMeterRow = z.object({
  customer: z.object({ id: z.string(), name: z.string().nullable() }),
  meter: z.string(),
  event: z.string(),
  period: periodText,
  measured: decimalText,
  metered: decimalText,
  /** Null where no invoice covers the period yet. */
  billed: decimalText.nullable(),
  /** measured − billed, signed; null where nothing is billed yet. */
  drift: decimalText.nullable(),
  /** Of what was billed; null where nothing is. */
  driftShare: decimalText.nullable(),
  /** Within the scenario's epsilon; null where nothing is billed yet. */
  passes: z.boolean().nullable(),
  /** 0 to 1 of the largest of the three, to draw them by. */
  shares: z.object({ measured: z.number(), metered: z.number(), billed: z.number().nullable() }),
});

export const simulatedExpectation = z.object({
  path: z.string(),
  held: z.boolean().nullable(),
  expected: z.string(),
  found: z.string(),
});

export const simulationState = z.object({
  at: instantText,
  isOver: z.boolean(),
  /** The newest first; `invoiceCount` of all. */
  invoices: z.array(simulatedInvoiceRow),
  invoiceCount: z.number().int(),
  meters: z.array(simulatedMeterRow),
  meterCount: z.number().int(),
  drift: z.object({ epsilon: decimalText, cells: z.number().int(), failing: z.number().int() }),
  /** Those that did not hold first. */
  expectations: z.array(simulatedExpectation),
  expectationCounts: z.object({ held: z.number().int(), failed: z.number().int(), undecided: z.number().int() }),
  /** As the command's exit code. */
  exit: z.union([z.literal(0), z.literal(1), z.literal(3)]),
});

export const simulatedInvoiceRequest = z.object({ digest, at: instantText, invoice: z.string() });
export const simulatedInvoice = simulatedInvoiceRow.extend({ detail: invoiceDetail });

export const timelineRequest = z.object({
  digest,
  /** Keys of the groups of usage that are shown report by report. */
  unfolded: z.array(z.string()),
  offset: z.number().int().min(0),
  limit: z.number().int().min(1).max(500),
});

export const timelineRow = z.object({
  key: z.string(),
  at: instantText,
  /** Index of the head at which it has happened. */
  head: z.number().int(),
  /** A type of the timeline (docs/simulation.md), or `usage` for the reports of a day. */
  type: z.string(),
  /** Belongs to the group above it. */
  isInner: z.boolean(),
  usage: z
    .object({
      event: z.string(),
      customer: z.string(),
      value: z.string(),
      timestamp: instantText,
      identifier: z.string().nullable(),
      isLate: z.boolean(),
      /** Why a meter refused it. */
      reason: z.string().nullable(),
      /** Where it stands in the scenario. */
      path: z.string().nullable(),
    })
    .nullable(),
  group: z
    .object({
      from: instantText,
      accepted: z.number().int(),
      late: z.number().int(),
      duplicates: z.number().int(),
      refused: z.number().int(),
      tooLate: z.number().int(),
      cancelled: z.number().int(),
    })
    .nullable(),
  /** A subscription, an owner, an invoice, a grant: what it is about. */
  about: z.string().nullable(),
  /** Of an action what is done, of a discount its coupon. */
  name: z.string().nullable(),
  detail: z.string().nullable(),
  period: periodText.nullable(),
  invoice: z.string().nullable(),
  money: z.object({ amount: decimalText, currency: z.string() }).nullable(),
});

export const timelineWindow = z.object({
  /** Rows with what is unfolded; `all` without. */
  total: z.number().int(),
  all: z.number().int(),
  rows: z.array(timelineRow),
});

export const compareRequest = z.object({ left: digest, right: digest });
export const runDifference = z.object({
  subject: z.enum(['invoice', 'line', 'meter', 'expectation']),
  customer: z.string().nullable(),
  period: periodText.nullable(),
  /** The invoice, the line, the meter or the path. */
  name: z.string(),
  field: z.string(),
  /** Null: that run has no such thing. */
  left: z.string().nullable(),
  right: z.string().nullable(),
  /** right − left, where both are amounts or quantities. */
  difference: decimalText.nullable(),
  /** Of amounts; else null. */
  currency: z.string().nullable(),
});
export const runComparison = z.object({
  /** Figures that were laid beside each other. */
  compared: z.number().int(),
  total: z.number().int(),
  rows: z.array(runDifference),
});

export const fromCustomerRequest = z.object({
  customer: z.string(),
  month: monthText,
  quantities: z.enum(['metered', 'measured']),
  /** `4h`, or `2026-05-31T20:00Z/4h`; null: nothing is late. */
  late: z.string().nullable(),
  /** `1d`; null: until an hour after the invoice is final. */
  delay: z.string().nullable(),
  grace: z.string().nullable(),
});
/** A scenario made of the cache, and in what it is not quite what the cache holds. */
export const scenarioDraft = z.object({ name: z.string(), text: z.string(), notes: z.array(problem) });

export const scenarioSaveRequest = z.object({
  name: z.string(),
  text: z.string(),
  /** Null: a file of its own that there must not be yet. */
  known: z.string().nullable(),
});
export const scenarioRemoveRequest = z.object({ id: scenarioId, known: z.string() });

export type ScenarioEntry = z.infer<typeof scenarioEntry>;
export type ScenarioFile = z.infer<typeof scenarioText>;
export type ScenarioProblem = z.infer<typeof scenarioProblem>;
export type ScenarioCheck = z.infer<typeof scenarioCheck>;
export type ScenarioOverview = z.infer<typeof scenarioOverview>;
export type ClockHead = z.infer<typeof clockHead>;
export type StateRequest = z.infer<typeof stateRequest>;
export type SimulationState = z.infer<typeof simulationState>;
export type SimulatedInvoiceRow = z.infer<typeof simulatedInvoiceRow>;
export type SimulatedMeterRow = z.infer<typeof simulatedMeterRow>;
export type SimulatedExpectation = z.infer<typeof simulatedExpectation>;
export type SimulatedInvoiceRequest = z.infer<typeof simulatedInvoiceRequest>;
export type SimulatedInvoiceView = z.infer<typeof simulatedInvoice>;
export type TimelineRequest = z.infer<typeof timelineRequest>;
export type TimelineRow = z.infer<typeof timelineRow>;
export type TimelineWindow = z.infer<typeof timelineWindow>;
export type CompareRequest = z.infer<typeof compareRequest>;
export type RunDifference = z.infer<typeof runDifference>;
export type RunComparison = z.infer<typeof runComparison>;
export type FromCustomerRequest = z.infer<typeof fromCustomerRequest>;
export type ScenarioDraft = z.infer<typeof scenarioDraft>;
export type ScenarioSaveRequest = z.infer<typeof scenarioSaveRequest>;
export type ScenarioRemoveRequest = z.infer<typeof scenarioRemoveRequest>;
