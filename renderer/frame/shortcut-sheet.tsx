import { X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { IconButton, Key } from '../components/button.tsx';
import { GRID_ACTIONS, GRID_MOVES } from '../table/grid-keys.ts';
import { useReturnFocus } from './return-focus.ts';
import { PALETTE_KEY, type Scope, useShortcutsInForce } from './shortcuts.ts';
import { useAppearance } from './theme.ts';

type Line = { readonly keys: readonly string[]; readonly label: string };

const IN_TABLES: readonly Line[] = [...GRID_MOVES, ...GRID_ACTIONS];
const GRID_KEYS = new Set(IN_TABLES.flatMap(({ keys }) => keys));

/** How a key is called on its cap. */
const CAPS: Readonly<Record<string, string>> = {
  'mod+k': PALETTE_KEY,
  Escape: 'esc',
  Enter: '↵',
  ArrowUp: '↑',
  ArrowDown: '↓',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  C: '⇧ C',
};

/** The list behind `?`: what is in force here and now, so that it cannot say anything else than the keys do. */
export function ShortcutSheet({ isOpen, onOpenChange }: { isOpen: boolean; onOpenChange: (isOpen: boolean) => void }) {
  const returnFocus = useReturnFocus();
  const { singleKeys } = useAppearance();
  const all = useShortcutsInForce();
  const of = (...scopes: readonly Scope[]): readonly Line[] =>
    all
      .filter(({ scope, shortcut }) => scopes.includes(scope) && shortcut.keys !== '' && !GRID_KEYS.has(shortcut.keys))
      .map(({ shortcut }) => ({ keys: shortcut.keys.split(' '), label: shortcut.label }));
  return (
    <Dialog.Root open={isOpen} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          {...returnFocus}
          className="float-in fixed inset-x-0 top-[8vh] z-50 mx-auto max-h-[84vh] w-[680px] max-w-[calc(100vw-32px)] overflow-auto rounded-xl bg-float p-5 shadow-float"
        >
          <div className="mb-3 flex items-center justify-between">
            <Dialog.Title className="text-lead font-semibold">Keyboard shortcuts</Dialog.Title>
            <Dialog.Close asChild>
              <IconButton label="Close">
                <X size={15} aria-hidden="true" />
              </IconButton>
            </Dialog.Close>
          </div>
          {!singleKeys && (
            <p className="mb-3 text-muted">
              Single keys are switched off in Settings, Appearance; {PALETTE_KEY}, Escape and the keys inside of a table
              work.
            </p>
          )}
          <div className="grid grid-cols-2 gap-x-8">
            <div>
              <Keys title="Everywhere" list={of('everywhere')} />
            </div>
            <div className="flex flex-col gap-4">
              <Keys title="Here" list={of('panel', 'page')} />
              <Keys title="In a table" list={IN_TABLES} />
            </div>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Keys({ title, list }: { title: string; list: readonly Line[] }) {
  if (list.length === 0) return null;
  return (
    <section>
      <h3 className="mb-1 text-label text-faint">{title}</h3>
      <dl>
        {list.map(({ keys, label }) => (
          <div
            key={label}
            className="flex min-h-7 items-center justify-between gap-3 border-b border-line last:border-0"
          >
            <dt>{label}</dt>
            <dd className="flex shrink-0 gap-1">
              {keys
                .flatMap((key) => key.split(' '))
                .map((key) => (
                  <Key key={key}>{CAPS[key] ?? key}</Key>
                ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
