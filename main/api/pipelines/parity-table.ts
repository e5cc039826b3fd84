import type { Problem } from '../../../shared/errors.ts';
import {
  type AlertStep,
  driftOf,
  judgePair,
  type PairJudgement,
  type ParityBucket,
  ParityTally,
  parityAlert,
} from '../../../shared/reconciliation/pipelines/parity.ts';
import {
  type CauseHour,
  type ParityCause,
  parityCauses,
} from '../../../shared/reconciliation/pipelines/parity-cause.ts';
import type { ParityRules } from '../../../shared/reconciliation/pipelines/parity-rules.ts';
import { type Soak, type SoakHour, soak } from '../../../shared/reconciliation/pipelines/soak.ts';
import {
  add,
  type Decimal,
  formatDecimal,
  normalize,
  parseDecimal,
  subtract,
  ZERO,
} from '../../../shared/values/decimal.ts';
import { HOUR_MS, hourOf, type Instant, instant } from '../../../shared/values/instant.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import type { Period } from '../../../shared/values/period.ts';
import type { Db } from '../../cache/open.ts';
import {
  type KeptParity,
  type ParityCheck,
  readEvidenceHours,
  readParityChecks,
  type UsageCustomer,
  type UsageOwner,
} from '../../cache/pipeline-store.ts';
import { findMeterKey } from '../../cache/pull-store.ts';
import type { ParityMeter } from './parity-meters.ts';
import {
  checkableHours,
  eachPaired,
  type HourPair,
  inUnits,
  type PairedHours,
  type ParitySides,
  readSides,
} from './parity-sides.ts';

/** An hour as it stands now; `missing`: it was not read by both sides since it was due, now or at an earlier check. */
export type ParityHour = {
  readonly at: Instant;
  readonly state: 'clean' | 'drift' | 'missing';
  /** Null where it is missing. */
  readonly bucket: KeptParity | null;
  /** The hour with everyone in it, where it could be compared anew. */
  readonly full: ParityBucket | null;
  readonly step: AlertStep;
  /** What an earlier check found, where it was something else. */
  readonly before: { readonly checkedAt: Instant; readonly isClean: boolean } | null;
};

/** Worst of the hours; from best to worst. */
export type ParityStanding = 'left_out' | 'agrees' | 'flagged' | 'material' | 'one_sided' | 'unverified';

const STANDINGS: readonly ParityStanding[] = ['left_out', 'agrees', 'flagged', 'material', 'one_sided', 'unverified'];

/** One usage id over the hours that were compared. */
export type ParityRow = {
  readonly usageKey: number;
  readonly usageId: string;
  /** Null: nobody's, or of several customers. */
  readonly customer: UsageCustomer | null;
  readonly state: ParityStanding;
  /** Null: an hour could not be read. */
  readonly reference: Decimal | null;
  readonly candidate: Decimal | null;
  readonly hours: {
    readonly checked: number;
    readonly flagged: number;
    readonly material: number;
    readonly oneSided: number;
    readonly unverified: number;
  };
  readonly causes: readonly ParityCause[];
};

export type ParityTable = {
  readonly meter: ParityMeter;
  readonly period: Period;
  readonly now: Instant;
  readonly asOf: { readonly reference: Instant | null; readonly candidate: Instant | null };
  /** Every hour of the period, ascending. */
  readonly hours: readonly ParityHour[];
  /** By usage id. */
  readonly rows: readonly ParityRow[];
  /** The newest due hours that were checked, whatever the period. */
  readonly due: readonly SoakHour[];
  readonly soak: Soak;
  readonly problems: readonly Problem[];
};

export type ParityRequest = {
  readonly db: Db;
  readonly meter: ParityMeter;
  /** Whole hours. */
  readonly period: Period;
  readonly now: Instant;
  /** Whether the drift of every customer is kept in each hour. */
  readonly keepsDrift?: boolean;
};

/** The end of the newest hour that is due. */
export const newestDue = (now: Instant, graceMs: number): Instant => hourOf(instant(now - graceMs));

