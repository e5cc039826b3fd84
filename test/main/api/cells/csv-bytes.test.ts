import { expect, test } from 'vitest';
import { CsvBytes } from '../../../../main/api/cells/csv-bytes.ts';
import { formatDecimal, normalize } from '../../../../shared/values/decimal.ts';
import { formatMinorAsMajor } from '../../../../shared/values/money.ts';
import { fromStored } from '../../../../shared/values/quantity.ts';

function written(write: (bytes: CsvBytes) => void): { readonly text: string; readonly pieces: number } {
  const pieces: Uint8Array[] = [];
  const bytes = new CsvBytes((piece) => pieces.push(Uint8Array.from(piece)));
  write(bytes);
  bytes.end();
  return { text: Buffer.concat(pieces).toString('utf8'), pieces: pieces.length };
}

const INTEGERS = [
  ...[0, 1, 9, 10, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER],
  ...Array.from({ length: 15 }, (_, power) => [10 ** power - 1, 10 ** power, 10 ** power + 1]).flat(),
];
const FRACS = [0, 1, 10, 999, 10 ** 9 - 1, 10 ** 9, 10 ** 9 + 1, 5 * 10 ** 11, 10 ** 12 - 1, 123_456_789_012];

test('quantities and amounts read as everywhere else', () => {
  for (const whole of INTEGERS) {
    for (const frac of FRACS) {
      expect(written((bytes) => bytes.quantity(whole, frac)).text).toBe(
        formatDecimal(normalize(fromStored(whole, frac))),
      );
    }
    for (const [currency, digits] of [['usd', 2] as const, ['jpy', 0] as const, ['kwd', 3] as const]) {
      expect(written((bytes) => bytes.amount(whole, digits)).text).toBe(formatMinorAsMajor(BigInt(whole), currency));
    }
  }
});

test('pieces of any length arrive in order', () => {
  const texts = ['é', 'x'.repeat(300 * 1024), 'ß€', 'y'.repeat(256 * 1024), '', 'z'.repeat(256 * 1024 - 3)];
  const { text, pieces } = written((bytes) => {
    for (const each of texts) {
      bytes.text(each);
      bytes.quantity(12_345_678_901, 5);
    }
  });
  const expected = texts.map((each) => `${each}12345678901.000000000005`).join('');
  expect(text === expected).toBe(true);
  expect(pieces).toBeGreaterThan(3);
});
