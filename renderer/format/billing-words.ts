import type { InvoiceState } from '../../shared/contract/invoice-schemas.ts';
import type { ProofCause } from '../../shared/contract/proof-schemas.ts';
import type { CellRow } from '../../shared/contract/schemas.ts';
import type { Mark, Tone } from './words.ts';

export type BillingVerdict = NonNullable<CellRow['billing']>['verdict'];

type Words = {
  readonly word: string;
  readonly mark: Mark;
  readonly tone: Tone;
  /** What it means, for someone who never saw it. */
  readonly meaning: string;
};

/** What the invoice lines of a cell say against what Stripe metered, what is wrong first. */
export const BILLING_WORDS: Readonly<Record<BillingVerdict, Words>> = {
  line_missing: {
    word: 'Not billed',
    mark: 'missing',
    tone: 'structural',
    meaning: 'Stripe metered usage, but the invoice of an item has no line for it.',
  },
  line_twice: {
    word: 'Billed twice',
    mark: 'twice',
    tone: 'structural',
    meaning: 'Two invoice lines charge the same usage.',
  },
  quantity_differs: {
    word: 'Other quantity',
    mark: 'differs',
    tone: 'structural',
    meaning: 'The invoice charges another quantity than Stripe metered.',
  },
  price_differs: {
    word: 'Other price',
    mark: 'differs',
    tone: 'structural',
    meaning: 'The invoice charges at a price that is not the subscribed one.',
  },
  amount_differs: {
    word: 'Other amount',
    mark: 'differs',
    tone: 'structural',
    meaning: 'Quantity and price agree, but the amount is not what they come to.',
  },
  misaligned: {
    word: 'Other period',
    mark: 'unmapped',
    tone: 'structural',
    meaning: 'The invoice line covers another period than the subscription.',
  },
  not_final: {
    word: 'Not final',
    mark: 'clock',
    tone: 'stale',
    meaning: 'A draft or a void invoice alone charges it, or one of its items, so far.',
  },
  billed_agree: {
    word: 'Billed right',
    mark: 'check',
    tone: 'agree',
    meaning: 'The invoice charges what was metered.',
  },
};

/** Whether an invoice charges something else; a draft may still change. */
export const isBilledWrong = (verdict: BillingVerdict): boolean => BILLING_WORDS[verdict].tone === 'structural';

/** An invoice as we build it, beside Stripe's. */
export const INVOICE_STATE_WORDS: Readonly<Record<InvoiceState, Words>> = {
  differs: {
    word: 'Differs',
    mark: 'differs',
    tone: 'structural',
    meaning: 'At least one line or total is not as Stripe has it.',
  },
  incomplete: {
    word: 'Incomplete',
    mark: 'hatched',
    tone: 'incomplete',
    meaning: 'Something that the invoice needs was not pulled, or cannot be rated.',
  },
  no_invoice: {
    word: 'No invoice yet',
    mark: 'clock',
    tone: 'stale',
    meaning: 'Stripe holds no invoice of the period that counts: none yet, or a void one.',
  },
  matches: { word: 'Matches', mark: 'check', tone: 'agree', meaning: 'Every line and total is as Stripe has it.' },
};

/** Stripe's own states of an invoice. */
const STRIPE_STATUS: Readonly<Record<string, string>> = {
  draft: 'Draft',
  open: 'Open',
  paid: 'Paid',
  uncollectible: 'Uncollectible',
  void: 'Void',
};
export const stripeStatusWord = (status: string): string => STRIPE_STATUS[status] ?? status;

/** Why a line that was rated again is not what the invoice says. */
export const PROOF_CAUSE_WORDS: Readonly<Record<ProofCause, string>> = {
  rounding: 'Another rule',
  manual_edit: 'Edited by hand',
  price_changed: 'Price changed',
  proration: 'Proration',
  unknown_feature: 'Unknown feature',
};
