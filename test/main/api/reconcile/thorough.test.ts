import { expect, test } from 'vitest';
import { cellAt, type MeterBlock } from '../../../../main/api/reconcile/block.ts';
import { reconcileMonth } from '../../../../main/api/reconcile/reconcile-month.ts';
import { reconcileAndSave } from '../../../../main/api/reconcile/save-run.ts';
import { readRunExceptions } from '../../../../main/cache/reconcile-run-store.ts';
import type { CellResult } from '../../../../shared/reconciliation/result.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { parseMonth } from '../../../../shared/values/period.ts';
import { build, MONTH, type World } from './world.ts';

const NOW = parseInstant('2026-06-01T03:00:00Z');
const month = parseMonth(MONTH);

const world: World = {
  meters: [{ key: 'cpu', unit: 'CPU-seconds', formula: 'last', combine: 'sum' }],
  customers: ['agree', 'digits', 'near', 'under', 'none', 'unused'].map((name) => ({
    id: `cus_${name}`,
    usageIds: [`ws_${name}`],
  })),
  usage: {
    cpu: {
      ws_agree: { 0: '10', 700: '5' },
      ws_digits: { 0: '1234.123456789012' },
      ws_near: { 0: '10000', 743: '1' },
      ws_under: { 0: '10', 743: '5' },
      ws_none: { 0: '10' },
    },
  },
  metered: {
    cpu: {
      cus_agree: { 701: '15' },
      cus_digits: { 1: '1234.12345678901' },
      cus_near: { 700: '10000' },
      cus_under: { 700: '10' },
      cus_none: null,
      cus_unused: { 3: '7' },
    },
  },
};

function cells(isThorough: boolean): Map<string | null, CellResult> {
  const { db, settings } = build(world);
  const blocks: MeterBlock[] = [];
  reconcileMonth({ db, settings, month, now: NOW, isThorough }, (block) => blocks.push(block));
  return new Map(
    blocks.flatMap((block) =>
      Array.from({ length: block.length }, (_, position) => {
        const cell = cellAt(block, position);
        return [cell.customer, cell] as const;
      }),
    ),
  );
}

test('looking at every hour changes no verdict and no cause', () => {
  const judged = (found: Map<string | null, CellResult>) =>
    [...found.values()].map(({ held: _held, pitfalls: _pitfalls, ...cell }) => cell);
  expect(judged(cells(true))).toEqual(judged(cells(false)));
});

test('shadow knows the hour of every held value; reconcile that of the cells that drift', () => {
  const hourOf = (found: Map<string | null, CellResult>, name: string): string | null => {
    const held = found.get(`cus_${name}`)?.held;
    return held === undefined ? null : new Date(held.hour).toISOString().slice(0, 13);
  };
  const [thorough, plain] = [cells(true), cells(false)];
  const names = ['agree', 'digits', 'near', 'under', 'none', 'unused'];
  expect(names.map((name) => hourOf(thorough, name))).toEqual([
    '2026-05-30T05',
    '2026-05-01T01',
    '2026-05-30T04',
    '2026-05-30T04',
    null,
    '2026-05-01T03',
  ]);
  expect(names.map((name) => hourOf(plain, name))).toEqual([null, null, null, '2026-05-30T04', null, '2026-05-01T03']);
});

test('a final push that is missing within the tolerance is seen by shadow alone', () => {
  const codes = (found: Map<string | null, CellResult>) =>
    (found.get('cus_near')?.pitfalls ?? []).map(({ code }) => code);
  expect(codes(cells(true))).toEqual(['final_push_missing']);
  expect(codes(cells(false))).toEqual([]);
});

test('rounding alone is no exception of a run, and stands in one that keeps all rows', () => {
  const { db, settings } = build(world);
  const stored = (storing: 'exceptions' | 'all', toolVersion: string) => {
    const { run } = reconcileAndSave({ db, settings, month, now: NOW, toolVersion }, { storing });
    return [...readRunExceptions(db, run?.id ?? 0)].flat().filter(({ cause }) => cause?.code === 'rounding');
  };
  expect(stored('exceptions', '1')).toEqual([]);
  expect(stored('all', '2')).toMatchObject([{ verdict: 'agree', measured: '1234.123456789012' }]);
});
