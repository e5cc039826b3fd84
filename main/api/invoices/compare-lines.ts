import { type Decimal, equals, formatDecimal, isZero, sum } from '../../../shared/values/decimal.ts';
import { formatInstant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';

/** What two invoices are compared by: one line of either. Amounts in minor units; what is taken off is positive. */
export type LineFacts = {
  readonly itemId: string | null;
  readonly priceId: string | null;
  readonly servicePeriod: Period;
  readonly type: 'usage' | 'flat';
  readonly isProration: boolean;
  /** Null where nothing is said. */
  readonly quantity: Decimal | null;
  readonly unitAmount: Decimal | null;
  readonly amountMinor: bigint;
  readonly discountMinor: bigint;
  readonly creditMinor: bigint;
  readonly taxMinor: bigint;
};

export type DifferingField =
  | 'amount'
  | 'quantity'
  | 'unitAmount'
  | 'servicePeriod'
  | 'discount'
  | 'credits'
  | 'tax'
  | 'line';

/** One field of one line; amounts as minor units, all else as text. Null: that side does not have it. */
export type FieldDifference = {
  readonly field: DifferingField;
  readonly ours: bigint | string | null;
  readonly stripe: bigint | string | null;
};

/** Lines that belong together, by their place in either list. Mostly one of each; an older invoice has one for all tiers. */
export type LinePair = {
  readonly ours: readonly number[];
  readonly stripe: readonly number[];
  readonly differences: readonly FieldDifference[];
};

export type CompareOptions = {
  /** Stripe applies credits when it finalises: a draft says nothing of them. */
  readonly hasCredits: boolean;
  /** Tax that Stripe computes itself, or on what credits leave, cannot be compared. */
  readonly hasTax: boolean;
};

/**
 * Matches two invoices line by line: by subscription item (else price) and service period, then by type, tier after
 * tier. A line without an amount may be shown or left out; any other that only one side has is a difference.
 */
export function compareLines(
  ours: readonly LineFacts[],
  stripe: readonly LineFacts[],
  options: CompareOptions,
): readonly LinePair[] {
  const left = { ours: new Set(ours.keys()), stripe: new Set(stripe.keys()) };
  const pairs: LinePair[] = [];
  const put = (mine: readonly number[], theirs: readonly number[]): void => {
    for (const index of mine) left.ours.delete(index);
    for (const index of theirs) left.stripe.delete(index);
    const sides = {
      ours: mine.map((at) => ours[at] as LineFacts),
      stripe: theirs.map((at) => stripe[at] as LineFacts),
    };
    pairs.push({ ours: mine, stripe: theirs, differences: differencesOf(sides, options) });
  };
  for (const keyOf of KEYS) {
    if (left.ours.size === 0 || left.stripe.size === 0) break;
    const theirs = groups(stripe, left.stripe, keyOf);
    for (const [key, mine] of groups(ours, left.ours, keyOf)) {
      const others = theirs.get(key);
      if (others !== undefined) pairGroup({ ours, stripe, mine, theirs: others, put });
    }
  }
  for (const index of left.ours) put([index], []);
  for (const index of left.stripe) put([], [index]);
  return pairs.sort((a, b) => (a.ours[0] ?? ours.length) - (b.ours[0] ?? ours.length));
}

const KEYS: readonly ((line: LineFacts) => string | null)[] = [
  (line) => (line.itemId === null ? null : `${line.itemId} ${periodKey(line.servicePeriod)} ${line.isProration}`),
  (line) => (line.priceId === null ? null : `${line.priceId} ${periodKey(line.servicePeriod)} ${line.isProration}`),
  // Stripe calls a first line in advance for part of a period a proration, too.
  (line) => (line.itemId === null ? null : `${line.itemId} ${periodKey(line.servicePeriod)}`),
  (line) => (line.itemId === null || line.isProration ? null : line.itemId),
  (line) => (line.priceId === null || line.isProration ? null : line.priceId),
];

const periodKey = ({ from, to }: Period): string => `${from}/${to}`;

const periodText = ({ from, to }: Period): string => `${formatInstant(from)}/${formatInstant(to)}`;

function groups(
  lines: readonly LineFacts[],
  left: ReadonlySet<number>,
  keyOf: (line: LineFacts) => string | null,
): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const index of left) {
    const key = keyOf(lines[index] as LineFacts);
    if (key === null) continue;
    const group = found.get(key);
    if (group === undefined) found.set(key, [index]);
    else group.push(index);
  }
  return found;
}

type Group = {
  readonly ours: readonly LineFacts[];
  readonly stripe: readonly LineFacts[];
  readonly mine: readonly number[];
  readonly theirs: readonly number[];
  readonly put: (mine: readonly number[], theirs: readonly number[]) => void;
};

/** Pairs the lines of one item and service period. Several tiers in one line of Stripe's are compared as their sum. */
function pairGroup(group: Group): void {
  const { ours, stripe, mine, theirs, put } = group;
  const [only] = theirs;
  const isProration = mine.some((index) => (ours[index] as LineFacts).isProration);
  if (theirs.length === 1 && only !== undefined && mine.length > 1 && !isProration && isAllTiers(group, only)) {
    put(mine, theirs);
    return;
  }
  const takenOurs = new Set<number>();
  const takenStripe = new Set<number>();
  for (const isAlike of ALIKE) {
    for (const at of mine) {
      if (takenOurs.has(at)) continue;
      const match = theirs.find(
        (other) => !takenStripe.has(other) && isAlike(ours[at] as LineFacts, stripe[other] as LineFacts),
      );
      if (match === undefined) continue;
      takenOurs.add(at);
      takenStripe.add(match);
      put([at], [match]);
    }
  }
}

