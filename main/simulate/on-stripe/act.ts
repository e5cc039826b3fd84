import type Stripe from 'stripe';
import { isTieoutError, TieoutError } from '../../../shared/errors.ts';
import type { Scenario, ScenarioAction, ScenarioEvent } from '../../../shared/simulation/scenario.ts';
import { toUnixSeconds } from '../../../shared/values/instant.ts';
import { refusalOf } from '../../sources/stripe/failures.ts';
import { idOf, isRaw } from '../../sources/stripe/fields.ts';
import { RESOURCES } from '../../sources/stripe/resources.ts';
import { customerOf } from './plan.ts';
import type { DiscountWish } from './run-state.ts';
import { eventNameOnStripe, idsIn, makeGrant } from './set-up.ts';
import { noteItems } from './subscribe.ts';
import type { Writer } from './writer.ts';
import { WRITTEN } from './written.ts';

/** Sends one usage report. What Stripe refuses is an outcome of the scenario, as a duplicate is, and is remembered. */
export async function sendUsage(writer: Writer, scenario: Scenario, index: number): Promise<void> {
  const event = scenario.usage[index];
  if (event === undefined) return;
  const meter = scenario.catalog.meters.find(({ eventName }) => eventName === event.eventName);
  try {
    await writer.write(WRITTEN.meterEvents, `usage/${index}`, (sdk, options) =>
      sdk.billing.meterEvents.create(
        {
          event_name: eventNameOnStripe(writer, scenario, event.eventName),
          identifier: identifierOf(writer, event, index),
          timestamp: toUnixSeconds(event.timestamp),
          payload: {
            [meter?.customerPayloadKey ?? 'stripe_customer_id']: writer.idOf('customer', event.customerId),
            [meter?.valuePayloadKey ?? 'value']: event.value,
          },
        },
        options,
      ),
    );
  } catch (error) {
    const refusal = eventRefusal(error);
    if (refusal === null) throw error;
    writer.state.refused[String(index)] = refusal.code ?? refusal.message;
    await writer.save();
  }
}

/** What Stripe says of the event itself; null where it refuses the key, the account or a repeat. */
function eventRefusal(error: unknown): { readonly message: string; readonly code: string | null } | null {
  const isAboutRequest = isTieoutError(error) && (error.code === 'stripe.failed' || error.code === 'stripe.not_found');
  const refusal = isAboutRequest ? refusalOf(error) : null;
  return refusal === null || /idempoten/i.test(refusal.message) ? null : refusal;
}

/** Identifiers are unique in the account, so they begin with the run. */
const identifierOf = (writer: Writer, { identifier }: ScenarioEvent, index: number): string =>
  `${writer.state.runId}-${identifier ?? `#${index}`}`.slice(0, 100);

/** Does what a person does at a moment. */
export async function act(writer: Writer, scenario: Scenario, index: number): Promise<void> {
  const action = scenario.actions[index];
  if (action === undefined) return;
  const what = `action/${index}`;
  switch (action.do) {
    case 'add_credit_grant':
      return makeGrant(writer, action.grant, action.at);
    case 'void_credit_grant':
      await writer.write(WRITTEN.creditGrants, what, (sdk, options) =>
        sdk.billing.creditGrants.voidGrant(writer.idOf('grant', action.grantId), {}, options),
      );
      return;
    case 'cancel_event':
      return cancelEvent(writer, scenario, action, index);
    case 'cancel_now':
      return cancelNow(writer, action);
    case 'void_invoice':
      return voidInvoice(writer, scenario, action, what);
    case 'apply_coupon':
    case 'remove_coupon':
      for (const id of ownedSubscriptions(scenario, action.owner)) await changeDiscounts(writer, action, id, what);
      return;
    default:
      await update(writer, action.subscriptionId, what, updateParams(writer, action));
  }
}

/** One that comes too late, or of an event that was refused, changes nothing: that is its outcome. */
async function cancelEvent(
  writer: Writer,
  scenario: Scenario,
  action: Extract<ScenarioAction, { readonly do: 'cancel_event' }>,
  index: number,
): Promise<void> {
  try {
    await writer.write(WRITTEN.adjustments, `action/${index}`, (sdk, options) =>
      sdk.billing.meterEventAdjustments.create(
        {
          type: 'cancel',
          event_name: eventNameOnStripe(writer, scenario, action.eventName),
          cancel: { identifier: `${writer.state.runId}-${action.identifier}`.slice(0, 100) },
        },
        options,
      ),
    );
  } catch (error) {
    if (eventRefusal(error) === null) throw error;
  }
}

async function update(
  writer: Writer,
  subscriptionId: string,
  what: string,
  params: Stripe.SubscriptionUpdateParams,
): Promise<unknown> {
  const answer = await writer.write(WRITTEN.subscriptions, what, (sdk, options) =>
    sdk.subscriptions.update(writer.idOf('subscription', subscriptionId), params, options),
  );
  if (isRaw(answer)) noteItems(writer, answer);
  return answer;
}

type SubscriptionChange = Extract<
  ScenarioAction,
  { readonly do: 'update_subscription' | 'cancel_at_period_end' | 'pause' | 'resume' }
>;

