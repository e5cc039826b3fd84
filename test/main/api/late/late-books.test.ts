import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decideLate } from '../../../../main/api/late/decide.ts';
import { type LateEntry, lateMonth } from '../../../../main/api/late/late-month.ts';
import { readLiveRuns } from '../../../../main/cache/rating-run-store.ts';
import type { Price } from '../../../../shared/billing/price.ts';
import { sumTotals } from '../../../../shared/rating/late/line.ts';
import { MONTH, wholeHours } from '../../pull/fake-sources.ts';
import { BILLED_AT, LATER, type LateWorld, lateWorld, price, type Shown } from './late-world.ts';

/** A price with its own arithmetic beside it: what a whole quantity costs in minor units, each part rounded. */
type Sold = { readonly price: Price; readonly rated: (quantity: bigint) => readonly Shown[] };

/** Half away from zero; a tenth of a minor unit is the finest amount here. */
const rounded = (tenths: bigint): bigint => (tenths + 5n) / 10n;
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

const SOLD: readonly Sold[] = [
  {
    price: price('price_unit', { unitAmount: '0.3' }),
    rated: (quantity) => [[String(quantity), rounded(quantity * 3n), '0.3']],
  },
  {
    price: price('price_grad', {
      tiersMode: 'graduated',
      tiers: [
        { upTo: '20', unitAmount: '1.5', flatAmount: null },
        { upTo: null, unitAmount: '0.7', flatAmount: '100' },
      ],
    }),
    rated: (quantity) => {
      const above = larger(0n, quantity - 20n);
      const first: Shown = [String(smaller(quantity, 20n)), rounded(smaller(quantity, 20n) * 15n), '1.5'];
      return above === 0n ? [first] : [first, [String(above), rounded(above * 7n), '0.7'], ['0', 100n]];
    },
  },
  {
    price: price('price_volume', {
      currency: 'jpy',
      tiersMode: 'volume',
      tiers: [
        { upTo: '30', unitAmount: '2.5', flatAmount: null },
        { upTo: null, unitAmount: '1.1', flatAmount: null },
      ],
    }),
    rated: (quantity) => [[String(quantity), rounded(quantity * (quantity <= 30n ? 25n : 11n))]],
  },
  {
    price: price('price_packs', {
      currency: 'kwd',
      unitAmount: '700',
      transformQuantity: { divideBy: '8', round: 'up' },
    }),
    rated: (quantity) => [[String(quantity), ((quantity + 7n) / 8n) * 700n]],
  },
];

const totalOf = (shown: readonly Shown[]): bigint => shown.reduce((sum, [, amount]) => sum + amount, 0n);

type Step =
  | { readonly do: 'pull'; readonly hours: readonly number[] }
  | { readonly do: 'waive' | 'carry_forward' | 'undecided' }
  | { readonly do: 'invoiced'; readonly engine: 'delta' | 'period_preserving' };

/** The first hour is never empty: hours that vanish from the front of a month are kept, as rows that expired. */
const hours = fc
  .tuple(fc.integer({ min: 1, max: 25 }), fc.array(fc.integer({ min: 0, max: 25 }), { maxLength: 2 }))
  .map(([first, others]) => [first, ...others]);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pull' as const), hours }) },
  fc.record({ do: fc.constantFrom('waive' as const, 'carry_forward' as const, 'undecided' as const) }),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('invoiced' as const),
      engine: fc.constantFrom('delta' as const, 'period_preserving' as const),
    }),
  },
);

const history = fc.record({
  sold: fc.constantFrom(...SOLD),
  first: hours,
  missing: fc.integer({ min: 0, max: 10 }),
  steps: fc.array(step, { maxLength: 7 }),
});

const sumOf = (values: readonly number[]): bigint => BigInt(values.reduce((total, value) => total + value, 0));

const entryOf = (world: LateWorld): LateEntry | null => lateMonth(world.request(LATER)).entries[0] ?? null;

const bookedIn = (world: LateWorld): bigint =>
  [...readLiveRuns(world.db, MONTH)].flat(2).reduce((sum, { lines }) => sum + sumTotals(lines).totalMinor, 0n);

/** A decision books what is owed, or nothing. */
function decide(world: LateWorld, step: Exclude<Step, { do: 'pull' }>): void {
  const entry = entryOf(world);
  if (entry?.hasLines !== true) return;
  const isBooked = step.do === 'invoiced';
  const before = bookedIn(world);
  const choice = { customer: 'cus_1', meter: 'calls', digest: entry.digest, note: 'because', author: 'Ada' } as const;
  const engine = isBooked ? step.engine : 'delta';
  const after = decideLate(world.request(LATER), { ...choice, engine, decision: step.do }, 'test');
  expect(bookedIn(world)).toBe(isBooked ? before + (entry.correctionMinor ?? 0n) : before);
  if (isBooked) expect(after).toMatchObject({ correctionMinor: 0n, hasLines: false });
}

test('whatever is pulled and decided: what is booked and what is left to book is the rating of the latest truth', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ sold, first, missing, steps }) => {
      const billedQuantity = larger(0n, sumOf(first) - BigInt(missing));
      const shown = sold.rated(billedQuantity);
      const world = lateWorld({ price: sold.price, shown });
      await world.pull(BILLED_AT, wholeHours(...first));
      let truth = sumOf(first);
      for (const each of steps) {
        if (each.do === 'pull') {
          await world.pull(LATER, wholeHours(...each.hours));
          truth = sumOf(each.hours);
        } else {
          decide(world, each);
        }
        const entry = entryOf(world);
        // Where nothing changed since it was billed, there is nothing late, and what was missing then stays apart.
        if (entry === null) expect(bookedIn(world)).toBe(totalOf(shown));
        else expect(bookedIn(world) + (entry.correctionMinor ?? 0n)).toBe(totalOf(sold.rated(truth)));
      }
    }),
    { numRuns: 40 },
  );
});
