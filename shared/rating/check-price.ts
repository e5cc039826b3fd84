import { compare, type Decimal, formatDecimal, isNegative, isZero, ZERO } from '../values/decimal.ts';
import type { ProblemList } from './problems.ts';
import type { RatablePrice, Tier } from './ratable-price.ts';

/** A number and the place that it was read from; `value` is null where it was no number, which was said already. */
export type Placed = { readonly value: Decimal | null; readonly path: string };

export type PlacedTier = {
  readonly path: string;
  /** Null: the open end. */
  readonly upTo: Placed | null;
  readonly unitAmount: Placed | null;
  readonly flatAmount: Placed | null;
};

/** A price whose fields were read and not yet compared with each other. Amounts in minor units. */
export type PlacedPrice = {
  /** Where the price stands. */
  readonly path: string;
  /** Where its amounts stand: the price itself, or one of its currency options. */
  readonly amountsPath: string;
  readonly scheme: 'per_unit' | 'tiered';
  readonly tiersMode: 'graduated' | 'volume' | null;
  readonly transform: { readonly divideBy: Placed; readonly round: 'up' | 'down' } | null;
  readonly unitAmount: Placed | null;
  readonly tiers: readonly PlacedTier[] | null;
};

/**
 * Compares the fields of a price with each other, as Stripe allows them to be combined (stripe.md, Prices), and sorts
 * its tiers by their bounds. Whatever is wrong goes into `problems`; the price is only worth something without them.
 */
export function checkPrice(price: PlacedPrice, problems: ProblemList): RatablePrice {
  return price.scheme === 'per_unit' ? checkPerUnit(price, problems) : checkTiered(price, problems);
}

function checkPerUnit(price: PlacedPrice, problems: ProblemList): RatablePrice {
  const { unitAmount, transform } = price;
  if (price.tiers !== null && price.tiers.length > 0) {
    problems.add(
      'price-contradictory',
      `${price.amountsPath}.tiers`,
      'The price is per unit and has tiers.',
      'Make its billing_scheme "tiered", or leave the tiers out.',
    );
  } else if (price.tiersMode !== null) {
    problems.add(
      'price-contradictory',
      `${price.path}.tiers_mode`,
      'The price is per unit and has a mode for tiers.',
      'Make its billing_scheme "tiered" and give the tiers, or leave tiers_mode out.',
    );
  }
  if (unitAmount === null) {
    problems.add(
      'unit-amount-missing',
      `${price.amountsPath}.unit_amount`,
      'The price is per unit and has no unit amount.',
      'Give unit_amount or unit_amount_decimal; an amount that the customer chooses cannot be rated.',
    );
  }
  requireNotNegative(unitAmount, 'unit amount', problems);
  return {
    kind: 'per_unit',
    unitAmount: unitAmount?.value ?? ZERO,
    transform: transform === null ? null : checkTransform(transform, problems),
  };
}

function checkTransform(
  { divideBy, round }: NonNullable<PlacedPrice['transform']>,
  problems: ProblemList,
): Extract<RatablePrice, { kind: 'per_unit' }>['transform'] {
  const { value, path } = divideBy;
  if (value === null) return null;
  if (isZero(value) || isNegative(value)) {
    problems.add(
      'package-size-not-positive',
      path,
      `The price divides its quantity by ${formatDecimal(value)}.`,
      'Give the number of units in a package, above 0.',
    );
  }
  return { divideBy: value, round };
}

