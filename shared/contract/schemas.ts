import { z } from 'zod';
import { ERROR_CODES } from '../errors.ts';
import { BILLING_VERDICTS, CAUSES, VERDICTS } from '../reconciliation/result.ts';

/**
 * The shapes that cross both transports as JSON. Quantities and money are decimal text (money in major units, as
 * interfaces.md section 2 has it), instants ISO-8601 UTC text, months `YYYY-MM`.
 */
export const decimalText = z.string().regex(/^-?\d+(\.\d+)?$/);
export const monthText = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/);
export const instantText = z.string();
/** Half-open, UTC. */
export const periodText = z.object({ from: instantText, to: instantText });
export const verdict = z.enum(VERDICTS);
export const causeCode = z.enum(CAUSES);
export const billingVerdict = z.enum(BILLING_VERDICTS);

export const money = z.object({
  currency: z.string(),
  measured: decimalText.nullable(),
  metered: decimalText.nullable(),
  billed: decimalText.nullable(),
  difference: decimalText.nullable(),
  basis: z.literal('calendar_month').optional(),
});

export const cause = z.object({
  code: causeCode,
  confidence: z.enum(['high', 'medium', 'low']),
  evidence: z.string(),
  also: z.array(causeCode).optional(),
});

export const PITFALL_CODES = [
  'final_push_missing',
  'same_second_tie',
  'stamped_after_period',
  'old_total',
  'held_without_usage',
  'reset_impossible',
] as const;

/** Ways in which a meter that keeps the last value goes wrong. */
export const pitfallCode = z.enum(PITFALL_CODES);

/** A row of interfaces.md section 2. */
export const cellRow = z.object({
  customer: z.string().nullable(),
  usageId: z.string().nullable(),
  usageIds: z.array(z.string()),
  name: z.string().nullable(),
  meter: z.string(),
  unit: z.string(),
  measured: decimalText.nullable(),
  metered: decimalText.nullable(),
  billed: decimalText.nullable(),
  drift: z.object({ absolute: decimalText, relative: decimalText }).nullable(),
  verdict,
  structural: z.boolean(),
  cause: cause.nullable(),
  /** The id of the incident that the cell belongs to; absent: it belongs to none. */
  incident: z.string().optional(),
  /** What the invoice lines of the cell say against what Stripe metered; null where invoices were not pulled. */
  billing: z.object({ verdict: billingVerdict, line: z.string().nullable() }).nullable(),
  money: money.nullable(),
  /** What a push can say of the measured total, and what is rounded off; absent: it carries all of it. */
  rounding: z.object({ pushed: decimalText.nullable(), loss: decimalText.nullable() }).optional(),
  /** Absent: nothing seen. */
  pitfalls: z
    .array(
      z.object({
        code: pitfallCode,
        sentence: z.string(),
        /** Instants and quantities, as text. */
        evidence: z.record(z.string(), z.union([z.string(), z.array(z.string()).readonly()])).readonly(),
      }),
    )
    .optional(),
});

export const problem = z.object({
  severity: z.enum(['error', 'warning']).optional(),
  code: z.enum(ERROR_CODES),
  path: z.string().nullable(),
  message: z.string(),
  remedy: z.string().optional(),
});

export const errorDocument = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  path: z.string().nullable(),
  remedy: z.string().nullable(),
  problems: z.array(problem).readonly().optional(),
});

export const asOf = z.object({ clickhouse: instantText.nullable(), stripe: instantText.nullable() });

export const verdictCounts = z.record(verdict, z.number().int());

/** What the application shows of a workspace at all times. */
export const workspaceInfo = z.object({
  name: z.string(),
  folder: z.string(),
  meters: z.array(
    z.object({ key: z.string(), unit: z.string(), eventName: z.string().nullable(), template: z.string() }),
  ),
  /** Months with anything pulled, and the current one; ascending. */
  months: z.array(monthText),
  currentMonth: monthText,
  /** The present as the workspace sees it: the clock of the sample stands still. */
  now: instantText,
  toolVersion: z.string(),
  isSample: z.boolean(),
});

export const recentWorkspace = z.object({
  folder: z.string(),
  name: z.string(),
  openedAt: instantText,
  exists: z.boolean(),
});

