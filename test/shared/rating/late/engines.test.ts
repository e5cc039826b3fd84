import { describe, expect, test } from 'vitest';
import {
  answer,
  byDelta,
  byPeriod,
  CHARGE_PERIOD,
  DYNAMIC,
  GRADUATED,
  last,
  shown,
  tiered,
  UNIT_10,
  VOLUME,
} from './documents.ts';

const maximum = (amount: string) => ({ commitments: { minimum: null, maximum: amount } });
const minimum = (amount: string) => ({ commitments: { minimum: amount, maximum: null } });
const percentage = (value: string) => ({ discounts: { percentage: { value, id: 'd' } } });

describe('delta, by the examples of section 7', () => {
  test.each([
    ['more', UNIT_10, ['5', '8'], ['P2 usage.unit 3 × 10: 30']],
    ['less', UNIT_10, ['8', '5'], ['P2 usage.unit -3 × 10: -30']],
    ['nothing left', UNIT_10, ['5', '0'], ['P2 usage.unit!rev(phase-1-line-1) -5 × 10: -50']],
    ['rounded up', { price: { type: 'unit', amount: '0.001' } }, ['333', '666'], ['P2 usage.unit 333 × 0.001: 0.34']],
    ['too little', { price: { type: 'unit', amount: '0.001' } }, ['1', '2'], []],
    ['the upper bound', VOLUME, ['15'], ['P1 volume.unit 15 × 10: 150']],
    [
      'another tier',
      VOLUME,
      ['15', '16'],
      ['P2 volume.unit 16 × 5: 80', 'P2 volume.unit!rev(phase-1-line-1) -15 × 10: -150'],
    ],
    ['the same tier', VOLUME, ['15', '16', '16'], []],
    [
      'another tier under a maximum',
      { ...VOLUME, ...maximum('100') },
      ['15', '16'],
      ['P2 volume.unit 16 × 5: 80', 'P2 volume.unit!rev(phase-1-line-1) -15 × 10: -150 - -50 = -100'],
    ],
    [
      'graduated',
      GRADUATED,
      ['3', '12'],
      ['P2 graduated.1.unit 2 × 1: 2', 'P2 graduated.2.unit 5 × 2: 10', 'P2 graduated.3.unit 2 × 3: 6'],
    ],
    [
      'a tier down',
      GRADUATED,
      ['7', '3'],
      ['P2 graduated.1.unit -2 × 1: -2', 'P2 graduated.2.unit!rev(phase-1-line-2) -2 × 2: -4'],
    ],
    [
      'packages',
      { price: { type: 'package', amount: '15', packageSize: '10' } },
      ['11', '9'],
      ['P2 usage.package -1 × 15: -15'],
    ],
    ['the minimum at the end', { ...DYNAMIC, ...minimum('100') }, ['10', '10', '10'], ['P3 min.commitment 1 × 90: 90']],
  ])('%s', (_, terms, quantities, lines) => {
    expect(shown(byDelta(terms, ...quantities))).toEqual(lines);
  });
});

describe('a rating with everything at once, by the example of section 4.6', () => {
  const terms = {
    ...UNIT_10,
    commitments: { minimum: '50', maximum: '90' },
    discounts: { percentage: { value: '50', id: 'd' }, usage: { quantity: '2', id: null } },
  };
  test.each([
    ['0', ['P1 min.commitment 1 × 50: 50']],
    ['6', ['P1 usage.unit 4 × 10: 40 - 20 = 20', 'P1 min.commitment 1 × 30: 30']],
    ['10', ['P1 usage.unit 8 × 10: 80 - 40 = 40', 'P1 min.commitment 1 × 10: 10']],
    ['25', ['P1 usage.unit 23 × 10: 230 - 140 = 90']],
  ])('%s units', (cumulativeQuantity, lines) => {
    expect(shown(answer('delta', terms, [{ servicePeriod: CHARGE_PERIOD, cumulativeQuantity }]))).toEqual(lines);
  });
});

describe('units converted', () => {
  const quantityOf = (unitConversion: object, cumulativeQuantity: string) =>
    last(answer('delta', { ...UNIT_10, unitConversion }, [{ servicePeriod: CHARGE_PERIOD, cumulativeQuantity }]))
      .lines[0]?.quantity;

  test.each([
    ['an endless division is kept to 16 places', { operation: 'divide', factor: '3' }, '1', '0.3333333333333333'],
    ['one that ends is kept whole', { operation: 'divide', factor: '1024' }, '1', '0.0009765625'],
    [
      'it is rounded once, from the exact quotient',
      { operation: 'divide', factor: '3', rounding: 'ceiling', precision: 20 },
      '1',
      '0.33333333333333333334',
    ],
    ['floor', { operation: 'multiply', factor: '0.7', rounding: 'floor', precision: 0 }, '9', '6'],
    ['half-up', { operation: 'multiply', factor: '0.5', rounding: 'half-up', precision: 0 }, '5', '3'],
  ])('%s', (_, conversion, quantity, expected) => expect(quantityOf(conversion, quantity)).toBe(expected));
});

