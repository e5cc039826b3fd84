import type { DriftingCell } from './drifting-cell.ts';
import type { Fit } from './fit.ts';

/** The faults that can be told from hours and evidence, in the order in which they are tried and listed. */
export const FAULTS = [
  'missed_push',
  'late_push',
  'final_push_missing',
  'duplicate_push',
  'wrong_period',
  'zone_shift',
  'unit_scale',
  'rounding',
  'wrong_aggregation',
  'wrong_customer',
  'unmapped',
  'rejected_events',
  'pagination',
  'expired_rows',
  'late_rows',
  'seam',
  'same_second_tie',
  'query_changed',
] as const;
export type FaultCode = (typeof FAULTS)[number];

/**
 * What one fault would have changed, if it had happened: `effect[i]` is what Stripe would hold more (or less, below 0)
 * in the hour `hours[i]` than without it, in the cell's unit. `beyond`: what it changes on the month alone, in no hour.
 */
export type Claim = {
  readonly code: FaultCode;
  readonly hours: readonly number[];
  readonly effect: readonly bigint[];
  readonly beyond: bigint;
  /** How much must be assumed for it: about 2 for a fault with its evidence, and 1 more for each free choice. */
  readonly cost: number;
  /** Whether another fault could look the same, so that the claim is never beyond doubt. */
  readonly isDoubtful: boolean;
  /** Worth a look beside another fault, although alone it explains little. */
  readonly isBold?: boolean;
  /** `"1024"` too large or `"1/1000"` too small, of a unit error; how often, of a duplicate. */
  readonly factor?: string;
  /** Hours by which everything lies later. */
  readonly shift?: number;
  /** The customer or usage id that has the other half. */
  readonly counterpart?: string;
  /** What it makes of each hour of the months beside. */
  readonly beside?: (value: bigint) => bigint;
  /** For people. */
  readonly sentence: string;
};

/** A cell, what it is expected to hold after the faults that are taken for granted so far, and what is left. */
export type View = { readonly cell: DriftingCell; readonly expected: readonly bigint[]; readonly fit: Fit };

/** One fault: the ways in which it could have made what is left; none where it could not. Pure. */
export type Hypothesis = (view: View) => readonly Claim[];
