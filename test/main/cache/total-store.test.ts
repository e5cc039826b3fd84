import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bulkInsert } from '../../../main/cache/bulk-insert.ts';
import { storedSummary, writeMonthSummary } from '../../../main/cache/summary-store.ts';
import {
  meteredTotal,
  readSummaryTotal,
  readSummaryTotals,
  readUsageTotals,
  type TotalChunk,
  valueAt,
} from '../../../main/cache/total-store.ts';
import { equals, formatDecimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { fromStored } from '../../../shared/values/quantity.ts';
import { scratchCache } from './scratch.ts';

const PULL = 1;

const whole = fc.oneof(
  fc.maxSafeInteger().map(BigInt),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n), 0n),
);
const row = fc.record({ whole, frac: fc.bigInt({ min: 0n, max: 999_999_999_999n }) });

const flat = (chunks: Iterable<TotalChunk>): readonly string[] =>
  [...chunks].flatMap((chunk) =>
    Array.from({ length: chunk.length }, (_, index) => {
      const value = valueAt(chunk, index);
      return `${chunk.keys[index]} ${value === null ? 'none' : formatDecimal(value)}`;
    }),
  );

test('totals of any size are read back exactly, chunk by chunk, in key order', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 250 }), fc.integer({ min: 1, max: 40 }), (rows, chunkRows) => {
      const db = scratchCache();
      const insert = bulkInsert(db, 'usage_month', ['pull', 'usage_key', 'whole', 'frac', 'invalid']);
      for (const [index, { whole, frac }] of rows.entries()) insert.add([PULL, index * 3 + 1, whole, frac, null]);
      insert.flush();
      const expected = rows.map(
        ({ whole, frac }, index) => `${index * 3 + 1} ${formatDecimal(fromStored(whole, frac))}`,
      );
      expect(flat(readUsageTotals(db, PULL, chunkRows))).toEqual(expected);
      db.close();
    }),
    { numRuns: 40, seed: 20260603 },
  );
});

test("Stripe's text is kept exactly, whatever it is", () => {
  expect(storedSummary('-1.5')).toEqual({ whole: -2n, frac: 500_000_000_000n, exact: null });
  expect(storedSummary('1e3')).toEqual({ whole: 1000n, frac: 0n, exact: null });
  expect(storedSummary('9223372036854775808')).toEqual({ whole: 0n, frac: 0n, exact: '9223372036854775808' });
  expect(storedSummary('0.1234567890123')).toEqual({ whole: 0n, frac: 0n, exact: '0.1234567890123' });
  expect(storedSummary('NaN').exact).toBe('NaN');
});

test('absent and zero stay apart; the total of a meter adds up everything that is a number', () => {
  const db = scratchCache();
  const values = ['0', null, '9223372036854775808', '-0.5', 'odd', '0.0000000000001'];
  for (const [index, value] of values.entries()) writeMonthSummary(db, PULL, index + 1, value);
  expect(flat(readSummaryTotals(db, PULL))).toEqual([
    '1 0',
    '2 none',
    '3 9223372036854775808',
    '4 -0.5',
    '5 none',
    '6 0.0000000000001',
  ]);
  expect(readSummaryTotal(db, PULL, 1)?.hasValue).toBe(true);
  expect(readSummaryTotal(db, PULL, 2)?.hasValue).toBe(false);
  expect(readSummaryTotal(db, PULL, 7)).toBeNull();
  expect(equals(meteredTotal(db, PULL), parseDecimal('9223372036854775807.5000000000001'))).toBe(true);
});
