import type { Instant } from '../values/instant.ts';

export type Coupon = {
  readonly id: string;
  readonly name: string | null;
  readonly percentOff: string | null;
  /** Minor units as integer text. */
  readonly amountOff: string | null;
  readonly currency: string | null;
  readonly duration: 'forever' | 'once' | 'repeating';
  readonly durationInMonths: number | null;
  readonly productIds: readonly string[] | null;
};

export type Discount = {
  readonly id: string;
  readonly coupon: Coupon | null;
  readonly start: Instant;
  readonly end: Instant | null;
};

export type TaxRate = {
  readonly id: string;
  readonly displayName: string;
  /** Decimal text, per cent. */
  readonly percentage: string;
  readonly isInclusive: boolean;
  readonly isActive: boolean;
};
