import type { DetailedLine, LineDiscount, Totals } from '../../shared/rating/late/line.ts';
import type { BilledPrice } from '../../shared/rating/late/stripe-charge.ts';
import { type Decimal, formatDecimal, parseDecimal } from '../../shared/values/decimal.ts';
import { type Instant, instant } from '../../shared/values/instant.ts';
import type { MonthKey, Period } from '../../shared/values/period.ts';
import { type HourValue, unpackHours } from './hour-pack.ts';
import type { Db } from './open.ts';
import { allRows, firstRow, runQuery } from './query.ts';

export type LateEngine = 'delta' | 'period_preserving';

/** One act of billing a part of what an item used (migration 0004). Quantities in billed units. */
export type NewRun = {
  readonly kind: 'billed' | 'correction';
  /** In which the service period begins. */
  readonly month: MonthKey;
  readonly customerId: string;
  readonly subscriptionId: string | null;
  /** Empty where the invoice line names none. */
  readonly itemId: string;
  readonly meterKey: number;
  readonly price: BilledPrice;
  readonly currency: string;
  readonly servicePeriod: Period;
  /** What was booked; null where the invoice tells packages and not their contents. */
  readonly quantity: Decimal | null;
  /** What was measured then; null: not known. */
  readonly measured: Decimal | null;
  readonly usageFingerprint: string | null;
  readonly usagePull: number | null;
  /** Each with its id, on the service period. */
  readonly lines: readonly DetailedLine[];
  /** Of a correction: which engine booked it, on which period. */
  readonly booked: { readonly engine: LateEngine; readonly on: Period } | null;
  readonly inputDigest: string;
  /** Null on a correction. */
  readonly invoiceId: string | null;
  readonly toolVersion: string;
  readonly createdAt: Instant;
};

export type RatingRun = NewRun & { readonly run: number };

/** Hours of one month in stored native units; native = stored · 10^exponent. */
export type MonthHours = {
  readonly month: MonthKey;
  readonly exponent: number;
  readonly hours: readonly HourValue[];
};

/** The same as it is stored (hour-pack.ts). */
export type PackedMonth = Omit<MonthHours, 'hours'> & { readonly packed: Uint8Array };

/** @returns its number; runs in the caller's transaction */
export function insertRun(db: Db, run: NewRun, hours: readonly PackedMonth[]): number {
  const inserted = runQuery(db, 'rating-run-insert', {
    kind: run.kind,
    month: run.month,
    customerId: run.customerId,
    subscriptionId: run.subscriptionId,
    itemId: run.itemId,
    meterKey: run.meterKey,
    priceId: run.price.id,
    price: JSON.stringify(run.price),
    currency: run.currency,
    serviceFrom: run.servicePeriod.from,
    serviceTo: run.servicePeriod.to,
    quantity: textOf(run.quantity),
    measured: textOf(run.measured),
    usageFingerprint: run.usageFingerprint,
    usagePull: run.usagePull,
    lines: JSON.stringify(run.lines.map(storedLine)),
    engine: run.booked?.engine ?? null,
    bookedFrom: run.booked?.on.from ?? null,
    bookedTo: run.booked?.on.to ?? null,
    inputDigest: run.inputDigest,
    invoiceId: run.invoiceId,
    toolVersion: run.toolVersion,
    createdAt: run.createdAt,
  });
  const number = Number(inserted.lastInsertRowid);
  for (const each of hours) {
    runQuery(db, 'rating-run-hours-insert', [number, each.month, each.exponent, each.packed]);
  }
  return number;
}

const CUSTOMERS_PER_CHUNK = 500;

