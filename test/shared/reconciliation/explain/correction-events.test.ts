import { describe, expect, test } from 'vitest';
import { correctionFor } from '../../../../shared/reconciliation/explain/correction-events.ts';
import { type DriftingCell, NO_EVIDENCE } from '../../../../shared/reconciliation/explain/drifting-cell.ts';
import type { Claim, FaultCode } from '../../../../shared/reconciliation/explain/hypothesis.ts';
import { formatDecimal } from '../../../../shared/values/decimal.ts';
import { formatInstant, type Instant, parseInstant } from '../../../../shared/values/instant.ts';
import { monthPeriod, parseMonth } from '../../../../shared/values/period.ts';

const period = monthPeriod(parseMonth('2026-05'));
const NOW = parseInstant('2026-06-02T00:00:00Z');
/** 10^-12 of a unit. */
const UNIT = 1_000_000_000_000n;

const cell = (measured: readonly bigint[], more: Partial<DriftingCell> = {}): DriftingCell => ({
  period,
  pulledAt: NOW,
  stalenessMs: 7_200_000,
  unit: 'units',
  perUnit: UNIT,
  isHeld: false,
  measured,
  metered: measured.map(() => null),
  measuredTotal: measured.reduce((sum, value) => sum + value, 0n),
  meteredTotal: 0n,
  previousTotal: null,
  before: null,
  after: null,
  others: [],
  loose: [],
  evidence: NO_EVIDENCE,
  ...more,
});

const claim = (code: FaultCode, effects: Readonly<Record<number, bigint>>, beyond = 0n): Claim => ({
  code,
  hours: Object.keys(effects).map(Number),
  effect: Object.values(effects),
  beyond,
  cost: 1,
  isDoubtful: false,
  sentence: '',
});

type Meter = Parameters<typeof correctionFor>[1]['meter'];
const SUM: Meter = { formula: 'sum', eventTimeWindow: null };

function mend(of: {
  readonly cell: DriftingCell;
  readonly claims: readonly Claim[];
  readonly meter?: Meter;
  readonly isBilled?: boolean;
  readonly now?: Instant;
}) {
  const { meter = SUM, isBilled = false, now = NOW } = of;
  const { events, beyond } = correctionFor(of.cell, { claims: of.claims, meter, isBilled, now });
  return { events: events.map(({ at, value }) => `${formatInstant(at)} ${formatDecimal(value)}`), beyond };
}

describe('the events that mend a cell', () => {
  const hours = [5n * UNIT, 7n * UNIT];

  test('what is missing in its hour, what is too much taken back', () => {
    expect(mend({ cell: cell(hours), claims: [claim('missed_push', { 0: -5n * UNIT })] })).toEqual({
      events: ['2026-05-01T00:59:59Z 5'],
      beyond: 0n,
    });
    expect(mend({ cell: cell(hours), claims: [claim('duplicate_push', { 1: 7n * UNIT })] }).events).toEqual([
      '2026-05-01T01:59:59Z -7',
    ]);
  });

  test('a value with too many digits in parts that add up', () => {
    const long = [1_234_567_890_123_456_789_012n];
    expect(mend({ cell: cell(long), claims: [claim('rejected_events', { 0: -(long[0] ?? 0n) })] }).events).toEqual([
      '2026-05-01T00:59:59Z 1234567890.12346',
      '2026-05-01T00:59:59Z -0.000003210988',
    ]);
  });

  test('a final invoice, and hours that are too old, leave it to an invoice item', () => {
    const claims = [claim('missed_push', { 0: -5n * UNIT })];
    expect(mend({ cell: cell(hours), claims, isBilled: true })).toEqual({ events: [], beyond: 5n * UNIT });
    const late = parseInstant('2026-06-10T00:00:00Z');
    expect(mend({ cell: cell(hours), claims, now: late })).toEqual({ events: [], beyond: 5n * UNIT });
  });

  test('a meter that counts gets one for each, and cannot take any back', () => {
    const meter: Meter = { formula: 'count', eventTimeWindow: null };
    expect(mend({ cell: cell(hours), claims: [claim('missed_push', { 0: -3n * UNIT })], meter }).events).toEqual([
      '2026-05-01T00:59:59Z 1',
      '2026-05-01T00:59:58Z 1',
      '2026-05-01T00:59:57Z 1',
    ]);
    expect(mend({ cell: cell(hours), claims: [claim('duplicate_push', { 0: 5n * UNIT })], meter })).toEqual({
      events: [],
      beyond: -5n * UNIT,
    });
  });

  test('of an hourly window the event holds the whole hour; a daily one is not guessed at', () => {
    const claims = [claim('late_rows', { 1: -2n * UNIT })];
    const hourly: Meter = { formula: 'sum', eventTimeWindow: 'hour' };
    expect(mend({ cell: cell(hours), claims, meter: hourly })).toEqual({
      events: ['2026-05-01T01:59:59Z 7'],
      beyond: 0n,
    });
    const daily: Meter = { formula: 'sum', eventTimeWindow: 'day' };
    expect(mend({ cell: cell(hours), claims, meter: daily })).toEqual({ events: [], beyond: 2n * UNIT });
  });

  test('a meter that keeps the last value gets its total, once the month is over', () => {
    const held = cell(hours, { isHeld: true });
    const claims = [claim('final_push_missing', { 1: -7n * UNIT })];
    const meter: Meter = { formula: 'last', eventTimeWindow: null };
    expect(mend({ cell: held, claims, meter })).toEqual({ events: ['2026-05-31T23:59:59Z 12'], beyond: 0n });
    const during = parseInstant('2026-05-20T00:00:00Z');
    expect(mend({ cell: held, claims, meter, now: during })).toEqual({ events: [], beyond: 0n });
  });

  test.each<FaultCode>(['rounding', 'wrong_aggregation', 'query_changed', 'expired_rows', 'unmapped', 'late_push'])(
    '%s is mended elsewhere',
    (code) => {
      expect(mend({ cell: cell(hours), claims: [claim(code, { 0: -5n * UNIT })] })).toEqual({ events: [], beyond: 0n });
    },
  );
});