/** Compares a meter hour by hour and customer by customer, from the cache. */
export function parityTable(request: ParityRequest): ParityTable {
  const { db, meter, period, now } = request;
  const { rules } = meter;
  const sides = readSides(db, meter, period);
  const checks = checksOf(db, meter, period);
  const tallies = new Map(
    checkableHours(sides, { period, graceMs: rules.graceMs }).map((at) => [
      at,
      new ParityTally(rules, { keepsDrift: request.keepsDrift === true }),
    ]),
  );
  const departed = new Map<Instant, KeptParity['departed'][number][]>();
  const earlier = earlierValues(checks.filter(isUnder(meter)));
  const rows: ParityRow[] = [];
  for (const paired of eachPaired(db, sides, { period })) {
    const row = compareCustomer({ db, meter, sides, earlier, paired }, (pair, isCompared) => {
      const tally = tallies.get(pair.at);
      if (tally === undefined) return null;
      const judged = tally.add(parityPair(paired.owner.usageId, pair, isCompared));
      if (judged.isFlagged) keepDeparted(departed, pair, paired.owner.usageId);
      return judged;
    });
    if (row !== null) rows.push(row);
  }
  rows.sort((a, b) => compareBytes(a.usageId, b.usageId));
  const hours = hoursOf({ period, tallies, departed, checks, meter });
  const due = dueHours(request, hours);
  return {
    meter,
    period,
    now,
    asOf: asOf(sides),
    hours,
    rows,
    due,
    soak: soakOf(meter.rules, now, due),
    problems: rows.length === 0 && tallies.size > 0 ? [...sides.problems, nothingMeasured(meter)] : sides.problems,
  };
}

/** Such hours are clean, and prove little. */
const nothingMeasured = ({ meter }: ParityMeter): Problem => ({
  code: 'parity.incomplete',
  path: meter,
  message: `Neither side measured any ${meter} in these hours.`,
  remedy: 'Agreement about nothing is no proof: compare hours with usage.',
  severity: 'warning',
});

/** One customer with the hours, for its page. Null: neither side has an hour of it. */
export function parityOfCustomer(
  request: ParityRequest,
  usageKey: number,
): { readonly row: ParityRow; readonly hours: readonly JudgedHour[] } | null {
  const { db, meter, period } = request;
  const sides = readSides(db, meter, period);
  const earlier = earlierValues(checksOf(db, meter, period).filter(isUnder(meter)));
  const checkable = new Set(checkableHours(sides, { period, graceMs: meter.rules.graceMs }));
  for (const paired of eachPaired(db, sides, { period, usageKey })) {
    const hours: JudgedHour[] = [];
    const row = compareCustomer({ db, meter, sides, earlier, paired }, (pair, isCompared) => {
      if (!checkable.has(pair.at)) return null;
      const judged = judgePair(parityPair('', pair, isCompared), meter.rules);
      hours.push({ ...pair, state: standingOf(judged) });
      return judged;
    });
    return row === null ? null : { row, hours };
  }
  return null;
}

export type JudgedHour = HourPair & { readonly state: ParityStanding };

/** A side without a row measured nothing; one whose value is no number could not be read. */
const parityPair = (customer: string, pair: HourPair, isCompared: boolean) => ({
  customer,
  isCompared,
  reference: pair.isUnreadable ? null : (pair.reference ?? ZERO),
  candidate: pair.candidate,
});

type Compared = {
  readonly db: Db;
  readonly meter: ParityMeter;
  readonly sides: ParitySides;
  readonly earlier: EarlierValues;
  readonly paired: PairedHours;
};

