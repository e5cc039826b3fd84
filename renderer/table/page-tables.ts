import { type CsvField, csvOf } from './csv.ts';

export type PageTable = { readonly caption: string; readonly csv: () => string };

/** Thin and unbreakable spaces, which no spreadsheet reads. */
const SPACES = /[\u00a0\u2009\u202f\s]+/g;

/** Text of one cell: each figure in it with its exact value, words as they stand. */
function fieldOf(cell: Element): CsvField {
  const copy = cell.cloneNode(true) as Element;
  for (const hidden of copy.querySelectorAll('[aria-hidden="true"], style')) hidden.remove();
  for (const figure of copy.querySelectorAll('[data-exact]')) figure.textContent = figure.getAttribute('data-exact');
  return (copy.textContent ?? '').replace(SPACES, ' ').trim();
}

const rowsOf = (table: HTMLTableElement): readonly (readonly CsvField[])[] =>
  [...table.rows]
    .filter((row) => row.parentElement?.tagName !== 'THEAD')
    .map((row) => [...row.cells].flatMap((cell) => [fieldOf(cell), ...Array<CsvField>(cell.colSpan - 1).fill('')]));

const headOf = (table: HTMLTableElement): readonly string[] => {
  const last = [...(table.tHead?.rows ?? [])].at(-1);
  return [...(last?.cells ?? [])].map((cell) => fieldOf(cell) ?? '');
};

/** The tables of the page that are there whole. Long lists, of which only the rows on screen exist, copy themselves. */
export const tablesOfPage = (): readonly PageTable[] =>
  [...document.querySelectorAll<HTMLTableElement>('main table:not([role="grid"])')].map((table) => ({
    caption: (table.caption?.textContent ?? 'Table').split(/[.;] /)[0] ?? 'Table',
    csv: () => csvOf(headOf(table), rowsOf(table)),
  }));
