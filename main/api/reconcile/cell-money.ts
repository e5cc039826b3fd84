import { type Decimal, isNegative, powerOfTen } from '../../../shared/values/decimal.ts';
import { QUANTITY_PLACES } from '../../../shared/values/quantity.ts';
import { type MeterBlock, measuredAt, meteredAt, type Texts, VERDICT_INDEX } from './block.ts';
import type { MeterInput } from './meter-input.ts';
import { type MeterPricing, pricesOf } from './pricing.ts';

/** Puts the money of a cell: both sides through every item's price; an absent side counts as 0, an invalid one as none. */
export function rater(block: MeterBlock, pricing: MeterPricing): (position: number, key: number, texts: Texts) => void {
  const codeOf = pricing.prices.map(({ currency }) => block.currencies.indexOf(currency) + 1);
  return (position, key, texts) => {
    const one = pricing.priceOf[key] as number;
    if (one > 0) {
      const { compiled } = pricing.prices[one - 1] as MeterPricing['prices'][number];
      block.currency[position] = codeOf[one - 1] as number;
      if (compiled === null) return;
      const measured = block.measuredWhole[position] as number;
      const metered = block.meteredWhole[position] as number;
      if (measured >= 0 && metered >= 0) {
        const measuredFrac = block.measuredFrac[position] as number;
        const meteredFrac = block.meteredFrac[position] as number;
        const minor = compiled.minorOf(measured, measuredFrac);
        // Equal quantities cost the same, and most cells agree.
        const isEqual = measured === metered && measuredFrac === meteredFrac;
        putMinor(block.measuredMinor, block.bigMeasuredMinor, position, minor);
        putMinor(
          block.meteredMinor,
          block.bigMeteredMinor,
          position,
          isEqual ? minor : compiled.minorOf(metered, meteredFrac),
        );
        return;
      }
    }
    const indices = pricesOf(pricing, key);
    const code = codeOf[indices[0] ?? 0] ?? 0;
    // A customer pays in one currency; where the items of one meter differ, no single figure can be given.
    if (indices.some((index) => codeOf[index] !== code)) {
      block.currency[position] = 0;
      return;
    }
    block.currency[position] = code;
    const rated = (value: Decimal | null, text: string | undefined): bigint | null => {
      if (text !== undefined || (value !== null && isNegative(value))) return null;
      let total = 0n;
      for (const index of indices) {
        const compiled = pricing.prices[index]?.compiled ?? null;
        if (compiled === null) return null;
        total += compiled.exact(value === null ? 0n : toScaled(value));
      }
      return total;
    };
    putMinor(
      block.measuredMinor,
      block.bigMeasuredMinor,
      position,
      rated(measuredAt(block, position), texts.measured.get(position)),
    );
    putMinor(
      block.meteredMinor,
      block.bigMeteredMinor,
      position,
      rated(meteredAt(block, position), texts.metered.get(position)),
    );
  };
}

/** Quantity × 10^12; digits beyond that are rounded half away from zero. */
export function toScaled(value: Decimal): bigint {
  if (value.scale <= QUANTITY_PLACES) return value.coefficient * powerOfTen(QUANTITY_PLACES - value.scale);
  const divisor = powerOfTen(value.scale - QUANTITY_PLACES);
  return (value.coefficient * 2n + divisor) / (divisor * 2n);
}

function putMinor(
  column: Float64Array,
  big: Map<number, bigint>,
  position: number,
  minor: number | bigint | null,
): void {
  if (typeof minor === 'number') column[position] = minor;
  else if (minor === null) return;
  else if (minor <= MAX_SAFE && minor >= -MAX_SAFE) column[position] = Number(minor);
  else big.set(position, minor);
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** A side that was not pulled is unknown, which is not the same as absent: it has no amount. */
export function withholdMoney(block: MeterBlock, input: MeterInput): void {
  const isUsageUnknown = input.usagePull === null;
  const isStripeUnknown = input.stripePull === null && input.meterExists;
  if (isUsageUnknown) block.measuredMinor.fill(Number.NaN);
  if (isUsageUnknown) block.bigMeasuredMinor.clear();
  if (isStripeUnknown) block.meteredMinor.fill(Number.NaN);
  if (isStripeUnknown) block.bigMeteredMinor.clear();
  if (input.usagePull?.selection == null && input.stripePull?.selection == null) return;
  for (let position = 0; position < block.length; position += 1) {
    if (block.verdicts[position] !== VERDICT_INDEX.incomplete) continue;
    if (measuredAt(block, position) === null) block.measuredMinor[position] = Number.NaN;
    if (meteredAt(block, position) === null) block.meteredMinor[position] = Number.NaN;
  }
}
