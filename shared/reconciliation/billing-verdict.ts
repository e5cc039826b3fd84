import type { InvoiceStatus } from '../billing/invoice.ts';
import { add, type Decimal, equals, isNegative, isZero, ZERO } from '../values/decimal.ts';
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
 * impossible comes first, then quantity, price and amount.
 * @returns null where nothing is billed yet, and nothing should be
 */
export function decideBilling(input: BillingInput): Billing | null {
  const { month, lines } = input;
  const counted = lines.filter(({ status }) => isCounted(status));
  if (counted.length === 0) return decideUnbilled(input);
  const within = counted.filter(({ servicePeriod }) => isWithin(servicePeriod, month));
  const groups = groupsOf(within);
  const twice = chargedTwice(groups);
  if (twice !== null) return { verdict: 'line_twice', line: twice };
  const outside = counted.find(({ servicePeriod }) => !isWithin(servicePeriod, month));
  if (outside !== undefined) return { verdict: 'misaligned', line: outside.id };
  const [first] = groups;
  if (first === undefined) return decideProrations(input, counted);
  const off = quantityOff(groups, input);
  if (off !== null) return { verdict: 'quantity_differs', line: off.lines[0]?.id ?? null };
  const foreign = groups.find(({ line }) => !input.itemPriceIds.has(line.priceId));
  if (foreign !== undefined) return { verdict: 'price_differs', line: foreign.line.id };
  const wrong = groups.find((group) => isAmountOff(group, input));
  if (wrong !== undefined) return { verdict: 'amount_differs', line: wrong.line.id };
  return { verdict: 'billed_agree', line: first.line.id };
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
    const key = `${line.invoiceId} ${ownerOf(line)} ${line.priceId} ${from} ${to}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [line]);
    else group.push(line);
  }
  return [...groups.values()].map((group): Group => {
    const line = group[0] as BillingLine;
    const quantity = group.reduce<Decimal | null>(
      (sum, { quantity }) => (sum === null || quantity === null ? null : add(sum, quantity)),
      ZERO,
    );
    return { owner: ownerOf(line), line, lines: group, quantity };
  });
}

const ownerOf = ({ subscriptionItemId, priceId }: BillingLine): string => subscriptionItemId ?? priceId;

/** The first line that charges an item for a service period that another counted invoice charges too. */
const chargedTwice = (groups: readonly Group[]): string | null =>
  groups.find((group, index) => groups.slice(0, index).some((earlier) => isSameCharge(earlier, group)))?.line.id ??
  null;

/** A line made by hand names no item: its price tells. */
function isSameCharge({ owner, line: a }: Group, { owner: otherOwner, line: b }: Group): boolean {
  if (a.invoiceId === b.invoiceId) return false;
  if (a.servicePeriod.from !== b.servicePeriod.from || a.servicePeriod.to !== b.servicePeriod.to) return false;
  const isByHand = a.subscriptionItemId === null || b.subscriptionItemId === null;
  return owner === otherOwner || (isByHand && a.priceId === b.priceId);
}

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
