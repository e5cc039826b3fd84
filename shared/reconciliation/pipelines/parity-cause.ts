import {
  absolute,
  add,
  compare,
  type Decimal,
  decimal,
  divide,
  formatDecimal,
  isNegative,
  isZero,
  maximum,
  multiply,
  normalize,
  rescaleExact,
  round,
  subtract,
  ZERO,
} from '../../values/decimal.ts';
import { HOUR_MS, type Instant } from '../../values/instant.ts';

/** Why two measurements of one usage differ (docs/pipelines.md). */
export type ParityCauseCode =
  | 'tick_drift'
  | 'truncation'
  | 'unclipped_intervals'
  | 'double_ticks'
  | 'late_samples'
  | 'rounding';

/** One settled hour of one customer, as both sides and their evidence have it. Quantities in the billed unit. */
export type CauseHour = {
  readonly at: Instant;
  readonly reference: Decimal;
  readonly candidate: Decimal;
  readonly isFlagged: boolean;
  /** What the candidate counted beside its number; null: it does not say. */
  readonly samples: number | null;
  /** Things that ran, such as machines: of the side that knows. */
  readonly lives: number | null;
  /** Of samples beyond the first of one thing at one instant. */
  readonly doubled: Decimal | null;
  /** What the candidate came to at an earlier check, when this hour departed; null: there was none. */
  readonly earlier: Decimal | null;
};

export type ParityCause = {
  readonly code: ParityCauseCode;
  readonly confidence: 'high' | 'medium' | 'low';
  readonly evidence: string;
  /** Of the differences of the flagged hours, without their signs. */
  readonly explains: Decimal;
  readonly remedy: string;
};

type Question = {
  readonly hours: readonly CauseHour[];
  readonly flagged: readonly CauseHour[];
  readonly tolerance: Decimal;
  readonly unit: string;
};

/**
 * What the evidence shows of one customer's departures, the largest part first; empty where it shows nothing. Double ticks
 * are counted, and taken out first; of the other rules one has to account for all flagged hours that are left, so that a
 * fault that only resembles one of them stays without a cause.
 * @param hours ascending, each read by both sides once it was due; those that agree are needed too
 * @param of.tolerance share within which two values are taken for one
 */
export function parityCauses(
  hours: readonly CauseHour[],
  of: { readonly tolerance: Decimal; readonly unit: string },
): readonly ParityCause[] {
  const flagged = hours.filter(({ isFlagged }) => isFlagged);
  if (flagged.length === 0) return [];
  const doubled = doubleTicks({ hours, flagged, ...of });
  const rest = doubled === null ? hours : withoutDoubles(hours, of.tolerance);
  const question: Question = { hours: rest, flagged: rest.filter(({ isFlagged }) => isFlagged), ...of };
  const other =
    question.flagged.length === 0
      ? null
      : RULES.reduce<ParityCause | null>((cause, rule) => cause ?? rule(question), null);
  return [doubled, other].filter((cause) => cause !== null).sort((x, y) => compare(y.explains, x.explains));
}

/** Those that are exact come first: what they hold of leaves no room for another one. */
const RULES: readonly ((question: Question) => ParityCause | null)[] = [
  lateSamples,
  coarseValues,
  // Ticks that fall by chance cancel out, too.
  (question) => highOnly(tickDrift(question)),
  unclippedIntervals,
  twiceThroughout,
  tickDrift,
];

const highOnly = (cause: ParityCause | null): ParityCause | null => (cause?.confidence === 'high' ? cause : null);

/**
 * Samples of one thing at one instant under ids of their own are counted; they are a cause where each departing hour that
 * has any comes closer to the reference without them.
 */
function doubleTicks({ flagged, tolerance, unit }: Question): ParityCause | null {
  const own = flagged.filter(hasDoubles);
  if (own.length === 0 || !own.every((hour) => compare(gapOf([withoutDouble(hour)]), gapOf([hour])) < 0)) return null;
  const isAll = own.every((hour) => isNear(withoutDouble(hour).candidate, hour.reference, tolerance));
  const doubled = own.reduce((total, hour) => add(total, hour.doubled ?? ZERO), ZERO);
  const left = isAll ? 'Without them both sides agree.' : 'Without them less is left of the difference.';
  return {
    code: 'double_ticks',
    confidence: isAll ? 'high' : 'medium',
    evidence: `Samples of one thing at one instant under two ids in ${countOf(own.length)}: ${told(doubled)} ${unit}. ${left}`,
    explains: normalize(subtract(gapOf(own), gapOf(own.map(withoutDouble)))),
    remedy:
      'Let the pipeline make the id of a sample from what it is of and its instant, so that a second tick is known.',
  };
}

