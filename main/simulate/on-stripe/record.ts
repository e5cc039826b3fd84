import type { Invoice, InvoiceLine } from '../../../shared/billing/invoice.ts';
import { TieoutError } from '../../../shared/errors.ts';
import { formatInstant, type Instant, parseInstant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';

/** What Stripe made of a scenario, in the scenario's own ids: enough to compare again, offline, at any time. */
export type StripeRecord = {
  readonly name: string;
  /** Of the scenario as it was run. */
  readonly digest: string;
  readonly runId: string;
  readonly host: string;
  readonly ranAt: Instant;
  readonly clocks: number;
  readonly invoices: readonly Invoice[];
  readonly meters: readonly RecordedUsage[];
  /** Usage that Stripe refused, by its place in the scenario. */
  readonly refused: readonly { readonly usage: number; readonly reason: string }[];
};

export type RecordedUsage = {
  readonly customerId: string;
  readonly meterId: string;
  readonly period: Period;
  /** Decimal text as Stripe sent it. */
  readonly value: string;
};

/** As JSON; printed with `printExactJson`. */
export const recordDocument = (record: StripeRecord): object => ({
  tieout: 1,
  kind: 'stripe-record',
  ...record,
  ranAt: formatInstant(record.ranAt),
  invoices: record.invoices.map((invoice) => ({
    ...invoice,
    period: periodText(invoice.period),
    created: formatInstant(invoice.created),
    finalizedAt: invoice.finalizedAt === null ? null : formatInstant(invoice.finalizedAt),
    lines: invoice.lines.map((line) => ({ ...line, servicePeriod: periodText(line.servicePeriod) })),
  })),
  meters: record.meters.map((usage) => ({ ...usage, period: periodText(usage.period) })),
});

const periodText = ({ from, to }: Period) => ({ from: formatInstant(from), to: formatInstant(to) });

/** @param raw what `parseExactJson` gives. @throws TieoutError `stripe.record_malformed` with the path of the field */
export function readRecord(raw: unknown): StripeRecord {
  const fields = new Fields(raw, '');
  if (fields.text('kind') !== 'stripe-record') throw malformed('kind', 'it is no record of a run on Stripe');
  return {
    name: fields.text('name'),
    digest: fields.text('digest'),
    runId: fields.text('runId'),
    host: fields.text('host'),
    ranAt: fields.instant('ranAt'),
    clocks: fields.count('clocks'),
    invoices: fields.list('invoices').map(readInvoice),
    meters: fields.list('meters').map((usage) => ({
      customerId: usage.text('customerId'),
      meterId: usage.text('meterId'),
      period: usage.period('period'),
      value: usage.text('value'),
    })),
    refused: fields.list('refused').map((row) => ({ usage: row.count('usage'), reason: row.text('reason') })),
  };
}

const STATUSES = ['draft', 'open', 'paid', 'uncollectible', 'void'] as const;

const readInvoice = (invoice: Fields): Invoice => ({
  id: invoice.text('id'),
  number: invoice.textOrNull('number'),
  customerId: invoice.text('customerId'),
  subscriptionId: invoice.textOrNull('subscriptionId'),
  status: invoice.oneOf('status', STATUSES),
  currency: invoice.text('currency'),
  billingReason: invoice.textOrNull('billingReason'),
  period: invoice.period('period'),
  created: invoice.instant('created'),
  finalizedAt: invoice.textOrNull('finalizedAt') === null ? null : invoice.instant('finalizedAt'),
  subtotalMinor: invoice.minor('subtotalMinor'),
  discountMinor: invoice.minor('discountMinor'),
  creditMinor: invoice.minor('creditMinor'),
  taxMinor: invoice.minor('taxMinor'),
  totalMinor: invoice.minor('totalMinor'),
  startingBalanceMinor: invoice.minor('startingBalanceMinor'),
  endingBalanceMinor: invoice.has('endingBalanceMinor') ? invoice.minor('endingBalanceMinor') : null,
  amountDueMinor: invoice.minor('amountDueMinor'),
  isAutomaticTax: invoice.flag('isAutomaticTax'),
  lines: invoice.list('lines').map(readLine),
});

const readLine = (line: Fields): InvoiceLine => ({
  id: line.text('id'),
  invoiceId: line.text('invoiceId'),
  amountMinor: line.minor('amountMinor'),
  currency: line.text('currency'),
  description: line.textOrNull('description'),
  quantity: line.textOrNull('quantity'),
  unitAmount: line.textOrNull('unitAmount'),
  priceId: line.textOrNull('priceId'),
  subscriptionId: line.textOrNull('subscriptionId'),
  subscriptionItemId: line.textOrNull('subscriptionItemId'),
  servicePeriod: line.period('servicePeriod'),
  isProration: line.flag('isProration'),
  origin: line.oneOf('origin', ['subscription_item', 'invoice_item', 'unknown']),
  discountMinor: line.minor('discountMinor'),
  discounts: line.list('discounts').map((each) => ({
    discountId: each.textOrNull('discountId'),
    amountMinor: each.minor('amountMinor'),
  })),
  creditMinor: line.minor('creditMinor'),
  taxes: line.list('taxes').map((tax) => ({
    taxRateId: tax.textOrNull('taxRateId'),
    amountMinor: tax.minor('amountMinor'),
    isInclusive: tax.flag('isInclusive'),
    taxableMinor: tax.has('taxableMinor') ? tax.minor('taxableMinor') : null,
  })),
});

const malformed = (path: string, what: string): TieoutError =>
  new TieoutError('stripe.record_malformed', {
    message: `The record cannot be used: ${what}.`,
    path,
    remedy: 'Give the file that tieout simulate --on stripe wrote, unchanged.',
  });

/** The fields of one object of a record, each required to be what it must be. */
class Fields {
  readonly #raw: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(raw: unknown, path: string) {
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw malformed(path, 'an object is missing');
    this.#raw = raw as Readonly<Record<string, unknown>>;
    this.#path = path;
  }

  has(name: string): boolean {
    return this.#raw[name] !== null && this.#raw[name] !== undefined;
  }

  text(name: string): string {
    const value = this.#raw[name];
    return typeof value === 'string' ? value : this.#refuse(name, 'text');
  }

  textOrNull(name: string): string | null {
    return this.has(name) ? this.text(name) : null;
  }

  flag(name: string): boolean {
    const value = this.#raw[name];
    return typeof value === 'boolean' ? value : this.#refuse(name, 'true or false');
  }

  oneOf<Word extends string>(name: string, words: readonly Word[]): Word {
    const value = this.text(name);
    return words.find((word) => word === value) ?? this.#refuse(name, `one of ${words.join(', ')}`);
  }

  count(name: string): number {
    const value = this.#raw[name];
    return typeof value === 'number' && Number.isSafeInteger(value) ? value : this.#refuse(name, 'a whole number');
  }

  minor(name: string): bigint {
    const text = String(this.#raw[name]);
    return /^-?\d+$/.test(text) ? BigInt(text) : this.#refuse(name, 'an integer in minor units');
  }

  instant(name: string): Instant {
    return parseInstant(this.text(name), this.#at(name));
  }

  period(name: string): Period {
    const period = new Fields(this.#raw[name], this.#at(name));
    return { from: period.instant('from'), to: period.instant('to') };
  }

  list(name: string): readonly Fields[] {
    const value = this.#raw[name];
    if (!Array.isArray(value)) return this.#refuse(name, 'a list');
    return value.map((each: unknown, index) => new Fields(each, `${this.#at(name)}[${index}]`));
  }

  #at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  #refuse(name: string, expected: string): never {
    throw malformed(this.#at(name), `${this.#at(name)} is not ${expected}`);
  }
}
