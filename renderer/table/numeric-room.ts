import { useRef } from 'react';
import { widestFraction } from '../format/number.ts';
import { numericWidth, type Sized } from './column-fit.ts';

type Numeric<Row> = Sized & {
  readonly id: string;
  readonly number?: (row: Row) => string | null | undefined;
  readonly signs?: number;
};
type Room = { readonly places: number; readonly width: number };
const NONE: Room = { places: 0, width: 0 };

/** Room that the numbers on screen need; within one list it only grows, so that columns do not jump. */
export function useNumericRoom<Row, Column extends Numeric<Row>>(
  columns: readonly Column[],
  rows: readonly (Row | undefined)[],
  list: string,
): { readonly columns: readonly Column[]; readonly places: (id: string) => number } {
  const kept = useRef<{ list: string; rooms: ReadonlyMap<string, Room> }>({ list, rooms: new Map() });
  const before = kept.current.list === list ? kept.current.rooms : new Map<string, Room>();
  const rooms = new Map<string, Room>();
  for (const { id, number, signs = 0 } of columns) {
    if (number === undefined) continue;
    const texts = rows.map((row) => (row === undefined ? undefined : number(row)));
    const known = before.get(id) ?? NONE;
    const places = Math.max(known.places, widestFraction(texts));
    rooms.set(id, { places, width: Math.max(known.width, numericWidth(texts, places, signs)) });
  }
  kept.current = { list, rooms };
  return {
    columns: columns.map((column) => ({ ...column, width: Math.max(column.width, rooms.get(column.id)?.width ?? 0) })),
    places: (id) => rooms.get(id)?.places ?? 0,
  };
}
