import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Coupon, TaxRate } from '../../../shared/billing/discount.ts';
import type { Invoice, InvoiceLine } from '../../../shared/billing/invoice.ts';
import { type RatingOptions, STRIPE_RATING } from '../../../shared/rating/options.ts';
import { type AdjustmentProof, proveAdjustments } from '../../../shared/reconciliation/proof-adjustments.ts';
import { alternativeText } from '../../../shared/reconciliation/proof-line.ts';
import { invoiceByOracle, type PlainInvoice } from '../../oracles/invoice-oracle.ts';
import { runs } from '../../oracles/runs.ts';
import { at, discountOf, taxRateOf } from '../rating/invoice/invoice-maker.ts';

type Row = {
  readonly amount: bigint;
  readonly discounts?: Readonly<Record<string, bigint>>;
  readonly credit?: bigint;
  readonly taxes?: Readonly<Record<string, bigint>>;
  readonly isMeter?: boolean;
};

type Known = {
  readonly coupons?: Readonly<Record<string, Partial<Coupon>>>;
  readonly rates?: readonly TaxRate[];
  readonly currency?: string;
  readonly isAutomaticTax?: boolean;
  readonly options?: Partial<RatingOptions>;
};

const lineOf = (row: Row, index: number, known: Known): InvoiceLine => ({
  id: `il_${index}${row.isMeter === false ? '_licensed' : ''}`,
  invoiceId: 'in_1',
  amountMinor: row.amount,
  currency: known.currency ?? 'usd',
  description: null,
  quantity: '1',
  unitAmount: null,
  priceId: 'price_1',
  subscriptionId: 'sub_1',
  subscriptionItemId: `si_${index}`,
  servicePeriod: { from: at('05-01'), to: at('06-01') },
  isProration: false,
  origin: 'subscription_item',
  discountMinor: Object.values(row.discounts ?? {}).reduce((sum, off) => sum + off, 0n),
  discounts: Object.entries(row.discounts ?? {}).map(([discountId, amountMinor]) => ({ discountId, amountMinor })),
  creditMinor: row.credit ?? 0n,
  taxes: Object.entries(row.taxes ?? {}).map(([taxRateId, amountMinor]) => ({
    taxRateId,
    amountMinor,
    isInclusive: known.rates?.find(({ id }) => id === taxRateId)?.isInclusive === true,
    taxableMinor: null,
  })),
});

function prove(rows: readonly Row[], known: Known): readonly AdjustmentProof[] {
  const lines = rows.map((row, index) => lineOf(row, index, known));
  const invoice: Invoice = {
    id: 'in_1',
    number: null,
    customerId: 'cus_1',
    subscriptionId: 'sub_1',
    status: 'paid',
    currency: known.currency ?? 'usd',
    billingReason: 'subscription_cycle',
    period: { from: at('05-01'), to: at('06-01') },
    created: at('06-01'),
    finalizedAt: at('06-01'),
    subtotalMinor: 0n,
    discountMinor: 0n,
    creditMinor: 0n,
    taxMinor: 0n,
    totalMinor: 0n,
    startingBalanceMinor: 0n,
    endingBalanceMinor: 0n,
    amountDueMinor: 0n,
    isAutomaticTax: known.isAutomaticTax === true,
    lines,
  };
  return proveAdjustments(
    invoice,
    {
      couponOf: (id) => {
        const coupon = known.coupons?.[id];
        return coupon === undefined ? null : discountOf(id, coupon).coupon;
      },
      taxRateOf: (id) => known.rates?.find((rate) => rate.id === id) ?? null,
      isMeterLine: ({ id }) => !id.endsWith('_licensed'),
    },
    { ...STRIPE_RATING, ...known.options },
  );
}

/** `discount d: exact`, or the amounts and what would make it so. */
const told = (rows: readonly Row[], known: Known): readonly string[] =>
  prove(rows, known).map(({ type, id, isExact, expectedMinor, billedMinor, fixes }) => {
    const name = id === null ? type : `${type} ${id}`;
    return isExact
      ? `${name}: exact`
      : `${name}: ${expectedMinor}/${billedMinor} ${fixes.map(alternativeText).join(' | ')}`;
  });

