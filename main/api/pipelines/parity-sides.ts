import type { Problem } from '../../../shared/errors.ts';
import { type Decimal, powerOfTen } from '../../../shared/values/decimal.ts';
import { type Fraction, scaleBy } from '../../../shared/values/fraction.ts';
import { HOUR_MS, type Instant, instant } from '../../../shared/values/instant.ts';
import { type MonthKey, monthOf, monthPeriod, nextMonth, type Period } from '../../../shared/values/period.ts';
import { fromStored, QUANTITY_PLACES } from '../../../shared/values/quantity.ts';
import type { HourValue } from '../../cache/hour-pack.ts';
import type { Db } from '../../cache/open.ts';
import { lastHoursKey, readHoursRange, readOwners, type UsageOwner, wholeReadAt } from '../../cache/pipeline-store.ts';
import { readEveryPullInForce } from '../../cache/pull-store.ts';
import type { ParityMeter, ParitySide } from './parity-meters.ts';

/** What one side holds of one month. */
export type SideMonth = {
  readonly pull: number;
  readonly exponent: number;
  readonly scale: Fraction;
  /** When its hours were read: an hour that was not due by then is not settled. */
  readonly readAt: Instant;
};

type ParityMonth = {
  readonly month: MonthKey;
  readonly period: Period;
  readonly reference: SideMonth | null;
  readonly candidate: SideMonth | null;
};

/** The months of a period with what both sides hold of them, and why a side cannot be compared. */
export type ParitySides = {
  readonly months: readonly ParityMonth[];
  readonly problems: readonly Problem[];
};

export function readSides(db: Db, meter: ParityMeter, period: Period): ParitySides {
  const problems: Problem[] = [];
  const months: ParityMonth[] = [];
  for (let month = monthOf(period.from); monthPeriod(month).from < period.to; month = nextMonth(month)) {
    const pulls = readEveryPullInForce(db, month).filter(({ source }) => source === 'clickhouse');
    const sideOf = (side: ParitySide, what: string): SideMonth | null => {
      const pull = pulls.find((each) => each.meter === side.key);
      const why = (message: string, remedy: string): null => {
        problems.push({ code: 'parity.incomplete', path: meter.meter, message, remedy, severity: 'warning' });
        return null;
      };
      const again = `Pull it again: \`tieout pull DIR --month ${month}\`.`;
      if (pull === undefined)
        return why(`${what} was not pulled for ${month}.`, `Pull the month: \`tieout pull DIR --month ${month}\`.`);
      if (pull.fingerprint !== side.fingerprint)
        return why(`${what} of ${month} was pulled with other settings than tieout.yaml has now.`, again);
      if (pull.selection !== null) return why(`${what} of ${month} was pulled for some customers only.`, again);
      const readAt = wholeReadAt(db, pull);
      if (readAt === null)
        return why(`${what} of ${month} has no hours: its query returns no bucket.`, 'Return a bucket from the query.');
      return { pull: pull.pull, exponent: pull.exponent, scale: side.scale, readAt };
    };
    months.push({
      month,
      period: monthPeriod(month),
      reference: sideOf(meter.reference, `${meter.meter}, as it is billed,`),
      candidate: sideOf(meter.candidate, `${meter.meter} of the pipeline ${meter.pipeline}`),
    });
  }
  return { months, problems };
}

/** Beginnings of the hours of the period that both sides read once they were due, ascending. */
export function checkableHours(
  sides: ParitySides,
  of: { readonly period: Period; readonly graceMs: number },
): readonly Instant[] {
  const hours: Instant[] = [];
  for (const { period, reference, candidate } of sides.months) {
    if (reference === null || candidate === null) continue;
    const readAt = Math.min(reference.readAt, candidate.readAt);
    const from = Math.max(period.from, of.period.from);
    const to = Math.min(period.to, of.period.to);
    for (let hour = from; hour < to && hour + HOUR_MS + of.graceMs <= readAt; hour += HOUR_MS)
      hours.push(instant(hour));
  }
  return hours;
}

