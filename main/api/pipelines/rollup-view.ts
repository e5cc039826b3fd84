import {
  ROLLUP_KINDS,
  type RollupFinding,
  type RollupRequest,
  type RollupWindow,
} from '../../../shared/contract/pipelines-schemas.ts';
import { type Problem, TieoutError } from '../../../shared/errors.ts';
import { LEGACY_SIZES, legacyMeter } from '../../../shared/reconciliation/pipelines/rollup.ts';
import { checkRollup } from '../../../shared/reconciliation/pipelines/rollup-check.ts';
import type { RollupFault } from '../../../shared/reconciliation/pipelines/rollup-facts.ts';
import { faultSentence, rollupSentence } from '../../../shared/reports/rollup-sentences.ts';
import { type Decimal, formatDecimal, normalize } from '../../../shared/values/decimal.ts';
import { formatInstant, type Instant, instant, parseInstant } from '../../../shared/values/instant.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { type MonthKey, monthOf, monthPeriod, nextMonth, type Period } from '../../../shared/values/period.ts';
import type { Db } from '../../cache/open.ts';
import type { Config } from '../../config/config.ts';
import {
  type Books,
  lacksModes,
  openBooks,
  readBilled,
  readListed,
  readModes,
  readSamples,
  requireRollup,
  sentBefore,
} from './books.ts';
import { readHeld } from './held-spans.ts';
import { compareWorths, sumQuantities, sumWorths, type Worth, worthsOf, worthText } from './worth.ts';

export type CutoverContext = { readonly db: Db; readonly config: Config; readonly now: Instant };

/** A fault with what it is worth and who it is about. */
export type PricedFault = RollupFault & {
  readonly name: string | null;
  readonly unit: string;
  readonly worth: Worth | null;
};

export type RollupReport = {
  readonly pipeline: string;
  readonly period: Period;
  readonly billFrom: Instant | null;
  readonly buckets: number;
  readonly events: number;
  readonly sentAsOf: Instant | null;
  readonly heldAsOf: Instant | null;
  /** The most valuable first. */
  readonly faults: readonly PricedFault[];
  readonly problems: readonly Problem[];
};

/** The months whose samples are known, as one period; null: none is. */
export function knownPeriod(books: Books): Period | null {
  const [first] = books.known.samples.months;
  const last = books.known.samples.months.at(-1);
  return first === undefined || last === undefined ? null : { from: monthPeriod(first).from, to: monthPeriod(last).to };
}

/**
 * Checks the rollup of a pipeline over whole buckets.
 * @param asked.billFrom T where tieout.yaml names none
 */
export function rollupReport(
  context: CutoverContext,
  asked: { readonly pipeline: string; readonly period: Period | null; readonly billFrom?: Instant },
): RollupReport {
  const { db, config } = context;
  const pipeline = requireRollup(config, asked.pipeline);
  const { rollup } = pipeline;
  const books = openBooks(db, pipeline);
  const period = asked.period ?? knownPeriod(books) ?? monthPeriod(monthOf(context.now));
  const { bucketMs, graceMs } = rollup.samples;
  const worths = worthsOf(context);
  // An event of the first bucket of a period may be stamped beside it, and Stripe's hours are whole.
  const wide = { from: instant(period.from - bucketMs), to: instant(period.to + bucketMs) };
  const events = readListed(db, books, wide);
  const samples = readSamples(db, books, wide);
  const readAt = Math.min(books.known.samples.asOf ?? 0, books.known.events.asOf ?? books.known.samples.asOf ?? 0);
  const names = [rollup.meters.unified, ...LEGACY_SIZES.map((size) => legacyMeter(size, rollup.meters))];
  const billed = readBilled(db, books, wide);
  const billFrom = rollup.billFrom ?? asked.billFrom ?? null;
  const held = readHeld({
    db,
    worths,
    names,
    events: events ?? [],
    months: monthsOf(wide),
    openFrom: openFrom(books, billFrom, billed),
  });
  const faults = checkRollup({
    period,
    bucketMs,
    graceMs,
    now: instant(readAt),
    readAt: (start) => readAtOf(books, start),
    billFrom,
    isShadow: rollup.isShadow,
    meters: rollup.meters,
    mode: rollup.mode,
    modes: readModes(db, books),
    samples,
    events: lacksModes(books) ? null : events,
    held,
    others: sentBefore(billed),
    accountOf: (customer) => worths.who(customer).account,
  });
  const units = unitsOf(config, rollup.meters.unified);
  const priced = faults.map((fault): PricedFault => {
    const customer = worths.who(fault.customer).key === 0 ? worths.usageIdOf(fault.customer) : fault.customer;
    const isHeld = fault.effect === 'twice' || fault.effect === 'moved';
    const worth = worths.of({
      customer,
      eventName: fault.meter,
      month: monthOf(fault.eventAt ?? fault.bucket.from),
      quantity: fault.quantity,
      isHeld,
    });
    return { ...fault, customer, name: worths.who(customer).name, unit: units(fault.meter), worth };
  });
  const inPeriod = (at: Instant): boolean => period.from <= at && at < period.to;
  const starts = samples
    .map(({ from }) => Math.floor(from / bucketMs) * bucketMs)
    .filter((at) => inPeriod(instant(at)));
  return {
    pipeline: pipeline.key,
    period,
    billFrom,
    buckets: new Set(starts).size,
    events: (events ?? []).filter(({ bucketStart }) => inPeriod(bucketStart)).length,
    sentAsOf: books.known.events.asOf,
    heldAsOf: held.reduce<Instant | null>(
      (newest, { asOf }) => (newest === null || asOf > newest ? asOf : newest),
      null,
    ),
    faults: priced.sort(byWorth),
    problems: [...books.problems, ...missingProblems(books, { period, now: context.now, hasHeld: held.length > 0 })],
  };
}

