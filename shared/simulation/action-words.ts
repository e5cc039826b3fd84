import { formatInstant } from '../values/instant.ts';
import type { ItemUpdate, ScenarioAction } from './scenario.ts';

/** What an action does beside its name and what it is about: `si_seat × 3; create_prorations`. Empty where that is all. */
export function actionWords(action: ScenarioAction): string {
  switch (action.do) {
    case 'update_subscription':
      return [...action.items.map(itemWords), ...trialWords(action.trialEnd), action.prorationBehavior].join('; ');
    case 'cancel_now':
      return `${action.isInvoicedNow ? 'invoiced now' : 'pending usage is dropped'}${action.isProrated ? '; prorated' : ''}`;
    case 'pause':
      return `${action.behavior}${action.resumesAt === null ? '' : ` until ${formatInstant(action.resumesAt)}`}`;
    case 'apply_coupon':
      return action.discount.couponId;
    case 'remove_coupon':
      return action.couponId ?? 'all coupons';
    default:
      return '';
  }
}

function itemWords({ id, priceId, quantity, isDeleted }: ItemUpdate): string {
  if (isDeleted === true) return `${id} removed`;
  const price = priceId === undefined ? '' : ` at ${priceId}`;
  return `${id}${price}${quantity === undefined || quantity === null ? '' : ` × ${quantity}`}`;
}

const trialWords = (trialEnd: ScenarioActionTrial): readonly string[] =>
  trialEnd === undefined
    ? []
    : [trialEnd === null ? 'the trial ends now' : `the trial ends on ${formatInstant(trialEnd)}`];

type ScenarioActionTrial = Extract<ScenarioAction, { readonly do: 'update_subscription' }>['trialEnd'];
