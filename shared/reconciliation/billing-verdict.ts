import type { InvoiceStatus } from '../billing/invoice.ts';
import { add, type Decimal, equals, formatDecimal, isNegative, isZero, ZERO } from '../values/decimal.ts';
import { overlaps, type Period } from '../values/period.ts';
import type { Billing, BillingVerdict } from './result.ts';

/** An invoice line whose price counts on the meter of a cell. */
export type BillingLine = {
  readonly id: string;
  readonly invoiceId: string;
  readonly status: InvoiceStatus;
  readonly priceId: string;
  readonly subscriptionItemId: string | null;
  readonly subscriptionId: string | null;
  readonly servicePeriod: Period;
  /** Null where the invoice shows none. */
  readonly quantity: Decimal | null;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly isProration: boolean;
};

export type BillingInput = {
  readonly month: Period;
  /** Lines of the customer and meter whose service period touches the month, of every status, in a stable order. */
  readonly lines: readonly BillingLine[];
  /** What Stripe holds; `value` null is nothing. Null where it is not known. */
  readonly metered: { readonly value: Decimal | null } | null;
  /** Prices of the customer's items on the meter. */
  readonly itemPriceIds: ReadonlySet<string>;
  /**
   * Whether a finalised invoice of a subscription with such an item covers the month, and something is owed for it. Asked
   * only where no line is found.
   */
  readonly isOwed: () => boolean;
  /**
   * Ids of the customer's items on the meter that were alive through the whole month, with a finalised invoice that covers
   * it, where usage is owed.
   */
  readonly owedItemIds: () => readonly string[];
  /** What a line shows for a metered quantity: the quantity itself, or packages (`rating.packageLine`). */
  readonly shownOf: (line: BillingLine, metered: Decimal) => Decimal;
  /** What the lines of one price must come to for the quantity that they show; null where that cannot be rated. */
  readonly rate: (line: BillingLine, shown: Decimal) => bigint | null;
};

const COUNTED: ReadonlySet<InvoiceStatus> = new Set<InvoiceStatus>(['open', 'paid', 'uncollectible']);

/** A draft may still change, and a void invoice charges nothing. */
export const isCounted = (status: InvoiceStatus): boolean => COUNTED.has(status);

/** Whether something is wrong with what was billed; a draft is only not final. */
export const isWrong = (verdict: BillingVerdict): boolean => verdict !== 'billed_agree' && verdict !== 'not_final';

/**
 * Billed against metered, exactly, without tolerance (interfaces.md section 2, Billing). What makes a comparison
 * impossible comes first, then quantity, price and amount, then an item that was left out.
 * @returns null where nothing is billed yet, and nothing should be
 */
export function decideBilling(input: BillingInput): Billing | null {
  const { month, lines } = input;
  const counted = lines.filter(({ status }) => isCounted(status));
  if (counted.length === 0) return decideUnbilled(input);
  const within = counted.filter(({ servicePeriod }) => isWithin(servicePeriod, month));
  const groups = joinParts(groupsOf(within), input);
  const twice = chargedTwice(groups);
  if (twice !== null) return { verdict: 'line_twice', line: twice };
  const outside = counted.find(({ servicePeriod }) => !isWithin(servicePeriod, month));
  if (outside !== undefined) return { verdict: 'misaligned', line: outside.id };
  const [first] = groups;
  if (first === undefined) return decideProrations(input, counted);
  const off = quantityOff(groups, input);
  if (off !== null) return repeatedOr('quantity_differs', off.lines);
  const foreign = groups.find((group) => isForeign(group, groups, input));
  if (foreign !== undefined) return { verdict: 'price_differs', line: foreign.line.id };
  const wrong = groups.find((group) => isAmountOff(group, input));
  if (wrong !== undefined) return repeatedOr('amount_differs', wrong.lines);
  return decideLeftOut(input, counted) ?? { verdict: 'billed_agree', line: first.line.id };
}

/** Lines that stand twice on one invoice are the reason why their sum is off. */
function repeatedOr(verdict: BillingVerdict, lines: readonly BillingLine[]): Billing {
  const charges = lines.map(({ quantity, amountMinor }) => ({
    quantity: quantity === null ? null : formatDecimal(quantity),
    amount: String(amountMinor),
  }));
  const repeat = firstRepeat(charges);
  return repeat === null
    ? { verdict, line: lines[0]?.id ?? null }
    : { verdict: 'line_twice', line: lines[repeat]?.id ?? null };
}

