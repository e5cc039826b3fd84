import type { Price } from '../../billing/price.ts';
import { type Decimal, decimal, formatDecimal, formatFixed, multiply, normalize } from '../../values/decimal.ts';
import type { Instant } from '../../values/instant.ts';
import { minorDigits } from '../../values/money.ts';
import type { PriceShape } from '../ratable-price.ts';
import type { RatedPart } from '../rated-part.ts';

/** What a description is made of. */
type Described = { readonly price: Price; readonly shape: PriceShape; readonly name: string };

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `12 × Seats (Tier 1 at 7.00 USD / month)`: what Stripe's invoices say, with the currency's code. */
export function describePart({ price, shape, name }: Described, part: RatedPart): string {
  const rate = `${majorAmount(part.unitAmount, shape.currency)}${per(price)}`;
  const isTiered = shape.billingScheme === 'tiered';
  const at = isTiered ? `Tier ${part.tier} at ${rate}` : `at ${rate}`;
  const count = part.type === 'flat' ? '' : `${formatDecimal(part.rawQuantity ?? part.quantity)} × `;
  const by = shape.transformQuantity === null ? '' : ` per ${shape.transformQuantity.divideBy}`;
  return `${count}${name} (${at}${by})`;
}

/** `Unused time on 2 × Seats after 16 May 2018`, `Remaining time on Seats after 16 May 2018`. */
export function describeProration(of: {
  readonly isCredit: boolean;
  readonly name: string;
  readonly quantity: Decimal;
  readonly at: Instant;
}): string {
  const count = formatDecimal(of.quantity);
  const what = count === '1' ? of.name : `${count} × ${of.name}`;
  return `${of.isCredit ? 'Unused' : 'Remaining'} time on ${what} after ${dayOf(of.at)}`;
}

function per({ interval }: Price): string {
  if (interval === null) return '';
  return interval.count === 1 ? ` / ${interval.unit}` : ` every ${interval.count} ${interval.unit}s`;
}

/** Major units with at least the currency's decimals: 0.5 cents are `0.005 USD`. */
function majorAmount(minorUnits: Decimal, currency: string): string {
  const digits = minorDigits(currency);
  const major = normalize(multiply(minorUnits, decimal(1n, digits)));
  return `${formatFixed(major, Math.max(digits, major.scale))} ${currency.toUpperCase()}`;
}

function dayOf(at: Instant): string {
  const date = new Date(at);
  return `${String(date.getUTCDate()).padStart(2, '0')} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}
