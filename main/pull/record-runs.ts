import type { Invoice, InvoiceLine } from '../../shared/billing/invoice.ts';
import type { Meter } from '../../shared/billing/meter.ts';
import type { Price } from '../../shared/billing/price.ts';
import { isTieoutError } from '../../shared/errors.ts';
import { billedUsage } from '../../shared/rating/late/billed-lines.ts';
import type { Charge } from '../../shared/rating/late/charge.ts';
import { problemsOfCharge } from '../../shared/rating/late/check-charge.ts';
import { type BilledPrice, stripeCharge } from '../../shared/rating/late/stripe-charge.ts';
import { amountsIn } from '../../shared/rating/ratable-price.ts';
import type { Instant } from '../../shared/values/instant.ts';
import { type MonthKey, monthOf, monthPeriod, type Period } from '../../shared/values/period.ts';
import { readMeters, readPrices } from '../cache/catalog-store.ts';
import { readInvoicesById } from '../cache/invoice-store.ts';
import { type MeasuredMeter, type MeasuredReader, openMeasured } from '../cache/measured-period.ts';
import type { Db } from '../cache/open.ts';
import { meterKeyOf } from '../cache/pull-store.ts';
import { insertRun, type NewRun, readRecorded, readUnrecordedInvoices, voidRuns } from '../cache/rating-run-store.ts';
import { runDigest } from '../cache/run-digest.ts';
import { readTrials } from '../cache/trial-store.ts';
import type { PullMeter } from './pull-request.ts';

export type RecordRequest = {
  readonly db: Db;
  readonly month: MonthKey;
  readonly meters: readonly PullMeter[];
  readonly toolVersion: string;
  readonly at: Instant;
};

/**
 * Keeps what was billed for metered items whose service period touches a month, with the usage in force, so that usage
 * that arrives later is subtracted from it. What is recorded stays as it is; what was voided is marked. A group whose
 * usage is not in force yet waits for the pull that brings it. Runs in the transaction in which a pull takes effect, in
 * steps that leave room for a cancel.
 * @returns how many runs are new
 */
export function* recordRuns(request: RecordRequest): Generator<void, number> {
  const { db, month, at } = request;
  voidRuns(db, at);
  const context: Context = {
    ...request,
    prices: readPrices(db),
    meterOf: meterFinder(db, request.meters),
    trials: readTrials(db),
    measured: openMeasured(db),
  };
  let recorded = 0;
  let seen = 0;
  const meterIds = readMeters(db).flatMap(({ id }) => (context.meterOf(id) === null ? [] : [id]));
  for (const invoices of readInvoicesById(db, readUnrecordedInvoices(db, monthPeriod(month), meterIds))) {
    for (const invoice of invoices) {
      recorded += recordInvoice(context, invoice);
      seen += 1;
      if (seen % INVOICES_PER_STEP === 0) yield;
    }
  }
  return recorded;
}

/** Some 20 ms of work. */
const INVOICES_PER_STEP = 20;

type Context = RecordRequest & {
  readonly prices: ReadonlyMap<string, Price>;
  readonly meterOf: (meterId: string) => RecordedMeter | null;
  readonly trials: ReadonlyMap<string, Period>;
  readonly measured: MeasuredReader;
};

type RecordedMeter = MeasuredMeter & { readonly meterKey: number };

/** The meter of tieout.yaml that counts on a meter of Stripe's. */
function meterFinder(db: Db, meters: readonly PullMeter[]): (meterId: string) => RecordedMeter | null {
  const known = new Map<string, RecordedMeter | null>();
  const stripe = new Map<string, Meter>(readMeters(db).map((meter) => [meter.id, meter]));
  const find = (meterId: string): RecordedMeter | null => {
    const eventName = stripe.get(meterId)?.eventName ?? null;
    const found = meters.find((meter) =>
      'id' in meter.stripe ? meter.stripe.id === meterId : meter.stripe.eventName === eventName,
    );
    if (found === undefined) return null;
    const { usage } = found;
    return {
      key: found.key,
      meterKey: meterKeyOf(db, found.key),
      scale: usage.scale,
      combine: usage.combine,
      usageFingerprint: found.usageFingerprint,
      isDistinct: usage.template === 'active_series' || (usage.template === 'events' && usage.aggregate === 'distinct'),
    };
  };
  return (meterId) => {
    const cached = known.get(meterId);
    if (cached !== undefined) return cached;
    const found = find(meterId);
    known.set(meterId, found);
    return found;
  };
}

