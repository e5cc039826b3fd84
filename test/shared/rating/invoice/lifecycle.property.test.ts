import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Subscription } from '../../../../shared/billing/subscription.ts';
import { billingPeriods } from '../../../../shared/rating/invoice/billing-periods.ts';
import { buildInvoice } from '../../../../shared/rating/invoice/build-invoice.ts';
import type { BuiltInvoice } from '../../../../shared/rating/invoice/built-invoice.ts';
import type { InvoiceInput, ItemChange } from '../../../../shared/rating/invoice/input.ts';
import { decimal } from '../../../../shared/values/decimal.ts';
import { DAY_MS, formatInstant, type Instant, instant } from '../../../../shared/values/instant.ts';
import type { Period } from '../../../../shared/values/period.ts';
import { runs } from '../../../oracles/runs.ts';
import { at, inputOf, type World } from './invoice-maker.ts';

const START = at('2026-01-01');
const SECOND_MS = 1000;

/** A subscription's dates, in seconds after its start; every kind of life that Stripe knows. */
type Life = {
  readonly start: number;
  readonly anchor: number;
  readonly trial: number | null;
  readonly end: { readonly after: number; readonly isPlanned: boolean } | null;
  readonly interval: { readonly unit: 'day' | 'week' | 'month'; readonly count: number };
};

const DAYS_S = 86_400;
const life: fc.Arbitrary<Life> = fc.record({
  start: fc.integer({ min: 0, max: 90 * DAYS_S }),
  anchor: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 27 * DAYS_S })),
  trial: fc.option(fc.integer({ min: 1, max: 40 * DAYS_S })),
  end: fc.option(fc.record({ after: fc.integer({ min: 1, max: 120 * DAYS_S }), isPlanned: fc.boolean() })),
  interval: fc.record({
    unit: fc.constantFrom('day' as const, 'week' as const, 'month' as const),
    count: fc.integer({ min: 1, max: 3 }),
  }),
});

const after = (from: Instant, seconds: number): Instant => instant(from + seconds * SECOND_MS);

function subscriptionOf({ start, anchor, trial, end }: Life): Partial<Subscription> {
  const startedAt = after(START, start);
  const trialEnd = trial === null ? null : after(startedAt, trial);
  const ended = end === null ? null : after(startedAt, end.after);
  return {
    startedAt,
    created: startedAt,
    // Stripe anchors at the start or the end of a trial, unless a later anchor is asked for.
    billingCycleAnchor: after(trialEnd ?? startedAt, anchor),
    trial: { from: trialEnd === null ? null : startedAt, to: trialEnd },
    endedAt: ended,
    cancelAt: end?.isPlanned === true ? ended : null,
  };
}

/** Every usage period of a life that ends within 120 days, the invoice at creation first. */
function periodsOf(input: InvoiceInput, { interval }: Life): readonly Period[] {
  const { startedAt, billingCycleAnchor: anchor, trial, endedAt } = input.subscription;
  const until = instant(START + 120 * DAY_MS);
  const start = trial.to ?? startedAt;
  const periods: Period[] = [{ from: startedAt, to: startedAt }];
  if (trial.to !== null) periods.push({ from: startedAt, to: trial.to });
  periods.push(...billingPeriods({ anchor, interval, start }, { from: start, to: until }));
  return periods
    .filter(({ from }) => endedAt === null || from < endedAt || from === startedAt)
    .map(({ from, to }) => ({ from, to: endedAt !== null && endedAt < to && from < endedAt ? endedAt : to }));
}

/** Usage is one unit a second, so that what is billed tells which seconds were. */
function invoicesOf(given: Life, changes: readonly ItemChange[] = []): readonly BuiltInvoice[] {
  const price = { interval: given.interval };
  const subscription = subscriptionOf(given);
  const created = subscription.startedAt ?? START;
  const world: World = {
    items: [
      { id: 'used', price: { ...price, unit: '1' }, used: '0', created },
      { id: 'seat', price: { ...price, unit: '86400' }, quantity: '1', created },
    ],
    subscription,
    changes,
  };
  const input = inputOf(world);
  return periodsOf(input, given).map((period) =>
    buildInvoice({
      ...input,
      period,
      at: period.to,
      usageOf: (_, __, { from, to }) => decimal(BigInt((to - from) / SECOND_MS)),
    }),
  );
}

const linesOf = (invoices: readonly BuiltInvoice[], kind: 'metered' | 'licensed') =>
  invoices.flatMap(({ lines }) => lines.filter((line) => line.kind === kind));

const TIMEOUT_MS = runs(60_000, 900_000);
const SEED = { seed: 20_260_622, numRuns: runs(400, 10_000) };

test(
  'every second of a life is billed once: none twice, none left out',
  () => {
    fc.assert(
      fc.property(life, (given) => {
        const { trial, endedAt, cancelAt, startedAt } = inputOf({
          items: [],
          subscription: subscriptionOf(given),
        }).subscription;
        const invoices = invoicesOf(given);
        const metered = linesOf(invoices, 'metered').map(({ servicePeriod }) => servicePeriod);
        for (const [index, { from, to }] of metered.entries()) {
          expect(from < to).toBe(true);
          const before = metered[index - 1];
          if (before !== undefined) expect(formatInstant(from)).toBe(formatInstant(before.to));
          else expect(formatInstant(from)).toBe(formatInstant(startedAt));
        }
        const isPlanned = endedAt === null || endedAt === cancelAt;
        const last = invoices.at(-1)?.period.to;
        if (isPlanned && metered.length > 0 && last !== undefined) expect(metered.at(-1)?.to).toBe(last);
        const free = linesOf(invoices, 'metered').filter(({ unitAmount }) => unitAmount?.coefficient === 0n);
        expect(
          free.every(
            ({ servicePeriod, amountMinor }) => amountMinor === 0n && servicePeriod.to <= (trial.to ?? startedAt),
          ),
        ).toBe(true);
      }),
      SEED,
    );
  },
  TIMEOUT_MS,
);

test(
  'licensed periods meet, begin with the life or its trial, and none begins after the end',
  () => {
    fc.assert(
      fc.property(life, (given) => {
        const { trial, endedAt, startedAt } = inputOf({ items: [], subscription: subscriptionOf(given) }).subscription;
        const licensed = linesOf(invoicesOf(given), 'licensed');
        for (const [index, { servicePeriod, amountMinor }] of licensed.entries()) {
          const before = licensed[index - 1]?.servicePeriod;
          expect(servicePeriod.from).toBe(before?.to ?? trial.to ?? startedAt);
          expect(endedAt === null || servicePeriod.from < endedAt).toBe(true);
          expect(amountMinor >= 0n && amountMinor <= 86_400n).toBe(true);
        }
      }),
      SEED,
    );
  },
  TIMEOUT_MS,
);

test('a change and its undoing in the same second cost nothing together', () => {
  fc.assert(
    fc.property(life, fc.integer({ min: 0, max: 100 * DAYS_S }), (given, second) => {
      const changedAt = after(subscriptionOf(given).startedAt ?? START, second);
      const [one, three] = ['1', '3'].map((quantity) => ({ priceId: 'price_seat', quantity }));
      if (one === undefined || three === undefined) return;
      const plain = invoicesOf(given);
      const changed = invoicesOf(given, [
        { at: changedAt, itemId: 'seat', from: one, to: three },
        { at: changedAt, itemId: 'seat', from: three, to: one },
      ]);
      expect(changed.map(({ totalMinor }) => totalMinor)).toEqual(plain.map(({ totalMinor }) => totalMinor));
    }),
    { ...SEED, numRuns: runs(200, 5_000) },
  );
});
