import type { Decimal } from '../values/decimal.ts';
import type { Period } from '../values/period.ts';
import type { HourlySeries, HourRange } from './hourly-series.ts';
import type { Cause, Verdict } from './result.ts';

/** Everything that the cause of a cell is judged by. Quantities in the billed unit; null is absent. */
export type ExplainInput = {
  readonly verdict: Verdict;
  readonly byRounding: boolean;
  readonly measured: Decimal | null;
  readonly metered: Decimal | null;
  readonly unit: string;
  readonly period: Period;
  /** Whether the Stripe pull began after the period. */
  readonly isOver: boolean;
  readonly formula: 'sum' | 'count' | 'last' | null;
  readonly combine: 'sum' | 'last' | 'max';
  readonly series: HourlySeries | null;
  /** The last hour with a summary, counted from the start of the period. */
  readonly heldHour: number | null;
  /** What the same cell measured in the month before. */
  readonly previousMeasured: Decimal | null;
  /** The other half of a split identity: usage without a customer, or a customer without usage, of this quantity. */
  readonly partner: { readonly name: string; readonly isExact: boolean } | null;
  /** Whether a usage id leads to the customer, and to no other. */
  readonly hasUsageId: boolean;
  /** Customers that one usage id fits, where it fits several. */
  readonly ambiguous: readonly string[] | null;
  /** Why a cell is incomplete. */
  readonly incomplete: { readonly code: 'not_pulled' | 'settings_changed'; readonly evidence: string } | null;
  /** The text that is no decimal, and where it stands. */
  readonly invalid: { readonly side: 'measured' | 'metered'; readonly text: string } | null;
  /** How tieout.yaml names the meter, for a meter that Stripe lacks. */
  readonly meterName: string;
};

/** A cause and the hours that carry it, for the chart. */
export type Explanation = {
  readonly cause: Cause | null;
  readonly explainedBy: readonly (HourRange & { readonly label: string })[];
};
