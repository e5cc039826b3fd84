import type { Subscription } from '../../billing/subscription.ts';
import { type Decimal, negate, parseDecimal } from '../../values/decimal.ts';
import type { Instant } from '../../values/instant.ts';
import { compareBytes } from '../../values/order.ts';
import { contains, type Period } from '../../values/period.ts';
import { rateQuantity } from '../rate.ts';
import { billingPeriodAt, fullPeriodFrom } from './billing-periods.ts';
import { type InvoiceContext, type KnownPrice, knownPrice } from './context.ts';
import { describeProration } from './describe-line.ts';
import type { DraftLine } from './draft-line.ts';
import type { InvoiceInput, ItemChange, ItemTerms } from './input.ts';
import { isInTrial, scheduleOf, untilPlannedEnd } from './item-spans.ts';
import { partOfAmount, shareOf } from './licensed-lines.ts';
import { prorationDiscount, sayUsedOnce } from './proration-discount.ts';

/** The changes within the period that are prorated, in order of time; in a trial nothing was charged that could be. */
export const proratedChanges = ({ period, changes, subscription, prorated }: InvoiceInput): readonly ItemChange[] =>
  (prorated ?? changes.filter(({ at }) => contains(period, at) && !isInTrial(subscription, at))).toSorted(
    (a, b) => a.at - b.at || compareBytes(a.itemId, b.itemId),
  );

/**
 * What a change of a licensed item costs: a credit for the unused time of what was, and a charge for the remaining time
 * of what is, both from the second of the change to the end of the item's period. Metered items are not prorated
 * (stripe.md, Subscriptions).
 * @param index of the change among those of the invoice
 */
export function prorationLines(context: InvoiceContext, change: ItemChange, index: number): readonly DraftLine[] {
  const before = change.from === null ? null : termsOf(context, change, change.from);
  const after = change.to === null ? null : termsOf(context, change, change.to);
  if (before !== null && after !== null && !isSameInterval(before.known, after.known)) {
    const { notes, input } = context;
    notes.error(
      'invoice.proration_unknown',
      [input.subscription.id, change.itemId],
      `${change.itemId} changed how often it bills, which moves the billing periods; the change is left out.`,
      'Look at the invoice that Stripe made when the change took effect.',
    );
    return [];
  }
  return [
    ...(before === null ? [] : [prorationLine(context, change, { ...before, isCredit: true, index })]),
    ...(after === null ? [] : [prorationLine(context, change, { ...after, isCredit: false, index })]),
  ].filter((line) => line !== null);
}

type KnownTerms = { readonly known: KnownPrice; readonly quantity: Decimal };

/** Null for a metered price, which is not prorated, and for one that is not known. */
function termsOf(context: InvoiceContext, change: ItemChange, terms: ItemTerms): KnownTerms | null {
  const known = knownPrice(context, change.itemId, terms.priceId);
  if (known === null || known.price.usageType === 'metered') return null;
  return { known, quantity: parseDecimal(terms.quantity ?? '1') };
}

function prorationLine(
  context: InvoiceContext,
  change: ItemChange,
  side: KnownTerms & { readonly isCredit: boolean; readonly index: number },
): DraftLine | null {
  const { input } = context;
  const { known, quantity, isCredit } = side;
  const { price, shape, name } = known;
  const span = changedSpan(context, change, price);
  if (span === null) return null;
  const charged = {
    itemId: change.itemId,
    item: input.subscription.items.find(({ id }) => id === change.itemId) ?? change.item ?? null,
    productId: price.productId,
    amount: rateQuantity(shape, quantity, input.options).exact,
    chargedAt: isCredit ? lastCharge(input, change, span.regular) : change.at,
  };
  if (isCredit) sayUsedOnce(context, charged);
  const whole = prorationDiscount(context, charged);
  const share = shareOf(span.rest, span.full);
  const part = partOfAmount(context, isCredit ? negate(whole) : whole, share);
  return {
    key: `${change.itemId}/proration/${side.index + 1}/${isCredit ? 'unused' : 'remaining'}`,
    kind: 'proration',
    itemId: change.itemId,
    priceId: price.id,
    productId: price.productId,
    description: describeProration({ isCredit, name, quantity, at: change.at }),
    servicePeriod: span.rest,
    type: 'usage',
    tier: 1,
    quantity,
    statedQuantity: quantity,
    unitAmount: null,
    ...part,
    isDiscountable: false,
    isMeterLine: false,
  };
}

/** From the change to the end of the item's period, or the end that is planned, and the full period of which it is a part. */
function changedSpan(
  { input }: InvoiceContext,
  { at, anchor }: ItemChange,
  price: KnownPrice['price'],
): { readonly rest: Period; readonly full: Period; readonly regular: Period } | null {
  const { subscription } = input;
  const schedule = scheduleOf(subscription, price);
  if (schedule === null) return null;
  const regular = billingPeriodAt({ ...schedule, anchor: anchor ?? schedule.anchor }, at);
  const begun = firstCharge(subscription, at);
  return {
    rest: untilPlannedEnd(subscription, { from: at, to: regular.to }, at),
    full: regular.from < begun ? fullPeriodFrom(begun, schedule.interval) : regular,
    regular,
  };
}

/** When licensed items were charged for the first time: at the start, or where a trial had ended by then. */
const firstCharge = ({ startedAt, trial }: Subscription, by: Instant): Instant =>
  trial.to !== null && startedAt < trial.to && trial.to <= by ? trial.to : startedAt;

/** When what a change ends was charged for: at the item's previous change, else when its period began. */
function lastCharge({ changes, subscription }: InvoiceInput, change: ItemChange, regular: Period): Instant {
  const { itemId, at } = change;
  const place = changes.indexOf(change);
  const previous = changes.filter(
    (other, index) => other.itemId === itemId && (other.at < at || (other.at === at && index < place)),
  );
  const charges = [subscription.startedAt, subscription.trial.to, ...previous.map((other) => other.at)];
  return charges.reduce<Instant>(
    (last, charge) => (charge !== null && last < charge && charge <= at ? charge : last),
    regular.from,
  );
}

const isSameInterval = (a: KnownPrice, b: KnownPrice): boolean =>
  a.price.interval?.unit === b.price.interval?.unit && a.price.interval?.count === b.price.interval?.count;
