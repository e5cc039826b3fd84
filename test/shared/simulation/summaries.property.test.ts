import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MeterLedger } from '../../../shared/simulation/meter-ledger.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { instant, parseInstant } from '../../../shared/values/instant.ts';

/** One event of the oracle's world: seconds after the start, millionths, and whether it is cancelled afterwards. */
type Push = { readonly second: number; readonly millionths: number; readonly isCancelled: boolean };

const START = parseInstant('2026-03-01T00:00:00Z');
const RANGE_SECONDS = 3 * 86_400;
const SIZES = { hour: 3600, day: 86_400 } as const;

/** Walks all events for every answer; integers in millionths. */
function oracle(
  pushes: readonly Push[],
  of: {
    readonly formula: 'sum' | 'count' | 'last';
    readonly window: 'hour' | 'day' | null;
    readonly grouping: 'hour' | 'day' | null;
    readonly from: number;
    readonly to: number;
  },
): Map<number, string> {
  const alive = pushes.map((push, index) => ({ ...push, index })).filter((push) => !push.isCancelled);
  const counting = alive.filter((push) => {
    if (of.window === null) return true;
    const size = SIZES[of.window];
    return !alive.some(
      (other) => Math.floor(other.second / size) === Math.floor(push.second / size) && other.index > push.index,
    );
  });
  const buckets = new Map<number, { second: number; index: number; millionths: number }[]>();
  for (const push of counting) {
    if (push.second < of.from || push.second >= of.to) continue;
    const bucket = of.grouping === null ? of.from : push.second - (push.second % SIZES[of.grouping]);
    buckets.set(bucket, [...(buckets.get(bucket) ?? []), push]);
  }
  return new Map(
    [...buckets].map(([bucket, inside]) => {
      if (of.formula === 'count') return [bucket, String(inside.length)];
      if (of.formula === 'sum')
        return [bucket, spelt(inside.reduce((total, push) => total + BigInt(push.millionths), 0n))];
      const last = inside.reduce((best, push) =>
        push.second > best.second || (push.second === best.second && push.index > best.index) ? push : best,
      );
      return [bucket, spelt(BigInt(last.millionths))];
    }),
  );
}

function spelt(millionths: bigint): string {
  const magnitude = millionths < 0n ? -millionths : millionths;
  const digits = magnitude.toString().padStart(7, '0');
  const fraction = digits.slice(-6).replace(/0+$/, '');
  const body = fraction === '' ? digits.slice(0, -6) : `${digits.slice(0, -6)}.${fraction}`;
  return millionths < 0n ? `-${body}` : body;
}

const push: fc.Arbitrary<Push> = fc.record({
  second: fc.oneof(
    fc.integer({ min: 0, max: RANGE_SECONDS - 1 }),
    fc.integer({ min: 0, max: 71 }).map((hour) => hour * 3600),
    fc.integer({ min: 0, max: 5 }),
  ),
  millionths: fc.integer({ min: -(10 ** 14), max: 10 ** 14 }),
  isCancelled: fc.integer({ min: 0, max: 9 }).map((tenth) => tenth === 0),
});

test.each(['hour', 'day', null] as const)(
  'summaries agree with an oracle that walks all events (event_time_window %s)',
  (window) => {
    fc.assert(
      fc.property(
        fc.array(push, { maxLength: 700, size: 'max' }),
        fc.constantFrom('sum' as const, 'count' as const, 'last' as const),
        fc.constantFrom('hour' as const, 'day' as const, null),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (pushes, formula, grouping, first, length) => {
          const unit = grouping === null ? 60 : SIZES[grouping];
          const from = (first * unit) % RANGE_SECONDS;
          const to = from + length * unit;
          const ledger = new MeterLedger({
            clock: instant(START + RANGE_SECONDS * 1000),
            customers: { isKnown: () => true, frozenTime: () => null },
          });
          ledger.putMeter({
            id: 'm',
            eventName: 'e',
            formula,
            customerPayloadKey: 'c',
            valuePayloadKey: 'v',
            eventTimeWindow: window,
            status: 'active',
          });
          for (const [index, each] of pushes.entries()) {
            ledger.receive({
              eventName: 'e',
              payload: { c: 'cus', v: spelt(BigInt(each.millionths)) },
              timestamp: instant(START + each.second * 1000),
              identifier: `e${index}`,
            });
          }
          for (const [index, each] of pushes.entries()) {
            if (each.isCancelled) ledger.cancel({ eventName: 'e', identifier: `e${index}` });
          }
          const found = ledger.summaries({
            meterId: 'm',
            customerId: 'cus',
            period: { from: instant(START + from * 1000), to: instant(START + to * 1000) },
            grouping,
          });
          const expected = oracle(pushes, { formula, window, grouping, from, to });
          expect(found.map((each) => [(each.from - START) / 1000, formatDecimal(each.value)])).toEqual(
            [...expected].toSorted(([a], [b]) => a - b),
          );
        },
      ),
      { seed: 20261121, numRuns: 100, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: true },
    );
  },
);
