import type { SeamRequest, SeamPiece as SeamRow, SeamWindow } from '../../../shared/contract/pipelines-schemas.ts';
import type { Problem } from '../../../shared/errors.ts';
import { type CutoverTerms, seamFrom } from '../../../shared/reconciliation/pipelines/cutover.ts';
import { gigabyteSeconds, rolledValues } from '../../../shared/reconciliation/pipelines/rollup.ts';
import {
  type CustomerMode,
  firstOfEachId,
  type ListedEvent,
  type RollupMode,
} from '../../../shared/reconciliation/pipelines/rollup-facts.ts';
import {
  type BilledStretch,
  type MachineRun,
  type SeamPiece,
  seamPieces,
} from '../../../shared/reconciliation/pipelines/seam-pieces.ts';
import { add, compare, type Decimal, formatDecimal, ZERO } from '../../../shared/values/decimal.ts';
import { formatInstant, HOUR_MS, type Instant, instant } from '../../../shared/values/instant.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import {
  type MonthKey,
  monthOf,
  monthPeriod,
  nextMonth,
  type Period,
  previousMonth,
} from '../../../shared/values/period.ts';
import type { PipelineSettings } from '../../config/config.ts';
import {
  type Books,
  isBilled,
  type Known,
  lacksModes,
  openBooks,
  type RolledPipeline,
  readBilled,
  readListed,
  readModes,
  readRuns,
  readSamples,
  requireCutover,
  requireRollup,
} from './books.ts';
import { findPipeline } from './parity-meters.ts';
import { type CutoverContext, unitsOf } from './rollup-view.ts';
import { compareWorths, sumQuantities, sumWorths, type Worth, worthsOf, worthText } from './worth.ts';

/** So much on either side of T is looked at, as far as it was pulled. */
export const SEAM_REACH_MS = 48 * HOUR_MS;

/** A piece with what it is worth and who it is about. */
export type PricedPiece = {
  readonly kind: SeamPiece['kind'];
  readonly customer: string;
  readonly name: string | null;
  readonly meter: string;
  readonly unit: string;
  readonly period: Period;
  readonly quantity: Decimal;
  readonly worth: Worth | null;
};

export type SeamReport = {
  readonly terms: CutoverTerms;
  readonly state: 'checked' | 'early' | 'missing';
  readonly window: Period;
  /** With measured time in the window. */
  readonly customers: number;
  /** The most valuable first. */
  readonly pieces: readonly PricedPiece[];
  readonly problems: readonly Problem[];
};

/** Where tieout.yaml is silent, hours are billed on either side, due ten minutes after their end. */
export function termsOf({ key, meters, rollup, cutover }: PipelineSettings, at: Instant): CutoverTerms {
  const sampled = meters.find(({ usage }) => usage.template === 'interval_samples')?.usage;
  const samples = rollup?.samples ?? (sampled?.template === 'interval_samples' ? sampled : null);
  const bucketMs = samples?.bucketMs ?? HOUR_MS;
  return {
    to: key,
    from: cutover?.from ?? 'main',
    at,
    bucketMs,
    graceMs: samples?.graceMs ?? DEFAULT_GRACE_MS,
    fromBucketMs: cutover?.bucketMs ?? bucketMs,
    settleMs: cutover?.settleMs ?? DEFAULT_SETTLE_MS,
  };
}

const DEFAULT_GRACE_MS = 600_000;
const DEFAULT_SETTLE_MS = 1_800_000;

/** Everything that both pipelines billed and that was measured about T. */
export type SeamBooks = {
  readonly pipeline: RolledPipeline;
  readonly terms: CutoverTerms;
  readonly window: Period;
  readonly books: Books;
  /** By customer; null: everyone is billed alike. */
  readonly modes: ReadonlyMap<string, readonly CustomerMode[]> | null;
  /** Of customers whom Stripe bills. */
  readonly runs: readonly MachineRun[];
  readonly before: readonly (BilledStretch & { readonly state: string | null })[];
  readonly after: readonly ListedEvent[];
  readonly problems: readonly Problem[];
};

/**
 * Reads what a seam is made of, cut to what both sides have settled.
 * @throws TieoutError `parity.not_found`, `cutover.not_configured`
 */
