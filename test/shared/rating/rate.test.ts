import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TieoutError } from '../../../shared/errors.ts';
import { compilePrice } from '../../../shared/rating/compile-price.ts';
import { type RateOptions, rateQuantity, STRIPE_ROUNDING } from '../../../shared/rating/rate.ts';
import { formatDecimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { toStored } from '../../../shared/values/quantity.ts';
import { exactByOracle, type OraclePrice, rateByOracle } from '../../oracles/rating-oracle.ts';
import { priceOf } from './price-maker.ts';

const LADDER: OraclePrice = {
  mode: 'graduated',
  tiers: [
    { upTo: '5', unit: '700', flat: null },
    { upTo: '10', unit: '650', flat: null },
    { upTo: null, unit: '600', flat: null },
  ],
};

describe("Stripe's documented example", () => {
  test.each([
    ['graduated', '5', '3500'],
    ['graduated', '6', '4150'],
    ['graduated', '20', '12750'],
    ['graduated', '25', '15750'],
    ['volume', '1', '700'],
    ['volume', '5', '3500'],
    ['volume', '6', '3900'],
    ['volume', '20', '12000'],
    ['volume', '25', '15000'],
  ] as const)('%s, %s units', (mode, quantity, minor) => {
    expect(rateQuantity(priceOf({ ...LADDER, mode }), parseDecimal(quantity)).amountMinor).toBe(BigInt(minor));
  });
});

test('a usage line of each tier reached is followed by its flat line', () => {
  const price = priceOf({
    mode: 'graduated',
    tiers: [
      { upTo: '1000', unit: '0', flat: '1000' },
      { upTo: null, unit: '0.5', flat: null },
    ],
  });
  const { lines, amountMinor } = rateQuantity(price, parseDecimal('1500'));
  const shown = lines.map((line) => [
    line.type,
    line.tier,
    formatDecimal(line.quantity),
    formatDecimal(line.exact),
    line.amountMinor,
  ]);
  expect(shown).toEqual([
    ['usage', 1, '1000', '0', 0n],
    ['flat', 1, '1', '1000', 1000n],
    ['usage', 2, '500', '250', 250n],
  ]);
  expect(amountMinor).toBe(1250n);
});

test('the first tier counts as reached at quantity 0', () => {
  for (const mode of ['graduated', 'volume'] as const) {
    const price = priceOf({
      mode,
      tiers: [
        { upTo: '10', unit: '5', flat: '300' },
        { upTo: null, unit: '1', flat: '700' },
      ],
    });
    expect(rateQuantity(price, parseDecimal('0')).amountMinor).toBe(300n);
  }
});

test('only the sum is rounded where the workspace says so', () => {
  const price = priceOf({
    mode: 'graduated',
    tiers: [
      { upTo: '1', unit: '0.5', flat: null },
      { upTo: '2', unit: '0.5', flat: null },
      { upTo: null, unit: '0.5', flat: null },
    ],
  });
  const sums = { ofRoundedLines: 3n, rounded: 2n };
  expect(rateQuantity(price, parseDecimal('3'))).toMatchObject({ amountMinor: 3n, sums });
  const total = rateQuantity(price, parseDecimal('3'), { rounding: 'half_up', roundAt: 'total' });
  expect(total).toMatchObject({ amountMinor: 2n, sums });
  expect(total.lines.every(({ amountMinor }) => amountMinor === null)).toBe(true);
});

describe('prices that cannot be rated', () => {
  const open = { upTo: null, unit: '1', flat: null };
  const tier = (upTo: string | null, unit: string | null = '1', flat: string | null = null) => ({ upTo, unit, flat });
  const tiers = (...list: readonly ReturnType<typeof tier>[]) => priceOf({ mode: 'volume', tiers: list });
  test.each([
    ['tiers-missing', 'price.tiers', tiers()],
    ['tiers-missing', 'price.tiers', { ...tiers(), tiers: null }],
    ['tier-open-end-missing', 'price.tiers[0].up_to', tiers(tier('5'))],
    ['tier-bound-repeated', 'price.tiers[2].up_to', tiers(tier('5'), open, tier('5.0'))],
    ['tier-bound-repeated', 'price.tiers[1].up_to', tiers(open, open)],
    ['tier-bound-negative', 'price.tiers[0].up_to', tiers(tier('-1'), open)],
    ['tier-price-missing', 'price.tiers[0]', tiers(tier('1', null), open)],
    ['tier-mode-invalid', 'price.tiers_mode', { ...tiers(open), tiersMode: null }],
    ['tiers-with-unit-amount', 'price.unit_amount_decimal', { ...tiers(open), unitAmount: '1' }],
    [
      'transform-quantity-with-tiers',
      'price.transform_quantity',
      { ...tiers(open), transformQuantity: { divideBy: '10', round: 'up' as const } },
    ],
    ['amount-negative', 'price.unit_amount_decimal', priceOf({ unitAmount: '-1' })],
    ['amount-negative', 'price.tiers[0].unit_amount_decimal', tiers(tier(null, '-0.1'))],
    ['amount-negative', 'price.tiers[0].flat_amount_decimal', tiers(tier(null, null, '-1'))],
    ['unit-amount-missing', 'price.unit_amount', priceOf({})],
    [
      'package-size-not-positive',
      'price.transform_quantity.divide_by',
      priceOf({ unitAmount: '1', divideBy: packs('0') }),
    ],
    ['number-malformed', 'price.unit_amount_decimal', priceOf({ unitAmount: 'one' })],
    [
      'price-contradictory',
      'price.tiers',
      { ...priceOf({ unitAmount: '1' }), tiers: [{ upTo: null, unitAmount: '1', flatAmount: null }] },
    ],
    ['price-contradictory', 'price.tiers_mode', { ...priceOf({ unitAmount: '1' }), tiersMode: 'volume' as const }],
  ] as const)('%s at %s', (code, path, price) => {
    expect(() => rateQuantity(price, parseDecimal('1'))).toThrow(expect.objectContaining({ code, path }));
  });

  test('everything that is wrong is said at once', () => {
    const price = {
      ...tiers(tier('-1'), tier('7', null, '-2'), tier('x'), tier('7')),
      tiersMode: null,
      unitAmount: '1',
    };
    const failure = catchError(() => rateQuantity(price, parseDecimal('1')));
    expect(failure.problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'number-malformed price.tiers[2].up_to',
      'tier-mode-invalid price.tiers_mode',
      'tiers-with-unit-amount price.unit_amount_decimal',
      'tier-bound-negative price.tiers[0].up_to',
      'amount-negative price.tiers[1].flat_amount_decimal',
      'tier-bound-repeated price.tiers[3].up_to',
    ]);
    expect(failure).toMatchObject({ code: 'number-malformed', path: 'price.tiers[2].up_to' });
  });

  test('a negative quantity is refused', () => {
    expect(() => rateQuantity(priceOf({ unitAmount: '1' }), parseDecimal('-1'))).toThrow(
      expect.objectContaining({ code: 'quantity-negative' }),
    );
  });
});

