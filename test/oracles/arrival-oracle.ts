import { Decimal } from 'decimal.js';

const Big = Decimal.clone({ precision: 60 });
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** One report of usage: for which hour of the month, when it was stored, how much (whole units; negative: taken back). */
export type Report = { readonly hour: number; readonly storedAt: number; readonly amount: number };

/** A month as it really was, told by its reports, and when it was pulled. */
export type TrueMonth = {
  readonly month: string;
  readonly from: number;
  readonly to: number;
  readonly reports: readonly Report[];
  readonly pulls: readonly number[];
};

/** What a query of one hour would have answered at an instant. */
export const storedBy = ({ reports }: TrueMonth, hour: number, at: number): number =>
  reports.reduce((sum, report) => (report.hour === hour && report.storedAt <= at ? sum + report.amount : sum), 0);

const CLASSES: readonly (readonly [number, number])[] = [
  [0, 1],
  [1, 2],
  [2, 4],
  [4, 8],
  [8, 12],
  [12, 24],
  [24, 48],
  [48, 72],
  [72, 96],
  [96, Number.POSITIVE_INFINITY],
];

type Pair = { readonly ageHours: number; readonly early: number; readonly final: number };

export type OracleClass = {
  readonly samples: number;
  readonly arrived: number;
  readonly settled: number;
  readonly moved: number;
  readonly weight: number;
};

/** Every hour of every month at every pull, asked one by one. */
function pairsOf(world: readonly TrueMonth[]): readonly Pair[] {
  const pairs: Pair[] = [];
  for (const month of world) {
    const pulls = month.pulls.filter((at) => at - month.to <= 60 * DAY);
    const last = Math.max(...pulls);
    for (let hour = 0; month.from + hour * HOUR < month.to; hour += 1) {
      const end = month.from + hour * HOUR + HOUR;
      if ((last - end) / HOUR < 96) continue;
      for (const at of new Set(pulls)) {
        if (at === last || at < end) continue;
        const pair = {
          ageHours: (at - end) / HOUR,
          early: storedBy(month, hour, at),
          final: storedBy(month, hour, last),
        };
        if (pair.early !== 0 || pair.final !== 0) pairs.push(pair);
      }
    }
  }
  return pairs;
}

export function oracleClasses(world: readonly TrueMonth[]): readonly OracleClass[] {
  const pairs = pairsOf(world);
  return CLASSES.map(([from, to]) => {
    const own = pairs.filter(({ ageHours }) => from <= ageHours && ageHours < to);
    const total = (of: (pair: Pair) => number): number => own.reduce((sum, pair) => sum + of(pair), 0);
    return {
      samples: own.length,
      arrived: total(({ early }) => early),
      settled: total(({ final }) => final),
      moved: total(({ early, final }) => Math.abs(final - early)),
      weight: total(({ final }) => Math.abs(final)),
    };
  });
}

/** The figure hour by hour, rounded to 12 places; null where the rules give none. */
export function oracleMissing(world: readonly TrueMonth[], judged: TrueMonth): string | null {
  const classes = oracleClasses(world);
  const at = Math.max(...judged.pulls);
  const hours: { readonly found: number; readonly share: OracleClass }[] = [];
  for (let hour = 0; judged.from + hour * HOUR < judged.to; hour += 1) {
    const ageHours = (at - (judged.from + hour * HOUR + HOUR)) / HOUR;
    if (ageHours < 0) continue;
    const upTo = CLASSES.filter(([from]) => from <= ageHours).length;
    const share = classes.slice(0, upTo).filter(({ settled }) => settled > 0);
    const nearest = share[share.length - 1];
    if (nearest === undefined) return null;
    hours.push({ found: storedBy(judged, hour, at), share: nearest });
  }
  const isRich = ({ share }: (typeof hours)[number]): boolean => share.arrived / share.settled >= 0.5;
  const finals = hours.filter(isRich).map(({ found, share }) => new Big(found).times(share.settled).div(share.arrived));
  if (finals.length === 0 && hours.length > 0) return null;
  const sum = (list: readonly Decimal[]): Decimal => list.reduce((total, one) => total.plus(one), new Big(0));
  const average = finals.length === 0 ? new Big(0) : sum(finals).div(finals.length);
  const missing = hours.map((hour) =>
    isRich(hour)
      ? new Big(hour.found).times(hour.share.settled).div(hour.share.arrived).minus(hour.found)
      : average.times(new Big(1).minus(new Big(hour.share.arrived).div(hour.share.settled))),
  );
  return sum(missing).toDecimalPlaces(12, Decimal.ROUND_HALF_UP).toFixed();
}

/** The end of the last hour that is old enough, by asking every class from the oldest on. */
export function oracleWatermark(world: readonly TrueMonth[], judged: TrueMonth): number | null {
  const classes = oracleClasses(world);
  const isStill = CLASSES.map((_, index) => {
    const known = classes.slice(0, index + 1).filter(({ samples }) => samples > 0);
    const nearest = known[known.length - 1];
    return nearest !== undefined && nearest.moved <= nearest.weight / 1000;
  });
  const at = Math.max(...judged.pulls);
  let reached: number | null = isStill[isStill.length - 1] === true ? judged.from : null;
  for (let hour = 0; reached !== null && judged.from + hour * HOUR < judged.to; hour += 1) {
    const end = judged.from + hour * HOUR + HOUR;
    const own = CLASSES.findIndex(([from, to]) => from <= (at - end) / HOUR && (at - end) / HOUR < to);
    if (own >= 0 && isStill.slice(own).every(Boolean)) reached = end;
  }
  return reached;
}