/** Whether a lone line of Stripe's stands for all tiers: its quantity is no tier's alone. */
function isAllTiers({ ours, stripe, mine }: Group, only: number): boolean {
  const { quantity, type } = stripe[only] as LineFacts;
  const usage = mine.filter((index) => (ours[index] as LineFacts).type === 'usage');
  if (type === 'flat' || quantity === null) return false;
  if (usage.length > 1) return !usage.some((index) => isSameQuantity((ours[index] as LineFacts).quantity, quantity));
  // One tier with its flat fee: one line for both where its amount is not that of the usage alone.
  return (
    usage.length === 1 &&
    (ours[usage[0] as number] as LineFacts).amountMinor !== (stripe[only] as LineFacts).amountMinor
  );
}

const isSameQuantity = (a: Decimal | null, b: Decimal | null): boolean =>
  a === null || b === null ? a === b : equals(a, b);

/** Whether two lines may be one: the best fits first, then tier after tier. */
const ALIKE: readonly ((ours: LineFacts, stripe: LineFacts) => boolean)[] = [
  (a, b) =>
    a.type === b.type &&
    a.amountMinor === b.amountMinor &&
    (a.type === 'flat' || isSameQuantity(a.quantity, b.quantity)),
  (a, b) =>
    a.type === 'usage' &&
    b.type === 'usage' &&
    a.unitAmount !== null &&
    b.unitAmount !== null &&
    equals(a.unitAmount, b.unitAmount),
  (a, b) => a.type === b.type && a.quantity !== null && !isZero(a.quantity) && isSameQuantity(a.quantity, b.quantity),
  (a, b) => a.type === b.type && !(isNothing(a) || isNothing(b)),
];

const isNothing = (line: LineFacts): boolean =>
  line.amountMinor === 0n && line.discountMinor === 0n && line.creditMinor === 0n && line.taxMinor === 0n;

type Sides = { readonly ours: readonly LineFacts[]; readonly stripe: readonly LineFacts[] };

function differencesOf({ ours, stripe }: Sides, options: CompareOptions): readonly FieldDifference[] {
  const [mine, theirs] = [ours[0], stripe[0]];
  if (mine === undefined) {
    return stripe.every(isNothing) ? [] : [{ field: 'line', ours: null, stripe: total(stripe, 'amountMinor') }];
  }
  if (theirs === undefined) {
    return ours.every(isNothing) ? [] : [{ field: 'line', ours: total(ours, 'amountMinor'), stripe: null }];
  }
  const found: FieldDifference[] = [];
  const amounts = [
    ['amount', 'amountMinor', true],
    ['discount', 'discountMinor', true],
    ['credits', 'creditMinor', options.hasCredits],
    ['tax', 'taxMinor', options.hasTax],
  ] as const;
  const [quantity, quantityThere] = [quantityOf(ours), quantityOf(stripe)];
  if (quantity !== null && quantityThere !== null && !equals(quantity, quantityThere)) {
    found.push({ field: 'quantity', ours: formatDecimal(quantity), stripe: formatDecimal(quantityThere) });
  }
  const isOneToOne = ours.length === 1 && stripe.length === 1;
  const [unit, unitThere] = [mine.unitAmount, theirs.unitAmount];
  const isUnitCompared = isOneToOne && mine.type === 'usage' && !isFree(mine, theirs);
  if (isUnitCompared && unit !== null && unitThere !== null && !equals(unit, unitThere)) {
    found.push({ field: 'unitAmount', ours: formatDecimal(unit), stripe: formatDecimal(unitThere) });
  }
  for (const [field, key, isCompared] of amounts) {
    const [left, right] = [total(ours, key), total(stripe, key)];
    if (isCompared && left !== right) found.push({ field, ours: left, stripe: right });
  }
  const [period, periodThere] = [mine.servicePeriod, theirs.servicePeriod];
  if (period.from !== periodThere.from || period.to !== periodThere.to) {
    found.push({ field: 'servicePeriod', ours: periodText(period), stripe: periodText(periodThere) });
  }
  return found;
}

const total = (
  lines: readonly LineFacts[],
  key: 'amountMinor' | 'discountMinor' | 'creditMinor' | 'taxMinor',
): bigint => lines.reduce((adding, line) => adding + line[key], 0n);

/** A line of a trial: Stripe may name the price that is not charged. */
const isFree = (ours: LineFacts, stripe: LineFacts): boolean =>
  ours.unitAmount !== null && isZero(ours.unitAmount) && stripe.amountMinor === 0n;

/** Of the usage lines together; null where none says one. A flat fee has no quantity to compare. */
function quantityOf(lines: readonly LineFacts[]): Decimal | null {
  const known = lines.flatMap(({ type, quantity }) => (type === 'usage' && quantity !== null ? [quantity] : []));
  return known.length === 0 ? null : sum(known);
}

/** A line of Stripe's without quantity and unit amount is the flat amount of a tier (stripe.md, Prices). */
export const isFlatLine = (line: { readonly quantity: Decimal | null; readonly unitAmount: Decimal | null }): boolean =>
  line.unitAmount === null && line.quantity !== null && isZero(line.quantity);
