const MAX_TEXT = 32;

/**
 * Lines of a table for the terminal: columns of equal width, `r` right-aligned. Control characters of names do not reach
 * the terminal, and long texts are shortened.
 */
export function layout(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  alignment: string,
  longest = MAX_TEXT,
): string[] {
  const clean = rows.map((row) =>
    row.map((text, column) => (alignment[column] === 'l' ? shorten(printable(text), longest) : text)),
  );
  const all = [header, ...clean];
  const widths = header.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))));
  return all.map((row) =>
    row
      .map((text, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - widthOf(text));
        return alignment[column] === 'r' ? space + text : text + space;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Chinese, Japanese, Korean and full-width characters and pictographs take two columns of a terminal, marks none. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
const MARK = /\p{Mark}/u;

function widthOf(text: string): number {
  let width = 0;
  for (const character of text)
    width += character < '\u0300' ? 1 : MARK.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences in a customer's name are what this removes
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;
const printable = (text: string): string => text.replace(CONTROL, '·');
const shorten = (text: string, longest: number): string =>
  [...text].length > longest ? `${[...text].slice(0, longest - 1).join('')}…` : text;
