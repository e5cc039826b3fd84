import { add, type Decimal, negate, ZERO } from '../../values/decimal.ts';
import type { Instant } from '../../values/instant.ts';
import { formatMoney } from '../../values/money.ts';
import { capAt, shortfall } from '../adjust/commitment.ts';
import { applyGrants, grantRefusal, orderGrants } from '../adjust/credit-grants.ts';
import { takeAmount, takePercent } from '../adjust/discount.ts';
import { afterTaking, type Net, sumNets } from '../adjust/net.ts';
import { taxLines } from '../adjust/tax.ts';
import { moneyRounding, STRIPE_RATING } from '../options.ts';
import type { DocumentCoupon, DocumentCredit } from './read-adjustments.ts';
import type { RatingDocument } from './read-document.ts';

/**
 * What one step adds to the subtotal, in minor units, negative where it takes off. Inclusive tax is what the amounts
 * hold already: it is listed and adds nothing.
 */
export type Adjustment = Net & {
  readonly type: 'discount' | 'maximum' | 'minimum' | 'credit' | 'tax';
  /** Stripe's id of the coupon, the grant or the rate, where the document has it. */
  readonly id: string | null;
  /** The percentage of a coupon or a tax rate. */
  readonly percentage?: Decimal;
  readonly isInclusive?: boolean;
  /** What a grant keeps, in minor units. */
  readonly leftMinor?: bigint;
};

export type NoteCode =
  | 'coupon-other-products'
  | 'coupon-in-part'
  | 'credit-in-part'
  | 'credit-other-prices'
  | 'credit-not-metered'
  | 'credit-voided'
  | 'credit-not-effective'
  | 'credit-expired';

/** What applied to nothing, or not in full, and why. */
export type Note = { readonly code: NoteCode; readonly path: string; readonly message: string };

export type Adjusted = {
  readonly adjustments: readonly Adjustment[];
  readonly notes: readonly Note[];
  readonly total: Net;
};

/** The nets that the steps work on, and what they have said so far. */
type Sheet = { nets: readonly Net[]; readonly adjustments: Adjustment[]; readonly notes: Note[] };

/**
 * Everything after the price, in the published order: percent discounts, fixed discounts, maximum, minimum, credits,
 * tax. The subtotal and all adjustments, without inclusive tax, add up to the total, exact and rounded ones alike.
 * @param nets what the price charges: its lines, or their rounded sum as one
 * Without `at` the dates of credits are not looked at: an answer never hangs on the day on which it was asked for.
 * @see interfaces.md section 3; stripe.md, Sharing of roundings
 */
export function adjust(document: RatingDocument, nets: readonly Net[]): Adjusted {
  const sheet: Sheet = { nets, adjustments: [], notes: [] };
  const rounding = moneyRounding({ ...STRIPE_RATING, rounding: document.options.rounding }, document.currency);
  const { maximum, minimum } = document;
  takeDiscounts(sheet, document, rounding);
  if (maximum !== null) take(sheet, { type: 'maximum', id: null }, capAt(sheet.nets, maximum, rounding));
  if (minimum !== null) {
    const missing = shortfall(sheet.nets, minimum, rounding) ?? NOTHING;
    sheet.nets = [...sheet.nets, missing];
    sheet.adjustments.push({ type: 'minimum', id: null, ...missing });
  }
  takeCredits(sheet, document, { at: document.at, rounding });
  const net = sumNets(sheet.nets);
  const tax = addTaxes(sheet, document, rounding);
  const total = { exact: add(net.exact, tax.exact), minor: net.minor + tax.minor };
  return { adjustments: sheet.adjustments, notes: sheet.notes, total };
}

const NOTHING: Net = { exact: ZERO, minor: 0n };
type Rounding = ReturnType<typeof moneyRounding>;

/** Takes from the nets, and lists what was taken. */
function take(sheet: Sheet, as: Omit<Adjustment, keyof Net>, taken: readonly Net[]): void {
  const { exact, minor } = sumNets(taken);
  sheet.nets = afterTaking(sheet.nets, taken);
  sheet.adjustments.push({ ...as, exact: negate(exact), minor: -minor });
}