const hasDoubles = ({ doubled }: CauseHour): boolean => doubled !== null && !isZero(doubled);

const withoutDouble = (hour: CauseHour): CauseHour =>
  hour.doubled === null ? hour : { ...hour, candidate: subtract(hour.candidate, hour.doubled), doubled: ZERO };

/** The hours as they would be; what departs no more is not asked about again. */
const withoutDoubles = (hours: readonly CauseHour[], tolerance: Decimal): readonly CauseHour[] =>
  hours.map((hour) => {
    if (!hasDoubles(hour)) return hour;
    const single = withoutDouble(hour);
    return { ...single, isFlagged: hour.isFlagged && !isNear(single.candidate, single.reference, tolerance) };
  });

const LEAST_HOURS = 2;

/** The candidate is twice the reference in every departing hour, and agrees in the others. */
function twiceThroughout({ flagged, tolerance, unit }: Question): ParityCause | null {
  const measured = flagged.filter(({ reference }) => !isZero(reference));
  if (measured.length < LEAST_HOURS || measured.length < flagged.length) return null;
  const two = decimal(2n);
  if (flagged.some(({ doubled }) => doubled !== null && isZero(doubled))) return null;
  if (!measured.every((hour) => isNear(hour.candidate, multiply(hour.reference, two), tolerance))) return null;
  return {
    code: 'double_ticks',
    confidence: 'medium',
    evidence: `The pipeline measures twice the reference in each of ${countOf(measured.length)} that depart: ${told(gapOf(flagged))} ${unit} too much.`,
    explains: gapOf(flagged),
    remedy:
      'Look for two agents that report the same machines; name the column of the machine (columns.series) to see the double ticks.',
  };
}

/**
 * Hours that were short when they were first checked have filled up since, and those that still depart are the newest:
 * what they lack is on its way. An hour that still departs has to have grown, or to follow one that has.
 */
function lateSamples({ hours, flagged, tolerance, unit }: Question): ParityCause | null {
  if (!flagged.every(({ reference, candidate }) => compare(candidate, reference) < 0)) return null;
  const grown = hours.filter(({ earlier, candidate }) => earlier !== null && compare(candidate, earlier) > 0);
  const filled = grown.filter((hour) => !hour.isFlagged && isNear(hour.candidate, hour.reference, tolerance));
  if (filled.length === 0) return null;
  const lastFilled = filled.at(-1)?.at ?? 0;
  const isNewest = flagged.every(
    (hour) => hour.at > lastFilled || (hour.earlier !== null && compare(hour.candidate, hour.earlier) > 0),
  );
  if (!isNewest) return null;
  const came = grown.reduce((total, hour) => add(total, subtract(hour.candidate, hour.earlier ?? ZERO)), ZERO);
  return {
    code: 'late_samples',
    confidence: flagged.every((hour) => grown.includes(hour)) ? 'high' : 'medium',
    evidence: `${told(came)} ${unit} arrived after ${countOf(grown.length)} had been checked; ${countOf(filled.length)} agree since.`,
    explains: gapOf(flagged),
    remedy: 'Give the pipeline a longer grace, and look for what holds its samples up.',
  };
}

/** So many hours, with as many remainders, make a step. */
const LEAST_ROUNDED = 3;
const LEAST_ODD = 5;

/** One side is the other cut, or rounded, to a step, in every hour. */
function coarseValues(question: Question): ParityCause | null {
  const { hours } = question;
  const scale = Math.max(...hours.flatMap(({ reference, candidate }) => [reference.scale, candidate.scale]));
  const pairs = hours.map(({ reference, candidate }) => ({
    reference: rescaleExact(reference, scale),
    candidate: rescaleExact(candidate, scale),
  }));
  if (pairs.some(({ reference, candidate }) => reference < 0n || candidate < 0n)) return null;
  const fromCandidate = coarseSide(
    pairs.map(({ reference, candidate }) => ({ coarse: candidate, fine: reference })),
    scale,
  );
  // Whole ticks are steps, too.
  if (fromCandidate !== null && isTick(question, decimal(fromCandidate.step, scale))) return null;
  if (fromCandidate !== null)
    return coarseCause(question, { ...fromCandidate, scale, who: 'The pipeline', whom: 'the reference' });
  const fromReference = coarseSide(
    pairs.map(({ reference, candidate }) => ({ coarse: reference, fine: candidate })),
    scale,
  );
  return fromReference === null
    ? null
    : coarseCause(question, { ...fromReference, scale, who: 'The reference', whom: 'the pipeline' });
}

const isTick = ({ hours }: Question, step: Decimal): boolean =>
  hours.some(({ candidate, samples }) => {
    const wholes = samples === null ? ZERO : multiply(step, decimal(BigInt(samples)));
    return !isZero(wholes) && compare(wholes, candidate) === 0 && samples !== 1;
  });

