import { describe, expect, test } from 'vitest';
import { componentWords } from '../../renderer/format/late-words.ts';
import { heatLayer, layersOf, squareTowards } from '../../renderer/screens/late/heat-view.ts';
import {
  filterOf,
  isFiltered,
  isSortable,
  lateSearchOf,
  sortedBy,
  sortOf,
  withoutFilters,
  withPart,
} from '../../renderer/screens/late/late-search.ts';
import {
  basisShort,
  basisWords,
  detailSentence,
  inOrder,
  lateLabel,
  lateSentence,
  lateText,
  stateChips,
  watermarkWords,
} from '../../renderer/screens/late/late-view.ts';
import type {
  LateCompleteness,
  LateHeat,
  LateRow,
  LateRun,
  LateSummary,
  LateTotals,
} from '../../shared/contract/late-schemas.ts';

describe('the address of late usage', () => {
  test('reads what fits and leaves out the rest', () => {
    const open = { customer: 'cus_1', meter: 'egress' };
    expect(
      lateSearchOf({
        states: ['undecided', 'nonsense', 'toString'],
        meters: ['egress'],
        currency: 'jpy',
        min: '1.5',
        q: 'glob',
        sort: 'late',
        dir: 'ascending',
        open: { ...open, stray: 1 },
      }),
    ).toEqual({
      states: ['undecided'],
      meters: ['egress'],
      currency: 'jpy',
      min: '1.5',
      q: 'glob',
      sort: 'late',
      dir: 'ascending',
      open,
    });
    expect(
      lateSearchOf({ states: 'undecided', currency: 'yen!', min: '-1', q: '', sort: 'unit', open: { customer: 'x' } }),
    ).toEqual({});
  });

  test('becomes the filter and the order that the contract takes', () => {
    const search = lateSearchOf({ states: ['waived'], meters: ['egress'], min: '2', q: 'a', sort: 'correction' });
    expect(filterOf(search)).toEqual({ states: ['waived'], meters: ['egress'], minAmount: '2', search: 'a' });
    expect(sortOf(search)).toEqual({ by: 'correction', direction: 'descending' });
    expect(sortOf({})).toEqual({ by: 'default', direction: 'ascending' });
    expect([isFiltered(search), isFiltered({ sort: 'late', open: { customer: 'a', meter: 'b' } })]).toEqual([
      true,
      false,
    ]);
    expect([isSortable('late'), isSortable('unit')]).toEqual([true, false]);
  });

  test('keeps order and drawer without filters, and its other parts without one', () => {
    const search = lateSearchOf({ q: 'a', sort: 'late', open: { customer: 'a', meter: 'b' } });
    expect(withoutFilters(search)).toEqual({ sort: 'late', dir: 'descending', open: { customer: 'a', meter: 'b' } });
    expect(withPart(search, 'open', undefined)).toEqual({ q: 'a', sort: 'late', dir: 'descending' });
    expect(withPart({}, 'currency', 'eur')).toEqual({ currency: 'eur' });
  });

  test('is sorted one way, the other, and not at all', () => {
    const numbers = [sortedBy({}, 'late'), sortedBy(sortedBy({}, 'late'), 'late')];
    expect(numbers.map(({ dir }) => dir)).toEqual(['descending', 'ascending']);
    expect(sortedBy(numbers[1] ?? {}, 'late')).toEqual({});
    expect(sortedBy({}, 'customer')).toEqual({ sort: 'customer', dir: 'ascending' });
  });
});

