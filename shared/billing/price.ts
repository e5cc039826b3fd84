import type { Instant } from '../values/instant.ts';

/** Amounts are canonical decimal text in minor units, as Stripe sent them. */
export type PriceTier = {
  /** Inclusive upper bound as decimal text; null is the open end. */
  readonly upTo: string | null;
  readonly unitAmount: string | null;
  readonly flatAmount: string | null;
};

/** What one currency of a price costs. */
export type PriceAmounts = {
  readonly currency: string;
  readonly unitAmount: string | null;
  readonly tiers: readonly PriceTier[] | null;
};

export type Price = PriceAmounts & {
  readonly id: string;
  readonly productId: string | null;
  readonly nickname: string | null;
  readonly isActive: boolean;
  readonly billingScheme: 'per_unit' | 'tiered';
  readonly tiersMode: 'graduated' | 'volume' | null;
  readonly transformQuantity: { readonly divideBy: string; readonly round: 'up' | 'down' } | null;
  readonly usageType: 'metered' | 'licensed' | null;
  /** `mtr_…` of a metered price. */
  readonly meterId: string | null;
  readonly interval: { readonly unit: 'day' | 'week' | 'month' | 'year'; readonly count: number } | null;
  readonly currencyOptions: readonly PriceAmounts[];
  /** Whether tax that Stripe computes itself lies in the amounts or comes on top. */
  readonly taxBehavior: 'inclusive' | 'exclusive' | 'unspecified';
  readonly created: Instant;
};

/** Of a deleted product nothing but its id may be known; its name is then the id. */
export type Product = {
  readonly id: string;
  readonly name: string;
  readonly isActive: boolean;
  readonly isDeleted: boolean;
};
