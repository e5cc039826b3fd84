import { TIGHT_PLACES } from '../format/number.ts';

/** What the layout needs to know of a column. */
export type Sized = {
  /** Smallest width of its content in pixels. */
  readonly width: number;
  /** Its part of the room that is left over. */
  readonly grow: number;
  /** Dropped first where room is short: the highest number goes first; 0 never goes. */
  readonly dropOrder: number;
  /** Pixels that the others must still have to grow into beside it, or it is dropped all the same. */
  readonly comfort?: number;
};

const DIGIT_PX = 7.6;
const LEAST_PX = 76;

/** Room for the longest number of a column whose points line up. */
export function numericWidth(texts: Iterable<string | null | undefined>, places: number, signs = 0): number {
  let whole = 0;
  for (const text of texts) {
    if (text === null || text === undefined) continue;
    const [digits = ''] = text.replace('-', '').split('.');
    whole = Math.max(whole, digits.length);
  }
  const separators = Math.floor(Math.max(0, whole - 1) / 3) * 3;
  return Math.max(
    LEAST_PX,
    Math.ceil(
      (whole + signs + places) * DIGIT_PX +
        separators +
        (places > 5 || places === TIGHT_PLACES ? 13 : places > 0 ? 4 : 0),
    ),
  );
}

const PADDING = 12;

/** The columns that fit into a width; those that can be done without are dropped one after another. */
export function fitting<C extends Sized>(columns: readonly C[], width: number): readonly C[] {
  const kept = [...columns];
  const needed = (): number =>
    kept.reduce((sum, column) => sum + column.width + PADDING, 0) +
    kept.reduce((most, { comfort = 0 }) => Math.max(most, comfort), 0);
  while (needed() > width) {
    const victim = kept.reduce<C | null>(
      (worst, column) => (column.dropOrder > (worst?.dropOrder ?? 0) ? column : worst),
      null,
    );
    if (victim === null) break;
    kept.splice(kept.indexOf(victim), 1);
  }
  return kept;
}

/** The grid template of the kept columns. */
export const templateOf = (columns: readonly Sized[]): string =>
  columns
    .map(({ width, grow }) => (grow === 0 ? `${width + PADDING}px` : `minmax(${width + PADDING}px, ${grow}fr)`))
    .join(' ');
