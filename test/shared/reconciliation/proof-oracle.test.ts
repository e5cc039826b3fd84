import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Price } from '../../../shared/billing/price.ts';
import { STRIPE_RATING } from '../../../shared/rating/options.ts';
import { type ProofContext, proveGroup } from '../../../shared/reconciliation/proof.ts';
import type { ProofLine } from '../../../shared/reconciliation/proof-line.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import type { OraclePrice } from '../../oracles/rating-oracle.ts';
import { runs } from '../../oracles/runs.ts';
import { type StripeLine, stripeLines } from '../../oracles/stripe-lines-oracle.ts';

const RUNS = runs(2_000, 50_000);
const SEED = 20_260_522;

const text = (max: bigint, scale: number) =>
  fc.bigInt({ min: 0n, max }).map((coefficient) => formatDecimal({ coefficient, scale }));
const unit = fc.oneof(text(10n ** 5n, 0), text(10n ** 6n, 3), text(10n ** 14n, 12), fc.constantFrom('0.5', '0', '2.5'));
const quantity = fc.oneof(
  text(5_000n, 0),
  text(5_000n, 1),
  text(10n ** 20n, 12),
  text(10n ** 18n, 0),
  fc.constant('0'),
);
const ladder = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 4_000 }), { maxLength: 3 }),
    fc.array(fc.tuple(unit, fc.option(fc.oneof(text(10_000n, 0), fc.constantFrom('0', '12.5')))), {
      minLength: 4,
      maxLength: 4,
    }),
  )
  .map(([bounds, amounts]) =>
    [...bounds.sort((a, b) => a - b).map(String), null].map((upTo, index) => ({
      upTo,
      unit: amounts[index]?.[0] ?? '0',
      flat: amounts[index]?.[1] ?? null,
    })),
  );
const price: fc.Arbitrary<OraclePrice> = fc.oneof(
  unit.map((unitAmount) => ({ unitAmount })),
  fc
    .tuple(unit, fc.integer({ min: 1, max: 1_000 }), fc.constantFrom('up' as const, 'down' as const))
    .map(([unitAmount, by, round]) => ({ unitAmount, divideBy: { by: String(by), round } })),
  fc.tuple(ladder, fc.constantFrom('graduated' as const, 'volume' as const)).map(([tiers, mode]) => ({ tiers, mode })),
);
const rounding = fc.constantFrom('half_up' as const, 'half_even' as const, 'up' as const, 'down' as const);

const asPrice = (given: OraclePrice): Price => ({
  id: 'price_1',
  productId: null,
  nickname: null,
  isActive: true,
  currency: 'usd',
  billingScheme: given.tiers === undefined ? 'per_unit' : 'tiered',
  tiersMode: given.mode ?? null,
  transformQuantity: given.divideBy === undefined ? null : { divideBy: given.divideBy.by, round: given.divideBy.round },
  unitAmount: given.unitAmount ?? null,
  tiers: given.tiers?.map(({ upTo, unit: unitAmount, flat }) => ({ upTo, unitAmount, flatAmount: flat })) ?? null,
  usageType: 'metered',
  meterId: 'mtr_1',
  interval: { unit: 'month', count: 1 },
  currencyOptions: [],
  taxBehavior: 'unspecified',
  created: parseInstant('2025-01-01'),
});

const servicePeriod = { from: parseInstant('2026-05-01'), to: parseInstant('2026-06-01') };
const asLine = ({ quantity: shown, unitAmount, amount }: StripeLine, index: number): ProofLine => ({
  id: `il_${index}`,
  invoiceId: 'in_1',
  amountMinor: amount,
  currency: 'usd',
  description: null,
  quantity: shown,
  unitAmount,
  priceId: 'price_1',
  subscriptionId: null,
  subscriptionItemId: 'si_1',
  servicePeriod,
  isProration: false,
  origin: 'subscription_item',
});

const contextOf = (given: OraclePrice): ProofContext => ({
  prices: new Map([['price_1', asPrice(given)]]),
  trialOf: () => null,
  billingPeriodOf: () => null,
});

test('lines as Stripe shows them are exact under the rule that made them', () => {
  fc.assert(
    fc.property(price, quantity, rounding, (given, used, mode) => {
      const lines = stripeLines(given, used, mode).map(asLine);
      const proof = proveGroup(lines, contextOf(given), { ...STRIPE_RATING, rounding: mode });
      expect(proof).toEqual({
        kind: 'metered',
        lines: lines.length,
        exact: lines.length,
        differing: [],
        unratable: [],
      });
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

test('lines made by another rule differ where it does, and the rule is among what would explain them', () => {
  let explained = 0;
  fc.assert(
    fc.property(price, quantity, rounding, (given, used, mode) => {
      const lines = stripeLines(given, used, mode).map(asLine);
      const theirs = stripeLines(given, used, 'half_up');
      const off = lines.filter(({ amountMinor }, index) => amountMinor !== theirs[index]?.amount);
      const proof = proveGroup(lines, contextOf(given), STRIPE_RATING);
      expect(proof?.differing.map(({ line }) => line.id)).toEqual(off.map(({ id }) => id));
      expect(proof?.exact).toBe(lines.length - off.length);
      for (const { fixes } of proof?.differing ?? []) {
        expect(fixes).toContainEqual([{ option: 'rounding', value: mode }]);
        explained += 1;
      }
    }),
    { numRuns: RUNS, seed: SEED },
  );
  expect(explained).toBeGreaterThan(100);
});

test('an amount that was edited is found, on its line alone', () => {
  fc.assert(
    fc.property(price, quantity, fc.nat(), fc.bigInt({ min: 2n, max: 10n ** 6n }), (given, used, place, by) => {
      const lines = stripeLines(given, used, 'half_up').map(asLine);
      const at = place % lines.length;
      const edited = lines.map((line, index) =>
        index === at ? { ...line, amountMinor: line.amountMinor + by } : line,
      );
      const proof = proveGroup(edited, contextOf(given), STRIPE_RATING);
      expect(proof?.differing).toMatchObject([
        {
          line: { id: `il_${at}` },
          lines: 1,
          billed: edited[at]?.amountMinor,
          rated: lines[at]?.amountMinor,
          // Packages may be told from the quantity by chance.
          ...(given.divideBy === undefined ? { fixes: [] } : {}),
        },
      ]);
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

test('one line with all of a tiered price is as exact as its parts together', () => {
  fc.assert(
    fc.property(price, quantity, (given, used) => {
      // Rounded as a whole, as a single line is.
      const parts = stripeLines(given, used, 'half_up').map(asLine);
      const proof = proveGroup(parts, contextOf(given), STRIPE_RATING);
      const [first] = parts;
      if (first === undefined || parts.length < 2 || proof === null) return;
      const whole = stripeLines(
        { tiers: given.tiers ?? [], ...(given.mode === undefined ? {} : { mode: given.mode }) },
        used,
        'down',
      );
      const low = whole.reduce((sum, { amount }) => sum + amount, 0n);
      const amounts = Array.from({ length: whole.length + 2 }, (_, more) => low + BigInt(more));
      const exact = amounts.filter((amountMinor) => {
        const one = { ...first, quantity: used, unitAmount: null, amountMinor };
        return proveGroup([one], contextOf(given), STRIPE_RATING)?.exact === 1;
      });
      expect(exact).toHaveLength(1);
    }),
    { numRuns: Math.ceil(RUNS / 10), seed: SEED },
  );
});
