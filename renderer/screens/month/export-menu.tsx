import type { ExportFormat } from '../../../shared/contract/schemas.ts';
import { type ExportGroup, ExportMenu as Menu } from '../../components/export-menu.tsx';

const ROWS: readonly { readonly format: ExportFormat; readonly word: string; readonly meaning: string }[] = [
  { format: 'csv', word: 'CSV', meaning: 'One row a cell, for any tool' },
  { format: 'xlsx', word: 'Excel workbook', meaning: 'Totals as formulas, cells, exceptions, proof' },
  { format: 'json', word: 'JSON', meaning: 'The document of tieout reconcile --json' },
];

/** Exports the rows that are shown, or everything, or what is said of the whole month. */
export function ExportMenu({
  isFiltered,
  isLocked,
  onExport,
  ...menu
}: {
  isOpen: boolean;
  isPending: boolean;
  isFiltered: boolean;
  /** A close package is made of what was locked. */
  isLocked: boolean;
  wordClass: string;
  keyClass: string;
  onOpenChange: (isOpen: boolean) => void;
  onExport: (format: ExportFormat, what: 'filtered' | 'everything') => void;
}) {
  const filtered: ExportGroup = {
    heading: 'The rows that the filter leaves',
    choices: ROWS.map(({ format, word, meaning }) => ({
      word: `${word}, filtered`,
      meaning,
      run: () => onExport(format, 'filtered'),
    })),
  };
  const everything: ExportGroup = {
    ...(isFiltered ? { heading: 'All rows of the month' } : {}),
    choices: ROWS.map(({ format, word, meaning }) => ({ word, meaning, run: () => onExport(format, 'everything') })),
  };
  const whole: ExportGroup = {
    choices: [
      {
        word: 'Close report (PDF)',
        meaning: 'Totals, gates, sign-offs, what does not tie out, hashes',
        run: () => onExport('pdf', 'everything'),
      },
      {
        word: 'Close package (zip)',
        meaning: isLocked ? 'What was locked, to be verified years later' : 'Once the month is locked; see Close',
        isDisabled: !isLocked,
        run: () => onExport('package', 'everything'),
      },
    ],
  };
  return (
    <Menu {...menu} title="Export the month (e)" groups={[...(isFiltered ? [filtered] : []), everything, whole]} />
  );
}
