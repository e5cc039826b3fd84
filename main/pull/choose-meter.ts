import type { Meter } from '../../shared/billing/meter.ts';
import type { Problem } from '../../shared/errors.ts';
import type { PullMeter } from './pull-request.ts';

export type MeterChoice = { readonly meter: Meter | null; readonly warnings: readonly Problem[] };

/**
 * Stripe's meter of a configured one, by id or event name. Of several with one event name the active one counts, else
 * the newest; an inactive meter is read like an active one, with a warning.
 */
export function chooseMeter(configured: Pick<PullMeter, 'key' | 'stripe'>, meters: readonly Meter[]): MeterChoice {
  const reference = configured.stripe;
  const candidates = meters
    .filter((meter) => ('id' in reference ? meter.id === reference.id : meter.eventName === reference.eventName))
    .sort(byPreference);
  const [meter = null] = candidates;
  const name = 'id' in reference ? reference.id : reference.eventName;
  const path = configured.key;
  const warnings: Problem[] = [];
  if (meter === null) {
    warnings.push({
      code: 'stripe.meter_not_found',
      path,
      message: `Stripe has no meter ${name}, which the meter ${configured.key} names.`,
      remedy: 'Create it in Stripe, or correct the name in tieout.yaml.',
    });
  }
  if (candidates.length > 1) {
    warnings.push({
      code: 'stripe.meter_ambiguous',
      path,
      message: `Stripe has ${candidates.length} meters with the event name ${name}; ${meter?.id} is read.`,
      remedy: 'Name the meter by its id in tieout.yaml.',
    });
  }
  if (meter?.status === 'inactive') {
    warnings.push({
      code: 'stripe.meter_inactive',
      path,
      message: `The Stripe meter ${name} is inactive: it takes no new events.`,
      remedy: 'Reactivate it in Stripe if usage is still to be billed.',
    });
  }
  return { meter, warnings };
}

function byPreference(a: Meter, b: Meter): number {
  if (a.status !== b.status) return a.status === 'active' ? -1 : 1;
  return b.created - a.created || (a.id < b.id ? -1 : 1);
}

/** Active meters that no configured one stands for, one per event name. */
export function unconfiguredMeters(
  configured: readonly Pick<PullMeter, 'key' | 'stripe'>[],
  meters: readonly Meter[],
): readonly Meter[] {
  const taken = new Set<string>();
  for (const { stripe } of configured) if ('eventName' in stripe) taken.add(stripe.eventName);
  const ids = new Set(configured.map((meter) => chooseMeter(meter, meters).meter?.id));
  const found: Meter[] = [];
  for (const meter of [...meters].sort(byPreference)) {
    if (meter.status !== 'active' || ids.has(meter.id) || taken.has(meter.eventName)) continue;
    taken.add(meter.eventName);
    found.push(meter);
  }
  return found;
}
