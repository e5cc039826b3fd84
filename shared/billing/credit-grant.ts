import type { Instant } from '../values/instant.ts';

/** Prepaid or promotional balance, applied in a stated order (stripe.md, Order on an invoice). */
export type CreditGrant = {
  readonly id: string;
  readonly customerId: string;
  readonly name: string | null;
  readonly category: 'paid' | 'promotional';
  readonly currency: string;
  /** Minor units as integer text. */
  readonly amount: string;
  readonly priority: number;
  readonly effectiveAt: Instant | null;
  readonly expiresAt: Instant | null;
  readonly voidedAt: Instant | null;
  /** Null: all metered prices. */
  readonly priceIds: readonly string[] | null;
  readonly created: Instant;
};
