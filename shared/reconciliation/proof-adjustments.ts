import type { Coupon, TaxRate } from '../billing/discount.ts';
import type { Invoice, InvoiceLine } from '../billing/invoice.ts';
import { takeAmount, takePercent } from '../rating/adjust/discount.ts';
import { afterTaking, type LineChoice, type Net, wholeNet, ZERO_NET } from '../rating/adjust/net.ts';
import { taxLines } from '../rating/adjust/tax.ts';
import { percentOf } from '../rating/invoice/coupon.ts';
import { moneyRounding, RATING_CHOICES, type RatingOptions } from '../rating/options.ts';
import { type Decimal, parseDecimal } from '../values/decimal.ts';
import { applied } from './proof-alternatives.ts';
import type { Alternative, RatingSetting } from './proof-line.ts';

/** What is known beside an invoice; null where it is not. */
export type AdjustmentContext = {
  readonly couponOf: (discountId: string) => Coupon | null;
  readonly taxRateOf: (taxRateId: string) => TaxRate | null;
  /** Whether billing credits reach the line: it is of a metered price with a meter. */
  readonly isMeterLine: (line: InvoiceLine) => boolean;
};

/** A discount, the billing credits or a tax rate of one invoice, worked out again from what Stripe had left before it. */
export type AdjustmentProof = {
  readonly type: 'discount' | 'credit' | 'tax';
  /** Of the discount or the tax rate. */
  readonly id: string | null;
  readonly invoiceId: string;
  readonly currency: string;
  /** Sums over the lines, minor units; they may be equal and yet be shared out otherwise. */
  readonly expectedMinor: bigint;
  readonly billedMinor: bigint;
  readonly isExact: boolean;
  /** Every single change of settings that makes it exact. */
  readonly fixes: readonly Alternative[];
};

/** Settings that decide how a step is rounded and shared out. */
const BEARING: Readonly<Record<'percent' | 'amount' | 'credit' | 'tax', readonly (keyof RatingOptions)[]>> = {
  percent: ['percentDiscount', 'stackedDiscounts', 'rounding', 'smallestAmount'],
  amount: ['amountDiscount', 'smallestAmount'],
  credit: ['creditSharing', 'smallestAmount'],
  tax: ['taxRounding', 'rounding', 'smallestAmount'],
};

/**
 * Works the discounts, credits and taxes of an invoice out again, each from what the steps before it left on the lines,
 * as Stripe says, so that one surprise does not hide the next. What is not known is left out: a coupon that Stripe gives
 * no more, credits of several scopes, tax that Stripe computes itself.
 * @see stripe.md, Sharing of roundings
 */
export function proveAdjustments(
  invoice: Invoice,
  context: AdjustmentContext,
  options: RatingOptions,
): readonly AdjustmentProof[] {
  const proofs: (AdjustmentProof | null)[] = [];
  const full = invoice.lines.map(({ amountMinor }) => wholeNet(amountMinor));
  let nets: readonly Net[] = full;
  for (const id of discountOrder(invoice.lines)) {
    const billed = invoice.lines.map((line) => wholeNet(discountOf(line, id)));
    const coupon = context.couponOf(id);
    if (coupon !== null) proofs.push(proveDiscount(invoice, { id, coupon, nets, full, billed }, options));
    nets = afterTaking(nets, billed);
  }
  const credits = invoice.lines.map(({ creditMinor }) => wholeNet(creditMinor));
  proofs.push(proveCredits(invoice, { nets, credits, isEligible: choiceOf(invoice, context) }, options));
  nets = afterTaking(nets, credits);
  if (!invoice.isAutomaticTax) proofs.push(...proveTaxes(invoice, nets, context, options));
  return proofs.filter((proof) => proof !== null);
}

/** What a step takes from each line under some options. */
type Rule = (options: RatingOptions) => readonly Net[];

function proofOf(
  of: Pick<AdjustmentProof, 'type' | 'id'> & { readonly invoice: Invoice; readonly bearing: keyof typeof BEARING },
  rule: Rule,
  billed: readonly Net[],
  options: RatingOptions,
): AdjustmentProof {
  const { type, id, invoice } = of;
  const isEven = (under: RatingOptions): boolean =>
    rule(under).every(({ minor }, index) => minor === (billed[index] ?? ZERO_NET).minor);
  const isExact = isEven(options);
  const fixes = isExact
    ? []
    : singleChanges(BEARING[of.bearing], options).filter((alternative) => isEven(applied(options, alternative)));
  return {
    type,
    id,
    invoiceId: invoice.id,
    currency: invoice.currency,
    expectedMinor: minorOf(rule(options)),
    billedMinor: minorOf(billed),
    isExact,
    fixes,
  };
}

type DiscountStep = {
  readonly id: string;
  readonly coupon: Coupon;
  readonly nets: readonly Net[];
  readonly full: readonly Net[];
  readonly billed: readonly Net[];
};

function proveDiscount(
  invoice: Invoice,
  { id, coupon, nets, full, billed }: DiscountStep,
  options: RatingOptions,
): AdjustmentProof | null {
  const isEligible: LineChoice = (index) =>
    invoice.lines[index]?.discounts.some(({ discountId }) => discountId === id) === true;
  const percent = percentOf(coupon);
  const { currency } = invoice;
  if (percent !== null) {
    const rule: Rule = (under) => percentRule({ percent, nets, full, isEligible }, under, currency);
    return proofOf({ type: 'discount', id, invoice, bearing: 'percent' }, rule, billed, options);
  }
  if (coupon.amountOff === null || coupon.currency !== currency) return null;
  const amount = BigInt(coupon.amountOff);
  const rule: Rule = (under) =>
    takeAmount(nets, amount, isEligible, { rounding: moneyRounding(under, currency), sharing: under.amountDiscount });
  return proofOf({ type: 'discount', id, invoice, bearing: 'amount' }, rule, billed, options);
}

