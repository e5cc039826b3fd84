import {
  absolute,
  add,
  compare,
  type Decimal,
  decimal,
  divide,
  isZero,
  maximum,
  multiply,
  ONE,
  subtract,
  ZERO,
} from '../../values/decimal.ts';

/**
 * Whether two pipelines measure the same, hour by hour: the reference, which bills today, and the candidate.
 * @see metering.md section 4; test/vectors/metering/parity-bucket.json, parity-alert.json
 */
export type ParitySettings = {
  /** A customer that departs by more than this share is flagged. */
  readonly tolerance: Decimal;
  /** A share of departure that matters by itself. */
  readonly alertShare: Decimal;
  /** Below this quantity no customer matters. */
  readonly floor: Decimal;
  /** So many customers that matter are a fault of the pipeline, not of a customer. */
  readonly minimumCustomers: number;
};

/** What both measured of one customer in one hour. `isCompared` false: of a plan that is left out. */
export type ParityPair = {
  readonly customer: string;
  readonly isCompared: boolean;
  /** Null: it could not be read. */
  readonly reference: Decimal | null;
  /** Null: it has no row, which is nothing measured. */
  readonly candidate: Decimal | null;
};

export type ParityBucket = {
  readonly checked: number;
  readonly leftOut: number;
  readonly unverified: readonly string[];
  /** Signed share of the reference, to 12 places; in the order of the pairs. Empty where it is not kept. */
  readonly drift: ReadonlyMap<string, Decimal>;
  readonly flagged: readonly string[];
  readonly material: readonly string[];
  /** One side measured nothing where the other reaches the floor. */
  readonly oneSided: readonly string[];
  readonly referenceTotal: Decimal;
  readonly candidateTotal: Decimal;
  readonly aggregate: Decimal;
  readonly isSystemic: boolean;
  /** No customer that matters departs, and neither does the total. */
  readonly isAgreed: boolean;
  /** Agreed, and nobody unverified. */
  readonly isClean: boolean;
};

const PLACES = 12;
/** A reference below this is nothing. */
const NOTHING = decimal(1n, 6);

/** What one pair comes to. Of one that is left out or could not be read nothing else holds. */
export type PairJudgement = {
  readonly isLeftOut: boolean;
  readonly isUnverified: boolean;
  readonly isFlagged: boolean;
  readonly isMaterial: boolean;
  readonly isOneSided: boolean;
};

const NOTHING_HOLDS: PairJudgement = {
  isLeftOut: false,
  isUnverified: false,
  isFlagged: false,
  isMaterial: false,
  isOneSided: false,
};
const LEFT_OUT: PairJudgement = { ...NOTHING_HOLDS, isLeftOut: true };
const UNVERIFIED: PairJudgement = { ...NOTHING_HOLDS, isUnverified: true };

/** Comparisons are exact, without a division. */
export function judgePair(pair: Omit<ParityPair, 'customer'>, settings: ParitySettings): PairJudgement {
  if (!pair.isCompared) return LEFT_OUT;
  if (pair.reference === null) return UNVERIFIED;
  const both = { reference: pair.reference, candidate: pair.candidate ?? ZERO };
  const isFlagged = departs(both, settings.tolerance);
  const isPlain = !isFlagged && compare(settings.tolerance, settings.alertShare) <= 0;
  if (isPlain && !isZero(both.reference) && !isZero(both.candidate)) return NOTHING_HOLDS;
  const isLarge = reaches(both, settings.floor);
  return {
    ...NOTHING_HOLDS,
    isFlagged,
    isMaterial: isLarge && departs(both, settings.alertShare),
    isOneSided: isLarge && (isZero(both.reference) || isZero(both.candidate)),
  };
}

/** One settled hour, customer by customer, so that a fleet need not stand in memory. */
export class ParityTally {
  readonly #settings: ParitySettings;
  readonly #drift: Map<string, Decimal> | null;
  readonly #unverified: string[] = [];
  readonly #flagged: string[] = [];
  readonly #material: string[] = [];
  readonly #oneSided: string[] = [];
  #checked = 0;
  #leftOut = 0;
  #reference = ZERO;
  #candidate = ZERO;
  #isAgreed = true;

