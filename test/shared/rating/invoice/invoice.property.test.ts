import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Discount } from '../../../../shared/billing/discount.ts';
import type { ItemTerms } from '../../../../shared/rating/invoice/input.ts';
import { DAY_MS, instant } from '../../../../shared/values/instant.ts';
import {
  invoiceByOracle,
  type PlainCoupon,
  type PlainInvoice,
  type PlainPrice,
  type PlainTerms,
} from '../../../oracles/invoice-oracle.ts';
import { runs } from '../../../oracles/runs.ts';
import {
  at,
  build,
  discountOf,
  grantOf,
  type ItemSpec,
  type PriceSpec,
  taxRateOf,
  type World,
} from './invoice-maker.ts';

/** The nightly number of cases takes minutes. */
const TIMEOUT_MS = runs(60_000, 900_000);
const UNITS = { usd: 1n, jpy: 1n, kwd: 10n, isk: 100n } as const;
type Currency = keyof typeof UNITS;

const scaled = (max: number, places: number): fc.Arbitrary<string> =>
  fc.tuple(fc.integer({ min: 0, max }), fc.integer({ min: 0, max: places })).map(([digits, scale]) => {
    const text = String(digits).padStart(scale + 1, '0');
    return scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
  });
const amount = fc.oneof(fc.constantFrom('0', '0.5', '1', '1.5', '33.3', '100'), scaled(99_999, 4));
const quantity = fc.oneof(fc.integer({ min: 0, max: 12 }).map(String), scaled(9_999, 2));
const percent = fc
  .oneof(fc.constantFrom('0', '5', '10', '12.5', '20', '33.3', '50', '100'), scaled(9_999, 2))
  .map((text) => (Number(text) > 100 ? '99.9' : text));

const price: fc.Arbitrary<PlainPrice> = fc.oneof(
  amount.map((unit) => ({ unit })),
  fc
    .tuple(amount, fc.integer({ min: 1, max: 9 }), fc.constantFrom('up' as const, 'down' as const))
    .map(([unit, by, round]) => ({ unit, divideBy: { by: String(by), round } })),
  fc
    .record({
      mode: fc.constantFrom('graduated' as const, 'volume' as const),
      bounds: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 2 }),
      units: fc.array(amount, { minLength: 3, maxLength: 3 }),
      flats: fc.array(fc.option(amount), { minLength: 3, maxLength: 3 }),
    })
    .map(({ mode, bounds, units, flats }) => ({
      mode,
      tiers: [...bounds.sort((a, b) => a - b), null].map((bound, index) => ({
        upTo: bound === null ? null : String(bound),
        unit: units[index] ?? '0',
        flat: flats[index] ?? null,
      })),
    })),
);
const terms: fc.Arbitrary<PlainTerms> = fc.record({ price, quantity });

const someOf = (count: number) => fc.subarray(Array.from({ length: count }, (_, index) => index));

const coupon: fc.Arbitrary<PlainCoupon> = fc
  .record({
    percent: fc.option(percent, { freq: 2 }),
    off: fc.bigInt({ min: 0n, max: 4_000n }),
    products: fc.option(someOf(3), { freq: 2 }),
    start: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 28 })),
    months: fc.option(fc.integer({ min: 1, max: 6 })),
    isOnce: fc.boolean(),
    isUsed: fc.boolean(),
  })
  .map(({ off, ...rest }) => ({
    ...rest,
    amount: rest.percent === null ? off : null,
    months: rest.isOnce ? null : rest.months,
  }));

