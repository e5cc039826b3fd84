import { ChevronDown, Download } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { Fragment } from 'react';
import { Key } from './button.tsx';

export type ExportChoice = {
  readonly word: string;
  readonly meaning: string;
  readonly isDisabled?: boolean;
  readonly run: () => void;
};

export type ExportGroup = { readonly heading?: string; readonly choices: readonly ExportChoice[] };

/** What a page can write to a file, in groups; it hangs on its button. */
export function ExportMenu({
  isOpen,
  isPending,
  title,
  groups,
  wordClass = '',
  keyClass = '',
  onOpenChange,
}: {
  isOpen: boolean;
  isPending: boolean;
  title: string;
  groups: readonly ExportGroup[];
  wordClass?: string;
  keyClass?: string;
  onOpenChange: (isOpen: boolean) => void;
}) {
  return (
    <DropdownMenu.Root modal={false} open={isOpen} onOpenChange={onOpenChange}>
      <DropdownMenu.Trigger
        disabled={isPending}
        title={title}
        className="inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md border border-line-strong px-2.5 font-medium whitespace-nowrap hover:bg-hover disabled:opacity-60"
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
          {groups.map(({ heading, choices }, place) => (
            <Fragment key={heading ?? choices[0]?.word}>
              {place > 0 && <DropdownMenu.Separator className="my-1 h-px bg-line" />}
              {heading !== undefined && (
                <DropdownMenu.Label className="px-2 pt-1.5 pb-1 text-label text-muted">{heading}</DropdownMenu.Label>
              )}
              {choices.map(({ word, meaning, isDisabled = false, run }) => (
                <DropdownMenu.Item
                  key={word}
                  disabled={isDisabled}
                  onSelect={run}
                  className="rounded-md px-2 py-1.5 outline-none data-[disabled]:text-muted data-[highlighted]:bg-hover"
                >
                  {word}
                  <span className="block text-label text-muted">{meaning}</span>
                </DropdownMenu.Item>
              ))}
            </Fragment>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
