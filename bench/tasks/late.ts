import type { Charge, ChargePrice } from '../../shared/rating/late/charge.ts';
import { rateDelta } from '../../shared/rating/late/delta.ts';
import { addTotals, type DetailedLine, NO_TOTALS, sumTotals, type Totals } from '../../shared/rating/late/line.ts';
import { type PriorRun, ratePeriodPreserving } from '../../shared/rating/late/period-preserving.ts';
import { rateSnapshot } from '../../shared/rating/late/rate-usage.ts';
import { type ReadyCharge, readyCharge } from '../../shared/rating/late/ready-charge.ts';
import { type Decimal, decimal, parseDecimal } from '../../shared/values/decimal.ts';
import { DAY_MS, type Instant, instant } from '../../shared/values/instant.ts';
import type { Period } from '../../shared/values/period.ts';
import { performTask, timed } from '../child.ts';
import { type Seeded, seeded } from '../seeded.ts';

type Side = 'rater' | 'delta' | 'period_preserving';
type Input = { readonly side: Side; readonly count: number };

const EARLIER_RUNS = 12;
const DAYS_A_RUN = 30;
/** Charges with a history of their own; each is asked for several late phases, as many as make up the count. */
const HISTORIES = 2000;

const START = instant(Date.UTC(2025, 0, 1));
const at = (run: number): Instant => instant(START + run * DAYS_A_RUN * DAY_MS);
const periodOf = (run: number): Period => ({ from: at(run), to: at(run + 1) });
const PERIODS = Array.from({ length: EARLIER_RUNS + 1 }, (_, run) => periodOf(run));

const amount = (text: string): Decimal => parseDecimal(text);
const tiers = (...list: readonly (readonly [string | null, string | null, string | null])[]) =>
  list.map(([upTo, flat, unit]) => ({
    upTo: upTo === null ? null : amount(upTo),
    flat: flat === null ? null : amount(flat),
    unit: unit === null ? null : amount(unit),
  }));

const PRICES: readonly ChargePrice[] = [
  { type: 'unit', amount: amount('0.0125') },
  { type: 'package', amount: amount('4.5'), packageSize: amount('100') },
  {
    type: 'tiered',
    mode: 'graduated',
    tiers: tiers(['1000', '10', '0.05'], ['5000', null, '0.025'], [null, null, '0.0125']),
  },
  { type: 'tiered', mode: 'volume', tiers: tiers(['2000', null, '0.05'], [null, '5', '0.03']) },
  { type: 'dynamic', multiplier: amount('1.2') },
];

const CHARGES: readonly ReadyCharge[] = PRICES.flatMap((price, index) => {
  const charge: Charge = {
    currency: { code: 'usd', digits: 2 },
    period: { from: at(0), to: at(EARLIER_RUNS + 1) },
    price,
    commitments: { minimum: null, maximum: null },
    discounts: { percentage: null, usage: null },
    conversion: null,
    isConversionEnabled: true,
  };
  const percentage = { value: amount('10'), id: `discount_${index}` };
  const committed = { minimum: amount('20'), maximum: amount('400') };
  return [charge, { ...charge, discounts: { percentage, usage: null } }, { ...charge, commitments: committed }].map(
    readyCharge,
  );
});

/** What twelve runs booked, and what was cumulated by the end of each period. */
type History = {
  readonly charge: ReadyCharge;
  readonly quantities: readonly Decimal[];
  readonly runs: readonly PriorRun[];
  readonly booked: Totals;
};

/** A late phase: every quantity from some earlier period on is larger than it was when that period was booked. */
await performTask<Input>(async ({ side, count }) => {
  const random = seeded(11);
  const histories = Array.from({ length: Math.min(HISTORIES, count) }, (_, index) => historyOf(side, index, random));
  let sum = NO_TOTALS;
  const { ms } = await timed(() => {
    for (let index = 0; index < count; index += 1) {
      const history = histories[index % histories.length] as History;
      sum = addTotals(sum, latePhase(side, history, index));
    }
  });
  const { amountMinor, chargesMinor, discountsMinor, totalMinor } = sum;
  return { ms, check: `${count} charges, ${amountMinor} + ${chargesMinor} - ${discountsMinor} = ${totalMinor}` };
});

/** @returns everything booked in the end, which is the rating of the last snapshot */
function latePhase(side: Side, { charge, quantities, runs, booked }: History, index: number): Totals {
  const lateFrom = index % EARLIER_RUNS;
  const late = BigInt(1 + (index % 500));
  const known = quantities.map((quantity, run) => (run < lateFrom ? quantity : decimal(quantity.coefficient + late)));
  const quantity = known[EARLIER_RUNS] as Decimal;
  const servicePeriod = PERIODS[EARLIER_RUNS] as Period;
  if (side === 'delta') {
    return addTotals(booked, rateDelta(charge, { servicePeriod, quantity, booked: runs }).totals);
  }
  if (side === 'period_preserving') {
    const prior = runs.map(({ runId, sequence, servicePeriod: owned, lines }, place) => ({
      runId,
      sequence,
      servicePeriod: owned,
      quantity: known[place] as Decimal,
      lines,
    }));
    const current = { servicePeriod, quantity };
    return addTotals(booked, ratePeriodPreserving(charge, { current, prior, corrections: [] }).totals);
  }
  let lines: readonly DetailedLine[] = [];
  for (const [run, one] of known.entries()) {
    const isMinimumOff = run < EARLIER_RUNS;
    lines = rateSnapshot(charge, { servicePeriod: PERIODS[run] as Period, quantity: one, isMinimumOff });
  }
  return sumTotals(lines);
}

function historyOf(side: Side, index: number, random: Seeded): History {
  const charge = CHARGES[index % CHARGES.length] as ReadyCharge;
  const quantities: Decimal[] = [];
  let used = 0n;
  for (let run = 0; run <= EARLIER_RUNS; run += 1) {
    used += BigInt(random.below(1000));
    quantities.push(decimal(used));
  }
  const runs: PriorRun[] = [];
  let booked = NO_TOTALS;
  for (let run = 0; run < EARLIER_RUNS && side !== 'rater'; run += 1) {
    const servicePeriod = PERIODS[run] as Period;
    const snapshot = { servicePeriod, quantity: quantities[run] as Decimal };
    const { lines, totals } =
      side === 'delta'
        ? rateDelta(charge, { ...snapshot, booked: runs })
        : ratePeriodPreserving(charge, { current: snapshot, prior: runs, corrections: [] });
    const withIds = lines.map((line) => ({ ...line, id: `run-${run}-line-${line.index}` }));
    runs.push({ ...snapshot, runId: `run-${run}`, sequence: run, lines: withIds });
    booked = addTotals(booked, totals);
  }
  return { charge, quantities, runs, booked };
}
