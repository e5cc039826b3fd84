import { HOUR_MS, type Instant, instant } from '../../values/instant.ts';
import { contains, type MonthKey, monthPeriod } from '../../values/period.ts';
import { isCloseAllowed, lateRowWait } from '../close-calendar.ts';

/** What decides whether one invoice may be made final. */
export type CloseCase = {
  readonly month: MonthKey;
  readonly now: Instant;
  /** Something was used, so that a push is due. */
  readonly isUsed: boolean;
  /** Cells of the customer that do not tie out after the final push. */
  readonly structuralCells: number;
  readonly invoice: {
    readonly status: 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';
    readonly billingReason: string;
    readonly periodStart: Instant;
    readonly periodEnd: Instant;
  };
  readonly finalPush: FinalPush;
};

export type FinalPush =
  | { readonly state: 'none' }
  | { readonly state: 'failed' }
  | {
      readonly state: 'ok';
      readonly eventTimestamp: Instant;
      /** The usage that it counts, up to here. */
      readonly usageUntil: Instant;
      readonly sentAt: Instant;
    };

/** A deferral is loud and keeps the draft open; a skip is no problem; a wait ends by itself. */
export type CloseDecision =
  | { readonly decision: 'finalize'; readonly reason: 'ready' }
  | { readonly decision: 'done'; readonly reason: 'already_finalized' }
  | { readonly decision: 'blocked'; readonly reason: 'period_open' }
  | { readonly decision: 'skip'; readonly reason: 'not_renewal' | 'next_period' }
  | { readonly decision: 'wait'; readonly reason: 'late_usage' | 'meter_aggregation'; readonly until: Instant }
  | { readonly decision: 'defer'; readonly reason: Deferral };

export type Deferral =
  | 'voided_never_billed'
  | 'misaligned'
  | 'push_missing'
  | 'push_failed'
  | 'push_outside_period'
  | 'push_not_final'
  | 'shadow_drift';

/** Stripe needs this long to add up what was pushed. */
const AGGREGATION_MS = HOUR_MS;

/**
 * Whether one invoice is ready to be made final; the first rule that applies decides.
 * @see metering.md section 7; test/vectors/metering/close-gate.json
 */
export function invoiceReadiness(of: CloseCase): CloseDecision {
  const { month, now, invoice, finalPush } = of;
  const period = monthPeriod(month);
  if (!isCloseAllowed(month, now, invoice.periodEnd)) return { decision: 'blocked', reason: 'period_open' };
  if (invoice.billingReason !== 'subscription_cycle') return { decision: 'skip', reason: 'not_renewal' };
  if (invoice.periodStart >= period.to) return { decision: 'skip', reason: 'next_period' };
  if (invoice.status === 'void') return { decision: 'defer', reason: 'voided_never_billed' };
  // A later start is a first cycle, and fine.
  if (invoice.periodEnd !== period.to || invoice.periodStart < period.from) {
    return { decision: 'defer', reason: 'misaligned' };
  }
  if (invoice.status !== 'draft') return { decision: 'done', reason: 'already_finalized' };
  const { waitMs } = lateRowWait(month, now);
  if (waitMs > 0) return { decision: 'wait', reason: 'late_usage', until: instant(now + waitMs) };
  const refused = refusedPush(of);
  if (refused !== null) return { decision: 'defer', reason: refused };
  if (finalPush.state === 'ok' && now - finalPush.sentAt < AGGREGATION_MS) {
    return { decision: 'wait', reason: 'meter_aggregation', until: instant(finalPush.sentAt + AGGREGATION_MS) };
  }
  return of.structuralCells > 0
    ? { decision: 'defer', reason: 'shadow_drift' }
    : { decision: 'finalize', reason: 'ready' };
}

function refusedPush({ month, isUsed, finalPush }: CloseCase): Deferral | null {
  if (finalPush.state === 'failed') return 'push_failed';
  if (finalPush.state === 'none') return isUsed ? 'push_missing' : null;
  const period = monthPeriod(month);
  if (!contains(period, finalPush.eventTimestamp)) return 'push_outside_period';
  return finalPush.usageUntil < period.to ? 'push_not_final' : null;
}
