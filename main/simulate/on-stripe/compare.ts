import type { Invoice } from '../../../shared/billing/invoice.ts';
import type { SimulatedInvoice, SimulationRun } from '../../../shared/simulation/run.ts';
import { equals, formatDecimal, tryParseDecimal } from '../../../shared/values/decimal.ts';
import { formatInstant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';
import { compareInvoices, differenceList } from '../../api/invoices/stripe-invoice.ts';
import { isSummable } from './read-back.ts';
import type { StripeRecord } from './record.ts';

/** One field that the two sides see differently; `line` null: a field of the invoice itself. */
export type Difference = {
  readonly line: string | null;
  readonly field: string;
  readonly ours: bigint | string | null;
  readonly stripe: bigint | string | null;
};

export type ComparedInvoice = {
  readonly customer: string;
  readonly subscription: string | null;
  readonly period: { readonly from: string; readonly to: string };
  readonly currency: string;
  /** Null: that side has no such invoice. */
  readonly ours: { readonly status: string; readonly total: bigint } | null;
  readonly stripe: { readonly status: string; readonly total: bigint } | null;
  readonly lines: number;
  readonly differences: readonly Difference[];
};

export type ComparedUsage = {
  readonly customer: string;
  readonly meter: string;
  readonly period: { readonly from: string; readonly to: string };
  readonly differences: readonly Difference[];
};

export type StripeComparison = {
  readonly runId: string;
  readonly host: string;
  readonly ranAt: string;
  readonly invoices: readonly ComparedInvoice[];
  readonly meters: readonly ComparedUsage[];
  readonly differences: number;
  readonly refused: StripeRecord['refused'];
};

/** Lays what Stripe made of a scenario beside the offline run: invoice by invoice, line by line, meter by meter. */
export function compareWithRecord(run: SimulationRun, record: StripeRecord): StripeComparison {
  const invoices = pairs(run.invoices.filter(isListed), record.invoices).map(([ours, stripe]) =>
    comparedInvoice(ours, stripe),
  );
  const meters = run.usage.filter(isSummable).map((usage): ComparedUsage => {
    const found = record.meters.find(
      ({ customerId, meterId, period }) =>
        customerId === usage.customerId &&
        meterId === usage.meterId &&
        period.from === usage.period.from &&
        period.to === usage.period.to,
    );
    const value = tryParseDecimal(found?.value ?? '0');
    const isSame = value !== null && equals(value, usage.metered);
    return {
      customer: usage.customerId,
      meter: usage.meterId,
      period: periodText(usage.period),
      differences: isSame
        ? []
        : [{ line: null, field: 'metered', ours: formatDecimal(usage.metered), stripe: found?.value ?? null }],
    };
  });
  const differences = [...invoices, ...meters].reduce((sum, each) => sum + each.differences.length, 0);
  return {
    runId: record.runId,
    host: record.host,
    ranAt: formatInstant(record.ranAt),
    invoices,
    meters,
    differences,
    refused: record.refused,
  };
}

const periodText = ({ from, to }: Period) => ({ from: formatInstant(from), to: formatInstant(to) });

/** An invoice at creation that bills nothing is made by Stripe or not, as it likes. */
const isListed = ({ invoice }: SimulatedInvoice): boolean =>
  invoice.lines.length > 0 || invoice.period.from < invoice.period.to;
const billsNothing = ({ lines, period }: Invoice): boolean =>
  period.from === period.to && lines.every(({ amountMinor }) => amountMinor === 0n);

type Pair = readonly [ours: SimulatedInvoice | null, stripe: Invoice | null];

/**
 * By subscription and period, in the order in which they were made; what is left, by subscription and when it was made:
 * the period that an invoice states is then a difference.
 */
function pairs(ours: readonly SimulatedInvoice[], stripe: readonly Invoice[]): readonly Pair[] {
  const left = new Set(stripe);
  const take = (isIt: (invoice: Invoice) => boolean): Invoice | null => {
    for (const invoice of left) {
      if (!isIt(invoice)) continue;
      left.delete(invoice);
      return invoice;
    }
    return null;
  };
  const exact = ours.map((each): Pair => [each, take((invoice) => keyOf(invoice) === keyOf(each.invoice))]);
  const found = exact.map(
    ([mine, theirs]): Pair => [mine, theirs ?? (mine === null ? null : take((invoice) => isMadeWith(mine, invoice)))],
  );
  const alone = [...left].filter((invoice) => !billsNothing(invoice));
  return [...found, ...alone.map((invoice): Pair => [null, invoice])];
}

const keyOf = (of: { readonly subscriptionId: string | null; readonly period: Period }): string =>
  `${of.subscriptionId ?? ''} ${Math.floor(of.period.from / 1000)} ${Math.floor(of.period.to / 1000)}`;

const SAME_MOMENT_MS = 60_000;

const isMadeWith = ({ invoice, createdAt }: SimulatedInvoice, stripe: Invoice): boolean =>
  invoice.subscriptionId === stripe.subscriptionId && Math.abs(createdAt - stripe.created) <= SAME_MOMENT_MS;

function comparedInvoice(ours: SimulatedInvoice | null, stripe: Invoice | null): ComparedInvoice {
  const either = ours?.invoice ?? stripe;
  return {
    customer: either?.customerId ?? '',
    subscription: either?.subscriptionId ?? null,
    period: either === null || either === undefined ? { from: '', to: '' } : periodText(either.period),
    currency: either?.currency ?? '',
    ours: ours === null ? null : { status: ours.status, total: ours.invoice.totalMinor },
    stripe: stripe === null ? null : { status: stripe.status, total: stripe.totalMinor },
    lines: ours?.invoice.lines.length ?? stripe?.lines.length ?? 0,
    differences: differencesOf(ours, stripe),
  };
}

function differencesOf(ours: SimulatedInvoice | null, stripe: Invoice | null): readonly Difference[] {
  if (ours === null || stripe === null) {
    const [mine, theirs] = [ours?.invoice.totalMinor ?? null, stripe?.totalMinor ?? null];
    return [{ line: null, field: 'invoice', ours: mine, stripe: theirs }];
  }
  const status = isSameStatus(ours, stripe)
    ? []
    : [{ line: null, field: 'status', ours: ours.status, stripe: stripe.status }];
  const currency =
    ours.invoice.currency === stripe.currency
      ? []
      : [{ line: null, field: 'currency', ours: ours.invoice.currency, stripe: stripe.currency }];
  const [mine, theirs] = [periodText(ours.invoice.period), periodText(stripe.period)];
  const period =
    keyOf(ours.invoice) === keyOf(stripe)
      ? []
      : [{ line: null, field: 'period', ours: `${mine.from}/${mine.to}`, stripe: `${theirs.from}/${theirs.to}` }];
  return [
    ...status,
    ...currency,
    ...period,
    ...differenceList(compareInvoices(ours.invoice, stripe), ours.invoice, stripe),
  ];
}

/** Stripe calls an invoice paid that has nothing to pay. */
function isSameStatus(ours: SimulatedInvoice, stripe: Invoice): boolean {
  const settled = new Set(['open', 'paid']);
  if (ours.status === stripe.status) return true;
  return ours.invoice.amountDueMinor === 0n && settled.has(ours.status) && settled.has(stripe.status);
}