const plainInvoice: fc.Arbitrary<{ readonly currency: Currency; readonly plain: PlainInvoice }> = fc
  .constantFrom('usd' as const, 'jpy' as const, 'kwd' as const, 'isk' as const)
  .chain((currency) =>
    fc
      .record<PlainInvoice>({
        unit: fc.constantFrom(1n, UNITS[currency]),
        options: fc.record({
          rounding: fc.constantFrom('half_up' as const, 'half_even' as const, 'up' as const, 'down' as const),
          roundAt: fc.constantFrom('line' as const, 'total' as const),
          percentDiscount: fc.constantFrom('line' as const, 'total' as const),
          amountDiscount: fc.constantFrom('largest_remainder' as const, 'last_line' as const, 'in_order' as const),
          stackedDiscounts: fc.constantFrom('remaining' as const, 'full' as const),
          creditSharing: fc.constantFrom('in_order' as const, 'largest_remainder' as const),
          taxRounding: fc.constantFrom('line' as const, 'total' as const),
        }),
        items: fc.array(
          fc.record({
            kind: fc.constantFrom('metered' as const, 'metered' as const, 'unmetered' as const, 'licensed' as const),
            terms,
            coupons: fc.array(coupon, { maxLength: 1 }),
            rates: someOf(3),
          }),
          { minLength: 1, maxLength: 3 },
        ),
        changes: fc.array(
          fc.record({
            item: fc.integer({ min: 0, max: 2 }),
            second: fc.integer({ min: 0, max: 31 * 86_400 - 1 }),
            from: fc.option(terms),
            to: fc.option(terms),
          }),
          { maxLength: 2 },
        ),
        coupons: fc.array(coupon, { maxLength: 2 }),
        customerCoupon: fc.option(coupon),
        grants: fc.array(
          fc.record({
            amount: fc.bigInt({ min: 0n, max: 3_000n }),
            priority: fc.constantFrom(0, 50),
            expires: fc.option(fc.integer({ min: 0, max: 2 })),
            isPromotional: fc.boolean(),
            effectiveDay: fc.integer({ min: 1, max: 3 }),
            createdDay: fc.integer({ min: 1, max: 3 }),
            prices: fc.option(someOf(3), { freq: 2 }),
          }),
          { maxLength: 3 },
        ),
        rates: fc.array(
          fc.record({ percent: percent.map((text) => (Number(text) > 40 ? '19' : text)), isInclusive: fc.boolean() }),
          { minLength: 3, maxLength: 3 },
        ),
        defaultRates: someOf(3),
        balance: fc.bigInt({ min: -2_000n, max: 2_000n }),
      })
      .map((plain) => ({ currency, plain })),
  );

const priceSpec = ({ unit, divideBy, mode, tiers }: PlainPrice, currency: string): PriceSpec => ({
  currency,
  ...(unit === undefined ? {} : { unit }),
  ...(divideBy === undefined ? {} : { transformQuantity: { divideBy: divideBy.by, round: divideBy.round } }),
  ...(tiers === undefined
    ? {}
    : { tiersMode: mode ?? null, bands: tiers.map(({ upTo, unit: each, flat }) => [upTo, each, flat] as const) }),
});

function discountFrom(id: string, plain: PlainCoupon, currency: string): Discount {
  const [month, day] = plain.start;
  return discountOf(
    id,
    {
      percentOff: plain.percent,
      amountOff: plain.amount === null ? null : String(plain.amount),
      currency: plain.amount === null ? null : currency,
      duration: plain.isOnce ? 'once' : plain.months === null ? 'forever' : 'repeating',
      durationInMonths: plain.months,
      productIds: plain.products === null ? null : plain.products.map((item) => `prod_i${item}`),
    },
    { start: instant(Date.UTC(2026, month - 1, day)) },
  );
}

function worldOf({ currency, plain }: { readonly currency: Currency; readonly plain: PlainInvoice }): World {
  const used: string[] = [];
  const discountsFrom = (prefix: string, coupons: readonly PlainCoupon[]): readonly Discount[] =>
    coupons.map((one, index) => {
      const id = `${prefix}${index}`;
      if (one.isUsed) used.push(id);
      return discountFrom(id, one, currency);
    });
  const prices: PriceSpec[] = [];
  const termsOf = (item: number, given: PlainTerms | null): ItemTerms | null => {
    if (given === null) return null;
    const id = `price_change_${prices.length}`;
    prices.push({ id, productId: `prod_i${item}`, ...priceSpec(given.price, currency) });
    return { priceId: id, quantity: given.quantity };
  };
  const items = plain.items.map(({ kind, terms: given, coupons, rates }, index): ItemSpec => {
    const spec = priceSpec(given.price, currency);
    return {
      id: `i${index}`,
      price: kind === 'unmetered' ? { ...spec, meterId: null } : spec,
      ...(kind === 'licensed' ? { quantity: given.quantity } : { used: given.quantity }),
      discounts: discountsFrom(`item${index}_`, coupons),
      taxRateIds: rates.map((rate) => `txr_${rate}`),
    };
  });
  return {
    items,
    changes: plain.changes.map(({ item, second, from, to }) => ({
      at: instant(at('05-01') + second * 1000),
      itemId: `i${item}`,
      from: termsOf(item, from),
      to: termsOf(item, to),
    })),
    prices,
    grants: plain.grants.map((grant, index) =>
      grantOf(`g${index}`, {
        currency,
        amount: String(grant.amount),
        priority: grant.priority,
        expiresAt: grant.expires === null ? null : instant(at('06-01') + grant.expires * DAY_MS),
        category: grant.isPromotional ? 'promotional' : 'paid',
        effectiveAt: at(`04-0${grant.effectiveDay}`),
        created: at(`03-0${grant.createdDay}`),
        priceIds: grant.prices === null ? null : grant.prices.map((item) => `price_i${item}`),
      }),
    ),
    taxRates: plain.rates.map((rate, index) => taxRateOf(`txr_${index}`, rate.percent, rate.isInclusive)),
    customer: {
      balanceMinor: plain.balance,
      discount: plain.customerCoupon === null ? null : (discountsFrom('cus_', [plain.customerCoupon])[0] ?? null),
    },
    subscription: {
      currency,
      discounts: discountsFrom('sub_', plain.coupons),
      defaultTaxRateIds: plain.defaultRates.map((rate) => `txr_${rate}`),
    },
    usedDiscountIds: used,
    options: { ...plain.options, smallestAmount: plain.unit === 1n ? 'minor' : 'currency' },
  };
}

