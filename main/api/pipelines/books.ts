import { type Problem, TieoutError } from '../../../shared/errors.ts';
import type {
  CustomerMode,
  ListedEvent,
  OtherSent,
  SampledPiece,
} from '../../../shared/reconciliation/pipelines/rollup-facts.ts';
import type { BilledStretch, MachineRun } from '../../../shared/reconciliation/pipelines/seam-pieces.ts';
import { type Decimal, normalize, tryParseDecimal, ZERO } from '../../../shared/values/decimal.ts';
import { fraction, scaleBy } from '../../../shared/values/fraction.ts';
import { type Instant, instant } from '../../../shared/values/instant.ts';
import { type MonthKey, monthPeriod, overlaps, type Period, parseMonth } from '../../../shared/values/period.ts';
import {
  type EvidenceBody,
  type EvidenceKind,
  readEvidencePulls,
  readEvidenceRows,
} from '../../cache/evidence-store.ts';
import type { Db } from '../../cache/open.ts';
import type { Config, PipelineSettings } from '../../config/config.ts';
import type { CutoverSection, RollupSection } from '../../config/cutover-section.ts';
import { evidenceFingerprint, sampleTableOf } from '../../config/evidence-tables.ts';
import { findPipeline } from './parity-meters.ts';

/** A stretch that the old pipeline billed, with what it says of it. */
export type BilledRow = BilledStretch & {
  readonly value: Decimal | null;
  readonly state: string | null;
  readonly eventAt: Instant;
};

/** A run of a machine as the old pipeline lists it; `to` is when the list was read where it goes on. */
export type RunRow = MachineRun & { readonly diskMb: Decimal; readonly isOpen: boolean };

/** What is known of a kind of books: of which months, and since when. */
export type Known = {
  readonly months: readonly MonthKey[];
  /** When each month was read. */
  readonly readAt: ReadonlyMap<MonthKey, Instant>;
  /** The newest of them. */
  readonly asOf: Instant | null;
};

/** A pipeline that has a rollup, with its settings. */
export type RolledPipeline = PipelineSettings & { readonly rollup: RollupSection };

/** The books of one pipeline in the cache, months of a period at a time. */
export type Books = {
  readonly pipeline: RolledPipeline;
  readonly known: Readonly<Record<Exclude<EvidenceKind, 'webhooks'>, Known>>;
  /** What was read under other settings than those in force, and so does not count. */
  readonly problems: readonly Problem[];
};

const KINDS = ['samples', 'events', 'customers', 'billed', 'runs'] as const;

/**
 * @throws TieoutError `parity.not_found`; `cutover.not_configured` where the pipeline has no rollup
 */
export function requireRollup(config: Config, name: string | undefined): RolledPipeline {
  const pipeline = findPipeline(config, name);
  const { rollup } = pipeline;
  if (rollup !== null) return { ...pipeline, rollup };
  throw new TieoutError('cutover.not_configured', {
    message: `tieout.yaml does not say how the pipeline ${pipeline.key} makes events of its samples.`,
    path: `pipelines.${pipeline.key}.rollup`,
    remedy: 'Describe it under rollup (docs/cutover.md), and pull the month again.',
  });
}

/** @throws TieoutError `cutover.not_configured` where nothing is said of a cutover */
export function requireCutover(pipeline: RolledPipeline): CutoverSection {
  if (pipeline.cutover !== null) return pipeline.cutover;
  throw new TieoutError('cutover.not_configured', {
    message: `tieout.yaml does not say what billed before the pipeline ${pipeline.key}.`,
    path: `pipelines.${pipeline.key}.cutover`,
    remedy: 'Describe it under cutover (docs/cutover.md), and pull the month again.',
  });
}

/** What is in the cache of a pipeline's books. */
export function openBooks(db: Db, pipeline: RolledPipeline): Books {
  const { rollup, cutover, key } = pipeline;
  const settings = {
    samples: sampleTableOf(rollup, cutover),
    events: rollup.events,
    customers: rollup.customers,
    billed: cutover?.billed ?? null,
    runs: cutover?.runs ?? null,
  };
  const pulls = readEvidencePulls(db, key);
  const problems: Problem[] = [];
  const known = (kind: (typeof KINDS)[number]): Known => {
    const own = settings[kind];
    const found = pulls.filter((pull) => pull.kind === kind);
    const current = own === null ? [] : found.filter(({ fingerprint }) => fingerprint === evidenceFingerprint(own));
    const stale = own === null ? [] : found.filter((pull) => !current.includes(pull));
    for (const { month } of stale) {
      problems.push({
        code: 'cutover.not_pulled',
        path: `pipelines.${key}`,
        message: `The ${WORDS[kind]} of ${month === '' ? key : month} were read under other settings.`,
        remedy: 'Pull the month again.',
        severity: 'warning',
      });
    }
    const at = current.map(({ asOf }) => asOf);
    const readAt = new Map(
      current.flatMap(({ month, asOf }) => (month === '' ? [] : [[parseMonth(month), asOf] as const])),
    );
    return {
      months: [...readAt.keys()],
      readAt,
      asOf: at.length === 0 ? null : instant(Math.max(...at)),
    };
  };
  const all = Object.fromEntries(KINDS.map((kind) => [kind, known(kind)])) as Books['known'];
  return { pipeline, known: all, problems };
}

const WORDS = {
  samples: 'samples',
  events: 'events',
  customers: 'billing modes',
  billed: 'stretches billed before',
  runs: 'runs of machines',
} as const;

/** The months of a kind that a period touches. */
export const monthsIn = ({ months }: Known, period: Period): readonly MonthKey[] =>
  months.filter((month) => overlaps(monthPeriod(month), period));

