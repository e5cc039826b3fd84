import { ChevronDown, Download } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ExportFormat } from '../../../shared/contract/schemas.ts';
import { Key } from '../../components/button.tsx';

const ROWS: readonly { readonly format: ExportFormat; readonly word: string; readonly meaning: string }[] = [
  { format: 'csv', word: 'CSV', meaning: 'One row a cell, for any tool' },
  { format: 'xlsx', word: 'Excel workbook', meaning: 'Totals as formulas, cells, exceptions, proof' },
  { format: 'json', word: 'JSON', meaning: 'The document of tieout reconcile --json' },
];

/** Exports the rows that are shown, or everything, or what is said of the whole month. */
export function ExportMenu({
  isOpen,
  isPending,
  isFiltered,
  isLocked,
  wordClass,
  keyClass,
  onOpenChange,
  onExport,
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
  return (
    <DropdownMenu.Root modal={false} open={isOpen} onOpenChange={onOpenChange}>
      <DropdownMenu.Trigger
        disabled={isPending}
        title="Export the month (e)"
        className="inline-flex h-7 items-center gap-1.5 rounded-md border border-line-strong px-2.5 font-medium whitespace-nowrap hover:bg-hover disabled:opacity-60"
      >
        <Download size={13} aria-hidden="true" />
        <span className={wordClass}>Export</span>
        <ChevronDown size={13} aria-hidden="true" className="text-muted" />
        <span className={keyClass}>
          <Key>e</Key>
        </span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          className="float-in z-40 w-[320px] rounded-lg bg-float p-1.5 shadow-float"
        >
          {isFiltered && (
            <>
              <Heading>The rows that the filter leaves</Heading>
              {ROWS.map(({ format, word, meaning }) => (
                <Item
                  key={format}
                  word={`${word}, filtered`}
                  meaning={meaning}
                  onSelect={() => onExport(format, 'filtered')}
                />
              ))}
              <Separator />
              <Heading>All rows of the month</Heading>
            </>
          )}
          {ROWS.map(({ format, word, meaning }) => (
            <Item key={format} word={word} meaning={meaning} onSelect={() => onExport(format, 'everything')} />
          ))}
          <Separator />
          <Item
            word="Close report (PDF)"
            meaning="Totals, gates, sign-offs, what does not tie out, hashes"
            onSelect={() => onExport('pdf', 'everything')}
          />
          <Item
            word="Close package (zip)"
            meaning={isLocked ? 'What was locked, to be verified years later' : 'Once the month is locked; see Close'}
            isDisabled={!isLocked}
            onSelect={() => onExport('package', 'everything')}
          />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const Heading = ({ children }: { children: string }) => (
  <DropdownMenu.Label className="px-2 pt-1.5 pb-1 text-label text-muted">{children}</DropdownMenu.Label>
);

const Separator = () => <DropdownMenu.Separator className="my-1 h-px bg-line" />;

function Item({
  word,
  meaning,
  isDisabled = false,
  onSelect,
}: {
  word: string;
  meaning: string;
  isDisabled?: boolean;
  onSelect: () => void;
}) {
  return (
    <DropdownMenu.Item
      disabled={isDisabled}
      onSelect={onSelect}
      className="rounded-md px-2 py-1.5 outline-none data-[disabled]:text-muted data-[highlighted]:bg-hover"
    >
      {word}
      <span className="block text-label text-muted">{meaning}</span>
    </DropdownMenu.Item>
  );
}
