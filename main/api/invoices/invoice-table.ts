import { INVOICE_STATES, type InvoiceRow, type InvoiceState } from '../../../shared/contract/invoice-schemas.ts';
import { formatInstant, type Instant } from '../../../shared/values/instant.ts';
import { formatMinorAsMajor } from '../../../shared/values/money.ts';
import { MinorColumn } from './minor-column.ts';
import type { Preview } from './preview.ts';

type StripeHead = { readonly id: string; readonly number: string | null; readonly status: string };

const OUR_AMOUNTS = ['subtotal', 'discount', 'credits', 'tax', 'total', 'amountDue'] as const;

/**
 * All invoices of a month as columns, in the order of customers: some hundred bytes an invoice instead of the invoice
 * with its lines. A row's id is its place.
 */
export class InvoiceTable {
  readonly customers: string[] = [];
  readonly names: (string | null)[] = [];
  readonly subscriptions: string[] = [];
  readonly currencies: string[] = [];
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #notes: number[] = [];
  readonly #states: number[] = [];
  readonly #isCompared: boolean[] = [];
  readonly #stripe: (StripeHead | null)[] = [];
  readonly #amounts = Object.fromEntries(OUR_AMOUNTS.map((name) => [name, new MinorColumn()])) as Record<
    (typeof OUR_AMOUNTS)[number],
    MinorColumn
  >;
  readonly #stripeTotal = new MinorColumn();
  readonly #stripeDue = new MinorColumn();

  get length(): number {
    return this.customers.length;
  }

  add({ customer, invoice, stripe, state, notes, comparison }: Preview): void {
    this.customers.push(customer.id);
    this.names.push(customer.name);
    this.subscriptions.push(invoice.subscriptionId);
    this.currencies.push(invoice.currency);
    this.#from.push(invoice.period.from);
    this.#to.push(invoice.period.to);
    this.#notes.push(notes.length);
    this.#states.push(INVOICE_STATES.indexOf(state));
    const total = comparison?.totals.find(({ field }) => field === 'total');
    this.#isCompared.push((total?.difference ?? null) !== null);
    this.#stripe.push(stripe === null ? null : { id: stripe.id, number: stripe.number, status: stripe.status });
    this.#amounts.subtotal.push(invoice.subtotalMinor);
    this.#amounts.discount.push(invoice.discountMinor);
    this.#amounts.credits.push(invoice.creditMinor);
    this.#amounts.tax.push(invoice.taxMinor);
    this.#amounts.total.push(invoice.totalMinor);
    this.#amounts.amountDue.push(invoice.amountDueMinor);
    this.#stripeTotal.push(stripe?.totalMinor ?? 0n);
    this.#stripeDue.push(stripe?.amountDueMinor ?? 0n);
  }

  state(id: number): InvoiceState {
    return INVOICE_STATES[this.#states[id] as number] ?? 'incomplete';
  }

  stripe(id: number): StripeHead | null {
    return this.#stripe[id] ?? null;
  }

  from(id: number): number {
    return this.#from[id] as number;
  }

  totalMinor(id: number): bigint {
    return this.#amounts.total.at(id);
  }

  stripeTotalMinor(id: number): bigint {
    return this.#stripeTotal.at(id);
  }

  /** Whether the two totals can be compared: Stripe's says what ours does, and ours is whole. */
  isCompared(id: number): boolean {
    return this.#isCompared[id] === true;
  }

  /** Our total − Stripe's; null where they are not compared. */
  differenceMinor(id: number): bigint | null {
    return this.isCompared(id) ? this.totalMinor(id) - this.stripeTotalMinor(id) : null;
  }

  /** To sort by; NaN: absent. */
  near(id: number, of: 'total' | 'stripe' | 'difference'): number {
    if (of === 'total') return this.#amounts.total.near(id);
    if (of === 'stripe') return this.stripe(id) === null ? Number.NaN : this.#stripeTotal.near(id);
    return this.isCompared(id) ? this.#amounts.total.near(id) - this.#stripeTotal.near(id) : Number.NaN;
  }

  row(id: number): InvoiceRow {
    const currency = this.currencies[id] as string;
    const major = (minor: bigint): string => formatMinorAsMajor(minor, currency);
    const amounts = Object.fromEntries(OUR_AMOUNTS.map((name) => [name, major(this.#amounts[name].at(id))])) as Record<
      (typeof OUR_AMOUNTS)[number],
      string
    >;
    const stripe = this.stripe(id);
    const difference = this.differenceMinor(id);
    return {
      customer: this.customers[id] as string,
      subscription: this.subscriptions[id] as string,
      name: this.names[id] ?? null,
      period: {
        from: formatInstant(this.#from[id] as Instant),
        to: formatInstant(this.#to[id] as Instant),
      },
      currency,
      ...amounts,
      stripe:
        stripe === null
          ? null
          : { ...stripe, total: major(this.#stripeTotal.at(id)), amountDue: major(this.#stripeDue.at(id)) },
      difference: difference === null ? null : major(difference),
      state: this.state(id),
      notes: this.#notes[id] as number,
    };
  }
}
