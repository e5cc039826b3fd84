import { expect, test } from 'vitest';
import { type Gate, worstDecision } from '../../../../shared/reconciliation/close/gate.ts';
import {
  type ArrivedMeter,
  dataQuality,
  engineProof,
  type InvoiceCounts,
  incompleteCells,
  invoicesAligned,
  lateUsage,
  pullComplete,
  pullRecent,
  structuralDrift,
  unconfiguredMeters,
} from '../../../../shared/reconciliation/close/gates.ts';
import { parseDecimal } from '../../../../shared/values/decimal.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { parseMonth } from '../../../../shared/values/period.ts';

const at = parseInstant;
const MAY = parseMonth('2026-05');
const IN_TIME = at('2026-06-02T00:00:00Z');

const pulled = (meter: string, more = {}) => ({
  meter,
  clickhouse: IN_TIME,
  stripe: IN_TIME,
  isUnknownToStripe: false,
  ...more,
});

const recent = (oldest: string | null, more = {}) =>
  pullRecent({
    month: MAY,
    now: at('2026-06-20T00:00:00Z'),
    oldest: oldest === null ? null : at(oldest),
    maxAgeMs: null,
    ...more,
  });

const arrived = (more: Partial<ArrivedMeter> = {}): ArrivedMeter => ({
  meter: 'calls',
  unit: 'calls',
  isLearned: true,
  asOf: IN_TIME,
  watermark: at('2026-06-01T00:00:00Z'),
  expectedMissing: parseDecimal('0'),
  why: null,
  ...more,
});
const EARLY = at('2026-05-31T16:00:00Z');
const NONE = { all: 0, explained: 0 };

const invoices = (more: Partial<InvoiceCounts> = {}): InvoiceCounts => ({
  invoices: 60,
  cells: 0,
  deferred: 0,
  held: 0,
  waiting: 0,
  ...more,
});

const quality = (decision: 'pass' | 'warn' | 'blocked' | 'not_checked') =>
  ({ gate: 'data_quality', decision, detail: 'unmapped in calls.' }) as const;