function updateParams(writer: Writer, action: SubscriptionChange): Stripe.SubscriptionUpdateParams {
  switch (action.do) {
    case 'cancel_at_period_end':
      return { cancel_at_period_end: true };
    case 'resume':
      return { pause_collection: '' };
    case 'pause':
      return {
        pause_collection: {
          behavior: action.behavior,
          ...(action.resumesAt === null ? {} : { resumes_at: toUnixSeconds(action.resumesAt) }),
        },
      };
    case 'update_subscription':
      return {
        proration_behavior: action.prorationBehavior,
        ...(action.items.length === 0 ? {} : { items: action.items.map((item) => itemParams(writer, item)) }),
        ...(action.trialEnd === undefined
          ? {}
          : { trial_end: action.trialEnd === null ? ('now' as const) : toUnixSeconds(action.trialEnd) }),
      };
  }
}

type ItemUpdate = Extract<ScenarioAction, { readonly do: 'update_subscription' }>['items'][number];

function itemParams(writer: Writer, item: ItemUpdate): Stripe.SubscriptionUpdateParams.Item {
  const { id, priceId, quantity = null, isDeleted = false } = item;
  const isKnown = writer.has('item', id);
  if (isDeleted) return { id: writer.idOf('item', id), deleted: true };
  return {
    ...(isKnown ? { id: writer.idOf('item', id) } : { metadata: { tieout_item: id } }),
    ...(priceId === undefined ? {} : { price: writer.idOf('price', priceId) }),
    ...(quantity === null ? {} : { quantity: Number(quantity) }),
  };
}

/** A cancellation has no idempotency key; a subscription that is not there any more was cancelled by this very step. */
async function cancelNow(
  writer: Writer,
  action: Extract<ScenarioAction, { readonly do: 'cancel_now' }>,
): Promise<void> {
  try {
    await writer.read(WRITTEN.subscriptions, (sdk) =>
      sdk.subscriptions.cancel(writer.idOf('subscription', action.subscriptionId), {
        invoice_now: action.isInvoicedNow,
        prorate: action.isProrated,
      }),
    );
  } catch (error) {
    if (refusalOf(error)?.code !== 'resource_missing') throw error;
  }
}

async function voidInvoice(
  writer: Writer,
  scenario: Scenario,
  action: Extract<ScenarioAction, { readonly do: 'void_invoice' }>,
  what: string,
): Promise<void> {
  const subscription = writer.idOf('subscription', action.subscriptionId);
  const customer = writer.idOf('customer', customerOf(action, scenario) ?? '');
  const start = toUnixSeconds(action.periodFrom);
  const pages = writer.client.list(
    WRITTEN.invoices,
    (sdk, cursor) => sdk.invoices.list({ ...cursor, customer, subscription }),
    writer.signal,
  );
  for await (const rows of pages) {
    const found = rows.find((row) => isRaw(row) && Number(row.period_start) === start && row.period_end !== start);
    const id = idOf(found);
    if (id === null) continue;
    if (isRaw(found) && found.status === 'void') return;
    await writer.write(WRITTEN.invoices, what, (sdk, options) => sdk.invoices.voidInvoice(id, {}, options));
    return;
  }
  throw new TieoutError('stripe.not_found', {
    message: `There is no invoice of subscription ${action.subscriptionId} on Stripe for the period that is to be voided.`,
    path: WRITTEN.invoices.path,
    remedy: 'Void the invoice of a period that has ended by then.',
  });
}

function ownedSubscriptions(
  { customers }: Scenario,
  owner: { readonly customerId: string } | { readonly subscriptionId: string },
): readonly string[] {
  if ('subscriptionId' in owner) return [owner.subscriptionId];
  return (customers.find(({ id }) => id === owner.customerId)?.subscriptions ?? []).map(({ id }) => id);
}

/** The whole list is sent each time, so what is there must be asked for first: a discount that is over is not. */
async function changeDiscounts(
  writer: Writer,
  action: Extract<ScenarioAction, { readonly do: 'apply_coupon' | 'remove_coupon' }>,
  subscriptionId: string,
  what: string,
): Promise<void> {
  const { changes, discounts } = writer.state;
  const path = `${what}/${subscriptionId}`;
  if (changes[path] === undefined) {
    changes[path] = await wishesFor(writer, action, subscriptionId);
    await writer.save();
  }
  const wishes = changes[path];
  if (wishes === null) return;
  const params = wishes.map((wish) =>
    'discountId' in wish ? { discount: wish.discountId } : { coupon: writer.idOf('coupon', wish.couponId) },
  );
  const answer = await update(writer, subscriptionId, path, { discounts: params.length === 0 ? '' : params });
  const ids = isRaw(answer) ? idsIn(answer.discounts) : [];
  discounts[subscriptionId] = [
    ...(discounts[subscriptionId] ?? []).filter(({ discountId }) => !ids.includes(discountId)),
    ...wishes.flatMap(({ couponId }, index) => {
      const discountId = ids[index];
      return discountId === undefined ? [] : [{ couponId, discountId }];
    }),
  ];
}

async function wishesFor(
  writer: Writer,
  action: Extract<ScenarioAction, { readonly do: 'apply_coupon' | 'remove_coupon' }>,
  subscriptionId: string,
): Promise<readonly DiscountWish[] | null> {
  const found = await writer.read(RESOURCES.subscriptions, (sdk) =>
    sdk.subscriptions.retrieve(writer.idOf('subscription', subscriptionId)),
  );
  if (!isRaw(found) || found.status === 'canceled') return null;
  const there = new Set(idsIn(found.discounts));
  const live = (writer.state.discounts[subscriptionId] ?? []).filter(({ discountId }) => there.has(discountId));
  if (action.do === 'remove_coupon') {
    return live.filter(({ couponId }) => action.couponId !== null && action.couponId !== couponId);
  }
  // A customer has one coupon: another takes its place. A subscription may have several.
  return [...('customerId' in action.owner ? [] : live), { couponId: action.discount.couponId }];
}
