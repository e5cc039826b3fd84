import type { SimulationRun, TimelineEntry } from '../../../shared/simulation/run.ts';
import { runScenario } from '../../../shared/simulation/run-scenario.ts';
import { readScenario } from '../../../shared/simulation/scenario/read-scenario.ts';
import type { Scenario } from '../../../shared/simulation/scenario.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { formatInstant, type Instant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';

/** A close of one customer `cus` with one subscription `sub`, in 2026 unless a year is said. */
export type Close = {
  readonly start?: string;
  readonly grace?: string;
  /** `seat`, or `seat × 2`; ids are `si_` and the price. */
  readonly items?: readonly string[];
  readonly subscription?: object;
  readonly customer?: object;
  readonly coupons?: readonly object[];
  readonly taxRates?: readonly object[];
  /** `01-05 100`, of `calls`; `@02-01T00:30` when it is sent, `#a` its identifier, `of errors` another event. */
  readonly usage?: readonly string[];
  readonly actions?: readonly object[];
  readonly to: string;
};

/** `01-05`, `01-05T10:00` or a whole instant. */
export function iso(text: string): string {
  const full = /^\d{4}-/.test(text) ? text : `2026-${text}`;
  const [day = '', time = '00:00:00'] = full.split('T');
  return `${day}T${time.length === 5 ? `${time}:00` : time}Z`;
}

export const closeOf = (close: Close): Scenario =>
  readScenario({
    name: 'a close',
    clock: { start: iso(close.start ?? '01-01') },
    gracePeriod: close.grace ?? '1h',
    catalog: {
      meters: [
        { id: 'mtr_calls', event_name: 'calls', default_aggregation: { formula: 'sum' } },
        { id: 'mtr_errors', event_name: 'errors', default_aggregation: { formula: 'count' } },
        { id: 'mtr_level', event_name: 'level', default_aggregation: { formula: 'last' } },
        {
          id: 'mtr_hourly',
          event_name: 'hourly',
          default_aggregation: { formula: 'sum' },
          event_time_window: 'hour',
        },
      ],
      prices: PRICES,
      coupons: close.coupons ?? [],
      tax_rates: close.taxRates ?? [],
    },
    customers: [
      {
        id: 'cus',
        payment: 'succeeds',
        subscriptions: [{ id: 'sub', items: (close.items ?? ['calls']).map(itemOf), ...close.subscription }],
        ...close.customer,
      },
    ],
    usage: (close.usage ?? []).map(eventOf),
    actions: (close.actions ?? []).map(actionOf),
    advanceTo: [iso(close.to)],
  });

export const played = (close: Close): SimulationRun => runScenario(closeOf(close));

const price = (id: string, amount: string, recurring: object): object => ({
  id: `price_${id}`,
  currency: 'usd',
  billing_scheme: 'per_unit',
  unit_amount_decimal: amount,
  recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed', ...recurring },
});
const metered = (meter: string, more: object = {}) => ({ usage_type: 'metered', meter: `mtr_${meter}`, ...more });

/** Amounts are chosen so that a day of January, with 31, is a whole number: a seat costs 100 a day, a pro seat 200. */
const PRICES = [
  price('calls', '0.5', metered('calls')),
  price('callsdear', '2', metered('calls')),
  price('errors', '3', metered('errors')),
  price('level', '4', metered('level')),
  price('hourly', '1', metered('hourly')),
  price('callsweek', '0.5', metered('calls', { interval: 'week' })),
  price('callsday', '0.5', metered('calls', { interval: 'day' })),
  price('seat', '3100', {}),
  price('pro', '6200', {}),
  price('seat2w', '1400', { interval: 'week', interval_count: 2 }),
  price('seatyear', '36500', { interval: 'year' }),
];

/** Of the subscription, unless it is about something else. */
const actionOf = (action: object): object =>
  ['customer', 'event', 'grant'].some((key) => key in action) ? action : { subscription: 'sub', ...action };

const itemOf = (text: string): object => {
  const [name = '', quantity] = text.split(' × ');
  return {
    id: `si_${name}`,
    price: `price_${name}`,
    ...(quantity === undefined ? {} : { quantity: Number(quantity) }),
  };
};

function eventOf(text: string): object {
  const [when = '', value = '', ...rest] = text.split(' ');
  const after = (mark: string): string | undefined => rest.find((part) => part.startsWith(mark))?.slice(mark.length);
  const named = rest.indexOf('of');
  const sent = after('@');
  return {
    event: named < 0 ? 'calls' : rest[named + 1],
    customer: 'cus',
    value,
    timestamp: iso(when),
    sentAt: iso(sent ?? when),
    ...(after('#') === undefined ? {} : { identifier: after('#') }),
  };
}

/** `cycle 01-01 to 02-01 paid 50`, then what is due where that is something else. */
export const printInvoices = ({ invoices }: SimulationRun): readonly string[] =>
  invoices.map(({ reason, status, invoice: { period, totalMinor, amountDueMinor } }) => {
    const due = amountDueMinor === totalMinor ? '' : ` due ${amountDueMinor}`;
    return `${reason} ${printPeriod(period)} ${status} ${totalMinor}${due}`;
  });

/** `mtr_calls 01-01 to 02-01: 110, 100, 100`: measured, metered, billed. */
export const printUsage = ({ usage }: SimulationRun): readonly string[] =>
  usage.map(({ meterId, period, measured, metered: held, billed }) => {
    const figures = [measured, held, billed].map((one) => (one === null ? 'none' : formatDecimal(one)));
    return `${meterId} ${printPeriod(period)}: ${figures.join(', ')}`;
  });

/** `02-01T01:00 usage_too_late`, of the types that are asked for. */
export const printTimeline = ({ timeline }: SimulationRun, ...types: readonly TimelineEntry['type'][]) =>
  timeline.filter(({ type }) => types.includes(type)).map(({ at, type }) => `${print(at)} ${type}`);

const printPeriod = ({ from, to }: Period): string => `${print(from)} to ${print(to)}`;
const print = (at: Instant): string =>
  formatInstant(at)
    .replace(/^2026-/, '')
    .replace(/T00:00:00Z$/, '')
    .replace(/:00Z$/, '');
