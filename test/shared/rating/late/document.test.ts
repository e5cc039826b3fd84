import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isTieoutError } from '../../../../shared/errors.ts';
import { rateLateDocument } from '../../../../shared/rating/late/document.ts';
import { parseExactJson } from '../../../../shared/values/exact-json.ts';
import { answer, byDelta, byPeriod, CHARGE_PERIOD, last, period, shown, tiered, UNIT_10, VOLUME } from './documents.ts';

test('answers in the published order of keys, money and quantities as text', () => {
  const text = `{ "mode": "delta", "currency": "USD",
    "chargePeriod": { "from": "2025-01-01T00:00:00Z", "to": "2025-02-01T00:00:00Z" },
    "price": { "type": "unit", "amount": 0.10 }, "commitments": null, "discounts": null,
    "phases": [ { "phase": 1, "servicePeriod": { "from": "2025-01-01T00:00:00Z", "to": "2025-01-10T00:00:00Z" }, "cumulativeQuantity": 12345678901234567890.5 } ] }`;
  expect(JSON.stringify(rateLateDocument(parseExactJson(text)))).toBe(
    JSON.stringify({
      tieout: 1,
      kind: 'late_rating',
      mode: 'delta',
      currency: 'usd',
      phases: [
        {
          phase: 1,
          lines: [
            {
              id: 'phase-1-line-1',
              index: 0,
              key: 'usage.unit',
              component: 'usage.unit',
              category: 'regular',
              paymentTerm: 'arrears',
              servicePeriod: { from: '2025-01-01T00:00:00Z', to: '2025-01-10T00:00:00Z' },
              unitAmount: '0.1',
              quantity: '12345678901234567890.5',
              discounts: [],
              creditsApplied: [],
              totals: {
                amount: '1234567890123456789.05',
                charges: '0',
                discounts: '0',
                credits: '0',
                total: '1234567890123456789.05',
              },
              correctsRun: null,
              reversesLine: null,
              reversesLines: [],
            },
          ],
          totals: {
            amount: '1234567890123456789.05',
            charges: '0',
            discounts: '0',
            credits: '0',
            total: '1234567890123456789.05',
          },
          adjustments: [
            {
              servicePeriod: { from: '2025-01-01T00:00:00Z', to: '2025-01-10T00:00:00Z' },
              component: 'usage.unit',
              quantity: '1',
              amount: '1234567890123456789.05',
              correctsRun: null,
              lines: ['usage.unit'],
            },
          ],
        },
      ],
    }),
  );
});

describe('currencies', () => {
  const total = (currency: unknown): string =>
    last(
      answer('delta', { price: { type: 'unit', amount: '1.23456' }, currency }, [
        { servicePeriod: period(1), cumulativeQuantity: '1' },
      ]),
    ).totals.total;

  test.each([
    ['usd', '1.23'],
    ['JPY', '1'],
    ['kwd', '1.235'],
    ['credits', '1.23'],
    [{ code: 'CREDITS', digits: 4 }, '1.2346'],
    [{ code: 'usd', digits: 0 }, '1'],
  ])('%j', (currency, expected) => expect(total(currency)).toBe(expected));

  test("the answer repeats a currency of one's own", () => {
    const currency = { code: 'CREDITS', digits: 4 };
    const rated = answer('delta', { ...UNIT_10, currency }, [{ servicePeriod: period(1), cumulativeQuantity: '1' }]);
    expect(rated.currency).toEqual({ code: 'credits', digits: 4 });
  });
});

describe('a Stripe Price, in minor units', () => {
  const shownFor = (price: object, quantity: string, currency = 'usd') =>
    shown(byDelta({ price: { object: 'price', type: 'recurring', currency, ...price }, currency }, quantity));

  test('per unit', () => {
    expect(shownFor({ billing_scheme: 'per_unit', unit_amount_decimal: '0.5' }, '1000')).toEqual([
      'P1 usage.unit 1000 × 0.005: 5',
    ]);
    expect(shownFor({ billing_scheme: 'per_unit', unit_amount: 5 }, '3', 'jpy')).toEqual(['P1 usage.unit 3 × 5: 15']);
  });

  test('packages', () => {
    const price = { billing_scheme: 'per_unit', unit_amount: 1500, transform_quantity: { divide_by: 10, round: 'up' } };
    expect(shownFor(price, '11')).toEqual(['P1 usage.package 2 × 15: 30']);
  });

  test('packages that are full', () => {
    const full = { divide_by: 10, round: 'down' };
    const price = { billing_scheme: 'per_unit', unit_amount: 1500, transform_quantity: full };
    expect(shownFor(price, '29')).toEqual(['P1 usage.unit 2 × 15: 30']);
    expect(shownFor(price, '9')).toEqual([]);
  });

  test('tiers', () => {
    const price = {
      billing_scheme: 'tiered',
      tiers_mode: 'graduated',
      tiers: [
        { up_to: 10, flat_amount: 1000, unit_amount_decimal: '0' },
        { up_to: null, unit_amount_decimal: '50' },
      ],
    };
    expect(shownFor(price, '12')).toEqual(['P1 graduated.1.flat 1 × 10: 10', 'P1 graduated.2.unit 2 × 0.5: 1']);
  });
});