test('tiers are sorted, whatever order they come in', () => {
  const [first, second, last] = LADDER.tiers ?? [];
  if (first === undefined || second === undefined || last === undefined) throw new Error('a ladder of three');
  const shuffled = priceOf({ ...LADDER, tiers: [last, second, first] });
  expect(rateQuantity(shuffled, parseDecimal('20'))).toEqual(rateQuantity(priceOf(LADDER), parseDecimal('20')));
});

function packs(by: string): { readonly by: string; readonly round: 'up' } {
  return { by, round: 'up' };
}

function catchError(act: () => unknown): TieoutError {
  try {
    act();
  } catch (error) {
    if (error instanceof TieoutError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const digits = (integer: bigint, places: number): string => formatDecimal({ coefficient: integer, scale: places });
const amountText = fc.oneof(
  fc.tuple(fc.bigInt({ min: 0n, max: 10_000n }), fc.integer({ min: 0, max: 4 })).map(([c, s]) => digits(c, s)),
  fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 14n }), fc.integer({ min: 0, max: 12 })).map(([c, s]) => digits(c, s)),
  // Half cents in plenty: ties decide rounding.
  fc.bigInt({ min: 0n, max: 999n }).map((c) => digits(c * 5n, 1)),
);
const quantityText = fc.oneof(
  fc.bigInt({ min: 0n, max: 3000n }).map(String),
  fc.bigInt({ min: 0n, max: 10n ** 18n }).map(String),
  fc.bigInt({ min: 0n, max: 10n ** 27n }).map((c) => digits(c, 12)),
  fc.bigInt({ min: 0n, max: 10n ** 7n }).map((c) => digits(c, 3)),
);
const ladder = fc
  .tuple(
    fc.uniqueArray(fc.bigInt({ min: 1n, max: 5000n }), { maxLength: 4 }),
    fc.array(
      fc.tuple(fc.option(amountText), fc.option(amountText)).filter(([unit, flat]) => unit !== null || flat !== null),
      { minLength: 5, maxLength: 5 },
    ),
    fc.constantFrom('graduated' as const, 'volume' as const),
  )
  .map(([bounds, amounts, mode]): OraclePrice => {
    const sorted = [...bounds].sort((a, b) => (a < b ? -1 : 1)).map(String);
    return {
      mode,
      tiers: [...sorted, null].map((upTo, index) => ({
        upTo,
        unit: amounts[index]?.[0] ?? null,
        flat: amounts[index]?.[1] ?? null,
      })),
    };
  });