describe('each assumed rule that history contradicts is named', () => {
  test.each([
    // 10 % of 5 on each line is 1; once on 15 it is 1.5 → 2
    [
      'a percent rounded on the sum',
      [1n, 1n, 0n].map((off): Row => ({ amount: 5n, discounts: { d: off } })),
      { coupons: { d: { percentOff: '10' } } },
      ['discount d: 3/2 rating.percentDiscount: total'],
    ],
    [
      'as assumed',
      [1n, 1n, 1n].map((off): Row => ({ amount: 5n, discounts: { d: off } })),
      { coupons: { d: { percentOff: '10' } } },
      ['discount d: exact'],
    ],
    [
      // half a unit to the even: 10 % of 5 is 0
      'half to even',
      [
        { amount: 5n, discounts: { d: 0n } },
        { amount: 15n, discounts: { d: 2n } },
      ],
      { coupons: { d: { percentOff: '10' } } },
      ['discount d: 3/2 rating.rounding: half_even'],
    ],
    [
      'a fixed amount whose last line takes the rest',
      [33n, 33n, 34n].map((off): Row => ({ amount: 50n, discounts: { d: off } })),
      { coupons: { d: { amountOff: '100' } } },
      // the sums agree, the lines do not
      ['discount d: 100/100 rating.amountDiscount: last_line'],
    ],
    [
      'a second percent of the full amount',
      [{ amount: 1000n, discounts: { d: 100n, e: 200n } }],
      { coupons: { d: { percentOff: '10' }, e: { percentOff: '20' } } },
      ['discount d: exact', 'discount e: 180/200 rating.stackedDiscounts: full'],
    ],
    [
      'credits in proportion',
      [
        { amount: 300n, credit: 75n },
        { amount: 100n, credit: 25n },
      ],
      {},
      ['credit: 100/100 rating.creditSharing: largest_remainder'],
    ],
    [
      // 5 % of 10 twice: 1 + 1; once on 20: 1
      'tax once for its rate',
      [
        { amount: 10n, taxes: { t: 1n } },
        { amount: 10n, taxes: { t: 0n } },
      ],
      { rates: [taxRateOf('t', '5')] },
      ['tax t: 2/1 rating.taxRounding: total'],
    ],
    [
      // 12.5 % of 100 fils is 12.5; in tens 10
      'tens in kwd',
      [{ amount: 100n, discounts: { d: 10n } }],
      { currency: 'kwd', coupons: { d: { percentOff: '12.5' } } },
      ['discount d: 13/10 rating.smallestAmount: currency'],
    ],
    [
      'nothing explains it',
      [{ amount: 100n, discounts: { d: 77n } }],
      { coupons: { d: { percentOff: '10' } } },
      ['discount d: 10/77 '],
    ],
  ] as const)('%s', (_, rows, known, expected) => {
    expect(told(rows, known as Known)).toEqual(expected);
  });
});

describe('what is not known is left out', () => {
  test.each([
    ['a coupon that Stripe gives no more', [{ amount: 100n, discounts: { d: 3n } }], {}],
    [
      'a coupon in another currency',
      [{ amount: 100n, discounts: { d: 3n } }],
      { coupons: { d: { amountOff: '3', currency: 'eur' } } },
    ],
    [
      'tax that Stripe computes itself',
      [{ amount: 100n, taxes: { t: 9n } }],
      { isAutomaticTax: true, rates: [taxRateOf('t', '5')] },
    ],
    ['a rate that is not in the cache', [{ amount: 100n, taxes: { t: 9n } }], {}],
    ['a rate that is named and not applied', [{ amount: 100n, taxes: { t: 0n } }], { rates: [taxRateOf('t', '5')] }],
    [
      'credits of several scopes',
      [
        { amount: 300n, credit: 10n },
        { amount: 100n, credit: 90n },
      ],
      {},
    ],
    ['no credits', [{ amount: 300n }], {}],
  ] as const)('%s', (_, rows, known) => {
    expect(prove(rows, known as Known)).toEqual([]);
  });

  test('one that is not known does not hide the next', () => {
    const rows: Row[] = [{ amount: 1000n, discounts: { gone: 137n, d: 86n }, taxes: { t: 39n } }];
    // 10 % of 863 is 86.3; 5 % of 777 is 38.85
    expect(told(rows, { coupons: { d: { percentOff: '10' } }, rates: [taxRateOf('t', '5')] })).toEqual([
      'discount d: exact',
      'tax t: exact',
    ]);
  });
});