describe('history', () => {
  test('a voided run is as if it never was', () => {
    const phases = [
      { servicePeriod: period(1), cumulativeByPeriod: ['3'] },
      { servicePeriod: period(2), cumulativeByPeriod: ['4', '6'], voided: true },
      { servicePeriod: period(2), cumulativeByPeriod: ['4', '7'] },
    ];
    expect(shown(answer('period_preserving', UNIT_10, phases))).toEqual([
      'P1 usage.unit 1 × 10: 10 → phase-1',
      'P2 usage.unit 3 × 10: 30',
    ]);
  });

  test('credits that are booked afterwards change nothing', () => {
    const phases = (credits: object) => [
      { servicePeriod: period(1), cumulativeQuantity: '10', ...credits },
      { servicePeriod: period(2), cumulativeQuantity: '4' },
    ];
    const credited = answer('delta', UNIT_10, phases({ creditsBookedAfterwards: [{ line: 1, amount: '40' }] }));
    expect(last(credited)).toEqual(last(answer('delta', UNIT_10, phases({}))));
  });

  test('after the last period delta books a correction on it', () => {
    const phases = [
      { servicePeriod: period(3), cumulativeQuantity: '3' },
      { servicePeriod: null, cumulativeQuantity: '5' },
    ];
    expect(shown(answer('delta', UNIT_10, phases))).toEqual(['P3 usage.unit 2 × 10: 20']);
  });

  test('a history that is told may hold correction runs, and its order does not show', () => {
    const [first, second, , correction] = byPeriod(
      VOLUME,
      ['15'],
      ['15', '15'],
      ['15', '15', '15'],
      ['16', '16', '16'],
    ).phases;
    const linesOf = (phase: typeof first) => (phase !== undefined && 'lines' in phase ? phase.lines : []);
    const runs = [
      { runId: 'run-1', servicePeriod: period(1), cumulativeQuantity: '14', alreadyBilled: linesOf(first) },
      { runId: 'run-2', servicePeriod: period(2), cumulativeQuantity: '14', alreadyBilled: linesOf(second) },
      { runId: 'run-3', servicePeriod: period(3), cumulativeQuantity: '14', alreadyBilled: [] },
      { runId: 'run-4', servicePeriod: null, alreadyBilled: linesOf(correction).toReversed() },
    ];
    const told = (priorPeriods: readonly object[]) =>
      answer('period_preserving', VOLUME, [{ servicePeriod: null, priorPeriods }]);
    expect(shown(told(runs))).toEqual([
      'P1 volume.unit 14 × 10: 140 → run-1',
      'P1 volume.unit!rev(phase-4-line-2) -16 × 5: -80 → run-1',
    ]);
    expect(JSON.stringify(told(runs.toReversed()))).toBe(JSON.stringify(told(runs)));
  });
});

test('a vector is a document once it has a mode', () => {
  const vector = { id: 'v-1', source: 's', engine: 'delta', note: 'n' };
  const phase = { phase: 1, servicePeriod: period(1), cumulativeQuantity: '1', expect: { lines: [] } };
  expect(shown(answer('delta', { ...UNIT_10, ...vector }, [phase]))).toEqual(['P1 usage.unit 1 × 10: 10']);
});

