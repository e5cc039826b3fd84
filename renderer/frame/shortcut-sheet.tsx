import { X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { IconButton, Key } from '../components/button.tsx';
import { useReturnFocus } from './return-focus.ts';
import { PALETTE_KEY, type Shortcut } from './shortcuts.ts';

/** Shortcuts that belong to a page and not to the frame. */
const ON_PAGES: readonly Pick<Shortcut, 'keys' | 'label'>[] = [
  { keys: '/', label: 'Search the table' },
  { keys: 'j k ↑ ↓', label: 'Move through rows' },
  { keys: '↵', label: 'Open the row beside the table' },
  { keys: 'Alt ↵', label: 'Open the row as a page' },
  { keys: 'esc', label: 'Close, or go back' },
  { keys: 'c', label: 'Copy the row with its exact figures' },
  { keys: 'e', label: 'Export the filtered rows' },
  { keys: 'u', label: 'Unfold the lines of an invoice' },
  { keys: 'w', label: 'What if a meter had another price' },
  { keys: 'f', label: 'Carry a correction forward' },
  { keys: 'w', label: 'Waive a correction' },
  { keys: 'm', label: 'Mark a correction as invoiced' },
];

/** The list behind `?`. */
export function ShortcutSheet({
  isOpen,
  onOpenChange,
  shortcuts,
}: {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  shortcuts: readonly Shortcut[];
}) {
  const returnFocus = useReturnFocus();
  return (
    <Dialog.Root open={isOpen} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          {...returnFocus}
          className="float-in fixed inset-x-0 top-[14vh] z-50 mx-auto w-[560px] max-w-[calc(100vw-32px)] rounded-xl bg-float p-5 shadow-float"
        >
          <div className="mb-3 flex items-center justify-between">
            <Dialog.Title className="text-lead font-semibold">Keyboard shortcuts</Dialog.Title>
            <Dialog.Close asChild>
              <IconButton label="Close">
                <X size={15} aria-hidden="true" />
              </IconButton>
            </Dialog.Close>
          </div>
          <div className="grid grid-cols-2 gap-x-8">
            <Keys title="Everywhere" list={shortcuts} />
            <Keys title="On a page" list={ON_PAGES} />
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Keys({ title, list }: { title: string; list: readonly Pick<Shortcut, 'keys' | 'label'>[] }) {
  return (
    <section>
      <h3 className="mb-1 text-label text-faint">{title}</h3>
      <dl>
        {list.map(({ keys, label }) => (
          <div key={label} className="flex h-8 items-center justify-between border-b border-line last:border-0">
            <dt>{label}</dt>
            <dd className="flex gap-1">
              {keys
                .replace('mod+k', PALETTE_KEY)
                .split(' ')
                .map((key) => (
                  <Key key={key}>{key}</Key>
                ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
