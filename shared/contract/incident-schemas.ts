import { z } from 'zod';
import { causeCode, cellKey, decimalText, instantText, monthText, periodText } from './schemas.ts';

/**
 * Why numbers are off: cells that one thing went wrong for are one incident. Quantities and money are measured − metered
 * (positive is usage that Stripe does not hold), as decimal text, money in major units.
 */
export const confidence = z.enum(['high', 'medium', 'low']);

export const REMEDY_FILE_KINDS = ['meter_events', 'invoice_items', 'mapping', 'late_corrections'] as const;

/**
 * What a file that mends something holds. `meter_events`: events to send to Stripe, one JSON object a line, with
 * identifiers that cannot count twice. `invoice_items`: what to charge or credit where meter events are no longer taken.
 * `mapping`: lines of the customers file. `late_corrections`: what the late-usage engines would book.
 */
export const remedyFileKind = z.enum(REMEDY_FILE_KINDS);

export const remedyFile = z.object({
  /** Unique in the month, and the name under which it is written: `2026-05-missed-push-events.jsonl`. */
  name: z.string(),
  kind: remedyFileKind,
  /** "48 meter events for 12 customers, worth 4,320 CPU-seconds" */
  sentence: z.string(),
  /** Events, items or lines; null where there are so many cells that they are counted only when the file is written. */
  entries: z.number().int().nullable(),
});

export const incident = z.object({
  /** Names the fault and stays as it is when a cell comes or goes: `2026-05/missed_push/315-319`. */
  id: z.string(),
  code: causeCode,
  /** "The pushes of 14 May 03:00–07:00 UTC are missing for 412 customers on 3 meters, worth $8,113.20." */
  sentence: z.string(),
  remedy: z.string(),
  /** Of the least certain cell. */
  confidence,
  cells: z.number().int(),
  customers: z.number().int(),
  meters: z.array(z.string()),
  /** From the first hour to the end of the last; null where it concerns the whole month, or no hours. */
  hours: periodText.nullable(),
  /** `"1024"` too large or `"1/1000"` too small of a unit error, hours of a shift; null where nothing of the kind. */
  factor: z.string().nullable(),
  quantities: z.array(z.object({ meter: z.string(), unit: z.string(), worth: decimalText })),
  /** By currency; cells without a price are in none. */
  money: z.array(z.object({ currency: z.string(), difference: decimalText })),
});

export const incidentsRequest = z.object({ month: monthText });

/** All that is known of why the month is off, the largest money first. */
export const monthIncidents = z.object({
  month: monthText,
  incidents: z.array(incident),
  /** Drifting cells of which no cause is known, and what they are worth without signs. */
  unexplained: z.object({
    cells: z.number().int(),
    money: z.array(z.object({ currency: z.string(), difference: decimalText })),
  }),
  /** Drifting cells that were not looked at by the hour, because there are too many; 0: all were. */
  notAsked: z.number().int(),
});

/** `cell`: only what concerns that cell. */
export const remedyRequest = z.object({ month: monthText, incident: z.string(), cell: cellKey.optional() });

/** What to do about an incident. */
export const incidentRemedy = z.object({
  incident,
  /** In the user's terms, what cannot be done any more included: one sentence each. */
  steps: z.array(z.string()),
  files: z.array(
    remedyFile.extend({
      /** The first lines of the file, to look at. */
      preview: z.string(),
    }),
  ),
});

export const remedyFileRequest = remedyRequest.extend({ file: z.string() });

/** One fault of a cell. */
export const cellClaim = z.object({
  code: causeCode,
  sentence: z.string(),
  /** Half-open, ascending. */
  hours: z.array(periodText),
  /** What it explains of the drift, in the billed unit. */
  worth: decimalText,
  factor: z.string().nullable(),
  /** The customer or usage id that has the other half. */
  counterpart: z.string().nullable(),
});

/** Why one cell is off. */
export const cellCause = z.object({
  code: causeCode,
  confidence,
  sentence: z.string(),
  /** The faults that explain the drift together, largest share first; empty where it is told by no hours. */
  claims: z.array(cellClaim),
  /** What they leave unexplained of measured − metered. */
  left: decimalText.nullable(),
  /** Where it is unexplained: what comes nearest, best first. */
  candidates: z.array(causeCode),
  /**
   * What Stripe would hold by the hour if this were true, for the hours of the cell's detail and in their order: what each
   * hour adds, and the total so far. Empty where no hours tell it.
   */
  prediction: z.array(z.object({ at: instantText, value: decimalText, cumulative: decimalText })),
  incident: incident.nullable(),
  remedy: z.string().nullable(),
});

export type RemedyFileKind = z.infer<typeof remedyFileKind>;
export type IncidentView = z.infer<typeof incident>;
export type IncidentsRequest = z.infer<typeof incidentsRequest>;
export type MonthIncidents = z.infer<typeof monthIncidents>;
export type RemedyRequest = z.infer<typeof remedyRequest>;
export type IncidentRemedy = z.infer<typeof incidentRemedy>;
export type RemedyFileRequest = z.infer<typeof remedyFileRequest>;
export type CellClaim = z.infer<typeof cellClaim>;
export type CellCause = z.infer<typeof cellCause>;
