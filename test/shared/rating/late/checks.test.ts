import { describe, expect, test } from 'vitest';
import { answer, byPeriod, failure, period, UNIT_10 } from './documents.ts';

const line = (fields: object = {}) => ({
  id: 'line_1',
  component: 'usage.unit',
  servicePeriod: period(1),
  unitAmount: '10',
  quantity: '3',
  totals: { amount: '30', total: '30' },
  ...fields,
});

const current = { servicePeriod: period(3), quantity: '9' };
const prior = (fields: object = {}) => ({
  runId: 'run_1',
  servicePeriod: period(1),
  cumulativeQuantity: '3',
  alreadyBilled: [],
  ...fields,
});
const span = (from: string, to: string) => ({ from: `2025-01-${from}`, to: `2025-01-${to}` });

/** A phase whose history is told. */
const told = (phase: object, terms: object = {}) =>
  answer('period_preserving', { ...UNIT_10, ...terms }, [{ ...current, priorPeriods: [], ...phase }]);
const billed = (...lines: readonly object[]) => told({ priorPeriods: [prior({ alreadyBilled: lines })] });

const codes = (error: ReturnType<typeof failure>): readonly string[] => error.problems.map(({ code }) => code);

describe('what is wrong with the current period, in both modes', () => {
  test.each([
    ['current-period-outside-charge', { from: '2025-01-20', to: '2025-02-02' }],
    ['current-period-reversed', span('20', '10')],
    ['current-period-empty', { from: '2025-01-20T00:00:00.100Z', to: '2025-01-20T00:00:00.900Z' }],
  ])('%s', (code, servicePeriod) => {
    expect(failure(told({ servicePeriod })).code).toBe(code);
    const delta = answer('delta', UNIT_10, [{ servicePeriod, cumulativeQuantity: '9' }]);
    expect(failure(delta)).toMatchObject({ code, path: 'phases[0]', problems: [{ code }] });
  });
});

describe('what is wrong with earlier periods', () => {
  test.each([
    [
      'prior-period-outside-charge',
      [prior({ servicePeriod: { from: '2024-12-31', to: '2025-01-10' } })],
      { priorIndex: 0, runId: 'run_1' },
    ],
    ['prior-period-reversed', [prior({ servicePeriod: span('10', '05') })], { priorIndex: 0 }],
    [
      'prior-period-empty',
      [prior({ servicePeriod: { from: '2025-01-02T00:00:00.100Z', to: '2025-01-02T00:00:00.200Z' } })],
      { priorIndex: 0 },
    ],
    ['prior-period-overlaps-current', [prior(), prior({ servicePeriod: span('10', '21') })], { priorIndex: 1 }],
    [
      'prior-periods-overlap',
      [prior({ servicePeriod: span('05', '11') }), prior()],
      { priorIndex: 0, otherPriorIndex: 1 },
    ],
  ])('%s', (code, priorPeriods, place) => {
    expect(failure(told({ priorPeriods }))).toMatchObject({ code, ...place });
  });

  test('prior-period-after-current', () => {
    const phase = { servicePeriod: period(1), priorPeriods: [prior({ servicePeriod: period(3) })] };
    expect(failure(told(phase))).toMatchObject({ code: 'prior-period-after-current', priorIndex: 0 });
  });

  test('gaps and touching periods are accepted', () => {
    expect(told({ priorPeriods: [prior({ servicePeriod: span('02', '09') })] }).phases[0]).toHaveProperty('lines');
  });
});

describe('what is wrong with booked lines', () => {
  test.each([
    ['booked-line-outside-periods', { servicePeriod: span('01', '09') }, { lineId: 'line_1' }],
    ['unit-amount-negative', { unitAmount: '-10' }, { lineId: 'line_1', component: 'usage.unit' }],
    ['component-missing', { component: '', key: 'k' }, { lineId: 'line_1' }],
    ['key-missing', { key: '' }, {}],
    ['corrects-run-missing', { correctsRun: '' }, {}],
    ['category-invalid', { category: 'other' }, {}],
    ['payment-term-invalid', { paymentTerm: 'later' }, {}],
    ['credit-not-positive', { creditsApplied: [{ amount: '0' }] }, {}],
    ['totals-contradictory', { totals: { amount: '30', discounts: '1', total: '30' } }, {}],
    ['currency-mismatch', { currency: 'eur' }, {}],
  ])('%s', (code, fields, place) => {
    expect(failure(billed(line(fields)))).toMatchObject({ code, ...place });
    const delta = { servicePeriod: period(3), cumulativeQuantity: '9', alreadyBilled: [line(fields)] };
    if (code !== 'booked-line-outside-periods') expect(failure(answer('delta', UNIT_10, [delta])).code).toBe(code);
  });

  test('line-period-reversed', () => {
    const delta = {
      ...{ servicePeriod: period(3), cumulativeQuantity: '9' },
      alreadyBilled: [line({ servicePeriod: span('09', '01') })],
    };
    expect(failure(answer('delta', UNIT_10, [delta])).code).toBe('line-period-reversed');
  });

  test('line-id-missing, also of a line that comes to nothing', () => {
    const nothing = { unitAmount: '0', totals: { amount: '0' } };
    for (const fields of [{ unitAmount: '11' }, nothing]) {
      const error = failure(billed(line({ id: null, ...fields })));
      expect(error).toMatchObject({ code: 'line-id-missing', component: 'usage.unit' });
    }
  });

  test('duplicate-line-key', () => {
    const rated = [line({ id: null }), line({ id: null, unitAmount: '5' })];
    const phase = { servicePeriod: period(1), cumulativeQuantity: '9', ratedLines: rated };
    expect(failure(answer('delta', UNIT_10, [phase]))).toMatchObject({ code: 'duplicate-line-key', key: 'usage.unit' });
  });
});

