import type { SubscriptionItem } from '../../billing/subscription.ts';
import { type Decimal, decimal, divide, multiply, parseDecimal } from '../../values/decimal.ts';
import { fraction } from '../../values/fraction.ts';
import { toUnixSeconds } from '../../values/instant.ts';
import type { Period } from '../../values/period.ts';
import { roundFraction } from '../adjust/money-rounding.ts';
import type { InvoiceContext, KnownPrice } from './context.ts';
import { type DraftLine, linesOfQuantity } from './draft-line.ts';
import { type LicensedSpan, licensedSpan } from './item-spans.ts';

/** Decimals of an unrounded part of a price, which need not terminate. */
const EXACT_PLACES = 12;

/** The licensed lines of an item, in advance: its quantity for the period that begins, or for a part of one. */
export function licensedLines(
  context: InvoiceContext,
  item: SubscriptionItem,
  known: KnownPrice,
): readonly DraftLine[] {
  const { input, rounding } = context;
  const span = licensedSpan(context, item, known.price);
  if (span === null) return [];
  const subject = { ...known, item, service: span.service, options: input.options, rounding };
  const lines = linesOfQuantity(subject, 'licensed', parseDecimal(item.quantity ?? '1'));
  return span.service === span.full ? lines : lines.map((line) => partOfLine(context, line, span));
}

/** The share of a full period that a period lasts, by the second. */
export const shareOf = (part: Period, full: Period): { readonly seconds: bigint; readonly of: bigint } => ({
  seconds: secondsIn(part),
  of: secondsIn(full),
});

/** An exact amount × the share: unrounded to 12 places, and rounded from the true fraction. */
export function partOfAmount(
  context: InvoiceContext,
  exact: Decimal,
  { seconds, of }: { readonly seconds: bigint; readonly of: bigint },
): { readonly exact: Decimal; readonly amountMinor: bigint } {
  const product = multiply(exact, decimal(seconds));
  return {
    exact: divide(product, decimal(of), EXACT_PLACES, 'half_up'),
    amountMinor: roundFraction(fraction(product.coefficient, of * 10n ** BigInt(product.scale)), context.rounding),
  };
}

const partOfLine = (context: InvoiceContext, line: DraftLine, span: LicensedSpan): DraftLine => ({
  ...line,
  ...partOfAmount(context, line.exact, shareOf(span.service, span.full)),
});

const secondsIn = ({ from, to }: Period): bigint => BigInt(toUnixSeconds(to) - toUnixSeconds(from));
