import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { capAt, shortfall } from '../../../../shared/rating/adjust/commitment.ts';
import { toMinorUnits } from '../../../../shared/rating/adjust/money-rounding.ts';
import { afterTaking, type Net, roundedNet, sumNets } from '../../../../shared/rating/adjust/net.ts';
import { decimal, formatDecimal, parseDecimal } from '../../../../shared/values/decimal.ts';

const HALF_UP = toMinorUnits('half_up');
const nets = (...texts: string[]): Net[] => texts.map((text) => roundedNet(parseDecimal(text), HALF_UP));

describe('maximum', () => {
  test.each([
    ['below it nothing is taken', '300', ['100', '200'], [0n, 0n]],
    ['the line that passes it gives the excess', '250', ['100', '200', '50'], [0n, 50n, 50n]],
    ['a maximum of 0 takes all', '0', ['100', '1'], [100n, 1n]],
    ['a fraction of a unit is rounded where rounded amounts are compared', '99.5', ['150'], [50n]],
    ['a credit makes room', '100', ['90', '-30', '60'], [0n, 0n, 20n]],
  ] as const)('%s', (_, maximum, lines, minors) => {
    expect(capAt(nets(...lines), parseDecimal(maximum), HALF_UP).map(({ minor }) => minor)).toEqual(minors);
  });

  test('what is left is the smaller of the two', () => {
    const amounts = fc.array(fc.bigInt({ min: 0n, max: 1_000n }), { maxLength: 6 });
    fc.assert(
      fc.property(amounts, fc.bigInt({ min: 0n, max: 3_000n }), (list, maximum) => {
        const lines = list.map((minor) => ({ exact: decimal(minor), minor }));
        const left = sumNets(afterTaking(lines, capAt(lines, decimal(maximum), HALF_UP)));
        const whole = sumNets(lines).minor;
        expect(left.minor).toBe(whole < maximum ? whole : maximum);
        expect(left.exact.coefficient).toBe(left.minor);
      }),
      { seed: 20_260_613, numRuns: 1_000 },
    );
  });
});

describe('minimum', () => {
  test.each([
    ['reached', '300', ['100', '200'], null],
    ['nothing used', '500', [], ['500', 500n]],
    // 2.4 rounds to 2: 8 are missing from what is charged, 7.6 from what is exact
    ['each track lacks its own', '10', ['2.4'], ['7.6', 8n]],
    ['reached rounded, not unrounded', '3', ['2.6'], ['0.4', 0n]],
    ['a fraction of a unit is rounded at the end', '10.5', ['10'], ['0.5', 1n]],
  ] as const)('%s', (_, minimum, lines, missing) => {
    const found = shortfall(nets(...lines), parseDecimal(minimum), HALF_UP);
    expect(found === null ? null : [formatDecimal(found.exact), found.minor]).toEqual(missing);
  });
});
