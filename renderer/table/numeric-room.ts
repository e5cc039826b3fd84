import { useRef } from 'react';
import { widestFraction } from '../format/number.ts';
import { numericWidth, type Sized } from './column-fit.ts';

type Numeric<Row> = Sized & {
  readonly id: string;
  readonly number?: (row: Row) => string | null | undefined;
  readonly signs?: number;
  /** It shows so few decimals only where there is no room for all columns. */
  readonly tightPlaces?: number;
};
type Room = { readonly places: number; readonly width: number; readonly tightWidth: number };
const NONE: Room = { places: 0, width: 0, tightWidth: 0 };

/** Room that the numbers on screen need; within one list it only grows, so that columns do not jump. */
export function useNumericRoom<Row, Column extends Numeric<Row>>(
  columns: readonly Column[],
  rows: readonly (Row | undefined)[],
  list: string,
): {
  readonly columns: readonly Column[];
  /** The same with fewer decimals. */
  readonly tight: readonly Column[];
  readonly places: (id: string, isTight: boolean) => number;
} {
  const kept = useRef<{ list: string; rooms: ReadonlyMap<string, Room> }>({ list, rooms: new Map() });
  const before = kept.current.list === list ? kept.current.rooms : new Map<string, Room>();
  const rooms = new Map<string, Room>();
  for (const column of columns) {
    const { id, number, signs = 0 } = column;
    if (number === undefined) continue;
    const texts = rows.map((row) => (row === undefined ? undefined : number(row)));
    const known = before.get(id) ?? NONE;
    const places = Math.max(known.places, widestFraction(texts));
    const tightPlaces = placesIn(column, places);
    rooms.set(id, {
      places,
      width: Math.max(known.width, numericWidth(texts, places, signs)),
      tightWidth: Math.max(known.tightWidth, numericWidth(texts, tightPlaces, signs)),
    });
  }
  kept.current = { list, rooms };
  const widened = (of: 'width' | 'tightWidth'): readonly Column[] =>
    columns.map((column) => ({ ...column, width: Math.max(column.width, rooms.get(column.id)?.[of] ?? 0) }));
  return {
    columns: widened('width'),
    tight: widened('tightWidth'),
    places: (id, isTight) => {
      const places = rooms.get(id)?.places ?? 0;
      const column = columns.find((candidate) => candidate.id === id);
      return isTight && column !== undefined ? placesIn(column, places) : places;
    },
  };
}

const placesIn = ({ tightPlaces = Number.POSITIVE_INFINITY }: { readonly tightPlaces?: number }, places: number) =>
  Math.min(tightPlaces, places);
