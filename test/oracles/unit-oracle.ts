/**
 * What a price costs by looking at every piece of the quantity by itself, with fractions: no library, no tier walking,
 * nothing of what it judges. Slow, so quantities are small: a piece is a tenth of a unit.
 */

export type UnitPrice = {
  readonly mode: 'graduated' | 'volume';
  /** In any order. Bounds in tenths of a unit, null: the open end; amounts in 10^-12 minor units. */
  readonly tiers: readonly {
    readonly upTo: bigint | null;
    readonly unit: bigint | null;
    readonly flat: bigint | null;
  }[];
};

type Fraction = { readonly top: bigint; readonly bottom: bigint };

const PIECES = 10n;
const AMOUNT_UNIT = 10n ** 12n;

/** The lines of a price, exact, in the order of its tiers: usage, then the flat amount where the tier has one. */
function linesOf(price: UnitPrice, pieces: bigint): readonly Fraction[] {
  const tiers = [...price.tiers].sort((a, b) => (a.upTo === null ? 1 : b.upTo === null ? -1 : Number(a.upTo - b.upTo)));
  const tierOf = (piece: bigint): number => tiers.findIndex(({ upTo }) => upTo === null || piece <= upTo);
  const counts = tiers.map(() => 0n);
  for (let piece = 1n; piece <= pieces; piece += 1n) {
    const at = tierOf(price.mode === 'volume' ? pieces : piece);
    counts[at] = (counts[at] ?? 0n) + 1n;
  }
  const isReached = (index: number): boolean => {
    if (price.mode === 'volume') return index === tierOf(pieces);
    return index === 0 || (counts[index] ?? 0n) > 0n;
  };
  return tiers.flatMap(({ unit, flat }, index) => {
    if (!isReached(index)) return [];
    const usage = { top: (counts[index] ?? 0n) * (unit ?? 0n), bottom: PIECES * AMOUNT_UNIT };
    return flat === null ? [usage] : [usage, { top: flat, bottom: AMOUNT_UNIT }];
  });
}

/** Half away from zero, on each line: what Stripe is taken to charge. */
export const minorUnitByUnit = (price: UnitPrice, pieces: bigint): bigint =>
  linesOf(price, pieces).reduce((total, { top, bottom }) => total + (2n * top + bottom) / (2n * bottom), 0n);

/** The unrounded sum as a fraction of 10^-13 minor units. */
export const exactUnitByUnit = (price: UnitPrice, pieces: bigint): bigint =>
  linesOf(price, pieces).reduce((total, { top, bottom }) => total + (top * PIECES * AMOUNT_UNIT) / bottom, 0n);