const totals = (currency: string, part: Partial<LateTotals> = {}): LateTotals => ({
  currency,
  rows: 3,
  total: '12.40',
  more: '12.40',
  less: '0',
  undecided: '12.40',
  carriedForward: '0',
  waived: '0',
  invoiced: '0',
  ...part,
});
const STATES = { undecided: 3, incomplete: 0, carried_forward: 0, waived: 0, invoiced: 0, nothing_due: 0 };
const summary = (part: Partial<LateSummary>): LateSummary => ({
  month: '2026-04',
  state: 'corrections',
  isOpen: false,
  asOf: { clickhouse: null, stripe: null },
  billed: { runs: 9, from: null, to: null },
  rows: 3,
  customers: 2,
  byState: STATES,
  byMeter: [],
  totals: [totals('usd')],
  completeness: [],
  heat: { meters: [], money: null },
  warnings: [],
  ...part,
});

describe('the sentence of a month', () => {
  test.each<[string, Partial<LateSummary>, string]>([
    ['nothing decided', {}, 'Usage worth $12.40 arrived after Apr 2026 was billed; nothing of it is decided yet.'],
    [
      'some decided',
      {
        byState: { ...STATES, undecided: 2, waived: 1 },
        totals: [totals('usd', { undecided: '4.00', waived: '8.40' })],
      },
      'Usage worth $12.40 arrived after Apr 2026 was billed; 2 corrections, worth $4.00, are still to be decided.',
    ],
    [
      'one left that is taken back',
      {
        byState: { ...STATES, undecided: 1, waived: 2 },
        totals: [totals('usd', { undecided: '-0.40', waived: '12.80' })],
      },
      'Usage worth $12.40 arrived after Apr 2026 was billed; 1 correction, worth −$0.40, is still to be decided.',
    ],
    [
      'all decided',
      { byState: { ...STATES, undecided: 0, waived: 3 } },
      'Usage worth $12.40 arrived after Apr 2026 was billed; all of it is decided.',
    ],
    [
      'taken back',
      { totals: [totals('usd', { total: '-3.00', more: '0', less: '-3.00' })] },
      'After Apr 2026 was billed, usage worth $3.00 was taken back; nothing of it is decided yet.',
    ],
    [
      'several currencies',
      { totals: [totals('usd'), totals('jpy', { total: '400' }), totals('kwd', { total: '0.000' })] },
      'Usage worth $12.40 and ¥400 arrived after Apr 2026 was billed; nothing of it is decided yet.',
    ],
    [
      'several currencies of both signs',
      { totals: [totals('usd'), totals('jpy', { total: '-400' })] },
      'Usage that arrived after Apr 2026 was billed changes it by $12.40 and −¥400; nothing of it is decided yet.',
    ],
    [
      'nothing in sum',
      { totals: [totals('usd', { total: '0.00' })] },
      'After Apr 2026 was billed, usage of 3 customers and meters changed; together it comes to nothing; nothing of it is decided yet.',
    ],
    [
      'some incomplete',
      { byState: { ...STATES, incomplete: 1 } },
      'Usage worth $12.40 arrived after Apr 2026 was billed; nothing of it is decided yet. For 1 row it cannot be said what arrived late.',
    ],
    ['nothing late', { state: 'nothing', rows: 0 }, 'Nothing arrived after Apr 2026 was billed.'],
    [
      'not billed',
      { state: 'not_billed', rows: 0 },
      'No invoice of Apr 2026 is finalised yet, so nothing can be late.',
    ],
    [
      'an open month',
      { state: 'not_billed', rows: 0, isOpen: true },
      'Apr 2026 is still open: nothing of it is billed, so nothing can be late.',
    ],
  ])('with %s', (_, part, expected) => {
    expect(lateSentence(summary(part))).toBe(expected);
  });

  test('stands above chips of the states that occur, what is to be done first', () => {
    expect(stateChips({ ...STATES, waived: 2, incomplete: 1 }).map(({ state }) => state)).toEqual([
      'undecided',
      'incomplete',
      'waived',
    ]);
    expect(inOrder([totals('jpy'), totals('usd')], ['usd', 'jpy']).map(({ currency }) => currency)).toEqual([
      'usd',
      'jpy',
    ]);
  });
});

