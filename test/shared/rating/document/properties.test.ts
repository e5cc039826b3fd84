import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { type RatingAnswer, rateDocument } from '../../../../shared/rating/document/rate-document.ts';
import { roundMinor } from '../../../../shared/rating/rate.ts';
import {
  add,
  compare,
  type Decimal,
  decimal,
  formatDecimal,
  negate,
  parseDecimal,
  sum,
} from '../../../../shared/values/decimal.ts';
import type { RoundingMode } from '../../../../shared/values/rounding.ts';
import { exactByOracle, type OraclePrice, rateByOracle } from '../../../oracles/rating-oracle.ts';
import { runs } from '../../../oracles/runs.ts';
import { exactUnitByUnit, minorUnitByUnit, type UnitPrice } from '../../../oracles/unit-oracle.ts';

// The nightly number of cases takes minutes.
vi.setConfig({ testTimeout: 900_000 });

const digits = (coefficient: bigint, scale: number): string => formatDecimal(decimal(coefficient, scale));

/** Minor units with up to 12 decimals; small ones, half cents and long ones in plenty. */
const amount = fc.oneof(
  fc.bigInt({ min: 0n, max: 2_000n }).map((cents) => digits(cents, 0)),
  fc.bigInt({ min: 0n, max: 999n }).map((halves) => digits(halves * 5n, 1)),
  fc.bigInt({ min: 0n, max: 10n ** 15n }).map((fine) => digits(fine, 12)),
);
const quantity = fc.oneof(
  fc.bigInt({ min: 0n, max: 3_000n }).map((units) => digits(units, 0)),
  fc.bigInt({ min: 0n, max: 10n ** 18n }).map((units) => digits(units, 0)),
  fc.bigInt({ min: 0n, max: 10n ** 30n }).map((fine) => digits(fine, 12)),
);
const tierAmounts = fc
  .tuple(fc.option(amount), fc.option(amount))
  .filter(([unit, flat]) => unit !== null || flat !== null);
const ladder = fc
  .record({
    mode: fc.constantFrom('graduated' as const, 'volume' as const),
    bounds: fc.uniqueArray(fc.bigInt({ min: 1n, max: 4_000n }), { maxLength: 4 }),
    amounts: fc.array(tierAmounts, { minLength: 5, maxLength: 5 }),
  })
  .map(({ mode, bounds, amounts }): OraclePrice => {
    const ascending = [...bounds].sort((a, b) => Number(a - b)).map(String);
    return {
      mode,
      tiers: [...ascending, null].map((upTo, index) => {
        const [unit = null, flat = null] = amounts[index] ?? [];
        return { upTo, unit, flat };
      }),
    };
  });
const perUnit = fc
  .tuple(
    amount,
    fc.option(fc.tuple(fc.integer({ min: 1, max: 1_000 }), fc.constantFrom('up' as const, 'down' as const))),
  )
  .map(
    ([unitAmount, packs]): OraclePrice => ({
      unitAmount,
      ...(packs === null ? {} : { divideBy: { by: String(packs[0]), round: packs[1] } }),
    }),
  );
const price = fc.oneof(ladder, perUnit);
const rounding = fc.constantFrom('half_up' as const, 'half_even' as const, 'up' as const, 'down' as const);
const roundAt = fc.constantFrom('line' as const, 'total' as const);

type Tiers = NonNullable<OraclePrice['tiers']>;

/** The price as Stripe writes it. */
const stripePrice = ({ mode, tiers, unitAmount, divideBy }: OraclePrice) =>
  tiers === undefined
    ? {
        billing_scheme: 'per_unit',
        unit_amount_decimal: unitAmount,
        transform_quantity: divideBy === undefined ? null : { divide_by: divideBy.by, round: divideBy.round },
      }
    : {
        billing_scheme: 'tiered',
        tiers_mode: mode,
        tiers: tiers.map(({ upTo, unit, flat }) => ({
          up_to: upTo,
          unit_amount_decimal: unit,
          flat_amount_decimal: flat,
        })),
      };

const rated = (given: OraclePrice, of: string, more: object = {}): RatingAnswer =>
  rateDocument({ currency: 'usd', price: stripePrice(given), quantity: of, ...more });

