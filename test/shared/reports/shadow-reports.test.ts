import { describe, expect, test } from 'vitest';
import type { CellResult } from '../../../shared/reconciliation/result.ts';
import { type HistoryRun, shadowHistoryDocument, shadowHistoryTable } from '../../../shared/reports/shadow-history.ts';
import { shadowRow } from '../../../shared/reports/shadow-json.ts';
import { ageText } from '../../../shared/reports/shadow-table.ts';
import { parseDecimal } from '../../../shared/values/decimal.ts';
import { formatDuration, instant, parseDuration, parseInstant } from '../../../shared/values/instant.ts';

const cell: CellResult = {
  customer: 'cus_1',
  usageId: 'ws_1',
  usageIds: ['ws_1'],
  name: 'Globex',
  meter: 'cpu_seconds',
  unit: 'CPU-seconds',
  measured: parseDecimal('1234.123456789012'),
  metered: parseDecimal('1233'),
  billed: null,
  drift: { absolute: parseDecimal('1.123456789012'), relative: parseDecimal('0.000910327946') },
  verdict: 'agree',
  isStructural: false,
  cause: null,
  billing: null,
  money: null,
};
const held = { hour: parseInstant('2026-05-31T20:00:00Z'), ageMs: 21_600_000 };

describe('a row of shadow mode', () => {
  test('adds the hour and age of what is held, the basic rule and the pitfalls', () => {
    const pitfalls = [{ code: 'old_total' as const, sentence: 'Old.', evidence: { sent: '1' } }];
    expect(shadowRow({ ...cell, held, pitfalls })).toMatchObject({
      customer: 'cus_1',
      verdict: 'agree',
      rounding: { pushed: '1234.12345678901', loss: '0.000000000002' },
      held: { hour: '2026-05-31T20:00:00Z', age: '6h' },
      upstreamOk: true,
      pitfalls,
    });
  });

  test('says that nothing is held, and nothing is wrong', () => {
    expect(shadowRow(cell)).toMatchObject({ held: null, upstreamOk: true, pitfalls: [] });
    expect(shadowRow({ ...cell, metered: null })).toMatchObject({ upstreamOk: false });
    expect(shadowRow({ ...cell, drift: null, verdict: 'incomplete' })).toMatchObject({ upstreamOk: null });
  });
});

test.each([
  [0, '0s'],
  [500, '500ms'],
  [90_000, '90s'],
  [4_980_000, '83m'],
  [7_200_000, '2h'],
  [86_400_000, '1d'],
])('%i ms is %s', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
  expect(parseDuration(text)).toBe(durationMs);
});

test.each([
  [0, '0m'],
  [3_599_999, '59m'],
  [3_600_000, '1h 00m'],
  [11_100_000, '3h 05m'],
  [86_400_000, '1d 00h'],
])('an age of %i ms reads %s', (ageMs, text) => expect(ageText(ageMs)).toBe(text));

describe('the history', () => {
  const reading = {
    customer: 'cus_1',
    usageId: 'ws_1',
    name: 'Globex',
    meter: 'cpu_seconds',
    verdict: 'stale',
    measured: '10',
    metered: '9',
    drift: '1',
    upstreamOk: false,
    held,
    pitfalls: [],
  } as const;
  const run = (number: number, readings: HistoryRun['readings']): HistoryRun => ({
    run: number,
    month: '2026-05',
    at: instant(parseInstant('2026-06-01T02:00:00Z') + number * 300_000),
    cells: 1,
    structural: 0,
    stale: 1,
    exitCode: 0,
    readings,
  });
  const runs = [run(1, [reading]), run(2, []), run(3, [{ ...reading, verdict: 'agree', held: null }])];

  test('as a table: the rounds, and how each cell went through them', () => {
    const lines = shadowHistoryTable(runs).split('\n');
    expect(lines[1]).toMatch(/^ *1 +2026-06-01T02:05:00Z +2026-05 +1 +0 +1 +0$/);
    expect(lines.at(-2)).toMatch(/^2026-05 +Globex +cpu_seconds +…·✓ +agrees +1 +6h 00m$/);
    expect(shadowHistoryTable([])).toContain('has not been run');
  });

  test('as a document', () => {
    expect(shadowHistoryDocument('World', runs)).toMatchObject({
      tieout: 1,
      kind: 'shadow_history',
      workspace: 'World',
      runs: [
        {
          run: 1,
          month: '2026-05',
          at: '2026-06-01T02:05:00Z',
          cells: 1,
          structural: 0,
          stale: 1,
          exit: 0,
          rows: [{ ...reading, held: { hour: '2026-05-31T20:00:00Z', age: '6h' } }],
        },
        { run: 2, rows: [] },
        { run: 3, rows: [{ verdict: 'agree', held: null }] },
      ],
    });
  });
});
