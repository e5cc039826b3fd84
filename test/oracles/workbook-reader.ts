import { Decimal } from 'decimal.js';
import { strFromU8, unzipSync } from 'fflate';

// Reads a workbook as another program would: from the zip and its XML, sharing nothing with the writer.

export type ReadCell = {
  readonly kind: 'text' | 'number';
  /** Text as it reads, or the decimal text of the number. */
  readonly value: string;
  readonly formula: string | null;
  readonly style: number;
};

export type ReadSheet = { readonly cells: ReadonlyMap<string, ReadCell>; readonly rows: number; readonly xml: string };
export type ReadWorkbook = ReadonlyMap<string, ReadSheet>;

export function readWorkbook(bytes: Uint8Array): ReadWorkbook {
  const files = unzipSync(bytes);
  const part = (name: string): string => {
    const file = files[name];
    if (file === undefined) throw new Error(`the workbook has no ${name}`);
    const xml = strFromU8(file);
    checkWellFormed(name, xml);
    return xml;
  };
  const types = part('[Content_Types].xml');
  part('xl/styles.xml');
  const targets = new Map(
    [...part('xl/_rels/workbook.xml.rels').matchAll(/Id="([^"]+)"[^>]*Target="([^"]+)"/g)].map((match) => [
      match[1] ?? '',
      match[2] ?? '',
    ]),
  );
  return new Map(
    [...part('xl/workbook.xml').matchAll(/<sheet name="([^"]+)"[^>]*r:id="([^"]+)"/g)].map(([, name = '', id = '']) => {
      const path = `xl/${targets.get(id)}`;
      if (!types.includes(`PartName="/${path}"`)) throw new Error(`${path} has no content type`);
      return [name, readSheet(part(path))];
    }),
  );
}

function readSheet(xml: string): ReadSheet {
  const cells = new Map<string, ReadCell>();
  for (const match of xml.matchAll(/<c r="([A-Z]+\d+)" s="(\d+)"( t="inlineStr")?>(.*?)<\/c>/gs)) {
    const [, place = '', style, isText, content = ''] = match;
    const text = /<is><t xml:space="preserve">(.*?)<\/t><\/is>/s.exec(content)?.[1];
    const value = /<v>(.*?)<\/v>/.exec(content)?.[1];
    const formula = /<f>(.*?)<\/f>/.exec(content)?.[1];
    cells.set(place, {
      kind: isText === undefined ? 'number' : 'text',
      value: unescaped(isText === undefined ? (value ?? '') : (text ?? '')),
      formula: formula === undefined ? null : unescaped(formula),
      style: Number(style),
    });
  }
  return { cells, rows: [...xml.matchAll(/<row r="/g)].length, xml };
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** What XML and Excel escape, read back. */
export const unescaped = (xml: string): string =>
  xml
    .replaceAll(/&(amp|lt|gt|quot);/g, (_, name: string) => ENTITIES[name] ?? '')
    .replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** Every element is closed in its order, and no character stands in it that XML does not have. */
function checkWellFormed(name: string, xml: string): void {
  const open: string[] = [];
  for (const [, closing, tag = '', selfClosing] of xml.matchAll(
    /<(\/?)([A-Za-z][\w:]*)(?:\s+[\w:]+="[^"<]*")*\s*(\/?)>/g,
  )) {
    if (selfClosing === '/') continue;
    if (closing !== '/') open.push(tag);
    else if (open.pop() !== tag) throw new Error(`${name}: ${tag} is closed out of order`);
  }
  if (open.length > 0) throw new Error(`${name}: ${open.join(', ')} left open`);
  const rest = xml.replaceAll(/<[?/]?[A-Za-z][^<>]*>/g, '');
  if (/[<>]|&(?!(amp|lt|gt|quot);)/.test(rest)) throw new Error(`${name}: a bare < > or &`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(xml) || !xml.isWellFormed())
    throw new Error(`${name}: a character that XML does not have`);
}

/** What a spreadsheet would come to: sums of products of nothing else than the functions that we write. */
export function evaluate(book: ReadWorkbook, sheet: string, formula: string): Decimal {
  const round = /^ROUND\((.*),(\d+)\)$/s.exec(formula);
  if (round !== null) {
    return evaluate(book, sheet, round[1] ?? '').toDecimalPlaces(Number(round[2]), Decimal.ROUND_HALF_UP);
  }
  const difference = /^([A-Z]+\d+)-([A-Z]+\d+)$/.exec(formula);
  if (difference !== null) {
    return numberAt(book, sheet, difference[1] ?? '').minus(numberAt(book, sheet, difference[2] ?? ''));
  }
  const sum = /^SUM\(([A-Z]+)(\d+):\1(\d+)\)$/.exec(formula);
  if (sum !== null) {
    let total = new Decimal(0);
    for (let row = Number(sum[2]); row <= Number(sum[3]); row += 1)
      total = total.plus(numberAt(book, sheet, `${sum[1]}${row}`));
    return total;
  }
  return formula
    .split('+')
    .map((term) => term_(book, sheet, term))
    .reduce((total, value) => total.plus(value), new Decimal(0));
}

function term_(book: ReadWorkbook, sheet: string, term: string): Decimal {
  const call = /^(SUMIFS|COUNTIFS?)\((.*)\)$/.exec(term);
  if (call === null) throw new Error(`an unknown formula: ${term}`);
  const given = (call[2] ?? '').split(',');
  const isSum = call[1] === 'SUMIFS';
  const [summed, conditions] = isSum ? [given[0] ?? null, given.slice(1)] : [null, given];
  const first = rangeOf(conditions[0] ?? '');
  const target = book.get(first.sheet);
  if (target === undefined) throw new Error(`no sheet ${first.sheet}`);
  let total = new Decimal(0);
  for (let row = 1; row <= target.rows; row += 1) {
    let passes = true;
    for (let index = 0; index < conditions.length; index += 2) {
      const { column } = rangeOf(conditions[index] ?? '');
      const wanted = criterion(book, sheet, conditions[index + 1] ?? '');
      passes &&= target.cells.get(`${column}${row}`)?.value.toLowerCase() === wanted.toLowerCase();
    }
    if (!passes) continue;
    if (summed === null) total = total.plus(1);
    else {
      const cell = target.cells.get(`${rangeOf(summed).column}${row}`);
      if (cell?.kind === 'number') total = total.plus(cell.value);
    }
  }
  return total;
}

function rangeOf(text: string): { readonly sheet: string; readonly column: string } {
  const match = /^'([^']+)'!\$([A-Z]+):\$\2$/.exec(text);
  if (match === null) throw new Error(`an unknown range: ${text}`);
  return { sheet: match[1] ?? '', column: match[2] ?? '' };
}

function criterion(book: ReadWorkbook, sheet: string, text: string): string {
  const literal = /^"(.*)"$/.exec(text);
  return literal !== null ? (literal[1] ?? '') : (book.get(sheet)?.cells.get(text.replaceAll('$', ''))?.value ?? '');
}

/** The value that stands in a cell, as a viewer that does not compute shows it. */
const numberAt = (book: ReadWorkbook, sheet: string, place: string): Decimal => {
  const cell = book.get(sheet)?.cells.get(place);
  if (cell?.kind !== 'number') throw new Error(`${sheet}!${place} holds no number`);
  return new Decimal(cell.value);
};