describe('period-preserving, by the examples of section 8', () => {
  test.each([
    [
      'late usage',
      UNIT_10,
      [['3'], ['3', '5'], ['4', '6', '9']],
      ['P1 usage.unit 1 × 10: 10 → run-1', 'P3 usage.unit 3 × 10: 30'],
    ],
    [
      'an expected reversal',
      VOLUME,
      [['15'], ['15', '16']],
      ['P1 volume.unit -15 × 10: -150 → run-1', 'P2 volume.unit 16 × 5: 80'],
    ],
    ['nothing new', VOLUME, [['15'], ['15', '16'], ['15', '16', '16']], []],
    [
      'a booked reversal before its component',
      VOLUME,
      [['15'], ['15', '15'], ['16', '16', '16']],
      ['P1 volume.unit!rev(phase-1-line-1) -15 × 10: -150 → run-1', 'P1 volume.unit 16 × 5: 80 → run-1'],
    ],
    [
      'the maximum reached',
      { ...UNIT_10, ...maximum('50') },
      [['3'], ['3', '6'], ['4', '7', '7']],
      ['P1 usage.unit 1 × 10: 10 → run-1', 'P2 usage.unit 0 × 10: 0 - 10 = -10 → run-2'],
    ],
    [
      'a tier up by late usage',
      GRADUATED,
      [['4'], ['4', '7'], ['6', '9', '12']],
      [
        'P1 graduated.1.unit 1 × 1: 1 → run-1',
        'P1 graduated.2.unit 1 × 2: 2 → run-1',
        'P2 graduated.1.unit!rev(phase-2-line-1) -1 × 1: -1 → run-2',
        'P2 graduated.2.unit 1 × 2: 2 → run-2',
        'P3 graduated.2.unit 1 × 2: 2',
        'P3 graduated.3.unit 2 × 3: 6',
      ],
    ],
    [
      'a percentage',
      { ...UNIT_10, ...percentage('50') },
      [['3'], ['3', '5'], ['4', '6', '6']],
      ['P1 usage.unit 1 × 10: 10 - 5 = 5 → run-1'],
    ],
    [
      'free units, used in the order of periods',
      { ...UNIT_10, discounts: { usage: { quantity: '5', id: null } } },
      [['3'], ['3', '7'], ['6', '8', '8']],
      ['P1 usage.unit 1 × 10: 10 → run-1'],
    ],
    [
      'the minimum, less by late usage',
      { ...UNIT_10, ...minimum('100') },
      [['2'], ['2', '5'], ['3', '6', '6']],
      ['P1 usage.unit 1 × 10: 10 → run-1', 'P3 min.commitment 1 × 40: 40'],
    ],
    [
      'repricing, which moves to the newest period',
      DYNAMIC,
      [['10'], ['10', '15']],
      ['P1 usage.dynamic -1 × 10: -10 → run-1', 'P2 usage.dynamic 1 × 15: 15'],
    ],
  ])('%s', (_, terms, known, lines) => {
    expect(shown(byPeriod(terms, ...known))).toEqual(lines);
  });

  test('keys name the period in whole seconds', () => {
    expect(last(byPeriod(UNIT_10, ['3'])).lines[0]?.key).toBe('usage.unit@2025-01-01T00:00:00Z/2025-01-10T00:00:00Z');
  });
});

