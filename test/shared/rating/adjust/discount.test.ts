import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { takeAmount, takePercent } from '../../../../shared/rating/adjust/discount.ts';
import { toMinorUnits } from '../../../../shared/rating/adjust/money-rounding.ts';
import { afterTaking, type Net, roundedNet, sumNets } from '../../../../shared/rating/adjust/net.ts';
import {
  absolute,
  compare,
  decimal,
  formatDecimal,
  parseDecimal,
  subtract,
} from '../../../../shared/values/decimal.ts';

const HALF_UP = toMinorUnits('half_up');
const PER_LINE = { rounding: HALF_UP, percentDiscount: 'line' } as const;
const ON_TOTAL = { rounding: HALF_UP, percentDiscount: 'total' } as const;
const SPREAD = { rounding: HALF_UP, sharing: 'largest_remainder' } as const;
const all = (): boolean => true;
const nets = (...texts: string[]): Net[] => texts.map((text) => roundedNet(parseDecimal(text), HALF_UP));
const shown = (list: readonly Net[]): unknown[] => list.map(({ exact, minor }) => [formatDecimal(exact), minor]);

describe('percent', () => {
  test.each([
    // 999 × 10 % = 99.9 → 100; 1001 × 10 % = 100.1 → 100
    ['per line', PER_LINE, '10', ['999', '1001'], [100n, 100n]],
    // 5 × 10 % = 0.5 → 1, three times; once on 15 it is 1.5 → 2
    ['a tie goes away from zero on every line', PER_LINE, '10', ['5', '5', '5'], [1n, 1n, 1n]],
    ['the same once on the sum', ON_TOTAL, '10', ['5', '5', '5'], [1n, 1n, 0n]],
    ['everything', PER_LINE, '100', ['7', '0'], [7n, 0n]],
    ['nothing', PER_LINE, '0', ['7'], [0n]],
    ['a decimal percent: 8000 × 12.5 % = 1000', PER_LINE, '12.5', ['8000'], [1000n]],
    ['a credit gives nothing', PER_LINE, '50', ['-100', '100'], [0n, 50n]],
  ] as const)('%s', (_, how, percent, lines, minors) => {
    const taken = takePercent(nets(...lines), parseDecimal(percent), all, how);
    expect(taken.map(({ minor }) => minor)).toEqual(minors);
  });

  test('the unrounded track starts from the unrounded line', () => {
    // 2.49984 rounds to 2; half of 2 is 1, half of 2.49984 is 1.24992
    expect(shown(takePercent(nets('2.49984'), parseDecimal('50'), all, PER_LINE))).toEqual([['1.24992', 1n]]);
  });

  test('only lines that are meant', () => {
    const taken = takePercent(nets('100', '100'), parseDecimal('25'), (index) => index === 1, PER_LINE);
    expect(shown(taken)).toEqual([
      ['0', 0n],
      ['25', 25n],
    ]);
  });

  test('rounding up takes no more than the line has', () => {
    const up = { rounding: { mode: 'up', unitMinor: 10n }, percentDiscount: 'line' } as const;
    expect(takePercent([{ exact: decimal(5n), minor: 5n }], parseDecimal('50'), all, up)[0]?.minor).toBe(5n);
  });

  test.each(['-1', '100.01'])('%s %% is no percentage', (percent) => {
    expect(() => takePercent(nets('1'), parseDecimal(percent), all, PER_LINE)).toThrow(RangeError);
  });
});

describe('amount', () => {
  test.each([
    ['one line', 500n, ['2000'], [500n]],
    ['no more than is left', 5000n, ['2000', '500'], [2000n, 500n]],
    // 100 over 333, 333, 334: 33.3, 33.3, 33.4 → the unit that remains goes to the largest remainder
    ['a remainder', 100n, ['333', '333', '334'], [33n, 33n, 34n]],
    ['credits take no part', 100n, ['-300', '300', '100'], [0n, 75n, 25n]],
    ['nothing is left', 100n, ['-300', '0'], [0n, 0n]],
  ] as const)('%s', (_, amount, lines, minors) => {
    expect(takeAmount(nets(...lines), amount, all, SPREAD).map(({ minor }) => minor)).toEqual(minors);
  });

  test('the rounded and the unrounded track each take what they have', () => {
    const taken = takeAmount(nets('0.4', '0.4'), 5n, all, SPREAD);
    expect(sumNets(taken).minor).toBe(0n);
    expect(formatDecimal(sumNets(taken).exact)).toBe('0.8');
  });

  test('in tens where the currency has them', () => {
    const tens = { rounding: { mode: 'half_up', unitMinor: 10n }, sharing: 'largest_remainder' } as const;
    const taken = takeAmount(
      [100n, 200n, 400n].map((minor) => ({ exact: decimal(minor), minor })),
      109n,
      all,
      tens,
    );
    expect(taken.map(({ minor }) => minor)).toEqual([10n, 30n, 60n]);
  });
});

const amount = fc
  .tuple(fc.integer({ min: -2_000, max: 200_000 }), fc.integer({ min: 0, max: 5 }))
  .map(([coefficient, scale]) => roundedNet(decimal(BigInt(coefficient), scale), HALF_UP));
const lines = fc.array(amount, { maxLength: 7 });
const percent = fc.integer({ min: 0, max: 10_000 }).map((hundredths) => decimal(BigInt(hundredths), 2));
const SEED = { seed: 20_260_612, numRuns: 1_500 };

describe('whatever the lines are', () => {
  test('a discount takes what is there and no more, and what is left adds up', () => {
    fc.assert(
      fc.property(lines, percent, fc.bigInt({ min: 0n, max: 300_000n }), fc.boolean(), (list, rate, off, isPerLine) => {
        const how = isPerLine ? PER_LINE : ON_TOTAL;
        for (const taken of [takePercent(list, rate, all, how), takeAmount(list, off, all, SPREAD)]) {
          expect(taken).toHaveLength(list.length);
          for (const [index, { exact, minor }] of taken.entries()) {
            const had = list[index];
            const room = had === undefined || had.minor < 0n ? 0n : had.minor;
            expect(minor >= 0n && minor <= room).toBe(true);
            expect(compare(exact, decimal(0n))).toBeGreaterThanOrEqual(0);
          }
          const left = sumNets(afterTaking(list, taken));
          expect(left.minor + sumNets(taken).minor).toBe(sumNets(list).minor);
        }
        expect(sumNets(takeAmount(list, off, all, SPREAD)).minor <= off).toBe(true);
      }),
      SEED,
    );
  });

  test('a percent of each line lies within half a unit of what it is unrounded', () => {
    const half = decimal(5n, 1);
    fc.assert(
      fc.property(lines, percent, (list, rate) => {
        const whole = list.map(({ minor }) => ({ exact: decimal(minor), minor }));
        for (const { exact, minor } of takePercent(whole, rate, all, PER_LINE)) {
          expect(compare(absolute(subtract(exact, decimal(minor))), half)).toBeLessThanOrEqual(0);
        }
        const together = sumNets(takePercent(whole, rate, all, ON_TOTAL));
        expect(compare(absolute(subtract(together.exact, decimal(together.minor))), half)).toBeLessThanOrEqual(0);
      }),
      SEED,
    );
  });

  test('the order of the lines decides nothing about a percent of each', () => {
    fc.assert(
      fc.property(lines, percent, (list, rate) => {
        const forwards = takePercent(list, rate, all, PER_LINE);
        const backwards = takePercent([...list].reverse(), rate, all, PER_LINE);
        expect([...backwards].reverse()).toEqual(forwards);
      }),
      SEED,
    );
  });
});