/** The live runs of a month, some hundred customers at a time, by customer; each customer's oldest first. */
export function* readLiveRuns(db: Db, month: MonthKey): Generator<readonly (readonly RatingRun[])[]> {
  let after = '';
  for (;;) {
    const at = { month, after, limit: CUSTOMERS_PER_CHUNK };
    const ids = allRows<readonly [string]>(db, 'rating-run-customers', at, 'raw').map(([id]) => id);
    const last = ids.at(-1);
    if (last === undefined) return;
    const runs = new Map<string, RatingRun[]>(ids.map((id) => [id, []]));
    const rows = allRows<RunRow>(db, 'rating-runs-live', { month, customerIds: JSON.stringify(ids) });
    for (const row of rows) runs.get(row.customer_id)?.push(runOf(row));
    yield [...runs.values()].filter((list) => list.length > 0);
    after = last;
  }
}

/** Everything that is recorded of one customer's meter, voided runs too, oldest first. */
export const readRunsOf = (
  db: Db,
  of: { readonly month: MonthKey; readonly customerId: string; readonly meterKey: number },
): readonly (RatingRun & { readonly voided: { readonly at: Instant; readonly reason: string } | null })[] =>
  allRows<RunRow>(db, 'rating-runs-of-customer', of).map((row) => ({
    ...runOf(row),
    voided:
      row.voided_at === null || row.void_reason === null
        ? null
        : { at: instant(row.voided_at), reason: row.void_reason },
  }));

/** Live runs that billed a month, and when the first and the last were recorded. */
export function readBilled(
  db: Db,
  month: MonthKey,
): { readonly runs: number; readonly from: Instant | null; readonly to: Instant | null } {
  const row = firstRow<readonly [number, number | null, number | null]>(db, 'rating-runs-billed', [month], 'raw');
  const [runs, from, to] = row ?? [0, null, null];
  return { runs, from: from === null ? null : instant(from), to: to === null ? null : instant(to) };
}

/** Lines of finalised invoices that no run has recorded, counted by invoice, item and price. */
export const countUnrecorded = (db: Db, period: Period, meterIds: readonly string[]): number => {
  const at = { from: period.from, to: period.to, meterIds: JSON.stringify(meterIds) };
  return firstRow<readonly [number]>(db, 'unrecorded-lines', at, 'raw')?.[0] ?? 0;
};

/** Finalised invoices with a line of these meters that touches a period and that is not recorded. */
export const readUnrecordedInvoices = (db: Db, period: Period, meterIds: readonly string[]): readonly string[] =>
  allRows<readonly [string]>(
    db,
    'unrecorded-invoices',
    { from: period.from, to: period.to, meterIds: JSON.stringify(meterIds) },
    'raw',
  ).map(([id]) => id);

/** A text that changes with everything that is recorded or decided. */
export const recordedKey = (db: Db): string =>
  (firstRow<readonly number[]>(db, 'rating-run-key', [], 'raw') ?? []).join(' ');

/** The hours that were in force when a run was recorded, by month; empty where usage has no hours. */
export const readRunHours = (db: Db, run: number): readonly MonthHours[] =>
  allRows<{ month: MonthKey; exponent: number; hours: Uint8Array }>(db, 'rating-run-hours', [run]).map((row) => ({
    month: row.month,
    exponent: row.exponent,
    hours: unpackHours(row.hours),
  }));

/** What a run bills: one item's price over one service period. */
export type BilledGroup = Pick<NewRun, 'itemId' | 'servicePeriod'> & { readonly priceId: string };

/** What is recorded of an invoice, voided or not: an invoice is recorded once. */
export const readRecorded = (db: Db, invoiceId: string): readonly BilledGroup[] =>
  allRows<{ item_id: string; price_id: string; service_from: number; service_to: number }>(
    db,
    'rating-runs-of-invoice',
    [invoiceId],
  ).map((row) => ({
    itemId: row.item_id,
    priceId: row.price_id,
    servicePeriod: { from: instant(row.service_from), to: instant(row.service_to) },
  }));

/** Voids the runs whose invoice was voided. @returns their numbers */
export function voidRuns(db: Db, at: Instant): readonly number[] {
  const runs = allRows<{ run: number }>(db, 'rating-runs-to-void').map(({ run }) => run);
  for (const run of runs) runQuery(db, 'rating-run-void-insert', [run, at, 'Its invoice was voided.']);
  return runs;
}

