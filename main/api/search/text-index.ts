/** Entries of one string: short enough that one name in another script does not double the room of all. */
const CHUNK_ENTRIES = 4_096;

type Chunk = {
  /** Entry after entry: a tab before each field, a line feed at the end. */
  readonly text: string;
  /** Where each entry begins in it. */
  readonly starts: Uint32Array;
};

/**
 * Names and ids to be looked through as somebody types: folded to one case and laid end to end, so that a million
 * entries are one search of a string instead of a million.
 */
export class TextIndex {
  readonly #chunks: readonly Chunk[];

  /** @param entries the fields of each entry, in the order in which their places count */
  constructor(entries: Iterable<readonly string[]>) {
    const chunks: Chunk[] = [];
    let pieces: string[] = [];
    let starts: number[] = [];
    let length = 0;
    const close = (): void => {
      if (pieces.length > 0) chunks.push({ text: pieces.join(''), starts: Uint32Array.from(starts) });
      pieces = [];
      starts = [];
      length = 0;
    };
    for (const fields of entries) {
      const piece = `\t${fields.map(folded).join('\t')}\n`;
      starts.push(length);
      pieces.push(piece);
      length += piece.length;
      if (pieces.length === CHUNK_ENTRIES) close();
    }
    close();
    this.#chunks = chunks;
  }

  /**
   * Places of the entries that hold the text, what fits best first: a whole field, the beginning of a field, the
   * beginning of a word, anywhere; then entries that hold all of its words. Within each, in the order of the entries.
   */
  find(query: string, limit: number): readonly number[] {
    const text = folded(query).trim();
    if (text === '') return [];
    const found = new Set<number>();
    const words = text.split(' ');
    const longest = words.reduce((best, word) => (word.length > best.length ? word : best), '');
    for (const needle of [`\t${text}\t`, `\t${text}\n`, `\t${text}`, ` ${text}`, text])
      this.#collect(needle, limit, found, () => true);
    if (words.length > 1) this.#collect(longest, limit, found, (entry) => words.every((word) => entry.includes(word)));
    return [...found];
  }

  #collect(needle: string, limit: number, found: Set<number>, passes: (entry: string) => boolean): void {
    for (const [index, { text, starts }] of this.#chunks.entries()) {
      let at = text.indexOf(needle);
      while (at >= 0) {
        if (found.size >= limit) return;
        const place = placeOf(starts, at);
        const next = starts[place + 1] ?? text.length;
        if (passes(text.slice(starts[place], next))) found.add(index * CHUNK_ENTRIES + place);
        // The rest of this entry is no news.
        at = text.indexOf(needle, next);
      }
    }
  }
}

/** One case, one way to write an accent, no control characters. */
const folded = (text: string): string => text.normalize('NFC').toLowerCase().replace(CONTROLS, ' ');
// biome-ignore lint/suspicious/noControlCharactersInRegex: tabs and line feeds are what the index is made of
const CONTROLS = /[\u0000-\u001f]+/g;

/** The last entry that begins at or before a position. */
function placeOf(starts: Uint32Array, at: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
