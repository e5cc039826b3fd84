import {
  absolute,
  add,
  compare,
  type Decimal,
  divide,
  isZero,
  multiply,
  normalize,
  ONE,
  subtract,
  ZERO,
} from '../values/decimal.ts';
import type { Period } from '../values/period.ts';
import type { SimulatedUsage, SimulationRun } from './run.ts';

/** Measured against billed (metering.md section 8). */
export type Drift = {
  readonly measured: Decimal;
  readonly billed: Decimal;
  readonly driftAbs: Decimal;
  /** Of what was billed, to 12 places; 1 where something was measured and nothing billed. */
  readonly driftPct: Decimal;
  readonly passes: boolean;
};

export type MeterDrift = Drift & {
  readonly customerId: string;
  readonly meterId: string;
  readonly periods: readonly (Drift & { readonly period: Period })[];
};

/**
 * Of each customer and meter over the periods that are over: one that still runs has no drift yet, and one that no
 * invoice covers was billed 0. The whole passes only if every period does, so that opposite errors do not cancel.
 */
export function driftOf({ usage, now }: Pick<SimulationRun, 'usage' | 'now'>, epsilon: Decimal): readonly MeterDrift[] {
  const byMeter = new Map<string, SimulatedUsage[]>();
  for (const one of usage) {
    if (one.billed === null && one.period.to > now) continue;
    const key = `${one.customerId} ${one.meterId}`;
    byMeter.set(key, [...(byMeter.get(key) ?? []), one]);
  }
  return [...byMeter.values()].map((ofMeter): MeterDrift => {
    const periods = ofMeter.map(({ period, measured, billed }) => ({
      period,
      ...compareUsage(measured, billed ?? ZERO, epsilon),
    }));
    const [first] = ofMeter as [SimulatedUsage, ...SimulatedUsage[]];
    const sums = compareUsage(total(periods, 'measured'), total(periods, 'billed'), epsilon);
    return {
      customerId: first.customerId,
      meterId: first.meterId,
      ...sums,
      passes: periods.every(({ passes }) => passes),
      periods,
    };
  });
}

/** All metrics added up, whose errors may cancel and whose units mix: for comparison only. */
export function overallDrift(drifts: readonly Drift[], epsilon: Decimal): Drift {
  return compareUsage(total(drifts, 'measured'), total(drifts, 'billed'), epsilon);
}

const total = (drifts: readonly Drift[], side: 'measured' | 'billed'): Decimal =>
  normalize(drifts.reduce((sum, drift) => add(sum, drift[side]), ZERO));

const PLACES = 12;

function compareUsage(measured: Decimal, billed: Decimal, epsilon: Decimal): Drift {
  const driftAbs = normalize(absolute(subtract(measured, billed)));
  const isBilled = compare(billed, ZERO) > 0;
  const driftPct = isZero(driftAbs) ? ZERO : isBilled ? divide(driftAbs, billed, PLACES, 'half_up') : ONE;
  // Compared without the division, which rounds.
  const limit = isBilled ? multiply(epsilon, billed) : epsilon;
  const passes = isZero(driftAbs) || compare(isBilled ? driftAbs : ONE, limit) <= 0;
  return { measured, billed, driftAbs, driftPct: normalize(driftPct), passes };
}