function* rowsOf(db: Db, books: Books, kind: (typeof KINDS)[number], period: Period | null): Generator<EvidenceBody> {
  const months = period === null ? [''] : monthsIn(books.known[kind], period);
  for (const month of months) yield* readEvidenceRows(db, { pipeline: books.pipeline.key, kind, month });
}

/** Levels of any unit in MB: the scale of the meter makes GB-seconds of them. */
export function readSamples(db: Db, books: Books, period: Period): readonly SampledPiece[] {
  const { numerator, denominator } = books.pipeline.rollup.samples.scale;
  const toMegabytes = fraction(numerator * 1024n, denominator);
  const sizes = new Map<string, Decimal>();
  const megabytes = (level: string): Decimal => {
    const known = sizes.get(level);
    if (known !== undefined) return known;
    const size = normalize(scaleBy(number(level) ?? ZERO, toMegabytes, LEVEL_PLACES, 'half_up'));
    sizes.set(level, size);
    return size;
  };
  return [...rowsOf(db, books, 'samples', period)].map(([customer, from, level, seconds, late]) => ({
    customer: text(customer),
    from: at(from),
    memoryMb: megabytes(text(level)),
    seconds: number(seconds) ?? ZERO,
    lateSeconds: late === null ? null : number(late),
  }));
}

/** Bytes in MB end within 20 places. */
const LEVEL_PLACES = 30;

/** Null: the pipeline does not say what it sent, or it was not read. Shadow, sent, or else still pending. */
export function readListed(db: Db, books: Books, period: Period): readonly ListedEvent[] | null {
  if (books.known.events.asOf === null) return null;
  const { bucketMs } = books.pipeline.rollup.samples;
  const rows = [...rowsOf(db, books, 'events', period)];
  return rows.map(([id, customer, meter, bucket, value, state, eventAt, attempted, sent]) => ({
    id: text(id),
    customer: text(customer),
    meter: text(meter),
    bucketStart: at(bucket),
    value: number(value) ?? ZERO,
    state: state === 'shadow' || state === 'sent' ? state : 'pending',
    eventAt: atOrNull(eventAt) ?? instant(at(bucket) + bucketMs),
    attemptedAt: atOrNull(attempted),
    sentAt: atOrNull(sent),
  }));
}

/** Whether tieout.yaml names a table of how customers are billed, and it was not read: then nothing can be judged. */
export const lacksModes = ({ pipeline, known }: Books): boolean =>
  pipeline.rollup.customers !== null && known.customers.asOf === null;

/** By customer, oldest first; null: the pipeline has no such table, and everyone is billed alike. */
export function readModes(db: Db, books: Books): ReadonlyMap<string, readonly CustomerMode[]> | null {
  if (books.known.customers.asOf === null) return null;
  const modes = new Map<string, CustomerMode[]>();
  for (const [customer, mode, provider, since] of rowsOf(db, books, 'customers', null)) {
    const own = modes.get(text(customer)) ?? [];
    own.push({
      since: atOrNull(since) ?? instant(0),
      mode: mode === 'legacy' ? 'legacy' : 'unified',
      isBilledByStripe: provider === null || provider === 'stripe',
    });
    modes.set(text(customer), own);
  }
  for (const own of modes.values()) own.sort((a, b) => a.since - b.since);
  return modes;
}

export function readBilled(db: Db, books: Books, period: Period): readonly BilledRow[] {
  const rows = [...rowsOf(db, books, 'billed', period)];
  return rows.map(([customer, from, to, meter, value, state, eventAt]) => ({
    customer: text(customer),
    from: at(from),
    to: at(to),
    meter: meter === null ? null : text(meter),
    value: value === null ? null : number(value),
    state: state === null ? null : text(state),
    eventAt: atOrNull(eventAt) ?? at(to),
  }));
}

/** Each once, however many months list it. */
export function readRuns(db: Db, books: Books, period: Period): readonly RunRow[] {
  const { asOf, months } = books.known.runs;
  const runs = new Map<string, RunRow>();
  for (const month of months.filter((each) => overlaps(monthPeriod(each), period))) {
    const own = new Map<string, number>();
    const key = { pipeline: books.pipeline.key, kind: 'runs', month } as const;
    for (const [customer, from, to, memoryMb, diskMb] of readEvidenceRows(db, key)) {
      // Machines that started alike are several; one that spans months is in the list of each, the last knows best.
      const name = JSON.stringify([customer, from, memoryMb, diskMb]);
      const count = (own.get(name) ?? 0) + 1;
      own.set(name, count);
      const end = atOrNull(to);
      const isOpen = end === null || end === 0;
      runs.set(`${name} ${count}`, {
        customer: text(customer),
        from: at(from),
        to: isOpen ? (asOf ?? instant(0)) : end,
        memoryMb: number(memoryMb) ?? ZERO,
        diskMb: diskMb === null ? ZERO : (number(diskMb) ?? ZERO),
        isOpen,
      });
    }
  }
  return [...runs.values()];
}

/** What the old pipeline sent to meters, as far as it says. */
export const sentBefore = (billed: readonly BilledRow[]): readonly OtherSent[] =>
  billed.flatMap(({ customer, meter, value, eventAt, state }) =>
    meter === null || value === null || !isBilled(state) || state === 'pending'
      ? []
      : [{ customer, meter, value, eventAt }],
  );

/** What is in shadow was billed by nobody. */
export const isBilled = (state: string | null): boolean => state !== 'shadow' && state !== 'void';

const text = (value: string | number | null | undefined): string => String(value ?? '');
const number = (value: string | number | null | undefined): Decimal | null => tryParseDecimal(text(value));
const at = (value: string | number | null | undefined): Instant => instant(Number(value ?? 0));
const atOrNull = (value: string | number | null | undefined): Instant | null =>
  value === null || value === undefined ? null : at(value);
