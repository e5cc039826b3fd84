import type { InvoiceFile } from '../../../shared/contract/invoice-schemas.ts';
import { type ExportGroup, ExportMenu as Menu } from '../../components/export-menu.tsx';

const FILES: readonly { readonly what: InvoiceFile; readonly word: string; readonly meaning: string }[] = [
  { what: 'invoices', word: 'CSV, one row an invoice', meaning: 'Ours and Stripe’s totals, and what differs' },
  { what: 'lines', word: 'CSV, one row a line', meaning: 'Every line and tier beside Stripe’s own' },
  { what: 'json', word: 'JSON', meaning: 'The document of tieout preview --json' },
];

/** Exports the invoices that are shown, or all of the month. */
export function ExportMenu({
  isFiltered,
  onExport,
  ...menu
}: {
  isOpen: boolean;
  isPending: boolean;
  isFiltered: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onExport: (what: InvoiceFile, scope: 'filtered' | 'everything') => void;
}) {
  const filtered: ExportGroup = {
    heading: 'The invoices that the filter leaves',
    choices: FILES.map(({ what, word, meaning }) => ({
      word: `${word}, filtered`,
      meaning,
      run: () => onExport(what, 'filtered'),
    })),
  };
  const everything: ExportGroup = {
    ...(isFiltered ? { heading: 'All invoices of the month' } : {}),
    choices: FILES.map(({ what, word, meaning }) => ({ word, meaning, run: () => onExport(what, 'everything') })),
  };
  return <Menu {...menu} title="Export the invoices (e)" groups={[...(isFiltered ? [filtered] : []), everything]} />;
}