/** Every law is tried with this many documents, and the first ones with more. */
const CASES = runs(5_000, 100_000);
const seeded = (numRuns: number) => ({ numRuns, seed: 20_261_121 });

describe('against oracles that share no code', () => {
  test('a decimal library gives the same amounts, exact and rounded', () => {
    fc.assert(
      fc.property(price, quantity, rounding, roundAt, (given, units, mode, at) => {
        const { total } = rated(given, units, { rounding: mode, roundAt: at });
        expect(total.exact).toBe(exactByOracle(given, units));
        expect(total.amount.toString()).toBe(rateByOracle(given, units, { rounding: mode, roundAt: at }));
      }),
      seeded(CASES),
    );
  });

  test('looking at every tenth of a unit by itself gives the same amounts', () => {
    const fine = fc.bigInt({ min: 0n, max: 10n ** 15n });
    const tier = fc.tuple(fc.option(fine), fc.option(fine)).filter(([unit, flat]) => unit !== null || flat !== null);
    const small = fc
      .record({
        mode: fc.constantFrom('graduated' as const, 'volume' as const),
        bounds: fc.uniqueArray(fc.bigInt({ min: 1n, max: 200n }), { maxLength: 4 }),
        amounts: fc.array(tier, { minLength: 5, maxLength: 5 }),
      })
      .map(({ mode, bounds, amounts }): UnitPrice => {
        const tiers = [...bounds, null].map((upTo, index) => {
          const [unit = null, flat = null] = amounts[index] ?? [];
          return { upTo, unit, flat };
        });
        return { mode, tiers };
      });
    const asPrice = ({ mode, tiers }: UnitPrice): OraclePrice => ({
      mode,
      tiers: tiers.map(({ upTo, unit, flat }) => ({
        upTo: upTo === null ? null : digits(upTo, 1),
        unit: unit === null ? null : digits(unit, 12),
        flat: flat === null ? null : digits(flat, 12),
      })),
    });
    fc.assert(
      fc.property(small, fc.bigInt({ min: 0n, max: 250n }), (given, tenths) => {
        const { total } = rated(asPrice(given), digits(tenths, 1));
        expect(total.amount).toBe(minorUnitByUnit(given, tenths));
        expect(total.exact).toBe(digits(exactUnitByUnit(given, tenths), 13));
      }),
      seeded(CASES),
    );
  });
});

