/** A piece of SQL text that is no comment, blank or string: a word, or one other character. */
type Token = { readonly text: string; readonly upper: string; readonly from: number; readonly to: number };

/** What the HTTP front has to know of a statement. Everything else is the engine's to judge. */
export type Statement = {
  /** The statement without a closing semicolon. */
  readonly sql: string;
  /** First keyword, upper case; empty for an empty statement. */
  readonly verb: string;
  /** The trailing FORMAT clause of a statement that answers with rows, and where it begins in `sql`. */
  readonly format: { readonly name: string; readonly at: number } | null;
  /** For `INSERT … FORMAT X` and `INSERT … VALUES`: target and columns, the SETTINGS clause, the format, where data begins. */
  readonly insert: Insert | null;
  readonly writesFile: boolean;
  /** True where more than one statement was sent. */
  readonly isSeveral: boolean;
};

export type Insert = {
  readonly head: string;
  readonly settings: string;
  readonly format: string;
  readonly dataAt: number;
};

/** Reads a statement as far as the front needs it: strings, comments and quoted names are stepped over. */
export function readStatement(text: string): Statement {
  const tokens: Token[] = [];
  let depth = 0;
  let verb = '';
  let writesFile = false;
  let end = text.length;
  let isSeveral = false;
  for (const token of lex(text)) {
    if (token.text === ';' && depth === 0 && verb !== '') {
      end = token.from;
      isSeveral = !lex(text, token.to).next().done;
      break;
    }
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    if (verb === '' && /^[A-Z]/.test(token.upper)) verb = token.upper;
    const previous = tokens.at(-1);
    if (token.upper === 'OUTFILE' && previous?.upper === 'INTO') writesFile = true;
    if (depth === 0) tokens.push(token);
    const insert = verb === 'INSERT' && depth === 0 ? insertClause(text, tokens) : null;
    if (insert !== null) {
      return { sql: text.slice(0, insert.dataAt), verb, format: null, insert, writesFile, isSeveral: false };
    }
    if (verb === 'INSERT' && depth === 0 && (token.upper === 'SELECT' || token.upper === 'WITH'))
      verb = 'INSERT SELECT';
  }
  return { sql: text.slice(0, end), verb, format: formatClause(tokens), insert: null, writesFile, isSeveral };
}

function insertClause(text: string, tokens: readonly Token[]): Insert | null {
  const token = tokens.at(-1);
  const previous = tokens.at(-2);
  const isValues = token?.upper === 'VALUES';
  const keyword = isValues ? token : previous;
  if (token === undefined || keyword === undefined || (!isValues && keyword.upper !== 'FORMAT')) return null;
  const settingsAt = tokens.find(({ upper }) => upper === 'SETTINGS')?.from ?? keyword.from;
  const gap = isValues ? 0 : (/^[ \t]*;?[ \t]*(?:\r?\n)?/.exec(text.slice(token.to))?.[0].length ?? 0);
  return {
    head: text.slice(0, settingsAt),
    settings: text.slice(settingsAt, keyword.from),
    format: isValues ? 'Values' : token.text,
    dataAt: token.to + gap,
  };
}

function formatClause(tokens: readonly Token[]): Statement['format'] {
  for (let i = tokens.length - 2; i >= 0; i -= 1) {
    const keyword = tokens[i];
    const name = tokens[i + 1];
    const after = tokens[i + 2];
    if (keyword?.upper !== 'FORMAT' || name === undefined || !/^[A-Za-z]\w*$/.test(name.text)) continue;
    if (after === undefined || after.upper === 'SETTINGS') return { name: name.text, at: keyword.from };
  }
  return null;
}

const BLANK_OR_COMMENT = /(?:\s+|--[^\n]*|#[! ][^\n]*|\/\*[\s\S]*?\*\/)+/y;
const QUOTED = /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`\\]|\\[\s\S]|``)*`|\$(\w*)\$[\s\S]*?\$\1\$/y;
const WORD = /[A-Za-z_0-9]+/y;

function* lex(text: string, start = 0): Generator<Token, void> {
  let at = start;
  while (at < text.length) {
    BLANK_OR_COMMENT.lastIndex = at;
    if (BLANK_OR_COMMENT.test(text)) {
      at = BLANK_OR_COMMENT.lastIndex;
      continue;
    }
    QUOTED.lastIndex = at;
    WORD.lastIndex = at;
    const isQuoted = QUOTED.test(text);
    const to = isQuoted ? QUOTED.lastIndex : WORD.test(text) ? WORD.lastIndex : at + 1;
    const piece = isQuoted ? "''" : text.slice(at, to);
    yield { text: piece, upper: piece.toUpperCase(), from: at, to };
    at = to;
  }
}

/** A value as a SQL string literal. */
export const quoteText = (value: string): string =>
  `'${value.replace(/\\/g, '\\\\').replace(/'/g, "\\'").replaceAll('\0', '\\0')}'`;

/** A name as a quoted SQL identifier. */
export const quoteName = (name: string): string => `\`${name.replace(/\\/g, '\\\\').replace(/`/g, '\\`')}\``;
