import { useEffect, useRef } from 'react';

export type Shortcut = {
  /** `?`, `/`, `[`, or a sequence: `g m`. `mod+k` is ⌘K or Ctrl+K. */
  readonly keys: string;
  readonly label: string;
  readonly run: () => void;
};

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

/** Runs shortcuts for as long as the component is mounted; nothing fires while somebody types. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const current = useRef(shortcuts);
  current.current = shortcuts;
  useEffect(() => {
    let first: { key: string; at: number } | null = null;
    const onKey = (event: KeyboardEvent): void => {
      const combined = event.metaKey || event.ctrlKey;
      if (combined && event.key.toLowerCase() === 'k') {
        run('mod+k', event);
        return;
      }
      if (event.defaultPrevented || combined || event.altKey || isTyping(event.target, event.key) || isCovered())
        return;
      const sequence = first !== null && event.timeStamp - first.at < SEQUENCE_MS ? `${first.key} ${event.key}` : null;
      first = { key: event.key, at: event.timeStamp };
      if (sequence !== null && run(sequence, event)) return;
      run(event.key, event);
    };
    const run = (keys: string, event: KeyboardEvent): boolean => {
      const shortcut = current.current.find((candidate) => candidate.keys === keys);
      if (shortcut === undefined) return false;
      event.preventDefault();
      shortcut.run();
      return true;
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