/** @param judge puts an hour where it counts; null: the hour was not read by both sides since it was due */
function compareCustomer(
  compared: Compared,
  judge: (pair: HourPair, isCompared: boolean) => PairJudgement | null,
): ParityRow | null {
  const { meter, paired } = compared;
  const { owner } = paired;
  const isCompared = takesPart(owner, meter.rules.only);
  const counts = { checked: 0, flagged: 0, material: 0, oneSided: 0, unverified: 0 };
  const judgedHours: { readonly pair: HourPair; readonly judged: PairJudgement }[] = [];
  let reference = ZERO;
  let candidate = ZERO;
  let standing: ParityStanding = isCompared ? 'agrees' : 'left_out';
  for (const pair of paired.hours) {
    const judged = judge(pair, isCompared);
    if (judged === null) continue;
    judgedHours.push({ pair, judged });
    counts.unverified += Number(judged.isUnverified);
    counts.checked += Number(!judged.isUnverified);
    counts.flagged += Number(judged.isFlagged);
    counts.material += Number(judged.isMaterial);
    counts.oneSided += Number(judged.isOneSided);
    standing = worse(standing, standingOf(judged));
    reference = add(reference, pair.reference ?? ZERO);
    candidate = add(candidate, pair.candidate ?? ZERO);
  }
  if (judgedHours.length === 0) return null;
  const isReadable = counts.unverified === 0;
  const [customer, ...others] = owner.customers;
  return {
    usageKey: owner.usageKey,
    usageId: owner.usageId,
    customer: others.length > 0 ? null : (customer ?? null),
    state: standing,
    reference: isReadable ? normalize(reference) : null,
    candidate: isReadable ? normalize(candidate) : null,
    hours: counts,
    causes: counts.flagged === 0 || !isReadable ? [] : causesOf(compared, judgedHours),
  };
}

/** A customer of whom it is not known takes part. */
function takesPart({ customers }: UsageOwner, only: ParityRules['only']): boolean {
  if (only === null || customers.length === 0) return true;
  return customers.some(({ metadata }) => {
    const value = metadata[only.metadata];
    return value === undefined || only.values.includes(value);
  });
}

function standingOf(judged: PairJudgement): ParityStanding {
  if (judged.isLeftOut) return 'left_out';
  if (judged.isUnverified) return 'unverified';
  if (judged.isOneSided) return 'one_sided';
  if (judged.isMaterial) return 'material';
  return judged.isFlagged ? 'flagged' : 'agrees';
}

const worse = (a: ParityStanding, b: ParityStanding): ParityStanding =>
  STANDINGS.indexOf(a) >= STANDINGS.indexOf(b) ? a : b;

function causesOf(
  { db, meter, sides, earlier, paired }: Compared,
  hours: readonly { readonly pair: HourPair; readonly judged: PairJudgement }[],
): readonly ParityCause[] {
  const { usageKey, usageId } = paired.owner;
  const evidence = {
    candidate: evidenceOf(db, sides, 'candidate', usageKey),
    reference: evidenceOf(db, sides, 'reference', usageKey),
  };
  const before = earlier.get(usageId);
  return parityCauses(
    hours.map(({ pair, judged }): CauseHour => {
      const own = evidence.candidate.get(pair.at);
      const other = evidence.reference.get(pair.at);
      return {
        at: pair.at,
        reference: pair.reference ?? ZERO,
        candidate: pair.candidate ?? ZERO,
        isFlagged: judged.isFlagged,
        samples: own?.samples ?? null,
        lives: own?.lives ?? other?.lives ?? null,
        doubled: own?.doubled ?? null,
        earlier: before?.get(pair.at) ?? null,
      };
    }),
    { tolerance: meter.rules.tolerance, unit: meter.unit },
  );
}

type HourEvidence = {
  readonly samples: number | null;
  readonly lives: number | null;
  readonly doubled: Decimal | null;
};

function evidenceOf(
  db: Db,
  { months }: ParitySides,
  which: 'reference' | 'candidate',
  usageKey: number,
): ReadonlyMap<Instant, HourEvidence> {
  const found = new Map<Instant, HourEvidence>();
  for (const { period, [which]: side } of months) {
    if (side === null) continue;
    for (const { hour, figures } of readEvidenceHours(db, side.pull, usageKey)) {
      const number = (name: string): number | null => (figures[name] === undefined ? null : Number(figures[name]));
      const doubled = figures.double_native;
      found.set(instant(period.from + hour * HOUR_MS), {
        samples: number('samples'),
        lives: number('lives'),
        doubled: doubled === undefined ? null : inUnits({ whole: BigInt(doubled), frac: 0 }, side),
      });
    }
  }
  return found;
}

