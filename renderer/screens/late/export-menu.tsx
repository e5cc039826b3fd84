import { ChevronDown, Download } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { LateEngine } from '../../../shared/contract/late-schemas.ts';
import { ENGINE_WORDS } from '../../format/late-words.ts';

/** Exports the corrections as one of the engines books them. */
export function ExportMenu({
  isOpen,
  isPending,
  onOpenChange,
  onExport,
}: {
  isOpen: boolean;
  isPending: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onExport: (engine: LateEngine) => void;
}) {
  return (
    <DropdownMenu.Root modal={false} open={isOpen} onOpenChange={onOpenChange}>
      <DropdownMenu.Trigger
        disabled={isPending}
        title="Export the corrections as CSV (e)"
        className="flex h-7 shrink-0 items-center gap-1.5 rounded-md border border-line-strong bg-page px-2.5 font-medium whitespace-nowrap hover:bg-hover disabled:opacity-60"
      >
        <Download size={13} aria-hidden="true" />
        Export CSV
        <ChevronDown size={13} aria-hidden="true" className="text-muted" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          className="float-in z-40 w-[300px] rounded-lg bg-float p-1.5 shadow-float"
        >
          {(Object.keys(ENGINE_WORDS) as LateEngine[]).map((engine) => (
            <DropdownMenu.Item
              key={engine}
              onSelect={() => onExport(engine)}
              className="rounded-md px-2 py-1.5 outline-none data-[highlighted]:bg-hover"
            >
              Booked {ENGINE_WORDS[engine].word.toLowerCase()}
              <span className="block text-label text-muted">{ENGINE_WORDS[engine].meaning}</span>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
