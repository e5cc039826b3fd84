import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExact } from '../../../../main/sources/stripe/exact-json.ts';

test('numbers that a double does not hold as written arrive as their text', () => {
  expect(parseExact('{"a":9007199254740993,"b":0.1,"c":1e3,"d":7,"e":-0,"f":"1.0","g":null,"h":[1.5,2]}')).toEqual({
    a: '9007199254740993',
    b: '0.1',
    c: '1e3',
    d: 7,
    e: '-0',
    f: '1.0',
    g: null,
    h: ['1.5', 2],
  });
});

test('aggregated_value always arrives as its text', () => {
  expect(parseExact('{"aggregated_value":12}')).toEqual({ aggregated_value: '12' });
  expect(parseExact('{"aggregated_value":123456789012345678.000000000001}')).toEqual({
    aggregated_value: '123456789012345678.000000000001',
  });
});

test('a bare NaN or Infinity is kept as text, and only there', () => {
  expect(parseExact('{"aggregated_value": NaN,"id":"x"}')).toEqual({ aggregated_value: 'NaN', id: 'x' });
  expect(parseExact('{"aggregated_value":-Infinity}')).toEqual({ aggregated_value: '-Infinity' });
  expect(() => parseExact('{"id": NaN}')).toThrow(SyntaxError);
  expect(parseExact('{"note":"\\"aggregated_value\\": NaN,","aggregated_value": NaN}')).toEqual({
    note: '"aggregated_value": NaN,',
    aggregated_value: 'NaN',
  });
});

test('what JSON.parse reads exactly is unchanged', () => {
  fc.assert(
    fc.property(
      fc.jsonValue().filter((value) => !/[.e]|-0|\d{16}|aggregated/.test(JSON.stringify(value))),
      (value) => {
        const text = JSON.stringify(value);
        expect(parseExact(text)).toEqual(JSON.parse(text));
      },
    ),
    { seed: 20_261_121 },
  );
});
