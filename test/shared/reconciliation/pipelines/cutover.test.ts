import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  boundariesOf,
  checkBoundary,
  cutoverRollback,
  cutoverSteps,
  isReady,
  seamFrom,
} from '../../../../shared/reconciliation/pipelines/cutover.ts';
import {
  cheapestSize,
  costOfReservation,
  rateReservation,
} from '../../../../shared/reconciliation/pipelines/reservation.ts';
import { type MachineRun, seamPieces } from '../../../../shared/reconciliation/pipelines/seam-pieces.ts';
import { decimal, formatDecimal, parseDecimal } from '../../../../shared/values/decimal.ts';
import { formatInstant, HOUR_MS, instant, parseInstant } from '../../../../shared/values/instant.ts';

const terms = (at: string) => ({
  to: 'edge',
  from: 'cell',
  at: parseInstant(at),
  bucketMs: HOUR_MS,
  graceMs: 600_000,
  fromBucketMs: HOUR_MS / 4,
  settleMs: HOUR_MS / 2,
});

describe('a plan', () => {
  test.each([
    ['2026-06-15T23:00:00Z', true, '23:00 23:00'],
    ['2026-06-15T23:15:00Z', false, '23:00 00:00'],
    ['2026-06-15T22:59:59Z', false, '22:00 23:00'],
  ])('T at %s', (at, held, around) => {
    const { before, after } = boundariesOf(terms(at));
    expect(checkBoundary(terms(at)).held).toBe(held);
    expect([before, after].map((each) => formatInstant(each).slice(11, 16)).join(' ')).toBe(around);
  });

  test('settings in order, and back in the reverse order', () => {
    const at = terms('2026-06-15T23:00:00Z');
    const steps = cutoverSteps(at);
    const named = (settings: readonly { readonly name: string; readonly value: string }[]) =>
      settings.map(({ name, value }) => `${name}=${value}`);
    expect(steps.map(({ settings }) => named(settings))).toEqual([
      [],
      ['BILL_FROM=1781564400', 'SHADOW=false'],
      ['PRO_BILLING_AUTHORITY=edge'],
      [],
    ]);
    expect(cutoverRollback(at).map(({ settings }) => named(settings))).toEqual([
      ['PRO_BILLING_AUTHORITY=cell'],
      ['SHADOW=true', 'BILL_FROM=0'],
      [],
    ]);
    expect(formatInstant(steps[0]?.notBefore ?? instant(0))).toBe('2026-06-15T23:30:00Z');
    expect(formatInstant(seamFrom(at))).toBe('2026-06-16T00:10:00Z');
  });

  test.each([
    [[true, true], true],
    [[true, null], false],
    [[true, false], false],
  ])('checks %s', (held, ready) => {
    const before = held.map((each) => ({ ...checkBoundary(terms('2026-06-15T23:00:00Z')), held: each }));
    expect(isReady(before)).toBe(ready);
  });
});

const BASE = Date.UTC(2026, 5, 15, 12);
const second = (at: number) => instant(BASE + at * 1000);
const piece = fc.record({
  customer: fc.constantFrom('a', 'b'),
  from: fc.nat(40),
  length: fc.integer({ min: 1, max: 20 }),
  meter: fc.constantFrom('x', 'y'),
});
const run = fc.record({
  customer: fc.constantFrom('a', 'b'),
  from: fc.nat(40),
  length: fc.integer({ min: 1, max: 20 }),
  memoryMb: fc.constantFrom(1024, 2048),
});

