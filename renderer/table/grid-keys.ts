type Move = (place: { readonly active: number | null; readonly total: number; readonly step: number }) => number;

export type GridKey = {
  /** As `KeyboardEvent.key` calls them. */
  readonly keys: readonly string[];
  readonly label: string;
};

const from = (active: number | null): number => active ?? -1;
const PAGE = 15;

/** The keys that move through the rows of a grid. */
export const GRID_MOVES: readonly (GridKey & { readonly move: Move })[] = [
  { keys: ['ArrowDown', 'j'], label: 'Next row', move: ({ active, step }) => from(active) + step },
  { keys: ['ArrowUp', 'k'], label: 'Row before', move: ({ active }) => Math.max(0, from(active) - 1) },
  { keys: ['PageDown'], label: '15 rows on', move: ({ active }) => from(active) + PAGE },
  { keys: ['PageUp'], label: '15 rows back', move: ({ active }) => from(active) - PAGE },
  { keys: ['Home'], label: 'First row', move: () => 0 },
  { keys: ['End'], label: 'Last row', move: ({ total }) => total - 1 },
];

/** The keys that do something with the row they stand on. */
export const GRID_ACTIONS: readonly GridKey[] = [
  { keys: ['Enter'], label: 'Open the row' },
  { keys: ['Alt Enter'], label: 'Open the row as a page' },
  { keys: ['c'], label: 'Copy the row with its exact figures' },
];

/**
 * Where a key leads to; null where it leads nowhere.
 * @param place.step how far the next row is
 */
export function targetOf(key: string, place: Parameters<Move>[0]): number | null {
  const found = GRID_MOVES.find(({ keys }) => keys.includes(key));
  return found === undefined ? null : found.move(place);
}
