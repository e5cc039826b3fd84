import type { Price } from '../../billing/price.ts';
import type { SubscriptionItem } from '../../billing/subscription.ts';
import { type Decimal, ZERO } from '../../values/decimal.ts';
import type { Period } from '../../values/period.ts';
import { fractionOf, type MoneyRounding, roundMoney, roundTogether } from '../adjust/money-rounding.ts';
import { linesOfPrice } from '../compile-lines.ts';
import type { RatingOptions } from '../options.ts';
import type { PriceShape } from '../ratable-price.ts';
import type { RatedLine } from '../rate.ts';
import type { RatedPart } from '../rated-part.ts';
import type { BuiltLine } from './built-invoice.ts';
import { describePart } from './describe-line.ts';

/** A line before discounts, credits and tax. */
export type DraftLine = Omit<BuiltLine, 'discounts' | 'credits' | 'taxes'> & {
  /** Stripe excludes prorations from discounts. */
  readonly isDiscountable: boolean;
  /** Billing credits reach metered lines with a meter alone. */
  readonly isMeterLine: boolean;
};

/** What a line is for, whatever it costs. */
export type LineSubject = {
  readonly item: SubscriptionItem;
  readonly price: Price;
  /** The price's amounts in the invoice's currency. */
  readonly shape: PriceShape;
  /** The name of the product, as the customer reads it. */
  readonly name: string;
  readonly service: Period;
  readonly options: RatingOptions;
  readonly rounding: MoneyRounding;
};

/**
 * The lines of a whole quantity: one per tier reached, each followed by its flat amount. Their amounts are rounded one
 * by one, or together where the workspace rounds the total alone.
 * @throws TieoutError what `rateQuantity` throws
 */
export function linesOfQuantity(
  subject: LineSubject,
  kind: 'metered' | 'licensed',
  quantity: Decimal,
): readonly DraftLine[] {
  const parts = linesOfPrice(subject, quantity);
  const amounts = amountsOf(parts, subject);
  return parts.map((part, index) => lineOfPart(subject, kind, part, amounts[index] ?? 0n));
}

/** Usage that is not charged: it is shown, and costs nothing. */
export const freeLine = (subject: LineSubject, quantity: Decimal): DraftLine => ({
  ...lineOfPart(
    subject,
    'metered',
    { type: 'usage', tier: 1, upTo: null, quantity, unitAmount: ZERO, exact: ZERO },
    0n,
  ),
  key: `${subject.item.id}/metered/trial`,
  description: `Free trial of ${subject.name}`,
});

function amountsOf(parts: readonly RatedLine[], { options, rounding }: LineSubject): readonly bigint[] {
  return options.roundAt === 'line'
    ? parts.map(({ exact, amountMinor }) =>
        amountMinor !== null && rounding.unitMinor === 1n ? amountMinor : roundMoney(exact, rounding),
      )
    : roundTogether(
        parts.map(({ exact }) => fractionOf(exact)),
        rounding,
      );
}

function lineOfPart(
  subject: LineSubject,
  kind: 'metered' | 'licensed',
  part: RatedPart,
  amountMinor: bigint,
): DraftLine {
  const { item, price, options } = subject;
  const line: DraftLine = {
    key: `${item.id}/${kind}/${part.type}/${part.tier}`,
    kind,
    itemId: item.id,
    priceId: price.id,
    productId: price.productId,
    description: describePart(subject, part),
    servicePeriod: subject.service,
    type: part.type,
    tier: part.tier,
    quantity: part.quantity,
    statedQuantity: statedQuantity(part, options),
    unitAmount: part.unitAmount,
    exact: part.exact,
    amountMinor,
    isDiscountable: true,
    isMeterLine: kind === 'metered' && price.meterId !== null,
  };
  return part.rawQuantity === undefined ? line : { ...line, rawQuantity: part.rawQuantity };
}

function statedQuantity(part: RatedPart, options: RatingOptions): Decimal {
  if (part.type === 'flat') return ZERO;
  return options.packageLine === 'raw' ? (part.rawQuantity ?? part.quantity) : part.quantity;
}
