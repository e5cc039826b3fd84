import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CellResult } from '../../../shared/reconciliation/result.ts';
import { CSV_COLUMNS, csvLine, csvText, writeCsv } from '../../../shared/reports/csv.ts';
import { parseDecimal } from '../../../shared/values/decimal.ts';

const cell = (more: Partial<CellResult> = {}): CellResult => ({
  customer: 'cus_1',
  usageId: 'ws_1',
  usageIds: ['ws_1'],
  name: 'Globex',
  meter: 'cpu_seconds',
  unit: 'CPU-seconds',
  measured: parseDecimal('3600'),
  metered: parseDecimal('3240'),
  billed: null,
  drift: { absolute: parseDecimal('360'), relative: parseDecimal('0.1') },
  verdict: 'under_reported',
  isStructural: true,
  cause: { code: 'missed_push', confidence: 'high', evidence: '4 of 720 hourly pushes absent' },
  billing: null,
  money: { currency: 'usd', measuredMinor: 84n, meteredMinor: 76n, billedMinor: null, differenceMinor: 8n },
  ...more,
});

test('a line has the published columns', () => {
  expect(CSV_COLUMNS.join(',')).toBe(
    'month,customer,usage_id,name,meter,unit,measured,metered,billed,drift_absolute,drift_relative,verdict,cause,currency,measured_amount,metered_amount,billed_amount,difference_amount,note',
  );
  expect(csvLine('2026-05', cell())).toBe(
    '2026-05,cus_1,ws_1,Globex,cpu_seconds,CPU-seconds,3600,3240,,360,0.1,under_reported,missed_push,usd,0.84,0.76,,0.08,',
  );
  const bare = cell({ customer: null, name: null, metered: null, drift: null, cause: null, money: null });
  expect(csvLine('2026-05', bare)).toBe('2026-05,,ws_1,,cpu_seconds,CPU-seconds,3600,,,,,under_reported,,,,,,,');
});

describe('what a spreadsheet would run', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['+49 30', "'+49 30"],
    ['-Acme', "'-Acme"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['\rx', '"\'\rx"'],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    ['A = B', 'A = B'],
    ['Acme, Inc.', '"Acme, Inc."'],
    ['the "Acme"', '"the ""Acme"""'],
    ['two\nlines', '"two\nlines"'],
  ])('%j', (text, field) => expect(csvText(text)).toBe(field));

  test('numbers stay numbers', () => {
    const negative = cell({ drift: { absolute: parseDecimal('-360'), relative: parseDecimal('-0.1') } });
    expect(csvLine('2026-05', negative)).toContain(',-360,-0.1,');
  });
});

/** RFC 4180 as its text says, sharing nothing with the writer. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let field = '';
    if (text[at] === '"') {
      at += 1;
      for (;;) {
        if (text[at] === '"' && text[at + 1] === '"') {
          field += '"';
          at += 2;
        } else if (text[at] === '"') {
          at += 1;
          break;
        } else {
          field += text[at];
          at += 1;
        }
      }
    } else {
      while (at < text.length && text[at] !== ',' && text[at] !== '\r') field += text[at++];
    }
    row.push(field);
    if (text[at] === ',') {
      at += 1;
      if (at === text.length) row.push('');
    } else {
      expect(text.slice(at, at + 2)).toBe('\r\n');
      rows.push(row);
      row = [];
      at += 2;
    }
  }
  return rows;
}

test('every name comes back from a reader of RFC 4180, in pieces of any size', () => {
  const names = fc.string({ unit: fc.constantFrom(...'=+-@,"\r\n\t ab;é😀'.split(/(?:)/u)), maxLength: 12 });
  fc.assert(
    fc.property(fc.array(names, { minLength: 1, maxLength: 20 }), (given) => {
      const pieces: string[] = [];
      writeCsv(
        '2026-05',
        given.map((name) => cell({ name })),
        (piece) => pieces.push(piece),
      );
      const rows = parse(pieces.join(''));
      expect(rows[0]).toEqual([...CSV_COLUMNS]);
      const guarded = given.map((name) => (/^[=+\-@\t\r]/.test(name) ? `'${name}` : name));
      expect(rows.slice(1).map((row) => row[3])).toEqual(guarded);
      expect(rows.every((row) => row.length === CSV_COLUMNS.length)).toBe(true);
    }),
    { numRuns: 300, seed: 9 },
  );
});

test('pieces are handed on at 256 KiB', () => {
  const pieces: string[] = [];
  writeCsv(
    '2026-05',
    Array.from({ length: 8000 }, () => cell()),
    (piece) => pieces.push(piece),
  );
  expect(pieces.length).toBeGreaterThan(3);
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(257 * 1024);
});
