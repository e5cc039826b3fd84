import { useEffect, useRef, useSyncExternalStore } from 'react';
import { areSingleKeysOn } from './theme.ts';

export type Shortcut = {
  /** `?`, `/`, `[`, `Alt Enter`, or a sequence: `g m`. `mod+k` is ⌘K or Ctrl+K. Empty: an action that the palette alone offers. */
  readonly keys: string;
  readonly label: string;
  readonly run: () => void;
};

/** What is more particular goes first: a panel's keys before those of its page, and those before the frame's. */
export const SCOPES = ['panel', 'page', 'everywhere'] as const;
export type Scope = (typeof SCOPES)[number];
type Layer = { readonly scope: Scope; readonly list: { readonly current: readonly Shortcut[] } };

/** How the palette's key is called on this machine. */
export const PALETTE_KEY = navigator.platform.startsWith('Mac') ? '⌘K' : 'Ctrl K';

const SEQUENCE_MS = 900;

/** True where a key belongs to what is being typed. A box to tick takes no letters; a list to choose from no Escape. */
export function isTyping(target: EventTarget | null, key = ''): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== 'radio' && target.type !== 'checkbox';
  if (target instanceof HTMLSelectElement) return key !== 'Escape';
  return target.isContentEditable || target instanceof HTMLTextAreaElement;
}

/** Whether a floating layer has the keyboard to itself. */
const isCovered = (): boolean =>
  document.querySelector('[role="dialog"][data-state="open"], [role="menu"][data-state="open"]') !== null;

/** Keys without a letter or sign: they stay where single keys are switched off. */
const isNamedKey = (keys: string): boolean => keys.length > 1 && (!keys.includes(' ') || keys.startsWith('Alt '));

/**
 * The shortcuts in force, the most particular first; of two with the same keys the more particular one, within a scope
 * the later one.
 */
export function inForce(layers: readonly { readonly scope: Scope; readonly shortcuts: readonly Shortcut[] }[]): {
  readonly scope: Scope;
  readonly shortcut: Shortcut;
}[] {
  const taken = new Set<string>();
  const found: { scope: Scope; shortcut: Shortcut }[] = [];
  for (const scope of SCOPES) {
    const ours = layers.filter((layer) => layer.scope === scope).reverse();
    for (const { shortcuts } of ours) {
      for (const shortcut of shortcuts) {
        if (shortcut.keys !== '' && taken.has(shortcut.keys)) continue;
        if (shortcut.keys !== '') taken.add(shortcut.keys);
        found.push({ scope, shortcut });
      }
    }
  }
  return found;
}

let mounted: readonly Layer[] = [];
const listeners = new Set<() => void>();
const change = (next: readonly Layer[]): void => {
  if (mounted.length === 0) document.addEventListener('keydown', onKey);
  mounted = next;
  if (mounted.length === 0) document.removeEventListener('keydown', onKey);
  for (const listener of listeners) listener();
};

/** What can be done here and now: what the sheet lists, the palette offers and the keys run. */
export const shortcutsInForce = (): ReturnType<typeof inForce> =>
  inForce(mounted.map(({ scope, list }) => ({ scope, shortcuts: list.current })));

/** The same, kept right while pages and panels come and go. */
export function useShortcutsInForce(): ReturnType<typeof inForce> {
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => mounted,
  );
  return shortcutsInForce();
}

let first: { key: string; at: number } | null = null;

function onKey(event: KeyboardEvent): void {
  const combined = event.metaKey || event.ctrlKey;
  if (combined && event.key.toLowerCase() === 'k') {
    run('mod+k', event);
    return;
  }
  if (event.defaultPrevented || combined || isTyping(event.target, event.key) || isCovered()) return;
  if (event.altKey) {
    run(`Alt ${event.key}`, event);
    return;
  }
  const sequence = first !== null && event.timeStamp - first.at < SEQUENCE_MS ? `${first.key} ${event.key}` : null;
  first = { key: event.key, at: event.timeStamp };
  if (sequence !== null && run(sequence, event)) return;
  run(event.key, event);
}

function run(keys: string, event: KeyboardEvent): boolean {
  if (!areSingleKeysOn() && !isNamedKey(keys)) return false;
  const found = shortcutsInForce().find(({ shortcut }) => shortcut.keys === keys);
  if (found === undefined) return false;
  event.preventDefault();
  found.shortcut.run();
  return true;
}

/** Puts shortcuts in force for as long as the component is mounted; nothing fires while somebody types. */
export function useShortcuts(shortcuts: readonly Shortcut[], scope: Scope = 'page'): void {
  const list = useRef(shortcuts);
  list.current = shortcuts;
  useEffect(() => {
    const layer: Layer = { scope, list };
    change([...mounted, layer]);
    return () => change(mounted.filter((other) => other !== layer));
  }, [scope]);
}
