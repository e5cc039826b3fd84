import type { Customer } from '../billing/customer.ts';
import { assert } from '../errors.ts';
import { buildInvoice } from '../rating/invoice/build-invoice.ts';
import { add, type Decimal, isNegative, ZERO } from '../values/decimal.ts';
import { type Instant, instant } from '../values/instant.ts';
import { DUE_RANK } from './due-queue.ts';
import type { InvoiceReason, TimelineEntry } from './run.ts';
import { meteredIn } from './usage-book.ts';
import type { CustomerState, InvoicePlan, InvoiceState, RatedInvoice, SubscriptionState, World } from './world.ts';

/** What an invoice shows now: a draft is built from what is known, without credits, which come at finalisation. */
export const shownInvoice = (world: World, state: InvoiceState): RatedInvoice =>
  state.final ?? rate(world, state, { hasCredits: false });

/**
 * Makes the invoice of a period that ended. It is a draft until the grace period is over; one whose collection is
 * paused with `keep_as_draft` stays one.
 * @param of `hasUsage`: it is listed although it may have no lines
 * @returns null where it has nothing to say
 */
export function draftInvoice(
  world: World,
  subscription: SubscriptionState,
  of: { readonly reason: InvoiceReason; readonly plan: InvoicePlan; readonly hasUsage: boolean },
): InvoiceState | null {
  const state = newInvoice(world, subscription, of, instant(world.now + world.gracePeriodMs));
  if (!of.hasUsage && shownInvoice(world, state).invoice.lines.length === 0) return null;
  list(world, subscription, state);
  note(world, state, 'invoice_drafted');
  if (pauseOf(state) !== 'keep_as_draft') {
    world.due.add({
      at: state.finalizesAt,
      rank: DUE_RANK.invoiceFinalizes,
      run: () => finalizeInvoice(world, state),
    });
  }
  return state;
}

/** Makes an invoice that is final at once, as Stripe's are at creation, after a change and at a cancellation. */
export function invoiceAtOnce(
  world: World,
  subscription: SubscriptionState,
  of: { readonly reason: InvoiceReason; readonly plan: InvoicePlan; readonly hasUsage: boolean },
): InvoiceState | null {
  const state = newInvoice(world, subscription, of, world.now);
  if (!of.hasUsage && shownInvoice(world, state).invoice.lines.length === 0) return null;
  list(world, subscription, state);
  note(world, state, 'invoice_drafted');
  if (pauseOf(state) !== 'keep_as_draft') finalizeInvoice(world, state);
  return state;
}

/** Usage stops counting; credits, the balance and the payment follow. Nothing where it is final already. */
function finalizeInvoice(world: World, state: InvoiceState): void {
  if (state.status !== 'draft') return;
  const pause = pauseOf(state);
  if (pause === 'void') {
    state.final = rate(world, state, { hasCredits: false });
    setStatus(world, state, 'void', 'invoice_voided');
    return;
  }
  const rated = rate(world, state, { hasCredits: true });
  state.final = rated;
  setStatus(world, state, 'open', 'invoice_finalized');
  settle(world, state.customer, rated);
  if (rated.invoice.amountDueMinor === 0n) setStatus(world, state, 'paid', 'invoice_paid');
  else if (pause === 'mark_uncollectible') setStatus(world, state, 'uncollectible', 'invoice_uncollectible');
  else if (pause === null) pay(world, state);
}

/** As the scenario says; an invoice that is not paid stays open. */
function pay(world: World, state: InvoiceState): void {
  const { payment } = state.customer;
  if (payment === 'succeeds') setStatus(world, state, 'paid', 'invoice_paid');
  else if (payment !== 'none') note(world, state, 'payment_failed');
  if (payment === 'uncollectible') setStatus(world, state, 'uncollectible', 'invoice_uncollectible');
}

/** Gives back what the invoice took: credits to their grants, and the balance (Stripe, `unapplied_from_invoice`). */
export function voidInvoice(world: World, state: InvoiceState): void {
  assert(state.final !== null, `invoice ${state.id} is final`);
  const { invoice } = state.final;
  for (const { grantId, amountMinor } of creditsOf(state.final)) {
    const grant = world.grants.get(grantId);
    if (grant !== undefined) grant.leftMinor += amountMinor;
  }
  state.customer.balanceMinor += invoice.startingBalanceMinor - invoice.endingBalanceMinor;
  setStatus(world, state, 'void', 'invoice_voided');
}