/** By usage id, what the candidate came to in an hour when it first departed. */
type EarlierValues = ReadonlyMap<string, ReadonlyMap<Instant, Decimal>>;

function earlierValues(checks: readonly ParityCheck[]): EarlierValues {
  const values = new Map<string, Map<Instant, Decimal>>();
  for (const { hour, body } of checks) {
    for (const [usageId, , candidate] of body.departed) {
      const own = values.get(usageId) ?? new Map<Instant, Decimal>();
      if (!own.has(hour)) own.set(hour, parseDecimal(candidate));
      values.set(usageId, own);
    }
  }
  return values;
}

const MOST_KEPT = 1_000;

function keepDeparted(departed: Map<Instant, KeptParity['departed'][number][]>, pair: HourPair, usageId: string): void {
  const list = departed.get(pair.at) ?? [];
  departed.set(pair.at, list);
  const textOf = (value: Decimal | null): string => formatDecimal(normalize(value ?? ZERO));
  list.push([usageId, textOf(pair.reference), textOf(pair.candidate)]);
}

function checksOf(db: Db, { candidate }: ParityMeter, period: Period): readonly ParityCheck[] {
  const meterKey = findMeterKey(db, candidate.key);
  return meterKey === null ? [] : readParityChecks(db, { meterKey, ...period });
}

function hoursOf(of: {
  readonly period: Period;
  readonly tallies: ReadonlyMap<Instant, ParityTally>;
  readonly departed: ReadonlyMap<Instant, KeptParity['departed']>;
  readonly checks: readonly ParityCheck[];
  readonly meter: ParityMeter;
}): readonly ParityHour[] {
  const kept = Map.groupBy(of.checks, ({ hour }) => hour);
  const hours: Omit<ParityHour, 'step'>[] = [];
  for (let start = of.period.from; start < of.period.to; start = instant(start + HOUR_MS)) {
    const full = inOrder(of.tallies.get(start)?.result() ?? null);
    const earlier = kept.get(start) ?? [];
    const newest = earlier.findLast(isUnder(of.meter));
    if (full === null) {
      const state = newest === undefined ? 'missing' : newest.isClean ? 'clean' : 'drift';
      hours.push({ at: start, state, bucket: newest?.body ?? null, full: null, before: null });
      continue;
    }
    const bucket = keptOf(of.meter, full, of.departed.get(start) ?? []);
    const text = figuresOf(bucket);
    const before = earlier.findLast(({ body }) => figuresOf(body) !== text);
    hours.push({
      at: start,
      state: full.isClean ? 'clean' : 'drift',
      bucket,
      full,
      before: before === undefined ? null : { checkedAt: before.checkedAt, isClean: before.isClean },
    });
  }
  const steps = parityAlert(
    hours.map(({ bucket }) => ({
      materialCustomers: bucket?.material ?? 0,
      reference: bucket === null ? ZERO : parseDecimal(bucket.reference),
      candidate: bucket === null ? ZERO : parseDecimal(bucket.candidate),
    })),
    of.meter.rules,
  );
  return hours.map((hour, index) => ({ ...hour, step: steps[index] ?? NO_STEP }));
}

/** Customers come by key, and are told by usage id. */
const inOrder = (bucket: ParityBucket | null): ParityBucket | null =>
  bucket === null
    ? null
    : {
        ...bucket,
        unverified: [...bucket.unverified].sort(compareBytes),
        flagged: [...bucket.flagged].sort(compareBytes),
        material: [...bucket.material].sort(compareBytes),
        oneSided: [...bucket.oneSided].sort(compareBytes),
        drift: new Map([...bucket.drift].sort(([a], [b]) => compareBytes(a, b))),
      };

const NO_STEP: AlertStep = { isSystemic: false, streak: 0, isAlert: false };

/** Whether a check was made under the settings that are in force. */
const isUnder =
  ({ terms }: ParityMeter) =>
  ({ body }: ParityCheck): boolean =>
    body.terms === terms;

