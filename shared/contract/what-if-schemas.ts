import { z } from 'zod';
import { decimalText, monthText, problem } from './schemas.ts';

export const whatIfPricesRequest = z.object({ meter: z.string(), currency: z.string().optional() });

/** A price of the catalog on a meter. */
export const whatIfPrice = z.object({
  id: z.string(),
  nickname: z.string().nullable(),
  product: z.string().nullable(),
  currency: z.string(),
  /** "Graduated, 3 tiers", "$0.0234 per unit". */
  summary: z.string(),
  isActive: z.boolean(),
  /** Subscription items on it. */
  items: z.number().int(),
  /** As Stripe writes it, indented: a start for one of one's own. */
  json: z.string(),
});

export const whatIfRequest = z.object({
  month: monthText,
  meter: z.string(),
  /** A price of the catalog, or the JSON of one as Stripe writes it. */
  price: z.union([z.object({ id: z.string() }), z.object({ json: z.string() })]),
  quantities: z.enum(['measured', 'metered']),
  offset: z.number().int().min(0),
  limit: z.number().int().min(1).max(500),
});

/** A month under another price, per customer. Money in major units; `now` is what the subscribed prices cost. */
export const whatIfResult = z.object({
  totals: z.array(
    z.object({
      currency: z.string(),
      customers: z.number().int(),
      now: decimalText,
      instead: decimalText,
      /** instead − now. */
      change: decimalText,
      /** change ÷ now; null where now is 0. */
      relative: decimalText.nullable(),
      /** Customers who would pay more, less, the same. */
      more: z.number().int(),
      less: z.number().int(),
      same: z.number().int(),
    }),
  ),
  /** Rows of all pages; the largest |change| first. */
  total: z.number().int(),
  offset: z.number().int(),
  rows: z.array(
    z.object({
      customer: z.string(),
      name: z.string().nullable(),
      currency: z.string(),
      quantity: decimalText,
      now: decimalText,
      instead: decimalText,
      change: decimalText,
      relative: decimalText.nullable(),
    }),
  ),
  /** Customers that could not take part, and why: "no subscription item on this meter", "another currency". */
  leftOut: z.array(z.object({ reason: z.string(), customers: z.number().int() })),
  /** What is wrong with the pasted price, at its place (`price.tiers[2].up_to`); then there are no rows. */
  problems: z.array(problem),
});

export type WhatIfPricesRequest = z.infer<typeof whatIfPricesRequest>;
export type WhatIfPrice = z.infer<typeof whatIfPrice>;
export type WhatIfRequest = z.infer<typeof whatIfRequest>;
export type WhatIfResult = z.infer<typeof whatIfResult>;
