import { formatDecimal } from '../../shared/values/decimal.ts';
import { DAY_MS, HOUR_MS, type Instant, instant } from '../../shared/values/instant.ts';
import { monthOf, type Period } from '../../shared/values/period.ts';
import type { SeedInvoice } from '../sandbox/stripe/build-invoice.ts';
import type { StripeSandbox } from '../sandbox/stripe/server.ts';
import { adjust, type GrantsLeft, type InvoiceRow } from './adjustments.ts';
import { type ChargedRow, charge, rounded, scaled } from './amounts.ts';
import { billingFaultOf } from './billing-faults.ts';
import { FORMER_CPU, type SamplePrice } from './prices.ts';
import { type SampleItem, type SampleSubscription, sampleSubscriptions } from './subscriptions.ts';
import { grantsOf, startingBalance } from './terms.ts';
import { SAMPLE_TO, type SampleCustomer } from './world.ts';

/** What Stripe held of a meter in a service period, in 10^-12 units; 0 where it held nothing. */
export type HeldUsage = (meterId: string, customerId: string, period: Period) => bigint;

export type SampleBilling = {
  readonly invoices: readonly SeedInvoice[];
  /** What the finalised invoices left of each customer's balance. */
  readonly balances: ReadonlyMap<string, bigint>;
};

export const heldBy =
  (sandbox: StripeSandbox): HeldUsage =>
  (meterId, customerId, period) => {
    const [held] = sandbox.state.ledger.summaries({ meterId, customerId, period, grouping: null });
    return held === undefined ? 0n : scaled(formatDecimal(held.value));
  };

/**
 * The invoices of the sample, one subscription period after another: finalised up to the last month, whose invoices are
 * drafts. Amounts, discounts, credits and tax are computed here, apart from shared/rating, so that `tieout prove` on the
 * sample compares two implementations; then come the mistakes of billing-faults.ts.
 */
export function sampleInvoices(customers: readonly SampleCustomer[], held: HeldUsage): SampleBilling {
  const balances = new Map<string, bigint>();
  const invoices = customers.flatMap((customer): SeedInvoice[] => {
    const grants = grantsOf(customer);
    const left: GrantsLeft = new Map();
    let balance = startingBalance(customer);
    const made = turnsOf(sampleSubscriptions(customer)).flatMap((turn) => {
      const rows = rowsOf(turn, held);
      const status = statusOf(turn);
      const adjusted = adjust(rows, {
        subscription: turn.subscription,
        grants,
        // A draft takes nothing yet.
        left: status === 'draft' ? new Map(left) : left,
        created: turn.at,
      });
      const invoice = invoiceOf(turn, {
        status,
        startingBalanceMinor: balance,
        lines: rows.map((row, index) => ({ ...lineOf(row), ...adjusted[index] })),
      });
      if (status !== 'draft' && status !== 'void') balance = smaller(0n, balance + totalOf(invoice));
      return [invoice, ...secondInvoice(turn, rows)];
    });
    balances.set(customer.customerId, balance);
    return made
      .filter((invoice) => invoice.lines.length > 0)
      .map((invoice, index) => numbered(invoice, customer, index));
  });
  return { invoices, balances };
}

/** As Stripe numbers them by default: per customer, in order. */
const numbered = (invoice: SeedInvoice, { index }: SampleCustomer, position: number): SeedInvoice =>
  invoice.status === 'draft'
    ? invoice
    : { ...invoice, number: `SC${String(index + 1).padStart(3, '0')}-${String(position + 1).padStart(4, '0')}` };

/** One invoice of a subscription: `ended` is billed in arrears, `begun` in advance. */
type Turn = {
  readonly subscription: SampleSubscription;
  readonly at: Instant;
  /** Null: the invoice at creation. */
  readonly ended: Period | null;
  readonly begun: Period;
  /** The whole period of which `begun` is a part, where it is shorter. */
  readonly wholeOfBegun: Period;
};

/** All invoices of a customer in the order in which they are made. */
function turnsOf(subscriptions: readonly SampleSubscription[]): readonly Turn[] {
  return subscriptions
    .flatMap((subscription): Turn[] => {
      const { start, anchor } = subscription;
      const turns: Turn[] = [];
      let begun: Period = { from: start, to: anchor > start ? anchor : monthAfter(start) };
      let ended: Period | null = null;
      while (begun.from <= SAMPLE_TO) {
        const wholeOfBegun = begun.to === anchor ? { from: monthBefore(anchor), to: anchor } : begun;
        turns.push({ subscription, at: begun.from, ended, begun, wholeOfBegun });
        ended = begun;
        begun = { from: begun.to, to: monthAfter(begun.to) };
      }
      return turns;
    })
    .sort((a, b) => a.at - b.at);
}

/** Every anchor of the sample lies before the 29th. */
const monthsOn = (at: Instant, count: number): Instant => {
  const date = new Date(at);
  return instant(date.setUTCMonth(date.getUTCMonth() + count));
};
const monthAfter = (at: Instant): Instant => monthsOn(at, 1);
const monthBefore = (at: Instant): Instant => monthsOn(at, -1);

