/**
 * How the answer in a format can be sent on piece by piece.
 * The engine formats each block of rows as a document of its own, so only formats whose documents can be put one after
 * another are streamed; `header` is the number of lines at the head of each that must stay in the first alone.
 */
const STREAMED: ReadonlyMap<string, { readonly header: number }> = new Map(
  [
    ['TabSeparated', 0],
    ['TSV', 0],
    ['TabSeparatedRaw', 0],
    ['TSVRaw', 0],
    ['CSV', 0],
    ['JSONEachRow', 0],
    ['JSONLines', 0],
    ['NDJSON', 0],
    ['JSONStringsEachRow', 0],
    ['JSONCompactEachRow', 0],
    ['JSONCompactStringsEachRow', 0],
    ['RowBinary', 0],
    ['Native', 0],
    ['TSKV', 0],
    ['TabSeparatedWithNames', 1],
    ['TSVWithNames', 1],
    ['JSONCompactEachRowWithNames', 1],
    ['JSONCompactStringsEachRowWithNames', 1],
    ['TabSeparatedWithNamesAndTypes', 2],
    ['TSVWithNamesAndTypes', 2],
    ['JSONCompactEachRowWithNamesAndTypes', 2],
    ['JSONCompactStringsEachRowWithNamesAndTypes', 2],
  ].map(([name, header]) => [String(name).toLowerCase(), { header: Number(header) }]),
);

/** @returns how a format streams; null where it has to be written as a whole first (JSON, Parquet, CSVWithNames, …). */
export const streamedFormat = (format: string): { readonly header: number } | null =>
  STREAMED.get(format.toLowerCase()) ?? null;

/** The bytes after the first `lines` lines. */
export function withoutLines(bytes: Uint8Array, lines: number): Uint8Array {
  let from = 0;
  for (let line = 0; line < lines; line += 1) from = bytes.indexOf(0x0a, from) + 1;
  return bytes.subarray(from);
}

/** The content type that ClickHouse gives an answer in a format. */
export function contentType(format: string): string {
  if (/^JSON.*EachRow|^NDJSON|^JSONLines/i.test(format)) return 'application/x-ndjson; charset=UTF-8';
  if (/^JSON/i.test(format)) return 'application/json; charset=UTF-8';
  if (/^CSV/i.test(format)) return 'text/csv; charset=UTF-8; header=absent';
  if (/^(TabSeparated|TSV)/i.test(format)) return 'text/tab-separated-values; charset=UTF-8';
  if (/^(RowBinary|Native|Parquet|Arrow|ORC|Avro)/i.test(format)) return 'application/octet-stream';
  return 'text/plain; charset=UTF-8';
}
