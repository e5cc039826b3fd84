import { lineJson } from '../../../../shared/rating/late/answer.ts';
import { withCredit } from '../../../../shared/rating/late/credits.ts';
import { rateDelta } from '../../../../shared/rating/late/delta.ts';
import type { DetailedLine } from '../../../../shared/rating/late/line.ts';
import { ratePeriodPreserving } from '../../../../shared/rating/late/period-preserving.ts';
import { type ReadyCharge, readyCharge } from '../../../../shared/rating/late/ready-charge.ts';
import type { BookedRun, RunResult, Snapshot } from '../../../../shared/rating/late/runs.ts';
import { parseDecimal } from '../../../../shared/values/decimal.ts';
import { chargeOf, type LifeOfCharge, periodAt } from './histories.ts';

export type Mode = 'delta' | 'period_preserving';

/** A run with what it is to be held against. */
export type LivedRun = {
  readonly charge: ReadyCharge;
  /** Cumulative quantities of the periods so far, as this run knew them; the last is the one rated. */
  readonly quantities: readonly string[];
  /** Whether each run before it that still counts had the same quantities, so that nothing is left to book. */
  readonly isRepeated: boolean;
  readonly results: Readonly<Record<Mode, RunResult>>;
  /** Everything that counts as booked once this run is booked too. */
  readonly booked: Readonly<Record<Mode, readonly DetailedLine[]>>;
  /** The runs of each period, by period. */
  readonly owners: readonly string[];
  /** The same run with its input in another order, and with other credits on what was booked. */
  readonly shuffled: Readonly<Record<Mode, RunResult>>;
  readonly credited: Readonly<Record<Mode, RunResult>>;
};

/** `period` null: a correction run, which owns none. */
type Past = { readonly run: BookedRun; readonly period: number | null };

/** Lives through the acts of a charge with both engines. */
export function live(life: LifeOfCharge): readonly LivedRun[] {
  const charge = readyCharge(chargeOf(life));
  const random = randomFrom(life.seed);
  const pasts: Record<Mode, Past[]> = { delta: [], period_preserving: [] };
  const lived: LivedRun[] = [];
  let known: readonly string[] = [];
  for (const [index, act] of life.acts.entries()) {
    const owned = pasts.delta.filter(({ period }) => period !== null).length;
    const isCorrection = act.kind === 'correction';
    const hasPeriod = isCorrection ? owned > 0 : periodAt(owned).to <= charge.period.to;
    if (!hasPeriod) continue;
    const count = isCorrection ? owned : owned + 1;
    const before = known;
    const quantities = Array.from({ length: count }, (_, period) =>
      act.quantities === null ? (before[period] ?? before.at(-1) ?? '0') : (act.quantities[period] ?? '0'),
    );
    const asked = { charge, quantities, isCorrection };
    const rate = (mode: Mode, past: readonly Past[], order: Order): RunResult =>
      mode === 'delta' ? byDelta(asked, past, order) : byPeriod(asked, past, order);
    const results = both((mode) => rate(mode, pasts[mode], IN_ORDER));
    const runId = `run-${index}`;
    const runs = both((mode) => ({ runId, sequence: index, lines: withIds(results[mode].lines, runId) }));
    lived.push({
      charge,
      quantities,
      isRepeated: act.quantities === null && before.length > 0 && before.length <= count,
      results,
      booked: both((mode) => [...pasts[mode].flatMap(({ run }) => run.lines), ...runs[mode].lines]),
      owners: pasts.delta.flatMap(({ run, period }) => (period === null ? [] : [run.runId])),
      shuffled: both((mode) => rate(mode, pasts[mode], shuffler(random))),
      credited: both((mode) =>
        rate(
          mode,
          pasts[mode].map((past) => credited(past, random)),
          IN_ORDER,
        ),
      ),
    });
    if (act.kind === 'voided') continue;
    known = quantities;
    for (const mode of MODES) pasts[mode].push({ run: runs[mode], period: isCorrection ? null : owned });
  }
  return lived;
}

const MODES: readonly Mode[] = ['delta', 'period_preserving'];
const both = <T>(make: (mode: Mode) => T): Record<Mode, T> => ({
  delta: make('delta'),
  period_preserving: make('period_preserving'),
});

const withIds = (lines: readonly DetailedLine[], runId: string): readonly DetailedLine[] =>
  lines.map((line, index) => ({ ...line, id: `${runId}-${index}` }));

type Asked = {
  readonly charge: ReadyCharge;
  readonly quantities: readonly string[];
  readonly isCorrection: boolean;
};
type Order = <T>(list: readonly T[]) => readonly T[];
const IN_ORDER: Order = (list) => list;

const snapshotAt = ({ quantities }: Asked, period: number): Snapshot => ({
  servicePeriod: periodAt(period),
  quantity: parseDecimal(quantities[period] ?? '0'),
});

const inOrder = (run: BookedRun, order: Order): BookedRun => ({ ...run, lines: order(run.lines) });

/** A correction is booked on the newest period. */
const byDelta = (asked: Asked, past: readonly Past[], order: Order): RunResult =>
  rateDelta(asked.charge, {
    ...snapshotAt(asked, asked.quantities.length - 1),
    booked: order(past.map(({ run }) => inOrder(run, order))),
  });

function byPeriod(asked: Asked, past: readonly Past[], order: Order): RunResult {
  const prior = past.flatMap(({ run, period }) =>
    period === null ? [] : [{ ...inOrder(run, order), ...snapshotAt(asked, period) }],
  );
  const corrections = past.flatMap(({ run, period }) => (period === null ? [inOrder(run, order)] : []));
  const current = asked.isCorrection ? null : snapshotAt(asked, asked.quantities.length - 1);
  return ratePeriodPreserving(asked.charge, { current, prior: order(prior), corrections: order(corrections) });
}

/** Another credit on some of the lines of a run; none was there before. */
const credited = ({ run, period }: Past, random: Random): Past => ({
  period,
  run: {
    ...run,
    lines: run.lines.map((line) =>
      random(2) === 0 ? line : withCredit(line, { label: 'credit', amountMinor: BigInt(1 + random(50)) }),
    ),
  },
});

type Random = (bound: number) => number;

function randomFrom(seed: number): Random {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % bound;
  };
}

const shuffler =
  (random: Random): Order =>
  (list) => {
    const shuffled = [...list];
    for (let last = shuffled.length - 1; last > 0; last -= 1) {
      const other = random(last + 1);
      [shuffled[last], shuffled[other]] = [shuffled[other] as never, shuffled[last] as never];
    }
    return shuffled;
  };

/** A result byte for byte. */
export const printed = ({ lines, warnings }: RunResult, digits: number): string =>
  JSON.stringify([lines.map((line) => lineJson(line, digits)), warnings]);
