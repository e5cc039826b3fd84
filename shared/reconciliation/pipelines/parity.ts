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
  /** Signed share of the reference, to 12 places; in the order of the pairs. */
  readonly drift: ReadonlyMap<string, Decimal>;
  readonly flagged: readonly string[];
  readonly material: readonly string[];
  /** One side measured nothing where the other reaches the floor. */
  readonly oneSided: readonly string[];
  readonly referenceTotal: Decimal;
  readonly candidateTotal: Decimal;
  readonly aggregate: Decimal;
  readonly isSystemic: boolean;
  readonly isClean: boolean;
};

const PLACES = 12;
/** A reference below this is nothing. */
const NOTHING = decimal(1n, 6);

/** Compares one settled hour. Comparisons are exact; only the drift that is shown is rounded. */
export function parityBucket(pairs: readonly ParityPair[], settings: ParitySettings): ParityBucket {
  const compared = pairs.filter(({ isCompared }) => isCompared);
  const verified = compared.flatMap(({ customer, reference, candidate }) =>
    reference === null ? [] : [{ customer, reference, candidate: candidate ?? ZERO }],
  );
  const named = (holds: (pair: Verified) => boolean): readonly string[] =>
    verified.filter(holds).map(({ customer }) => customer);
  const isFlagged = (pair: Verified): boolean => departs(pair, settings.tolerance);
  const reaches = ({ reference, candidate }: Both): boolean =>
    compare(maximum(reference, candidate), settings.floor) >= 0;
  const material = named((pair) => reaches(pair) && departs(pair, settings.alertShare));
  const total: Both = {
    reference: verified.reduce((sum, pair) => add(sum, pair.reference), ZERO),
    candidate: verified.reduce((sum, pair) => add(sum, pair.candidate), ZERO),
  };
  const unverified = compared.filter(({ reference }) => reference === null).map(({ customer }) => customer);
  const isAgreed = !verified.some((pair) => isFlagged(pair) && reaches(pair));
  return {
    checked: verified.length,
    leftOut: pairs.length - compared.length,
    unverified,
    drift: new Map(verified.map((pair) => [pair.customer, driftOf(pair)])),
    flagged: named(isFlagged),
    material,
    oneSided: named((pair) => (isZero(pair.reference) || isZero(pair.candidate)) && reaches(pair)),
    referenceTotal: total.reference,
    candidateTotal: total.candidate,
    aggregate: driftOf(total),
    isSystemic: isSystemic({ materialCustomers: material.length, ...total }, settings),
    isClean: unverified.length === 0 && isAgreed && !(reaches(total) && departs(total, settings.tolerance)),
  };
}

type Both = { readonly reference: Decimal; readonly candidate: Decimal };
type Verified = Both & { readonly customer: string };

/** (candidate − reference) ÷ reference; against nothing 0 where both are nothing, else 1. */
function driftOf({ reference, candidate }: Both): Decimal {
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
