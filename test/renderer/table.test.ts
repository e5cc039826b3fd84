import { describe, expect, test, vi } from 'vitest';

vi.hoisted(() => vi.stubGlobal('window', { location: { origin: 'http://127.0.0.1:1' } }));

const { arranged, chosen, columnChoiceOf, withMoved, withToggled } = await import(
  '../../renderer/table/column-choice.ts'
);
const { csvOf, tabbed } = await import('../../renderer/table/csv.ts');
const { targetOf } = await import('../../renderer/table/grid-keys.ts');
const { isSameView, MOST_VIEWS, savedViewsOf, withoutView, withView } = await import(
  '../../renderer/table/view-list.ts'
);

describe('columns of one’s choice', () => {
  const columns = [{ id: 'name', isRowHeader: true }, { id: 'a' }, { id: 'b' }, { id: 'c' }];
  const ids = (list: readonly { id: string }[]): string => list.map(({ id }) => id).join(' ');
  const plain = columnChoiceOf(null);

  test('nothing chosen is as the table has them', () => {
    expect(ids(chosen(columns, plain))).toBe('name a b c');
  });

  test('the column that names its row stays first and is never hidden', () => {
    expect(ids(chosen(columns, { order: ['c', 'name', 'a'], hidden: ['name', 'b'] }))).toBe('name c a');
  });

  test('a column moves past its neighbour, and nowhere beyond the ends', () => {
    const moved = withMoved(columns, plain, 'c', -1);
    expect(ids(arranged(columns, moved))).toBe('name a c b');
    expect(withMoved(columns, plain, 'a', -1)).toBe(plain);
    expect(withMoved(columns, plain, 'c', 1)).toBe(plain);
    expect(withMoved(columns, plain, 'name', 1)).toBe(plain);
  });

  test('a column that the choice does not know stands behind the one before it', () => {
    expect(ids(arranged(columns, { order: ['c', 'a'], hidden: [] }))).toBe('name c a b');
  });

  test('hidden and shown again', () => {
    const hidden = withToggled(plain, 'b');
    expect(ids(chosen(columns, hidden))).toBe('name a c');
    expect(withToggled(hidden, 'b')).toEqual(plain);
  });

  test.each([[null], [5], [{ order: 'a', hidden: [1, 'b'] }]])(
    'what was kept as %j is read as far as it fits',
    (raw) => {
      expect(ids(chosen(columns, columnChoiceOf(raw)))).toMatch(/^name a/);
    },
  );
});

describe('rows as CSV', () => {
  test('numbers stay numbers, absent is empty, what would run in a spreadsheet does not', () => {
    const rows = [
      ['=1+1', '-5.250', null],
      ['a "b", c', '0', undefined],
      ['-x', '+1', '@y'],
    ];
    expect(csvOf(['name', 'amount', 'note'], rows)).toBe(
      'name,amount,note\r\n\'=1+1,-5.250,\r\n"a ""b"", c",0,\r\n\'-x,\'+1,\'@y\r\n',
    );
  });

  test('every digit of a number is there', () => {
    expect(csvOf(['n'], [['123456789012345678901234567890.000000000001']])).toContain(
      '123456789012345678901234567890.000000000001',
    );
  });

  test('one row for the clipboard', () => {
    expect(tabbed(['a', null, '1'])).toBe('a\t\t1');
  });
});

test.each([
  ['j', null, 0],
  ['ArrowDown', 3, 4],
  ['k', 0, 0],
  ['k', null, 0],
  ['End', 3, 99],
  ['Home', 3, 0],
  ['PageDown', 3, 18],
  ['x', 3, null],
])('%s from row %s', (key, active, target) => {
  expect(targetOf(key, { active, total: 100, step: 1 })).toBe(target);
});

describe('saved filters', () => {
  const view = (name: string) => ({ name, search: { q: name } });
  test('by name: a second one of a name takes the place of the first', () => {
    const views = withView(withView([], view('b')), view('a'));
    expect(views.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(withView(views, { name: 'b', search: {} })).toEqual([view('a'), { name: 'b', search: {} }]);
    expect(withoutView(views, 'a')).toEqual([view('b')]);
  });

  test('not without end', () => {
    let views = savedViewsOf(null);
    for (let place = 0; place <= MOST_VIEWS; place += 1) views = withView(views, view(`${place}`));
    expect(views).toHaveLength(MOST_VIEWS);
  });

  test('what does not fit is left out', () => {
    expect(savedViewsOf([view('a'), null, { name: '' }, { name: 'x', search: null }, 'b'])).toEqual([view('a')]);
  });

  test('the order of the parts of a search does not count', () => {
    expect(isSameView({ q: 'x', min: '1' }, { min: '1', q: 'x' })).toBe(true);
    expect(isSameView({ q: 'x' }, { q: 'y' })).toBe(false);
  });
});
