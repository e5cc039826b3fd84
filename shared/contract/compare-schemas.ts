import { z } from 'zod';
import { asOf, decimalText, monthText, periodText, priceLine } from './schemas.ts';

/**
 * Two months side by side. Money is decimal text in major units; the parts of a change always sum to it. A positive part
 * makes the second month larger.
 */
export const fluxBasis = z.enum(['billed', 'metered', 'measured']);

const PARTS = ['usage', 'price', 'mix', 'new', 'lost', 'credits', 'corrections'] as const;
export const fluxPart = z.enum(PARTS);

/** Why a cell has no amount. */
export const fluxLack = z.enum([
  'not_pulled',
  'invalid',
  'unmapped',
  'no_price',
  'several_currencies',
  'not_billed',
  'not_final',
  'misaligned',
]);

/** Without a basis: `billed` where both months have finalised invoices, else `metered`. */
const months = { from: monthText, to: monthText, basis: fluxBasis.optional() };

/** Both must be reached; without them, those of tieout.yaml. */
const materiality = z.object({ minAmount: decimalText, minRelative: decimalText });

const parts = z.record(fluxPart, decimalText);

const change = {
  from: decimalText,
  to: decimalText,
  change: decimalText,
  parts,
  /** Of the first month; null where that is 0. */
  relative: decimalText.nullable(),
};

export const fluxRow = z.object({
  customer: z.string(),
  name: z.string().nullable(),
  meter: z.string(),
  unit: z.string(),
  currency: z.string(),
  ...change,
  /** Null where the customer had nothing at all in that month. */
  quantity: z.object({ from: decimalText.nullable(), to: decimalText.nullable() }),
  material: z.boolean(),
});

const sums = { ...change, rows: z.number().int(), material: z.number().int() };

export const fluxTotal = z.object({
  currency: z.string(),
  ...sums,
  meters: z.array(z.object({ meter: z.string(), unit: z.string(), ...sums })),
});

export const fluxLacking = z.object({
  customer: z.string().nullable(),
  name: z.string().nullable(),
  meter: z.string(),
  /** Null: nothing is lacking in that month. */
  from: fluxLack.nullable(),
  to: fluxLack.nullable(),
});

export const fluxSummaryRequest = z.object({ ...months, materiality: materiality.optional() });

export const fluxSummary = z.object({
  from: monthText,
  to: monthText,
  basis: fluxBasis,
  isBasisGiven: z.boolean(),
  asOf: z.object({ from: asOf, to: asOf }),
  materiality,
  /** Those of tieout.yaml. */
  defaults: materiality,
  /** In byte order of the currencies; with the rows that moved most. */
  totals: z.array(fluxTotal.extend({ movers: z.array(fluxRow) })),
  /** Months of which nothing at all was pulled. */
  emptyMonths: z.array(monthText),
  notPulled: z.array(z.object({ month: monthText, meter: z.string() })),
  /** Cells that stand in no sum, because an amount is not known; the first of them by name. */
  lacking: z.object({
    cells: z.number().int(),
    byReason: z.array(z.object({ reason: fluxLack, cells: z.number().int() })),
    first: z.array(fluxLacking),
  }),
});

export const fluxFilter = z.object({
  materialOnly: z.boolean().optional(),
  /** Rows that one of these parts moved. */
  parts: z.array(fluxPart).optional(),
  meters: z.array(z.string()).optional(),
  currency: z.string().optional(),
  /** Part of the customer's name or id; case-insensitive. */
  search: z.string().optional(),
});

export const FLUX_SORTS = ['default', 'customer', 'meter', 'from', 'to', 'change', 'relative', ...PARTS] as const;

export const fluxSort = z.object({
  /** `default`: currency by currency, the largest |change| first. */
  by: z.enum(FLUX_SORTS),
  direction: z.enum(['ascending', 'descending']),
});

export const fluxListRequest = z.object({
  ...months,
  materiality: materiality.optional(),
  filter: fluxFilter,
  sort: fluxSort,
  offset: z.number().int().min(0),
  limit: z.number().int().min(1).max(500),
});

export const fluxWindow = z.object({
  total: z.number().int(),
  all: z.number().int(),
  offset: z.number().int(),
  rows: z.array(fluxRow),
  /** Sums of all filtered rows. */
  totals: z.array(fluxTotal),
});

export const fluxKey = z.object({ ...months, customer: z.string(), meter: z.string(), currency: z.string() });

const fluxSide = z.object({
  quantity: decimalText,
  /** What the lines come to, before anything is taken off. */
  gross: decimalText,
  credits: decimalText,
  corrections: decimalText,
  amount: decimalText,
  /** The quantity through the month's prices, tier by tier; empty where no price is known. */
  lines: z.array(priceLine),
  /** Corrections of other periods that stand on this month's invoices. */
  booked: z.array(z.object({ amount: decimalText, servicePeriod: periodText })),
});

export const fluxDetail = z.object({
  from: monthText,
  to: monthText,
  basis: fluxBasis,
  row: fluxRow,
  /** Null where the customer had nothing at all in that month. */
  sides: z.object({ from: fluxSide.nullable(), to: fluxSide.nullable() }),
  /** How each part came about, in the order of the parts; parts of 0 that nothing is to be said of are left out. */
  explained: z.array(z.object({ part: fluxPart, amount: decimalText, text: z.string() })),
});

export type FluxBasis = z.infer<typeof fluxBasis>;
export type FluxPart = z.infer<typeof fluxPart>;
export type FluxLack = z.infer<typeof fluxLack>;
export type FluxSummaryRequest = z.infer<typeof fluxSummaryRequest>;
export type FluxSummaryView = z.infer<typeof fluxSummary>;
export type FluxTotalView = z.infer<typeof fluxTotal>;
export type FluxRowView = z.infer<typeof fluxRow>;
export type FluxFilter = z.infer<typeof fluxFilter>;
export type FluxSort = z.infer<typeof fluxSort>;
export type FluxListRequest = z.infer<typeof fluxListRequest>;
export type FluxWindow = z.infer<typeof fluxWindow>;
export type FluxKey = z.infer<typeof fluxKey>;
export type FluxDetail = z.infer<typeof fluxDetail>;
