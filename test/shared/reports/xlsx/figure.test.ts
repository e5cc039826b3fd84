import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sheetFigure } from '../../../../shared/reports/xlsx/figure.ts';
import { columnName } from '../../../../shared/reports/xlsx/sheet.ts';
import { cellText, MAX_CELL_CHARACTERS, xmlText } from '../../../../shared/reports/xlsx/xml.ts';
import { formatDecimal, parseDecimal } from '../../../../shared/values/decimal.ts';
import { unescaped } from '../../../oracles/workbook-reader.ts';

const Exact = Decimal.clone({ precision: 400, toExpNeg: -400, toExpPos: 400 });

test.each([
  ['0', '0', true, null],
  ['-12.50', '-12.5', false, null],
  ['999999999999999', '999999999999999', true, null],
  ['1000000000000000', '1000000000000000', true, null],
  ['9007199254740993', '9007199254740990', true, '9007199254740993'],
  ['0.123456789012345', '0.123456789012345', false, null],
  ['0.1234567890123455', '0.123456789012346', false, '0.1234567890123455'],
  ['-999999999999999.5', '-1000000000000000', true, '-999999999999999.5'],
  ['1234567890.1234567', '1234567890.12346', false, '1234567890.1234567'],
])('%s stands in a cell as %s', (text, number, isWhole, exact) => {
  expect(sheetFigure(parseDecimal(text))).toEqual({ number, isWhole, exact });
});

test('a number larger than any of a spreadsheet keeps its text alone', () => {
  const text = `1${'2'.repeat(320)}`;
  expect(sheetFigure(parseDecimal(text))).toEqual({ number: null, isWhole: true, exact: text });
});

test('no digit is lost silently: what is not exact is said, and is within half of its 15th digit', () => {
  const figures = fc.tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: 0, max: 30 }));
  fc.assert(
    fc.property(figures, ([coefficient, scale]) => {
      const value = { coefficient, scale };
      const { number, exact } = sheetFigure(value);
      const text = formatDecimal(value);
      const shown = new Exact(number ?? 'NaN');
      expect(shown.precision()).toBeLessThanOrEqual(15);
      const wanted = new Exact(text);
      if (exact === null) {
        expect(shown.equals(wanted)).toBe(true);
        return;
      }
      expect(exact).toBe(text);
      expect(shown.equals(wanted.toSignificantDigits(15, Exact.ROUND_HALF_EVEN))).toBe(true);
      expect(shown.equals(wanted)).toBe(false);
    }),
  );
});

test('any text comes back from the XML', () => {
  const odd = fc.constantFrom('_x0041_', '<&>"', '\u0007', '\r\n', '\t', '=1+1', '\u202e', '_', 'x');
  const texts = fc.array(fc.oneof(fc.string({ unit: 'binary' }), odd), { maxLength: 6 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(texts, (text) => {
      const xml = xmlText(text);
      expect(xml).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot);)/);
      expect(unescaped(xml)).toBe(text.toWellFormed());
    }),
  );
});

test('half a surrogate pair, and a text longer than a cell', () => {
  expect(xmlText('a\ud800b')).toBe('a\ufffdb');
  const long = cellText('x'.repeat(40_000));
  expect(long).toHaveLength(MAX_CELL_CHARACTERS);
  expect(long.endsWith('…')).toBe(true);
});

test.each([
  [0, 'A'],
  [25, 'Z'],
  [26, 'AA'],
  [51, 'AZ'],
  [52, 'BA'],
  [701, 'ZZ'],
  [702, 'AAA'],
])('column %i is %s', (index, name) => expect(columnName(index)).toBe(name));
