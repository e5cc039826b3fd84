import { powerOfTen, rescaleExact } from '../values/decimal.ts';
import { type CostStep, MAX_SAFE, reach } from './compile-steps.ts';
import { asSafe, rounder } from './plain-rounding.ts';
import type { RateOptions } from './rate.ts';

/** Rates whole quantities 0 ≤ whole ≤ qmax in plain numbers; qmax −1: none. */
export type WholePath = { readonly qmax: number; readonly rate: (whole: number) => number };

const NO_WHOLE_PATH: WholePath = { qmax: -1, rate: () => Number.NaN };

/** One product and one division per quantity: amounts are integers at the price's own scale. */
export function compileWhole(steps: readonly CostStep[], options: RateOptions): WholePath {
  const places = Math.max(...steps.flatMap(({ unit, before }) => [unit.scale, before.scale]));
  const scale = asSafe(powerOfTen(places));
  if (scale === null) return NO_WHOLE_PATH;
  const { qmax, steps: served } = reach(steps, ({ below, unit, before, after }) => {
    const rate = rescaleExact(unit, places);
    const fixed = rescaleExact(before, places);
    // Neither before ÷ scale nor after may carry the amount, or what is rounded, past 2^53.
    const room = MAX_SAFE - fixed - after - 1n;
    if (rate < 0n || fixed < 0n || after < 0n || room < 0n) return -1n;
    return rate === 0n ? MAX_SAFE : below.coefficient + room / rate;
  });
  if (qmax < 0) return NO_WHOLE_PATH;
  const column = (of: (step: CostStep) => bigint): Float64Array =>
    Float64Array.from(served, (step) => Number(of(step)));
  const bounds = Float64Array.from(served, ({ upTo }) => (upTo === null ? Infinity : Number(upTo.coefficient)));
  const belows = column(({ below }) => below.coefficient);
  const units = column(({ unit }) => rescaleExact(unit, places));
  const befores = column(({ before }) => rescaleExact(before, places));
  const afters = column(({ after }) => after);
  const round = rounder(scale, options);
  const at = (array: Float64Array, index: number): number => array[index] as number;
  return {
    qmax,
    rate: (whole) => {
      let index = 0;
      while (whole > at(bounds, index)) index += 1;
      return round(at(befores, index) + (whole - at(belows, index)) * at(units, index)) + at(afters, index);
    },
  };
}
