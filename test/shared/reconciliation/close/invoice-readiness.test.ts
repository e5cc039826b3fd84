import { describe, expect, test } from 'vitest';
import { type CloseCase, invoiceReadiness } from '../../../../shared/reconciliation/close/invoice-readiness.ts';
import { formatInstant, parseInstant } from '../../../../shared/values/instant.ts';
import { parseMonth } from '../../../../shared/values/period.ts';

const at = (text: string) => parseInstant(text);

const PUSHED: CloseCase['finalPush'] = {
  state: 'ok',
  eventTimestamp: at('2026-06-30T23:59:59Z'),
  usageUntil: at('2026-07-01T00:00:00Z'),
  sentAt: at('2026-07-02T00:01:00Z'),
};

const DRAFT: CloseCase['invoice'] = {
  status: 'draft',
  billingReason: 'subscription_cycle',
  periodStart: at('2026-06-01T00:00:00Z'),
  periodEnd: at('2026-07-01T00:00:00Z'),
};

const june = (more: Partial<CloseCase> = {}): CloseCase => ({
  month: parseMonth('2026-06'),
  now: at('2026-07-02T01:30:00Z'),
  isUsed: true,
  structuralCells: 0,
  invoice: DRAFT,
  finalPush: PUSHED,
  ...more,
});

const invoice = (more: Partial<CloseCase['invoice']>) => ({ invoice: { ...DRAFT, ...more } });

const decided = (of: CloseCase): string => {
  const answer = invoiceReadiness(of);
  const until = answer.decision === 'wait' ? ` until ${formatInstant(answer.until)}` : '';
  return `${answer.decision}/${answer.reason}${until}`;
};

describe('the readiness of one invoice', () => {
  test.each([
    ['everything in place', {}, 'finalize/ready'],
    [
      'the month is not over',
      { now: at('2026-06-30T23:59:59Z'), ...invoice({ periodEnd: at('2026-06-30T00:00:00Z') }) },
      'blocked/period_open',
    ],
    // The clock of a test stands ahead of the wall clock: nothing is waited for.
    [
      'a test clock is past the month',
      { now: at('2026-06-15T00:00:00Z'), finalPush: { ...PUSHED, sentAt: at('2026-06-14T00:00:00Z') } },
      'finalize/ready',
    ],
    ['not a renewal', invoice({ billingReason: 'manual' }), 'skip/not_renewal'],
    [
      'the next period',
      invoice({ periodStart: at('2026-07-01T00:00:00Z'), periodEnd: at('2026-08-01T00:00:00Z') }),
      'skip/next_period',
    ],
    ['voided', invoice({ status: 'void' }), 'defer/voided_never_billed'],
    ['it ends at another second', invoice({ periodEnd: at('2026-07-01T00:00:01Z') }), 'defer/misaligned'],
    ['it starts in the month before', invoice({ periodStart: at('2026-05-31T23:59:59Z') }), 'defer/misaligned'],
    ['a first cycle', invoice({ periodStart: at('2026-06-30T23:59:59Z') }), 'finalize/ready'],
    ['open already', invoice({ status: 'open' }), 'done/already_finalized'],
    ['paid already', invoice({ status: 'paid' }), 'done/already_finalized'],
    ['uncollectible already', invoice({ status: 'uncollectible' }), 'done/already_finalized'],
    [
      'a second before a day is over',
      { now: at('2026-07-01T23:59:59Z') },
      'wait/late_usage until 2026-07-02T00:00:00Z',
    ],
    [
      'as the day is over',
      { now: at('2026-07-02T00:00:00Z'), finalPush: { ...PUSHED, sentAt: at('2026-07-01T23:00:00Z') } },
      'finalize/ready',
    ],
    ['no push, with usage', { finalPush: { state: 'none' } }, 'defer/push_missing'],
    ['no push, without usage', { finalPush: { state: 'none' }, isUsed: false }, 'finalize/ready'],
    ['a push that failed', { finalPush: { state: 'failed' }, isUsed: false }, 'defer/push_failed'],
    [
      'stamped on the end',
      { finalPush: { ...PUSHED, eventTimestamp: at('2026-07-01T00:00:00Z') } },
      'defer/push_outside_period',
    ],
    [
      'stamped before the month',
      { finalPush: { ...PUSHED, eventTimestamp: at('2026-05-31T23:59:59Z') } },
      'defer/push_outside_period',
    ],
    [
      'stamped with the first second',
      { finalPush: { ...PUSHED, eventTimestamp: at('2026-06-01T00:00:00Z') } },
      'finalize/ready',
    ],
    [
      'counted before the month was over',
      { finalPush: { ...PUSHED, usageUntil: at('2026-06-30T23:59:59Z') } },
      'defer/push_not_final',
    ],
    [
      'pushed a second less than an hour ago',
      { finalPush: { ...PUSHED, sentAt: at('2026-07-02T00:30:01Z') } },
      'wait/meter_aggregation until 2026-07-02T01:30:01Z',
    ],
    ['pushed an hour ago', { finalPush: { ...PUSHED, sentAt: at('2026-07-02T00:30:00Z') } }, 'finalize/ready'],
    ['a cell does not tie out', { structuralCells: 1 }, 'defer/shadow_drift'],
  ] as const)('%s', (_name, more, expected) => {
    expect(decided(june(more))).toBe(expected);
  });

  test('the first rule that applies decides', () => {
    const everything = { ...invoice({ status: 'void', periodEnd: at('2026-07-01T09:00:00Z') }), structuralCells: 9 };
    expect(decided(june(everything))).toBe('defer/voided_never_billed');
    expect(decided(june({ ...everything, ...invoice({ billingReason: 'manual' }) }))).toBe('skip/not_renewal');
    expect(decided(june({ structuralCells: 9, finalPush: { state: 'failed' } }))).toBe('defer/push_failed');
  });
});
