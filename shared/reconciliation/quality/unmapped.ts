import { compare, formatDecimal, ONE, round } from '../../values/decimal.ts';
import { scaleBy } from '../../values/fraction.ts';
import type { CheckInput } from './facts.ts';
import { counted, type Measured, onlyOne, percent, plural, shareOf } from './finding.ts';

const [FEW_PLACES, ALL_PLACES] = [2, 12];

/** Usage of ids that fit no customer, or more than one: it can be billed to nobody. */
export function unmapped({ facts, meter }: CheckInput): Measured | null {
  const { unmapped: seen } = facts;
  if (seen === null) return null;
  const share = shareOf(seen.quantity, seen.total);
  const exact = scaleBy(seen.quantity, meter.scale, ALL_PLACES, 'half_up');
  const [whole = '0', places] = formatDecimal(
    round(exact, compare(exact, ONE) < 0 ? ALL_PLACES : FEW_PLACES, 'half_up'),
  ).split('.');
  const quantity = `${counted(BigInt(whole))}${places === undefined ? '' : `.${places}`}`;
  const whose =
    seen.ids === 1
      ? `the usage id ${seen.worst ?? ''} fits no customer, or several`
      : `${plural(seen.ids, 'usage id')} fit no customer, or several${seen.worst === null ? '' : `; most of it is of ${seen.worst}`}`;
  return {
    share,
    customer: onlyOne(seen),
    sentence: `${quantity} ${meter.unit} (${percent(share)}) belong to nobody: ${whose}.`,
    remedy: 'Give the Stripe customer the usage id, or add the pair to the customers file; then pull again.',
  };
}
