import { isAbsent, isRaw } from '../../rating/document/fields.ts';
import type { Placed } from './own-fields.ts';

/**
 * Fields of Stripe's objects by which a simulation decides nothing: a customer or a subscription may stand in a
 * scenario as Stripe returns it. Those of `off` are left out only where they say nothing: what they would change is
 * not simulated.
 */
type IdleFields = { readonly any: ReadonlySet<string>; readonly off: ReadonlySet<string> };

const idle = (any: string, off: string): IdleFields => ({ any: new Set(any.split(' ')), off: new Set(off.split(' ')) });

export const IDLE_FIELDS = {
  customer: idle(
    'object address cash_balance created currency customer_account default_source delinquent description email ' +
      'individual_name business_name invoice_credit_balance invoice_prefix invoice_settings livemode metadata ' +
      'next_invoice_sequence phone preferred_locales shipping sources tax tax_ids test_clock',
    'deleted',
  ),
  subscription: idle(
    'object application application_fee_percent billing_mode billing_cycle_anchor_config cancellation_details ' +
      'canceled_at collection_method created customer customer_account days_until_due default_payment_method ' +
      'default_source description ended_at invoice_settings latest_invoice livemode managed_payments metadata ' +
      'next_pending_invoice_item_invoice on_behalf_of payment_settings pending_setup_intent presentment_details ' +
      'status test_clock transfer_data trial_settings trial_start',
    'automatic_tax billing_schedules billing_thresholds discount pause_collection pending_invoice_item_interval ' +
      'pending_update schedule',
  ),
  item: idle(
    'object created current_period_start current_period_end metadata plan subscription',
    'billing_thresholds deleted',
  ),
} as const;

/** The object without the fields that decide nothing; what is no object stays as it is. */
export function withoutIdle({ value, path }: Placed, { any, off }: IdleFields): Placed {
  if (!isRaw(value)) return { value, path };
  const kept = Object.entries(value).filter(([key, own]) => !any.has(key) && !(off.has(key) && isOff(own)));
  return { value: Object.fromEntries(kept), path };
}

const isOff = (value: unknown): boolean =>
  isAbsent(value) ||
  value === false ||
  (Array.isArray(value) ? value.length === 0 : isRaw(value) && value.enabled === false);
