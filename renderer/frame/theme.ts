import { useSyncExternalStore } from 'react';
import { onPreferences, parsed, preferenceOf, setPreference } from '../data/preferences.ts';
import { type CurrencyStyle, NUMBER_STYLES, type NumberStyleId, setNumberStyle } from '../format/number-style.ts';
import { setZone } from '../format/zone.ts';

export type Appearance = {
  readonly theme: 'system' | 'light' | 'dark';
  readonly density: 'normal' | 'compact';
  readonly numbers: NumberStyleId;
  readonly currency: CurrencyStyle;
  /** `UTC`, `local` or the name of a zone. */
  readonly zone: string;
  /** Whether a letter alone does something; without, only ⌘K, Escape and the keys inside of a table do. */
  readonly singleKeys: boolean;
};

const DEFAULTS: Appearance = {
  theme: 'system',
  density: 'normal',
  numbers: 'plain',
  currency: 'sign',
  zone: 'UTC',
  singleKeys: true,
};

const NAME = 'appearance';
/** The last choice stands in the browser too, so that the first paint need not wait for the host. */
const MIRROR = 'tieout.appearance';

/** Whatever does not fit is as it is by itself. */
export function appearanceOf(raw: unknown): Appearance {
  if (typeof raw !== 'object' || raw === null) return DEFAULTS;
  const { theme, density, numbers, currency, zone, singleKeys } = raw as Partial<Record<keyof Appearance, unknown>>;
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    density: density === 'compact' ? 'compact' : 'normal',
    numbers: NUMBER_STYLES.find((style) => style === numbers) ?? 'plain',
    currency: currency === 'code' ? 'code' : 'sign',
    zone: typeof zone === 'string' ? zone : 'UTC',
    singleKeys: singleKeys !== false,
  };
}

const mirrored = (): string | null => {
  try {
    return window.localStorage.getItem(MIRROR);
  } catch {
    return null;
  }
};

const mirror = (text: string): void => {
  try {
    window.localStorage.setItem(MIRROR, text);
  } catch {
    // A window without storage paints once in the colours of the system.
  }
};

let appearance = appearanceOf(parsed(mirrored()));
const listeners = new Set<() => void>();

function apply(): void {
  const { dataset } = document.documentElement;
  if (appearance.theme === 'system') delete dataset.theme;
  else dataset.theme = appearance.theme;
  dataset.density = appearance.density;
  dataset.singleKeys = appearance.singleKeys ? 'on' : 'off';
  setNumberStyle(appearance.numbers, appearance.currency);
  setZone(appearance.zone);
  for (const listener of listeners) listener();
}

/** Puts the choice in force before the first paint, and whenever the host tells of another one. */
export function applyAppearance(): void {
  apply();
  onPreferences(() => {
    const text = preferenceOf('everywhere', NAME);
    if (text === null || text === JSON.stringify(appearance)) return;
    appearance = appearanceOf(parsed(text));
    mirror(text);
    apply();
  });
}

export function setAppearance(change: Partial<Appearance>): void {
  appearance = { ...appearance, ...change };
  const text = JSON.stringify(appearance);
  mirror(text);
  apply();
  setPreference('everywhere', NAME, text);
}

export const setTheme = (theme: Appearance['theme']): void => setAppearance({ theme });
export const setDensity = (density: Appearance['density']): void => setAppearance({ density });

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  const media = window.matchMedia('(prefers-color-scheme: dark)');
  media.addEventListener('change', listener);
  return () => {
    listeners.delete(listener);
    media.removeEventListener('change', listener);
  };
};

export const useAppearance = (): Appearance => useSyncExternalStore(subscribe, () => appearance);
export const useDensity = (): Appearance['density'] => useAppearance().density;

/** Whether letters alone do something now. */
export const areSingleKeysOn = (): boolean => appearance.singleKeys;

/** The theme that is seen: changes with the choice and with the system. */
export const useIsDark = (): boolean =>
  useSyncExternalStore(
    subscribe,
    () =>
      appearance.theme === 'dark' ||
      (appearance.theme === 'system' && window.matchMedia('(prefers-color-scheme: dark)').matches),
  );