/** Lines of one item, price and service period. */
type Group = {
  readonly price: Price;
  readonly meter: RecordedMeter;
  readonly first: InvoiceLine;
  readonly lines: InvoiceLine[];
};

const keyOf = (itemId: string | null, priceId: string, { from, to }: Period): string =>
  `${itemId ?? ''} ${priceId} ${from} ${to}`;

function recordInvoice(context: Context, invoice: Invoice): number {
  const groups = meteredGroups(context, invoice.lines);
  if (groups.size === 0) return 0;
  for (const { itemId, priceId, servicePeriod } of readRecorded(context.db, invoice.id)) {
    groups.delete(keyOf(itemId, priceId, servicePeriod));
  }
  let recorded = 0;
  for (const group of groups.values()) if (recordGroup(context, invoice, group)) recorded += 1;
  return recorded;
}

function meteredGroups({ prices, meterOf }: Context, lines: readonly InvoiceLine[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const line of lines) {
    const { priceId, servicePeriod } = line;
    const price = priceId === null ? undefined : prices.get(priceId);
    const meter = price === undefined || price.meterId === null ? null : meterOf(price.meterId);
    if (price === undefined || meter === null || line.isProration || servicePeriod.to <= servicePeriod.from) continue;
    const key = keyOf(line.subscriptionItemId, price.id, servicePeriod);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { price, meter, first: line, lines: [line] });
    else group.lines.push(line);
  }
  return groups;
}

/** @returns false where it waits, or where the price cannot be rated */
function recordGroup(context: Context, invoice: Invoice, { price, meter, first, lines }: Group): boolean {
  const { db, measured, toolVersion, at } = context;
  const { servicePeriod, currency } = first;
  const found = measured.quantityOf(invoice.customerId, meter, servicePeriod);
  if (found.state === 'not_yet') return false;
  const billedPrice = priceOf(context, price, { first, lines });
  const charge = billedPrice === null ? null : chargeOf(billedPrice, currency, servicePeriod);
  if (billedPrice === null || charge === null) return false;
  const billed = billedUsage(charge, lines);
  const run: Omit<NewRun, 'inputDigest'> = {
    kind: 'billed',
    month: monthOf(servicePeriod.from),
    customerId: invoice.customerId,
    subscriptionId: first.subscriptionId ?? invoice.subscriptionId,
    itemId: first.subscriptionItemId ?? '',
    meterKey: meter.meterKey,
    price: billedPrice,
    currency,
    servicePeriod,
    quantity: billed.quantity,
    measured: found.state === 'known' ? found.quantity : null,
    usageFingerprint: meter.usageFingerprint,
    usagePull: found.state === 'known' ? found.pull : null,
    lines: billed.lines,
    booked: null,
    invoiceId: invoice.id,
    toolVersion,
    createdAt: at,
  };
  const hours = found.state === 'known' ? measured.hoursOf(invoice.customerId, meter, servicePeriod) : [];
  insertRun(db, { ...run, inputDigest: runDigest(run, hours) }, hours);
  return true;
}

/** In the currency of the invoice; free where a trial took the amounts off. */
function priceOf(
  { trials }: Context,
  price: Price,
  { first, lines }: Pick<Group, 'first' | 'lines'>,
): BilledPrice | null {
  const amounts = amountsIn(price, first.currency);
  if (amounts === null) return null;
  const { id, billingScheme, tiersMode, transformQuantity, currency, unitAmount, tiers } = amounts;
  const trial = first.subscriptionId === null ? undefined : trials.get(first.subscriptionId);
  const { from, to } = first.servicePeriod;
  const isInTrial = trial !== undefined && trial.from <= from && to <= trial.to;
  const isFree = isInTrial && lines.every(({ amountMinor }) => amountMinor === 0n);
  return { id, billingScheme, tiersMode, transformQuantity, currency, unitAmount, tiers, isFree };
}

/** Null where the price cannot be rated; a tie-out says so. */
function chargeOf(price: BilledPrice, currency: string, period: Period): Charge | null {
  try {
    const charge = stripeCharge(price, currency, period);
    return problemsOfCharge(charge).length > 0 ? null : charge;
  } catch (error) {
    if (isTieoutError(error)) return null;
    throw error;
  }
}
