import { describe, expect, test } from 'vitest';
import { answerDocument } from '../../../../shared/rating/document/answer-document.ts';
import { rateDocument } from '../../../../shared/rating/document/rate-document.ts';
import { parseExactJson, printExactJson } from '../../../../shared/values/exact-json.ts';

const NOW = '2026-11-21T00:00:00Z';
/** 10.00 in one line. */
const TEN = { currency: 'usd', price: { id: 'price_1', product: 'prod_1', unit_amount: 5 }, quantity: 200 };
const rate = (document: object) => rateDocument({ ...TEN, ...document });
const brief = (document: object): readonly string[] =>
  rate(document).adjustments.map(({ type, exact, amount }) => `${type} ${exact} ${amount}`);
const notesOf = (document: object): readonly string[] =>
  (rate(document).notes ?? []).map(({ code, path }) => `${code} ${path}`);
const grant = (value: number | string, more: object = {}) => ({
  amount: { monetary: { value, currency: 'usd' } },
  ...more,
});

test('the published example, key by key in the published order', () => {
  const document = `{ "currency": "usd",
    "price": { "billing_scheme": "tiered", "tiers_mode": "graduated",
               "tiers": [ { "up_to": 1000, "flat_amount": 1000, "unit_amount_decimal": "0" },
                          { "up_to": null, "unit_amount_decimal": "0.5" } ] },
    "quantity": "1500" }`;
  expect(printExactJson(answerDocument(parseExactJson(document)).answer)).toBe(
    '{"tieout":1,"kind":"rating","currency":"usd",' +
      '"lines":[{"type":"usage","tier":1,"quantity":"1000","unitAmount":"0","exact":"0","amount":0},' +
      '{"type":"flat","tier":1,"quantity":"1","unitAmount":"1000","exact":"1000","amount":1000},' +
      '{"type":"usage","tier":2,"quantity":"500","unitAmount":"0.5","exact":"250","amount":250}],' +
      '"adjustments":[],"subtotal":{"exact":"1250","amount":1250},"total":{"exact":"1250","amount":1250}}',
  );
});

test('a package shows what was used beside what is charged', () => {
  const price = { unit_amount: 500, transform_quantity: { divide_by: 10, round: 'up' } };
  expect(rate({ price, quantity: '11.5' }).lines).toEqual([
    { type: 'usage', tier: 1, quantity: '2', rawQuantity: '11.5', unitAmount: '500', exact: '1000', amount: 1000n },
  ]);
});

test('a tier that is reached has its lines at quantity 0 too', () => {
  const tiers = [
    { up_to: 5, unit_amount: 3, flat_amount: 0 },
    { up_to: null, unit_amount: 2 },
  ];
  expect(rate({ price: { tiers_mode: 'graduated', tiers }, quantity: 0 }).lines).toEqual([
    { type: 'usage', tier: 1, quantity: '0', unitAmount: '3', exact: '0', amount: 0n },
    { type: 'flat', tier: 1, quantity: '1', unitAmount: '0', exact: '0', amount: 0n },
  ]);
});

test('where only the total is rounded, lines have no amount', () => {
  const tiers = [
    { up_to: 1, unit_amount_decimal: '0.5' },
    { up_to: null, unit_amount_decimal: '0.5' },
  ];
  const { lines, subtotal } = rate({ price: { tiers_mode: 'graduated', tiers }, quantity: 2, roundAt: 'total' });
  expect(lines.map(({ amount }) => amount)).toEqual([null, null]);
  expect(subtotal).toEqual({ exact: '1', amount: 1n });
});

test('amounts beyond 2^53 are written with all their digits', () => {
  const document = '{"currency":"usd","price":{"unit_amount":1},"quantity":123456789012345678901234567890}';
  expect(printExactJson(answerDocument(parseExactJson(document)).answer)).toContain(
    '"total":{"exact":"123456789012345678901234567890","amount":123456789012345678901234567890}',
  );
});

