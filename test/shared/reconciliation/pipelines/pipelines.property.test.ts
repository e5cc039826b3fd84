import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reservedBucket } from '../../../../shared/reconciliation/pipelines/reserved-capacity.ts';
import { ROLLUP_DEFAULTS, Rollup } from '../../../../shared/reconciliation/pipelines/rollup.ts';
import { type SeamInterval, seamReport } from '../../../../shared/reconciliation/pipelines/seam.ts';
import { decimal, formatDecimal, parseDecimal } from '../../../../shared/values/decimal.ts';
import { instant } from '../../../../shared/values/instant.ts';

const BASE = Date.UTC(2026, 5, 15, 12);
const second = (at: number) => instant(BASE + at * 1000);

const intervals = fc.array(fc.record({ customer: fc.constantFrom('a', 'b'), from: fc.nat(60), length: fc.nat(20) }), {
  maxLength: 8,
});
type Raw = { readonly customer: string; readonly from: number; readonly length: number };
const placed = (raw: readonly Raw[]): readonly SeamInterval[] =>
  raw.map(({ customer, from, length }) => ({ customer, from: second(from), to: second(from + length) }));

/** Second by second: how often each measured second was billed. */
function secondsOf(measured: readonly Raw[], billed: readonly Raw[], holds: (times: number) => boolean) {
  const found: string[] = [];
  for (const customer of ['a', 'b']) {
    for (let at = 0; at < 90; at += 1) {
      const covers = (raw: Raw) => raw.customer === customer && raw.from <= at && at < raw.from + raw.length;
      if (measured.some(covers) && holds(billed.filter(covers).length)) found.push(`${customer}${at}`);
    }
  }
  return found;
}

const unfolded = (pieces: readonly SeamInterval[]): readonly string[] =>
  pieces.flatMap(({ customer, from, to }) =>
    Array.from({ length: (to - from) / 1000 }, (_, index) => `${customer}${(from - BASE) / 1000 + index}`),
  );

test('a seam is what a count of every second says', () => {
  fc.assert(
    fc.property(intervals, intervals, (measured, billed) => {
      const report = seamReport({ measured: placed(measured), billed: placed(billed) });
      expect(unfolded(report.gaps)).toEqual(secondsOf(measured, billed, (times) => times === 0));
      expect(unfolded(report.overlaps)).toEqual(secondsOf(measured, billed, (times) => times > 1));
      expect(report.isClean).toBe(report.gaps.length + report.overlaps.length === 0);
      for (const pieces of [report.gaps, report.overlaps]) {
        pieces.slice(1).forEach((piece, index) => {
          const before = pieces[index];
          expect(before?.customer === piece.customer && (before?.to ?? 0) >= piece.from).toBe(false);
        });
      }
    }),
    { numRuns: 400 },
  );
});

const machine = fc.record({
  memoryMb: fc.constantFrom(1024, 2048, 8192),
  diskMb: fc.constantFrom(10_240, 20_480, 30_720),
  from: fc.integer({ min: -5, max: 40 }),
  length: fc.option(fc.integer({ min: 0, max: 40 }), { freq: 4 }),
});

