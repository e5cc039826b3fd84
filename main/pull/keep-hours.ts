import type { Expired } from '../../shared/reconciliation/quality/facts.ts';
import { HOUR_MS } from '../../shared/values/instant.ts';
import type { Period } from '../../shared/values/period.ts';
import type { HourValue } from '../cache/hour-pack.ts';
import { HourTotals } from '../cache/hour-totals.ts';
import { type CellPair, type MergedCell, mergeUsage } from '../cache/merge-store.ts';
import type { UsageHour } from '../sources/usage-source.ts';
import { runSteps } from './abort.ts';
import { combineHours } from './combine-hours.ts';
import type { PullMeter } from './pull-request.ts';
import type { PullWork } from './pull-work.ts';

/** Which hours of an earlier pull stand beside those that were read anew. */
export type Keeping =
  /** Hours outside the slice. */
  | { readonly why: 'slice'; readonly slice: Period }
  /** Hours that the source no longer has. */
  | { readonly why: 'expired'; readonly expired: Expired };

/**
 * Puts the hours that stand into the staged pull.
 * @returns all hours of all usage ids added up
 */
export async function keepHours(
  work: PullWork,
  target: {
    readonly meter: PullMeter;
    readonly pull: number;
    readonly exponent: number;
    readonly from: number;
    /** Usage keys that were read anew; null: all of them. */
    readonly selected: readonly number[] | null;
  },
  keeping: Keeping,
): Promise<readonly HourValue[] | null> {
  const { meter, exponent, pull, from } = target;
  const selected = target.selected === null ? null : new Set(target.selected);
  const { combine } = meter.usage;
  const totals = new HourTotals(exponent);
  const mergeCell =
    keeping.why === 'slice'
      ? mergeSlice(hourIn(work, keeping.slice.from), hourIn(work, keeping.slice.to))
      : isDistinct(meter)
        ? largerCell
        : mergeExpired(hourIn(work, keeping.expired.before), combine === 'last');
  await runSteps(
    work.signal,
    mergeUsage(work.request.db, {
      from,
      pull,
      merge: (pair) => (selected === null || selected.has(pair.usageKey) ? mergeCell(pair) : wholly('earlier', pair)),
      total: (hours) => combineHours(hours.map(usageHour), combine, exponent),
      onHours: (hours) => totals.add(hours),
    }),
  );
  return totals.totals();
}

const hourIn = ({ period }: PullWork, at: number): number => Math.round((at - period.from) / HOUR_MS);

/** What counts once in the period moves to a later hour when its first hour is gone. */
const isDistinct = ({ usage }: PullMeter): boolean =>
  usage.template === 'active_series' || (usage.template === 'events' && usage.aggregate === 'distinct');

const usageHour = ({ text, ...hour }: HourValue): UsageHour => (text === undefined ? hour : { ...hour, invalid: text });

const wholly = (whole: 'earlier' | 'fresh', pair: CellPair): MergedCell => ({
  hours: pair[whole]?.hours ?? [],
  evidence: { whole },
});

const mergeSlice =
  (from: number, to: number) =>
  ({ earlier, fresh }: CellPair): MergedCell => {
    const isInside = ({ hour }: HourValue): boolean => from <= hour && hour < to;
    const hours = [
      ...(earlier?.hours ?? []).filter((value) => !isInside(value)),
      ...(fresh?.hours ?? []).filter(isInside),
    ];
    return {
      hours: hours.sort((a, b) => a.hour - b.hour),
      evidence: { of: (hour) => (from <= hour && hour < to ? 'fresh' : 'earlier') },
    };
  };

/** Before the boundary nothing is overwritten by less; a level that was read is never replaced there. */
const mergeExpired =
  (before: number, isLevel: boolean) =>
  ({ earlier, fresh }: CellPair): MergedCell => {
    const kept = new Map(
      (earlier?.hours ?? []).filter(({ hour }) => hour < before).map((value) => [value.hour, value]),
    );
    for (const value of fresh?.hours ?? []) {
      const held = value.hour < before ? kept.get(value.hour) : undefined;
      if (held === undefined || (!isLevel && isLarger(value, held))) kept.set(value.hour, value);
    }
    return {
      hours: [...kept.values()].sort((a, b) => a.hour - b.hour),
      evidence: { of: (hour) => (hour < before && earlier !== null ? 'earlier' : 'fresh') },
    };
  };

function largerCell(pair: CellPair): MergedCell {
  const count = (hours: readonly HourValue[] | undefined): bigint =>
    (hours ?? []).reduce((sum, { whole }) => sum + BigInt(whole), 0n);
  return wholly(count(pair.fresh?.hours) > count(pair.earlier?.hours) ? 'fresh' : 'earlier', pair);
}

const isLarger = (a: HourValue, b: HourValue): boolean =>
  b.text === undefined && (a.text !== undefined || a.whole > b.whole || (a.whole >= b.whole && a.frac > b.frac));
