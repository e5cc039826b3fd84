import { type Problem, TieoutError } from '../../shared/errors.ts';

/** One line of the customers file. A usage id may stand with two customers; the tie-out then calls it ambiguous. */
export type CustomerLink = { readonly usageId: string; readonly customerId: string };

const HEADER = ['usage_id', 'stripe_customer'];

/**
 * Reads `usage_id,stripe_customer` (RFC 4180, UTF-8; columns in either order). Lines that repeat a link count once.
 * @throws TieoutError `config.customers_file` with every problem and its line
 */
export function parseCustomersFile(text: string, fileName: string): readonly CustomerLink[] {
  const problems: Problem[] = [];
  const report = (line: number, message: string): void => {
    problems.push({ code: 'config.customers_file', path: `${fileName}:${line}`, message });
  };
  const [header, ...records] = readCsv(text.replace(/^\uFEFF/, ''), report);
  const names = (header?.fields ?? []).map((name) => name.trim());
  const columns = HEADER.map((name) => names.indexOf(name));
  const [usageColumn = -1, customerColumn = -1] = columns;
  if (usageColumn < 0 || customerColumn < 0 || names.length !== HEADER.length) {
    report(header?.line ?? 1, `The first line must be the header ${HEADER.join(',')}.`);
  }
  const links = new Map<string, CustomerLink>();
  for (const { line, fields } of problems.length > 0 ? [] : records) {
    const usageId = fields[usageColumn] ?? '';
    const customerId = (fields[customerColumn] ?? '').trim();
    if (fields.length !== HEADER.length) report(line, `${fields.length} fields instead of ${HEADER.length}.`);
    else if (usageId === '') report(line, 'The usage id is empty.');
    else if (customerId === '') report(line, 'The Stripe customer is empty.');
    else links.set(JSON.stringify([usageId, customerId]), { usageId, customerId });
  }
  const [first] = problems;
  if (first === undefined) return [...links.values()];
  throw new TieoutError('config.customers_file', {
    message: problems.length === 1 ? first.message : `${fileName} has ${problems.length} problems.`,
    path: first.path,
    remedy: `Write one usage id and one Stripe customer a line, under the header ${HEADER.join(',')}.`,
    problems,
  });
}

type CsvRecord = { readonly line: number; readonly fields: readonly string[] };

/** Records of RFC 4180 with the line in which each begins; empty lines are passed over. */
function readCsv(text: string, report: (line: number, message: string) => void): readonly CsvRecord[] {
  const records: CsvRecord[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;
  let fields: string[] = [];
  let line = 1;
  let start = 1;
  while (pattern.lastIndex < text.length || fields.length > 0) {
    const match = pattern.exec(text);
    if (match === null) {
      report(line, 'A quote is out of place or is never closed.');
      return records;
    }
    const [whole, quoted, plain = '', end] = match;
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    line += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
    if (end === ',') continue;
    if (fields.length > 1 || fields[0] !== '') records.push({ line: start, fields });
    fields = [];
    start = line;
    if (end === '') break;
  }
  return records;
}