test('documents with a mode run the late-usage engines; a run that fails is not rated', () => {
  const late = {
    mode: 'delta',
    currency: 'usd',
    chargePeriod: { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
    price: { type: 'unit', amount: '10' },
    phases: [
      {
        runId: 'r1',
        servicePeriod: { from: '2026-01-01T00:00:00Z', to: '2026-01-11T00:00:00Z' },
        cumulativeQuantity: '3',
      },
    ],
  };
  const { answer, isRated } = answerDocument(late);
  expect(answer).toMatchObject({ kind: 'late_rating', phases: [{ totals: { total: '30' } }] });
  expect(isRated).toBe(true);
  const outside = { ...late, chargePeriod: { from: '2026-01-05T00:00:00Z', to: '2026-02-01T00:00:00Z' } };
  expect(answerDocument(outside)).toMatchObject({
    answer: { phases: [{ error: { code: 'current-period-outside-charge' } }] },
    isRated: false,
  });
});

test('a document with phases and no mode is told that its mode is missing', () => {
  expect(() => answerDocument({ currency: 'usd', phases: [] })).toThrow(
    expect.objectContaining({ code: 'mode-unknown', path: 'mode', message: 'The mode is missing.' }),
  );
});

test('a mode that is null is none; under one that is not known no other key is judged', () => {
  expect(answerDocument({ ...TEN, mode: null })).toMatchObject({ answer: { kind: 'rating' } });
  expect(() => answerDocument({ mode: 'period-preserving', phases: [] })).toThrow(
    expect.objectContaining({ code: 'mode-unknown', problems: [expect.objectContaining({ path: 'mode' })] }),
  );
});

describe('the steps after the price', () => {
  test('come in the published order, whatever order the document has', () => {
    const document = {
      taxRates: [{ id: 'txr', percentage: 10 }],
      credits: [grant(100, { id: 'credgr' })],
      minimum: 500,
      maximum: 800,
      discounts: [{ amount_off: 50 }, { id: 'TENTH', percent_off: 10 }],
    };
    const { adjustments, subtotal, total } = rate(document);
    expect(adjustments).toEqual([
      { type: 'discount', exact: '-100', amount: -100n, id: 'TENTH', percentage: '10' },
      { type: 'discount', exact: '-50', amount: -50n },
      { type: 'maximum', exact: '-50', amount: -50n },
      { type: 'minimum', exact: '0', amount: 0n },
      { type: 'credit', exact: '-100', amount: -100n, id: 'credgr', left: 0n },
      { type: 'tax', exact: '70', amount: 70n, id: 'txr', percentage: '10', inclusive: false },
    ]);
    expect([subtotal.amount, total.amount]).toEqual([1000n, 770n]);
  });

  test.each([
    [
      'percent discounts take of what earlier ones left',
      { discounts: [{ percent_off: 50 }, { percent_off: 50 }] },
      ['discount -500 -500', 'discount -250 -250'],
    ],
    ['half a cent off goes away from zero', { quantity: 1, discounts: [{ percent_off: 10 }] }, ['discount -0.5 -1']],
    ['a maximum with decimals', { maximum: '999.5' }, ['maximum -0.5 0']],
    ['a minimum with decimals', { minimum: '1000.5' }, ['minimum 0.5 1']],
    [
      'a minimum may be paid by credit',
      { quantity: 0, minimum: 300, credits: [grant(200)] },
      ['minimum 300 300', 'credit -200 -200'],
    ],
    [
      'a minimum is taxed',
      { quantity: 0, minimum: 300, taxRates: [{ percentage: 10 }] },
      ['minimum 300 300', 'tax 30 30'],
    ],
    [
      'rounding is the one that is asked for',
      { quantity: 1, discounts: [{ percent_off: 10 }], rounding: 'half_even' },
      ['discount -0.5 0'],
    ],
    [
      'tax that is inside adds nothing',
      { taxRates: [{ percentage: 20, inclusive: true }] },
      ['tax 166.666666666667 167'],
    ],
    [
      'exclusive tax is taken of what remains without the inclusive one',
      {
        taxRates: [
          { percentage: 25, inclusive: true },
          { percentage: 10, inclusive: false },
        ],
      },
      ['tax 200 200', 'tax 80 80'],
    ],
  ])('%s', (_, document, steps) => {
    expect(brief(document)).toEqual(steps);
  });

  test('credits are used in the order of Stripe', () => {
    const credits = [
      grant(100, { id: 'late', expires_at: '2027-02-01T00:00:00Z' }),
      grant(100, { id: 'soon', expires_at: 1798761600 }),
      grant(100, { id: 'first', priority: 0 }),
      grant(100, { id: 'free', category: 'promotional', expires_at: '2027-02-01T00:00:00Z' }),
      grant(900, { id: 'never' }),
    ];
    const { adjustments, total } = rate({ credits });
    expect(adjustments.map(({ id, left }) => [id, left])).toEqual([
      ['first', 0n],
      ['soon', 0n],
      ['free', 0n],
      ['late', 0n],
      ['never', 300n],
    ]);
    expect(total.amount).toBe(0n);
  });
});

describe('what applied to nothing, or in part, is said', () => {
  test('a credit larger than what is left keeps the rest', () => {
    const { adjustments, total, notes } = rate({ credits: [grant(1500, { id: 'credgr' })] });
    expect(adjustments).toEqual([{ type: 'credit', exact: '-1000', amount: -1000n, id: 'credgr', left: 500n }]);
    expect(total).toEqual({ exact: '0', amount: 0n });
    expect(notes).toEqual([
      {
        code: 'credit-in-part',
        path: 'credits[0]',
        message: 'Of 15.00 USD of credit, 10.00 USD was used; 5.00 USD is kept.',
      },
    ]);
  });

  const OTHER = { applies_to: { products: ['prod_2'] } };
  const scope = (prices: readonly object[]) => ({ applicability_config: { scope: { prices } } });
  test.each<[string, object, readonly string[]]>([
    [
      'a coupon for other products',
      { discounts: [{ percent_off: 50, ...OTHER }] },
      ['coupon-other-products discounts[0].applies_to'],
    ],
    [
      'a fixed amount off other products',
      { discounts: [{ amount_off: 50, ...OTHER }] },
      ['coupon-other-products discounts[0].applies_to'],
    ],
    ['a coupon for this product', { discounts: [{ percent_off: 50, applies_to: { products: ['prod_1'] } }] }, []],
    ['a coupon that takes more than there is', { discounts: [{ amount_off: 1001 }] }, ['coupon-in-part discounts[0]']],
    [
      'a credit for other prices',
      { credits: [grant(5, scope([{ id: 'price_2' }]))] },
      ['credit-other-prices credits[0].applicability_config.scope'],
    ],
    ['a credit for this price', { credits: [grant(5, scope([{ id: 'price_1' }]))] }, []],
    [
      'a credit for all metered prices',
      { credits: [grant(5, { applicability_config: { scope: { price_type: 'metered' } } })] },
      [],
    ],
    [
      'a credit that has expired',
      { at: NOW, credits: [grant(5, { expires_at: '2026-11-21T00:00:00Z' })] },
      ['credit-expired credits[0].expires_at'],
    ],
    [
      'a credit that is not effective yet',
      { at: NOW, credits: [grant(5, { effective_at: '2026-11-21T00:00:01Z' })] },
      ['credit-not-effective credits[0].effective_at'],
    ],
    ['a credit that was voided', { credits: [grant(5, { voided_at: 1 })] }, ['credit-voided credits[0].voided_at']],
    [
      'a credit at an instant of the document',
      { at: '2026-11-20T00:00:00Z', credits: [grant(5, { expires_at: '2026-11-21T00:00:00Z' })] },
      [],
    ],
    [
      'a credit on a licensed price',
      { price: { unit_amount: 5, recurring: { usage_type: 'licensed' } }, credits: [grant(5)] },
      ['credit-not-metered credits[0]'],
    ],
    [
      'a credit on a price without a meter',
      { price: { unit_amount: 5, recurring: { usage_type: 'metered', meter: null } }, credits: [grant(5)] },
      ['credit-not-metered credits[0]'],
    ],
  ])('%s', (_, document, notes) => {
    expect(notesOf(document)).toEqual(notes);
    // What is refused takes nothing, what is said of nothing takes what it can.
    const [step] = rate(document).adjustments;
    expect(step?.amount === 0n).toBe(notes.length > 0 && !notes[0]?.startsWith('coupon-in-part'));
  });

  test('without a time nothing is said to have expired', () => {
    const document = { ...TEN, credits: [grant(5, { expires_at: 1 })] };
    expect(rateDocument(document).adjustments).toMatchObject([{ amount: -5n }]);
  });
});