describe('what is wrong with the charge', () => {
  const tier = (upTo: string | null, fields: object = {}) => ({ upTo, unit: '1', flat: null, ...fields });
  const tiers = (...list: readonly object[]) => ({ price: { type: 'tiered', mode: 'volume', tiers: list } });
  const converted = (fields: object = {}, terms: object = UNIT_10) => ({
    ...terms,
    unitConversion: { operation: 'divide', factor: '10', rounding: 'none', precision: 0, ...fields },
  });

  test.each([
    ['charge-period-empty', { chargePeriod: span('10', '10') }],
    ['percentage-out-of-range', { discounts: { percentage: { value: '100.01' } } }],
    ['percentage-out-of-range', { discounts: { percentage: { value: '-1' } } }],
    ['usage-discount-negative', { discounts: { usage: { quantity: '-1' } } }],
    ['amount-negative', { price: { type: 'unit', amount: '-1' } }],
    ['amount-negative', { price: { type: 'flat', amount: '-1' } }],
    ['amount-negative', { price: { type: 'package', amount: '-1', packageSize: '1' } }],
    ['amount-negative', tiers(tier(null, { flat: '-1' }))],
    ['amount-negative', tiers(tier(null, { unit: '-1' }))],
    ['multiplier-negative', { price: { type: 'dynamic', multiplier: '-1' } }],
    ['package-size-not-positive', { price: { type: 'package', amount: '1', packageSize: '0' } }],
    ['payment-term-invalid', { price: { type: 'flat', amount: '1', paymentTerm: 'later' } }],
    ['tier-mode-invalid', { price: { type: 'tiered', mode: 'stairs', tiers: [tier(null)] } }],
    ['tiers-missing', tiers()],
    ['tier-open-end-missing', tiers(tier('10'))],
    ['tier-bound-negative', tiers(tier('-1'), tier(null))],
    ['tier-bound-repeated', tiers(tier('10'), tier('10.0'), tier(null))],
    ['tier-bound-repeated', tiers(tier(null), tier(null))],
    ['tier-price-missing', tiers(tier(null, { unit: null }))],
    ['minimum-negative', { commitments: { minimum: '-1' } }],
    ['maximum-negative', { commitments: { maximum: '-1' } }],
    ['minimum-above-maximum', { commitments: { minimum: '2', maximum: '1' } }],
    ['conversion-operation-invalid', converted({ operation: 'add' })],
    ['conversion-rounding-invalid', converted({ rounding: 'half-even' })],
    ['conversion-precision-invalid', converted({ rounding: 'ceiling', precision: -1 })],
    ['conversion-factor-not-positive', converted({ factor: '0' })],
    ['unit-conversion-disabled', { ...converted(), unitConversionEnabled: false }],
    ['unit-conversion-unsupported-price', converted({}, { price: { type: 'dynamic', multiplier: '1' } })],
    ['unit-conversion-unsupported-price', converted({}, { price: { type: 'flat', amount: '1' } })],
  ])('%s', (code, terms) => {
    const error = failure(told({}, terms));
    expect(error.code).toBe(code);
    expect(error.remedy).toMatch(/\.$/);
  });

  test.each([
    ['a minimum above a maximum of 0', { commitments: { minimum: '2', maximum: '0' } }],
    ['a percentage of 0', { discounts: { percentage: { value: '0' } } }],
    ['a precision that is not used', converted({ precision: -1 })],
  ])('%s is fine', (_, terms) => {
    expect(told({}, terms).phases[0]).toHaveProperty('lines');
  });
});

test('everything that is wrong is said at once, in the order of section 6, and ends the document', () => {
  const terms = { ...UNIT_10, discounts: { percentage: { value: '101' } }, commitments: { minimum: '-1' } };
  const { phases } = answer('period_preserving', terms, [
    {
      servicePeriod: { from: '2025-01-20', to: '2025-03-01' },
      quantity: '9',
      priorPeriods: [
        prior({
          servicePeriod: span('12', '21'),
          alreadyBilled: [line({ unitAmount: '-1', servicePeriod: span('12', '21') })],
        }),
        prior({ servicePeriod: span('11', '13') }),
      ],
    },
    { servicePeriod: period(3), cumulativeByPeriod: ['1', '2'] },
  ]);
  expect(phases).toHaveLength(1);
  expect(codes(failure({ tieout: 1, kind: 'late_rating', mode: 'delta', currency: 'usd', phases }))).toEqual([
    'current-period-outside-charge',
    'prior-period-overlaps-current',
    'prior-periods-overlap',
    'unit-amount-negative',
    'percentage-out-of-range',
    'minimum-negative',
  ]);
});

test('a problem has its place: in the charge, or the phase', () => {
  const terms = {
    price: {
      type: 'tiered',
      mode: 'volume',
      tiers: [
        { upTo: '-1', unit: '1' },
        { upTo: null, unit: '1' },
      ],
    },
    commitments: { minimum: '-1' },
  };
  const { path, problems } = failure(told({ servicePeriod: span('20', '10') }, terms));
  expect([path, ...problems.map((problem) => problem.path)]).toEqual([
    'phases[0]',
    'phases[0]',
    'price.tiers[0]',
    'commitments',
  ]);
});

test('a phase that fails keeps the phases before it', () => {
  const { phases } = byPeriod({ ...UNIT_10, chargePeriod: span('01', '10') }, ['3'], ['3', '4']);
  expect(phases.map((phase) => ('error' in phase ? phase.error.code : phase.lines.length))).toEqual([
    1,
    'current-period-outside-charge',
  ]);
});
