import { describe, expect, test } from 'vitest';
import { findExpired } from '../../../../shared/reconciliation/quality/expiry.ts';
import type { MeterFacts, Tally } from '../../../../shared/reconciliation/quality/facts.ts';
import { percent, type QualityFinding } from '../../../../shared/reconciliation/quality/finding.ts';
import { qualityGate } from '../../../../shared/reconciliation/quality/gate.ts';
import { judgeQuality } from '../../../../shared/reconciliation/quality/judge.ts';
import { DEFAULT_QUALITY, type QualitySettings } from '../../../../shared/reconciliation/quality/settings.ts';
import { findingsByCheck, qualityDocument, qualityLines } from '../../../../shared/reports/quality.ts';
import { parseDecimal } from '../../../../shared/values/decimal.ts';
import { fraction } from '../../../../shared/values/fraction.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { monthPeriod, parseMonth } from '../../../../shared/values/period.ts';

const PERIOD = monthPeriod(parseMonth('2026-05'));
const CPU = { key: 'cpu', unit: 'CPU-seconds', scale: fraction(1n, 1_000_000n) };

const seen = (count: bigint, ids = count === 0n ? 0 : 1, worst: string | null = ids === 0 ? null : 'ws_1'): Tally => ({
  count,
  ids,
  worst,
});

/** A meter of which everything was looked at and nothing found: 1000 rows, 1000 pairs, 100 hours. */
const facts = (rest: Partial<MeterFacts> = {}): MeterFacts => ({
  meter: 'cpu',
  rows: 1000n,
  pairs: 1000n,
  observedMs: 360_000_000n,
  regressions: seen(0n),
  gapsMs: seen(0n),
  droppedPairs: 0n,
  negative: seen(0n),
  future: { ...seen(0n), latest: null },
  duplicates: seen(0n),
  valueless: seen(0n),
  unmapped: { ids: 0, quantity: parseDecimal('0'), total: parseDecimal('5'), worst: null },
  expired: null,
  ...rest,
});

const judge = (found: readonly MeterFacts[], settings: QualitySettings = DEFAULT_QUALITY, meters = [CPU]) =>
  judgeQuality({ meters, facts: found, period: PERIOD }, settings);

const off = (findings: readonly QualityFinding[]) => findings.filter(({ level }) => level !== 'ok');

const at = parseInstant;