export function seamBooks(
  { db, config }: CutoverContext,
  asked: { readonly pipeline: string; readonly at: Instant; readonly reachMs?: number },
): SeamBooks {
  const pipeline = requireRollup(config, asked.pipeline);
  requireCutover(pipeline);
  const terms = termsOf(pipeline, asked.at);
  const books = openBooks(db, pipeline);
  const reach = asked.reachMs ?? SEAM_REACH_MS;
  const wide = { from: instant(terms.at - reach), to: instant(terms.at + reach) };
  const listed = readListed(db, books, { from: instant(wide.from - terms.bucketMs), to: wide.to });
  const { samples, runs, billed, events } = books.known;
  const hasRuns = pipeline.cutover?.runs != null;
  const problems: Problem[] = [...books.problems, ...otherStart(pipeline, asked.at)];
  const needed = [
    { known: hasRuns ? runs : samples, what: 'What was measured', key: hasRuns ? 'cutover.runs' : 'rollup' },
    { known: billed, what: `What ${terms.from} billed`, key: 'cutover.billed' },
    { known: events, what: `What ${terms.to} sent`, key: 'rollup.events' },
  ];
  const about = [monthOf(instant(terms.at - HOUR_MS)), monthOf(instant(terms.at + HOUR_MS - 1))];
  for (const { known, what, key } of needed) {
    const lacking = about.find((month) => !known.readAt.has(month));
    if (lacking === undefined) continue;
    problems.push({
      code: 'cutover.not_pulled',
      path: `pipelines.${pipeline.key}.${key}`,
      message: `${what} about T was not pulled.`,
      remedy: `Name its table under pipelines.${pipeline.key}.${key} (docs/cutover.md), and pull ${lacking}.`,
    });
  }
  if (lacksModes(books)) {
    problems.push({
      code: 'cutover.not_pulled',
      path: `pipelines.${pipeline.key}.rollup.customers`,
      message: 'How customers are billed was not read.',
      remedy: 'Pull the month again.',
    });
  }
  const settleMs = Math.max(terms.graceMs, terms.settleMs);
  const window = settledWindow(
    needed.map(({ known }) => known),
    { wide, at: terms.at, settleMs, bucketMs: terms.bucketMs },
  );
  const measured = hasRuns ? readRuns(db, books, window) : sampledRuns({ db, books, window, terms });
  const modes = readModes(db, books);
  const { mode } = pipeline.rollup;
  return {
    pipeline,
    terms,
    window,
    books,
    modes,
    runs: measured.filter(({ customer }) => modeOf(modes, { customer, at: terms.at, mode }) !== null),
    before: readBilled(db, books, { from: instant(window.from - terms.fromBucketMs), to: window.to }).filter(
      ({ state }) => isBilled(state),
    ),
    after: firstOfEachId(listed ?? []).filter(({ state }) => state !== 'shadow'),
    problems,
  };
}

/** What is checked at one instant, and billed from another. */
function otherStart({ key, rollup: { billFrom } }: RolledPipeline, at: Instant): readonly Problem[] {
  if (billFrom === null || billFrom === at) return [];
  return [
    {
      code: 'cutover.not_configured',
      path: `pipelines.${key}.rollup.billFrom`,
      message: `T is ${formatInstant(at)}, and tieout.yaml says that ${key} bills from ${formatInstant(billFrom)} on.`,
      remedy: 'Ask about the same instant, or change billFrom and pull the month.',
      severity: 'warning',
    },
  ];
}

/** What is known about T on all sides and settled there, without a hole. */
function settledWindow(
  sides: readonly Known[],
  of: { readonly wide: Period; readonly at: Instant; readonly settleMs: number; readonly bucketMs: number },
): Period {
  const { wide, at } = of;
  /** When a month was over, settled and read on all sides: its end; else as far as it was. */
  const settledUntil = (month: MonthKey): number => {
    const { from, to } = monthPeriod(month);
    const read = Math.min(...sides.map(({ readAt }) => readAt.get(month) ?? 0)) - of.settleMs;
    return Math.max(from, Math.min(to, Math.floor(read / of.bucketMs) * of.bucketMs));
  };
  const isWhole = (month: MonthKey): boolean => settledUntil(month) === monthPeriod(month).to;
  let first = monthOf(instant(at - 1));
  // Below T all must be known; where T is in the same month, what is not ends the window after it.
  const isFirstKnown = first === monthOf(at) ? settledUntil(first) > monthPeriod(first).from : isWhole(first);
  let from: number = isFirstKnown ? monthPeriod(first).from : at;
  while (from > wide.from && from < at && isWhole(previousMonth(first))) {
    first = previousMonth(first);
    ({ from } = monthPeriod(first));
  }
  let last = monthOf(at);
  let to = settledUntil(last);
  while (to < wide.to && isWhole(last)) {
    last = nextMonth(last);
    to = settledUntil(last);
  }
  return {
    from: instant(Math.max(wide.from, from)),
    to: instant(Math.max(wide.from, Math.min(wide.to, to))),
  };
}