/** An hour of one usage id; null: no row. `isUnreadable`: a side is no number. */
export type HourPair = {
  readonly at: Instant;
  readonly reference: Decimal | null;
  readonly candidate: Decimal | null;
  readonly isUnreadable: boolean;
};

/** A usage id with the hours in which either side has a row, ascending. */
export type PairedHours = { readonly owner: UsageOwner; readonly hours: readonly HourPair[] };

const KEYS_PER_STEP = 1_000;

/**
 * Everyone of whom either side has hours, by usage key, a few thousand at a time.
 * @param of.usageKey this one alone
 */
export function* eachPaired(
  db: Db,
  sides: ParitySides,
  of: { readonly period: Period; readonly usageKey?: number },
): Generator<PairedHours> {
  const pulls = sides.months.flatMap(({ reference, candidate }) =>
    reference === null || candidate === null ? [] : [reference.pull, candidate.pull],
  );
  const last = of.usageKey ?? lastHoursKey(db, pulls);
  const step = of.usageKey === undefined ? KEYS_PER_STEP : 1;
  for (let after = of.usageKey === undefined ? 0 : of.usageKey - 1; after < last; after += step) {
    const found = sides.months.map(({ reference, candidate, period }) => {
      const hours = {
        after,
        through: after + step,
        first: Math.max(0, Math.ceil((of.period.from - period.from) / HOUR_MS)),
        end: Math.ceil((of.period.to - period.from) / HOUR_MS),
      };
      if (reference === null || candidate === null) return { reference: NOBODY, candidate: NOBODY };
      return {
        reference: readHoursRange(db, reference.pull, hours),
        candidate: readHoursRange(db, candidate.pull, hours),
      };
    });
    for (const owner of readOwners(db, after, after + step)) {
      const hours = sides.months.flatMap((month, index) => {
        const reference = found[index]?.reference.get(owner.usageKey);
        const candidate = found[index]?.candidate.get(owner.usageKey);
        return reference === undefined && candidate === undefined
          ? []
          : pairHours(month, { reference: reference ?? [], candidate: candidate ?? [] });
      });
      if (hours.length > 0) yield { owner, hours };
    }
  }
}

const NOBODY: ReadonlyMap<number, readonly HourValue[]> = new Map();

function pairHours(
  { period, reference, candidate }: ParityMonth,
  of: Readonly<Record<'reference' | 'candidate', readonly HourValue[]>>,
): readonly HourPair[] {
  if (reference === null || candidate === null) return [];
  const pairs: HourPair[] = [];
  let next = 0;
  const put = (mine: HourValue | undefined, other: HourValue | undefined): void => {
    const hour = (mine ?? other)?.hour ?? 0;
    pairs.push({
      at: instant(period.from + hour * HOUR_MS),
      reference: mine === undefined ? null : inUnits(mine, reference),
      candidate: other === undefined ? null : inUnits(other, candidate),
      isUnreadable: mine?.text !== undefined || other?.text !== undefined,
    });
  };
  for (const mine of of.reference) {
    for (; (of.candidate[next]?.hour ?? Number.POSITIVE_INFINITY) < mine.hour; next += 1)
      put(undefined, of.candidate[next]);
    const other = of.candidate[next];
    if (other?.hour === mine.hour) {
      put(mine, other);
      next += 1;
    } else put(mine, undefined);
  }
  for (; next < of.candidate.length; next += 1) put(undefined, of.candidate[next]);
  return pairs;
}

/** A stored native value in the billed unit, to 12 places. */
export const inUnits = (
  { whole, frac }: Pick<HourValue, 'whole' | 'frac'>,
  { exponent, scale }: Pick<SideMonth, 'exponent' | 'scale'>,
): Decimal => {
  const { numerator, denominator } = scale;
  if (denominator === 1n && exponent === 0 && frac === 0) return { coefficient: BigInt(whole) * numerator, scale: 0 };
  const { coefficient, scale: places } = fromStored(whole, frac);
  return scaleBy({ coefficient: coefficient * powerOfTen(exponent), scale: places }, scale, QUANTITY_PLACES, 'half_up');
};
