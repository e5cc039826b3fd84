import type { Decimal } from '../../values/decimal.ts';
import { compareBytes } from '../../values/order.ts';
import type { MonthKey } from '../../values/period.ts';
import { addParts, type FluxParts, NO_PARTS } from './split-change.ts';

/**
 * What the amounts of two months are: lines of finalised invoices, or what Stripe metered or ClickHouse measured through
 * the customer's prices.
 */
export const FLUX_BASES = ['billed', 'metered', 'measured'] as const;
export type FluxBasis = (typeof FLUX_BASES)[number];

/** Why a cell has no amount on the basis that was asked for. */
export const FLUX_LACKS = [
  'not_pulled',
  'invalid',
  'unmapped',
  'no_price',
  'several_currencies',
  'not_billed',
  'not_final',
  'misaligned',
] as const;
export type FluxLack = (typeof FLUX_LACKS)[number];

/** Two months of one customer, meter and currency. Amounts are minor units, quantities in billed units. */
export type FluxRow = {
  readonly customer: string;
  readonly name: string | null;
  readonly meter: string;
  readonly unit: string;
  readonly currency: string;
  /** Null where the customer had nothing at all in that month. */
  readonly quantity: { readonly from: Decimal | null; readonly to: Decimal | null };
  readonly fromMinor: bigint;
  readonly toMinor: bigint;
  readonly parts: FluxParts;
  readonly isMaterial: boolean;
};

/** Sums of rows of one currency. */
export type FluxSum = {
  readonly rows: number;
  readonly material: number;
  readonly fromMinor: bigint;
  readonly toMinor: bigint;
  readonly parts: FluxParts;
};

const NO_SUM: FluxSum = { rows: 0, material: 0, fromMinor: 0n, toMinor: 0n, parts: NO_PARTS };

/** Several sums of one currency as one. */
const addSums = (a: FluxSum, b: FluxSum): FluxSum => ({
  rows: a.rows + b.rows,
  material: a.material + b.material,
  fromMinor: a.fromMinor + b.fromMinor,
  toMinor: a.toMinor + b.toMinor,
  parts: addParts(a.parts, b.parts),
});

/** A currency with its meters; the currency's sums are those of its meters. */
export type FluxTotal = FluxSum & {
  readonly currency: string;
  readonly meters: readonly (FluxSum & { readonly meter: string; readonly unit: string })[];
};

/** Sums per currency in byte order, each per meter in the order in which `meters` has them. */
export class FluxTotals {
  readonly #meters: readonly { readonly key: string; readonly unit: string }[];
  readonly #sums = new Map<string, Map<string, FluxSum>>();

  constructor(meters: readonly { readonly key: string; readonly unit: string }[]) {
    this.#meters = meters;
  }

  /** @param sum of rows, or of one */
  add({ currency, meter, ...sum }: FluxSum & { readonly currency: string; readonly meter: string }): void {
    const ofCurrency = this.#sums.get(currency) ?? new Map<string, FluxSum>();
    this.#sums.set(currency, ofCurrency);
    ofCurrency.set(meter, addSums(ofCurrency.get(meter) ?? NO_SUM, sum));
  }

  get totals(): readonly FluxTotal[] {
    return [...this.#sums]
      .sort(([a], [b]) => compareBytes(a, b))
      .map(([currency, sums]) => {
        const meters = this.#meters.flatMap(({ key, unit }) => {
          const sum = sums.get(key);
          return sum === undefined ? [] : [{ meter: key, unit, ...sum }];
        });
        const total = meters.reduce<FluxSum>(addSums, NO_SUM);
        return { currency, ...total, meters };
      });
  }
}

/** A cell whose amount is not known in one of the months, so that it stands in no sum. */
export type FluxLacking = {
  /** Null: usage that fits no customer. */
  readonly customer: string | null;
  readonly name: string | null;
  readonly meter: string;
  /** Null: nothing is lacking in that month. */
  readonly from: FluxLack | null;
  readonly to: FluxLack | null;
};

type AsOf = { readonly clickhouse: string | null; readonly stripe: string | null };

/** Two months side by side, apart from their rows. */
export type FluxSummary = {
  readonly workspace: string;
  readonly from: MonthKey;
  readonly to: MonthKey;
  readonly basis: FluxBasis;
  /** Whether the basis was asked for; else it is `billed` where both months have finalised invoices. */
  readonly isBasisGiven: boolean;
  readonly asOf: { readonly from: AsOf; readonly to: AsOf };
  /** Meters of which nothing was pulled in a month. */
  readonly notPulled: readonly { readonly month: MonthKey; readonly meter: string }[];
  readonly lacking: { readonly cells: number; readonly byReason: readonly { reason: FluxLack; cells: number }[] };
};

/** 3 where a cell has no amount; there is nothing else to find in a change. */
export const fluxExit = ({ notPulled, lacking }: Pick<FluxSummary, 'notPulled' | 'lacking'>): 0 | 3 =>
  notPulled.length > 0 || lacking.cells > 0 ? 3 : 0;