describe('laws of prices', () => {
  test('cutting a tier without a flat amount in two changes no exact amount', () => {
    fc.assert(
      fc.property(ladder, quantity, fc.nat(), fc.bigInt({ min: 1n, max: 6_000n }), (given, units, place, cut) => {
        const tiers = given.tiers ?? [];
        const at = place % tiers.length;
        const whole = tiers.map((tier, index) =>
          index === at ? { ...tier, unit: tier.unit ?? '0', flat: null } : tier,
        );
        if (whole.some(({ upTo }) => upTo === String(cut)) || !isInside(whole, at, cut)) return;
        const first = { ...(whole[at] as Tiers[number]), upTo: String(cut) };
        const parts = [...whole.slice(0, at), first, ...whole.slice(at)];
        expect(rated({ ...given, tiers: parts }, units).total.exact).toBe(
          rated({ ...given, tiers: whole }, units).total.exact,
        );
      }),
      seeded(CASES),
    );
  });

  test('the order in which tiers are given does not matter', () => {
    const shuffled = ladder.chain((given) =>
      fc.tuple(
        fc.constant(given),
        fc.shuffledSubarray([...(given.tiers ?? [])], { minLength: given.tiers?.length ?? 0 }),
      ),
    );
    fc.assert(
      fc.property(shuffled, quantity, ([given, tiers], units) => {
        expect(rated({ ...given, tiers }, units)).toEqual(rated(given, units));
      }),
      seeded(CASES),
    );
  });

  test('a volume bound belongs to its tier, and anything above it to the next', () => {
    fc.assert(
      fc.property(ladder, fc.nat(), (given, place) => {
        const bounded = (given.tiers ?? []).slice(0, -1);
        const index = place % Math.max(1, bounded.length);
        const upTo = bounded[index]?.upTo;
        if (upTo === undefined || upTo === null) return;
        const volume = { ...given, mode: 'volume' as const };
        const tierAt = (units: string): number | undefined => rated(volume, units).lines[0]?.tier;
        expect(tierAt(upTo)).toBe(index + 1);
        expect(tierAt(formatDecimal(add(parseDecimal(upTo), parseDecimal('0.000000000001'))))).toBe(index + 2);
      }),
      seeded(CASES),
    );
  });

  test('amounts ten times as large, ten to any power, cost as many times more', () => {
    fc.assert(
      fc.property(price, quantity, fc.integer({ min: 0, max: 6 }), (given, units, power) => {
        const times = (text: string | null): string | null =>
          text === null ? null : formatDecimal(timesTen(parseDecimal(text), power));
        const scaled: OraclePrice = {
          ...given,
          ...(given.unitAmount === undefined ? {} : { unitAmount: times(given.unitAmount) ?? '0' }),
          ...(given.tiers === undefined
            ? {}
            : { tiers: given.tiers.map((tier) => ({ ...tier, unit: times(tier.unit), flat: times(tier.flat) })) }),
        };
        const { exact } = rated(given, units).total;
        expect(rated(scaled, units).total.exact).toBe(formatDecimal(timesTen(parseDecimal(exact), power)));
      }),
      seeded(CASES),
    );
  });

  test('minor units cost the same in a currency with two, no or three decimals', () => {
    fc.assert(
      fc.property(price, quantity, (given, units) => {
        const inCurrency = (currency: string) => ({ ...rated(given, units, { currency }), currency: 'usd' });
        expect(inCurrency('jpy')).toEqual(rated(given, units));
        expect(inCurrency('kwd')).toEqual(rated(given, units));
      }),
      seeded(CASES),
    );
  });

  test('quantities given in pieces, corrections among them, are summed first', () => {
    const pieces = fc.array(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), { maxLength: 6 });
    fc.assert(
      fc.property(price, pieces, (given, fine) => {
        const texts = fine.map((piece) => digits(piece, 12));
        const total = sum(texts.map((text) => parseDecimal(text)));
        if (compare(total, decimal(0n)) < 0) return;
        const document = { currency: 'usd', price: stripePrice(given), quantities: texts };
        expect(rateDocument(document)).toEqual(rated(given, formatDecimal(total)));
      }),
      seeded(CASES),
    );
  });

  test('lines sum to the subtotal, and quantities to what was used', () => {
    fc.assert(
      fc.property(price, quantity, rounding, (given, units, mode) => {
        const { lines, subtotal } = rated(given, units, { rounding: mode });
        expect(formatDecimal(sum(lines.map(({ exact }) => parseDecimal(exact))))).toBe(subtotal.exact);
        expect(lines.reduce((total, line) => total + (line.amount ?? 0n), 0n)).toBe(subtotal.amount);
        const used = lines.filter(({ type }) => type === 'usage').map((line) => line.rawQuantity ?? line.quantity);
        expect(formatDecimal(sum(used.map((text) => parseDecimal(text))))).toBe(units);
      }),
      seeded(CASES),
    );
  });

  test('rounding is symmetric around zero', () => {
    const modes: fc.Arbitrary<RoundingMode> = rounding;
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.nat({ max: 14 }),
        modes,
        (coefficient, scale, mode) => {
          const value = decimal(coefficient, scale);
          expect(roundMinor(negate(value), mode)).toBe(-roundMinor(value, mode));
        },
      ),
      seeded(CASES),
    );
  });
});

