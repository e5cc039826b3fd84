import { array, assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TextIndex } from '../../../../main/api/search/text-index.ts';

const NAMES = [
  ['Globex GmbH', 'cus_1', 'ws_globex'],
  ['Glob', 'cus_2', 'ws_2'],
  ['New Globex', 'cus_3', 'ws_3'],
  ['Inglobex', 'cus_4', 'ws_4'],
  ['École Élan', 'cus_5', 'ws_5'],
  ['شركة النور', 'cus_6', 'ws_6'],
];
const find = (text: string, limit = 10): readonly number[] => new TextIndex(NAMES).find(text, limit);

describe('what fits', () => {
  test.each([
    ['a whole field, then beginnings, then words, then the rest', 'glob', [1, 0, 2, 3]],
    ['a usage id', 'ws_globex', [0]],
    ['an id', 'CUS_4', [3]],
    ['letters with accents, in either case and either composition', 'e\u0301COLE', [4]],
    ['another script', 'النور', [5]],
    ['words in any order', 'gmbh globex', [0]],
    ['nothing', '', []],
    ['what no entry holds', 'initech', []],
    ['a text across two fields', 'gmbh cus_2', []],
  ])('%s', (_, text, places) => {
    expect(find(text)).toEqual(places);
  });

  test('no more than asked for', () => {
    expect(find('glob', 2)).toEqual([1, 0]);
  });

  test('entries beyond one stretch of the index', () => {
    const entries = Array.from({ length: 9_000 }, (_, place) => [`Customer ${place}`, `cus_${place}`]);
    expect(new TextIndex(entries).find('cus_8999', 5)).toEqual([8_999]);
    expect(new TextIndex(entries).find('customer 4096', 5)[0]).toBe(4_096);
  });
});

test('everything that holds the text is found, and nothing else', () => {
  const letters = string({ unit: constantFrom('a', 'b', 'B', 'ß', '-'), maxLength: 4 });
  assert(
    property(array(array(letters, { minLength: 1, maxLength: 3 }), { maxLength: 30 }), letters, (entries, text) => {
      const wanted = text.toLowerCase();
      const expected = entries.flatMap((fields, place) =>
        wanted !== '' && fields.some((field) => field.toLowerCase().includes(wanted)) ? [place] : [],
      );
      const found = new TextIndex(entries).find(text, 100);
      expect([...found].sort((a, b) => a - b)).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});
