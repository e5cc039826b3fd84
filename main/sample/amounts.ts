/**
 * What Stripe charges for a quantity, for the invoices of the sample alone: written apart from shared/rating, in plain
 * whole-number arithmetic, so that proving these invoices compares two implementations (stripe.md, Prices).
 */

/** Decimal text in minor units; a tier without a bound is the last. */
export type SampleTier = { readonly upTo: number | null; readonly unitAmount?: string; readonly flatAmount?: string };

export type SampleAmounts =
  | { readonly unitAmount: string; readonly packageOf?: number }
  | { readonly tiersMode: 'graduated' | 'volume'; readonly tiers: readonly SampleTier[] };

/** A row of an invoice as Stripe shows it: flat amounts on rows of their own, with quantity 0 and no unit amount. */
export type ChargedRow = {
  readonly quantity: string;
  readonly unitAmount: string | null;
  readonly amountMinor: bigint;
};

const PLACES = 12;
/** Quantities and unit amounts are whole numbers of 10^-12. */
export const ONE = 10n ** BigInt(PLACES);

/** "1.5" → 1 500 000 000 000. @throws RangeError beyond 12 places, or where the text is no plain decimal ≥ 0 */
export function scaled(text: string): bigint {
  const match = /^(\d+)(?:\.(\d{1,12}))?$/.exec(text);
  if (match === null) throw new RangeError(`${text} is no plain decimal with at most ${PLACES} places`);
  return BigInt(match[1] ?? '0') * ONE + BigInt((match[2] ?? '').padEnd(PLACES, '0'));
}

export function unscaled(value: bigint): string {
  const fraction = String(value % ONE)
    .padStart(PLACES, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(value / ONE) : `${value / ONE}.${fraction}`;
}

/** Half goes away from zero. @param denominator above 0 */
export function rounded(numerator: bigint, denominator: bigint): bigint {
  const magnitude = ((numerator < 0n ? -numerator : numerator) * 2n + denominator) / (denominator * 2n);
  return numerator < 0n ? -magnitude : magnitude;
}

/** Every row is rounded by itself. @param quantity in 10^-12, ≥ 0 */
export function charge(amounts: SampleAmounts, quantity: bigint): readonly ChargedRow[] {
  if ('unitAmount' in amounts) {
    const { unitAmount, packageOf } = amounts;
    const units = packageOf === undefined ? quantity : packagesOf(quantity, BigInt(packageOf)) * ONE;
    const amountMinor = rounded(units * scaled(unitAmount), ONE * ONE);
    return [{ quantity: unscaled(quantity), unitAmount, amountMinor }];
  }
  return amounts.tiersMode === 'graduated' ? graduated(amounts.tiers, quantity) : volume(amounts.tiers, quantity);
}

/** A package that was begun counts whole. */
const packagesOf = (quantity: bigint, size: bigint): bigint => (quantity + size * ONE - 1n) / (size * ONE);

/** Each tier charges what lies inside it; the first counts as reached at quantity 0 too. */
function graduated(tiers: readonly SampleTier[], quantity: bigint): readonly ChargedRow[] {
  const rows: ChargedRow[] = [];
  let below = 0n;
  for (const tier of tiers) {
    if (rows.length > 0 && quantity <= below) break;
    const bound = tier.upTo === null ? quantity : BigInt(tier.upTo) * ONE;
    rows.push(...tierRows(tier, (quantity < bound ? quantity : bound) - below));
    below = bound;
  }
  return rows;
}

/** The whole quantity is charged as the tier says in which it falls; bounds are inclusive. */
function volume(tiers: readonly SampleTier[], quantity: bigint): readonly ChargedRow[] {
  const tier = tiers.find(({ upTo }) => upTo === null || quantity <= BigInt(upTo) * ONE);
  return tier === undefined ? [] : tierRows(tier, quantity);
}

const tierRows = ({ unitAmount = '0', flatAmount }: SampleTier, quantity: bigint): readonly ChargedRow[] => [
  { quantity: unscaled(quantity), unitAmount, amountMinor: rounded(quantity * scaled(unitAmount), ONE * ONE) },
  ...(flatAmount === undefined
    ? []
    : [{ quantity: '0', unitAmount: null, amountMinor: rounded(scaled(flatAmount), ONE) }]),
];
