import type { Decimal } from '../values/decimal.ts';
import type { Instant } from '../values/instant.ts';
import { FAULTS } from './explain/hypothesis.ts';
import type { Pitfall } from './pitfalls/pitfall.ts';

/** Every verdict, in the order in which reports list them (interfaces.md section 2). */
export const VERDICTS = [
  'agree',
  'agree_zero',
  'stale',
  'stale_overdue',
  'under_reported',
  'over_reported',
  'missing_stripe',
  'missing_usage',
  'no_meter',
  'unmapped',
  'invalid',
  'incomplete',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Faults that are told from the hours, what is known without them, and `unexplained`, an honest answer. */
export const CAUSES = [
  ...FAULTS,
  'ambiguous_mapping',
  'net_negative_corrections',
  'not_a_number',
  'not_pulled',
  'settings_changed',
  'meter_missing',
  'unexplained',
] as const;
export type CauseCode = (typeof CAUSES)[number];

/** What the invoice lines of a cell say against what Stripe metered, in the order in which reports list them. */
export const BILLING_VERDICTS = [
  'billed_agree',
  'quantity_differs',
  'price_differs',
  'amount_differs',
  'line_missing',
  'line_twice',
  'not_final',
  'misaligned',
] as const;
export type BillingVerdict = (typeof BILLING_VERDICTS)[number];

/** `line` is the invoice line that shows the verdict; null where there is none. */
export type Billing = { readonly verdict: BillingVerdict; readonly line: string | null };

export type Cause = {
  readonly code: CauseCode;
  readonly confidence: 'high' | 'medium' | 'low';
  /** A sentence for people; not part of the contract. */
  readonly evidence: string;
  /** Where several explain the drift together: the others, largest share first. */
  readonly also?: readonly CauseCode[];
};

/** What a cell's quantities cost, in integer minor units; null: no figure can be given for that side. */
export type CellMoney = {
  readonly currency: string;
  readonly measuredMinor: bigint | null;
  readonly meteredMinor: bigint | null;
  readonly billedMinor: bigint | null;
  /** measured − metered. */
  readonly differenceMinor: bigint | null;
  /** Set where a subscription period is not the calendar month. */
  readonly basis?: 'calendar_month';
};

/** The hour in which the value that Stripe holds was sent, and how old it was when Stripe was asked. */
export type HeldHour = { readonly hour: Instant; readonly ageMs: number };

/** One customer × meter × month, decided. Quantities are in the billed unit, rounded to 12 places; null is absent. */
export type CellResult = {
  readonly customer: string | null;
  readonly usageId: string | null;
  readonly usageIds: readonly string[];
  readonly name: string | null;
  readonly meter: string;
  readonly unit: string;
  readonly measured: Decimal | null;
  readonly metered: Decimal | null;
  readonly billed: Decimal | null;
  readonly drift: { readonly absolute: Decimal; readonly relative: Decimal } | null;
  readonly verdict: Verdict;
  readonly isStructural: boolean;
  readonly cause: Cause | null;
  /** Null where nothing is billed yet, and nothing should be. */
  readonly billing: Billing | null;
  readonly money: CellMoney | null;
  /** The id of the incident that the cell belongs to; absent: to none. */
  readonly incident?: string;
  /** What went wrong with the pushes of a `last` meter, where its hours were looked at; absent: nothing seen. */
  readonly pitfalls?: readonly Pitfall[];
  /** Absent where the hours were not looked at, or nothing is held. */
  readonly held?: HeldHour;
};

export type MoneyTotal = {
  readonly currency: string;
  readonly measuredMinor: bigint | null;
  readonly meteredMinor: bigint | null;
  readonly billedMinor: bigint | null;
  readonly differenceMinor: bigint | null;
};

export type ReconciliationTotals = {
  readonly cells: number;
  readonly byVerdict: Readonly<Record<Verdict, number>>;
  readonly structural: number;
  readonly skippedIdle: number;
  readonly unconfiguredMeters: readonly { readonly eventName: string; readonly metered: string }[];
  readonly money: readonly MoneyTotal[];
};

export type AsOf = { readonly clickhouse: Instant | null; readonly stripe: Instant | null };

/** 0 ties out · 1 structural drift · 2 could not do its job, or an invalid value · 3 nothing structural, data missing. */
export type ExitCode = 0 | 1 | 2 | 3;
