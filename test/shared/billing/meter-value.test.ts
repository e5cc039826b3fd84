import fc from 'fast-check';
import { expect, test } from 'vitest';
import { meterPayloadValue, roundToMeterValue } from '../../../shared/billing/meter-value.ts';
import { equals, parseDecimal } from '../../../shared/values/decimal.ts';
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
