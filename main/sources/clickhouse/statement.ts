/**
 * The user's statement without the semicolon and the comments that may follow it, so that it can stand in parentheses.
 * Semicolons inside texts, quoted names and comments are left alone; a second statement is left for the server to refuse.
 */
export function statementBody(query: string): string {
  const end = lastMeaningful(query);
  if (end < 0 || query[end] !== ';') return query.trimEnd();
  return statementBody(query.slice(0, end));
}

/** Texts, quoted names, comments to the end of the line, comments in stars; then any other character. */
const TOKEN =
  /'(?:\\.|''|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|(?<comment>--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?\*\/|\s)|[\s\S]/g;

/** Position of the last character that is neither space nor comment. */
function lastMeaningful(query: string): number {
  let end = -1;
  for (const match of query.matchAll(TOKEN)) {
    if (match.groups?.comment === undefined) end = match.index + match[0].length - 1;
  }
  return end;
}

/** Whether the statement names the bound list of customers, outside texts and comments. */
export function usesCustomers(query: string): boolean {
  const meaningful = query.replace(TOKEN, (token, comment: string | undefined) =>
    comment !== undefined || /^['"`]/.test(token) ? ' ' : token,
  );
  return /\{\s*customers\s*:/.test(meaningful);
}