/** What the invoice takes from the customer: credits, the balance, and coupons that apply once. */
function settle(world: World, customer: CustomerState, rated: RatedInvoice): void {
  const { invoice } = rated;
  for (const { grantId, amountMinor } of creditsOf(rated)) {
    const grant = world.grants.get(grantId);
    assert(grant !== undefined, `credit grant ${grantId} is known`);
    grant.leftMinor -= amountMinor;
    world.timeline.add(world.now, { type: 'credit_used', grantId, amountMinor, currency: invoice.currency });
  }
  customer.balanceMinor = invoice.endingBalanceMinor;
  for (const { discountId, couponId } of invoice.lines.flatMap(({ discounts }) => discounts)) {
    if (world.catalog.coupons.get(couponId)?.duration !== 'once' || world.usedDiscountIds.has(discountId)) continue;
    world.usedDiscountIds.add(discountId);
    world.timeline.add(world.now, { type: 'discount_ended', couponId, about: invoice.subscriptionId });
  }
}

function creditsOf({ invoice }: RatedInvoice): readonly { readonly grantId: string; readonly amountMinor: bigint }[] {
  return invoice.steps.flatMap(({ type, id, amountMinor }) =>
    type === 'credit' && id !== null && amountMinor !== 0n ? [{ grantId: id, amountMinor: -amountMinor }] : [],
  );
}

function rate(world: World, state: InvoiceState, of: { readonly hasCredits: boolean }): RatedInvoice {
  const { customer, plan, createdAt, reason } = state;
  const used = new Map<string, Decimal>();
  const invoice = buildInvoice({
    ...plan,
    customer: nounOf(customer),
    catalog: world.catalog,
    usedDiscountIds: world.usedDiscountIds,
    options: world.rating,
    at: createdAt,
    creditsAt: world.now,
    isCutOffBilled: reason === 'cancellation',
    creditGrants: of.hasCredits ? customer.grants.filter(({ leftMinor }) => leftMinor > 0n) : [],
    usageOf: (item, _, service) => {
      const quantity = meteredIn(world, customer, item, service);
      used.set(item.id, add(used.get(item.id) ?? ZERO, quantity));
      return quantity;
    },
  });
  const lined = new Set(invoice.lines.flatMap(({ kind, itemId }) => (kind === 'metered' ? [itemId] : [])));
  const billed = new Map(
    [...used].flatMap(([itemId, quantity]) =>
      lined.has(itemId) ? [[itemId, isNegative(quantity) ? ZERO : quantity]] : [],
    ),
  );
  return { invoice, billed };
}

function newInvoice(
  world: World,
  { id, invoiceCount, customer }: SubscriptionState,
  { reason, plan }: { readonly reason: InvoiceReason; readonly plan: InvoicePlan },
  finalizesAt: Instant,
): InvoiceState {
  return {
    id: `in_${id}_${invoiceCount + 1}`,
    reason,
    createdAt: world.now,
    finalizesAt,
    customer,
    plan,
    status: 'draft',
    final: null,
  };
}

function list(world: World, subscription: SubscriptionState, state: InvoiceState): void {
  subscription.invoiceCount += 1;
  world.invoices.push(state);
}

/** What becomes of the invoice for a pause of its collection at the moment when it was made. */
function pauseOf({ plan, createdAt }: InvoiceState) {
  const { pausedCollection: paused } = plan.subscription;
  if (paused === null || (paused.resumesAt !== null && paused.resumesAt <= createdAt)) return null;
  return paused.behavior;
}

function setStatus(world: World, state: InvoiceState, status: InvoiceState['status'], type: InvoiceNote): void {
  state.status = status;
  note(world, state, type);
}

type InvoiceNote = Extract<TimelineEntry, { readonly invoiceId: string; readonly totalMinor: bigint }>['type'];

function note(world: World, state: InvoiceState, type: InvoiceNote): void {
  const { invoice } = shownInvoice(world, state);
  world.timeline.add(world.now, {
    type,
    invoiceId: state.id,
    subscriptionId: invoice.subscriptionId,
    totalMinor: invoice.totalMinor,
    amountDueMinor: invoice.amountDueMinor,
    currency: invoice.currency,
  });
}

const nounOf = ({ id, name, balanceMinor, taxExempt }: CustomerState): Customer => ({
  id,
  name,
  email: null,
  metadata: {},
  currency: null,
  balanceMinor,
  discount: null,
  taxExempt,
  isDeleted: false,
  testClock: null,
  created: null,
});
