import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJsonInput } from '../../../main/cli/json-input.ts';
import { JsonPrefix } from '../../../main/cli/json-prefix.ts';

/** What is read of a text that arrives in pieces: `alone` or `line`, and the value or the code of the error. */
async function inputs(...chunks: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { isAlone, value, error } of readJsonInput(
    Readable.from(chunks.map((chunk) => Buffer.from(chunk))),
  )) {
    found.push(`${isAlone ? 'alone' : 'line'} ${error === null ? JSON.stringify(value) : error.code}`);
  }
  return found;
}

const BAD = 'document-malformed';

describe('one document or many', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['a compact document', ['{"a":1}'], ['alone {"a":1}']],
    ['a document over many lines', ['{\n  "a": [\n    1,\n\n    2\n  ]\n}\n'], ['alone {"a":[1,2]}']],
    ['a document that arrives in pieces', ['{"a', '":', '1', '}\n'], ['alone {"a":1}']],
    ['letters cut in two', ['{"a":"', '\u00e9', '"}'], ['alone {"a":"é"}']],
    ['many documents', ['{"a":1}\n{"a":2}\n{"a":3}'], ['line {"a":1}', 'line {"a":2}', 'line {"a":3}']],
    ['blank lines and Windows line ends', ['\n{"a":1}\r\n\r\n  \n{"a":2}\r\n'], ['line {"a":1}', 'line {"a":2}']],
    ['a line in the middle that is bad', ['{"a":1}\n{"a":\n{"a":3}'], ['line {"a":1}', `line ${BAD}`, 'line {"a":3}']],
    ['a first line that is bad', ['{"a":}\n{"a":2}'], [`line ${BAD}`, 'line {"a":2}']],
    ['words on every line', ['one\ntwo\n'], [`line ${BAD}`, `line ${BAD}`]],
    ['a first line that is cut off', ['{"a":1,\n{"price":2}\n'], [`line ${BAD}`, 'line {"price":2}']],
    ['a document with a comma too many', ['{\n "price": {"a":1},\n "b": 2,\n}\n'], [`alone ${BAD}`]],
    ['a document that is cut off', ['{\n "price": {"a":1},\n "b": [\n'], [`alone ${BAD}`]],
    ['one bad line', ['nonsense'], [`alone ${BAD}`]],
    ['nothing', ['\n \n'], [`alone ${BAD}`]],
    ['a byte order mark', ['\uFEFF{"a":1}'], ['alone {"a":1}']],
    ['a line separator inside a string', ['{"a":"\u2028"}\n{"a":2}'], ['line {"a":"\u2028"}', 'line {"a":2}']],
  ])('%s', async (_, chunks, expected) => {
    expect(await inputs(...chunks)).toEqual(expected);
  });

  test.each([
    ['of one document, where it broke', '{\n "price": {"a":1},\n "b": 2,\n}', '(line 4 column 1)'],
    ['of JSON Lines, the place within the line alone', '{"a":1}\n{oops\n{"a":3}', 'at position 1.'],
  ])('what is said %s', async (_, text, place) => {
    const messages: string[] = [];
    for await (const { error } of readJsonInput(Readable.from([Buffer.from(text)]))) {
      if (error !== null) messages.push(error.message);
    }
    expect(messages).toEqual([expect.stringContaining(place)]);
  });

  test('lines longer than any document are refused without being held, and the next one is read', async () => {
    const part = 'x'.repeat(8 * 1024 * 1024);
    const long = ['{"a":1}\n"', ...Array.from({ length: 9 }, () => part), '"\n{"a":3}'];
    expect(await inputs(...long)).toEqual(['line {"a":1}', 'line document-too-large', 'line {"a":3}']);
  });

  test('a document of many lines is refused once it is longer than any', async () => {
    const line = `"${'x'.repeat(8 * 1024 * 1024)}",\n`;
    expect(await inputs('[\n', ...Array.from({ length: 9 }, () => line))).toEqual(['alone document-too-large']);
  });
});

describe('the grammar, line by line', () => {
  /** As `JSON.parse` sees it: a text is complete where it parses, else it could go on or not. */
  const stateOf = (text: string): string => {
    const prefix = new JsonPrefix();
    let state = 'incomplete';
    for (const line of text.split('\n')) state = prefix.read(line);
    return state;
  };

  test('every JSON text is complete, and incomplete before its last bracket', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 2), (text, indent) => {
        const laidOut = JSON.stringify(JSON.parse(text), null, indent);
        expect(stateOf(laidOut)).toBe('complete');
        if (/[\]}]$/.test(laidOut)) expect(stateOf(laidOut.slice(0, -1))).toBe('incomplete');
        expect(stateOf(`${laidOut}\n${laidOut}`)).toBe('invalid');
      }),
      { numRuns: 500, seed: 3 },
    );
  });

  test.each([
    '{,',
    '[1,]',
    '{"a" 1}',
    '{"a":1,}',
    '[1 2]',
    '}',
    '{]',
    '[}',
    'tru',
    '01',
    '"\\x"',
    '{1:2}',
    ':',
    '"a":',
  ])('%s can become nothing', (text) => {
    expect(stateOf(text)).toBe('invalid');
  });
});