/** Money that does not tie out: |difference| of the cells that do not agree, added up, per currency. */
export const moneyAtRisk = z.object({ currency: z.string(), amount: decimalText, cells: z.number().int() });

/** One square of the months matrix: a meter in a month. */
export const matrixSquare = z.object({
  meter: z.string(),
  cells: z.number().int(),
  structural: z.number().int(),
  byVerdict: verdictCounts,
  /** The worst verdict of the square, for its mark; null where nothing was pulled. */
  verdict: verdict.nullable(),
  measured: decimalText.nullable(),
  metered: decimalText.nullable(),
  drift: z.object({ absolute: decimalText, relative: decimalText }).nullable().optional(),
  money: z.array(money),
});

export const monthColumn = z.object({
  month: monthText,
  /** `empty`: nothing pulled. `partial`: a source or a meter is missing. */
  state: z.enum(['empty', 'partial', 'ties_out', 'structural', 'invalid']),
  isOpen: z.boolean(),
  asOf,
  money: z.array(money),
  atRisk: z.array(moneyAtRisk).optional(),
  structural: z.number().int(),
  cells: z.number().int(),
  squares: z.array(matrixSquare),
});

export const monthsMatrix = z.object({
  months: z.array(monthColumn),
  meters: z.array(
    z.object({
      key: z.string(),
      unit: z.string(),
      /** Measured totals of the months, oldest first, as shares of the largest (0–1000), for the sparkline. */
      sparkline: z.array(z.number().int().nullable()),
    }),
  ),
});

export const meterSummary = z.object({
  meter: z.string(),
  unit: z.string(),
  cells: z.number().int(),
  structural: z.number().int(),
  byVerdict: verdictCounts,
  verdict: verdict.nullable(),
  measured: decimalText.nullable(),
  metered: decimalText.nullable(),
  billed: decimalText.nullable(),
  drift: z.object({ absolute: decimalText, relative: decimalText }).nullable(),
  money: z.array(money),
  /** Customers whose verdict is structural. */
  structuralCells: z.number().int(),
});

/** What the data of a month is like: one entry for each check that found something, worst first. */
export const monthQuality = z.object({
  /** `not_checked`: of some meter nothing is known. */
  decision: z.enum(['pass', 'warn', 'blocked', 'not_checked']),
  checks: z.number().int(),
  unchecked: z.array(z.string()),
  findings: z.array(
    z.object({
      check: z.string(),
      level: z.enum(['failed', 'warning']),
      remedy: z.string().nullable(),
      lines: z.array(
        z.object({
          level: z.enum(['failed', 'warning']),
          /** Meters of which the sentence holds: those of one table share its rows. */
          meters: z.array(z.string()),
          /** The usage id, where it is one alone. */
          customer: z.string().nullable(),
          sentence: z.string(),
        }),
      ),
    }),
  ),
});

export const monthSummary = z.object({
  month: monthText,
  period: periodText,
  isOpen: z.boolean(),
  asOf,
  cells: z.number().int(),
  structural: z.number().int(),
  byVerdict: verdictCounts,
  byCause: z.array(z.object({ code: causeCode, cells: z.number().int() })),
  skippedIdle: z.number().int(),
  unconfiguredMeters: z.array(z.object({ eventName: z.string(), metered: decimalText })),
  money: z.array(money),
  /** Sum of the positive differences (usage that Stripe does not hold) and of the negative ones, per currency. */
  unbilled: z.array(z.object({ currency: z.string(), amount: decimalText, cells: z.number().int() })),
  overbilled: z.array(z.object({ currency: z.string(), amount: decimalText, cells: z.number().int() })),
  /** Cells per billing verdict; a cell without one is in none. */
  byBilling: z.record(billingVerdict, z.number().int()),
  /** What Stripe metered against what finalised invoices charge, or should charge, per currency; drafts are left out. */
  billedAgainstMetered: z.array(
    z.object({
      currency: z.string(),
      metered: decimalText,
      billed: decimalText,
      /** metered − billed: positive is metered usage that no invoice charges. */
      difference: decimalText,
      /** Cells whose invoice lines do not agree. */
      cells: z.number().int(),
    }),
  ),
  meters: z.array(meterSummary),
  quality: monthQuality,
  warnings: z.array(problem),
  exit: z.number().int().min(0).max(3),
  run: z.object({ id: z.number().int(), contentHash: z.string(), finishedAt: instantText }).nullable(),
});

