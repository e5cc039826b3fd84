import {
  type DriftingCell,
  NO_EVIDENCE,
  type OtherCell,
} from '../../../shared/reconciliation/explain/drifting-cell.ts';
import { isNear } from '../../../shared/reconciliation/hourly-series.ts';
import { type Decimal, isZero, ZERO } from '../../../shared/values/decimal.ts';
import { hoursIn } from '../../../shared/values/period.ts';
import { FRAC_UNIT } from '../../../shared/values/quantity.ts';
import { divideInteger } from '../../../shared/values/rounding.ts';
import { type MeterBlock, measuredAt, meteredAt } from '../reconcile/block.ts';
import {
  type HoursContext,
  levels,
  previousMeasured,
  readCellHours,
  readNextHours,
  readPreviousHours,
} from '../reconcile/evidence.ts';
import { usageKeysOf } from '../reconcile/identity.ts';
import type { MeterInput } from '../reconcile/meter-input.ts';
import { hoursContext } from '../reconcile/settle.ts';

/** How the hours of a meter's cells are read. */
export type MeterHours = {
  readonly block: MeterBlock;
  readonly input: MeterInput;
  readonly context: HoursContext;
  /** Whether Stripe holds the last value instead of adding up. */
  readonly isHeld: boolean;
  readonly perUnit: bigint;
};

/** Null where the hours of the two sides do not compare, or a side is not there. */
export function meterHours(block: MeterBlock): MeterHours | null {
  const { input } = block;
  const { stripeMeter, meter, usagePull, stripePull } = input;
  if (usagePull === null || stripePull === null || stripeMeter === null) return null;
  const isHeld = stripeMeter.formula === 'last';
  if (!isHeld && meter.combine !== 'sum') return null;
  const context = hoursContext(input);
  return { block, input, context, isHeld, perUnit: context.factor.denominator * FRAC_UNIT };
}

/** A decimal as a number of the smallest units of a meter. */
export const toUnits = (value: Decimal, perUnit: bigint): bigint =>
  divideInteger(value.coefficient * perUnit, 10n ** BigInt(value.scale), 'half_up');

type Sides = {
  readonly measured: bigint[];
  readonly metered: readonly (bigint | null)[];
  readonly before: readonly (bigint | null)[] | null;
  readonly after: readonly (bigint | null)[] | null;
};

/** Both sides by the hour, the measured one as what each hour added; null where one of them is not known by the hour. */
function readSides(from: MeterHours, position: number): Sides | null {
  const { block, context, input } = from;
  const customerKey = block.customerKeys[position] as number;
  const usageKeys =
    customerKey === 0 ? [block.usageKeys[position] as number] : usageKeysOf(input.identity, customerKey);
  const { series } = readCellHours(context, { customerKey, usageKeys });
  const hours = hoursIn(input.period);
  const held = customerKey === 0 ? null : meteredAt(block, position);
  const isNothingHeld = held === null || isZero(held);
  const none = new Array<null>(hours).fill(null);
  const metered = series?.metered ?? (isNothingHeld ? none : null);
  if (metered === null) return null;
  const measured = increments(series?.measured ?? none, context.combine);
  const total = toUnits(measuredAt(block, position) ?? ZERO, from.perUnit);
  // Usage that was pulled without its hours.
  if (!isNear(sum(measured), total)) return null;
  return {
    measured,
    metered,
    // A level of another month adds nothing to this one.
    before: context.combine === 'sum' ? (series?.before ?? null) : null,
    after: context.combine === 'sum' ? (series?.after ?? null) : null,
  };
}

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

const plain = (value: bigint | null): bigint => value ?? 0n;

/** What each hour added: as it is where hours add up, else by how much the level rose or fell. */
function increments(hours: readonly (bigint | null)[], combine: 'sum' | 'last' | 'max'): bigint[] {
  if (combine === 'sum') return hours.map(plain);
  const totals = levels(hours, combine);
  return hours.map((_, hour) => (totals[hour + 1] as bigint) - (totals[hour] as bigint));
}

/**
 * A drifting cell with its hours and its months beside; others and evidence are for the caller to add. Null where a side
 * is not known by the hour.
 */
export function readDriftingCell(from: MeterHours, position: number): DriftingCell | null {
  const { block, input, context, isHeld, perUnit } = from;
  const sides = readSides(from, position);
  if (sides === null) return null;
  const customerKey = block.customerKeys[position] as number;
  const held = meteredAt(block, position);
  const previous = previousMeasured(context, usageKeysOf(input.identity, customerKey));
  const { before, after } = sides;
  return {
    period: input.period,
    pulledAt: input.stripePull?.startedAt ?? input.period.to,
    stalenessMs: input.meter.tolerance.stalenessMs,
    unit: input.meter.unit,
    perUnit,
    isHeld,
    measured: sides.measured,
    metered: sides.metered,
    measuredTotal: sum(sides.measured),
    meteredTotal: held === null ? 0n : toUnits(held, perUnit),
    previousTotal: previous === null ? null : toUnits(previous, perUnit),
    before: before && { measured: before.map(plain), metered: readPreviousHours(context, customerKey) },
    after: after && { measured: after.map(plain), metered: readNextHours(context, customerKey) },
    others: [],
    loose: [],
    evidence: NO_EVIDENCE,
  };
}

/** A cell beside: another customer's, or a usage id without one. Null where its hours are not known. */
export function readOtherCell(from: MeterHours, position: number): OtherCell | null {
  const { block } = from;
  const customerKey = block.customerKeys[position] as number;
  const { identity } = from.input;
  const name =
    customerKey === 0
      ? (identity.usageIds[block.usageKeys[position] as number] ?? '')
      : (identity.customerIds[customerKey] ?? '');
  const sides = readSides(from, position);
  return sides && { name, measured: sides.measured, metered: customerKey === 0 ? null : sides.metered };
}