  /** @param of.keepsDrift whether the drift of every customer is kept */
  constructor(settings: ParitySettings, of: { readonly keepsDrift: boolean }) {
    this.#settings = settings;
    this.#drift = of.keepsDrift ? new Map() : null;
  }

  /** @returns what the pair came to */
  add(pair: ParityPair): PairJudgement {
    const judged = judgePair(pair, this.#settings);
    const { customer, reference } = pair;
    if (judged.isLeftOut) this.#leftOut += 1;
    if (judged.isUnverified) this.#unverified.push(customer);
    if (judged.isLeftOut || reference === null) return judged;
    const both = { reference, candidate: pair.candidate ?? ZERO };
    this.#checked += 1;
    this.#reference = add(this.#reference, both.reference);
    this.#candidate = add(this.#candidate, both.candidate);
    this.#drift?.set(customer, driftOf(both));
    if (judged.isMaterial) this.#material.push(customer);
    if (judged.isOneSided) this.#oneSided.push(customer);
    if (!judged.isFlagged) return judged;
    this.#flagged.push(customer);
    if (reaches(both, this.#settings.floor)) this.#isAgreed = false;
    return judged;
  }

  result(): ParityBucket {
    const total: Both = { reference: this.#reference, candidate: this.#candidate };
    const isOffAsAWhole = reaches(total, this.#settings.floor) && departs(total, this.#settings.tolerance);
    const isAgreed = this.#isAgreed && !isOffAsAWhole;
    return {
      checked: this.#checked,
      leftOut: this.#leftOut,
      unverified: this.#unverified,
      drift: this.#drift ?? new Map(),
      flagged: this.#flagged,
      material: this.#material,
      oneSided: this.#oneSided,
      referenceTotal: total.reference,
      candidateTotal: total.candidate,
      aggregate: driftOf(total),
      isSystemic: isSystemic({ materialCustomers: this.#material.length, ...total }, this.#settings),
      isAgreed,
      isClean: isAgreed && this.#unverified.length === 0,
    };
  }
}

/** Compares one settled hour. Only the drift that is shown is rounded. */
export function parityBucket(pairs: readonly ParityPair[], settings: ParitySettings): ParityBucket {
  const tally = new ParityTally(settings, { keepsDrift: true });
  for (const pair of pairs) tally.add(pair);
  return tally.result();
}

type Both = { readonly reference: Decimal; readonly candidate: Decimal };
const reaches = ({ reference, candidate }: Both, floor: Decimal): boolean =>
  compare(maximum(reference, candidate), floor) >= 0;

/** (candidate − reference) ÷ reference, to 12 places; against nothing 0 where both are nothing, else 1. */
export function driftOf({ reference, candidate }: Both): Decimal {
  if (isNothing(reference)) return isNothing(candidate) ? ZERO : ONE;
  return divide(subtract(candidate, reference), reference, PLACES, 'half_up');
}

/** Whether |drift| > share, without a division. */
function departs({ reference, candidate }: Both, share: Decimal): boolean {
  if (isNothing(reference)) return !isNothing(candidate) && compare(ONE, share) > 0;
  return compare(absolute(subtract(candidate, reference)), multiply(share, absolute(reference))) > 0;
}

const isNothing = (value: Decimal): boolean => compare(absolute(value), NOTHING) < 0;

export type BucketTotals = Both & { readonly materialCustomers: number };

/** Enough customers that matter; or a total that matters in itself, at the floor of as many. */
function isSystemic(totals: BucketTotals, { minimumCustomers, floor, alertShare }: ParitySettings): boolean {
  if (totals.materialCustomers >= minimumCustomers) return true;
  const least = multiply(floor, decimal(BigInt(minimumCustomers)));
  return compare(totals.reference, least) >= 0 && departs(totals, alertShare);
}

export type AlertStep = { readonly isSystemic: boolean; readonly streak: number; readonly isAlert: boolean };

/** The alert after each hour, oldest first: it lasts as long as the run of systemic hours that made it. */
export function parityAlert(
  buckets: readonly BucketTotals[],
  settings: ParitySettings & { readonly consecutive: number },
): readonly AlertStep[] {
  let streak = 0;
  return buckets.map((bucket) => {
    const systemic = isSystemic(bucket, settings);
    streak = systemic ? streak + 1 : 0;
    return { isSystemic: systemic, streak, isAlert: systemic && streak >= settings.consecutive };
  });
}
