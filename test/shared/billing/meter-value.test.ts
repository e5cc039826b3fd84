import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPushedForm, meterPayloadValue, pushedForm, roundToMeterValue } from '../../../shared/billing/meter-value.ts';
import { add, equals, formatDecimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { decimalText, SEED } from '../values/arbitraries.ts';
import { Exact, plain } from '../values/oracle.ts';

test.each([
  ['0', '0'],
  ['-0.0', '0'],
  ['9000', '9000'],
  ['1e3', '1000'],
  ['0.0000000000005', '0.000000000001'],
  ['0.00000000000049', '0'],
  ['-12.25', '-12.25'],
  ['999.9999999999999', '1000'],
  ['123456789012345', '123456789012345'],
  ['123456789012345.4', '123456789012345'],
  ['99999999999999.97', '100000000000000'],
  ['99999999999999.94', '99999999999999.9'],
])('%s is sent as %s', (value, sent) => {
  expect(meterPayloadValue(parseDecimal(value))).toBe(sent);
});

test.each(['1000000000000000', '-1000000000000000', '999999999999999.5', '1e30'])('%s cannot be pushed', (value) => {
  expect(() => meterPayloadValue(parseDecimal(value))).toThrowError(
    expect.objectContaining({ code: 'quantity.too_many_digits' }),
  );
});

test('what is sent has at most 15 digits, 12 after the point, no exponent, and rounds again to itself', () => {
  const sendable = decimalText().filter((value) => new Exact(value).abs().lessThan('999999999999999.5'));
  fc.assert(
    fc.property(sendable, (value) => {
      const sent = meterPayloadValue(parseDecimal(value));
      const [whole = '', fraction = ''] = sent.replace('-', '').split('.');
      expect(whole.length + fraction.length).toBeLessThanOrEqual(whole === '0' ? 13 : 15);
      expect(fraction.length).toBeLessThanOrEqual(12);
      const places = Math.min(12, 15 - new Exact(value).abs().toFixed(0, Exact.ROUND_DOWN).length);
      expect(sent).toBe(plain(new Exact(value).toDecimalPlaces(places, Exact.ROUND_HALF_UP)));
      expect(equals(roundToMeterValue(parseDecimal(sent)), parseDecimal(sent))).toBe(true);
    }),
    SEED,
  );
});

test.each<[string, string | null, string | null]>([
  ['1234.123456789012', '1234.12345678901', '0.000000000002'],
  ['1234.123456789015', '1234.12345678902', '-0.000000000005'],
  ['99999999999999.97', '100000000000000', '-0.03'],
  ['-12345678901234.56', '-12345678901234.6', '0.04'],
  ['1000000000000000', null, null],
  ['999999999999999.5', null, null],
])('%s is pushed as %s, and %s is lost', (value, pushed, loss) => {
  const form = pushedForm(parseDecimal(value));
  expect(form).not.toBeNull();
  expect(form?.pushed == null ? null : formatDecimal(form.pushed)).toBe(pushed);
  expect(form?.loss == null ? null : formatDecimal(form.loss)).toBe(loss);
});

test.each(['0', '0.000000000001', '999.123456789012', '1234.12345678901', '999999999999999', '-1.5'])(
  '%s is pushed as it is',
  (value) => {
    expect(pushedForm(parseDecimal(value))).toBeNull();
    expect(isPushedForm(parseDecimal(value), parseDecimal(value))).toBe(false);
  },
);

test.each<[string, string, boolean]>([
  ['1234.123456789012', '1234.12345678901', true],
  ['1234.123456789012', '1234.12345678902', false],
  // The middle: the exact total may lie on either side of what 12 places say of it.
  ['1234.123456789015', '1234.12345678901', true],
  ['1234.123456789015', '1234.12345678902', true],
  ['1234.123456789012', '1234.123456789011', false],
  ['999.123456789012', '999.123456789013', false],
  ['123456789012345.4', '123456789012345', true],
  ['999999999999999.5', '1000000000000000', false],
  ['1000000000000001', '1000000000000000', false],
])('%s held as %s is the rounding of a push: %s', (value, held, isRounding) => {
  expect(isPushedForm(parseDecimal(value), parseDecimal(held))).toBe(isRounding);
});

test('what is pushed and what is lost add up to the quantity', () => {
  fc.assert(
    fc.property(decimalText(), (text) => {
      const value = parseDecimal(text);
      const form = pushedForm(value);
      if (form === null || form.pushed === null || form.loss === null) return;
      expect(equals(add(form.pushed, form.loss), value)).toBe(true);
      expect(formatDecimal(form.pushed)).toBe(meterPayloadValue(value));
    }),
    SEED,
  );
});
