import { createHash } from 'node:crypto';
import { Decimal } from 'decimal.js';
import { compileLines, type LineRater } from '../../shared/rating/compile-lines.ts';
import { type PriceShape, readPrice } from '../../shared/rating/ratable-price.ts';
import { type RatedLine, STRIPE_ROUNDING } from '../../shared/rating/rate.ts';
import { formatDecimal } from '../../shared/values/decimal.ts';
import { performTask } from '../child.ts';
import { makeQuantities, type Quantities } from '../quantities.ts';

type Input = { readonly side: 'ours' | 'decimal.js'; readonly customers: number };

/** The lines of a customer's invoice as text, and what they sum to. */
type Rated = { readonly lines: () => Iterable<string>; readonly total: () => string };

const BLANK = { id: 'price_bench', currency: 'usd' } as const;

const PRICES: readonly PriceShape[] = [
  perUnit('3'),
  perUnit('0.25'),
  perUnit('0.000125'),
  perUnit('150', { divideBy: '1000', round: 'up' }),
  perUnit('99.5', { divideBy: '100', round: 'down' }),
  tiered('graduated', ['1000', '2.5'], ['100000', '1.25'], [null, '0.75']),
  tiered('graduated', ['1000', '0', '1000'], ['50000', '0.5', '250'], ['500000', '0.25'], [null, '0.125']),
  tiered('graduated', ['100', '2.500000000001'], ['10000', '1.250000000003'], [null, '0.750000000007']),
  tiered('volume', ['1000', '2.5'], ['100000', '1.25'], [null, '0.75']),
  tiered('volume', ['10000', '1', '500'], [null, '0.333333333333', '2500']),
];

/** Only the rating counts, not what tells both sides apart: a few customers are rated, then read, as a listing does. */
const BLOCK = 10;

await performTask<Input>(({ side, customers }) => {
  // Ten of a customer after another.
  const usage = makeQuantities('nine_in_ten', customers * PRICES.length);
  const rate = side === 'ours' ? ours(usage) : theirs(usage);
  const hash = createHash('sha256');
  let ms = 0;
  let lines = 0;
  for (let start = 0; start < customers; start += BLOCK) {
    const block = Array.from({ length: Math.min(BLOCK, customers - start) }, (_, index) => start + index);
    const begin = performance.now();
    const rated = block.map(rate);
    ms += performance.now() - begin;
    for (const one of rated) {
      for (const line of one.lines()) {
        hash.update(line);
        lines += 1;
      }
      hash.update(`${one.total()}\n`);
    }
  }
  return { ms, check: `${lines} lines, ${hash.digest('hex')}` };
});

function ours({ wholes, fracs }: Quantities): (customer: number) => Rated {
  const prices = PRICES.map((price) => compileLines(readPrice(price), STRIPE_ROUNDING));
  return (customer) => {
    const rated: RatedLine[] = [];
    let total: number | bigint = 0;
    for (let index = 0; index < prices.length; index += 1) {
      const at = customer * prices.length + index;
      const rate = prices[index] as LineRater;
      total = sum(total, rate(wholes[at] as number, fracs[at] as number, rated));
    }
    return {
      lines: () =>
        rated.map(({ type, tier, quantity, unitAmount, exact, amountMinor }) =>
          [type, tier, ...[quantity, unitAmount, exact].map(formatDecimal), amountMinor].join(' '),
        ),
      total: () => total.toString(),
    };
  };
}

function sum(a: number | bigint, b: number | bigint): number | bigint {
  const plain = typeof a === 'number' && typeof b === 'number' ? a + b : Number.NaN;
  return Number.isSafeInteger(plain) ? plain : BigInt(a) + BigInt(b);
}

type TheirLine = {
  readonly type: 'usage' | 'flat';
  readonly tier: number;
  readonly quantity: Decimal;
  readonly unitAmount: Decimal;
  readonly exact: Decimal;
  readonly amount: Decimal;
};

/** The same lines as one would write them with the library, prices read once. */
function theirs({ wholes, fracs }: Quantities): (customer: number) => Rated {
  Decimal.set({ precision: 60, rounding: Decimal.ROUND_HALF_UP });
  const [zero, one, unit] = [new Decimal(0), new Decimal(1), new Decimal('1e-12')];
  const prices = PRICES.map((price) => ({
    mode: price.tiersMode,
    packages:
      price.transformQuantity === null
        ? null
        : { size: new Decimal(price.transformQuantity.divideBy), isUp: price.transformQuantity.round === 'up' },
    tiers: (price.tiers ?? [{ upTo: null, unitAmount: price.unitAmount, flatAmount: null }]).map((tier) => ({
      upTo: tier.upTo === null ? null : new Decimal(tier.upTo),
      unitAmount: new Decimal(tier.unitAmount ?? 0),
      flatAmount: tier.flatAmount === null ? null : new Decimal(tier.flatAmount),
    })),
  }));
  const rate = ({ mode, packages, tiers }: (typeof prices)[number], used: Decimal): readonly TheirLine[] => {
    const lines: TheirLine[] = [];
    const add = (type: TheirLine['type'], index: number, quantity: Decimal, unitAmount: Decimal): void => {
      const exact = quantity.times(unitAmount);
      lines.push({ type, tier: index + 1, quantity, unitAmount, exact, amount: exact.toDecimalPlaces(0) });
    };
    const packed = packages === null ? used : used.div(packages.size);
    const quantity = packages === null ? used : packages.isUp ? packed.ceil() : packed.floor();
    let below = zero;
    for (const [index, { upTo, unitAmount, flatAmount }] of tiers.entries()) {
      const isLast = upTo === null || quantity.lte(upTo);
      if (mode === 'volume' && !isLast) continue;
      add('usage', index, (isLast ? quantity : upTo).minus(below), unitAmount);
      if (flatAmount !== null) add('flat', index, one, flatAmount);
      if (isLast) break;
      below = upTo;
    }
    return lines;
  };
  return (customer) => {
    let total = zero;
    const rated = prices.map((price, index) => {
      const at = customer * PRICES.length + index;
      const [whole, frac] = [wholes[at] as number, fracs[at] as number];
      const lines = rate(
        price,
        frac === 0 ? new Decimal(whole) : new Decimal(whole).plus(new Decimal(frac).times(unit)),
      );
      for (const { amount } of lines) total = total.plus(amount);
      return lines;
    });
    return {
      lines: () =>
        rated.flatMap((lines) =>
          lines.map(({ type, tier, quantity, unitAmount, exact, amount }) =>
            [type, tier, quantity.toFixed(), unitAmount.toFixed(), exact.toFixed(), amount.toFixed(0)].join(' '),
          ),
        ),
      total: () => total.toFixed(0),
    };
  };
}

function perUnit(unitAmount: string, transformQuantity: PriceShape['transformQuantity'] = null): PriceShape {
  return { ...BLANK, billingScheme: 'per_unit', tiersMode: null, transformQuantity, unitAmount, tiers: null };
}

type TierText = readonly [upTo: string | null, unitAmount: string, flatAmount?: string];

function tiered(tiersMode: 'graduated' | 'volume', ...tiers: readonly TierText[]): PriceShape {
  return {
    ...BLANK,
    billingScheme: 'tiered',
    tiersMode,
    transformQuantity: null,
    unitAmount: null,
    tiers: tiers.map(([upTo, unitAmount, flatAmount]) => ({ upTo, unitAmount, flatAmount: flatAmount ?? null })),
  };
}