export const cellsFilter = z.object({
  verdicts: z.array(verdict).optional(),
  structuralOnly: z.boolean().optional(),
  meters: z.array(z.string()).optional(),
  causes: z.array(causeCode).optional(),
  /** The id of an incident: its cells. */
  incident: z.string().optional(),
  billing: z.array(billingVerdict).optional(),
  currency: z.string().optional(),
  /** Smallest |difference| in major units. */
  minDifference: decimalText.optional(),
  /** Part of the customer's name, id or usage id; case-insensitive. */
  search: z.string().optional(),
});

/** What a month is written as; `pdf` is the close report, `package` the close package of a locked month. */
export const EXPORT_FORMATS = ['csv', 'xlsx', 'json', 'pdf', 'package'] as const;
export const exportFormat = z.enum(EXPORT_FORMATS);

/** A report and a package are of the whole month, whatever the filter. */
export const exportRequest = z.object({ month: monthText, filter: cellsFilter, format: exportFormat });

export const cellsSort = z.object({
  /** `default` is the published order; `concern` puts what does not tie out first, the most affected currency before others. */
  by: z.enum([
    'default',
    'concern',
    'customer',
    'meter',
    'measured',
    'metered',
    'drift',
    'relative',
    'verdict',
    'cause',
    'difference',
  ]),
  direction: z.enum(['ascending', 'descending']),
});

export const cellsRequest = z.object({
  month: monthText,
  filter: cellsFilter,
  sort: cellsSort,
  offset: z.number().int().min(0),
  limit: z.number().int().min(1).max(500),
});

export const cellsWindow = z.object({
  total: z.number().int(),
  all: z.number().int(),
  offset: z.number().int(),
  rows: z.array(cellRow),
  /** Sums of all filtered rows, per currency. */
  money: z.array(money),
});

export const cellKey = z.object({
  month: monthText,
  meter: z.string(),
  customer: z.string().nullable(),
  usageId: z.string().nullable(),
});

export const hourPoint = z.object({
  at: instantText,
  /** In the billed unit; increments for summing meters, levels for others. Null: nothing known for this hour. */
  measured: decimalText.nullable(),
  metered: decimalText.nullable(),
  measuredCumulative: decimalText.nullable(),
  meteredCumulative: decimalText.nullable(),
  difference: decimalText.nullable(),
});

/** One line of a rated quantity. All amounts are major units; `exact` is unrounded, `upTo` null is the open tier. */
export const priceLine = z.object({
  price: z.string(),
  tier: z.number().int(),
  type: z.enum(['usage', 'flat']),
  upTo: decimalText.nullable(),
  unitAmount: decimalText.nullable(),
  quantity: decimalText,
  exact: decimalText,
  amount: decimalText,
});

export const cellDetail = z.object({
  row: cellRow,
  /** One sentence without jargon: "Stripe holds 360 CPU-seconds less than was used". */
  sentence: z.string(),
  remedy: z.string().nullable(),
  hours: z.array(hourPoint),
  hasMeteredHours: z.boolean(),
  /** Half-open ranges of hours that explain the drift. */
  explainedBy: z.array(z.object({ from: instantText, to: instantText, label: z.string() })),
  priceImpact: z.object({ currency: z.string(), measured: z.array(priceLine), metered: z.array(priceLine) }).nullable(),
  /** What the invoices say of this cell; null where the row has no billing verdict. */
  billing: z
    .object({
      /** "The invoice charges 3,240 CPU-seconds, 360 less than Stripe metered." */
      sentence: z.string(),
      remedy: z.string().nullable(),
      /** The lines that were counted, or that stand in the way (a draft, a second one). */
      lines: z.array(
        z.object({
          id: z.string(),
          invoice: z.string(),
          number: z.string().nullable(),
          status: z.string(),
          subscription: z.string().nullable(),
          servicePeriod: periodText,
          quantity: decimalText.nullable(),
          amount: decimalText,
          currency: z.string(),
        }),
      ),
    })
    .nullable(),
  provenance: z.object({
    usage: z
      .object({
        pulledAt: instantText,
        source: z.string(),
        template: z.string(),
        query: z.string(),
        scale: z.string(),
        native: decimalText.nullable(),
        /** native × scale in lowest terms ("10/3"); the row rounds it to 12 places. */
        exact: z.string().nullable().optional(),
        /** What a push can say of the total, and what is rounded off; null: it carries all of it. */
        rounding: z.object({ pushed: decimalText.nullable(), loss: decimalText.nullable() }).nullable().optional(),
        evidence: z.array(z.object({ key: z.string(), value: z.string() })),
      })
      .nullable(),
    stripe: z
      .object({
        pulledAt: instantText,
        meterId: z.string().nullable(),
        eventName: z.string().nullable(),
        formula: z.string().nullable(),
      })
      .nullable(),
  }),
});

