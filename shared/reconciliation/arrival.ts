import { type Decimal, decimal } from '../values/decimal.ts';
import { type Fraction, fraction, multiplyFractions, scaleBy } from '../values/fraction.ts';
import type { Instant } from '../values/instant.ts';
import type { MonthKey } from '../values/period.ts';
import { FRAC_UNIT, QUANTITY_PLACES } from '../values/quantity.ts';
import { missingUsage } from './arrival-missing.ts';
import { type LearnedArrival, learnArrival } from './arrival-shares.ts';
import { distinctPulls, type Sight } from './arrival-sight.ts';
import { allInFrom, watermarkAt } from './arrival-watermark.ts';

/** Why no quantity is given. */
export type NoFigure =
  /** No pull of the month is known by the hour. */
  | 'not_pulled'
  /** Each month was pulled once: nothing shows what comes later. */
  | 'one_pull'
  /** No hour was seen early and again once it had settled. */
  | 'not_settled'
  /** The newest pull has hours younger than any that were learned. */
  | 'too_young'
  /** Less than half of every hour is in at the age it has. */
  | 'too_little'
  /** An hour holds a value that is no number. */
  | 'no_number'
  /** The value of the month is a level (`last`, `max`), no sum of its hours. */
  | 'level';

/** How complete the usage of one meter and month is, as of the newest pull of the month. */
export type Completeness = {
  /** When the newest pull of the month began to read; null where there is none. */
  readonly asOf: Instant | null;
  /**
   * Up to here usage was complete at that pull: later pulls are expected to change less than 0.1 % of it. The start of
   * the month where no hour is complete; null where nothing was learned, or usage never settles.
   */
  readonly watermark: Instant | null;
  /** From when on a pull is expected to find the whole month complete; null as above. */
  readonly allInFrom: Instant | null;
  /**
   * Expected to arrive after the newest pull for the hours that had ended by then, net of what is taken back; in the
   * billed unit, rounded to 12 places half away from zero. Negative: more is expected to be taken back than to come.
   */
  readonly expectedMissing: Decimal | null;
  /** Null where `expectedMissing` is given. */
  readonly why: NoFigure | null;
  readonly learned: LearnedArrival;
};

/**
 * What the pulls of a meter tell about one of its months.
 * @param sights the pulls of the meter that measured alike, of any months, in any order; a pull counts once
 * @param of.scale native unit → billed unit
 */
export function completenessOfMonth(
  sights: readonly Sight[],
  of: { readonly month: MonthKey; readonly scale: Fraction; readonly combine: 'sum' | 'last' | 'max' },
): Completeness {
  const distinct = distinctPulls(sights);
  const learned = learnArrival(distinct);
  const newest = distinct.filter(({ month }) => month === of.month).at(-1);
  const missing = missingOf(newest, learned, of);
  return {
    asOf: newest?.pulledAt ?? null,
    watermark: newest === undefined ? null : watermarkAt(newest, learned),
    allInFrom: newest === undefined ? null : allInFrom(of.month, learned),
    learned,
    ...missing,
  };
}

function missingOf(
  newest: Sight | undefined,
  learned: LearnedArrival,
  of: { readonly scale: Fraction; readonly combine: 'sum' | 'last' | 'max' },
): Pick<Completeness, 'expectedMissing' | 'why'> {
  if (newest === undefined) return { expectedMissing: null, why: 'not_pulled' };
  if (of.combine !== 'sum') return { expectedMissing: null, why: 'level' };
  if (learned.hours === 0) return { expectedMissing: null, why: learned.isPulledAgain ? 'not_settled' : 'one_pull' };
  const missing = missingUsage(newest, learned);
  return typeof missing === 'string'
    ? { expectedMissing: null, why: missing }
    : { expectedMissing: inBilledUnit(missing, of.scale), why: null };
}

/** Rounded once, from the exact fraction. */
const inBilledUnit = (stored: Fraction, scale: Fraction): Decimal =>
  scaleBy(decimal(1n), multiplyFractions(multiplyFractions(stored, STORED_UNIT), scale), QUANTITY_PLACES, 'half_up');

const STORED_UNIT = fraction(1n, FRAC_UNIT);
