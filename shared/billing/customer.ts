import type { Instant } from '../values/instant.ts';
import type { Discount } from './discount.ts';

/** A customer as Stripe holds it at a pull. */
export type Customer = {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly currency: string | null;
  /** Minor units; negative is credit in the customer's favour. */
  readonly balanceMinor: bigint;
  /** Of the customer itself; applies to invoices of subscriptions that have none of their own. */
  readonly discount: Discount | null;
  readonly taxExempt: 'none' | 'exempt' | 'reverse';
  readonly isDeleted: boolean;
  /** Id of the test clock that owns the customer's time, or null. */
  readonly testClock: string | null;
  readonly created: Instant | null;
};
