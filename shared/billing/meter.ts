import type { Instant } from '../values/instant.ts';

/** A meter as Stripe holds it (stripe.md, Meters and summaries). */
export type Meter = {
  readonly id: string;
  readonly displayName: string;
  readonly eventName: string;
  readonly formula: MeterFormula;
  readonly status: 'active' | 'inactive';
  readonly eventTimeWindow: 'hour' | 'day' | null;
  readonly customerPayloadKey: string;
  readonly valuePayloadKey: string;
  readonly created: Instant;
};

export type MeterFormula = 'sum' | 'count' | 'last';

/** Stripe's total of one meter and customer over [from, to). `value` is the decimal text exactly as it was sent. */
export type EventSummary = { readonly from: Instant; readonly to: Instant; readonly value: string };
