import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HourPacker, type HourValue, packHours, unpackHours } from '../../../main/cache/hour-pack.ts';

const whole = fc.oneof(
  fc.integer({ min: -10, max: 10 }).map((value) => (value === 0 ? 0 : value)),
  fc.maxSafeInteger(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
);
const frac = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 999_999_999_999 }));
const value = fc.oneof(
  { weight: 8, arbitrary: fc.record({ whole, frac }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }).map((text) => ({ whole: 0, frac: 0, text })) },
);
const hours = fc
  .uniqueArray(fc.integer({ min: 0, max: 800 }), { maxLength: 60 })
  .chain((list) =>
    fc.tuple(...list.sort((a, b) => a - b).map((hour) => value.map((rest): HourValue => ({ hour, ...rest })))),
  );

test('hours come back from the pack exactly', () => {
  fc.assert(
    fc.property(hours, (list) => {
      expect(unpackHours(packHours(list))).toEqual(list);
    }),
    { numRuns: 2_000, seed: 20260601 },
  );
});

test('some hours are those of the whole', () => {
  fc.assert(
    fc.property(hours, fc.nat(800), fc.nat(800), (list, first, end) => {
      const within = list.filter(({ hour }) => first <= hour && hour < end);
      expect(unpackHours(packHours(list), { first, end })).toEqual(within);
    }),
    { numRuns: 500, seed: 20260602 },
  );
});

test('cells packed one behind another stay apart, also while the buffer grows', () => {
  fc.assert(
    fc.property(fc.array(hours, { maxLength: 40 }), (cells) => {
      const packer = new HourPacker();
      const views = cells.map((cell) => packer.pack(cell));
      expect(views.map((view) => unpackHours(view))).toEqual(cells);
      expect(packer.packed.length).toBe(views.reduce((sum, view) => sum + view.length, 0));
    }),
    { numRuns: 100, seed: 20260602 },
  );
});

test('a long text beside many hours fits', () => {
  const list: HourValue[] = Array.from({ length: 744 }, (_, hour) =>
    hour % 2 === 0 ? { hour, whole: 0, frac: 0, text: 'ü'.repeat(5_000) } : { hour, whole: -1, frac: 1 },
  );
  expect(unpackHours(packHours(list))).toEqual(list);
});

test('whole numbers below 2^53 are numbers again, the others bigint', () => {
  const list: HourValue[] = [
    { hour: 0, whole: 2 ** 53 - 1, frac: 0 },
    { hour: 1, whole: 2n ** 53n, frac: 0 },
    { hour: 2, whole: -(2n ** 63n), frac: 999_999_999_999 },
  ];
  expect(unpackHours(packHours(list))).toEqual(list);
});

test('a month of steady hours is small', () => {
  const month = Array.from({ length: 744 }, (_, hour): HourValue => ({ hour, whole: 3600, frac: 0 }));
  expect(packHours(month).length).toBe(744 * 3);
});