function takeDiscounts(sheet: Sheet, { coupons, price, currency }: RatingDocument, rounding: Rounding): void {
  const percents = coupons.filter(({ percentOff }) => percentOff !== null);
  const amounts = coupons.filter(({ percentOff }) => percentOff === null);
  for (const coupon of [...percents, ...amounts]) {
    const isEligible = coupon.productIds === null || coupon.productIds.includes(price.productId ?? '');
    if (!isEligible) sheet.notes.push(otherProducts(coupon, price.productId));
    const { id, percentOff } = coupon;
    if (percentOff !== null) {
      const how = { rounding, percentDiscount: STRIPE_RATING.percentDiscount };
      take(
        sheet,
        { type: 'discount', id, percentage: percentOff },
        takePercent(sheet.nets, percentOff, () => isEligible, how),
      );
      continue;
    }
    const amountOff = coupon.amountOffMinor ?? 0n;
    const how = { rounding, sharing: STRIPE_RATING.amountDiscount };
    const taken = takeAmount(sheet.nets, amountOff, () => isEligible, how);
    const { minor } = sumNets(taken);
    if (isEligible && minor < amountOff) {
      const message = `Of ${formatMoney(amountOff, currency)} off, ${formatMoney(minor, currency)} was left to be taken.`;
      sheet.notes.push({ code: 'coupon-in-part', path: coupon.path, message });
    }
    take(sheet, { type: 'discount', id }, taken);
  }
}

const otherProducts = ({ path }: DocumentCoupon, productId: string | null): Note => ({
  code: 'coupon-other-products',
  path: `${path}.applies_to`,
  message:
    productId === null
      ? 'The coupon is for certain products, and the price names none: it takes nothing off.'
      : `The coupon is for other products than ${productId}: it takes nothing off.`,
});

function takeCredits(
  sheet: Sheet,
  { credits, price, currency }: RatingDocument,
  how: { readonly at: Instant | null; readonly rounding: Rounding },
): void {
  const byGrant = new Map(credits.map((credit) => [credit.grant, credit]));
  const ordered = orderGrants([...byGrant.keys()]).flatMap((grant) => byGrant.get(grant) ?? []);
  const usable = ordered.map((credit) => {
    const note = refusalNote(credit, price) ?? datedNote(credit, { at: how.at, currency });
    if (note !== null) sheet.notes.push(note);
    const { id, amount } = credit.grant;
    return { id, amountMinor: BigInt(amount), isEligible: () => note === null };
  });
  const sharing = STRIPE_RATING.creditSharing;
  for (const [index, applied] of applyGrants(sheet.nets, usable, { rounding: how.rounding, sharing }).entries()) {
    const credit = ordered[index];
    const grant = usable[index];
    if (credit === undefined || grant === undefined) continue;
    const { leftMinor } = applied;
    if (leftMinor > 0n && grant.isEligible()) {
      const [all, used, left] = [grant.amountMinor, grant.amountMinor - leftMinor, leftMinor].map((minor) =>
        formatMoney(minor, currency),
      );
      const message = `Of ${all} of credit, ${used} was used; ${left} is kept.`;
      sheet.notes.push({ code: 'credit-in-part', path: credit.path, message });
    }
    take(sheet, { type: 'credit', id: credit.id, leftMinor }, applied.taken);
  }
}

/** Why the price is outside a grant's scope; null where it is inside. */
function refusalNote({ path, grant }: DocumentCredit, price: RatingDocument['price']): Note | null {
  const place = `${path}.applicability_config.scope`;
  if (grant.priceIds !== null && !grant.priceIds.includes(price.id ?? '')) {
    const message = 'The credit is for other prices: it is kept.';
    return { code: 'credit-other-prices', path: place, message };
  }
  if (price.isMetered) return null;
  const message = 'Credits pay for metered usage, which the price does not bill: it is kept.';
  return { code: 'credit-not-metered', path, message };
}

/** Why a grant is not in force; null where it is. */
function datedNote(
  { path, grant }: DocumentCredit,
  of: { readonly at: Instant | null; readonly currency: string },
): Note | null {
  switch (grantRefusal(grant, of)) {
    case 'voided':
      return { code: 'credit-voided', path: `${path}.voided_at`, message: 'The credit was voided.' };
    case 'not_effective': {
      const message = 'The credit is not effective yet: it is kept.';
      return { code: 'credit-not-effective', path: `${path}.effective_at`, message };
    }
    case 'expired':
      return { code: 'credit-expired', path: `${path}.expires_at`, message: 'The credit has expired.' };
    // Another currency is an error of the document.
    case 'other_currency':
    case null:
      return null;
  }
}

/** @returns what comes on top: the exclusive taxes */
function addTaxes(sheet: Sheet, { taxRates }: RatingDocument, rounding: Rounding): Net {
  const rates = taxRates.map(({ percentage, isInclusive }, index) => ({ id: String(index), percentage, isInclusive }));
  const taxes = taxLines(sheet.nets, () => rates, { rounding, taxRounding: STRIPE_RATING.taxRounding }).flat();
  let onTop: Net = NOTHING;
  for (const [index, { id, percentage, isInclusive }] of taxRates.entries()) {
    const tax = sumNets(taxes.filter(({ taxRateId }) => taxRateId === String(index)).map((line) => line.tax));
    sheet.adjustments.push({ type: 'tax', id, percentage, isInclusive, ...tax });
    if (!isInclusive) onTop = sumNets([onTop, tax]);
  }
  return onTop;
}
