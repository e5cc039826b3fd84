import { useMemo, useSyncExternalStore } from 'react';
import type { Preferences, PreferenceWrite } from '../../shared/contract/preference-schemas.ts';
import { client } from './client.ts';

type Scope = PreferenceWrite['scope'];

let kept: Preferences = { everywhere: {}, workspace: {} };
const listeners = new Set<() => void>();

const replace = (next: Preferences): void => {
  kept = next;
  for (const listener of listeners) listener();
};

/** Runs after every change. @returns ends it */
export function onPreferences(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Reads what was chosen at this machine; again when another workspace is opened. A host that cannot tell leaves every
 * choice as it is by itself.
 */
export async function loadPreferences(): Promise<void> {
  try {
    replace(await client.preferences.read.query());
  } catch {
    // Nothing that was chosen is worth a page that does not open.
  }
}

export const preferenceOf = (scope: Scope, name: string): string | null => kept[scope][name] ?? null;

/** Takes effect at once, and is kept by the host: a browser's own storage goes with the port of the address. */
export function setPreference(scope: Scope, name: string, value: string | null): void {
  const { [name]: _, ...others } = kept[scope];
  replace({ ...kept, [scope]: value === null ? others : { ...others, [name]: value } });
  client.preferences.write.mutate({ scope, name, value }).catch(() => {
    // The choice holds until the window closes.
  });
}

const usePreference = (scope: Scope, name: string): string | null =>
  useSyncExternalStore(onPreferences, () => preferenceOf(scope, name));

/**
 * A choice of more than a word, as JSON.
 * @param read a value out of anything; what does not fit is left out
 */
export function useJsonPreference<T>(
  scope: Scope,
  name: string,
  read: (raw: unknown) => T,
): readonly [value: T, set: (value: T | null) => void] {
  const text = usePreference(scope, name);
  // biome-ignore lint/correctness/useExhaustiveDependencies: how it is read does not change
  const value = useMemo(() => read(parsed(text)), [text, name]);
  return [value, (next) => setPreference(scope, name, next === null ? null : JSON.stringify(next))];
}

/** Null where it is no JSON. */
export function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
