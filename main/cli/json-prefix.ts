/** What a text read so far is: the beginning of one JSON value, exactly one, or the beginning of none. */
export type PrefixState = 'incomplete' | 'complete' | 'invalid';

/**
 * String, number or literal, or a sign of the grammar. None of them can reach over a line's end. Signs that a string
 * must not hold are left to the parser.
 */
const TOKEN =
  /[ \t\r]*(?:("[^"\\]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\]*)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([[\]{},:]))/y;
const BLANK_REST = /[ \t\r]*$/y;

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'comma or end' | 'nothing';

/**
 * Follows the grammar of JSON line by line, so that a text need not be held to know whether it can still become one
 * value. It keeps nothing but the open brackets.
 */
export class JsonPrefix {
  readonly #open: ('[' | '{')[] = [];
  #expected: Expected = 'value';
  #isInvalid = false;

  /** @param line one more line, without its end */
  read(line: string): PrefixState {
    let at = 0;
    while (!this.#isInvalid) {
      TOKEN.lastIndex = at;
      const match = TOKEN.exec(line);
      if (match === null) {
        BLANK_REST.lastIndex = at;
        if (!BLANK_REST.test(line)) this.#isInvalid = true;
        break;
      }
      at = TOKEN.lastIndex;
      const [, text, literal, sign] = match;
      if (!this.#accept(text, literal, sign)) this.#isInvalid = true;
    }
    return this.#isInvalid ? 'invalid' : this.#expected === 'nothing' ? 'complete' : 'incomplete';
  }

  #accept(text: string | undefined, literal: string | undefined, sign: string | undefined): boolean {
    const expected = this.#expected;
    if (text !== undefined && (expected === 'key' || expected === 'key or }')) return this.#expect('colon');
    const isValue = expected === 'value' || expected === 'value or ]';
    if (text !== undefined || literal !== undefined) return isValue && this.#endValue();
    switch (sign) {
      case '[':
      case '{':
        if (!isValue) return false;
        this.#open.push(sign);
        return this.#expect(sign === '[' ? 'value or ]' : 'key or }');
      case ']':
        return (expected === 'value or ]' || expected === 'comma or end') && this.#close('[');
      case '}':
        return (expected === 'key or }' || expected === 'comma or end') && this.#close('{');
      case ':':
        return expected === 'colon' && this.#expect('value');
      default:
        return expected === 'comma or end' && this.#expect(this.#open.at(-1) === '[' ? 'value' : 'key');
    }
  }

  #close(bracket: '[' | '{'): boolean {
    return this.#open.pop() === bracket && this.#endValue();
  }

  #endValue(): true {
    return this.#expect(this.#open.length === 0 ? 'nothing' : 'comma or end');
  }

  #expect(expected: Expected): true {
    this.#expected = expected;
    return true;
  }
}
