import { chargeMinor } from '../../../shared/rating/charge.ts';
import { readPrice } from '../../../shared/rating/ratable-price.ts';
import { transformQuantity } from '../../../shared/rating/transform-quantity.ts';
import { type BillingLine, decideBilling } from '../../../shared/reconciliation/billing-verdict.ts';
import type { Billing } from '../../../shared/reconciliation/result.ts';
import {
  compare,
  type Decimal,
  parseDecimal,
  powerOfTen,
  tryParseDecimal,
  ZERO,
} from '../../../shared/values/decimal.ts';
import { instant } from '../../../shared/values/instant.ts';
import { QUANTITY_PLACES, toStored } from '../../../shared/values/quantity.ts';
import { readMeterLines } from '../../cache/invoice-store.ts';
import { findUnpricedLine, type MeterLineFacts } from '../../cache/meter-line-store.ts';
import { type Charged, LINES } from './billed-lines.ts';
import { BILLING_CODE, type MeterBlock, meteredAt, type Texts } from './block.ts';
import type { MeterInput } from './meter-input.ts';
import { type ItemPrice, pricesOf } from './pricing.ts';
import { covers } from './settle.ts';

/**
 * Judges what the invoices say of every cell against what Stripe metered. Plain numbers settle a customer that one line
 * charges; everybody else's lines take the exact way, one by one.
 * @param texts values that are no decimal, by position
 */
export function judgeBilling(block: MeterBlock, input: MeterInput, texts: Texts): void {
  const { stripeMeter, pricing } = input;
  if (stripeMeter === null) return;
  const judge = { block, input, texts, meterId: stripeMeter.id, isKnown: isMeteredKnown(input) };
  const { billed } = pricing;
  for (let position = 0; position < block.length; position += 1) {
    const key = block.customerKeys[position] as number;
    if (key === 0) continue;
    const kind = billed.kindOf(key);
    if (kind === LINES.none && (pricing.priceOf[key] === 0 || !isOwed(judge, position, key))) continue;
    const code = kind === LINES.charged ? chargedCode(judge, position, key) : (CODE_OF_KIND[kind] ?? 0);
    if (code > 0) block.billing[position] = code;
    else if (kind === LINES.none) putMissing(judge, position, key);
    else putBilling(block, position, decideFully(judge, position, key));
  }
}

const CODE_OF_KIND: Readonly<Record<number, number>> = {
  [LINES.draft]: BILLING_CODE.not_final,
  [LINES.outside]: BILLING_CODE.misaligned,
};

type Judge = {
  readonly block: MeterBlock;
  readonly input: MeterInput;
  readonly texts: Texts;
  readonly meterId: string;
  readonly isKnown: (customerKey: number) => boolean;
};

function putBilling(block: MeterBlock, position: number, billing: Billing | null): void {
  if (billing === null) return;
  block.billing[position] = BILLING_CODE[billing.verdict];
  block.billingLines.set(position, billing.line);
}

/** Whether what Stripe holds of a customer was pulled, from the meter that is configured now. */
function isMeteredKnown({ stripePull, meter, ...input }: MeterInput): (customerKey: number) => boolean {
  if (stripePull === null || stripePull.fingerprint !== meter.stripeFingerprint) return () => false;
  const covered = covers({ ...input, stripePull, meter, usagePull: null });
  return covered ?? (() => true);
}

/** The verdict of a customer that one line charges, where plain numbers tell it; 0: they do not. */
function chargedCode({ block, input, texts, isKnown }: Judge, position: number, key: number): number {
  const { pricing, rating } = input;
  const charged = pricing.billed.chargedAt(key);
  const item = pricing.prices[charged.price];
  if (item === undefined || item.compiled === null) return 0;
  if (rating.packageLine === 'transformed' && item.shape.transformQuantity !== null) return 0;
  if (!isKnown(key) || texts.metered.has(position)) return 0;
  if (!isQuantityMetered(block, position, charged)) return BILLING_CODE.quantity_differs;
  if (pricing.priceOf[key] !== charged.price + 1) return 0;
  if (block.meteredMinor[position] === charged.minor) return BILLING_CODE.billed_agree;
  return item.compiled.minorOf(charged.whole, charged.frac) === charged.minor ? BILLING_CODE.billed_agree : 0;
}

/** Corrections may take a period below zero: then nothing is billed. */
function isQuantityMetered(block: MeterBlock, position: number, { whole, frac }: Charged): boolean {
  const meteredWhole = block.meteredWhole[position] as number;
  if (Number.isNaN(meteredWhole) || meteredWhole < 0) {
    const metered = meteredAt(block, position);
    if (metered === null || compare(metered, ZERO) < 0) return whole === 0 && frac === 0;
    const stored = toStored(metered);
    return stored !== null && stored.whole === BigInt(whole) && stored.frac === BigInt(frac);
  }
  return meteredWhole === whole && block.meteredFrac[position] === frac;
}

