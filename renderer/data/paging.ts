/** Rows fetched at a time; well below the contract's limit, and several screens tall. */
export const PAGE_ROWS = 200;

/** The pages under the viewport and the next one in either direction; page 0 is always at hand. */
export function pagesOf(visible: { readonly first: number; readonly last: number }, total: number | null): number[] {
  if (total === null || total === 0) return [];
  const lastPage = Math.floor((total - 1) / PAGE_ROWS);
  const from = Math.max(0, Math.floor((visible.first - PAGE_ROWS / 2) / PAGE_ROWS));
  const to = Math.min(lastPage, Math.floor((visible.last + PAGE_ROWS / 2) / PAGE_ROWS));
  const pages: number[] = [];
  for (let page = from; page <= to; page += 1) if (page !== 0) pages.push(page);
  return pages;
}

/** Reads rows by their index in the list out of the pages that have arrived. */
export function loadedRows<Row>(
  head: readonly Row[] | undefined,
  pages: readonly number[],
  rowsOfPages: readonly (readonly Row[] | undefined)[],
): (index: number) => Row | undefined {
  const loaded = new Map<number, readonly Row[]>();
  if (head !== undefined) loaded.set(0, head);
  pages.forEach((page, place) => {
    const rows = rowsOfPages[place];
    if (rows !== undefined) loaded.set(page, rows);
  });
  return (index) => loaded.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS];
}