describe('each check', () => {
  test.each<[string, Partial<MeterFacts>, string, string, string]>([
    // check, facts, share, level, sentence
    [
      'regressions',
      { regressions: seen(1n) },
      '0.001',
      'warning',
      'The counter stepped back 1 time, in 0.1 % of the pairs, of ws_1; each step back counts as 0.',
    ],
    [
      'regressions',
      { regressions: seen(2n, 2, 'ws_2') },
      '0.002',
      'failed',
      'The counter stepped back 2 times, in 0.2 % of the pairs, in 2 usage ids, most of them in ws_2; each step back counts as 0.',
    ],
    [
      'gaps',
      { gapsMs: seen(3_600_001n), droppedPairs: 2n },
      '0.010000002778',
      'warning',
      '1 % of the observed time has no samples: 2 gaps of 1 h 0 min together, all of them of ws_1. Usage in a gap is not counted.',
    ],
    [
      'gaps',
      { gapsMs: seen(18_000_001n), droppedPairs: 1n },
      '0.050000002778',
      'failed',
      '5 % of the observed time has no samples: 1 gap of 5 h 0 min together, all of them of ws_1. Usage in a gap is not counted.',
    ],
    ['negative', { negative: seen(1n) }, '0.001', 'warning', '1 row has a value below 0 (0.1 %), of ws_1.'],
    [
      'negative',
      { negative: seen(2n, 1, '') },
      '0.002',
      'failed',
      '2 rows have a value below 0 (0.2 %), all of them of rows without a usage id.',
    ],
    [
      'future',
      { future: { ...seen(1n), latest: at('2026-06-09T00:00:00Z') } },
      '0.001',
      'warning',
      '1 row lies in the future of the pull, up to 2026-06-09T00:00:00Z, of ws_1.',
    ],
    [
      'future',
      { rows: 0n, future: { ...seen(3n), latest: null } },
      '1',
      'failed',
      '3 rows lie in the future of the pull, all of them of ws_1.',
    ],
    [
      'duplicates',
      { duplicates: seen(11n) },
      '0.011',
      'warning',
      '11 rows repeat series and instant of another one (1.1 %), all of them of ws_1; each counts once.',
    ],
    [
      'duplicates',
      { pairs: null, duplicates: seen(101n) },
      '0.101',
      'failed',
      '101 rows repeat the id of another one (10.1 %), all of them of ws_1; each counts once.',
    ],
    [
      'valueless',
      { valueless: seen(1n) },
      '0.001',
      'warning',
      '1 pair has no value and counts for nothing (0.1 %), of ws_1.',
    ],
    [
      'valueless',
      { pairs: null, valueless: seen(2n) },
      '0.002',
      'failed',
      '2 rows have no value and count for nothing (0.2 %), all of them of ws_1.',
    ],
    [
      'unmapped',
      {
        unmapped: { ids: 1, quantity: parseDecimal('1234567891'), total: parseDecimal('100000000000'), worst: 'ws_9' },
      },
      '0.01234567891',
      'warning',
      '1,234.57 CPU-seconds (1.23 %) belong to nobody: the usage id ws_9 fits no customer, or several.',
    ],
    [
      'unmapped',
      { unmapped: { ids: 3, quantity: parseDecimal('6'), total: parseDecimal('100'), worst: 'ws_9' } },
      '0.06',
      'failed',
      '0.000006 CPU-seconds (6 %) belong to nobody: 3 usage ids fit no customer, or several; most of it is of ws_9.',
    ],
    [
      'expired',
      {
        expired: {
          before: at('2026-05-05T00:00:00Z'),
          knownBy: 'retention',
          keptAt: at('2026-06-01T02:00:00Z'),
          lostHours: 0,
        },
      },
      '0',
      'warning',
      'The table drops old rows: the hours before 5 May 00:00 UTC can no longer be recomputed and are kept as they were pulled at 2026-06-01T02:00:00Z.',
    ],
    [
      'expired',
      { expired: { before: at('2026-05-01T01:00:00Z'), knownBy: 'retention', keptAt: null, lostHours: 1 } },
      '0.001344086022',
      'failed',
      'The table drops old rows: 1 hour before 1 May 01:00 UTC can no longer be recomputed and was never kept.',
    ],
    [
      'expired',
      {
        expired: {
          before: at('2026-05-05T00:00:00Z'),
          knownBy: 'earlier_pull',
          keptAt: at('2026-06-01T02:00:00Z'),
          lostHours: 24,
        },
      },
      '0.032258064516',
      'failed',
      'Rows that were there are gone: 24 hours before 5 May 00:00 UTC can no longer be recomputed and were never kept; the others stand as they were pulled at 2026-06-01T02:00:00Z.',
    ],
    [
      'expired',
      { expired: { before: at('2026-05-05T00:00:00Z'), knownBy: 'first_row', keptAt: null, lostHours: 96 } },
      '0.129032258065',
      'warning',
      'The first row of the table is of 5 May 00:00 UTC: what was used before, if anything, can no longer be computed.',
    ],
  ])('%s %#', (check, found, value, level, sentence) => {
    expect(off(judge([facts(found)]).findings)).toEqual([
      expect.objectContaining({ check, meter: 'cpu', value, level, sentence, remedy: expect.any(String) }),
    ]);
  });

  test('a share at its bound passes, and what was not looked at is not judged', () => {
    const atBounds = facts({ gapsMs: seen(3_600_000n), duplicates: seen(10n) });
    expect(off(judge([atBounds]).findings)).toEqual([]);
    expect(judge([atBounds]).findings).toHaveLength(7);
    const unknown = facts({
      regressions: null,
      gapsMs: null,
      negative: null,
      future: null,
      duplicates: null,
      valueless: null,
    });
    expect(judge([unknown]).findings.map(({ check, threshold }) => [check, threshold])).toEqual([['unmapped', '0']]);
  });

  test('nothing measured is no division by zero', () => {
    const empty = facts({
      rows: 0n,
      pairs: 0n,
      observedMs: 0n,
      unmapped: { ids: 0, quantity: parseDecimal('0'), total: parseDecimal('0'), worst: null },
    });
    expect(off(judge([empty]).findings)).toEqual([]);
  });

  test('the worst comes first, then in the order of the checks; a check can be off, a meter unknown', () => {
    const found = facts({ gapsMs: seen(360_000_000n), negative: seen(1n), duplicates: seen(500n) });
    expect(off(judge([found]).findings).map(({ check, level }) => [check, level])).toEqual([
      ['gaps', 'failed'],
      ['duplicates', 'failed'],
      ['negative', 'warning'],
    ]);
    const relaxed = { ...DEFAULT_QUALITY, checks: { ...DEFAULT_QUALITY.checks, gaps: null, duplicates: null } };
    expect(off(judge([found], relaxed).findings).map(({ check }) => check)).toEqual(['negative']);
    expect(judge([found], relaxed, [CPU, { ...CPU, key: 'disk' }]).unchecked).toEqual(['disk']);
  });

  test.each([
    ['0', '0 %'],
    ['1', '100 %'],
    ['0.5', '50 %'],
    ['0.0503', '5.03 %'],
    ['0.123456', '12.3 %'],
    ['0.0000671', '0.00671 %'],
    ['0.000000000001', '0 %'],
  ])('%s as a percentage is %s', (share, text) => {
    expect(percent(parseDecimal(share))).toBe(text);
  });
});

