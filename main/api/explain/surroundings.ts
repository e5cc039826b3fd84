import type { DriftingCell, OtherCell, PullEvidence } from '../../../shared/reconciliation/explain/drifting-cell.ts';
import { isNear, magnitude } from '../../../shared/reconciliation/hourly-series.ts';
import type { Decimal } from '../../../shared/values/decimal.ts';
import { readCustomerCreated } from '../../cache/customer-store.ts';
import { readQueryChange } from '../../cache/pull-store.ts';
import { readQuality } from '../../cache/quality-store.ts';
import { customerIdAt, type MeterBlock, measuredAt, meteredAt } from '../reconcile/block.ts';
import { lateArrivals, lateSinceBilled } from './late-arrivals.ts';
import { monthPageCuts } from './page-cut.ts';
import { type MeterHours, readOtherCell, toUnits } from './read-cell.ts';

/** Adds what is known around a cell: other cells of its meter, usage ids without a customer, and what the pulls tell. */
export type Surroundings = (cell: DriftingCell, position: number) => DriftingCell;

/** Where no more cells than this drift, each is held against every other; else against those whose drift is its opposite. */
const MOST_OTHERS = 24;
const MOST_LOOSE = 12;
const MOST_ALIKE = 4;
const KEPT_CELLS = 64;

/** @param drifting the drifting cells of customers @param loose usage ids that lead to no customer */
export function surroundingsOf(
  from: MeterHours,
  { drifting, loose }: { readonly drifting: readonly number[]; readonly loose: readonly number[] },
): Surroundings {
  const { block, perUnit } = from;
  const others = neighbours(from, drifting, MOST_OTHERS);
  const strays = neighbours(from, loose, MOST_LOOSE);
  const evidence = meterEvidence(from);
  const pageCuts = monthPageCuts(block);
  return (cell, position) => {
    const drift = driftAt(block, position, perUnit);
    const customerId = customerIdAt(block, position) ?? '';
    return {
      ...cell,
      others: others(position, -drift),
      // What Stripe holds too much of may be theirs.
      loose: (drift < 0n || drifting.length <= MOST_OTHERS ? strays(-1, -drift) : []).filter((stray) =>
        isTelling(stray, -drift),
      ),
      evidence: {
        ...evidence,
        arrivedLate: lateSinceBilled(from, { customerId, measured: cell.measured }) ?? evidence.arrivedLate,
        pageCut: pageCuts(position),
        customerFrom: readCustomerCreated(from.input.db, block.customerKeys[position] as number),
      },
    };
  };
}

/** Usage of an hour or two is found in anybody's, unless it is all that is too much. */
function isTelling({ measured }: OtherCell, excess: bigint): boolean {
  const total = measured.reduce((sum, value) => sum + value, 0n);
  return isNear(total, excess) || measured.filter((value) => value !== 0n).length >= LEAST_HOURS;
}

const LEAST_HOURS = 3;

/** measured − metered in the smallest units. */
const driftAt = (block: MeterBlock, position: number, perUnit: bigint): bigint => {
  const units = (value: Decimal | null): bigint => (value === null ? 0n : toUnits(value, perUnit));
  return units(measuredAt(block, position)) - units(meteredAt(block, position));
};

/** Cells by their drift: all of them where they are few, else the ones whose drift is nearest to what is asked for. */
function neighbours(from: MeterHours, positions: readonly number[], most: number) {
  const kept = new Map<number, OtherCell | null>();
  const read = (position: number): readonly OtherCell[] => {
    let found = kept.get(position);
    if (found === undefined) {
      found = readOtherCell(from, position);
      const [oldest] = kept.keys();
      if (kept.size >= KEPT_CELLS && oldest !== undefined) kept.delete(oldest);
      kept.set(position, found);
    }
    return found === null ? [] : [found];
  };
  if (positions.length <= most) {
    return (self: number, _drift: bigint) => positions.filter((position) => position !== self).flatMap(read);
  }
  const sorted = positions
    .map((position) => ({ position, drift: driftAt(from.block, position, from.perUnit) }))
    .sort((a, b) => (a.drift === b.drift ? a.position - b.position : a.drift < b.drift ? -1 : 1));
  return (self: number, drift: bigint) =>
    nearest(sorted, drift)
      .filter(({ position }) => position !== self)
      .flatMap(({ position }) => read(position));
}

type Sorted = readonly { readonly position: number; readonly drift: bigint }[];

/** Equal but for one part in a thousand, at most some. */
function nearest(sorted: Sorted, drift: bigint): Sorted {
  const reach = magnitude(drift) / 1000n;
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.drift as bigint) < drift - reach) low = middle + 1;
    else high = middle;
  }
  const end = sorted.slice(low, low + MOST_ALIKE).findIndex((one) => one.drift > drift + reach);
  return sorted.slice(low, end < 0 ? low + MOST_ALIKE : low + end);
}

function meterEvidence(from: MeterHours): Omit<PullEvidence, 'pageCut' | 'customerFrom'> {
  const { input } = from;
  const { db, period, usagePull, meter, meterKey, stripeMeter } = input;
  const expired = usagePull === null ? null : (readQuality(db, usagePull.pull)?.expired ?? null);
  const changedAt = readQueryChange(db, meterKey, meter.usageFingerprint);
  const made = stripeMeter?.created ?? null;
  return {
    cutovers: input.cutovers.filter((at) => period.from <= at && at < period.to),
    expiredBefore: expired === null || expired.lostHours === 0 ? null : expired.before,
    arrivedLate: lateArrivals(from),
    queryChangedAt: changedAt === null || changedAt <= period.from ? null : changedAt,
    customerUntil: null,
    // Nothing was pushed to a meter before it was made.
    pushedSince: made === null || made <= period.from ? null : made,
  };
}
