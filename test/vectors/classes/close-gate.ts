import { isTieoutError } from '../../../shared/errors.ts';
import {
  type CloseCase,
  type FinalPush,
  invoiceReadiness,
} from '../../../shared/reconciliation/close/invoice-readiness.ts';
import { formatInstant, parseInstant } from '../../../shared/values/instant.ts';
import { parseMonth } from '../../../shared/values/period.ts';
import { flag, type JsonObject, MalformedVector, object, text, type VectorClass } from '../vector.ts';

/** metering.md section 7: the readiness of one invoice. */
export const closeGate: VectorClass = {
  answer: ({ input }) => {
    const month = monthIn(input);
    if (month === null) return { decision: 'error', reason: 'bad_period' };
    const invoice = object(input.invoice, 'invoice');
    const decided = invoiceReadiness({
      month,
      now: parseInstant(text(input.now, 'now')),
      isUsed: flag(input.usage_positive, 'usage_positive'),
      structuralCells: count(input),
      invoice: {
        status: text(invoice.status, 'status') as CloseCase['invoice']['status'],
        billingReason: text(invoice.billing_reason, 'billing_reason'),
        periodStart: parseInstant(text(invoice.period_start, 'period_start')),
        periodEnd: parseInstant(text(invoice.period_end, 'period_end')),
      },
      finalPush: pushIn(input),
    });
    const { decision, reason } = decided;
    return { decision, reason, ...('until' in decided ? { until: formatInstant(decided.until) } : {}) };
  },
};

function monthIn(input: JsonObject) {
  try {
    return parseMonth(text(input.period, 'period'));
  } catch (error) {
    if (isTieoutError(error)) return null;
    throw error;
  }
}

function count({ shadow_structural: cells }: JsonObject): number {
  if (typeof cells === 'number') return cells;
  throw new MalformedVector('shadow_structural is not a number');
}

function pushIn(input: JsonObject): FinalPush {
  const push = object(input.final_push ?? { state: 'none' }, 'final_push');
  const state = text(push.state, 'state');
  if (state === 'none' || state === 'failed') return { state };
  return {
    state: 'ok',
    eventTimestamp: parseInstant(text(push.event_timestamp, 'event_timestamp')),
    usageUntil: parseInstant(text(push.usage_until, 'usage_until')),
    sentAt: parseInstant(text(push.sent_at, 'sent_at')),
  };
}
