import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  absolute,
  add,
  compare,
  type Decimal,
  decimal,
  divide,
  equals,
  formatDecimal,
  formatFixed,
  isNegative,
  isZero,
  MAX_DIGITS,
  maximum,
  minimum,
  multiply,
  negate,
  normalize,
  parseDecimal,
  rescaleExact,
  round,
  subtract,
  sum,
  tryParseDecimal,
} from '../../../shared/values/decimal.ts';
import { decimalText, roundingMode, SEED } from './arbitraries.ts';
import { Exact, ORACLE_MODE, plain } from './oracle.ts';

const of = (text: string): Decimal => parseDecimal(text);

describe('reading', () => {
  test.each([
    ['3600', '3600'],
    ['-1.50', '-1.5'],
    ['+7', '7'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['0', '0'],
    ['-0', '0'],
    ['-0.000', '0'],
    ['007.10', '7.1'],
    ['1e-9', '0.000000001'],
    ['1E3', '1000'],
    ['1.25e+1', '12.5'],
    ['0.000012', '0.000012'],
    ['123456789012345678.123456789012', '123456789012345678.123456789012'],
    ['9007199254740993', '9007199254740993'],
    ['1.2e-15', '0.0000000000000012'],
  ])('%s is %s', (text, expected) => {
    expect(formatDecimal(of(text))).toBe(expected);
  });

  test.each(['', '.', '-', '+.', 'e5', '1e', '1.2.3', '1,000', '0x10', ' 1', '1 ', 'NaN', 'Infinity', '-inf', '١'])(
    '%j is refused',
    (text) => {
      expect(tryParseDecimal(text)).toBeNull();
      expect(() => of(text)).toThrowError(expect.objectContaining({ code: 'decimal.malformed' }));
    },
  );

  test.each([
    '1e1001',
    '1e-1001',
    '1e99999999999999999999',
    '1'.repeat(MAX_DIGITS + 1),
    `0.${'1'.repeat(MAX_DIGITS + 1)}`,
  ])('a size that would exhaust memory is refused: %.24s', (text) => {
    expect(() => of(text)).toThrowError(expect.objectContaining({ code: 'decimal.out_of_range' }));
  });

  test('the error names the place and shortens the text', () => {
    const long = 'x'.repeat(500);
    expect(() => parseDecimal(long, 'meters[0].usage.scale')).toThrowError(
      expect.objectContaining({ path: 'meters[0].usage.scale', message: expect.stringMatching(/^.{30,80}$/) }),
    );
  });

  test('what is written is read back the same', () => {
    fc.assert(
      fc.property(decimalText(), (text) => {
        const written = formatDecimal(of(text));
        expect(written).toBe(plain(new Exact(text)));
        expect(written).toMatch(/^(0|-?(0|[1-9]\d*)(\.\d*[1-9])?)$/);
        expect(equals(of(written), of(text))).toBe(true);
      }),
      SEED,
    );
  });
});

describe('arithmetic agrees with an independent library', () => {
  const pairs = fc.tuple(decimalText(), decimalText());

  test.each([
    ['add', add, (a, b) => a.plus(b)],
    ['subtract', subtract, (a, b) => a.minus(b)],
    ['multiply', multiply, (a, b) => a.times(b)],
    ['maximum', maximum, (a, b) => Exact.max(a, b)],
    ['minimum', minimum, (a, b) => Exact.min(a, b)],
  ] satisfies [
    string,
    (a: Decimal, b: Decimal) => Decimal,
    (a: InstanceType<typeof Exact>, b: InstanceType<typeof Exact>) => InstanceType<typeof Exact>,
  ][])('%s', (_, ours, theirs) => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        expect(formatDecimal(ours(of(a), of(b)))).toBe(plain(theirs(new Exact(a), new Exact(b))));
      }),
      SEED,
    );
  });

  test('compare, equals and the signs', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const [left, right] = [new Exact(a), new Exact(b)];
        expect(compare(of(a), of(b))).toBe(left.comparedTo(right));
        expect(equals(of(a), of(b))).toBe(left.equals(right));
        expect(isZero(of(a))).toBe(left.isZero());
        expect(isNegative(of(a))).toBe(left.lessThan(0));
        expect(formatDecimal(absolute(of(a)))).toBe(plain(left.abs()));
        expect(formatDecimal(negate(of(a)))).toBe(plain(left.negated()));
      }),
      SEED,
    );
  });

  test('round, in every mode', () => {
    fc.assert(
      fc.property(decimalText(), fc.integer({ min: 0, max: 15 }), roundingMode(), (text, places, mode) => {
        const expected = new Exact(text).toDecimalPlaces(places, ORACLE_MODE[mode]);
        expect(formatDecimal(round(of(text), places, mode))).toBe(plain(expected));
      }),
      SEED,
    );
  });

  test('divide, in every mode', () => {
    const divisor = decimalText().filter((text) => !new Exact(text).isZero());
    fc.assert(
      fc.property(decimalText(), divisor, fc.integer({ min: 0, max: 15 }), roundingMode(), (a, b, places, mode) => {
        const expected = new Exact(a).dividedBy(b).toDecimalPlaces(places, ORACLE_MODE[mode]);
        expect(formatDecimal(divide(of(a), of(b), places, mode))).toBe(plain(expected));
      }),
      SEED,
    );
  });

  test('sum does not depend on the order', () => {
    fc.assert(
      fc.property(fc.array(decimalText(), { maxLength: 12 }), (texts) => {
        const total = texts.reduce((accumulated, text) => accumulated.plus(text), new Exact(0));
        expect(formatDecimal(sum(texts.map(of)))).toBe(plain(total));
        expect(equals(sum(texts.map(of)), sum([...texts].reverse().map(of)))).toBe(true);
      }),
      SEED,
    );
  });

  test('normalize keeps the value and has no trailing zero', () => {
    fc.assert(
      fc.property(decimalText(), (text) => {
        const smallest = normalize(of(text));
        expect(equals(smallest, of(text))).toBe(true);
        expect(smallest.scale === 0 || smallest.coefficient % 10n !== 0n).toBe(true);
      }),
      SEED,
    );
  });
});

