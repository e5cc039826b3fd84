import fc from 'fast-check';

/** Fixed, so that a failure is the same on every machine; fast-check prints it with the counterexample. */
export const SEED = { seed: 20_260_501, numRuns: 2_000 } as const;

const digits = (maxLength: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength });

/** Text of a decimal: up to 40 digits before and 30 after the point, some with an exponent, many near zero or a tie. */
export const decimalText = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc
      .tuple(fc.constantFrom('', '-', '+'), digits(40), fc.option(digits(30)))
      .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}`),
    fc
      .tuple(fc.constantFrom('', '-'), digits(18), fc.option(digits(12)), fc.integer({ min: -40, max: 40 }))
      .map(
        ([sign, whole, fraction, exponent]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}e${exponent}`,
      ),
    fc.tuple(fc.integer({ min: -2000, max: 2000 }), fc.integer({ min: 0, max: 4 })).map(([n, e]) => `${n}e-${e}`),
    fc
      .tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: 0, max: 6 }))
      .map(([n, e]) => `${n}.${'0'.repeat(e)}5`),
  );

export const roundingMode = () =>
  fc.constantFrom(
    'half_up' as const,
    'half_even' as const,
    'up' as const,
    'down' as const,
    'ceiling' as const,
    'floor' as const,
  );
