import { describe, expect, test } from 'vitest';
import { isUnitInLabel, meterLabel } from '../../renderer/format/words.ts';
import { currenciesOf, matrixSentence, squareView } from '../../renderer/screens/months/matrix-view.ts';
import { fixtureApi } from '../e2e/fixture/api.ts';

const matrixOf = (variant: 'plain' | 'empty' | 'partial') => fixtureApi(variant).api.months.matrix();

describe('the matrix', () => {
  test('begins with a sentence', async () => {
    expect(matrixSentence(await matrixOf('plain'))).toMatch(
      /^\d of 11 months do not tie out, the newest is May 2026\.$/,
    );
    expect(matrixSentence(await matrixOf('empty'))).toBe('Nothing has been pulled yet.');
  });

  test('is quiet where a square agrees, and says all on hover', async () => {
    const matrix = await matrixOf('plain');
    const square = matrix.months.find(({ month }) => month === '2026-01')?.squares[0];
    expect(square).toBeDefined();
    if (square === undefined) return;
    const view = squareView(square, 'CPU-seconds', '2026-01');
    expect(view.figures).toEqual([]);
    expect(view.spoken).toBe('CPU seconds, Jan 2026: Agrees');
    expect(view.hover).toContain('0 of 60 cells structural');
  });

  test('shows money with its sign where a square is off', async () => {
    const matrix = await matrixOf('plain');
    const squares = matrix.months.find(({ month }) => month === '2026-05')?.squares ?? [];
    const figures = squares.flatMap((square) => squareView(square, 'x', '2026-05').figures);
    expect(figures.length).toBeGreaterThan(0);
    expect(figures.every((figure) => /^[+−]\$[\d,.]+$/.test(figure))).toBe(true);
  });

  test('falls back on units where there is no price', () => {
    const view = squareView(
      {
        meter: 'cpu_seconds',
        cells: 1,
        structural: 1,
        byVerdict: {} as never,
        verdict: 'unmapped',
        measured: '3600',
        metered: null,
        drift: { absolute: '3600', relative: '1' },
        money: [],
      },
      'CPU-seconds',
      '2026-05',
    );
    expect(view.figures).toEqual(['+3\u202f600']);
    expect(view.note).toBe('1 cell');
  });

  test('knows its currencies', async () => expect(currenciesOf(await matrixOf('plain'))).toEqual(['usd']));
});

test('keys of meters read as words', () => {
  expect([meterLabel('cpu_seconds'), meterLabel('egress_gib'), meterLabel('active-keys')]).toEqual([
    'CPU seconds',
    'Egress GiB',
    'Active keys',
  ]);
  expect(meterLabel('pipeline/edge/memory_gib')).toBe('Memory GiB (pipeline edge)');
});

test('a unit that the name of the meter ends in is not said twice', () => {
  expect(isUnitInLabel('memory_gib_seconds', 'GiB-seconds')).toBe(true);
  expect(isUnitInLabel('cpu_seconds', 'CPU-seconds')).toBe(true);
  expect(isUnitInLabel('egress', 'GiB')).toBe(false);
});