describe('edges', () => {
  test.each([
    ['0.5', 0, { half_up: '1', half_even: '0', up: '1', down: '0', ceiling: '1', floor: '0' }],
    ['-0.5', 0, { half_up: '-1', half_even: '0', up: '-1', down: '0', ceiling: '0', floor: '-1' }],
    ['1.5', 0, { half_up: '2', half_even: '2', up: '2', down: '1', ceiling: '2', floor: '1' }],
    ['2.5', 0, { half_up: '3', half_even: '2', up: '3', down: '2', ceiling: '3', floor: '2' }],
    ['-2.5', 0, { half_up: '-3', half_even: '-2', up: '-3', down: '-2', ceiling: '-2', floor: '-3' }],
    ['0.49999999999999999999', 0, { half_up: '0', half_even: '0', up: '1', down: '0', ceiling: '1', floor: '0' }],
    ['0.50000000000000000001', 0, { half_up: '1', half_even: '1', up: '1', down: '0', ceiling: '1', floor: '0' }],
    ['1.005', 2, { half_up: '1.01', half_even: '1', up: '1.01', down: '1', ceiling: '1.01', floor: '1' }],
    ['-1.001', 2, { half_up: '-1', half_even: '-1', up: '-1.01', down: '-1', ceiling: '-1', floor: '-1.01' }],
    ['7', 2, { half_up: '7', half_even: '7', up: '7', down: '7', ceiling: '7', floor: '7' }],
  ] as const)('%s to %d places', (text, places, expected) => {
    for (const [mode, result] of Object.entries(expected)) {
      expect([mode, formatDecimal(round(of(text), places, mode as keyof typeof expected))]).toEqual([mode, result]);
    }
  });

  test('a tie of a quotient is a tie, one digit more is not', () => {
    expect(formatDecimal(divide(of('1'), of('8'), 2, 'half_even'))).toBe('0.12');
    expect(formatDecimal(divide(of('1.0000000000000000000001'), of('8'), 2, 'half_even'))).toBe('0.13');
    expect(formatDecimal(divide(of('-1'), of('8'), 2, 'half_up'))).toBe('-0.13');
    expect(formatDecimal(divide(of('1'), of('-3'), 12, 'floor'))).toBe('-0.333333333334');
  });

  test('there is no division by zero', () => {
    expect(() => divide(of('1'), of('0.00'), 2, 'half_up')).toThrow(RangeError);
  });

  test.each([
    ['3.5', 2, '3.50'],
    ['-0.05', 2, '-0.05'],
    ['0', 2, '0.00'],
    ['7', 0, '7'],
    ['-7.00', 0, '-7'],
    ['0.10', 3, '0.100'],
  ])('%s with %d places is %s', (text, places, expected) => {
    expect(formatFixed(of(text), places)).toBe(expected);
  });

  test('a fixed number of places never loses a digit', () => {
    expect(() => formatFixed(of('0.005'), 2)).toThrow(RangeError);
    expect(() => rescaleExact(of('0.005'), 2)).toThrow('0.005 does not fit 2 decimals');
    expect(rescaleExact(decimal(500n, 3), 1)).toBe(5n);
  });

  test('nothing is added up to zero', () => {
    expect(formatDecimal(sum([]))).toBe('0');
  });

  test('the edge that binary floats get wrong: 0.001 × 1 = 1 − 0.999', () => {
    expect(compare(subtract(of('1'), of('0.999')), multiply(of('0.001'), of('1')))).toBe(0);
  });
});
