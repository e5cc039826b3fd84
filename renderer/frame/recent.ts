import { useJsonPreference } from '../data/preferences.ts';

/** A page that was looked at, by its address within the application. */
export type RecentPage = { readonly label: string; readonly path: string };

const KEPT = 8;

/** Reads a kept list; what does not fit is left out. */
export const recentPagesOf = (raw: unknown): readonly RecentPage[] =>
  Array.isArray(raw)
    ? raw.filter(
        (item): item is RecentPage =>
          typeof item === 'object' &&
          item !== null &&
          typeof item.label === 'string' &&
          typeof item.path === 'string' &&
          item.path.startsWith('/'),
      )
    : [];

/** Puts a page at the head of the list; the same address stands in it once. */
export const withRecent = (list: readonly RecentPage[], page: RecentPage): readonly RecentPage[] =>
  [page, ...list.filter(({ path }) => path !== page.path)].slice(0, KEPT);

/** Cells, invoices and meters: what somebody looks for by name. Lists and months are a key away. */
export const isWorthKeeping = (path: string): boolean =>
  /^\/(?:months\/[^/?]+\/cell|invoices\/[^/?]+\/invoice|meter)(?:\?|$)/.test(path);

export const useRecentPages = () => useJsonPreference('workspace', 'recent', recentPagesOf);