type RunRow = {
  readonly run: number;
  readonly kind: NewRun['kind'];
  readonly month: MonthKey;
  readonly customer_id: string;
  readonly subscription_id: string | null;
  readonly item_id: string;
  readonly meter_key: number;
  readonly price: string;
  readonly currency: string;
  readonly service_from: number;
  readonly service_to: number;
  readonly quantity: string | null;
  readonly measured: string | null;
  readonly usage_fingerprint: string | null;
  readonly usage_pull: number | null;
  readonly lines: string;
  readonly engine: LateEngine | null;
  readonly booked_from: number | null;
  readonly booked_to: number | null;
  readonly input_digest: string;
  readonly invoice_id: string | null;
  readonly tool_version: string;
  readonly created_at: number;
  readonly voided_at: number | null;
  readonly void_reason: string | null;
};

const runOf = (row: RunRow): RatingRun => {
  const lines: readonly StoredLine[] = JSON.parse(row.lines);
  return {
    run: row.run,
    kind: row.kind,
    month: row.month,
    customerId: row.customer_id,
    subscriptionId: row.subscription_id,
    itemId: row.item_id,
    meterKey: row.meter_key,
    price: JSON.parse(row.price),
    currency: row.currency,
    servicePeriod: { from: instant(row.service_from), to: instant(row.service_to) },
    quantity: decimalOf(row.quantity),
    measured: decimalOf(row.measured),
    usageFingerprint: row.usage_fingerprint,
    usagePull: row.usage_pull,
    lines: lines.map(lineOf),
    booked: bookedOf(row),
    inputDigest: row.input_digest,
    invoiceId: row.invoice_id,
    toolVersion: row.tool_version,
    createdAt: instant(row.created_at),
  };
};

const bookedOf = ({ engine, booked_from: from, booked_to: to }: RunRow): NewRun['booked'] =>
  engine === null || from === null || to === null ? null : { engine, on: { from: instant(from), to: instant(to) } };

const textOf = (value: Decimal | null): string | null => (value === null ? null : formatDecimal(value));
const decimalOf = (text: string | null): Decimal | null => (text === null ? null : parseDecimal(text));

/** A line as JSON: decimals and amounts are text. Credits are given after rating and are not kept. */
type StoredLine = Omit<DetailedLine, 'unitAmount' | 'quantity' | 'discounts' | 'credits' | 'totals'> & {
  readonly unitAmount: string;
  readonly quantity: string;
  readonly discounts: readonly (Omit<LineDiscount, 'amountMinor'> & { readonly amountMinor: string })[];
  readonly totals: { readonly [Key in keyof Totals]: string };
};

const storedLine = (line: DetailedLine): StoredLine => {
  const { credits: _credits, totals, ...rest } = line;
  return {
    ...rest,
    unitAmount: formatDecimal(line.unitAmount),
    quantity: formatDecimal(line.quantity),
    discounts: line.discounts.map((each) => ({ ...each, amountMinor: String(each.amountMinor) })),
    totals: {
      amountMinor: String(totals.amountMinor),
      chargesMinor: String(totals.chargesMinor),
      discountsMinor: String(totals.discountsMinor),
      creditsMinor: String(totals.creditsMinor),
      totalMinor: String(totals.totalMinor),
    },
  };
};

const lineOf = (stored: StoredLine): DetailedLine => ({
  ...stored,
  servicePeriod: { from: instant(stored.servicePeriod.from), to: instant(stored.servicePeriod.to) },
  unitAmount: parseDecimal(stored.unitAmount),
  quantity: parseDecimal(stored.quantity),
  discounts: stored.discounts.map((each) => ({ ...each, amountMinor: BigInt(each.amountMinor) })),
  credits: [],
  totals: {
    amountMinor: BigInt(stored.totals.amountMinor),
    chargesMinor: BigInt(stored.totals.chargesMinor),
    discountsMinor: BigInt(stored.totals.discountsMinor),
    creditsMinor: BigInt(stored.totals.creditsMinor),
    totalMinor: BigInt(stored.totals.totalMinor),
  },
});