export const jobKind = z.enum(['pull', 'reconcile', 'export', 'demo', 'dry_run', 'prove']);
export const jobState = z.enum(['queued', 'running', 'cancelling', 'cancelled', 'failed', 'done']);

/** A long piece of work. `total` and `secondsLeft` are null while they are unknown. */
export const job = z.object({
  id: z.string(),
  kind: jobKind,
  title: z.string(),
  month: monthText.nullable(),
  state: jobState,
  step: z.string(),
  done: z.number(),
  total: z.number().nullable(),
  unit: z.string(),
  ratePerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  startedAt: instantText,
  finishedAt: instantText.nullable(),
  error: errorDocument.nullable(),
  /** For people: "12,480 rows · 1,240 requests". */
  summary: z.string().nullable(),
  /** A path inside the workspace, for an export. */
  output: z.string().nullable(),
});

export const pullRequest = z.object({
  month: monthText,
  /** Whole hours, half-open: only these are computed anew, from ClickHouse alone. */
  slice: periodText.optional(),
  meters: z.array(z.string()).optional(),
  customers: z.array(z.string()).optional(),
  skipIdle: z.boolean().optional(),
  hourly: z.enum(['drifting', 'all']).optional(),
});

/** One finished pull of one meter, month and source, for the Activity screen. */
export const pullRecord = z.object({
  id: z.number().int(),
  month: monthText,
  meter: z.string(),
  source: z.enum(['clickhouse', 'stripe']),
  state: z.enum(['running', 'complete', 'failed', 'cancelled', 'superseded']),
  startedAt: instantText,
  finishedAt: instantText.nullable(),
  rows: z.number().int(),
  requests: z.number().int(),
  isInForce: z.boolean(),
});

export type WorkspaceInfo = z.infer<typeof workspaceInfo>;
export type RecentWorkspace = z.infer<typeof recentWorkspace>;
export type MonthsMatrix = z.infer<typeof monthsMatrix>;
export type MonthColumn = z.infer<typeof monthColumn>;
export type MatrixSquare = z.infer<typeof matrixSquare>;
export type MonthSummary = z.infer<typeof monthSummary>;
export type MonthQuality = z.infer<typeof monthQuality>;
export type MeterSummary = z.infer<typeof meterSummary>;
export type CellRow = z.infer<typeof cellRow>;
export type ExportFormat = z.infer<typeof exportFormat>;
export type ExportRequest = z.infer<typeof exportRequest>;
export type CellsFilter = z.infer<typeof cellsFilter>;
export type CellsSort = z.infer<typeof cellsSort>;
export type CellsRequest = z.infer<typeof cellsRequest>;
export type CellsWindow = z.infer<typeof cellsWindow>;
export type CellKey = z.infer<typeof cellKey>;
export type CellDetail = z.infer<typeof cellDetail>;
export type HourPoint = z.infer<typeof hourPoint>;
export type MoneyRow = z.infer<typeof money>;
export type Job = z.infer<typeof job>;
export type JobState = z.infer<typeof jobState>;
export type PullRequest = z.infer<typeof pullRequest>;
export type PullRecord = z.infer<typeof pullRecord>;