/**
 * Where each of the lines stands a second time, as often as the first.
 * @returns the place of the first repetition; null where some line stands alone, or no quantity is charged
 */
export function firstRepeat(
  charges: readonly { readonly quantity: string | null; readonly amount: string }[],
): number | null {
  if (charges.length % 2 === 1 || charges.every(({ quantity }) => quantity === null || quantity === '0')) return null;
  const counts = new Map<string, number>();
  let first: number | null = null;
  for (const [place, { quantity, amount }] of charges.entries()) {
    const key = `${quantity} ${amount}`;
    const before = counts.get(key) ?? 0;
    if (before > 0) first ??= place;
    counts.set(key, before + 1);
  }
  return [...counts.values()].every((count) => count % 2 === 0) ? first : null;
}

/** An item that has no line, though the others of the customer do. A line of another item, or of none, may be its own. */
function decideLeftOut({ lines, metered, owedItemIds }: BillingInput, counted: readonly BillingLine[]): Billing | null {
  if (metered === null) return null;
  const owed = owedItemIds();
  const billed = new Set(counted.map(({ subscriptionItemId }) => subscriptionItemId));
  if ([...billed].some((id) => id === null || !owed.includes(id))) return null;
  const missing = owed.filter((id) => !billed.has(id));
  if (missing.length === 0) return null;
  const draft = lines.find(
    ({ status, subscriptionItemId: id }) => status === 'draft' && id !== null && missing.includes(id),
  );
  return draft === undefined ? { verdict: 'line_missing', line: null } : { verdict: 'not_final', line: draft.id };
}

/** No finalised invoice has a line: it is missing, it is not final yet, or nothing is billed. */
function decideUnbilled({ lines, isOwed }: BillingInput): Billing | null {
  const draft = lines.find(({ status }) => status === 'draft');
  if (draft !== undefined) return { verdict: 'not_final', line: draft.id };
  if (isOwed()) return { verdict: 'line_missing', line: null };
  const [other] = lines;
  return other === undefined ? null : { verdict: 'not_final', line: other.id };
}

/** Prorations alone charge no quantity of the month. */
function decideProrations({ metered }: BillingInput, [line]: readonly BillingLine[]): Billing {
  const isNothing = metered === null || metered.value === null || isZero(atLeastZero(metered.value));
  return { verdict: isNothing ? 'billed_agree' : 'quantity_differs', line: line?.id ?? null };
}

const isWithin = (service: Period, month: Period): boolean => service.from >= month.from && service.to <= month.to;

/** Lines that one price was rated to on one invoice: a tiered price has a line per tier and flat lines of quantity 0. */
type Group = {
  readonly owner: string;
  readonly line: BillingLine;
  readonly lines: readonly BillingLine[];
  /** Null where a line shows none. */
  readonly quantity: Decimal | null;
};

