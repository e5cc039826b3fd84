import type { Coupon, Discount } from '../../billing/discount.ts';
import { minimum } from '../../values/decimal.ts';
import { formatMoney } from '../../values/money.ts';
import { takeAmount, takePercent } from '../adjust/discount.ts';
import { afterTaking, type Net, sumNets, ZERO_NET } from '../adjust/net.ts';
import { invoiceDiscounts, itemDiscounts } from './active-discounts.ts';
import type { LineDiscount, Step } from './built-invoice.ts';
import { discountLabel, type InvoiceContext } from './context.ts';
import { coversProduct, percentOf } from './coupon.ts';
import type { DraftLine } from './draft-line.ts';
import { takingStep } from './step.ts';

/** The lines after discounts, what each took, and how. */
export type Discounted = {
  readonly nets: readonly Net[];
  readonly perLine: readonly (readonly LineDiscount[])[];
  readonly steps: readonly Step[];
};

/** A discount in its turn; `itemId` null: of the whole invoice. */
type Turn = { readonly discount: Discount; readonly itemId: string | null };

/**
 * Item-level discounts come first, then those of the subscription, else the customer's own, each in listed order. A
 * percent is taken of what the earlier ones left, or of the full amount where the workspace says so.
 * @see stripe.md, Order on an invoice
 */
export function applyDiscounts(context: InvoiceContext, lines: readonly DraftLine[], full: readonly Net[]): Discounted {
  const { input } = context;
  const turns: readonly Turn[] = [
    ...input.subscription.items.flatMap((item) =>
      itemDiscounts(input, item, input.at).map((discount) => ({ discount, itemId: item.id })),
    ),
    ...invoiceDiscounts(input, input.at).map((discount) => ({ discount, itemId: null })),
  ];
  let nets = full;
  const perLine = lines.map((): LineDiscount[] => []);
  const steps: Step[] = [];
  for (const turn of turns) {
    const { discount } = turn;
    const found = discountOf(context, turn, { lines, nets, full });
    if (found === null || discount.coupon === null) continue;
    const { taken, leftMinor, note } = found;
    nets = afterTaking(nets, taken);
    for (const [index, { minor }] of taken.entries()) {
      if (minor === 0n) continue;
      perLine[index]?.push({ discountId: discount.id, couponId: discount.coupon.id, amountMinor: minor });
    }
    steps.push(
      takingStep({ type: 'discount', id: discount.id, label: discountLabel(discount), leftMinor, note }, lines, taken),
    );
  }
  return { nets, perLine, steps };
}

type Taken = Pick<Step, 'leftMinor' | 'note'> & { readonly taken: readonly Net[] };
type Amounts = { readonly lines: readonly DraftLine[]; readonly nets: readonly Net[]; readonly full: readonly Net[] };

/** Null, with a note, where the discount cannot be known. */
function discountOf(context: InvoiceContext, { discount, itemId }: Turn, amounts: Amounts): Taken | null {
  const { coupon } = discount;
  const about = [context.input.subscription.id, ...(itemId === null ? [] : [itemId]), discount.id];
  if (coupon === null) {
    context.notes.error(
      'discount.coupon_unknown',
      about,
      `The coupon of the discount ${discount.id} is not known; nothing is taken off for it.`,
      'Pull the month again; a coupon that was deleted in Stripe is lost.',
    );
    return null;
  }
  const isEligible = (index: number): boolean => {
    const line = amounts.lines[index];
    return (
      line?.isDiscountable === true &&
      (itemId === null || line.itemId === itemId) &&
      coversProduct(coupon, line.productId)
    );
  };
  if (amounts.lines.length === 0) return null;
  if (!amounts.lines.some((_, index) => isEligible(index))) return appliesToNothing(context, about, coupon);
  return coupon.percentOff === null
    ? amountOff(context, about, coupon, amounts, isEligible)
    : percentOff(context, about, coupon, amounts, isEligible);
}

function percentOff(
  { input, notes, rounding }: InvoiceContext,
  about: readonly string[],
  coupon: Coupon,
  { nets, full }: Amounts,
  isEligible: (index: number) => boolean,
): Taken | null {
  const percent = percentOf(coupon);
  if (percent === null) {
    notes.error(
      'discount.percent_out_of_range',
      about,
      `The coupon ${coupon.id} takes ${coupon.percentOff} % off, which is not from 0 to 100; nothing is taken off for it.`,
      'Look at the coupon in Stripe.',
    );
    return null;
  }
  const { percentDiscount, stackedDiscounts } = input.options;
  const base = stackedDiscounts === 'full' ? full : nets;
  const taken = takePercent(base, percent, isEligible, { rounding, percentDiscount });
  return { taken: taken.map((net, index) => atMost(net, nets[index] ?? ZERO_NET)), leftMinor: null, note: null };
}

function amountOff(
  { input, notes, rounding, currency }: InvoiceContext,
  about: readonly string[],
  coupon: Coupon,
  { nets }: Amounts,
  isEligible: (index: number) => boolean,
): Taken | null {
  if (coupon.amountOff === null || coupon.currency !== currency) {
    notes.error(
      'discount.currency_mismatch',
      about,
      `The coupon ${coupon.id} takes an amount in ${coupon.currency?.toUpperCase() ?? 'no currency'} off an invoice in ${currency.toUpperCase()}; nothing is taken off for it.`,
      `Use a coupon with an amount in ${currency.toUpperCase()}.`,
    );
    return null;
  }
  const amount = BigInt(coupon.amountOff);
  const taken = takeAmount(nets, amount, isEligible, { rounding, sharing: input.options.amountDiscount });
  const rest = amount - sumNets(taken).minor;
  if (rest === 0n) return { taken, leftMinor: 0n, note: null };
  const off = (minor: bigint): string => formatMoney(minor, currency);
  const note = `${off(amount - rest)} of ${off(amount)} was left to be taken off; the rest of ${off(rest)} lapses.`;
  notes.warning('discount.partly_used', about, `Coupon ${coupon.id}: ${note}`);
  return { taken, leftMinor: rest, note };
}

function appliesToNothing({ notes }: InvoiceContext, about: readonly string[], coupon: Coupon): Taken {
  const note =
    coupon.productIds === null
      ? 'No line of this invoice can be discounted.'
      : 'It is for other products than those of this invoice.';
  notes.warning('discount.applies_to_nothing', about, `Coupon ${coupon.id}: ${note}`);
  return { taken: [], leftMinor: coupon.amountOff === null ? null : BigInt(coupon.amountOff), note };
}

const atMost = (net: Net, room: Net): Net => {
  const left = room.minor < 0n ? 0n : room.minor;
  return { exact: minimum(net.exact, room.exact), minor: net.minor < left ? net.minor : left };
};
