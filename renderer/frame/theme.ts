import { useSyncExternalStore } from 'react';

type Theme = 'system' | 'light' | 'dark';
type Density = 'normal' | 'compact';

const THEME_KEY = 'tieout.theme';
const DENSITY_KEY = 'tieout.density';
const listeners = new Set<() => void>();

const read = (key: string): string | null => {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
};

const write = (key: string, value: string): void => {
  try {
    window.localStorage.setItem(key, value);
  } catch {
    // A window without storage keeps the choice until it closes.
  }
};

const themeOf = (text: string | null): Theme => (text === 'light' || text === 'dark' ? text : 'system');
const densityOf = (text: string | null): Density => (text === 'compact' ? 'compact' : 'normal');

let theme = themeOf(read(THEME_KEY));
let density = densityOf(read(DENSITY_KEY));

const apply = (): void => {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset.theme;
  else dataset.theme = theme;
  dataset.density = density;
  for (const listener of listeners) listener();
};

/** Puts the stored choice in force before the first paint. */
export const applyAppearance = apply;

export function setTheme(next: Theme): void {
  theme = next;
  write(THEME_KEY, next);
  apply();
}

export function setDensity(next: Density): void {
  density = next;
  write(DENSITY_KEY, next);
  apply();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  const media = window.matchMedia('(prefers-color-scheme: dark)');
  media.addEventListener('change', listener);
  return () => {
    listeners.delete(listener);
    media.removeEventListener('change', listener);
  };
};

export const useDensity = (): Density => useSyncExternalStore(subscribe, () => density);

/** The theme that is seen: changes with the choice and with the system. */
export const useIsDark = (): boolean =>
  useSyncExternalStore(
    subscribe,
    () => theme === 'dark' || (theme === 'system' && window.matchMedia('(prefers-color-scheme: dark)').matches),
  );
