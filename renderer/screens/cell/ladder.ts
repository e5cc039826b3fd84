import type { CellDetail } from '../../../shared/contract/schemas.ts';
import { formatDecimal, parseDecimal, subtract, tryParseDecimal } from '../../../shared/values/decimal.ts';

type Impact = NonNullable<CellDetail['priceImpact']>;
type PriceLine = Impact['measured'][number];

/** One tier of a price with what each side puts into it. Figures are the contract's own; only the fills are pixels. */
export type LadderStep = {
  readonly key: string;
  readonly price: string;
  readonly tier: number;
  /** The tier before ends here; null for the first. */
  readonly from: string | null;
  readonly upTo: string | null;
  readonly unitAmount: string | null;
  readonly measured: { readonly quantity: string; readonly amount: string } | null;
  readonly metered: { readonly quantity: string; readonly amount: string } | null;
  /** Flat amounts of the tier, where it has some. */
  readonly flatMeasured: string | null;
  readonly flatMetered: string | null;
  /** What the measured side pays more on this tier, flat amounts apart. */
  readonly difference: string;
  readonly flatDifference: string;
  /** 0–1 of the tier, for drawing. */
  readonly fillMeasured: number;
  readonly fillMetered: number;
};

/** Puts the rated lines of both sides side by side, tier by tier. */
export function ladderOf(impact: Impact): readonly LadderStep[] {
  const keys = new Map<string, PriceLine>();
  for (const line of [...impact.measured, ...impact.metered]) keys.set(keyOf(line), keys.get(keyOf(line)) ?? line);
  const tiers = [...keys.values()].sort((a, b) => (a.price === b.price ? a.tier - b.tier : a.price < b.price ? -1 : 1));
  return tiers.map((tier, index) => {
    const before = tiers[index - 1];
    const from = before !== undefined && before.price === tier.price ? before.upTo : null;
    const measured = find(impact.measured, tier, 'usage');
    const metered = find(impact.metered, tier, 'usage');
    const flatMeasured = find(impact.measured, tier, 'flat')?.amount ?? null;
    const flatMetered = find(impact.metered, tier, 'flat')?.amount ?? null;
    const capacity = capacityOf(tier, from, [measured, metered]);
    return {
      key: keyOf(tier),
      price: tier.price,
      tier: tier.tier,
      from,
      upTo: tier.upTo,
      unitAmount: measured?.unitAmount ?? metered?.unitAmount ?? null,
      measured: measured ?? null,
      metered: metered ?? null,
      flatMeasured,
      flatMetered,
      difference: between(measured?.amount, metered?.amount),
      flatDifference: between(flatMeasured, flatMetered),
      fillMeasured: share(measured?.quantity, capacity),
      fillMetered: share(metered?.quantity, capacity),
    };
  });
}

const keyOf = (line: PriceLine): string => `${line.price} ${line.tier}`;
const find = (lines: readonly PriceLine[], tier: PriceLine, type: PriceLine['type']): PriceLine | undefined =>
  lines.find((line) => line.price === tier.price && line.tier === tier.tier && line.type === type);

/** Length of a tier for drawing; an open tier is as long as the fuller side. */
function capacityOf(tier: PriceLine, from: string | null, sides: readonly (PriceLine | undefined)[]): number {
  if (tier.upTo !== null) return pixels(tier.upTo) - pixels(from ?? '0');
  return Math.max(...sides.map((side) => pixels(side?.quantity ?? '0')));
}

/** One amount less the other, an absent one being 0. */
const between = (measured: string | null | undefined, metered: string | null | undefined): string =>
  formatDecimal(subtract(parseDecimal(measured ?? '0'), parseDecimal(metered ?? '0')));

const share = (quantity: string | undefined, capacity: number): number =>
  quantity === undefined || capacity <= 0 ? 0 : Math.max(0, Math.min(1, pixels(quantity) / capacity));

/** Decimal text as a double, good enough to draw with and for nothing else. */
export const pixels = (text: string): number => {
  const value = tryParseDecimal(text);
  return value === null ? Number.NaN : Number(value.coefficient) / 10 ** value.scale;
};
