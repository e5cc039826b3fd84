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

/** Pixels left over that go to the columns by what they hold. */
const BY_CONTENT_PX = 640;

/**
 * The grid template of the kept columns. On a wide screen whatever is beyond what names and numbers can use goes to all
 * growing columns alike, so that what belongs together does not drift apart.
 * @param room pixels of the grid
 */
export function templateOf(columns: readonly Sized[], room = 0): string {
  const left = room - columns.reduce((sum, { width }) => sum + width + PADDING, 0);
  const parts = columns.reduce((sum, { grow }) => sum + grow, 0);
  const share = left > BY_CONTENT_PX && parts > 0 ? BY_CONTENT_PX / parts : 0;
  const growing = columns.filter(({ grow }) => grow > 0).length;
  const alike = share === 0 ? 0 : (left - BY_CONTENT_PX) / growing;
  const track = ({ width, grow }: Sized): string => {
    if (grow === 0) return `${width + PADDING}px`;
    const least = width + PADDING + Math.floor(grow * share + alike);
    return `minmax(${least}px, ${grow}fr)`;
  };
  return columns.map(track).join(' ');
}