test(
  'every invoice is what a second reading of the rules makes of it',
  () => {
    let discounted = 0;
    let credited = 0;
    fc.assert(
      fc.property(plainInvoice, (given) => {
        const invoice = build(worldOf(given));
        const expected = invoiceByOracle(given.plain);
        const minors = (list: readonly { readonly amountMinor: bigint }[]): readonly bigint[] =>
          list.map(({ amountMinor }) => amountMinor);
        const sum = (list: readonly bigint[]): bigint => list.reduce((a, b) => a + b, 0n);
        expect({
          lines: invoice.lines.map(({ amountMinor, discounts, credits, taxes }) => ({
            amount: amountMinor,
            discount: sum(minors(discounts)),
            credit: sum(minors(credits)),
            taxes: minors(taxes),
          })),
          subtotal: invoice.subtotalMinor,
          discount: invoice.discountMinor,
          credit: invoice.creditMinor,
          tax: invoice.taxMinor,
          inclusive: invoice.inclusiveTaxMinor,
          total: invoice.totalMinor,
          due: invoice.amountDueMinor,
          ending: invoice.endingBalanceMinor,
        }).toEqual({ ...expected, grantsLeft: undefined });
        for (const [index, left] of expected.grantsLeft.entries()) {
          const step = invoice.steps.find(({ type, id }) => type === 'credit' && id === `g${index}`);
          if (step !== undefined) expect(step.leftMinor).toBe(left);
        }
        if (invoice.discountMinor > 0n) discounted += 1;
        if (invoice.creditMinor > 0n) credited += 1;
      }),
      { seed: 20_260_618, numRuns: runs(5_000, 100_000) },
    );
    // The cases are worth something: many take something off.
    expect(discounted).toBeGreaterThan(1_000);
    expect(credited).toBeGreaterThan(500);
  },
  TIMEOUT_MS,
);

test('steps add up, lines add up, and no step takes more than there is', () => {
  fc.assert(
    fc.property(plainInvoice, (given) => {
      const invoice = build(worldOf(given));
      const adding = invoice.steps.filter(({ isIncluded }) => !isIncluded);
      expect(adding.reduce((total, { amountMinor }) => total + amountMinor, 0n)).toBe(invoice.amountDueMinor);
      expect(new Set(invoice.lines.map(({ key }) => key)).size).toBe(invoice.lines.length);
      for (const { amountMinor, discounts, credits } of invoice.lines) {
        const taken = [...discounts, ...credits].reduce((total, part) => total + part.amountMinor, 0n);
        expect(taken >= 0n && taken <= (amountMinor > 0n ? amountMinor : 0n)).toBe(true);
      }
      for (const { type, amountMinor, applied } of invoice.steps) {
        if (type === 'balance') continue;
        expect(applied.reduce((total, part) => total + part.amountMinor, 0n)).toBe(amountMinor);
      }
    }),
    { seed: 20_260_619, numRuns: runs(1_000, 10_000) },
  );
});

test('the order in which grants are given changes nothing', () => {
  fc.assert(
    fc.property(plainInvoice, (given) => {
      const world = worldOf(given);
      const turned = { ...world, grants: [...(world.grants ?? [])].reverse() };
      expect(build(turned)).toEqual(build(world));
    }),
    { seed: 20_260_620, numRuns: runs(500, 5_000) },
  );
});