test('a seam is worth what runs in it, second by second', () => {
  fc.assert(
    fc.property(fc.array(run, { maxLength: 6 }), fc.array(piece, { maxLength: 8 }), (runs, billed) => {
      const window = { from: second(5), to: second(50) };
      const found = seamPieces({
        window,
        runs: runs.map(
          ({ customer, from, length, memoryMb }): MachineRun => ({
            customer,
            from: second(from),
            to: second(from + length),
            memoryMb: decimal(BigInt(memoryMb)),
          }),
        ),
        pipelines: [
          billed.map(({ customer, from, length }) => ({
            customer,
            meter: null,
            from: second(from),
            to: second(from + length),
          })),
        ],
      });
      const expected = { gap: 0, overlap: 0 };
      for (const customer of ['a', 'b']) {
        for (let at = 5; at < 50; at += 1) {
          const covers = (one: { customer: string; from: number; length: number }) =>
            one.customer === customer && one.from <= at && at < one.from + one.length;
          const memory = runs.filter(covers).reduce((total, { memoryMb }) => total + memoryMb, 0);
          const times = billed.filter(covers).length;
          if (times === 0) expected.gap += memory;
          if (times > 1) expected.overlap += memory * (times - 1);
        }
      }
      const worth = (kind: 'gap' | 'overlap') =>
        found
          .filter((each) => each.kind === kind)
          .flatMap(({ levels }) => levels)
          .reduce(
            (total, { memoryMb, seconds }) => total + Number(memoryMb.coefficient) * Number(formatDecimal(seconds)),
            0,
          );
      expect({ gap: worth('gap'), overlap: worth('overlap') }).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['a bucket on two meters was billed once', ['x', 'y'], []],
  ['on one meter twice', ['x', 'x'], ['overlap 900']],
  ['twice on one of two', ['x', 'x', 'y'], ['overlap 900']],
  ['not at all', [], ['gap 900']],
])('%s', (_name, meters, expected) => {
  const whole = { from: second(0), to: second(900) };
  const found = seamPieces({
    window: whole,
    // What samples of a slot come to, rather than a run of its own.
    runs: [{ customer: 'a', ...whole, memoryMb: decimal(1024n), seconds: decimal(900n) }],
    pipelines: [meters.map((meter) => ({ customer: 'a', meter, ...whole })), []],
  });
  expect(found.map(({ kind, levels }) => `${kind} ${formatDecimal(levels[0]?.seconds ?? decimal(0n))}`)).toEqual(
    expected,
  );
});

test('half a slot of samples is half of what they come to', () => {
  const [gap] = seamPieces({
    window: { from: second(0), to: second(900) },
    runs: [{ customer: 'a', from: second(0), to: second(900), memoryMb: decimal(1024n), seconds: decimal(500n) }],
    pipelines: [[{ customer: 'a', meter: null, from: second(0), to: second(450) }]],
  });
  expect(formatDecimal(gap?.levels[0]?.seconds ?? decimal(0n))).toBe('250');
});

describe('a reservation', () => {
  // 8 GB for the first quarter of an hour, 16 GB for half of the second.
  const asked = {
    period: { from: second(0), to: second(1800) },
    bucketMs: 900_000,
    sizesGb: ['0', '8', '16'].map((size) => parseDecimal(size)),
    intervals: [
      { memoryMb: 8192, diskMb: 30_720, start: second(0), end: second(900) },
      { memoryMb: 16_384, diskMb: 20_480, start: second(900), end: second(1350) },
    ],
  };
  const prices = { reserved: parseDecimal('1'), overage: parseDecimal('2'), disk: parseDecimal('0.5') };

  test('under three sizes', () => {
    const found = rateReservation(asked);
    expect(
      found.options.map(({ reserved, used, overage, disk }) =>
        [reserved, used, overage, disk].map(formatDecimal).join(' '),
      ),
    ).toEqual(['0 0 14400 9000', '14400 10800 3600 9000', '28800 14400 0 9000']);
    expect([found.peakGb, found.averageGb].map(formatDecimal)).toEqual(['16', '8']);
    expect(found.options.map((option) => formatDecimal(costOfReservation(option, prices).total))).toEqual([
      '33300',
      '26100',
      '33300',
    ]);
    expect(formatDecimal(cheapestSize(found.options, prices) ?? decimal(-1n))).toBe('8');
  });

  test('a size between two whole ones', () => {
    const [option] = rateReservation({ ...asked, sizesGb: [parseDecimal('8.5')] }).options;
    const found = [option?.reserved, option?.used, option?.overage].map((value) =>
      formatDecimal(value ?? decimal(-1n)),
    );
    // 0.5 GB is left over for 900 s, and 7.5 GB are beyond for 450 s.
    expect(found).toEqual(['15300', '11025', '3375']);
    expect([...(option?.overageByTier ?? [])].map(([tier, value]) => `${tier} ${formatDecimal(value)}`)).toEqual([
      '16384 3375',
    ]);
  });

  test('nothing is carried over: buckets by themselves sum to the period', () => {
    const whole = rateReservation(asked);
    const parts = [0, 1].map((part) =>
      rateReservation({ ...asked, period: { from: second(part * 900), to: second((part + 1) * 900) } }),
    );
    for (const [index, option] of whole.options.entries()) {
      const sum = parts.reduce(
        (total, { options }) => total + Number(formatDecimal(options[index]?.overage ?? decimal(0n))),
        0,
      );
      expect(formatDecimal(option.overage)).toBe(String(sum));
    }
  });

  test('of equal totals the smallest size', () => {
    const free = { ...prices, overage: parseDecimal('0'), reserved: parseDecimal('0') };
    expect(formatDecimal(cheapestSize(rateReservation(asked).options, free) ?? decimal(-1n))).toBe('0');
    expect(cheapestSize([], free)).toBeNull();
  });
});
