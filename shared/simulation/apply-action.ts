import { TieoutError } from '../errors.ts';
import { formatInstant } from '../values/instant.ts';
import { actionWords } from './action-words.ts';
import { cancelAtPeriodEnd, cancelNow } from './cancel.ts';
import { checkDiscount, customerOf, grantOf, runningSubscription, subscriptionOf } from './checks.ts';
import { beginDiscount, endDiscounts } from './discounts.ts';
import { DUE_RANK } from './due-queue.ts';
import { addGrant, voidGrant } from './grants.ts';
import { voidInvoice } from './invoices.ts';
import type { ScenarioAction } from './scenario.ts';
import { updateSubscription } from './update-subscription.ts';
import { cancelEvent } from './usage-book.ts';
import type { CustomerState, InvoiceState, SubscriptionState, World } from './world.ts';

/**
 * What a person does now. It is noted before what follows from it; where it cannot be done, nothing has happened.
 * @throws TieoutError `scenario.unknown_*`, `scenario.duplicate_id`, and `simulation.*` where it cannot be done now
 */
export function applyAction(world: World, action: ScenarioAction): void {
  const { length } = world.timeline;
  try {
    act(world, action);
  } catch (error) {
    world.timeline.cutTo(length);
    throw error;
  }
}

function act(world: World, action: ScenarioAction): void {
  const note = (about: string, detail = actionWords(action)): void =>
    world.timeline.add(world.now, { type: 'action', action: action.do, about, detail });
  switch (action.do) {
    case 'update_subscription':
      note(action.subscriptionId);
      updateSubscription(world, action);
      break;
    case 'cancel_now':
      note(action.subscriptionId);
      cancelNow(world, action);
      break;
    case 'cancel_at_period_end':
      note(action.subscriptionId);
      cancelAtPeriodEnd(world, action.subscriptionId);
      break;
    case 'pause':
      note(action.subscriptionId);
      pause(world, action);
      break;
    case 'resume':
      note(action.subscriptionId);
      runningSubscription(world, action.subscriptionId).paused = null;
      break;
    case 'add_credit_grant':
      note(action.grant.id);
      addGrant(world, action.grant);
      break;
    case 'void_credit_grant':
      note(action.grantId);
      voidGrant(world, grantOf(world, action.grantId));
      break;
    case 'apply_coupon':
      note(idOf(action.owner));
      applyCoupon(world, action);
      break;
    case 'remove_coupon':
      note(idOf(action.owner));
      removeCoupon(world, action);
      break;
    case 'cancel_event':
      note(action.identifier, cancelEvent(world, action));
      break;
    case 'void_invoice': {
      const invoice = invoiceToVoid(world, action);
      note(invoice.id);
      voidInvoice(world, invoice);
      break;
    }
  }
}

type Done<Name extends ScenarioAction['do']> = Extract<ScenarioAction, { readonly do: Name }>;

function pause(world: World, { subscriptionId, behavior, resumesAt }: Done<'pause'>): void {
  const subscription = runningSubscription(world, subscriptionId);
  const paused = { behavior, resumesAt };
  subscription.paused = paused;
  if (resumesAt === null) return;
  world.due.add({
    at: resumesAt > world.now ? resumesAt : world.now,
    rank: DUE_RANK.collectionResumes,
    run: () => {
      if (subscription.paused !== paused) return;
      subscription.paused = null;
      world.timeline.add(world.now, { type: 'action', action: 'resume', about: subscriptionId, detail: 'as planned' });
    },
  });
}

/** A subscription may have several discounts, a customer one: another one takes its place. */
function applyCoupon(world: World, { owner, discount }: Done<'apply_coupon'>): void {
  const state = ownerOf(world, owner);
  checkDiscount(world, discount);
  const about = state.id;
  if ('customerId' in owner) state.discounts = endDiscounts(world, { ...state, couponId: null, about });
  const made = beginDiscount(world, discount, { about, begins: world.now, current: () => state.discounts });
  state.discounts = [...state.discounts, made];
}

function removeCoupon(world: World, { owner, couponId }: Done<'remove_coupon'>): void {
  const state = ownerOf(world, owner);
  const discounts = endDiscounts(world, { discounts: state.discounts, couponId, about: state.id });
  if (couponId !== null && discounts.every((discount, index) => discount === state.discounts[index])) {
    throw new TieoutError('simulation.coupon_not_applied', {
      message: `${state.id} does not have the coupon ${couponId} at ${formatInstant(world.now)}.`,
      remedy: 'Take the action away, or apply the coupon before.',
    });
  }
  state.discounts = discounts;
}

type Owner = Done<'apply_coupon'>['owner'];
const idOf = (owner: Owner): string => ('customerId' in owner ? owner.customerId : owner.subscriptionId);
const ownerOf = (world: World, owner: Owner): CustomerState | SubscriptionState =>
  'customerId' in owner ? customerOf(world, owner.customerId) : subscriptionOf(world, owner.subscriptionId);

/** The newest invoice of that usage period. Only one that is open or uncollectible can be voided (Stripe, Void an invoice). */
function invoiceToVoid(world: World, { subscriptionId, periodFrom }: Done<'void_invoice'>): InvoiceState {
  const { id } = subscriptionOf(world, subscriptionId);
  const found = world.invoices.filter(({ plan }) => plan.subscription.id === id && plan.period.from === periodFrom);
  const open = found.findLast(({ status }) => status === 'open' || status === 'uncollectible');
  if (open !== undefined) return open;
  const last = found.at(-1);
  throw new TieoutError('simulation.invoice_not_open', {
    message:
      last === undefined
        ? `${id} has no invoice whose period begins at ${formatInstant(periodFrom)}, as of ${formatInstant(world.now)}.`
        : `The invoice ${last.id} is ${last.status} at ${formatInstant(world.now)}; only an open or uncollectible one can be voided.`,
    remedy: 'Void it after it was finalised, while it is not paid.',
  });
}
