import { documentOf } from '../data/errors.ts';
import { formatCount } from '../format/number.ts';
import { plural } from '../format/words.ts';
import { useAnnounce } from '../frame/announcer.tsx';
import { type CsvSheet, csvOf } from './csv.ts';

/** More than this is a file and not a clipboard: an export has no such end. */
export const MOST_COPIED = 10_000;

/** Puts the rows that pass the filter into the clipboard, in their order, with their exact values. */
export function useCopyRows<Row>(
  sheet: CsvSheet<Row>,
  /** @param most rows at the most */
  allRows: (most: number) => Promise<readonly Row[]>,
  total: number,
): () => void {
  const announce = useAnnounce();
  return () => {
    const copy = async (): Promise<void> => {
      const rows = await allRows(MOST_COPIED);
      await navigator.clipboard.writeText(csvOf(sheet.head, rows.map(sheet.fields)));
      const count = `${formatCount(rows.length)} ${plural(rows.length, 'row')}`;
      announce(
        rows.length < total
          ? `Copied the first ${count} of ${formatCount(total)} as CSV. Export to have them all.`
          : `Copied ${count} as CSV with exact figures.`,
      );
    };
    copy().catch((error: unknown) => announce(documentOf(error).message, 'bad'));
  };
}