/** When the month of a bucket was read: what came later is not known. */
function readAtOf({ known: { samples, events } }: Books, start: Instant): Instant {
  const month = monthOf(start);
  const times = [samples, ...(events.asOf === null ? [] : [events])].map(({ readAt }) => readAt.get(month) ?? 0);
  return instant(Math.min(...times));
}

/**
 * Where Stripe's totals can be compared from: what the old pipeline sent to the same meters is not known event by event
 * unless it says so.
 */
function openFrom(
  books: Books,
  billFrom: Instant | null,
  billed: readonly { readonly value: Decimal | null }[],
): Instant | null {
  const { cutover, rollup } = books.pipeline;
  if (cutover === null || billFrom === null) return null;
  const columns = cutover.billed?.columns;
  const tells = columns?.value !== undefined && columns.meter !== undefined;
  return tells && (billed.length > 0 || books.known.billed.asOf !== null)
    ? null
    : instant(billFrom + rollup.samples.bucketMs);
}

function missingProblems(
  books: Books,
  of: { readonly period: Period; readonly now: Instant; readonly hasHeld: boolean },
): readonly Problem[] {
  const { key, rollup } = books.pipeline;
  const problem = (path: string, message: string, remedy: string): Problem => ({
    code: 'cutover.not_pulled',
    path: `pipelines.${key}.${path}`,
    message,
    remedy,
    severity: 'warning',
  });
  if (books.known.samples.asOf === null) {
    return [problem('rollup', 'No samples were read.', 'Pull a month: what the rollup is made of is read with it.')];
  }
  if (rollup.events === null) {
    return [problem('rollup', 'The pipeline does not say what it sent.', 'Name the table under rollup.events.')];
  }
  if (books.known.events.asOf === null) {
    return [problem('rollup.events', 'What the pipeline sent was not read.', 'Pull the month again.')];
  }
  if (lacksModes(books)) {
    return [problem('rollup.customers', 'How customers are billed was not read.', 'Pull the month again.')];
  }
  const unread = unreadOf(books, of).map((message) => problem('rollup', message, 'Pull the month, and ask again.'));
  if (of.hasHeld || unread.length > 0) return unread;
  return [
    problem(
      'rollup',
      "Stripe's totals of the meters that it sends to were not pulled.",
      'Name those meters in tieout.yaml, and pull the month with --hourly all.',
    ),
  ];
}

/** Months of a period that were not read, or before any of its buckets was due: nothing is known of them. */
function unreadOf(books: Books, { period, now }: { readonly period: Period; readonly now: Instant }): string[] {
  const { samples, events } = books.known;
  const { bucketMs, graceMs } = books.pipeline.rollup.samples;
  const months = monthsOf(period).filter((month) => monthPeriod(month).from < now);
  const unread = months.filter((month) => !samples.readAt.has(month) || !events.readAt.has(month));
  if (unread.length > 0) return unread.map((month) => `The samples and events of ${month} were not read.`);
  return months.length === 0 || period.from + bucketMs + graceMs > readAtOf(books, period.from)
    ? ['None of these buckets was due when they were read.']
    : [];
}

const monthsOf = (period: Period): readonly MonthKey[] => {
  const months: MonthKey[] = [];
  for (let month = monthOf(period.from); monthPeriod(month).from < period.to; month = nextMonth(month))
    months.push(month);
  return months;
};