describe('what the source of these rules leaves open (section 11)', () => {
  test('1. pairs that cancel are netted, also in periods with nothing booked', () => {
    expect(shown(byPeriod(DYNAMIC, ['0'], ['1', '6']))).toEqual(['P2 usage.dynamic 1 × 6: 6']);
    const threeTiers = tiered('volume', ['15', '10'], ['30', '5'], [null, '2']);
    expect(shown(byPeriod(threeTiers, ['15'], ['15', '15'], ['15', '16', '40']))).toEqual([
      'P1 volume.unit -15 × 10: -150 → run-1',
      'P3 volume.unit 40 × 2: 80',
    ]);
  });

  test('2. an invoice can carry the adjustments: one per period and component, of quantity 1', () => {
    const { adjustments, totals } = last(byPeriod(VOLUME, ['15'], ['15', '15'], ['16', '16', '16']));
    expect(adjustments).toEqual([
      {
        servicePeriod: { from: '2025-01-01T00:00:00Z', to: '2025-01-10T00:00:00Z' },
        component: 'volume.unit',
        quantity: '1',
        amount: '-70',
        correctsRun: 'run-1',
        lines: [
          'volume.unit!rev(phase-1-line-1)@2025-01-01T00:00:00Z/2025-01-10T00:00:00Z',
          'volume.unit@2025-01-01T00:00:00Z/2025-01-10T00:00:00Z',
        ],
      },
    ]);
    expect(totals.total).toBe('-70');
  });

  test('3. after the final run a correction run shrinks the minimum', () => {
    const terms = { ...UNIT_10, ...minimum('100') };
    expect(shown(byPeriod(terms, ['2'], ['2', '5'], ['2', '5', '6'], ['3', '6', '7']))).toEqual([
      'P1 usage.unit 1 × 10: 10 → run-1',
      'P3 min.commitment!rev(phase-3-line-2) -1 × 40: -40 → run-3',
      'P3 min.commitment 1 × 30: 30 → run-3',
    ]);
    expect(shown(byPeriod(terms, ['2'], ['2', '5'], ['2', '5', '6'], ['3', '6', '7'], ['3', '6', '12']))).toEqual([
      'P3 usage.unit 5 × 10: 50 → run-3',
      'P3 min.commitment!rev(phase-4-line-3) -1 × 30: -30 → run-3',
    ]);
  });

  test('4. itemised discounts add up to the discounts of a difference', () => {
    const terms = { ...UNIT_10, ...maximum('30'), ...percentage('25') };
    const { lines } = last(byPeriod(terms, ['2'], ['3', '4'], ['3', '5', '6']));
    expect(lines.map(({ discounts, totals }) => [discounts, totals.discounts])).toEqual([
      [
        [
          { kind: 'percentage', id: 'd', amount: '2.5' },
          { kind: 'maximum', id: null, amount: '7.5' },
        ],
        '10',
      ],
      [
        [
          { kind: 'percentage', id: 'd', amount: '2.5' },
          { kind: 'maximum', id: null, amount: '7.5' },
        ],
        '10',
      ],
    ]);
  });

  test('5. all lines that are taken back together are named', () => {
    const [line] = last(byDelta(UNIT_10, '5', '8', '0')).lines;
    expect(line?.reversesLine).toBe('phase-1-line-1');
    expect(line?.reversesLines).toEqual(['phase-1-line-1', 'phase-2-line-1']);
  });

  test('9. at quantity 0 the first tier is the one with the lowest bound, in whatever order tiers are listed', () => {
    const tiers = [
      { upTo: null, flat: '7', unit: '3' },
      { upTo: '5', flat: '2', unit: '1' },
    ];
    expect(shown(byDelta({ price: { type: 'tiered', mode: 'graduated', tiers } }, '0'))).toEqual([
      'P1 graduated.1.flat 1 × 2: 2',
    ]);
  });

  test('10. a shortfall that rounds to nothing is no line', () => {
    const terms = { price: { type: 'unit', amount: '1' }, ...minimum('10.004') };
    expect(shown(byDelta(terms, '10', '10', '10'))).toEqual([]);
    expect(shown(byDelta({ ...terms, ...minimum('10.005') }, '10', '10', '10'))).toEqual([
      'P3 min.commitment 1 × 0.01: 0.01',
    ]);
  });

  test('11. a fee in arrears is booked by the first run, once', () => {
    const terms = { price: { type: 'flat', amount: '20', paymentTerm: 'arrears' } };
    expect(shown(byDelta(terms, '0'))).toEqual(['P1 fee.flat 1 × 20: 20']);
    expect(shown(byDelta(terms, '0', '0', '0'))).toEqual([]);
  });

  test('8.6. what each period cost is the difference of rated snapshots', () => {
    const { periods } = last(byPeriod(DYNAMIC, ['10'], ['10', '15'], ['11', '15', '15']));
    expect(periods?.map(({ totals }) => totals.total)).toEqual(['11', '4', '0']);
  });

  test('4.9. a cumulative quantity below 0 is rated as 0, and said', () => {
    const { lines, warnings } = last(byPeriod(GRADUATED, ['-3'], ['-3', '2']));
    expect(lines.map(({ key, quantity }) => [key.split('@')[0], quantity])).toEqual([['graduated.1.unit', '2']]);
    expect(warnings).toMatchObject([{ code: 'quantity-negative', severity: 'warning', runId: 'run-1' }]);
  });

  test('tier 10 comes after tier 2', () => {
    const tiers = Array.from({ length: 11 }, (_, index) => [index < 10 ? `${index + 1}` : null, '1'] as const);
    const { lines } = last(byDelta(tiered('graduated', ...tiers), '11'));
    expect(lines.map(({ component }) => component).slice(8)).toEqual([
      'graduated.9.unit',
      'graduated.10.unit',
      'graduated.11.unit',
    ]);
  });
});