test('a reservation settles every second by itself', () => {
  fc.assert(
    fc.property(fc.array(machine, { maxLength: 6 }), fc.nat(12), (machines, reservedGb) => {
      const found = reservedBucket(
        { from: second(0), to: second(30) },
        decimal(BigInt(reservedGb)),
        machines.map(({ memoryMb, diskMb, from, length }) => ({
          memoryMb,
          diskMb,
          start: second(from),
          end: length === null ? null : second(from + length),
        })),
      );
      let [overMb, usedMb, diskMb] = [0, 0, 0];
      for (let at = 0; at < 30; at += 1) {
        const running = machines.filter(({ from, length }) => from <= at && (length === null || at < from + length));
        const memory = running.reduce((total, { memoryMb }) => total + memoryMb, 0);
        overMb += Math.max(0, memory - reservedGb * 1024);
        usedMb += Math.min(memory, reservedGb * 1024);
        diskMb += running.reduce((total, own) => total + Math.max(0, own.diskMb - 20_480), 0);
      }
      // Powers of two: these quotients are exact in a double.
      expect(Number(formatDecimal(found.overage))).toBe(overMb / 1024);
      expect(Number(formatDecimal(found.reservedUsed))).toBe(usedMb / 1024);
      expect(Number(formatDecimal(found.diskOverage))).toBe(diskMb / 1024);
      expect(formatDecimal(found.reservedCharge)).toBe(String(reservedGb * 30));
      const shared = [...found.overageByTier.values()].reduce(
        (total, value) => total + Number(formatDecimal(value)),
        0,
      );
      expect(Math.abs(shared - overMb / 1024)).toBeLessThan(1e-6);
    }),
    { numRuns: 400 },
  );
});

const sample = fc.record({
  id: fc.integer({ min: 1, max: 30 }),
  customer: fc.constantFrom('u', 'l', 'x'),
  memoryMb: fc.constantFrom(1024, 2048, 4096),
  seconds: fc.integer({ min: 1, max: 20 }),
  at: fc.nat(4 * 3600),
  arrives: fc.nat(3),
});

test('every sample that is billed is in one event, or listed as lost', () => {
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 25 }), (samples) => {
      const rollup = new Rollup([
        { customer: 'u', mode: 'unified', isBilledByStripe: true },
        { customer: 'l', mode: 'legacy', isBilledByStripe: true },
        { customer: 'x', mode: 'unified', isBilledByStripe: false },
      ]);
      const runs = [0, 1, 2, 3].map((run) =>
        rollup.run({
          now: second((run + 2) * 3600 + 900),
          settings: { ...ROLLUP_DEFAULTS, isShadow: false },
          arrivals: samples
            .filter(({ arrives }) => arrives === run)
            .map(({ id, customer, memoryMb, seconds, at }) => ({
              id: String(id),
              customer,
              memoryMb,
              seconds: decimal(BigInt(seconds)),
              at: second(at),
            })),
        }),
      );
      const first = new Map<number, (typeof samples)[number]>();
      for (const run of [0, 1, 2, 3]) {
        for (const one of samples) if (one.arrives === run && !first.has(one.id)) first.set(one.id, one);
      }
      const waiting = new Set(runs.at(-1)?.waiting);
      const kept = [...first.values()].filter(({ id }) => !waiting.has(String(id)));
      const worth = (one: (typeof samples)[number]): number => {
        if (one.customer === 'u') return (one.memoryMb * one.seconds) / 1024;
        return one.customer === 'l' && one.memoryMb !== 2048 ? one.seconds : 0;
      };
      const expected = kept.reduce((total, one) => total + worth(one), 0);
      const told = runs.flatMap(({ created, discarded }) => [...created, ...discarded]);
      expect(told.reduce((total, { value }) => total + Number(formatDecimal(value)), 0)).toBe(expected);
      const ids = runs.flatMap(({ created }) => created.map(({ id }) => id));
      expect(new Set(ids).size).toBe(ids.length);
    }),
    { numRuns: 300 },
  );
});

test('an amount is sent with six decimals', () => {
  const rollup = new Rollup([{ customer: 'u', mode: 'unified', isBilledByStripe: true }]);
  const arrivals = [{ id: '1', customer: 'u', memoryMb: 1, seconds: parseDecimal('0.0001'), at: second(1) }];
  const { created } = rollup.run({ now: second(9000), settings: ROLLUP_DEFAULTS, arrivals });
  expect(created.map(({ value, payloadValue, state }) => [formatDecimal(value), payloadValue, state])).toEqual([
    ['0.00000009765625', '0.000000', 'shadow'],
  ]);
});
