import { z } from 'zod';
import { asOf, decimalText, monthText, periodText } from './schemas.ts';

/** Why a rated line is not what the invoice says (interfaces.md section 6, `prove`). */
export const PROOF_CAUSES = ['manual_edit', 'rounding', 'price_changed', 'proration', 'unknown_feature'] as const;
export const proofCause = z.enum(PROOF_CAUSES);

/** A setting of `rating:` in tieout.yaml and the value that it would take. */
export const ratingSetting = z.object({ option: z.string(), value: z.string() });

/** Months null: all history. */
export const proofRequest = z.object({ month: monthText.nullable() });

const provenLine = z.object({
  invoice: z.string(),
  number: z.string().nullable(),
  line: z.string(),
  customer: z.string(),
  name: z.string().nullable(),
  description: z.string(),
  /** Key of the configured meter, where it is one. */
  meter: z.string().nullable(),
  servicePeriod: periodText,
  currency: z.string(),
});

/** The engine against history: every finalised invoice line of the cache, rated again. Money in major units. */
export const proofSummary = z.object({
  month: monthText.nullable(),
  asOf,
  /** Lines of metered prices on open, paid and uncollectible invoices. */
  lines: z.number().int(),
  exact: z.number().int(),
  licensed: z.object({ lines: z.number().int(), exact: z.number().int() }),
  /** Discounts, credits and taxes of the same invoices, made again. */
  adjustments: z.object({ steps: z.number().int(), exact: z.number().int() }),
  invoices: z.number().int(),
  /** The rating options in force; those that are not Stripe's assumed default are marked. */
  options: z.array(z.object({ option: z.string(), value: z.string(), isDefault: z.boolean(), meaning: z.string() })),
  /** Settings that would make more lines exact, the most helpful first. */
  suggestions: z.array(
    z.object({
      option: z.string(),
      value: z.string(),
      /** Lines that would become exact. */
      gains: z.number().int(),
      /** Lines that are exact now and would not be. */
      losses: z.number().int(),
      sentence: z.string(),
    }),
  ),
  byCause: z.array(z.object({ cause: proofCause, lines: z.number().int() })),
  /** At most 1,000 of them, the largest |difference| first; `differingTotal` counts all. */
  differing: z.array(
    provenLine.extend({
      rated: decimalText,
      billed: decimalText,
      /** rated − billed. */
      difference: decimalText,
      cause: proofCause,
      /** The setting that would make it exact. */
      setting: ratingSetting.nullable(),
    }),
  ),
  differingTotal: z.number().int(),
  /** At most 1,000 of them. */
  unratable: z.array(provenLine.extend({ billed: decimalText, reason: z.string() })),
  unratableTotal: z.number().int(),
  /** What the measured quantities should have been billed, over the lines whose usage was pulled. */
  asMeasured: z.array(
    z.object({
      currency: z.string(),
      lines: z.number().int(),
      billed: decimalText,
      rated: decimalText,
      /** rated − billed: positive was not billed. */
      difference: decimalText,
    }),
  ),
});

export type ProofRequest = z.infer<typeof proofRequest>;
export type ProofSummary = z.infer<typeof proofSummary>;
export type ProofCause = z.infer<typeof proofCause>;