const cases: readonly (readonly [name: string, gate: Gate, decision: Gate['decision'], detail: string])[] = [
  ['no meter at all', pullComplete([]), 'unknown', 'tieout.yaml names no meter.'],
  ['both sides', pullComplete([pulled('calls')]), 'pass', '1 meter pulled from both sides.'],
  ['no usage', pullComplete([pulled('calls', { clickhouse: null })]), 'blocked', 'calls (usage)'],
  ['no summaries', pullComplete([pulled('a'), pulled('b', { stripe: null })]), 'blocked', 'b (Stripe)'],
  [
    'a meter that Stripe does not have cannot be pulled',
    pullComplete([pulled('calls', { stripe: null, isUnknownToStripe: true })]),
    'pass',
    '1 meter',
  ],
  ['never pulled', recent(null), 'unknown', 'not pulled'],
  ['a millisecond before the day is over', recent('2026-06-01T23:59:59.999Z'), 'blocked', '2 Jun 00:00 UTC'],
  ['when the day is over', recent('2026-06-02T00:00:00Z'), 'pass', 'after the day'],
  [
    'an older month is closed from its last pull',
    recent('2026-06-02T00:00:00Z', { now: at('2029-01-01T00:00:00Z') }),
    'pass',
    '',
  ],
  ['older than close.maxAge', recent('2026-06-02T00:00:00Z', { maxAgeMs: 3_600_000 }), 'blocked', '1h of close.maxAge'],
  ['all meters configured', unconfiguredMeters([], NONE), 'pass', 'Every meter'],
  ['one left out', unconfiguredMeters(['gpu'], { all: 1, explained: 0 }), 'blocked', 'gpu'],
  ['one left out for a reason', unconfiguredMeters(['gpu'], { all: 1, explained: 1 }), 'pass', 'explained: gpu'],
  ['all compared', incompleteCells({ cells: 4, incomplete: 0, invalid: 0 }), 'pass', '4 cells compared.'],
  ['not compared', incompleteCells({ cells: 4, incomplete: 2, invalid: 0 }), 'blocked', '2 cells could not'],
  ['no number', incompleteCells({ cells: 4, incomplete: 0, invalid: 1 }), 'blocked', '1 cell holds'],
  ['nothing drifts', structuralDrift(NONE), 'pass', 'No cell drifts.'],
  ['drift', structuralDrift({ all: 3, explained: 1 }), 'blocked', '2 cells do not tie out; 1 more explained.'],
  ['drift that is explained', structuralDrift({ all: 3, explained: 3 }), 'pass', 'every one is explained'],
  ['good data', dataQuality(quality('pass'), NONE), 'pass', ''],
  ['warnings pass', dataQuality(quality('warn'), NONE), 'pass', 'Warnings only'],
  ['failed data', dataQuality(quality('blocked'), { all: 1, explained: 0 }), 'blocked', 'Failed: unmapped'],
  ['failed data, explained', dataQuality(quality('blocked'), { all: 1, explained: 1 }), 'pass', 'Explained'],
  ['data that nobody looked at', dataQuality(quality('not_checked'), NONE), 'unknown', ''],
  ['late usage: all in', lateUsage(MAY, [arrived()], 0, NONE), 'pass', 'nothing more is expected.'],
  ['a correction undecided', lateUsage(MAY, [arrived()], 1, NONE), 'blocked', '1 correction for usage'],
  [
    'usage expected',
    lateUsage(MAY, [arrived({ watermark: EARLY, expectedMissing: parseDecimal('12.3456') })], 0, NONE),
    'blocked',
    'about 12.346 calls of calls',
  ],
  [
    'a pull that found every hour settled found it all',
    lateUsage(
      MAY,
      [arrived({ asOf: at('2026-06-05T00:00:00Z'), watermark: null, expectedMissing: parseDecimal('12') })],
      0,
      NONE,
    ),
    'pass',
    'nothing more is expected.',
  ],
  [
    'what is taken back is not awaited',
    lateUsage(MAY, [arrived({ watermark: EARLY, expectedMissing: parseDecimal('-3') })], 0, NONE),
    'pass',
    '',
  ],
  [
    'nothing learned of hours so young: the day of waiting is all there is',
    lateUsage(MAY, [arrived({ watermark: EARLY, expectedMissing: null, why: 'too_young' })], 0, NONE),
    'pass',
    'What is still to come of calls is not learned yet.',
  ],
  [
    'a level misses nothing',
    lateUsage(MAY, [arrived({ watermark: EARLY, expectedMissing: null, why: 'level' })], 0, NONE),
    'pass',
    '',
  ],
  [
    'nothing learned at all',
    lateUsage(MAY, [arrived({ isLearned: false, watermark: null, expectedMissing: null, why: 'one_pull' })], 0, NONE),
    'pass',
    'not learned yet',
  ],
  [
    'late usage that cannot be said',
    lateUsage(MAY, [], 0, { all: 2, explained: 1 }),
    'unknown',
    '1 customer and meter',
  ],
  ['the same, explained', lateUsage(MAY, [], 0, { all: 2, explained: 2 }), 'pass', ''],
  ['all exact', engineProof({ lines: 3, exact: 3, isOfMonth: true }, NONE), 'pass', '3 of 3 invoice lines exact.'],
  [
    'not exact',
    engineProof({ lines: 1284, exact: 1282, isOfMonth: false }, { all: 2, explained: 0 }),
    'blocked',
    '1,282 of 1,284 invoice lines exact over all history',
  ],
  [
    'not exact, explained',
    engineProof({ lines: 3, exact: 2, isOfMonth: true }, { all: 1, explained: 1 }),
    'pass',
    'explained',
  ],
  ['nothing to prove', engineProof({ lines: 0, exact: 0, isOfMonth: false }, NONE), 'pass', 'nothing to prove'],
  ['in line', invoicesAligned(invoices(), NONE), 'pass', '60 invoices are in line'],
  ['no invoice', invoicesAligned(invoices({ invoices: 0 }), NONE), 'pass', 'No invoice'],
  ['billed otherwise', invoicesAligned(invoices({ cells: 2 }), { all: 3, explained: 1 }), 'blocked', '2 cells billed'],
  ['voided', invoicesAligned(invoices({ deferred: 1 }), { all: 1, explained: 0 }), 'blocked', '1 invoice voided'],
  ['held back by cells', invoicesAligned(invoices({ held: 4 }), NONE), 'blocked', '4 invoices held back'],
  ['waiting', invoicesAligned(invoices({ waiting: 60 }), NONE), 'blocked', '60 drafts waiting'],
  ['explained', invoicesAligned(invoices(), { all: 1, explained: 1 }), 'pass', '1 difference explained'],
];

test.each(cases)('%s', (_, gate, decision, detail) => {
  expect(gate.decision).toBe(decision);
  expect(gate.detail).toContain(detail);
  // What does not pass says what to do, and what passes asks for nothing.
  expect(gate.remedy === null).toBe(decision === 'pass');
  expect(gate.open > 0).toBe(decision !== 'pass');
});

test('a month is as far as its worst gate', () => {
  const [ok, stopped, unsaid] = [structuralDrift(NONE), structuralDrift({ all: 1, explained: 0 }), recent(null)];
  expect(worstDecision([ok])).toBe('pass');
  expect(worstDecision([ok, unsaid])).toBe('unknown');
  expect(worstDecision([unsaid, stopped, ok])).toBe('blocked');
});