type Coarse = { readonly step: bigint; readonly isCut: boolean };

function coarseSide(
  pairs: readonly { readonly coarse: bigint; readonly fine: bigint }[],
  scale: number,
): Coarse | null {
  const used = pairs.filter(({ coarse, fine }) => coarse !== 0n || fine !== 0n);
  const cut = used.filter(({ coarse, fine }) => coarse !== fine);
  // Hardly any value stands on a step by chance.
  if (cut.length < LEAST_ROUNDED || cut.length * 2 < used.length) return null;
  const common = pairs.reduce((divisor, { coarse }) => divisorOf(divisor, coarse), 0n);
  const places = placesOf(
    pairs.map(({ coarse }) => coarse),
    scale,
  );
  for (const step of new Set([...places, common])) {
    // Any values have a common divisor: as a step it takes more of them than places do.
    const least = places.includes(step) ? LEAST_ROUNDED : LEAST_ODD;
    if (step <= 1n) continue;
    const isCut = pairs.every(({ coarse, fine }) => (fine / step) * step === coarse);
    const isRounded = pairs.every(
      ({ coarse, fine }) => ((fine + step / 2n) / step) * step === coarse || halfEven(fine, step) === coarse,
    );
    const remainders = new Set(cut.map(({ fine }) => fine % step));
    const values = new Set(cut.map(({ coarse }) => coarse));
    // What is cut off fills a step. Small remainders, or always the same ones, come about without one.
    const large = cut.filter(({ coarse, fine }) => (coarse > fine ? coarse - fine : fine - coarse) * 8n >= step);
    const isSpread = large.length * 2 >= cut.length;
    if (isCut === isRounded || !isSpread) continue;
    if (remainders.size >= least && values.size >= LEAST_ROUNDED) return { step, isCut };
  }
  return null;
}

/** Units of the last place that any of the values uses: whole, tenths, … */
function placesOf(values: readonly bigint[], scale: number): readonly bigint[] {
  const steps: bigint[] = [];
  for (let step = 10n ** BigInt(scale); step > 1n; step /= 10n) {
    if (values.every((value) => value % step === 0n)) {
      steps.push(step);
      break;
    }
  }
  return steps;
}

function halfEven(value: bigint, step: bigint): bigint {
  const below = value / step;
  const twice = (value % step) * 2n;
  if (twice === step) return (below + (below % 2n)) * step;
  return (twice > step ? below + 1n : below) * step;
}