type Row = InvoiceRow & { readonly period: Period; readonly isProration: boolean };

function rowsOf(turn: Turn, held: HeldUsage): readonly Row[] {
  const { items } = turn.subscription;
  return [
    ...items.flatMap((item) => (item.price.meter === null ? [] : meteredRows(item, turn, held))),
    ...items.flatMap((item) => (item.price.meter === null ? [licensedRow(item, turn)] : [])),
  ];
}

/** In arrears, with the mistake that is planted there. */
function meteredRows(item: SampleItem, { subscription, ended }: Turn, held: HeldUsage): readonly Row[] {
  const { meter } = item.price;
  if (ended === null || meter === null) return [];
  const fault = billingFaultOf(subscription.customer, monthOf(ended.from), meter.key);
  if (fault === 'line_missing') return [];
  const until = fault === 'late_push_left_out' ? instant(ended.to - HOUR_MS) : ended.to;
  const quantity = held(meter.meterId, subscription.customer.customerId, { from: ended.from, to: until });
  const price: SamplePrice = fault === 'former_price' ? FORMER_CPU : item.price;
  const charged = charge(fault === 'other_rate' ? { unitAmount: '0.00071' } : price.amounts, quantity);
  const period = fault === 'long_service_period' ? { from: ended.from, to: instant(ended.to + DAY_MS) } : ended;
  return charged.map((row) => ({
    ...row,
    amountMinor: fault === 'edited_amount' ? row.amountMinor - 500n : row.amountMinor,
    item,
    price,
    period,
    isProration: false,
  }));
}

/** In advance; a shorter first period costs its share by the second, a trial nothing. */
function licensedRow(item: SampleItem, { subscription, begun, wholeOfBegun }: Turn): Row {
  const [whole] = charge(item.price.amounts, scaled(String(item.quantity))) as readonly [ChargedRow];
  const isPart = wholeOfBegun.from < begun.from && subscription.trial === null;
  const share = rounded(whole.amountMinor * BigInt(begun.to - begun.from), BigInt(wholeOfBegun.to - wholeOfBegun.from));
  const isTrial = subscription.trial !== null && begun.from < subscription.trial.to;
  return {
    ...whole,
    amountMinor: isTrial ? 0n : isPart ? share : whole.amountMinor,
    item,
    price: item.price,
    period: begun,
    isProration: isPart,
  };
}

const lineOf = ({ item, price, quantity, unitAmount, amountMinor, period, isProration }: Row) => ({
  price: price.id,
  description: price.nickname,
  quantity,
  unitAmount,
  amountMinor,
  period,
  isProration,
  subscriptionItem: item.id,
});

function statusOf({ subscription: { customer }, at, ended }: Turn): SeedInvoice['status'] {
  if (at === SAMPLE_TO) return 'draft';
  const month = ended === null ? null : monthOf(ended.from);
  if (month !== null && billingFaultOf(customer, month, '') === 'void_invoice') return 'void';
  return customer.index % 7 === 3 ? 'open' : 'paid';
}

function invoiceOf(
  { subscription, at, ended }: Turn,
  parts: Pick<SeedInvoice, 'status' | 'startingBalanceMinor' | 'lines'>,
): SeedInvoice {
  const { customer } = subscription;
  const month = ended === null ? 'start' : monthOf(ended.from).replace('-', '');
  return {
    id: `in_sample_${subscription.id.slice('sub_Sample'.length)}_${month}`,
    customer: customer.customerId,
    subscription: subscription.id,
    billingReason: ended === null ? 'subscription_create' : 'subscription_cycle',
    currency: customer.currency,
    period: ended ?? { from: at, to: at },
    created: instant(at + 60_000),
    ...parts,
  };
}

/** The same lines once more, on an invoice made by hand two days later. */
function secondInvoice({ subscription: { customer }, ended, at }: Turn, rows: readonly Row[]): readonly SeedInvoice[] {
  if (ended === null) return [];
  const month = monthOf(ended.from);
  const again = rows.filter(
    ({ price }) => price.meter !== null && billingFaultOf(customer, month, price.meter.key) === 'line_twice',
  );
  if (again.length === 0) return [];
  return [
    {
      id: `in_sample_${customer.customerId.slice(-8)}_manual`,
      customer: customer.customerId,
      subscription: null,
      status: 'open',
      currency: customer.currency,
      period: ended,
      created: instant(at + 2 * DAY_MS),
      lines: again.map((row) => {
        const { subscriptionItem: _, ...line } = lineOf(row);
        return line;
      }),
    },
  ];
}

/** What the invoice asks for before the customer's balance. */
function totalOf({ lines }: SeedInvoice): bigint {
  let total = 0n;
  for (const { amountMinor, discounts = [], credits = [], taxes = [] } of lines) {
    total += amountMinor;
    for (const taken of [...discounts, ...credits]) total -= taken.amountMinor;
    for (const tax of taxes) if (tax.inclusive !== true) total += tax.amountMinor;
  }
  return total;
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
