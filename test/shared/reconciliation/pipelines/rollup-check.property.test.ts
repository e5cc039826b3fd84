import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ROLLUP_DEFAULTS, ROLLUP_METERS, Rollup } from '../../../../shared/reconciliation/pipelines/rollup.ts';
import { checkRollup } from '../../../../shared/reconciliation/pipelines/rollup-check.ts';
import type { ListedEvent, SampledPiece } from '../../../../shared/reconciliation/pipelines/rollup-facts.ts';
import { add, decimal, formatDecimal, ZERO } from '../../../../shared/values/decimal.ts';
import { HOUR_MS, instant } from '../../../../shared/values/instant.ts';

const BASE = Date.UTC(2026, 5, 15, 12);
const second = (at: number) => instant(BASE + at * 1000);
const HOURS = 4;

const sample = fc.record({
  customer: fc.constantFrom('u', 'l', 'x'),
  memoryMb: fc.constantFrom(1024, 4096, 8192),
  seconds: fc.integer({ min: 1, max: 20 }),
  at: fc.nat(HOURS * 3600 - 1),
  arrives: fc.nat(HOURS),
});
type Sample = { readonly customer: string; readonly memoryMb: number; readonly seconds: number; readonly at: number };

const modeOf = (customer: string) => (customer === 'l' ? 'legacy' : 'unified');
const worth = ({ customer, memoryMb, seconds }: Sample): number =>
  customer === 'u' ? (memoryMb / 1024) * seconds : customer === 'l' ? seconds : 0;

/** What the rollup of the studied system makes of samples that come when they come, and what is then found. */
function played(samples: readonly (Sample & { readonly arrives: number })[]) {
  const rollup = new Rollup(
    ['u', 'l', 'x'].map((customer) => ({ customer, mode: modeOf(customer), isBilledByStripe: customer !== 'x' })),
  );
  const events: ListedEvent[] = [];
  let lost = 0;
  for (let run = 0; run <= HOURS; run += 1) {
    const now = second(run * 3600 + 900);
    const { created, discarded } = rollup.run({
      now,
      settings: { ...ROLLUP_DEFAULTS, isShadow: false },
      arrivals: samples.flatMap((one, index) =>
        one.arrives === run
          ? [{ ...one, id: String(index), seconds: decimal(BigInt(one.seconds)), at: second(one.at) }]
          : [],
      ),
    });
    lost += discarded.reduce((total, { value }) => total + Number(formatDecimal(value)), 0);
    events.push(
      ...created.map(({ id, customer, meter, value, bucket, eventAt }) => ({
        id,
        customer,
        meter,
        value,
        bucketStart: bucket.from,
        eventAt,
        state: 'sent' as const,
        attemptedAt: now,
        sentAt: now,
      })),
    );
  }
  const pieces = samples.map(
    ({ customer, memoryMb, seconds, at, arrives }): SampledPiece => ({
      customer,
      from: second(Math.floor(at / 3600) * 3600),
      memoryMb: decimal(BigInt(memoryMb)),
      seconds: decimal(BigInt(seconds)),
      // Its bucket was due before the run that saw it.
      lateSeconds: arrives > Math.floor(at / 3600) + 1 ? decimal(BigInt(seconds)) : ZERO,
    }),
  );
  return { events, pieces, lost };
}

const check = (pieces: readonly SampledPiece[], events: readonly ListedEvent[], held: readonly number[] = []) =>
  checkRollup({
    period: { from: second(0), to: second(HOURS * 3600) },
    bucketMs: HOUR_MS,
    graceMs: 600_000,
    now: second(HOURS * 3600 + 900),
    billFrom: null,
    isShadow: false,
    meters: ROLLUP_METERS,
    mode: 'unified',
    modes: new Map(
      ['u', 'l', 'x'].map((customer) => [
        customer,
        [{ since: instant(0), mode: modeOf(customer), isBilledByStripe: customer !== 'x' }],
      ]),
    ),
    samples: pieces,
    events,
    held: held.map((value, hour) => ({
      account: 'u',
      meter: ROLLUP_METERS.unified,
      span: { from: second((hour + 1) * 3600), to: second((hour + 2) * 3600) },
      value: decimal(BigInt(value)),
      asOf: second(HOURS * 3600 + 90_000),
    })),
    others: [],
    accountOf: (customer) => customer,
  });

test('what a rollup loses to samples that come late is found, bucket by bucket, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 20 }), (samples) => {
      const { events, pieces, lost } = played(samples);
      const faults = check(pieces, events);
      expect([...new Set(faults.map(({ kind, effect }) => `${kind} ${effect}`))]).toEqual(
        lost === 0 ? [] : ['straggler lost'],
      );
      const found = faults.reduce((total, { quantity }) => add(total, quantity), ZERO);
      expect(Number(formatDecimal(found))).toBe(lost);
    }),
    { numRuns: 200 },
  );
});

test('what Stripe has too much or too little is found to the unit, and only that', () => {
  fc.assert(
    fc.property(
      fc.array(sample, { maxLength: 20 }),
      fc.array(fc.integer({ min: -5, max: 5 }), { minLength: HOURS, maxLength: HOURS }),
      (samples, offBy) => {
        const { events, pieces } = played(samples.map((one) => ({ ...one, arrives: 0 })));
        const sent = Array.from({ length: HOURS }, (_, hour) =>
          samples
            .filter((one) => one.customer === 'u' && Math.floor(one.at / 3600) === hour)
            .reduce((total, one) => total + worth(one), 0),
        );
        const held = sent.map((value, hour) => Math.max(0, value + (offBy[hour] ?? 0)));
        const faults = check(pieces, events, held);
        const expected = sent.flatMap((value, hour) => {
          const difference = (held[hour] ?? 0) - value;
          if (difference === 0) return [];
          return [`${difference > 0 ? 'held_twice' : 'not_held'} ${Math.abs(difference)}`];
        });
        expect(faults.map(({ kind, quantity }) => `${kind} ${formatDecimal(quantity)}`).sort()).toEqual(
          expected.sort(),
        );
      },
    ),
    { numRuns: 200 },
  );
});
