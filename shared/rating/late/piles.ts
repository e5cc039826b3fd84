import { add, type Decimal, equals, negate, subtract } from '../../values/decimal.ts';
import {
  addTotals,
  type DetailedLine,
  isNothing,
  type LineDiscount,
  NO_TOTALS,
  subtractTotals,
  type Totals,
} from './line.ts';
import { type LateProblem, lateProblem } from './problems.ts';

/**
 * Lines of one component, category, payment term and unit amount, added up (section 5.1). Whatever cannot be added is
 * the first one's. Counted up in place.
 */
export type Pile = {
  readonly first: DetailedLine;
  quantity: Decimal;
  totals: Totals;
  discounts: readonly LineDiscount[];
  /** Of the booked lines in it, in order. */
  ids: readonly string[];
};

export const pileOf = (line: DetailedLine, totals: Totals = line.totals): Pile => ({
  first: line,
  quantity: line.quantity,
  totals,
  discounts: line.discounts,
  ids: line.id === null ? NO_IDS : [line.id],
});

const NO_IDS: readonly string[] = [];

/** A repricing has another unit amount, hence another pile: it is never folded into a change of quantity. */
const belongsTo = (line: DetailedLine, { first }: Pile): boolean =>
  line.component === first.component &&
  line.category === first.category &&
  line.paymentTerm === first.paymentTerm &&
  (line.unitAmount === first.unitAmount || equals(line.unitAmount, first.unitAmount));

export function findPile<Kind extends Pile>(piles: readonly Kind[], line: DetailedLine): Kind | null {
  for (const pile of piles) if (belongsTo(line, pile)) return pile;
  return null;
}

/** Adds a line to its pile, or begins one. @param totals those of the line, less what the piles are to leave out */
export function addLine(piles: Pile[], line: DetailedLine, totals: Totals = line.totals): void {
  const pile = findPile(piles, line);
  if (pile === null) {
    piles.push(pileOf(line, totals));
    return;
  }
  pile.quantity = add(pile.quantity, line.quantity);
  pile.totals = addTotals(pile.totals, totals);
  pile.discounts = addDiscounts(pile.discounts, line.discounts);
  if (line.id !== null) pile.ids = [...pile.ids, line.id];
}

/** How the key of a reversal is made; null where that takes an id that the line does not have. */
export type ReversalKey = (previous: DetailedLine) => string | null;

/** Against lines that were rated just now (section 5.4, *keep*). */
export const keepKey: ReversalKey = (previous) => previous.key;

/** Against booked lines (section 5.4, *booked*). */
export const bookedKey: ReversalKey = ({ component, id }) =>
  id === null || id === '' ? null : `${component}!rev(${id})`;

/**
 * What leads from the previous piles to the current ones: differences where both have a unit amount, the current one
 * as it is where only that has, and a reversal where only the previous one has it. What comes to nothing in every
 * total is dropped, whatever its quantity; a reversal without an id is a problem even then.
 */
export function differencesOf(
  current: readonly Pile[],
  previous: readonly Pile[],
  reversalKey: ReversalKey,
  problems: LateProblem[],
): readonly DetailedLine[] {
  const lines: DetailedLine[] = [];
  const matched = new Set<Pile>();
  for (const pile of current) {
    const before = findPile(previous, pile.first);
    if (before !== null) matched.add(before);
    const totals = before === null ? pile.totals : subtractTotals(pile.totals, before.totals);
    if (isNothing(totals)) continue;
    lines.push({
      ...pile.first,
      id: null,
      quantity: before === null ? pile.quantity : subtract(pile.quantity, before.quantity),
      totals,
      discounts: before === null ? pile.discounts : subtractDiscounts(pile.discounts, before.discounts),
      credits: [],
    });
  }
  if (matched.size === previous.length) return lines;
  for (const pile of previous) {
    if (matched.has(pile)) continue;
    const key = reversalKey(pile.first);
    if (key === null) problems.push(idMissing(pile.first));
    else if (!isNothing(pile.totals)) lines.push(reversalOf(pile, key));
  }
  return lines;
}

const reversalOf = ({ first, quantity, totals, discounts, ids }: Pile, key: string): DetailedLine => ({
  ...first,
  id: null,
  key,
  quantity: negate(quantity),
  totals: subtractTotals(NO_TOTALS, totals),
  discounts: subtractDiscounts([], discounts),
  credits: [],
  reversesLine: first.id,
  reversesLines: ids,
});

const idMissing = ({ component, key }: DetailedLine): LateProblem =>
  lateProblem(
    'line-id-missing',
    `A booked line ${key} has to be taken back and has no id.`,
    'Give every booked line the id that it was booked with.',
    { component },
  );

export const addDiscounts = (a: readonly LineDiscount[], b: readonly LineDiscount[]): readonly LineDiscount[] =>
  b.length === 0 ? a : mergeDiscounts(a, b, 1n);

/** Item by item, so that the items of a difference add up to its discounts (section 5.6). */
export const subtractDiscounts = (a: readonly LineDiscount[], b: readonly LineDiscount[]): readonly LineDiscount[] =>
  b.length === 0 ? a : mergeDiscounts(a, b, -1n);

function mergeDiscounts(a: readonly LineDiscount[], b: readonly LineDiscount[], sign: bigint): readonly LineDiscount[] {
  const merged = [...a];
  for (const { kind, id, amountMinor } of b) {
    const place = merged.findIndex((other) => other.kind === kind && other.id === id);
    const before = merged[place]?.amountMinor ?? 0n;
    const item: LineDiscount = { kind, id, amountMinor: before + sign * amountMinor };
    if (place < 0) merged.push(item);
    else merged[place] = item;
  }
  return merged.filter(({ amountMinor }) => amountMinor !== 0n);
}