describe('the gate of a close', () => {
  const gateOf = (found: readonly MeterFacts[], meters = [CPU]) => {
    const { findings, unchecked } = judge(found, DEFAULT_QUALITY, meters);
    return qualityGate(findings, unchecked);
  };
  test.each([
    ['passes', [facts()], 'pass', '7 checks passed.'],
    ['warns', [facts({ negative: seen(1n) })], 'warn', 'negative in cpu.'],
    [
      'is blocked',
      [facts({ negative: seen(9n), gapsMs: seen(360_000_000n) })],
      'blocked',
      'negative in cpu, gaps in cpu.',
    ],
    ['knows nothing', [], 'not_checked', 'Nothing is known of cpu: pull again.'],
  ])('%s', (_, found, decision, detail) => {
    expect(gateOf(found)).toEqual({ gate: 'data_quality', decision, detail });
  });
  test('what failed outweighs what is not known, and that a warning', () => {
    const both = [CPU, { ...CPU, key: 'disk' }];
    expect(gateOf([facts({ negative: seen(9n) })], both).decision).toBe('blocked');
    expect(gateOf([facts({ negative: seen(1n) })], both).decision).toBe('not_checked');
    expect(qualityGate([]).decision).toBe('not_checked');
  });
});

describe('in reports', () => {
  const disk = { ...CPU, key: 'disk' };
  const shared = { gapsMs: seen(36_000_000n), droppedPairs: 2n };
  const { findings, unchecked } = judge(
    [facts(shared), facts({ ...shared, meter: 'disk', regressions: null, negative: seen(1n) })],
    DEFAULT_QUALITY,
    [CPU, disk],
  );
  const quality = { findings, unchecked, gate: qualityGate(findings, unchecked) };

  test('meters that say the same stand in one line', () => {
    expect(qualityLines(quality)).toEqual([
      'failed   cpu, disk: 10 % of the observed time has no samples: 2 gaps of 10 h 0 min together, all of them of ws_1. Usage in a gap is not counted.',
      'warning  disk: 1 row has a value below 0 (0.1 %), of ws_1.',
    ]);
    expect(
      findingsByCheck(findings).map(({ check, level, lines }) => [check, level, lines.map(({ meters }) => meters)]),
    ).toEqual([
      ['gaps', 'failed', [['cpu', 'disk']]],
      ['negative', 'warning', [['disk']]],
    ]);
  });

  test('the document lists what was found; one line says that all is well', () => {
    expect(qualityDocument(quality)).toMatchObject({
      gate: 'data_quality',
      decision: 'blocked',
      checks: 13,
      unchecked: [],
      findings: [{ check: 'gaps', meter: 'cpu' }, { check: 'gaps', meter: 'disk' }, { check: 'negative' }],
    });
    const good = judge([facts()]);
    expect(qualityLines({ ...good, gate: qualityGate(good.findings) })).toEqual(['7 checks passed.']);
  });
});