/** The unit of an event name: as tieout.yaml has it, else what a rollup means by it. */
export const unitsOf =
  ({ meters }: Config, unified: string) =>
  (eventName: string): string =>
    meters.find(({ stripe }) => 'eventName' in stripe && stripe.eventName === eventName)?.unit ??
    (eventName === unified ? 'GB-seconds' : 'seconds');

const byWorth = (a: PricedFault, b: PricedFault): number =>
  compareWorths(a.worth, b.worth) ||
  a.bucket.from - b.bucket.from ||
  compareBytes(a.customer, b.customer) ||
  compareBytes(a.meter, b.meter);

/** What makes a rollup wrong; the last bucket of a month lands in the next invoice by design, and only moves. */
export const isWrong = ({ kind }: Pick<RollupFault, 'kind'>): boolean => kind !== 'next_month';

/** The buckets that are asked for; null: all that are known. @throws TieoutError `parity.not_found`, `parity.hours_invalid`, `cutover.not_configured` */
export function rollupPeriod(
  context: CutoverContext,
  {
    pipeline,
    from,
    to,
  }: Pick<RollupRequest, 'pipeline'> & { readonly from?: string | undefined; readonly to?: string | undefined },
): Period | null {
  if (from === undefined && to === undefined) return null;
  const known = knownPeriod(openBooks(context.db, requireRollup(context.config, pipeline)));
  const begin = from === undefined ? (known?.from ?? instant(0)) : parseInstant(from, 'from');
  const end = to === undefined ? (known?.to ?? context.now) : parseInstant(to, 'to');
  if (begin < end) return { from: begin, to: end };
  throw emptyPeriod();
}

export const emptyPeriod = (): TieoutError =>
  new TieoutError('parity.hours_invalid', {
    message: 'The period ends before it begins.',
    path: 'from',
    remedy: 'Choose an end after the start; the end is not part of it.',
  });

/** A page of a report. */
export function rollupWindow(
  report: RollupReport,
  request: Pick<RollupRequest, 'kinds' | 'search' | 'offset' | 'limit'>,
): RollupWindow {
  const wanted = request.search?.trim().toLowerCase() ?? '';
  const found = report.faults.filter(
    ({ kind, customer, name }) =>
      (request.kinds === undefined || request.kinds.length === 0 || request.kinds.includes(kind)) &&
      (wanted === '' || customer.toLowerCase().includes(wanted) || (name ?? '').toLowerCase().includes(wanted)),
  );
  return {
    ...rollupHead(report),
    total: found.length,
    all: report.faults.length,
    offset: request.offset,
    rows: found.slice(request.offset, request.offset + request.limit).map(findingOf),
  };
}

/** All of a report but its rows. */
export const rollupHead = (report: RollupReport): Omit<RollupWindow, 'total' | 'all' | 'offset' | 'rows'> => ({
  period: { from: formatInstant(report.period.from), to: formatInstant(report.period.to) },
  buckets: report.buckets,
  events: report.events,
  sentAsOf: report.sentAsOf === null ? null : formatInstant(report.sentAsOf),
  heldAsOf: report.heldAsOf === null ? null : formatInstant(report.heldAsOf),
  sentence: rollupSentence(report),
  byKind: ROLLUP_KINDS.flatMap((kind) => {
    const own = report.faults.filter((fault) => fault.kind === kind);
    const [first] = own;
    if (first === undefined) return [];
    return [
      {
        kind,
        effect: first.effect,
        findings: own.length,
        customers: new Set(own.map(({ customer }) => customer)).size,
        quantities: sumQuantities(own),
        money: sumWorths(own.map(({ worth }) => worth)),
      },
    ];
  }),
  problems: [...report.problems],
});

export const findingOf = (fault: PricedFault): RollupFinding => ({
  kind: fault.kind,
  effect: fault.effect,
  customer: fault.customer,
  name: fault.name,
  meter: fault.meter,
  unit: fault.unit,
  eventId: fault.eventId,
  bucket: { from: formatInstant(fault.bucket.from), to: formatInstant(fault.bucket.to) },
  eventAt: fault.eventAt === null ? null : formatInstant(fault.eventAt),
  recomputed: textOrNull(fault.recomputed),
  sent: textOrNull(fault.sent),
  held: textOrNull(fault.held),
  quantity: formatDecimal(fault.quantity),
  money: worthText(fault.worth),
  sentence: faultSentence(fault),
});

const textOrNull = (value: Decimal | null): string | null => (value === null ? null : formatDecimal(normalize(value)));
