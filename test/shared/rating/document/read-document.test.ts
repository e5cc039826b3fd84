import { describe, expect, test } from 'vitest';
import { TieoutError } from '../../../../shared/errors.ts';
import { answerDocument } from '../../../../shared/rating/document/answer-document.ts';
import { parseExactJson, printExactJson } from '../../../../shared/values/exact-json.ts';

const OPEN = { up_to: null, unit_amount: 5 };
const EUR = { currency: 'eur', unit_amount: 5 };
const TIERED = { billing_scheme: 'tiered', tiers_mode: 'graduated', tiers: [{ up_to: 10, unit_amount: 7 }, OPEN] };
const tiers = (...list: readonly object[]) => ({ price: { ...TIERED, tiers: list } });

/** A document that is fine but for what is given. */
const documentWith = (change: object): object => ({
  currency: 'usd',
  price: { unit_amount: 5 },
  quantity: 3,
  ...change,
});

function problemsOf(document: unknown): readonly string[] {
  try {
    answerDocument(parseExactJson(typeof document === 'string' ? document : JSON.stringify(document)));
    return [];
  } catch (error) {
    if (!(error instanceof TieoutError)) throw error;
    expect(error).toMatchObject({ code: error.problems[0]?.code, path: error.problems[0]?.path });
    for (const { message, remedy } of error.problems) expect(`${message} ${remedy}`).toMatch(/^[A-Z0-9"{[-].*\. .+\.$/);
    return error.problems.map(({ code, path }) => `${code} ${path}`);
  }
}

describe('each mistake has a code, a sentence and a place', () => {
  test.each<[string, object | string]>([
    ['document-malformed null', '[1]'],
    ['document-malformed null', '"usd"'],
    ['unknown-key quantitiy', documentWith({ quantitiy: 4 })],
    ['mode-unknown mode', documentWith({ mode: 'gamma' })],
    ['currency-missing currency', documentWith({ currency: null })],
    ['currency-malformed currency', documentWith({ currency: 'dollar' })],
    ['currency-malformed currency', documentWith({ currency: 840 })],
    ['currency-mismatch price.currency', documentWith({ price: { currency: 'eur', unit_amount: 5 } })],
    ['currency-mismatch price.currency', documentWith({ price: { ...EUR, currency_options: { usd: null } } })],
    ['value-malformed price.currency_options', documentWith({ price: { ...EUR, currency_options: 5 } })],
    ['value-malformed price.currency_options.usd', documentWith({ price: { ...EUR, currency_options: { usd: 5 } } })],
    ['price-missing price', documentWith({ price: null })],
    ['price-missing price', documentWith({ price: 'price_123' })],
    ['value-malformed price', documentWith({ price: [] })],
    ['product-deleted price.product', documentWith({ price: { unit_amount: 5, product: { id: 'p', deleted: true } } })],
    [
      'billing-scheme-unknown price.billing_scheme',
      documentWith({ price: { billing_scheme: 'stairs', unit_amount: 5 } }),
    ],
    ['unit-amount-missing price.unit_amount', documentWith({ price: {} })],
    ['unit-amount-missing price.unit_amount', documentWith({ price: { custom_unit_amount: { preset: 5 } } })],
    ['amount-negative price.unit_amount', documentWith({ price: { unit_amount: -5 } })],
    ['number-malformed price.unit_amount_decimal', documentWith({ price: { unit_amount_decimal: '1,5' } })],
    ['number-malformed price.unit_amount', documentWith({ price: { unit_amount: true } })],
    [
      'price-contradictory price.unit_amount_decimal',
      documentWith({ price: { unit_amount: 5, unit_amount_decimal: '5.1' } }),
    ],
    [
      'price-contradictory price.tiers',
      documentWith({ price: { ...TIERED, billing_scheme: 'per_unit', unit_amount: 1 } }),
    ],
    ['tiers-with-unit-amount price.unit_amount', documentWith({ price: { ...TIERED, unit_amount: 5 } })],
    ['tiers-missing price.tiers', documentWith({ price: { billing_scheme: 'tiered', tiers_mode: 'volume' } })],
    ['tier-mode-invalid price.tiers_mode', documentWith({ price: { tiers: [OPEN] } })],
    ['tier-mode-invalid price.tiers_mode', documentWith({ price: { ...TIERED, tiers_mode: 'slabs' } })],
    ['tier-open-end-missing price.tiers[0].up_to', documentWith(tiers({ up_to: 10, unit_amount: 7 }))],
    ['tier-bound-missing price.tiers[0].up_to', documentWith(tiers({ unit_amount: 7 }, OPEN))],
    ['tier-bound-negative price.tiers[1].up_to', documentWith(tiers(OPEN, { up_to: -1, unit_amount: 7 }))],
    [
      'tier-bound-repeated price.tiers[2].up_to',
      documentWith(tiers({ up_to: 10, unit_amount: 7 }, OPEN, { up_to: '10.0', unit_amount: 6 })),
    ],
    ['tier-bound-repeated price.tiers[1].up_to', documentWith(tiers(OPEN, { up_to: 'inf', unit_amount: 7 }))],
    ['tier-price-missing price.tiers[0]', documentWith(tiers({ up_to: 10, unit_amount: null }, OPEN))],
    ['amount-negative price.tiers[0].flat_amount', documentWith(tiers({ up_to: null, flat_amount: -1 }))],
    ['value-malformed price.tiers[0]', documentWith({ price: { ...TIERED, tiers: [null, OPEN] } })],
    [
      'transform-quantity-with-tiers price.transform_quantity',
      documentWith({ price: { ...TIERED, transform_quantity: { divide_by: 10, round: 'up' } } }),
    ],
    [
      'package-size-not-positive price.transform_quantity.divide_by',
      documentWith({ price: { unit_amount: 5, transform_quantity: { divide_by: 0, round: 'up' } } }),
    ],
    [
      'package-size-not-positive price.transform_quantity.divide_by',
      documentWith({ price: { unit_amount: 5, transform_quantity: { round: 'up' } } }),
    ],
    [
      'transform-round-invalid price.transform_quantity.round',
      documentWith({ price: { unit_amount: 5, transform_quantity: { divide_by: 5 } } }),
    ],
    ['quantity-missing quantity', documentWith({ quantity: undefined })],
    ['quantity-contradictory quantities', documentWith({ quantities: [1] })],
    ['quantity-negative quantity', documentWith({ quantity: '-0.000000000001' })],
    ['quantity-negative quantities', documentWith({ quantity: undefined, quantities: [1, '-1.5'] })],
    ['quantity-not-finite quantity', documentWith({ quantity: 'NaN' })],
    ['quantity-not-finite quantity', documentWith({ quantity: '-Infinity' })],
    ['quantity-malformed quantity', documentWith({ quantity: '' })],
    ['quantity-malformed quantity', documentWith({ quantity: ' 5 ' })],
    ['quantity-malformed quantity', documentWith({ quantity: false })],
    ['quantity-out-of-range quantity', documentWith({ quantity: '1e999999' })],
    ['quantity-out-of-range quantity', '{"currency":"usd","price":{"unit_amount":5},"quantity":1e999999}'],
    ['quantity-out-of-range quantity', '{"currency":"usd","price":{"unit_amount":5},"quantity":1e400}'],
    ['number-malformed price.unit_amount', '{"currency":"usd","price":{"unit_amount":1e100},"quantity":1}'],
    ['quantity-malformed quantities[1]', documentWith({ quantity: undefined, quantities: [1, 'two'] })],
    ['value-malformed quantities', documentWith({ quantity: undefined, quantities: 5 })],
    ['coupon-unknown discounts[0]', documentWith({ discounts: ['SUMMER'] })],
    ['coupon-unknown discounts[0]', documentWith({ discounts: [{ id: 'di_1', coupon: 'SUMMER' }] })],
    ['coupon-unknown discounts[0]', documentWith({ discounts: [{ id: 'di_1', coupon: null }] })],
    ['coupon-unknown discounts[0]', documentWith({ discounts: [{ source: { type: 'coupon', coupon: 'SUMMER' } }] })],
    ['coupon-unknown discounts[0]', documentWith({ discounts: [{ id: 'SUMMER', deleted: true }] })],
    ['coupon-amount-missing discounts[0]', documentWith({ discounts: [{ id: 'SUMMER' }] })],
    ['coupon-contradictory discounts[0]', documentWith({ discounts: [{ percent_off: 5, amount_off: 5 }] })],
    ['percentage-out-of-range discounts[0].percent_off', documentWith({ discounts: [{ percent_off: '100.01' }] })],
    ['percentage-out-of-range discounts[0].percent_off', documentWith({ discounts: [{ percent_off: -1 }] })],
    ['amount-off-negative discounts[0].amount_off', documentWith({ discounts: [{ amount_off: -1 }] })],
    ['number-not-whole discounts[0].amount_off', documentWith({ discounts: [{ amount_off: '0.5' }] })],
    ['currency-mismatch discounts[0].currency', documentWith({ discounts: [{ amount_off: 5, currency: 'eur' }] })],
    ['minimum-negative minimum', documentWith({ minimum: -1 })],
    ['maximum-negative maximum', documentWith({ maximum: '-0.5' })],
    ['minimum-above-maximum minimum', documentWith({ minimum: '10.5', maximum: '10.4' })],
    ['credit-amount-missing credits[0].amount', documentWith({ credits: [{}] })],
    [
      'credit-amount-missing credits[0].amount.monetary.value',
      documentWith({ credits: [{ amount: { monetary: {} } }] }),
    ],
    [
      'credit-amount-negative credits[0].amount.monetary.value',
      documentWith({ credits: [{ amount: { monetary: { value: -1, currency: 'usd' } } }] }),
    ],
    [
      'currency-mismatch credits[0].amount.monetary.currency',
      documentWith({ credits: [{ amount: { monetary: { value: 1, currency: 'eur' } } }] }),
    ],
    ['value-malformed credits[0].priority', documentWith({ credits: [{ amount: 1, priority: 101 }] })],
    ['value-malformed credits[0].category', documentWith({ credits: [{ amount: 1, category: 'gift' }] })],
    ['instant-malformed credits[0].expires_at', documentWith({ credits: [{ amount: 1, expires_at: 'soon' }] })],
    ['percentage-missing taxRates[0].percentage', documentWith({ taxRates: [{ inclusive: false }] })],
    ['percentage-out-of-range taxRates[0].percentage', documentWith({ taxRates: [{ percentage: 101 }] })],
    ['value-malformed taxRates[0].inclusive', documentWith({ taxRates: [{ percentage: 1, inclusive: 'yes' }] })],
    ['rounding-invalid rounding', documentWith({ rounding: 'nearest' })],
    ['round-at-invalid roundAt', documentWith({ roundAt: 'never' })],
    ['instant-malformed at', documentWith({ at: 'today' })],
  ])('%s', (problem, document) => {
    expect(problemsOf(document)).toEqual([problem]);
  });
});

test('everything that is wrong is said at once, in the order of the document', () => {
  const document = {
    rounding: 'nearest',
    credits: [{ amount: 'much' }],
    discounts: [{ percent_off: 101 }, 'SUMMER'],
    quantity: -1,
    price: {
      ...TIERED,
      billing_scheme: 'tiered',
      tiers: [{ up_to: 5 }, { up_to: 5, unit_amount: 'x' }],
      unit_amount: 3,
    },
    currency: 'usd',
    extra: 1,
  };
  expect(problemsOf(document)).toEqual([
    'unknown-key extra',
    'number-malformed price.tiers[1].unit_amount',
    'tiers-with-unit-amount price.unit_amount',
    'tier-price-missing price.tiers[0]',
    'tier-bound-repeated price.tiers[1].up_to',
    'tier-open-end-missing price.tiers[1].up_to',
    'quantity-negative quantity',
    'percentage-out-of-range discounts[0].percent_off',
    'coupon-unknown discounts[1]',
    'number-malformed credits[0].amount',
    'rounding-invalid rounding',
  ]);
});

describe('what Stripe writes is understood', () => {
  const totalOf = (text: string): unknown => {
    const { answer } = answerDocument(parseExactJson(text));
    return (parseExactJson(printExactJson(answer)) as { total: unknown }).total;
  };

  test.each([
    ['both forms of one amount', '{"unit_amount":5,"unit_amount_decimal":"5.0"}', '15'],
    ['the decimal form alone', '{"unit_amount":null,"unit_amount_decimal":"0.5"}', '1.5'],
    ['a JSON number with decimals', '{"unit_amount":0.10}', '0.3'],
    ['an exponent', '{"unit_amount":1e-12}', '0.000000000003'],
    ['more digits than a double holds', '{"unit_amount":0.1234567890123456789}', '0.3703703670370370367'],
    ['fields without a value', '{"unit_amount":5,"tiers":null,"transform_quantity":null,"tiers_mode":null}', '15'],
    ['an empty list of tiers', '{"billing_scheme":"per_unit","unit_amount":5,"tiers":[]}', '15'],
    ['tiers without a scheme', '{"tiers_mode":"volume","tiers":[{"up_to":"inf","unit_amount":5}]}', '15'],
    [
      'a bound of 0',
      '{"tiers_mode":"graduated","tiers":[{"up_to":0,"flat_amount":9},{"up_to":null,"unit_amount":2}]}',
      '15',
    ],
    ['fields that decide nothing', '{"unit_amount":5,"object":"price","active":false,"lookup_key":"x"}', '15'],
    ['a currency in capitals', '{"unit_amount":5,"currency":"USD"}', '15'],
    [
      'a currency option',
      '{"currency":"eur","unit_amount":9,"currency_options":{"gbp":{"unit_amount":4},"usd":{"unit_amount_decimal":"5"}}}',
      '15',
    ],
    [
      'a currency option with tiers',
      '{"currency":"eur","billing_scheme":"tiered","tiers_mode":"volume","tiers":null,' +
        '"currency_options":{"usd":{"unit_amount":null,"tiers":[{"up_to":null,"unit_amount":5}]}}}',
      '15',
    ],
    [
      'a licensed price',
      '{"unit_amount":5,"recurring":{"interval":"month","usage_type":"licensed","meter":null}}',
      '15',
    ],
  ])('%s', (_, price, exact) => {
    expect(totalOf(`{"currency":"usd","price":${price},"quantity":3}`)).toMatchObject({ exact });
  });

  test('the currency of the price is the one of a document without any', () => {
    const { answer } = answerDocument({ price: { currency: 'JPY', unit_amount: 5 }, quantity: 3 });
    expect(answer).toMatchObject({ currency: 'jpy', total: { exact: '15' } });
  });
});

test('a number that has lost its digits before is not rated', () => {
  expect(() => answerDocument(JSON.parse('{"currency":"usd","price":{"unit_amount":0.1},"quantity":1}'))).toThrow(
    'parsed with their digits',
  );
});
