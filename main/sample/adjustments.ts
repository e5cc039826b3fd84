import type { Instant } from '../../shared/values/instant.ts';
import { type ChargedRow, ONE, rounded, scaled } from './amounts.ts';
import type { SamplePrice } from './prices.ts';
import type { SampleItem, SampleSubscription } from './subscriptions.ts';
import { customerDiscount, type SampleDiscount, type SampleGrant, type SampleTaxRate } from './terms.ts';

/**
 * What comes off an invoice of the sample and what is added: discounts of items, then of the subscription, then credits,
 * then tax. Like amounts.ts apart from shared/rating (stripe.md, Order on an invoice and Sharing of roundings).
 */

export type InvoiceRow = ChargedRow & { readonly item: SampleItem; readonly price: SamplePrice };

/** What was done to one row, and what it still owes before tax. */
export type Adjusted = {
  readonly discounts: readonly { readonly discount: string; readonly amountMinor: bigint }[];
  readonly credits: readonly { readonly grant: string; readonly amountMinor: bigint }[];
  readonly taxes: readonly {
    readonly taxRate: string;
    readonly amountMinor: bigint;
    readonly taxableMinor: bigint;
    readonly inclusive: boolean;
  }[];
};

/** What is left of each grant, by id; used up while invoices are made one after the other. */
export type GrantsLeft = Map<string, bigint>;

/** @param of `created`: when the invoice was made, which decides what was running and what had expired */
export function adjust(
  rows: readonly InvoiceRow[],
  of: {
    readonly subscription: SampleSubscription;
    readonly grants: readonly SampleGrant[];
    readonly left: GrantsLeft;
    readonly created: Instant;
  },
): readonly Adjusted[] {
  const nets = rows.map(({ amountMinor }) => amountMinor);
  const discounts = rows.map((): { discount: string; amountMinor: bigint }[] => []);
  const credits = rows.map((): { grant: string; amountMinor: bigint }[] => []);

  const isRunning = ({ start, end }: SampleDiscount): boolean =>
    start <= of.created && (end === null || of.created < end);
  const takeOff = (discount: SampleDiscount, isEligible: (row: InvoiceRow) => boolean): void => {
    const { off, products } = discount.coupon;
    const reach = rows.map((row) => isEligible(row) && (products === null || products.includes(row.price.product)));
    const owed = nets.map((net, index) => (reach[index] === true && net > 0n ? net : 0n));
    const taken =
      'percent' in off
        ? owed.map((net) => rounded(net * scaled(off.percent), 100n * ONE))
        : spread(off.amountMinor, owed);
    for (const [index, amountMinor] of taken.entries()) {
      if (amountMinor === 0n) continue;
      nets[index] = (nets[index] ?? 0n) - amountMinor;
      discounts[index]?.push({ discount: discount.id, amountMinor });
    }
  };
  for (const item of of.subscription.items) {
    for (const discount of item.discounts.filter(isRunning)) takeOff(discount, (row) => row.item === item);
  }
  for (const discount of invoiceDiscounts(of.subscription).filter(isRunning)) takeOff(discount, () => true);

  for (const grant of inOrder(of.grants).filter(({ expiresAt }) => expiresAt === null || of.created < expiresAt)) {
    for (const [index, { price }] of rows.entries()) {
      const isInScope = price.meter !== null && (grant.prices === null || grant.prices.includes(price.id));
      const amountMinor = isInScope ? smaller(nets[index] ?? 0n, of.left.get(grant.id) ?? grant.amountMinor) : 0n;
      if (amountMinor <= 0n) continue;
      nets[index] = (nets[index] ?? 0n) - amountMinor;
      of.left.set(grant.id, (of.left.get(grant.id) ?? grant.amountMinor) - amountMinor);
      credits[index]?.push({ grant: grant.id, amountMinor });
    }
  }
  return rows.map(({ item }, index) => ({
    discounts: discounts[index] ?? [],
    credits: credits[index] ?? [],
    taxes: taxesOf(nets[index] ?? 0n, item.taxRates ?? of.subscription.taxRates),
  }));
}

/** A customer's own discount applies where the subscription has none. */
function invoiceDiscounts({ discounts, customer }: SampleSubscription): readonly SampleDiscount[] {
  if (discounts.length > 0) return discounts;
  const own = customerDiscount(customer);
  return own === null ? [] : [own];
}

/** In proportion to what is owed; the units that remain go to the largest remainders, of equal ones to the earlier row. */
function spread(amountMinor: bigint, owed: readonly bigint[]): readonly bigint[] {
  const whole = owed.reduce((total, net) => total + net, 0n);
  if (whole === 0n) return owed;
  const amount = smaller(amountMinor, whole);
  const shares = owed.map((net) => (amount * net) / whole);
  const remainder = (index: number): bigint => (amount * (owed[index] ?? 0n)) % whole;
  const order = owed.map((_, index) => index).sort((a, b) => Number(remainder(b) - remainder(a)) || a - b);
  const rest = Number(amount - shares.reduce((total, share) => total + share, 0n));
  for (const index of order.slice(0, rest)) shares[index] = (shares[index] ?? 0n) + 1n;
  return shares;
}

/** The smallest priority first, of equal ones the one that expires first. */
const inOrder = (grants: readonly SampleGrant[]): readonly SampleGrant[] =>
  grants.toSorted(
    (a, b) =>
      a.priority - b.priority || (a.expiresAt ?? Number.MAX_SAFE_INTEGER) - (b.expiresAt ?? Number.MAX_SAFE_INTEGER),
  );

/** Inclusive tax lies in the net: 19 of 119 parts; exclusive tax is taken of what is left without it. */
function taxesOf(net: bigint, rates: readonly SampleTaxRate[]): Adjusted['taxes'] {
  const held = rates.reduce((sum, rate) => sum + (rate.isInclusive ? scaled(rate.percent) : 0n), 100n * ONE);
  const inclusive = rates
    .filter(({ isInclusive }) => isInclusive)
    .map((rate) => ({ rate, amountMinor: rounded(net * scaled(rate.percent), held) }));
  const taxableMinor = inclusive.reduce((left, tax) => left - tax.amountMinor, net);
  return rates.map((rate) => ({
    taxRate: rate.id,
    inclusive: rate.isInclusive,
    taxableMinor,
    amountMinor:
      inclusive.find((tax) => tax.rate === rate)?.amountMinor ??
      rounded(taxableMinor * scaled(rate.percent), 100n * ONE),
  }));
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