const row = (part: Partial<LateRow> = {}): LateRow => ({
  customer: 'cus_1',
  name: 'Globex',
  meter: 'cpu_seconds',
  unit: 'CPU-seconds',
  currency: 'usd',
  booked: { quantity: '1000', amount: '10.00' },
  late: '36',
  driftAtBilling: '0',
  correction: '0.40',
  invoiced: '0.00',
  state: 'undecided',
  decision: null,
  digest: 'd1',
  problem: null,
  ...part,
});
const run = (number: string | null): LateRun => ({
  run: 7,
  kind: 'billed',
  subscription: null,
  item: null,
  price: null,
  servicePeriod: { from: '2026-04-01T00:00:00Z', to: '2026-05-01T00:00:00Z' },
  engine: null,
  bookedOn: null,
  invoice: { id: 'in_1', number, status: 'paid' },
  recordedAt: '2026-05-01T00:00:00Z',
  quantity: '1000',
  measuredThen: '1000',
  measuredNow: '1036',
  amount: '10.00',
  lines: [],
  digest: 'd',
  voided: null,
});

describe('one correction', () => {
  test.each<[string, Partial<LateRow>, readonly LateRun[], string]>([
    ['more', {}, [run('A-1')], '36 CPU-seconds arrived after invoice A-1 was made, worth $0.40 more.'],
    [
      'less',
      { late: '-36', correction: '-0.40' },
      [run('A-1')],
      '36 CPU-seconds were taken back after invoice A-1 was made, worth $0.40 less.',
    ],
    [
      'nothing due',
      { correction: '0.00', state: 'nothing_due' },
      [run(null)],
      '36 CPU-seconds arrived after it was billed, which changes no amount.',
    ],
    [
      'invoiced',
      { correction: '0.00', invoiced: '0.40', state: 'invoiced' },
      [run('A-1'), run('A-2')],
      '36 CPU-seconds arrived after it was billed; $0.40 more was invoiced for it.',
    ],
    [
      'moved',
      { late: '0' },
      [run('A-1')],
      'Usage was moved within the period after invoice A-1 was made, worth $0.40 more.',
    ],
    [
      'unknown',
      { late: null, correction: null, state: 'incomplete' },
      [run('A-1')],
      'What arrived after invoice A-1 was made cannot be said.',
    ],
  ])('in a sentence: %s', (_, part, runs, expected) => {
    expect(detailSentence({ row: row(part), runs: [...runs] })).toBe(expected);
  });

  test('is heard and copied with what it stands for', () => {
    expect(lateLabel(row())).toBe('Globex, cpu_seconds: +$0.40, To decide');
    expect(lateLabel(row({ name: null, state: 'invoiced', correction: '0.00', invoiced: '-1.00' }))).toBe(
      'cus_1, cpu_seconds: −$1.00, Invoiced',
    );
    expect(lateText(row()).split('\t')).toEqual([
      'Globex',
      'cus_1',
      'cpu_seconds',
      'CPU-seconds',
      'usd',
      '1000',
      '10.00',
      '36',
      '0',
      '0.40',
      '0.00',
      'undecided',
      '',
      '',
      'd1',
    ]);
  });

  test.each([
    ['usage.unit', 'Usage'],
    ['usage.package', 'Packages'],
    ['usage.dynamic', 'Usage'],
    ['graduated.2.unit', 'Tier 2, usage'],
    ['graduated.1.flat', 'Tier 1, flat fee'],
    ['volume.unit', 'Usage, at the rate of its tier'],
    ['volume.flat', 'Flat fee of its tier'],
    ['fee.flat', 'Flat fee'],
    ['min.commitment', 'Up to the minimum'],
    ['something.else', 'something.else'],
  ])('names its part %s', (component, words) => {
    expect(componentWords(component)).toBe(words);
  });
});