describe('rows that have expired', () => {
  const table = (rest = {}) => ({ firstRow: PERIOD.from, hasEarlierRows: true, retainedFrom: null, ...rest });
  const pulled = (readAt: string, rest = {}) => ({ readAt: at(readAt), firstHour: 0, expired: null, ...rest });
  const lost = (before: string, lostHours: number, knownBy: string, keptAt: string | null) => ({
    before: at(before),
    knownBy,
    keptAt: keptAt === null ? null : at(keptAt),
    lostHours,
  });
  const READ = '2026-08-10T00:00:00Z';
  test.each<[string, Partial<Parameters<typeof findExpired>[0]>, ReturnType<typeof lost> | null]>([
    [
      'a rule that reaches the month',
      { table: table({ retainedFrom: at('2026-05-07T00:30:00Z') }) },
      lost('2026-05-07T01:00:00Z', 145, 'retention', null),
    ],
    ['a rule that does not', { table: table({ retainedFrom: at('2026-04-07T00:00:00Z') }) }, null],
    [
      'a rule beyond the month',
      { table: table({ retainedFrom: at('2026-07-01T00:00:00Z') }) },
      lost('2026-06-01T00:00:00Z', 744, 'retention', null),
    ],
    [
      'kept before',
      { table: table({ retainedFrom: at('2026-05-07T00:00:00Z') }), earlier: pulled('2026-06-01T02:00:00Z') },
      lost('2026-05-07T00:00:00Z', 0, 'retention', '2026-06-01T02:00:00Z'),
    ],
    [
      'kept in part: the hours after that pull are lost',
      { table: table({ retainedFrom: at('2026-05-07T00:00:00Z') }), earlier: pulled('2026-05-06T12:30:00Z') },
      lost('2026-05-07T00:00:00Z', 12, 'retention', '2026-05-06T12:30:00Z'),
    ],
    // 95 days before 9 August are 6 May: what had expired by then was lost to that pull too.
    [
      'kept too late',
      { table: table({ retainedFrom: at('2026-05-07T00:00:00Z') }), earlier: pulled('2026-08-09T00:00:00Z') },
      lost('2026-05-07T00:00:00Z', 120, 'retention', '2026-08-09T00:00:00Z'),
    ],
    [
      'kept by the pull before the last',
      {
        table: table({ retainedFrom: at('2026-05-07T00:00:00Z') }),
        earlier: pulled('2026-08-09T00:00:00Z', {
          expired: lost('2026-05-06T00:00:00Z', 0, 'retention', '2026-06-01T02:00:00Z'),
        }),
      },
      lost('2026-05-07T00:00:00Z', 0, 'retention', '2026-06-01T02:00:00Z'),
    ],
    [
      'hours that were there',
      { table: table({ hasEarlierRows: false }), firstHour: 96, earlier: pulled('2026-06-01T02:00:00Z') },
      lost('2026-05-05T00:00:00Z', 0, 'earlier_pull', '2026-06-01T02:00:00Z'),
    ],
    [
      'all of them',
      { table: null, firstHour: null, earlier: pulled('2026-06-01T02:00:00Z') },
      lost('2026-06-01T00:00:00Z', 0, 'earlier_pull', '2026-06-01T02:00:00Z'),
    ],
    [
      'usage taken out where older rows stand is a correction',
      { firstHour: 96, earlier: pulled('2026-06-01T02:00:00Z') },
      null,
    ],
    ['not known by the hour', { table: null, firstHour: undefined, earlier: pulled('2026-06-01T02:00:00Z') }, null],
    [
      'a table that begins late in the month',
      { table: table({ hasEarlierRows: false, firstRow: at('2026-05-03T10:30:00Z') }) },
      lost('2026-05-03T10:00:00Z', 58, 'first_row', null),
    ],
    [
      'a table that begins on the first day',
      { table: table({ hasEarlierRows: false, firstRow: at('2026-05-01T10:30:00Z') }) },
      null,
    ],
    ['an empty table', { table: table({ hasEarlierRows: false, firstRow: null }), firstHour: null }, null],
  ])('%s', (_, rest, expected) => {
    expect(
      findExpired({ period: PERIOD, table: table(), readAt: at(READ), firstHour: 0, earlier: null, ...rest }),
    ).toEqual(expected);
  });
});
