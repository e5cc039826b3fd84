import { Decimal } from 'decimal.js';
import { compilePrice } from '../../shared/rating/compile-price.ts';
import type { PriceShape } from '../../shared/rating/ratable-price.ts';
import { performTask, timed } from '../child.ts';
import { type Mix, makeQuantities } from '../quantities.ts';

type Input = { readonly side: 'ours' | 'decimal.js'; readonly quantities: Mix; readonly count: number };
type Tier = { readonly upTo: string | null; readonly unitAmount: string };

const SHORT: readonly Tier[] = [
  { upTo: '1000', unitAmount: '2.5' },
  { upTo: '100000', unitAmount: '1.25' },
  { upTo: null, unitAmount: '0.75' },
];
const LONG: readonly Tier[] = [
  { upTo: '1000', unitAmount: '2.500000000001' },
  { upTo: '100000', unitAmount: '1.250000000003' },
  { upTo: null, unitAmount: '0.750000000007' },
];

/** Quantities in stored form through three graduated tiers, every tier's amount rounded half away from zero. */
await performTask<Input>(async ({ side, quantities, count }) => {
  const tiers = quantities === 'long' ? LONG : SHORT;
  const { wholes, fracs } = makeQuantities(quantities, count);
  const amounts = new Array<number | bigint | string>(count);
  const rate = side === 'ours' ? ours(tiers) : theirs(tiers);
  const { ms } = await timed(() => {
    for (let index = 0; index < count; index += 1) {
      amounts[index] = rate(wholes[index] as number, fracs[index] as number);
    }
  });
  let sum = 0n;
  let mark = 0n;
  for (const [index, amount] of amounts.entries()) {
    sum += BigInt(amount);
    mark += BigInt(amount) * BigInt(index % 997);
  }
  return { ms, check: `${count} amounts, sum ${sum}, mark ${mark}` };
});

function ours(tiers: readonly Tier[]): (whole: number, frac: number) => number | bigint {
  const shape: PriceShape = {
    id: 'price_bench',
    currency: 'usd',
    billingScheme: 'tiered',
    tiersMode: 'graduated',
    transformQuantity: null,
    unitAmount: null,
    tiers: tiers.map((tier) => ({ ...tier, flatAmount: null })),
  };
  return compilePrice(shape, { rounding: 'half_up', roundAt: 'line' }).minorOf;
}

function theirs(tiers: readonly Tier[]): (whole: number, frac: number) => string {
  Decimal.set({ precision: 60, rounding: Decimal.ROUND_HALF_UP });
  const ladder = tiers.map(({ upTo, unitAmount }) => ({
    upTo: upTo === null ? null : new Decimal(upTo),
    unit: new Decimal(unitAmount),
  }));
  const unit = new Decimal('1e-12');
  return (whole, frac) => {
    const quantity = frac === 0 ? new Decimal(whole) : new Decimal(whole).plus(new Decimal(frac).times(unit));
    let total = new Decimal(0);
    let below = new Decimal(0);
    for (const tier of ladder) {
      if (quantity.lte(below)) break;
      const upper = tier.upTo === null ? quantity : Decimal.min(quantity, tier.upTo);
      total = total.plus(upper.minus(below).times(tier.unit).toDecimalPlaces(0));
      below = upper;
    }
    return total.toFixed(0);
  };
}
