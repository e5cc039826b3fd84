import { type Decimal, formatDecimal } from '../values/decimal.ts';
import type { ExplainInput, Explanation } from './explanation.ts';
import { describeRanges, magnitude, rangesOf, toQuantity } from './hourly-series.ts';
import { type Decomposition, decompose, type Share } from './push-decomposition.ts';

/** The cause of drift on a meter that adds up its pushes, from its hours; null where they tell nothing. */
export function explainPushes(input: ExplainInput): Explanation | null {
  const { series } = input;
  const found = series === null ? null : decompose(series);
  if (series === null || found === null) return null;
  const [largest, ...others] = found.shares;
  if (largest === undefined || magnitude(found.rest) > magnitude(largest.worth)) return null;
  // Hours that differ by the rounding of pushes alone are in no list.
  const isWhole = found.restHours.length === 0;
  const also = others.map(({ code }) => code);
  const sentences = found.shares.map((share) => sentenceOf(share, { input, found, perUnit: series.perUnit, isWhole }));
  return {
    cause: {
      code: largest.code,
      confidence: isWhole ? 'high' : 'medium',
      evidence: sentences.join('; '),
      ...(also.length > 0 ? { also } : {}),
    },
    explainedBy: found.shares.flatMap((share) =>
      rangesOf(share.hours).map((range) => ({ ...range, label: LABELS[share.code] })),
    ),
  };
}

const LABELS: Readonly<Record<Share['code'], string>> = {
  missed_push: 'not pushed',
  duplicate_push: 'pushed twice',
  unit_scale: 'another unit',
  wrong_period: 'of another month',
  zone_shift: 'outside the month',
};

function sentenceOf(
  share: Share,
  context: { input: ExplainInput; found: Decomposition; perUnit: bigint; isWhole: boolean },
): string {
  const { input, found, perUnit } = context;
  const isExact = context.isWhole && found.shares.length === 1 && found.rest === 0n;
  const worth = quantityText(toQuantity(magnitude(share.worth), perUnit), input.unit);
  const worthText = `worth ${isExact ? 'exactly ' : ''}${worth}`;
  const where = describeRanges(input.period.from, rangesOf(share.hours));
  const count = share.hours.length;
  switch (share.code) {
    case 'missed_push':
      return `${count} of ${found.active} hourly pushes absent, ${worthText}: ${where}`;
    case 'duplicate_push':
      return `${count} of ${found.active} hourly pushes counted more than once, ${worthText} too much: ${where}`;
    case 'unit_scale':
      return `${count} of ${found.active} hourly pushes in another unit${factorText(share.factor)}, ${worthText}: ${where}`;
    case 'wrong_period':
      return `${count} hours of a neighbouring month stand in this one, ${worthText}: ${where}`;
    case 'zone_shift':
      return `Stripe's hours lie ${hoursText(found.shift)} the measured ones, ${worthText} across the month's bounds`;
  }
}

const factorText = (factor: string | null): string =>
  factor === null ? '' : factor.startsWith('1/') ? ` (÷${factor.slice(2)})` : ` (×${factor})`;

const hoursText = (shift: number): string =>
  `${Math.abs(shift)} hour${Math.abs(shift) === 1 ? '' : 's'} ${shift < 0 ? 'before' : 'after'}`;

const quantityText = (value: Decimal, unit: string): string => `${formatDecimal(value)} ${unit}`;