/** Whether a finalised invoice ought to have a line: usage was metered, or a fee is due without any. */
function isOwed({ block, input, texts, meterId, isKnown }: Judge, position: number, key: number): boolean {
  if (!input.invoices.hasInvoice(key)) return false;
  if (!isKnown(key) || texts.metered.has(position)) return false;
  const metered = meteredAt(block, position);
  const isUsed = metered !== null && compare(metered, ZERO) > 0;
  const minor = block.meteredMinor[position] as number;
  const isFeeDue = (minor > 0 && !Number.isNaN(minor)) || block.bigMeteredMinor.has(position);
  return (isUsed || isFeeDue) && input.invoices.invoicedItems(key, meterId).length > 0;
}

/** No line at a price of the meter: one at a price that Stripe no longer gives is not the subscribed one. */
function putMissing({ block, input: { db, period }, meterId }: Judge, position: number, customerKey: number): void {
  const line = findUnpricedLine(db, { period, meterId, customerKey });
  if (line === null) block.billing[position] = BILLING_CODE.line_missing;
  else putBilling(block, position, { verdict: 'price_differs', line });
}

/** Of several items, what is owed for each is told where something was used in the whole month. */
function owedItemIds({ block, input, meterId }: Judge, position: number, key: number): readonly string[] {
  const metered = meteredAt(block, position);
  if (pricesOf(input.pricing, key).length < 2 || metered === null || compare(metered, ZERO) <= 0) return [];
  return input.invoices.invoicedItems(key, meterId).flatMap(({ id, isWholeMonth }) => (isWholeMonth ? [id] : []));
}

/** The exact way, from the lines as they are in the cache. */
function decideFully(judge: Judge, position: number, key: number): Billing | null {
  const { block, input, texts, meterId, isKnown } = judge;
  const { pricing, period } = input;
  const isNumber = isKnown(key) && !texts.metered.has(position);
  return decideBilling({
    month: period,
    lines: billingLines(input, meterId, key),
    metered: isNumber ? { value: meteredAt(block, position) } : null,
    itemPriceIds: new Set(pricesOf(pricing, key).flatMap((index) => pricing.prices[index]?.shape.id ?? [])),
    isOwed: () => pricing.priceOf[key] !== 0 && isOwed(judge, position, key),
    owedItemIds: () => owedItemIds(judge, position, key),
    shownOf: (line, metered) => shownQuantity(line, metered, input),
    rate: (line, shown) => ratedMinor(line, shown, input),
  });
}

function billingLines(
  { db, period, pricing }: MeterInput,
  meterId: string,
  customerKey: number,
): readonly BillingLine[] {
  const taken = pricing.billed.takeLines(customerKey);
  if (taken !== null) return taken.map(fromFacts);
  return readMeterLines(db, { period, meterId, customerKey }).map(
    ({ quantity, priceId, ...line }): BillingLine => ({
      ...line,
      priceId: priceId ?? '',
      quantity: quantity === null ? null : tryParseDecimal(quantity),
    }),
  );
}

function fromFacts(facts: MeterLineFacts): BillingLine {
  const [, status, invoiceId, id, priceId, subscriptionItemId, from, to, isProration, quantity, amount, ...rest] =
    facts;
  const [currency, subscriptionId] = rest;
  return {
    id,
    invoiceId,
    status,
    priceId,
    subscriptionItemId,
    subscriptionId,
    servicePeriod: { from: instant(from), to: instant(to) },
    quantity: quantity === null ? null : tryParseDecimal(quantity),
    amountMinor: BigInt(amount),
    currency,
    isProration: isProration === 1,
  };
}

const priceOfLine = ({ priceId, currency }: BillingLine, { pricing }: MeterInput): ItemPrice | null =>
  pricing.prices[pricing.indexOf(priceId, currency)] ?? null;

/** Packages where the options say that lines show those. */
function shownQuantity(line: BillingLine, metered: Decimal, input: MeterInput): Decimal {
  const transform = packagesOf(priceOfLine(line, input), input);
  return transform === null
    ? metered
    : transformQuantity(metered, { divideBy: parseDecimal(transform.divideBy), round: transform.round });
}

const packagesOf = (item: ItemPrice | null, { rating }: MeterInput) =>
  rating.packageLine === 'transformed' ? (item?.shape.transformQuantity ?? null) : null;

function ratedMinor(line: BillingLine, shown: Decimal, input: MeterInput): bigint | null {
  const item = priceOfLine(line, input);
  if (item === null || item.compiled === null) return null;
  const { rating, invoices } = input;
  if (rating.trialUsage === 'free' && invoices.isInTrial(line.subscriptionId, line.servicePeriod)) return 0n;
  const isPackages = packagesOf(item, input) !== null;
  const scaled = isPackages ? null : toScaled(shown);
  if (scaled !== null) return item.compiled.exact(scaled);
  const shape = isPackages ? { ...item.shape, transformQuantity: null } : item.shape;
  return chargeMinor(readPrice(shape), shown, { currency: item.currency, options: rating });
}

/** Quantity × 10^12; null where it has more decimals. */
const toScaled = (value: Decimal): bigint | null =>
  value.scale <= QUANTITY_PLACES ? value.coefficient * powerOfTen(QUANTITY_PLACES - value.scale) : null;