describe('how complete a meter is', () => {
  const meter = (part: Partial<LateCompleteness>): LateCompleteness => ({
    meter: 'egress',
    unit: 'GiB',
    asOf: null,
    watermark: null,
    allInFrom: null,
    expectedMissing: null,
    why: null,
    basis: { pulls: 1, hours: 1312, months: 1 },
    ...part,
  });
  const end = '2026-05-01T00:00:00Z';

  test('is said up to an instant, or for the whole month', () => {
    expect(watermarkWords(meter({ watermark: '2026-04-29T08:00:00Z' }), end)).toBe('29 Apr 08:00 UTC');
    expect(watermarkWords(meter({ watermark: end }), end)).toBe('Whole month');
    expect(watermarkWords(meter({}), end)).toBeNull();
  });

  test('names what it rests on, or why nothing is said', () => {
    expect(basisWords(meter({}))).toBe('From 1 pull, 1,312 settled hours of 1 month.');
    expect(basisShort(meter({}))).toBe('1 pull, 1 month');
    expect(basisWords(meter({ why: 'level' }))).toBe('No estimate: a level, not a sum of hours.');
    expect(basisShort(meter({ why: 'one_pull' }))).toBe('pulled only once');
  });
});

describe('the map of arrivals', () => {
  const at = (usedOn: string, arrivedOn: string) => ({ usedOn: `2026-${usedOn}`, arrivedOn: `2026-${arrivedOn}` });
  const heat: LateHeat = {
    meters: [
      {
        meter: 'egress',
        unit: 'GiB',
        squares: [
          { ...at('04-03', '05-09'), quantity: '-25' },
          { ...at('04-03', '05-02'), quantity: '1' },
          { ...at('04-29', '05-02'), quantity: '4.000000000000000001' },
          { ...at('05-02', '05-09'), quantity: '0.04' },
          { ...at('04-10', '05-09'), quantity: '0' },
        ],
      },
    ],
    money: { currency: 'usd', squares: [{ ...at('04-03', '05-02'), amount: '1.00' }] },
  };

  test('has money first, and a layer for each meter', () => {
    expect(layersOf(heat)).toEqual([
      { id: 'money', unit: 'usd' },
      { id: 'egress', unit: 'GiB' },
    ]);
    expect(heatLayer(heat, 'nothing', '2026-04')).toBeNull();
    expect(heatLayer({ ...heat, money: null }, 'money', '2026-04')).toBeNull();
  });

  test('lays squares out by day, their area by the exact share of the largest', () => {
    const layer = heatLayer(heat, 'egress', '2026-04');
    expect([layer?.days.length, layer?.days.at(-1), layer?.arrivals]).toEqual([
      32,
      '2026-05-02',
      ['2026-05-02', '2026-05-09'],
    ]);
    expect(layer?.largest).toBe('25');
    expect(
      layer?.squares.map(({ column, row: line, level, isTakenBack }) => [column, line, level, isTakenBack]),
    ).toEqual([
      [2, 0, 1, false],
      [28, 0, 3, false],
      [2, 1, 5, true],
      [31, 1, 1, false],
    ]);
    expect(heatLayer(heat, 'money', '2026-04')?.days).toEqual(layer?.days);
  });

  test.each([
    [0, 'ArrowRight', 1],
    [1, 'ArrowRight', 1],
    [1, 'ArrowLeft', 0],
    [0, 'ArrowDown', 2],
    [1, 'ArrowDown', 3],
    [3, 'ArrowUp', 1],
    [0, 'ArrowUp', 0],
    [2, 'Home', 0],
    [0, 'End', 3],
    [0, 'x', null],
    [9, 'ArrowDown', 0],
  ])('from square %i %s leads to %s', (from, key, expected) => {
    expect(squareTowards(heatLayer(heat, 'egress', '2026-04')?.squares ?? [], from, key)).toBe(expected);
  });

  test('of nothing leads nowhere', () => {
    expect(squareTowards([], 0, 'ArrowDown')).toBeNull();
  });
});
