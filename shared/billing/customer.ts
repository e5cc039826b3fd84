import type { Instant } from '../values/instant.ts';

/** A customer as Stripe holds it at a pull. */
export type Customer = {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly currency: string | null;
  /** Minor units; negative is credit in the customer's favour. */
  readonly balanceMinor: bigint;
  readonly isDeleted: boolean;
  /** Id of the test clock that owns the customer's time, or null. */
  readonly testClock: string | null;
  readonly created: Instant | null;
};
