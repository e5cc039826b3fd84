/** Filters and order of a screen, by a name. */
export type View = { readonly name: string; readonly search: Record<string, unknown> };

/** A list that is longer is no help. */
export const MOST_VIEWS = 50;

/** Reads a kept list; what does not fit is left out. */
export function savedViewsOf(raw: unknown): readonly View[] {
  if (!Array.isArray(raw)) return [];
  return raw.filter(
    (item): item is View =>
      typeof item === 'object' &&
      item !== null &&
      'name' in item &&
      typeof item.name === 'string' &&
      item.name !== '' &&
      'search' in item &&
      typeof item.search === 'object' &&
      item.search !== null,
  );
}

/** Adds a view by name, in the place of one with the same name; the list is in the order of names. */
export const withView = (views: readonly View[], view: View): readonly View[] =>
  [...withoutView(views, view.name), view].sort((a, b) => a.name.localeCompare(b.name)).slice(0, MOST_VIEWS);

export const withoutView = (views: readonly View[], name: string): readonly View[] =>
  views.filter((view) => view.name !== name);

/** Whether two searches ask for the same, in whatever order their parts stand. */
export const isSameView = (a: object, b: object): boolean => stable(a) === stable(b);

const stable = (search: object): string =>
  JSON.stringify(Object.entries(search).sort(([left], [right]) => (left < right ? -1 : 1)));
