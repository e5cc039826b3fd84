import { useJsonPreference } from '../data/preferences.ts';

/** Which columns a person sees of a grid, and in which order; columns that it does not name stand where they belong. */
export type ColumnChoice = { readonly order: readonly string[]; readonly hidden: readonly string[] };

const AS_IT_IS: ColumnChoice = { order: [], hidden: [] };

const words = (raw: unknown): readonly string[] =>
  Array.isArray(raw) ? raw.filter((item): item is string => typeof item === 'string') : [];

export function columnChoiceOf(raw: unknown): ColumnChoice {
  if (typeof raw !== 'object' || raw === null) return AS_IT_IS;
  const { order, hidden } = raw as { order?: unknown; hidden?: unknown };
  return { order: words(order), hidden: words(hidden) };
}

type Named = { readonly id: string; readonly isRowHeader?: boolean };

/**
 * All columns in the order that was chosen. The one that names its row stays first; a column that the choice does not
 * know keeps its place behind the one before it.
 */
export function arranged<C extends Named>(columns: readonly C[], { order }: ColumnChoice): readonly C[] {
  const known = order.flatMap((id) => columns.filter((column) => column.id === id && column.isRowHeader !== true));
  const result: C[] = [...columns.filter(({ isRowHeader }) => isRowHeader === true), ...known];
  for (const [place, column] of columns.entries()) {
    if (result.includes(column)) continue;
    const before = columns.slice(0, place).findLast((other) => result.includes(other));
    result.splice(before === undefined ? result.length : result.indexOf(before) + 1, 0, column);
  }
  return result;
}

/** The columns that are to be seen. */
export const chosen = <C extends Named>(columns: readonly C[], choice: ColumnChoice): readonly C[] =>
  arranged(columns, choice).filter(({ id, isRowHeader }) => isRowHeader === true || !choice.hidden.includes(id));

/** Shows or hides a column. */
export const withToggled = (choice: ColumnChoice, id: string): ColumnChoice => ({
  ...choice,
  hidden: choice.hidden.includes(id) ? choice.hidden.filter((other) => other !== id) : [...choice.hidden, id],
});

/** Moves a column past its neighbour; at either end nothing changes. */
export function withMoved(columns: readonly Named[], choice: ColumnChoice, id: string, step: -1 | 1): ColumnChoice {
  const order = arranged(columns, choice)
    .filter(({ isRowHeader }) => isRowHeader !== true)
    .map((column) => column.id);
  const from = order.indexOf(id);
  const to = from + step;
  if (from < 0 || to < 0 || to >= order.length) return choice;
  order.splice(to, 0, ...order.splice(from, 1));
  return { ...choice, order };
}

/** The choice for the grid of a name, kept by the host for every workspace. */
export const useColumnChoice = (grid: string) => useJsonPreference('everywhere', `columns.${grid}`, columnChoiceOf);