describe('what cannot be read is said at once, each with its place', () => {
  const refused = (document: unknown): readonly (readonly [string, string | null])[] => {
    try {
      rateLateDocument(document);
    } catch (error) {
      if (!isTieoutError(error)) throw error;
      return error.problems.map(({ code, path }) => [code, path]);
    }
    return [];
  };
  const document = (fields: object = {}, phase: object = {}) => ({
    mode: 'period_preserving',
    currency: 'usd',
    chargePeriod: CHARGE_PERIOD,
    price: { type: 'unit', amount: '10' },
    phases: [{ servicePeriod: period(1), cumulativeByPeriod: ['1'], ...phase }],
    ...fields,
  });

  test.each<readonly [string, unknown, readonly (readonly [string, string | null])[]]>([
    ['no object', [], [['document-malformed', null]]],
    ['another mode', document({ mode: 'daily', colour: 1 }), [['mode-unknown', 'mode']]],
    [
      'unknown keys',
      document(
        { colour: 1, commitments: { least: '1' }, price: { type: 'unit', amount: '1', per: 1 } },
        { quantiy: '1' },
      ),
      [
        ['unknown-key', 'colour'],
        ['unknown-key', 'price.per'],
        ['unknown-key', 'commitments.least'],
        ['unknown-key', 'phases[0].quantiy'],
      ],
    ],
    ['no currency', document({ currency: null }), [['currency-missing', 'currency']]],
    ['too many digits', document({ currency: { code: 'x', digits: 13 } }), [['currency-malformed', 'currency']]],
    ['no price', document({ price: null }), [['price-missing', 'price']]],
    ['a price without its amount', document({ price: { type: 'unit' } }), [['value-malformed', 'price.amount']]],
    ['a price of no type', document({ price: { type: 'units', amount: '1' } }), [['value-malformed', 'price.type']]],
    [
      'packages rounded down, and a conversion besides',
      document({
        price: { billing_scheme: 'per_unit', unit_amount: 1, transform_quantity: { divide_by: 2, round: 'down' } },
        unitConversion: { operation: 'divide', factor: '2' },
      }),
      [['unit-conversion-unsupported-price', 'unitConversion']],
    ],
    ['no phases', document({ phases: [] }), [['value-malformed', 'phases']]],
    [
      'no service period',
      document({}, { servicePeriod: undefined }),
      [
        ['value-malformed', 'phases[0].servicePeriod'],
        ['quantity-missing', 'phases[0].cumulativeByPeriod'],
      ],
    ],
    [
      'no instant',
      document({ chargePeriod: { from: 'May', to: '2025-06-01' } }),
      [['instant-malformed', 'chargePeriod.from']],
    ],
    ['half a period', document({ chargePeriod: { from: '2025-06-01' } }), [['instant-malformed', 'chargePeriod.to']]],
    ['no charge period', document({ chargePeriod: null }), [['value-malformed', 'chargePeriod']]],
    [
      'too few quantities',
      document({}, { cumulativeByPeriod: [] }),
      [['quantity-missing', 'phases[0].cumulativeByPeriod']],
    ],
    [
      'quantities given twice',
      document({}, { quantity: '1' }),
      [['quantity-contradictory', 'phases[0].cumulativeByPeriod']],
    ],
    [
      'an earlier run that does not say what it booked',
      document(
        {},
        {
          cumulativeByPeriod: undefined,
          quantity: '1',
          priorPeriods: [{ runId: 'r', servicePeriod: period(1), cumulativeQuantity: '1' }],
        },
      ),
      [['value-malformed', 'phases[0].priorPeriods[0].alreadyBilled']],
    ],
    [
      'no number',
      document({}, { cumulativeByPeriod: ['many'] }),
      [['number-malformed', 'phases[0].cumulativeByPeriod[0]']],
    ],
    ['another number of phase', document({}, { phase: 2 }), [['value-malformed', 'phases[0].phase']]],
    [
      'a booked amount finer than the currency',
      document(
        {},
        {
          cumulativeByPeriod: undefined,
          quantity: '1',
          priorPeriods: [
            {
              runId: 'r',
              servicePeriod: period(1),
              cumulativeQuantity: '1',
              alreadyBilled: [{ component: 'c', unitAmount: '1', quantity: '1', totals: { amount: '0.005' } }],
            },
          ],
        },
      ),
      [['number-not-whole', 'phases[0].priorPeriods[0].alreadyBilled[0].totals.amount']],
    ],
    ['flags that are none', document({ unitConversionEnabled: 'yes' }), [['value-malformed', 'unitConversionEnabled']]],
    [
      'discounts of another kind',
      document(
        {},
        {
          cumulativeByPeriod: undefined,
          quantity: '1',
          priorPeriods: [
            {
              servicePeriod: null,
              alreadyBilled: [
                {
                  component: 'c',
                  unitAmount: '1',
                  quantity: '1',
                  totals: {},
                  discounts: [{ kind: 'gift', amount: '1' }],
                },
              ],
            },
          ],
        },
      ),
      [['value-malformed', 'phases[0].priorPeriods[0].alreadyBilled[0].discounts[0].kind']],
    ],
  ])('%s', (_, given, problems) => expect(refused(given)).toEqual(problems));

  test('a credit for a line that a phase does not have', () => {
    const given = document({}, { creditsBookedAfterwards: [{ line: 2, amount: '1' }] });
    expect(() => rateLateDocument(given)).toThrow('Phase 1 has 1 lines, and none with the number 2.');
  });
});

test('the example of the documentation books what its text says', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../../docs/late-usage.md'), 'utf8');
  const example = parseExactJson(/```json\n(.*?)```/s.exec(text)?.[1] ?? '');
  expect(shown(rateLateDocument(example))).toEqual(['P1 usage.unit 1 × 10: 10 → r1', 'P2 usage.unit 2 × 10: 20']);
});

test('tiers may be listed in any order', () => {
  const { price } = tiered('volume', [null, '5'], ['15', '10']);
  expect(shown(byDelta({ price }, '15'))).toEqual(['P1 volume.unit 15 × 10: 150']);
});
