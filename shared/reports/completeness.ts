import type { Completeness, NoFigure } from '../reconciliation/arrival.ts';
import { type AgeShare, SETTLED_HOURS } from '../reconciliation/arrival-shares.ts';
import { absolute, type Decimal, divide, formatDecimal, isNegative, isZero, round } from '../values/decimal.ts';
import { formatDayAndHour, formatInstant, type Instant } from '../values/instant.ts';
import { FRAC_UNIT } from '../values/quantity.ts';

/** One entry of `completeness` (interfaces.md section 6), keys in the published order. */
export type CompletenessDocument = {
  readonly meter: string;
  readonly unit: string;
  readonly asOf: string | null;
  /** Usage was complete up to here. */
  readonly watermark: string | null;
  /** A pull from then on is expected to find the whole month. */
  readonly allInFrom: string | null;
  /** Decimal text in the unit; null where nothing can be said. */
  readonly expectedMissing: string | null;
  readonly basis: string;
  readonly learned: {
    readonly pulls: number;
    readonly hours: number;
    readonly months: number;
    readonly ages: readonly AgeDocument[];
  };
};

/** A class of age with samples. `share` is rounded to 6 places; `arrived ÷ settled` is exact, in the native unit. */
type AgeDocument = {
  readonly fromHours: number;
  readonly toHours: number | null;
  readonly samples: number;
  readonly arrived: string;
  readonly settled: string;
  readonly share: string | null;
};

export const completenessDocument = (
  { key, unit }: { readonly key: string; readonly unit: string },
  completeness: Completeness,
): CompletenessDocument => ({
  meter: key,
  unit,
  asOf: textOf(completeness.asOf),
  watermark: textOf(completeness.watermark),
  allInFrom: textOf(completeness.allInFrom),
  expectedMissing: completeness.expectedMissing === null ? null : formatDecimal(completeness.expectedMissing),
  basis: basisSentence(completeness),
  learned: {
    pulls: completeness.learned.pulls,
    hours: completeness.learned.hours,
    months: completeness.learned.months,
    ages: completeness.learned.ages.filter(({ samples }) => samples > 0).map(ageDocument),
  },
});

const textOf = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));

function ageDocument({ fromHours, toHours, samples, arrived, settled }: AgeShare): AgeDocument {
  const [above, below] = [native(arrived), native(settled)];
  return {
    fromHours,
    toHours,
    samples,
    arrived: formatDecimal(above),
    settled: formatDecimal(below),
    share: isZero(below) ? null : formatDecimal(divide(above, below, 6, 'half_up')),
  };
}

const native = (stored: bigint): Decimal => ({ coefficient: stored, scale: String(FRAC_UNIT).length - 1 });

/** What the figure stands on, or why there is none. */
function basisSentence(completeness: Completeness): string {
  const { learned, why, expectedMissing } = completeness;
  if (why !== null) return WHY[why];
  const basis = `Learned from ${learnedFrom(completeness)}: how much of ${learned.hours} settled hours earlier pulls had found at which age.`;
  return expectedMissing !== null && isNegative(expectedMissing)
    ? `${basis} More is expected to be taken back than to come.`
    : basis;
}

const WHY: Readonly<Record<NoFigure, string>> = {
  not_pulled: 'No pull of the month for all customers is known by the hour: nothing can be said.',
  one_pull: 'One pull only: nothing can be said about what comes later. Pull a month a second time.',
  not_settled: `No hour was found early and again ${SETTLED_HOURS} hours after its end: nothing can be said yet.`,
  too_young: 'The newest pull holds hours younger than any that were learned: nothing can be said about them.',
  too_little: 'Less than half of every hour is in at this age: too little to go by.',
  no_number: 'An hour holds a value that is no number: nothing can be said.',
  level: 'The month is a level and no sum of hours: what comes late may replace it, and no quantity is missing.',
};

const learnedFrom = ({ learned }: Completeness): string =>
  `${count(learned.pulls, 'pull')} of ${count(learned.months, 'month')}`;

/**
 * "Usage of cpu_seconds was complete up to 31 May 22:00 UTC; about 12.5 CPU-seconds are still expected (learned from 6
 * pulls of 3 months)."
 * @returns null where nothing was learned
 */
export function completenessLine(
  { key, unit }: { readonly key: string; readonly unit: string },
  completeness: Completeness,
): string | null {
  const { watermark, expectedMissing, learned } = completeness;
  if (learned.hours === 0 || completeness.asOf === null) return null;
  const reached =
    watermark === null ? 'changes by more than 0.1 % at every age' : `was complete up to ${shortInstant(watermark)}`;
  const missing = expectedMissing === null ? '' : `; ${missingClause(expectedMissing, unit)}`;
  return `Usage of ${key} ${reached}${missing} (learned from ${learnedFrom(completeness)}).`;
}

function missingClause(missing: Decimal, unit: string): string {
  if (isZero(missing)) return 'nothing more is expected';
  const amount = absolute(missing);
  const shown = round(amount, SHOWN_PLACES, 'half_up');
  const text = isZero(shown) ? `less than 0.001 ${unit}` : `about ${formatDecimal(shown)} ${unit}`;
  return isNegative(missing) ? `${text} are expected to be taken back` : `${text} are still expected`;
}

const SHOWN_PLACES = 3;

/** `31 May 22:00 UTC` */
const shortInstant = (at: Instant): string => `${formatDayAndHour(at)} UTC`;

const count = (number: number, one: string): string => `${number} ${number === 1 ? one : `${one}s`}`;
