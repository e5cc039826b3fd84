import type { PlainCell } from '../../../shared/reconciliation/plain-cause.ts';
import { compare, type Decimal, isZero } from '../../../shared/values/decimal.ts';
import { customerIdAt, type MeterBlock, measuredAt, meteredAt, usageIdAt, verdictAt } from './block.ts';

type Half = { readonly name: string; readonly value: Decimal };

/**
 * Finds the other half of a split identity by its quantity: usage without a customer for a customer without usage, a
 * customer without usage for usage that Stripe lacks. One that fits several halves is none.
 */
export function partnersOf(block: MeterBlock, pending: readonly number[]): (position: number) => PlainCell['partner'] {
  const loose: Half[] = [];
  const strangers: Half[] = [];
  for (const position of pending) {
    const verdict = verdictAt(block, position);
    const measured = measuredAt(block, position);
    const metered = meteredAt(block, position);
    if (verdict === 'unmapped' && measured !== null && !isZero(measured)) {
      loose.push({ name: usageIdAt(block, position) ?? '', value: measured });
    } else if (verdict === 'missing_usage' && metered !== null) {
      strangers.push({ name: customerIdAt(block, position) ?? '', value: metered });
    }
  }
  const [byUsage, byCustomer] = [finder(loose), finder(strangers)];
  return (position) => {
    const isMissingUsage = verdictAt(block, position) === 'missing_usage';
    const value = isMissingUsage ? meteredAt(block, position) : measuredAt(block, position);
    if (value === null) return null;
    return isMissingUsage ? byUsage(value) : byCustomer(value);
  };
}

function finder(halves: readonly Half[]): (value: Decimal) => PlainCell['partner'] {
  const sorted = [...halves].sort((a, b) => compare(a.value, b.value));
  return (value) => {
    const exact = bound(sorted, value);
    const [first, second] = [sorted[exact], sorted[exact + 1]];
    if (first !== undefined && compare(first.value, value) === 0) {
      const isAlone = second === undefined || compare(second.value, value) !== 0;
      return isAlone ? { name: first.name, isExact: true } : null;
    }
    const low = bound(sorted, { coefficient: value.coefficient * 999n, scale: value.scale + 3 });
    const [near, other] = [sorted[low], sorted[low + 1]];
    const limit = { coefficient: value.coefficient * 1001n, scale: value.scale + 3 };
    const isNear = (half: Half | undefined): half is Half => half !== undefined && compare(half.value, limit) <= 0;
    return isNear(near) && !isNear(other) ? { name: near.name, isExact: false } : null;
  };
}

/** The first position whose value is not below. */
function bound(sorted: readonly Half[], value: Decimal): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare((sorted[middle] as Half).value, value) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
