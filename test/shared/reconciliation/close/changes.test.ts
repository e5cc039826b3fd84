import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changesBetween, type LockedCell, sinceSentence } from '../../../../shared/reconciliation/close/changes.ts';

const cell = (customer: string | null, measured: string, more: Partial<LockedCell> = {}): LockedCell => ({
  customer,
  usageId: 'ws_1',
  name: 'Globex',
  meter: 'calls',
  unit: 'calls',
  measured,
  metered: '10',
  billed: null,
  verdict: 'agree',
  currency: 'usd',
  measuredAmount: '1.00',
  meteredAmount: '1.00',
  billedAmount: null,
  ...more,
});

test('cells that changed, came and went, with what of them; a new name is no change', () => {
  const before = [cell('cus_2', '10'), cell('cus_1', '10'), cell('cus_4', '1')];
  const after = [cell('cus_1', '12', { name: 'Initech' }), cell('cus_3', '5'), cell('cus_2', '10', { name: 'Other' })];
  const changes = changesBetween(before, after);
  expect(changes.map(({ before: was, after: is }) => [was?.measured ?? null, is?.measured ?? null])).toEqual([
    ['10', '12'],
    [null, '5'],
    ['1', null],
  ]);
  expect(changes[0]?.fields).toEqual(['measured']);
});

test('a customer keeps the cell when it gets another usage id; nobody’s cells are told apart by it', () => {
  expect(changesBetween([cell('cus_1', '10')], [cell('cus_1', '10', { usageId: 'ws_2' })])).toEqual([]);
  expect(changesBetween([cell(null, '10')], [cell(null, '10', { usageId: 'ws_2' })])).toHaveLength(2);
});

test('the order of the cells does not matter, and swapping the sides swaps what was and what is', () => {
  const cells = fc.uniqueArray(
    fc.record({ id: fc.integer({ min: 1, max: 6 }), measured: fc.constantFrom('1', '2', '3') }),
    { selector: ({ id }) => id },
  );
  fc.assert(
    fc.property(cells, cells, (a, b) => {
      const [left, right] = [a, b].map((side) => side.map(({ id, measured }) => cell(`cus_${id}`, measured)));
      const there = changesBetween(left ?? [], right ?? []);
      const shuffled = changesBetween([...(left ?? [])].reverse(), [...(right ?? [])].reverse());
      const back = changesBetween(right ?? [], left ?? []);
      expect(shuffled).toEqual(there);
      expect(back.map(({ before, after }) => [after, before])).toEqual(
        there.map(({ before, after }) => [before, after]),
      );
    }),
    { numRuns: 200 },
  );
});

test('what changed, in a sentence', () => {
  expect(sinceSentence(1)).toContain('1 cell is not as locked.');
  expect(sinceSentence(1200)).toContain('1,200 cells are not as locked.');
  expect(sinceSentence(0)).toContain('no cell did');
});
