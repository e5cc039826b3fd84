import { formatMonth } from '../format/time.ts';

/** A step of the way to a page; the last one is the page itself and has no address. */
export type Crumb = { readonly label: string; readonly path: string | null };

const SECTIONS: Readonly<Record<string, string>> = {
  home: 'Home',
  months: 'Months',
  compare: 'Compare',
  invoices: 'Invoices',
  simulate: 'Simulate',
  late: 'Late usage',
  pipelines: 'Pipelines',
  proof: 'Engine proof',
  activity: 'Activity',
  settings: 'Settings',
  meter: 'Meter',
  new: 'New workspace',
};

/** Sections that stand within another one. */
const WITHIN: Readonly<Record<string, string>> = { compare: 'months', proof: 'invoices', meter: 'settings' };

/**
 * The way to a page by its address.
 * @param title what the page calls itself, which is the last step wherever the address alone cannot tell
 */
export function crumbsOf(path: string, title: string): readonly Crumb[] {
  const [section = 'months', second, ...rest] = path.split('/').filter((part) => part !== '');
  const parent = WITHIN[section];
  const root = { label: SECTIONS[section] ?? title, path: `/${section}` };
  const above = parent === undefined ? [] : [{ label: SECTIONS[parent] ?? parent, path: `/${parent}` }];
  if (second === undefined) {
    const label = section === 'meter' ? title : root.label;
    return [...above, { label, path: null }];
  }
  const isMonth = /^\d{4}-\d{2}$/.test(second);
  const step = { label: isMonth ? formatMonth(second) : title, path: `/${section}/${second}` };
  if (rest.length === 0) return [...above, root, { ...step, path: null }];
  return [...above, root, step, { label: title, path: null }];
}

/** Where back leads where there is no history: the nearest step of the way that has an address. */
export const parentOf = (crumbs: readonly Crumb[]): string | null =>
  crumbs.findLast(({ path }) => path !== null)?.path ?? null;
