import fc from 'fast-check';
import type { Charge } from '../../../../shared/rating/late/charge.ts';
import { parseDecimal } from '../../../../shared/values/decimal.ts';
import { DAY_MS, instant } from '../../../../shared/values/instant.ts';
import type { Period } from '../../../../shared/values/period.ts';
import type { OracleCharge } from '../../../oracles/late-oracle.ts';

/**
 * What happens next: a run for the next period, one that is voided afterwards, or a correction run for the periods so
 * far. `quantities` are the cumulative ones as they are known then; null: nothing changed, and nothing was added.
 */
export type Act = {
  readonly kind: 'run' | 'voided' | 'correction';
  readonly quantities: readonly string[] | null;
};

/** The life of a charge. Where it is finished, the last period that may be run ends the charge. */
export type LifeOfCharge = {
  readonly charge: OracleCharge;
  readonly acts: readonly Act[];
  readonly isFinished: boolean;
  /** For everything that is shuffled or chosen. */
  readonly seed: number;
};

const DAYS = 10;
const START_MS = Date.UTC(2025, 0, 1);
const at = (period: number) => instant(START_MS + period * DAYS * DAY_MS);

export const periodAt = (index: number): Period => ({ from: at(index), to: at(index + 1) });

/** Periods that come to be owned: those of runs that are not voided. */
export const ownedPeriods = (life: LifeOfCharge): number => life.acts.filter(({ kind }) => kind === 'run').length;

/** The charge as the engines take it. */
export function chargeOf(life: LifeOfCharge): Charge {
  const { digits, price, minimum, maximum, percentage, freeUnits, conversion } = life.charge;
  const orNull = (text: string | null) => (text === null ? null : parseDecimal(text));
  const last = Math.max(1, ownedPeriods(life));
  return {
    currency: { code: 'xyz', digits },
    period: { from: at(0), to: at(life.isFinished ? last : last + 1) },
    price: pricedAs(price),
    commitments: { minimum: orNull(minimum), maximum: orNull(maximum) },
    discounts: {
      percentage: percentage === null ? null : { value: parseDecimal(percentage), id: 'discount' },
      usage: freeUnits === null ? null : { quantity: parseDecimal(freeUnits), id: null },
    },
    conversion: conversion === null ? null : { ...conversion, factor: parseDecimal(conversion.factor) },
    isConversionEnabled: true,
  };
}

function pricedAs(price: OracleCharge['price']): Charge['price'] {
  switch (price.type) {
    case 'unit':
    case 'flat':
      return { ...price, amount: parseDecimal(price.amount) };
    case 'package':
      return { ...price, amount: parseDecimal(price.amount), packageSize: parseDecimal(price.packageSize) };
    case 'dynamic':
      return { ...price, multiplier: parseDecimal(price.multiplier) };
    case 'tiered': {
      const orNull = (text: string | null) => (text === null ? null : parseDecimal(text));
      const tiers = price.tiers.map(({ upTo, flat, unit }) => ({
        upTo: orNull(upTo),
        flat: orNull(flat),
        unit: orNull(unit),
      }));
      // In any order: the engines sort them.
      return { ...price, tiers: tiers.toReversed() };
    }
  }
}

const amount = fc.constantFrom('0', '0.001', '0.005', '0.0125', '0.333', '1', '1.5', '2.225', '10', '12.345', '99.99');
const BOUNDS = ['1', '2.5', '5', '10', '15', '20', '30'] as const;

const tiered = fc
  .record({
    mode: fc.constantFrom('volume' as const, 'graduated' as const),
    bounds: fc.subarray([...BOUNDS], { maxLength: 3 }),
    parts: fc.array(fc.record({ flat: fc.option(amount), unit: amount, isFlatOnly: fc.boolean() }), {
      minLength: 4,
      maxLength: 4,
    }),
  })
  .map(({ mode, bounds, parts }) => ({
    type: 'tiered' as const,
    mode,
    tiers: [...bounds, null].map((upTo, index) => {
      const { flat = null, unit = '1', isFlatOnly = false } = parts[index] ?? {};
      return { upTo, flat, unit: isFlatOnly && flat !== null ? null : unit };
    }),
  }));

const price = fc.oneof(
  fc.record({ type: fc.constant('unit' as const), amount }),
  fc.record({ type: fc.constant('flat' as const), amount, paymentTerm: fc.constantFrom('advance', 'arrears') }),
  fc.record({ type: fc.constant('package' as const), amount, packageSize: fc.constantFrom('1', '2.5', '10') }),
  fc.record({ type: fc.constant('dynamic' as const), multiplier: fc.constantFrom('0', '0.001', '1', '1.33333', '10') }),
  { arbitrary: tiered, weight: 4 },
);

const conversion = fc.record({
  operation: fc.constantFrom('multiply' as const, 'divide' as const),
  factor: fc.constantFrom('3', '10', '0.7'),
  rounding: fc.constantFrom('ceiling' as const, 'floor' as const, 'half-up' as const),
  precision: fc.constantFrom(0, 1),
});

const charge: fc.Arbitrary<OracleCharge> = fc
  .record({
    digits: fc.constantFrom(0, 2, 3),
    price,
    minimum: fc.option(fc.constantFrom('0', '5', '20.005', '49.5'), { freq: 2 }),
    maximum: fc.option(fc.constantFrom('49.5', '60', '150.505'), { freq: 2 }),
    percentage: fc.option(fc.constantFrom('0', '10', '12.5', '33.333', '50', '100'), { freq: 2 }),
    freeUnits: fc.option(fc.constantFrom('0', '2', '5.5'), { freq: 2 }),
    conversion: fc.option(conversion, { freq: 1 }),
  })
  .map((one) => ({
    ...one,
    conversion: one.price.type === 'unit' || one.price.type === 'tiered' ? one.conversion : null,
  }));

const quantity = fc.oneof(
  { arbitrary: fc.integer({ min: -3, max: 40 }).map(String), weight: 4 },
  fc.constantFrom('0', '0.5', '2.5', '5', '5.001', '15', '16', '33.333', '30', '333', '666', '1000'),
);

const MOST_ACTS = 5;

const act = fc.record({
  kind: fc.oneof(
    { arbitrary: fc.constant('run' as const), weight: 6 },
    { arbitrary: fc.constant('voided' as const), weight: 1 },
    { arbitrary: fc.constant('correction' as const), weight: 2 },
  ),
  quantities: fc.option(fc.array(quantity, { minLength: MOST_ACTS, maxLength: MOST_ACTS }), { freq: 4 }),
});

export const lifeOfCharge: fc.Arbitrary<LifeOfCharge> = fc.record({
  charge,
  acts: fc.array(act, { minLength: 1, maxLength: MOST_ACTS }),
  isFinished: fc.boolean(),
  seed: fc.integer({ min: 1, max: 2 ** 30 }),
});
