import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAmount, formatMoney } from '../../renderer/format/money.ts';
import {
  formatCount,
  formatDifference,
  formatParts,
  formatPercent,
  formatQuantity,
  groupNumbersIn,
  joinParts,
  signOfText,
  widestFraction,
} from '../../renderer/format/number.ts';

const THIN = '\u202f';

describe('quantities', () => {
  test.each([
    ['0', '0'],
    ['7', '7'],
    ['999', '999'],
    ['1000', `1${THIN}000`],
    ['41203118', `41${THIN}203${THIN}118`],
    ['-3600', `−3${THIN}600`],
    ['0.25', '0.25'],
    ['1.500', '1.5'],
    ['0.1234567', '0.123457…'],
    ['0.1234560', '0.123456'],
    ['0.000000000001', '0.000000…'],
    ['-0.000000000001', '−0.000000…'],
    ['999.9999999', `1${THIN}000.000000…`],
    ['123456789012345678.123456789012', `123${THIN}456${THIN}789${THIN}012${THIN}345${THIN}678.123457…`],
  ])('%s reads %s', (text, shown) => expect(formatQuantity(text)).toBe(shown));

  test('absent is a dash, zero is not', () => {
    expect(formatQuantity(null)).toBe('–');
    expect(formatQuantity('0.000')).toBe('0');
  });

  test('what is not a number is shown as it stands', () => expect(formatQuantity('n/a')).toBe('n/a'));

  test('the exact text stays at hand', () => {
    expect(formatParts('0.1234567')).toMatchObject({ isCut: true, exact: '0.1234567' });
    expect(formatParts('0.123456')).toMatchObject({ isCut: false });
  });

  test('no digit is lost or invented, whatever the size', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
        fc.integer({ min: 0, max: 6 }),
        (units, scale) => {
          const digits = units
            .toString()
            .replace('-', '')
            .padStart(scale + 1, '0');
          const text = `${units < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}${scale === 0 ? '' : `.${digits.slice(-scale)}`}`;
          const read = joinParts(formatParts(text)).replaceAll(THIN, '').replace('−', '-');
          const [whole = '', fraction = ''] = read.split('.');
          expect(BigInt(whole + fraction.padEnd(scale, '0'))).toBe(units);
        },
      ),
    );
  });
});

describe('differences', () => {
  test.each([
    ['0', '0'],
    ['360', '+360'],
    ['-360', '−360'],
    ['13116', `+13${THIN}116`],
  ])('%s reads %s', (text, shown) => expect(formatDifference(text)).toBe(shown));

  test.each([
    ['0', `0${THIN}%`],
    ['0.1', `+10${THIN}%`],
    ['1', `+100${THIN}%`],
    ['-0.0003', `−0.03${THIN}%`],
    ['0.000047', `+0.005${THIN}%`],
    ['0.000000000001', `+0.0000000001${THIN}%`],
  ])('a ratio of %s reads %s', (ratio, shown) => expect(formatPercent(ratio)).toBe(shown));

  test('signs', () => {
    expect([signOfText('0.00'), signOfText('-0.01'), signOfText('3'), signOfText(null)]).toEqual([0, -1, 1, 0]);
  });
});

describe('money', () => {
  test.each([
    ['128410.22', 'usd', '$128,410.22'],
    ['0.08', 'usd', '$0.08'],
    ['-0.08', 'usd', '−$0.08'],
    ['3.5', 'eur', '€3.50'],
    ['0', 'usd', '$0'],
    ['1200', 'jpy', '¥1,200'],
    ['12', 'chf', 'CHF\u00a012.00'],
    ['1.5', 'kwd', 'KWD\u00a01.500'],
    ['0.000234', 'usd', '$0.000234'],
  ])('%s %s reads %s', (text, currency, shown) => expect(formatMoney(text, currency)).toBe(shown));

  test('a difference carries its sign, nothing is a dash', () => {
    expect(formatAmount('10.5', 'usd', true)).toBe('+10.50');
    expect(formatAmount('0.00', 'usd', true)).toBe('0');
    expect(formatMoney('10.5', 'usd', true)).toBe('+$10.50');
    expect(formatMoney(null, 'usd')).toBe('–');
  });
});

test('counts', () =>
  expect([formatCount(0), formatCount(1204), formatCount(1_000_000)]).toEqual(['0', '1,204', '1,000,000']));

test('the widest fraction of a column is what its points need', () => {
  expect(widestFraction(['1', '0.25', null, '3.1234567'])).toBe(6);
  expect(widestFraction([])).toBe(0);
});

test('long numbers in a sentence are grouped, ids and instants are not', () => {
  expect(groupNumbersIn('Stripe holds 950977.923676 CPU-seconds less than were used.')).toBe(
    `Stripe holds 950${THIN}977.923676 CPU-seconds less than were used.`,
  );
  const untouched = 'ws_10053 of cus_123456 at 2026-05-14T03:00:00Z, 1234 keys, path/12345';
  expect(groupNumbersIn(untouched)).toBe(untouched);
  expect(groupNumbersIn('It is 12345.')).toBe(`It is 12${THIN}345.`);
});
