import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ascending, descending } from '../../../../main/api/cells/ascending.ts';

/** The rule itself: by number in either direction, equal ones as they came, those without a number last. */
function slowly(keys: Float64Array, given: readonly number[], sign: 1 | -1): readonly number[] {
  const placeOf = new Map(given.map((id, place) => [id, place]));
  return [...given].sort((a, b) => {
    const [left, right] = [keys[a] as number, keys[b] as number];
    const inTurn = (placeOf.get(a) as number) - (placeOf.get(b) as number);
    if (Number.isNaN(left) || Number.isNaN(right)) {
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right)) || inTurn;
    }
    return left === right ? inTurn : left < right ? -sign : sign;
  });
}

function expectSorted(keys: Float64Array, given: readonly number[]): void {
  const sorted = ascending(keys, Int32Array.from(given));
  expect([...sorted.ids]).toEqual(slowly(keys, given, 1));
  expect([...descending(sorted)]).toEqual(slowly(keys, given, -1));
}

const number = fc.oneof(
  fc.double({ noDefaultInfinity: true }),
  fc.constantFrom(0, -0, Number.NaN, 1, -1, 2 ** 53, -(2 ** 53), 1e-12, Number.MIN_VALUE),
  fc.integer({ min: -5, max: 5 }),
  // Numbers whose high halves are equal.
  fc.integer({ min: 0, max: 1000 }).map((low) => 1 + low * 2 ** -50),
);

test.each([40, 2000])('any numbers, up to %i', (most) => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: most, size: 'max' }), fc.infiniteStream(fc.nat()), (values, dice) => {
      const ids = values.map((_, id) => id);
      const weights = ids.map(() => dice.next().value as number);
      const shuffled = ids.toSorted((a, b) => (weights[a] as number) - (weights[b] as number));
      const given = shuffled.filter((_, place) => place % 7 !== 3);
      expectSorted(Float64Array.from(values), given);
    }),
    { numRuns: 60 },
  );
});

test.each([
  ['the last bits alone differ', (id: number) => 1 + ((id * 7919) % 3001) * 2 ** -52],
  ['of negative numbers too', (id: number) => -1 - ((id * 7919) % 3001) * 2 ** -52],
  ['mostly one number', (id: number) => (id % 113 === 0 ? id - 1000 : 0)],
  ['quantities with long fractions', (id: number) => ((id * 104_729) % 9_999_991) + (id % 3) / 1e12],
])('%s', (_name, keyOf) => {
  const given = Array.from({ length: 3000 }, (_, place) => (place * 1_009) % 3000);
  expectSorted(
    Float64Array.from(given, (_, id) => keyOf(id)),
    given,
  );
});