const perUnit = fc
  .tuple(
    amountText,
    fc.option(fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.constantFrom('up' as const, 'down' as const))),
  )
  .map(
    ([unitAmount, transform]): OraclePrice => ({
      unitAmount,
      ...(transform === null ? {} : { divideBy: { by: String(transform[0]), round: transform[1] } }),
    }),
  );
const options: fc.Arbitrary<RateOptions> = fc.record({
  rounding: fc.constantFrom('half_up', 'half_even', 'up', 'down'),
  roundAt: fc.constantFrom('line', 'total'),
});

test('the rater, the compiled rater and an independent decimal library agree', () => {
  let fastCases = 0;
  fc.assert(
    fc.property(fc.oneof(ladder, perUnit), quantityText, options, (price, quantity, rounding) => {
      const shape = priceOf(price);
      const rated = rateQuantity(shape, parseDecimal(quantity), rounding);
      expect(rated.amountMinor.toString()).toBe(rateByOracle(price, quantity, rounding));
      expect(formatDecimal(rated.exact)).toBe(exactByOracle(price, quantity));
      const stored = toStored(parseDecimal(quantity));
      if (stored === null) return;
      const compiled = compilePrice(shape, rounding);
      expect(compiled.exact(stored.whole * 10n ** 12n + stored.frac)).toBe(rated.amountMinor);
      if (stored.whole >= 2n ** 53n) return;
      const whole = Number(stored.whole);
      if (stored.frac === 0n) fastCases += 1;
      expect(BigInt(compiled.minorOf(whole, Number(stored.frac)))).toBe(rated.amountMinor);
    }),
    { numRuns: 10_000, seed: 20_260_501 },
  );
  expect(fastCases).toBeGreaterThan(1000);
});

test('cutting a tier without a flat amount in two changes no exact amount', () => {
  fc.assert(
    fc.property(ladder, quantityText, fc.bigInt({ min: 5001n, max: 9000n }), (price, quantity, cut) => {
      const tiers = price.tiers ?? [];
      const last = tiers.at(-1);
      if (last === undefined) return;
      const unit = last.unit ?? '0';
      const split = {
        ...price,
        mode: 'graduated' as const,
        tiers: [...tiers.slice(0, -1), { ...last, unit, upTo: String(cut) }, { ...last, unit, flat: null }],
      };
      const whole = rateQuantity(priceOf({ ...price, mode: 'graduated' }), parseDecimal(quantity), STRIPE_ROUNDING);
      const parts = rateQuantity(priceOf(split), parseDecimal(quantity), STRIPE_ROUNDING);
      expect(formatDecimal(parts.exact)).toBe(formatDecimal(whole.exact));
    }),
    { numRuns: 500, seed: 7 },
  );
});