describe('laws of the steps after the price', () => {
  const percent = fc.bigInt({ min: 0n, max: 10_000n }).map((hundredths) => digits(hundredths, 2));
  const cents = fc.bigInt({ min: 0n, max: 500_000n }).map(String);
  const coupon = fc.oneof(
    percent.map((percent_off) => ({ percent_off })),
    cents.map((amount_off) => ({ amount_off })),
  );
  const steps = fc.record({
    discounts: fc.array(coupon, { maxLength: 3 }),
    limits: fc.option(fc.tuple(cents, cents)),
    credits: fc.array(
      cents.map((value) => ({ amount: { monetary: { value, currency: 'usd' } } })),
      { maxLength: 3 },
    ),
    taxRates: fc.array(fc.record({ percentage: percent, inclusive: fc.boolean() }), { maxLength: 3 }),
  });
  const small = fc.bigInt({ min: 0n, max: 6_000n }).map(String);

  const documentOf = ({ limits, ...rest }: typeof steps extends fc.Arbitrary<infer T> ? T : never) => {
    const [minimum, maximum] = [...(limits ?? [])].sort((a, b) => Number(a) - Number(b));
    return limits === null ? rest : { ...rest, minimum, maximum };
  };

  test('the subtotal and what every step adds make the total, exact and rounded alike; it is never below 0', () => {
    fc.assert(
      fc.property(price, small, steps, rounding, roundAt, (given, units, more, mode, at) => {
        const answer = rated(given, units, { ...documentOf(more), rounding: mode, roundAt: at });
        const adding = answer.adjustments.filter(({ inclusive }) => inclusive !== true);
        const exact = sum([answer.subtotal, ...adding].map((step) => parseDecimal(step.exact)));
        expect(formatDecimal(exact)).toBe(answer.total.exact);
        expect(adding.reduce((total, step) => total + step.amount, answer.subtotal.amount)).toBe(answer.total.amount);
        expect(answer.total.amount >= 0n && compare(parseDecimal(answer.total.exact), decimal(0n)) >= 0).toBe(true);
      }),
      seeded(CASES),
    );
  });

  test('each discount, limit and credit is listed; what is left stays within the limits and above 0', () => {
    fc.assert(
      fc.property(price, small, steps, (given, units, more) => {
        const { adjustments, subtotal } = rated(given, units, documentOf(more));
        const counted = (type: string): number => adjustments.filter((step) => step.type === type).length;
        expect([counted('discount'), counted('credit')]).toEqual([more.discounts.length, more.credits.length]);
        const limits = (more.limits ?? []).map(BigInt).sort((a, b) => (a < b ? -1 : 1));
        const [lowest = 0n, highest = subtotal.amount] = limits;
        let left = subtotal.amount;
        for (const { type, amount: added } of adjustments.filter((step) => step.type !== 'tax')) {
          left += added;
          expect(left >= (type === 'minimum' ? lowest : 0n)).toBe(true);
          expect(type !== 'maximum' || left <= highest).toBe(true);
        }
      }),
      seeded(CASES),
    );
  });

  test('a credit pays and keeps what it is worth, and keeps something only where nothing is left to pay', () => {
    fc.assert(
      fc.property(price, small, steps, (given, units, more) => {
        const { adjustments, subtotal } = rated(given, units, documentOf(more));
        const worth = more.credits.map(({ amount: { monetary } }) => BigInt(monetary.value));
        const credits = adjustments.filter((step) => step.type === 'credit');
        expect(credits.map((step) => (step.left ?? 0n) - step.amount)).toEqual(worth);
        const untaxed = adjustments.filter((step) => step.type !== 'tax');
        const unpaid = untaxed.reduce((total, step) => total + step.amount, subtotal.amount);
        expect(unpaid === 0n || credits.every((step) => step.left === 0n)).toBe(true);
      }),
      seeded(CASES),
    );
  });

  test('inclusive tax is within a minor unit on every line of net − net ÷ (1 + rate), and moves no total', () => {
    fc.assert(
      fc.property(price, small, percent, (given, units, percentage) => {
        const { lines, adjustments, subtotal, total } = rated(given, units, {
          taxRates: [{ percentage, inclusive: true }],
        });
        const [tax] = adjustments;
        const rate = Number(percentage) / 100;
        const expected = (Number(subtotal.amount) * rate) / (1 + rate);
        expect(Math.abs(Number(tax?.amount) - expected)).toBeLessThanOrEqual(
          lines.length * 0.5 + 1e-6 * expected + 1e-6,
        );
        expect(total).toEqual(subtotal);
      }),
      seeded(CASES),
    );
  });
});

/** Whether a bound lies inside a tier. */
function isInside(tiers: Tiers, at: number, bound: bigint): boolean {
  const below = BigInt(tiers[at - 1]?.upTo ?? '0');
  const upTo = tiers[at]?.upTo ?? null;
  return bound > below && (upTo === null || bound < BigInt(upTo));
}

const timesTen = ({ coefficient, scale }: Decimal, power: number): Decimal =>
  decimal(coefficient * 10n ** BigInt(power), scale);
