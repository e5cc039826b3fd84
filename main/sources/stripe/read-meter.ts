import type { EventSummary, Meter, MeterFormula } from '../../../shared/billing/meter.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { HOUR_MS, hourOf, instant } from '../../../shared/values/instant.ts';
import { contains, type Period } from '../../../shared/values/period.ts';
import {
  badAnswer,
  decimalOf,
  isRaw,
  type Owner,
  oneOf,
  optionalInstant,
  optionalText,
  type Raw,
  requireObject,
  requireText,
  UNKNOWN_INSTANT,
} from './fields.ts';

const FORMULAS = ['sum', 'count', 'last'] as const satisfies readonly MeterFormula[];

/** @throws TieoutError `stripe.bad_answer`, also for a formula that Tieout does not know */
export function readMeter(value: unknown): Meter {
  const { raw, owner } = requireObject(value, 'meter');
  const aggregation = isRaw(raw.default_aggregation) ? raw.default_aggregation : {};
  const formula = FORMULAS.find((candidate) => candidate === aggregation.formula);
  if (formula === undefined)
    throw badAnswer(owner, 'default_aggregation.formula', `expected one of ${FORMULAS.join(', ')}`);
  const eventName = requireText(raw, 'event_name', owner);
  const mapping = isRaw(raw.customer_mapping) ? raw.customer_mapping : {};
  const valueSettings = isRaw(raw.value_settings) ? raw.value_settings : {};
  return {
    id: owner.id,
    displayName: optionalText(raw.display_name) ?? eventName,
    eventName,
    formula,
    status: oneOf(raw.status, ['active', 'inactive'], { name: 'status', owner, fallback: 'active' }),
    eventTimeWindow: raw.event_time_window === 'hour' || raw.event_time_window === 'day' ? raw.event_time_window : null,
    customerPayloadKey: optionalText(mapping.event_payload_key) ?? 'stripe_customer_id',
    valuePayloadKey: optionalText(valueSettings.event_payload_key) ?? 'value',
    created: optionalInstant(raw.created, 'created', owner) ?? UNKNOWN_INSTANT,
  };
}

/** One summary over the whole period asked for; a base that does not say which is believed. */
export function readTotal(value: unknown, asked: { readonly meterId: string; readonly period: Period }): EventSummary {
  const { raw, owner } = summaryObject(value, asked.meterId);
  return {
    from: optionalInstant(raw.start_time, 'start_time', owner) ?? asked.period.from,
    to: optionalInstant(raw.end_time, 'end_time', owner) ?? asked.period.to,
    value: plainValue(raw.aggregated_value),
  };
}

/** One hour, which must say which it is and be one. */
export function readHour(value: unknown, asked: { readonly meterId: string; readonly period: Period }): EventSummary {
  const { raw, owner } = summaryObject(value, asked.meterId);
  const from = optionalInstant(raw.start_time, 'start_time', owner);
  if (from === null || hourOf(from) !== from || !contains(asked.period, from)) {
    throw badAnswer(owner, 'start_time', 'expected the start of an hour of the period asked for');
  }
  const to = optionalInstant(raw.end_time, 'end_time', owner) ?? instant(from + HOUR_MS);
  if (to <= from || to > from + HOUR_MS) throw badAnswer(owner, 'end_time', 'expected the end of the same hour');
  return { from, to, value: plainValue(raw.aggregated_value) };
}

function summaryObject(value: unknown, meterId: string): { readonly raw: Raw; readonly owner: Owner } {
  const id = isRaw(value) ? optionalText(value.id) : null;
  const owner = { kind: 'event summary', id: id ?? `of meter ${meterId}` };
  if (!isRaw(value)) throw badAnswer(owner, 'data', 'expected an object');
  return { raw: value, owner };
}

/** Plain decimal text of exactly what was sent; what is no number stays as it was written, to be judged `invalid`. */
function plainValue(value: unknown): string {
  const parsed = decimalOf(value);
  if (parsed !== null) return formatDecimal(parsed);
  return typeof value === 'string'
    ? value.slice(0, 100)
    : value === undefined
      ? 'missing'
      : JSON.stringify(value).slice(0, 100);
}