function checkTiered(price: PlacedPrice, problems: ProblemList): RatablePrice {
  const { unitAmount, transform, tiers, tiersMode } = price;
  if (tiersMode === null) {
    problems.add(
      'tier-mode-invalid',
      `${price.path}.tiers_mode`,
      'The price is tiered without a mode.',
      'Give tiers_mode "graduated" (each unit at its own tier) or "volume" (all units at the tier reached).',
    );
  }
  if (unitAmount !== null) {
    problems.add(
      'tiers-with-unit-amount',
      unitAmount.path,
      'The price is tiered and has a unit amount of its own.',
      'Put the amount into a tier, or make the billing_scheme "per_unit".',
    );
  }
  if (transform !== null) {
    problems.add(
      'transform-quantity-with-tiers',
      `${price.path}.transform_quantity`,
      'The price is tiered and transforms its quantity.',
      'Stripe allows one or the other: give tiers in packages, or a price per package.',
    );
  }
  if (tiers === null || tiers.length === 0) {
    problems.add(
      'tiers-missing',
      `${price.amountsPath}.tiers`,
      'The price is tiered and has no tiers.',
      'Expand `tiers` when reading the price from Stripe: lists leave them out.',
    );
  }
  return { kind: tiersMode ?? 'graduated', tiers: checkTiers(tiers ?? [], problems) };
}

/** @returns the tiers in order of their bounds, whatever order they came in */
function checkTiers(tiers: readonly PlacedTier[], problems: ProblemList): readonly Tier[] {
  for (const tier of tiers) checkTier(tier, problems);
  const sorted = [...tiers].sort((a, b) => compareBounds(a.upTo, b.upTo));
  checkLadder(sorted, problems);
  return sorted.map(({ upTo, unitAmount, flatAmount }) => ({
    upTo: upTo?.value ?? null,
    unitAmount: unitAmount?.value ?? ZERO,
    flatAmount: flatAmount === null ? null : (flatAmount.value ?? ZERO),
  }));
}

function checkTier({ path, upTo, unitAmount, flatAmount }: PlacedTier, problems: ProblemList): void {
  if (upTo !== null && upTo.value !== null && isNegative(upTo.value)) {
    problems.add(
      'tier-bound-negative',
      upTo.path,
      `The tier ends at ${formatDecimal(upTo.value)}.`,
      'Give the last quantity of the tier, at least 0, or null for the open end.',
    );
  }
  if (unitAmount === null && flatAmount === null) {
    problems.add(
      'tier-price-missing',
      path,
      'The tier has neither a unit amount nor a flat amount.',
      'Give at least one of them; a free tier has the unit amount 0.',
    );
  }
  requireNotNegative(unitAmount, 'unit amount', problems);
  requireNotNegative(flatAmount, 'flat amount', problems);
}

/** A bound that was not readable has been reported, and is neither the open end nor equal to another one. */
function checkLadder(sorted: readonly PlacedTier[], problems: ProblemList): void {
  for (const [index, { path, upTo }] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before === undefined || compareBounds(before.upTo, upTo) !== 0 || upTo?.value === null) continue;
    problems.add(
      'tier-bound-repeated',
      `${path}.up_to`,
      upTo === null ? 'Two tiers have an open end.' : `Two tiers end at ${formatDecimal(upTo.value ?? ZERO)}.`,
      'Every tier needs a bound of its own, and only one an open end.',
    );
  }
  const last = sorted.at(-1);
  if (last === undefined || last.upTo === null || sorted.some(({ upTo }) => upTo?.value === null)) return;
  problems.add(
    'tier-open-end-missing',
    last.upTo.path,
    `No tier holds quantities above ${formatDecimal(last.upTo.value ?? ZERO)}.`,
    'The last tier needs up_to null (or "inf").',
  );
}

/** The open end comes last, bounds that were not readable before it. */
function compareBounds(a: Placed | null, b: Placed | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (a.value === null || b.value === null) return a.value === b.value ? 0 : a.value === null ? 1 : -1;
  return compare(a.value, b.value);
}

function requireNotNegative(amount: Placed | null, what: 'unit amount' | 'flat amount', problems: ProblemList): void {
  if (amount === null || amount.value === null || !isNegative(amount.value)) return;
  problems.add(
    'amount-negative',
    amount.path,
    `The ${what} is ${formatDecimal(amount.value)}.`,
    'Stripe prices are at least 0; take money off with a discount or a credit.',
  );
}
