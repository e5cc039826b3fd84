/**
 * The named text parts of a `multipart/form-data` body, as `@clickhouse/client` sends large parameters.
 * @returns values by name; a part without a name is left out
 */
export function readMultipart(body: string, boundary: string): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  for (const piece of `\r\n${body}`.split(`\r\n--${boundary}`).slice(1)) {
    const gap = piece.indexOf('\r\n\r\n');
    const name = /name="([^"]*)"/.exec(piece.slice(0, gap))?.[1];
    if (gap >= 0 && name !== undefined) parts.set(name, piece.slice(gap + 4));
  }
  return parts;
}