test('discounts come in the order that the lines together tell', () => {
  const rows: Row[] = [
    { amount: 1000n, discounts: { all: 500n } },
    { amount: 1000n, discounts: { item: 200n, all: 400n } },
  ];
  const coupons = { all: { percentOff: '50' }, item: { percentOff: '20' } };
  expect(told(rows, { coupons })).toEqual(['discount item: exact', 'discount all: exact']);
});

test('credits reach metered lines alone', () => {
  const rows: Row[] = [
    { amount: 300n, isMeter: false },
    { amount: 100n, credit: 50n },
  ];
  expect(told(rows, {})).toEqual(['credit: exact']);
});

test('an invoice made by any rules is exact under these', () => {
  const amount = fc.integer({ min: 0, max: 3_000 }).map((tenths) => (tenths / 10).toFixed(1));
  const options: fc.Arbitrary<PlainInvoice['options']> = fc.record({
    rounding: fc.constantFrom('half_up' as const, 'half_even' as const, 'up' as const, 'down' as const),
    roundAt: fc.constant('line' as const),
    percentDiscount: fc.constantFrom('line' as const, 'total' as const),
    amountDiscount: fc.constantFrom('largest_remainder' as const, 'last_line' as const, 'in_order' as const),
    stackedDiscounts: fc.constantFrom('remaining' as const, 'full' as const),
    creditSharing: fc.constantFrom('in_order' as const, 'largest_remainder' as const),
    taxRounding: fc.constantFrom('line' as const, 'total' as const),
  });
  let steps = 0;
  fc.assert(
    fc.property(
      fc.array(amount, { minLength: 1, maxLength: 4 }),
      fc.option(fc.constantFrom('10', '12.5', '33.3')),
      fc.bigInt({ min: 1n, max: 500n }),
      fc.bigInt({ min: 0n, max: 300n }),
      fc.array(fc.record({ percent: fc.constantFrom('5', '19', '7.7'), isInclusive: fc.boolean() }), { maxLength: 2 }),
      options,
      (amounts, percent, off, credit, rates, how) => {
        const plain: PlainInvoice = {
          unit: 1n,
          options: how,
          items: amounts.map((quantity) => ({
            kind: 'metered',
            terms: { price: { unit: '1' }, quantity },
            coupons: [],
            rates: [],
          })),
          changes: [],
          coupons: [
            {
              percent,
              amount: percent === null ? off : null,
              products: null,
              start: [1, 1],
              months: null,
              isOnce: false,
              isUsed: false,
            },
          ],
          customerCoupon: null,
          grants: [
            {
              amount: credit,
              priority: 0,
              expires: null,
              isPromotional: false,
              effectiveDay: 1,
              createdDay: 1,
              prices: null,
            },
          ],
          rates,
          defaultRates: rates.map((_, index) => index),
          balance: 0n,
        };
        const rows = invoiceByOracle(plain).lines.map(
          (line): Row => ({
            amount: line.amount,
            discounts: { d: line.discount },
            credit: line.credit,
            taxes: Object.fromEntries(line.taxes.map((tax, index) => [`t${index}`, tax])),
          }),
        );
        const proofs = prove(rows, {
          coupons: { d: percent === null ? { amountOff: String(off) } : { percentOff: percent } },
          rates: rates.map((rate, index) => taxRateOf(`t${index}`, rate.percent, rate.isInclusive)),
          options: how,
        });
        steps += proofs.length;
        expect(proofs.filter(({ isExact }) => !isExact)).toEqual([]);
      },
    ),
    { seed: 20_260_621, numRuns: runs(1_500, 20_000) },
  );
  expect(steps).toBeGreaterThan(3_000);
});
