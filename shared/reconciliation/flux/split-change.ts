import { type Decimal, divide, isNegative, isZero, multiply, subtract, ZERO } from '../../values/decimal.ts';

/** What a price makes of a quantity: exactly, in minor units, and rounded as it is charged. */
export type FluxRate = ((quantity: Decimal) => { readonly exact: Decimal; readonly minor: bigint }) & {
  /** Every unit costs the same: no tiers, no packages, no fees. Such a price has no mix. */
  readonly isLinear?: boolean;
};

/** One month of one customer, meter and currency. Amounts are minor units. */
export type FluxSide = {
  /** In billed units. */
  readonly quantity: Decimal;
  /** The month's price; null where it is not known. */
  readonly rate: FluxRate | null;
  /** Of the lines, before credits. */
  readonly grossMinor: bigint;
  /** Discounts and credits that were taken off: positive. */
  readonly creditMinor: bigint;
  /** Corrections of other periods that this month carries. */
  readonly correctionMinor: bigint;
};

/** What a change is made of, in minor units. They always sum to the change. */
export type FluxParts = {
  readonly usage: bigint;
  readonly price: bigint;
  readonly mix: bigint;
  readonly new: bigint;
  readonly lost: bigint;
  readonly credits: bigint;
  readonly corrections: bigint;
};

export const NO_PARTS: FluxParts = { usage: 0n, price: 0n, mix: 0n, new: 0n, lost: 0n, credits: 0n, corrections: 0n };

export const PARTS = ['usage', 'price', 'mix', 'new', 'lost', 'credits', 'corrections'] as const;

/** What the month comes to: lines less credits, with corrections. */
export const amountOf = (side: FluxSide | null): bigint =>
  side === null ? 0n : side.grossMinor - side.creditMinor + side.correctionMinor;

/**
 * Splits the change from one month to another. A customer that is in one month alone is all new or all lost; else
 *
 * - `usage`: the change of the quantity at the first month's average price,
 * - `mix`: what the tiers of that price add to it or take from it, because the quantity moved between them,
 * - `price`: the new quantity at the new price instead of at the old one,
 * - `credits`: what is taken off more, or less,
 * - `corrections`: booked corrections, and what either month billed apart from what its price makes of its quantity.
 *
 * Each is exact; roundings of amounts go to `usage`, where there is any change of the quantity, so that a price without
 * tiers has no mix. Who only begins or ends with a meter changed what is used of it: the fees of its price are usage, too.
 */
export function splitChange(from: FluxSide | null, to: FluxSide | null): FluxParts {
  if (from === null && to === null) return NO_PARTS;
  if (from === null) return { ...NO_PARTS, new: amountOf(to) };
  if (to === null) return { ...NO_PARTS, lost: -amountOf(from) };
  const credits = from.creditMinor - to.creditMinor;
  const booked = to.correctionMinor - from.correctionMinor;
  if (isOffMeter(from) || isOffMeter(to)) {
    return { ...NO_PARTS, usage: to.grossMinor - from.grossMinor, credits, corrections: booked };
  }
  const steps = stepsOf(from, to);
  if (steps === null) {
    // Without any price the amounts alone are known: they changed with the quantity, or by hand.
    const change = to.grossMinor - from.grossMinor;
    const isSame = isZero(subtract(to.quantity, from.quantity));
    return {
      ...NO_PARTS,
      usage: isSame ? 0n : change,
      credits,
      corrections: booked + (isSame ? change : 0n),
    };
  }
  const { base, moved, now, isLinear } = steps;
  const isPlain = isLinear && !isNegative(to.quantity);
  const mix = isPlain ? 0n : mixOf(base.exact, moved.exact, from.quantity, to.quantity);
  return {
    ...NO_PARTS,
    usage: moved.minor - base.minor - mix,
    price: now.minor - moved.minor,
    mix,
    credits,
    corrections: booked + (to.grossMinor - now.minor) - (from.grossMinor - base.minor),
  };
}

/** The customer had no price on the meter, used nothing of it and was billed nothing for it. */
const isOffMeter = (side: FluxSide): boolean => side.rate === null && isZero(side.quantity) && side.grossMinor === 0n;

/** What the prices of both months make of both quantities: the steps between which a change is split. */
export type FluxSteps = {
  /** The first month's quantity at its price. */
  readonly base: ReturnType<FluxRate>;
  /** The second month's quantity at the first month's price. */
  readonly moved: ReturnType<FluxRate>;
  /** The second month's quantity at its price. */
  readonly now: ReturnType<FluxRate>;
  /** Whether the first month's price is. */
  readonly isLinear: boolean;
};

/** Null where the parts were not found by rating: a customer that is new or lost, or no price is known. */
export function stepsOf(from: FluxSide | null, to: FluxSide | null): FluxSteps | null {
  if (from === null || to === null || isOffMeter(from) || isOffMeter(to)) return null;
  const before = from.rate ?? to.rate;
  const after = to.rate ?? from.rate;
  if (before === null || after === null) return null;
  return {
    base: before(from.quantity),
    moved: before(to.quantity),
    now: after(to.quantity),
    isLinear: before.isLinear === true,
  };
}

/** What the change of the amount has beyond the first average price × the change of the quantity; rounded once. */
function mixOf(base: Decimal, moved: Decimal, from: Decimal, to: Decimal): bigint {
  // Nothing was used, or less than nothing, which bills 0: there is no average to go by.
  if (from.coefficient <= 0n) return 0n;
  // base + average × Δ = base × to ÷ from
  const beyond = subtract(multiply(moved, from), multiply(base, to));
  return divide(beyond, from, 0, 'half_up').coefficient;
}

export const addParts = (a: FluxParts, b: FluxParts): FluxParts => ({
  usage: a.usage + b.usage,
  price: a.price + b.price,
  mix: a.mix + b.mix,
  new: a.new + b.new,
  lost: a.lost + b.lost,
  credits: a.credits + b.credits,
  corrections: a.corrections + b.corrections,
});

/** A change matters when it reaches both thresholds; one from nothing reaches every relative one. */
export type Materiality = {
  readonly absoluteMinor: bigint;
  /** A share: `0.05` is five per cent of the first month's amount. */
  readonly relative: Decimal;
};

export function isMaterial(change: bigint, fromMinor: bigint, { absoluteMinor, relative }: Materiality): boolean {
  const size = change < 0n ? -change : change;
  const base = fromMinor < 0n ? -fromMinor : fromMinor;
  if (size === 0n || size < absoluteMinor) return false;
  return size * 10n ** BigInt(relative.scale) >= relative.coefficient * base;
}

/** Change ÷ the first month's amount, to 12 places; null from nothing. */
export const relativeChange = (change: bigint, fromMinor: bigint): Decimal | null =>
  fromMinor === 0n
    ? change === 0n
      ? ZERO
      : null
    : divide({ coefficient: change, scale: 0 }, { coefficient: fromMinor, scale: 0 }, 12, 'half_up');