function divisorOf(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

function coarseCause(
  { hours, flagged, unit }: Question,
  of: Coarse & { readonly scale: number; readonly who: string; readonly whom: string },
): ParityCause {
  const step = told(decimal(of.step, of.scale));
  const verb = of.isCut ? 'cut down' : 'rounded';
  return {
    code: of.isCut ? 'truncation' : 'rounding',
    confidence: 'high',
    evidence: `${of.who} is ${of.whom} ${verb} to steps of ${step} ${unit} in all of ${countOf(hours.length)}.`,
    explains: gapOf(flagged),
    remedy: 'Keep the digits until the sum of the hour, and round once.',
  };
}

/**
 * What one hour has too much, its neighbours lack, exactly or within the tolerance: intervals that cross an edge of the
 * hour are booked whole in one of them.
 */
function unclippedIntervals({ hours, flagged, tolerance, unit }: Question): ParityCause | null {
  const covered = new Set<CauseHour>();
  let isExact = true;
  let moved = ZERO;
  let surplusFirst = 0;
  let runs = 0;
  for (let from = 0; from < hours.length; from += 1) {
    if (hours[from]?.isFlagged !== true) continue;
    const run = balancedRun(hours, from, tolerance);
    if (run === null) return null;
    const own = hours.slice(from, run.end);
    for (const hour of own) covered.add(hour);
    moved = add(moved, run.moved);
    isExact &&= run.isExact;
    runs += 1;
    if (isNegative(subtract(hours[from]?.reference ?? ZERO, hours[from]?.candidate ?? ZERO))) surplusFirst += 1;
    from = run.end - 1;
  }
  if (runs === 0 || !flagged.every((hour) => covered.has(hour))) return null;
  const where = surplusFirst * 2 >= runs ? 'begins' : 'ends';
  return {
    code: 'unclipped_intervals',
    confidence: isExact && surplusFirst === runs ? 'high' : 'medium',
    evidence: `What ${countOf(covered.size)} have too much and too little cancels out: ${told(moved)} ${unit} stand in other hours, as if an interval counted whole in the hour in which it ${where}.`,
    explains: gapOf(flagged),
    remedy: 'Clip every interval to the hour on both sides.',
  };
}

/** A share of what a run measured that has to stand in other hours, where the run cancels out within a tolerance. */
const LEAST_MOVED = decimal(15n, 2);

/** Hours of the longest interval that is looked for. */
const LONGEST_RUN = 48;

/** The neighbouring hours from one that departs to the one in which the surpluses and shortages have cancelled out. */
function balancedRun(
  hours: readonly CauseHour[],
  from: number,
  tolerance: Decimal,
): { readonly end: number; readonly moved: Decimal; readonly isExact: boolean } | null {
  let balance = ZERO;
  let surplus = ZERO;
  let measured = ZERO;
  for (let at = from; at < hours.length && at < from + LONGEST_RUN; at += 1) {
    const hour = hours[at] as CauseHour;
    if (at > from && hour.at !== (hours[at - 1] as CauseHour).at + HOUR_MS) return null;
    const difference = subtract(hour.candidate, hour.reference);
    balance = add(balance, difference);
    if (!isNegative(difference)) surplus = add(surplus, difference);
    measured = add(measured, maximum(hour.reference, hour.candidate));
    if (at === from) continue;
    const isExact = isZero(balance);
    // Noise cancels out, too, but moves little.
    const isWithin =
      compare(absolute(balance), multiply(tolerance, surplus)) <= 0 &&
      compare(surplus, multiply(LEAST_MOVED, measured)) >= 0;
    const isOver = hours[at + 1]?.isFlagged !== true;
    if (!isZero(surplus) && (isExact || (isWithin && isOver))) return { end: at + 1, moved: surplus, isExact };
  }
  return null;
}

/**
 * Every difference is within one tick of each life of its hour: lives so short that a tick is a large share of them.
 * Where lives are not counted, within one tick.
 */
function tickDrift({ hours, flagged, unit }: Question): ParityCause | null {
  const usual = usualTick(hours);
  let isOfChance = true;
  let lives = 0;
  let isCounted = true;
  for (const hour of flagged) {
    const tick = tickOf(hour) ?? usual;
    // A life that the reference does not know is no short one.
    if (tick === null || isZero(hour.reference)) return null;
    const gap = absolute(subtract(hour.candidate, hour.reference));
    const count = hour.lives ?? 1;
    if (hour.lives === null) isCounted = false;
    if (count === 0 || compare(gap, multiply(tick, decimal(BigInt(count)))) > 0) return null;
    // Ticks that fall here or there by chance leave a difference that grows with the root of their number.
    if (compare(multiply(gap, gap), multiply(multiply(tick, tick), decimal(BigInt(count)))) > 0) isOfChance = false;
    lives += count;
  }
  const gap = gapOf(flagged);
  const each = lives === 0 ? ZERO : divide(gap, decimal(BigInt(lives)), 6, 'half_up');
  const counted = isCounted
    ? `${lives} ${lives === 1 ? 'life' : 'lives'} in ${countOf(flagged.length)}, ${told(each)} ${unit} each, less than one tick`
    : `at most one tick in each of ${countOf(flagged.length)}`;
  return {
    code: 'tick_drift',
    confidence: isCounted && isOfChance ? 'high' : isCounted ? 'medium' : 'low',
    evidence: `The difference is ${counted}: what ran was too short for the ticks.`,
    explains: gap,
    remedy: 'Nothing is lost in the long run; shorten the tick, or sample at the start and the end of each life.',
  };
}

/** What one sample amounts to on average; null: there was none. */
const tickOf = ({ candidate, samples }: CauseHour): Decimal | null =>
  samples === null || samples === 0 ? null : divide(candidate, decimal(BigInt(samples)), 12, 'half_up');

/** The largest of any hour, for hours without a sample of their own. */
const usualTick = (hours: readonly CauseHour[]): Decimal | null =>
  hours.reduce<Decimal | null>((largest, hour) => {
    const tick = tickOf(hour);
    if (tick === null) return largest;
    return largest === null ? tick : maximum(largest, tick);
  }, null);

const gapOf = (hours: readonly CauseHour[]): Decimal =>
  normalize(hours.reduce((total, hour) => add(total, absolute(subtract(hour.candidate, hour.reference))), ZERO));

const isNear = (a: Decimal, b: Decimal, tolerance: Decimal): boolean =>
  compare(absolute(subtract(a, b)), multiply(tolerance, maximum(absolute(a), absolute(b)))) <= 0;

const countOf = (hours: number): string => `${hours} ${hours === 1 ? 'hour' : 'hours'}`;

const told = (value: Decimal): string => formatDecimal(normalize(round(value, Math.min(value.scale, 6), 'half_up')));