function groupsOf(lines: readonly BillingLine[]): readonly Group[] {
  const groups = new Map<string, BillingLine[]>();
  for (const line of lines) {
    if (line.isProration) continue;
    const { from, to } = line.servicePeriod;
    const key = `${line.invoiceId} ${ownerOf(line, lines)} ${line.priceId} ${from} ${to}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [line]);
    else group.push(line);
  }
  return [...groups.values()].map((group) => groupOf(ownerOf(group[0] as BillingLine, lines), group));
}

function groupOf(owner: string, lines: readonly BillingLine[]): Group {
  const quantity = lines.reduce<Decimal | null>(
    (sum, { quantity }) => (sum === null || quantity === null ? null : add(sum, quantity)),
    ZERO,
  );
  return { owner, line: lines[0] as BillingLine, lines, quantity };
}

/** A line made by hand names no item: it belongs to one that is charged the same price, for the same period if there is. */
function ownerOf(line: BillingLine, all: readonly BillingLine[]): string {
  if (line.subscriptionItemId !== null) return line.subscriptionItemId;
  const alike = all.filter(
    ({ subscriptionItemId, priceId }) => subscriptionItemId !== null && priceId === line.priceId,
  );
  const [found] = [...alike.filter((other) => isSamePeriod(other, line)), ...alike];
  return found?.subscriptionItemId ?? line.priceId;
}

const isSamePeriod = ({ servicePeriod: a }: BillingLine, { servicePeriod: b }: BillingLine): boolean =>
  a.from === b.from && a.to === b.to;

const isSameCharge = (a: Group, b: Group): boolean =>
  a.owner === b.owner && a.line.invoiceId !== b.line.invoiceId && isSamePeriod(a.line, b.line);

/** Invoices that share what was metered, as one does that corrects another, charge one item and period together. */
function joinParts(groups: readonly Group[], { metered, shownOf }: BillingInput): readonly Group[] {
  if (metered === null) return groups;
  const expected = atLeastZero(metered.value ?? ZERO);
  return groups.flatMap((group) => {
    const parts = groups.filter(
      (other) => other === group || (isSameCharge(group, other) && group.line.priceId === other.line.priceId),
    );
    const isShared = parts.length > 1 && parts.every(({ quantity }) => quantity !== null && !isZero(quantity));
    if (!isShared) return [group];
    const joined = groupOf(
      group.owner,
      parts.flatMap(({ lines }) => lines),
    );
    if (joined.quantity === null || !equals(joined.quantity, shownOf(group.line, expected))) return [group];
    return parts[0] === group ? [joined] : [];
  });
}

/** The first line that charges an item for a service period that another counted invoice charges too. */
const chargedTwice = (groups: readonly Group[]): string | null =>
  groups.find((group, index) => groups.slice(0, index).some((earlier) => isSameCharge(earlier, group)))?.line.id ??
  null;

/** A price that no item has, unless one that an item has took its place within the month. */
const isForeign = ({ line }: Group, groups: readonly Group[], { itemPriceIds }: BillingInput): boolean =>
  !itemPriceIds.has(line.priceId) &&
  !groups.some(
    ({ line: later }) =>
      itemPriceIds.has(later.priceId) &&
      later.subscriptionId !== null &&
      later.subscriptionId === line.subscriptionId &&
      later.servicePeriod.from >= line.servicePeriod.to,
  );

/** Corrections may take a period below zero; Stripe bills nothing for it then. */
const atLeastZero = (value: Decimal): Decimal => (isNegative(value) ? ZERO : value);

type ItemQuantity = { readonly line: BillingLine; readonly lines: readonly BillingLine[]; readonly quantity: Decimal };

/**
 * Items that were billed side by side are each charged the whole quantity; items that followed one another share it.
 * @returns the item whose quantity is not what was metered; null where all are, or nothing can be said
 */
function quantityOff(groups: readonly Group[], { metered, shownOf }: BillingInput): ItemQuantity | null {
  if (metered === null) return null;
  const expected = atLeastZero(metered.value ?? ZERO);
  const known = groups.flatMap(({ line, lines, owner, quantity }) =>
    quantity === null ? [] : [{ line, lines, owner, quantity }],
  );
  const items = new Map<string, ItemQuantity>();
  for (const { owner, line, lines, quantity } of known) {
    const before = items.get(owner);
    items.set(
      owner,
      before === undefined ? { line, lines, quantity } : { ...before, quantity: add(before.quantity, quantity) },
    );
  }
  const off = [...items.values()].find(({ line, quantity }) => !equals(quantity, shownOf(line, expected)));
  if (off === undefined) return null;
  const [first, ...others] = known;
  if (first === undefined || others.length === 0 || haveOverlap(known.map(({ line }) => line.servicePeriod)))
    return off;
  const total = known.reduce((sum, { quantity }) => add(sum, quantity), ZERO);
  return equals(total, shownOf(first.line, expected)) ? null : off;
}

const haveOverlap = (periods: readonly Period[]): boolean =>
  periods.some((period, index) => periods.slice(index + 1).some((other) => overlaps(period, other)));

function isAmountOff({ line, lines, quantity }: Group, { metered, shownOf, rate }: BillingInput): boolean {
  const shown = quantity ?? (metered === null ? null : shownOf(line, atLeastZero(metered.value ?? ZERO)));
  if (shown === null || isNegative(shown)) return false;
  const rated = rate(line, shown);
  return rated !== null && rated !== lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}
