import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toMinorUnits } from '../../../../shared/rating/adjust/money-rounding.ts';
import { roundedNet, wholeNet } from '../../../../shared/rating/adjust/net.ts';
import { type AppliedRate, taxLines } from '../../../../shared/rating/adjust/tax.ts';
import {
  absolute,
  compare,
  decimal,
  formatDecimal,
  parseDecimal,
  subtract,
} from '../../../../shared/values/decimal.ts';

const HALF_UP = toMinorUnits('half_up');
const PER_LINE = { rounding: HALF_UP, taxRounding: 'line' } as const;
const ONCE = { rounding: HALF_UP, taxRounding: 'total' } as const;
const rate = (id: string, percentage: string, isInclusive: boolean): AppliedRate => ({
  id,
  percentage: parseDecimal(percentage),
  isInclusive,
});
const taxes = (minors: readonly bigint[], rates: readonly AppliedRate[], how: typeof PER_LINE | typeof ONCE) =>
  taxLines(minors.map(wholeNet), () => rates, how).map((line) => line.map(({ tax }) => tax.minor));

const VAT = rate('txr_vat', '20', true);
const SALES = rate('txr_sales', '8.25', false);

describe('tax', () => {
  test.each([
    // 43 × 15 % = 6.45 → 6; 484 × 15 % = 72.6 → 73: 79 in all, the example of Stripe's own support page
    ['per line', PER_LINE, [43n, 484n], [rate('a', '15', false)], [[6n], [73n]]],
    // (43 + 484) × 15 % = 79.05 → 79
    ['once for the rate', ONCE, [43n, 484n], [rate('a', '15', false)], [[6n], [73n]]],
    ['a tie on every line', PER_LINE, [10n, 10n], [rate('a', '5', false)], [[1n], [1n]]],
    // 10 × 5 % = 0.5 twice is 1: it goes to the earlier line
    ['a tie once', ONCE, [10n, 10n], [rate('a', '5', false)], [[1n], [0n]]],
    // 1200 − 1200 ÷ 1.2 = 200
    ['inclusive', PER_LINE, [1200n], [VAT], [[200n]]],
    // 999 − 999 ÷ 1.2 = 999 − 832.5 = 166.5 → 167
    ['an inclusive tie', PER_LINE, [999n], [VAT], [[167n]]],
    // 1300 = 130 % of 1000: 20 % are 200, 10 % are 100
    ['two inclusive rates share the net', PER_LINE, [1300n], [VAT, rate('b', '10', true)], [[200n, 100n]]],
    // 1000 are left without the inclusive 200; 8.25 % of them are 82.5 → 83
    ['exclusive beside inclusive', PER_LINE, [1200n], [SALES, VAT], [[83n, 200n]]],
    ['a credit is taxed with the sign turned', PER_LINE, [-999n], [VAT], [[-167n]]],
    ['nothing to tax', PER_LINE, [0n], [VAT, SALES], [[0n, 0n]]],
    ['no rates', PER_LINE, [100n], [], [[]]],
  ] as const)('%s', (_, how, minors, rates, expected) => {
    expect(taxes(minors, rates, how)).toEqual(expected);
  });

  test('what was taxed is the line without its inclusive tax', () => {
    const [line] = taxLines([roundedNet(parseDecimal('1200'), HALF_UP)], () => [VAT, SALES], PER_LINE);
    expect(line?.map(({ taxable }) => taxable.minor)).toEqual([1000n, 1000n]);
    expect(line?.map(({ tax }) => formatDecimal(tax.exact))).toEqual(['200', '82.5']);
  });

  test('an unrounded inclusive tax that does not end has 12 places', () => {
    const [line] = taxLines([wholeNet(100n)], () => [rate('a', '19', true)], PER_LINE);
    // 100 × 19 ÷ 119 = 15.966386554621848…
    expect(formatDecimal(line?.[0]?.tax.exact ?? decimal(0n))).toBe('15.966386554622');
  });

  test('each line has its own rates', () => {
    const lines = taxLines([wholeNet(100n), wholeNet(100n)], (index) => (index === 0 ? [SALES] : []), PER_LINE);
    expect(lines.map((line) => line.length)).toEqual([1, 0]);
  });
});

test('within half a unit on a line, and of all lines where it is rounded once', () => {
  const minors = fc.array(fc.bigInt({ min: -10_000n, max: 1_000_000n }), { minLength: 1, maxLength: 6 });
  const percent = fc.integer({ min: 0, max: 400_000 }).map((units) => decimal(BigInt(units), 4));
  const half = decimal(5n, 1);
  const slack = decimal(1n, 9);
  fc.assert(
    fc.property(minors, percent, fc.boolean(), (list, percentage, isInclusive) => {
      const rates = [{ id: 'a', percentage, isInclusive }];
      for (const how of [PER_LINE, ONCE]) {
        const found = taxLines(list.map(wholeNet), () => rates, how).flatMap((line) => line.map(({ tax }) => tax));
        const off = found.map(({ exact, minor }) => subtract(exact, decimal(minor)));
        const all = off.reduce((total, part) => subtract(total, subtract(decimal(0n), part)), decimal(0n));
        if (how === PER_LINE) {
          for (const part of off) expect(compare(subtract(absolute(part), slack), half)).toBeLessThanOrEqual(0);
        } else {
          expect(compare(subtract(absolute(all), slack), half)).toBeLessThanOrEqual(0);
        }
      }
    }),
    { seed: 20_260_616, numRuns: 1_000 },
  );
});
