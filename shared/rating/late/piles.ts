import { add, type Decimal, equals, subtract, ZERO } from '../../values/decimal.ts';
import {
  addTotals,
  areEqual,
  type DetailedLine,
  isNothing,
  type LineDiscount,
  NO_TOTALS,
  subtractTotals,
  type Totals,
  withoutCredits,
} from './line.ts';
import { type LateProblem, lateProblem } from './problems.ts';

/**
 * Lines of one component, category, payment term and unit amount, added up (section 5.1). Whatever cannot be added is
 * the first one's. Counted up in place: an engine adds up some thirty piles for a charge of a year.
 */
export type Pile = {
  readonly first: DetailedLine;
  quantity: Decimal;
  totals: Totals;
  discounts: readonly LineDiscount[];
  /** The lines after the first; null: none. */
  more: DetailedLine[] | null;
  /** Whether the current side has it too; used while two sides are compared. */
  isMatched: boolean;
};

/** What counts of a line; the line's own, or what is left of it. */
export type Counted = Pick<DetailedLine, 'quantity' | 'totals' | 'discounts'>;

/** A repricing has another unit amount, hence another pile: it is never folded into a change of quantity. */
const belongsTo = (line: DetailedLine, first: DetailedLine): boolean =>
  line.component === first.component &&
  line.category === first.category &&
  line.paymentTerm === first.paymentTerm &&
  (line.unitAmount === first.unitAmount || equals(line.unitAmount, first.unitAmount));

/** The one that a line belongs to, by its first line. */
export function findPile<Kind extends Pick<Pile, 'first'>>(piles: readonly Kind[], line: DetailedLine): Kind | null {
  for (const pile of piles) if (belongsTo(line, pile.first)) return pile;
  return null;
}

export const NO_PILES: readonly Pile[] = [];

/**
 * Adds a line to its pile, or begins one.
 * @param counted where less than the whole line counts
 * @returns the piles, longer by one where it began one
 */
export function withLine(piles: readonly Pile[], line: DetailedLine, counted: Counted = line): readonly Pile[] {
  const pile = findPile(piles, line);
  if (pile === null) {
    const { quantity, totals, discounts } = counted;
    const begun: Pile = { first: line, quantity, totals, discounts, more: null, isMatched: false };
    return piles.length === 0 ? [begun] : [...piles, begun];
  }
  pile.quantity = add(pile.quantity, counted.quantity);
  pile.totals = addTotals(pile.totals, counted.totals);
  pile.discounts = addDiscounts(pile.discounts, counted.discounts);
  pile.more ??= [];
  pile.more.push(line);
  return piles;
}

/** A booked line without its credits, which are given after rating (section 7, step 3). */
export const withBooked = (piles: readonly Pile[], line: DetailedLine): readonly Pile[] =>
  line.totals.creditsMinor === 0n
    ? withLine(piles, line)
    : withLine(piles, line, { ...line, totals: withoutCredits(line.totals) });

/** How the key of a reversal is made; null where that takes an id that the line does not have. */
export type ReversalKey = (previous: DetailedLine) => string | null;

/** Against lines that were rated just now (section 5.4, *keep*). */
export const keepKey: ReversalKey = (previous) => previous.key;

/** Against booked lines (section 5.4, *booked*). */
export const bookedKey: ReversalKey = ({ component, id }) =>
  id === null || id === '' ? null : `${component}!rev(${id})`;

/**
 * Books what leads from the previous piles to the current ones: differences where both have a unit amount, the current one
 * as it is where only that has, and a reversal where only the previous one has it. What comes to nothing in every
 * total is dropped, whatever its quantity; a reversal without an id is a problem even then.
 */
export function addDifferences(
  { current, previous }: { readonly current: readonly Pile[]; readonly previous: readonly Pile[] },
  reversalKey: ReversalKey,
  problems: LateProblem[],
  book: (line: DetailedLine) => void,
): void {
  for (const pile of current) {
    const before = findPile(previous, pile.first);
    if (before === null) {
      if (!isNothing(pile.totals)) book(differenceOf(pile.first, pile));
      continue;
    }
    before.isMatched = true;
    if (!areEqual(pile.totals, before.totals)) book(differenceOf(pile.first, less(pile, before)));
  }
  for (const pile of previous) {
    if (pile.isMatched) continue;
    const key = reversalKey(pile.first);
    if (key === null) problems.push(idMissing(pile.first));
    else if (!isNothing(pile.totals)) book(reversalOf(pile, key));
  }
}

const differenceOf = (line: DetailedLine, { quantity, totals, discounts }: Counted): DetailedLine => ({
  ...line,
  id: null,
  quantity,
  totals,
  discounts,
  credits: [],
});

/** What is left of one count when another is taken from it. */
export const less = (count: Counted, taken: Counted): Counted => ({
  quantity: subtract(count.quantity, taken.quantity),
  totals: subtractTotals(count.totals, taken.totals),
  discounts: subtractDiscounts(count.discounts, taken.discounts),
});

export const NOTHING: Counted = { quantity: ZERO, totals: NO_TOTALS, discounts: [] };

function reversalOf(pile: Pile, key: string): DetailedLine {
  const { first, more } = pile;
  const ids = [first, ...(more ?? [])].flatMap(({ id }) => (id === null ? [] : [id]));
  return { ...differenceOf(first, less(NOTHING, pile)), key, reversesLine: first.id, reversesLines: ids };
}

const idMissing = ({ component, key }: DetailedLine): LateProblem =>
  lateProblem(
    'line-id-missing',
    `A booked line ${key} has to be taken back and has no id.`,
    'Give every booked line the id that it was booked with.',
    { component },
  );

const addDiscounts = (a: readonly LineDiscount[], b: readonly LineDiscount[]): readonly LineDiscount[] =>
  b.length === 0 ? a : mergeDiscounts(a, b, 1n);

/** Item by item, so that the items of a difference add up to its discounts (section 5.6). */
const subtractDiscounts = (a: readonly LineDiscount[], b: readonly LineDiscount[]): readonly LineDiscount[] =>
  b.length === 0 ? a : mergeDiscounts(a, b, -1n);

function mergeDiscounts(a: readonly LineDiscount[], b: readonly LineDiscount[], sign: bigint): readonly LineDiscount[] {
  const merged = [...a];
  for (const discount of b) {
    const amountMinor = sign * discount.amountMinor;
    const place = merged.findIndex(({ kind, id }) => kind === discount.kind && id === discount.id);
    const before = merged[place];
    if (before === undefined) merged.push({ ...discount, amountMinor });
    else merged[place] = { ...before, amountMinor: before.amountMinor + amountMinor };
  }
  return merged.every(isSomething) ? merged : merged.filter(isSomething);
}

const isSomething = ({ amountMinor }: LineDiscount): boolean => amountMinor !== 0n;
