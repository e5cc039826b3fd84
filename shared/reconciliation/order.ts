import { compareBytes } from '../values/order.ts';

/** What the order of rows is decided by (interfaces.md section 2, Order). */
export type OrderKey = {
  readonly currency: string | null;
  readonly differenceMinor: bigint | null;
  readonly customer: string | null;
  readonly usageId: string | null;
  readonly meter: string;
};

/** Currency (null last), |money difference| descending (null last), customer (null last), usage id, meter; byte order. */
export function compareRows(a: OrderKey, b: OrderKey): number {
  return (
    nullLast(a.currency, b.currency, compareBytes) ||
    nullLast(magnitude(a.differenceMinor), magnitude(b.differenceMinor), descending) ||
    nullLast(a.customer, b.customer, compareBytes) ||
    nullLast(a.usageId, b.usageId, compareBytes) ||
    compareBytes(a.meter, b.meter)
  );
}

function nullLast<T>(a: T | null, b: T | null, compare: (a: T, b: T) => number): number {
  if (a === null) return b === null ? 0 : 1;
  return b === null ? -1 : compare(a, b);
}

const magnitude = (value: bigint | null): bigint | null => (value !== null && value < 0n ? -value : value);
const descending = (a: bigint, b: bigint): number => (a === b ? 0 : a > b ? -1 : 1);