function percentRule(
  of: Pick<DiscountStep, 'nets' | 'full'> & { readonly percent: Decimal; readonly isEligible: LineChoice },
  under: RatingOptions,
  currency: string,
): readonly Net[] {
  const { percent, nets, full, isEligible } = of;
  const base = under.stackedDiscounts === 'full' ? full : nets;
  const rounding = moneyRounding(under, currency);
  const taken = takePercent(base, percent, isEligible, { rounding, percentDiscount: under.percentDiscount });
  return taken.map((net, index) => {
    const left = nets[index] ?? ZERO_NET;
    return net.minor > left.minor ? (left.minor > 0n ? left : ZERO_NET) : net;
  });
}

/** Which grant gave what is not told by line, so only one way of sharing out the sum can be recognised. */
function proveCredits(
  invoice: Invoice,
  of: { readonly nets: readonly Net[]; readonly credits: readonly Net[]; readonly isEligible: LineChoice },
  options: RatingOptions,
): AdjustmentProof | null {
  const { nets, credits, isEligible } = of;
  const sum = minorOf(credits);
  if (sum <= 0n) return null;
  const rule: Rule = (under) =>
    takeAmount(nets, sum, isEligible, {
      rounding: moneyRounding(under, invoice.currency),
      sharing: under.creditSharing,
    });
  const proof = proofOf({ type: 'credit', id: null, invoice, bearing: 'credit' }, rule, credits, options);
  return proof.isExact || proof.fixes.length > 0 ? proof : null;
}

function proveTaxes(
  invoice: Invoice,
  nets: readonly Net[],
  { taxRateOf }: AdjustmentContext,
  options: RatingOptions,
): readonly AdjustmentProof[] {
  const { lines, currency } = invoice;
  const ids = new Set(lines.flatMap(({ taxes }) => taxes.flatMap(({ taxRateId }) => taxRateId ?? [])));
  const rates = new Map([...ids].flatMap((id) => rateEntry(id, taxRateOf(id))));
  const isKnown = (line: InvoiceLine): boolean =>
    line.taxes.every(({ taxRateId }) => taxRateId !== null && rates.has(taxRateId));
  if (!lines.every(isKnown)) return [];
  const ratesOf = (index: number) =>
    (lines[index]?.taxes ?? []).flatMap(({ taxRateId }) => (taxRateId === null ? [] : (rates.get(taxRateId) ?? [])));
  const under = (settings: RatingOptions) =>
    taxLines(nets, ratesOf, { rounding: moneyRounding(settings, currency), taxRounding: settings.taxRounding });
  return [...ids].flatMap((id) => {
    const billed = lines.map((line) => wholeNet(taxOf(line, id)));
    // A rate that is named and not applied: the customer is exempt, or the product is.
    if (billed.every(({ minor }) => minor === 0n)) return [];
    const rule: Rule = (settings) =>
      under(settings).map((taxes) => taxes.find(({ taxRateId }) => taxRateId === id)?.tax ?? ZERO_NET);
    return [proofOf({ type: 'tax', id, invoice, bearing: 'tax' }, rule, billed, options)];
  });
}

const rateEntry = (id: string, rate: TaxRate | null) =>
  rate === null
    ? []
    : [[id, { id, percentage: parseDecimal(rate.percentage), isInclusive: rate.isInclusive }] as const];

/**
 * The discounts of an invoice in the order in which they applied: every line lists its own in turn, and one comes when
 * no line has another before it.
 */
function discountOrder(lines: readonly InvoiceLine[]): readonly string[] {
  let lists = lines.map(({ discounts }) => discounts.flatMap(({ discountId }) => discountId ?? []));
  const order: string[] = [];
  for (;;) {
    lists = lists.filter((list) => list.length > 0);
    const heads = lists.flatMap((list) => list.slice(0, 1));
    const next = heads.find((id) => lists.every((list) => list.indexOf(id) <= 0)) ?? heads[0];
    if (next === undefined) return order;
    order.push(next);
    lists = lists.map((list) => list.filter((id) => id !== next));
  }
}

function singleChanges(keys: readonly (keyof RatingOptions)[], options: RatingOptions): readonly Alternative[] {
  return keys.flatMap((option) =>
    RATING_CHOICES[option]
      .filter((value) => value !== options[option])
      .map((value): Alternative => [{ option, value } satisfies RatingSetting]),
  );
}

const choiceOf =
  ({ lines }: Invoice, { isMeterLine }: AdjustmentContext): LineChoice =>
  (index) => {
    const line = lines[index];
    return line !== undefined && isMeterLine(line);
  };

const discountOf = ({ discounts }: InvoiceLine, id: string): bigint =>
  sumOf(discounts.filter(({ discountId }) => discountId === id));
const taxOf = ({ taxes }: InvoiceLine, id: string): bigint => sumOf(taxes.filter(({ taxRateId }) => taxRateId === id));
const sumOf = (parts: readonly { readonly amountMinor: bigint }[]): bigint =>
  parts.reduce((total, { amountMinor }) => total + amountMinor, 0n);
const minorOf = (nets: readonly Net[]): bigint => nets.reduce((total, { minor }) => total + minor, 0n);