/** What an hour came to, under whatever settings. */
const figuresOf = ({ terms: _, ...figures }: KeptParity): string => JSON.stringify(figures);

const keptOf = ({ terms }: ParityMeter, bucket: ParityBucket, departed: KeptParity['departed']): KeptParity => ({
  terms,
  checked: bucket.checked,
  leftOut: bucket.leftOut,
  unverified: bucket.unverified.slice(0, MOST_KEPT),
  flagged: bucket.flagged.length,
  material: bucket.material.length,
  oneSided: bucket.oneSided.length,
  reference: formatDecimal(normalize(bucket.referenceTotal)),
  candidate: formatDecimal(normalize(bucket.candidateTotal)),
  aggregate: formatDecimal(normalize(bucket.aggregate)),
  systemic: bucket.isSystemic,
  agreed: bucket.isAgreed,
  departed: [...departed].sort(([a], [b]) => compareBytes(a, b)).slice(0, MOST_KEPT),
});

const asOf = ({ months }: ParitySides): ParityTable['asOf'] => {
  const newest = (which: 'reference' | 'candidate'): Instant | null =>
    months.reduce<Instant | null>((latest, month) => month[which]?.readAt ?? latest, null);
  return { reference: newest('reference'), candidate: newest('candidate') };
};

/** The newest hours are looked at for it, also where the period ends before them. */
function dueHours(request: ParityRequest, hours: readonly ParityHour[]): readonly SoakHour[] {
  const { meter, now, period } = request;
  const { graceMs, requiredHours } = meter.rules;
  const to = newestDue(now, graceMs);
  const from = instant(to - requiredHours * HOUR_MS);
  if (from < period.from || period.to < to)
    return parityTable({ ...request, period: { from, to }, keepsDrift: false }).due;
  return hours.flatMap(({ at, state }) =>
    at < from || state === 'missing' ? [] : [{ start: at, isClean: state === 'clean' }],
  );
}

export const soakOf = ({ graceMs, requiredHours }: ParityRules, now: Instant, hours: readonly SoakHour[]): Soak =>
  soak(hours, { now, graceMs, requiredHours });

/** Of several meters: an hour counts once all of them were checked in it, and is clean where all of them are. */
export function commonHours(tables: readonly Pick<ParityTable, 'due'>[]): readonly SoakHour[] {
  const all = Map.groupBy(
    tables.flatMap(({ due }) => due),
    ({ start }) => start,
  );
  return [...all]
    .filter(([, hours]) => hours.length === tables.length)
    .map(([start, hours]) => ({ start, isClean: hours.every(({ isClean }) => isClean) }))
    .sort((a, b) => a.start - b.start);
}

/** The alert as it stood in the newest hour that was checked. */
export function standingAlert({ hours }: Pick<ParityTable, 'hours'>): AlertStep & { readonly since: Instant | null } {
  const newest = hours.findLastIndex(({ state }) => state !== 'missing');
  const step = hours[newest]?.step ?? NO_STEP;
  return { ...step, since: step.streak === 0 ? null : (hours[newest - step.streak + 1]?.at ?? null) };
}

/** What is to be kept of the hours that could be compared anew. */
export const checksToKeep = ({ hours, now }: ParityTable): readonly ParityCheck[] =>
  hours.flatMap(({ at, state, bucket, full }) =>
    full === null || bucket === null ? [] : [{ hour: at, checkedAt: now, isClean: state === 'clean', body: bucket }],
  );

/** candidate − reference; null where a side could not be read. */
export const differenceOf = ({ reference, candidate }: Pick<ParityRow, 'reference' | 'candidate'>): Decimal | null =>
  reference === null || candidate === null ? null : subtract(candidate, reference);

/** The share of the reference; null where a side could not be read. */
export const shareOf = ({ reference, candidate }: Pick<ParityRow, 'reference' | 'candidate'>): Decimal | null =>
  reference === null || candidate === null ? null : driftOf({ reference, candidate });