/** Without a list of runs: what the samples of each slot come to, spread over it. */
function sampledRuns(of: {
  readonly db: CutoverContext['db'];
  readonly books: Books;
  readonly window: Period;
  readonly terms: CutoverTerms;
}): readonly MachineRun[] {
  const slotMs = divisor(of.terms.bucketMs, of.terms.fromBucketMs);
  const { billFrom } = of.books.pipeline.rollup;
  const endOfSlot = (from: Instant): Instant => {
    const end = (Math.floor(from / slotMs) + 1) * slotMs;
    return billFrom !== null && from < billFrom && billFrom < end ? billFrom : instant(end);
  };
  return readSamples(of.db, of.books, of.window).map(({ customer, from, memoryMb, seconds }) => ({
    customer,
    from,
    to: endOfSlot(from),
    memoryMb,
    seconds,
  }));
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** The gaps and overlaps about T. @throws TieoutError `parity.not_found` */
export function seamReport(
  context: CutoverContext,
  asked: { readonly pipeline: string; readonly at: Instant; readonly reachMs?: number },
): SeamReport {
  const settings = findPipeline(context.config, asked.pipeline);
  if (settings.rollup === null || settings.cutover === null) return undescribed(context, settings, asked.at);
  const found = seamBooks(context, asked);
  const { terms, window, runs, before, after, pipeline, modes, problems } = found;
  const base = { terms, window, problems };
  if (context.now < seamFrom(terms)) return { ...base, state: 'early', customers: 0, pieces: [] };
  const isMissing = problems.some(({ severity }) => severity !== 'warning') || window.from > terms.at - HOUR_MS;
  if (isMissing) return { ...base, state: 'missing', customers: 0, pieces: [] };
  if (window.to < terms.at + HOUR_MS) return { ...base, state: 'early', customers: 0, pieces: [] };
  const worths = worthsOf(context);
  const { meters, mode } = pipeline.rollup;
  const pieces = seamPieces({
    window,
    runs,
    pipelines: [
      before,
      after.map(({ customer, bucketStart, meter }) => ({
        customer,
        meter,
        from: bucketStart,
        to: instant(bucketStart + terms.bucketMs),
      })),
    ],
  });
  const unit = unitsOf(context.config, meters.unified)(meters.unified);
  const priced = pieces.map(({ kind, customer, period, levels }): PricedPiece => {
    const own = modeOf(modes, { customer, at: period.from, mode }) ?? mode;
    const parts = rolledValues(own, levels, meters).map(({ meter, value }) =>
      worths.of({
        customer,
        eventName: meter,
        month: monthOf(period.from),
        quantity: value,
        isHeld: kind === 'overlap',
      }),
    );
    return {
      kind,
      customer,
      name: worths.who(customer).name,
      meter: pipeline.rollup.meter,
      unit,
      period,
      quantity: gigabyteSeconds(levels),
      worth: addWorths(parts),
    };
  });
  const inWindow = runs.filter(({ from, to }) => from < window.to && to > window.from);
  return {
    ...base,
    state: 'checked',
    customers: new Set(inWindow.map(({ customer }) => customer)).size,
    pieces: priced.sort(byWorth),
  };
}

/** tieout.yaml does not say what either pipeline bills. */
function undescribed({ now }: CutoverContext, pipeline: PipelineSettings, at: Instant): SeamReport {
  const terms = termsOf(pipeline, at);
  return {
    terms,
    state: now < seamFrom(terms) ? 'early' : 'missing',
    window: { from: instant(at - HOUR_MS), to: instant(at + HOUR_MS) },
    customers: 0,
    pieces: [],
    problems: [
      {
        code: 'cutover.not_configured',
        path: `pipelines.${pipeline.key}`,
        message: 'tieout.yaml does not say what either pipeline bills.',
        remedy: 'Describe it under rollup and cutover (docs/cutover.md), and pull the month.',
        severity: 'warning',
      },
    ],
  };
}

/** Null: nobody bills the customer through Stripe. */
function modeOf(
  modes: ReadonlyMap<string, readonly CustomerMode[]> | null,
  { customer, at, mode }: { readonly customer: string; readonly at: Instant; readonly mode: RollupMode },
): RollupMode | null {
  const known = modes?.get(customer);
  const found = known?.findLast(({ since }, index) => index === 0 || since <= at);
  if (found === undefined) return mode;
  return found.isBilledByStripe ? found.mode : null;
}

/** Null where a part has no price. */
function addWorths(parts: readonly (Worth | null)[]): Worth | null {
  const [first] = parts;
  if (first === undefined || first === null) return null;
  let amount = ZERO;
  for (const part of parts) {
    if (part === null || part.currency !== first.currency) return null;
    amount = add(amount, part.amount);
  }
  return { currency: first.currency, amount };
}

const byWorth = (a: PricedPiece, b: PricedPiece): number =>
  compareWorths(a.worth, b.worth) ||
  (a.worth === null ? compare(b.quantity, a.quantity) : 0) ||
  compareBytes(a.customer, b.customer) ||
  a.period.from - b.period.from;

/** A page of a report. */
export function seamWindow(
  report: SeamReport,
  request: Pick<SeamRequest, 'kinds' | 'search' | 'offset' | 'limit'>,
): SeamWindow {
  const wanted = request.search?.trim().toLowerCase() ?? '';
  const found = report.pieces.filter(
    ({ kind, customer, name }) =>
      (request.kinds === undefined || request.kinds.length === 0 || request.kinds.includes(kind)) &&
      (wanted === '' || customer.toLowerCase().includes(wanted) || (name ?? '').toLowerCase().includes(wanted)),
  );
  return {
    ...seamHead(report),
    total: found.length,
    all: report.pieces.length,
    offset: request.offset,
    rows: found.slice(request.offset, request.offset + request.limit).map(seamRow),
  };
}

/** All of a report but its rows. */
export const seamHead = (report: SeamReport): Omit<SeamWindow, 'total' | 'all' | 'offset' | 'rows'> => ({
  pipeline: report.terms.to,
  at: formatInstant(report.terms.at),
  state: report.state,
  checkableAt: formatInstant(seamFrom(report.terms)),
  clean: isClean(report),
  sentence: seamSentence(report),
  period: { from: formatInstant(report.window.from), to: formatInstant(report.window.to) },
  customers: report.customers,
  gaps: sumOf(report, 'gap'),
  overlaps: sumOf(report, 'overlap'),
  problems: [...report.problems],
});

export const isClean = ({ state, pieces }: SeamReport): boolean => state === 'checked' && pieces.length === 0;

function sumOf({ pieces }: SeamReport, kind: PricedPiece['kind']): SeamWindow['gaps'] {
  const own = pieces.filter((piece) => piece.kind === kind);
  return {
    pieces: own.length,
    customers: new Set(own.map(({ customer }) => customer)).size,
    seconds: own.reduce((total, { period }) => total + (period.to - period.from), 0) / 1000,
    quantities: sumQuantities(own),
    money: sumWorths(own.map(({ worth }) => worth)),
  };
}

export const seamRow = (piece: PricedPiece): SeamRow => ({
  kind: piece.kind,
  customer: piece.customer,
  name: piece.name,
  meter: piece.meter,
  unit: piece.unit,
  period: { from: formatInstant(piece.period.from), to: formatInstant(piece.period.to) },
  seconds: (piece.period.to - piece.period.from) / 1000,
  quantity: formatDecimal(piece.quantity),
  money: worthText(piece.worth),
});

function seamSentence(report: SeamReport): string {
  const { state, terms, pieces, customers } = report;
  if (state === 'missing') return 'The seam cannot be checked: something of it was not pulled.';
  if (state === 'early') {
    return `The seam can be checked from ${formatInstant(seamFrom(terms))} on, once the month was pulled after that.`;
  }
  const who = `${customers.toLocaleString('en-US')} ${customers === 1 ? 'customer' : 'customers'}`;
  if (pieces.length === 0) return `No usage of ${who} was billed twice or by nobody.`;
  const part = (kind: PricedPiece['kind'], words: string): readonly string[] => {
    const { pieces: count, seconds, customers: of } = sumOf(report, kind);
    if (count === 0) return [];
    return [`${seconds.toLocaleString('en-US')} s of ${of} ${of === 1 ? 'customer' : 'customers'} ${words}`];
  };
  const parts = [...part('gap', 'were billed by nobody'), ...part('overlap', 'were billed more than once')];
  return `${parts.join(', ')}; ${who} ${customers === 1 ? 'was' : 'were'} measured.`;
}
