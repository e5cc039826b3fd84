import { Decimal } from 'decimal.js';

const Big = Decimal.clone({ precision: 80, rounding: Decimal.ROUND_HALF_UP });

/** A charge in decimal text, major units. */
export type OracleCharge = {
  readonly digits: number;
  readonly price:
    | { readonly type: 'unit'; readonly amount: string }
    | { readonly type: 'flat'; readonly amount: string; readonly paymentTerm: 'advance' | 'arrears' }
    | { readonly type: 'package'; readonly amount: string; readonly packageSize: string }
    | { readonly type: 'dynamic'; readonly multiplier: string }
    | {
        readonly type: 'tiered';
        readonly mode: 'volume' | 'graduated';
        /** In the order of their bounds. */
        readonly tiers: readonly {
          readonly upTo: string | null;
          readonly flat: string | null;
          readonly unit: string | null;
        }[];
      };
  readonly minimum: string | null;
  readonly maximum: string | null;
  readonly percentage: string | null;
  readonly freeUnits: string | null;
  readonly conversion: {
    readonly operation: 'multiply' | 'divide';
    readonly factor: string;
    readonly rounding: 'ceiling' | 'floor' | 'half-up';
    readonly precision: number;
  } | null;
};

export type OracleTotals = {
  readonly amount: string;
  readonly charges: string;
  readonly discounts: string;
  readonly total: string;
};

/** Sums of amount, charges and discounts. */
type Sums = readonly [Decimal, Decimal, Decimal];
type Line = {
  readonly component: string;
  readonly unit: Decimal;
  readonly quantity: Decimal;
  readonly sums: Sums;
  readonly period: number;
};

const zero = new Big(0);
const nothing: Sums = [zero, zero, zero];
const plus = (a: Sums, b: Sums): Sums => [a[0].plus(b[0]), a[1].plus(b[1]), a[2].plus(b[2])];
const negated = (a: Sums): Sums => [a[0].neg(), a[1].neg(), a[2].neg()];
const isNothing = (a: Sums): boolean => a.every((value) => value.isZero());

const printed = ([amount, charges, discounts]: Sums): OracleTotals => ({
  amount: amount.toFixed(),
  charges: charges.toFixed(),
  discounts: discounts.toFixed(),
  total: amount.plus(charges).minus(discounts).toFixed(),
});

/** What a cumulative quantity costs, plainly rated (rating-late-usage.md section 4). */
export const rateByOracle = (charge: OracleCharge, quantity: string, isMinimumDue: boolean): OracleTotals =>
  printed(rate(charge, quantity, isMinimumDue, 0).reduce((sums, line) => plus(sums, line.sums), nothing));

/**
 * What is expected for each period, from the cumulative quantities at their ends (section 8, step 2): each rating less
 * all lines expected so far, a reversal on the period of the first line that it takes back.
 */
export function expectedByOracle(
  charge: OracleCharge,
  quantities: readonly string[],
  isMinimumDue: (period: number) => boolean,
): readonly OracleTotals[] {
  const expected: Line[] = [];
  for (const [period, quantity] of quantities.entries()) {
    const rated = rate(charge, quantity, isMinimumDue(period), period);
    const shapes = new Map<string, { now: Line | null; before: Line[] }>();
    for (const line of rated) shapes.set(shapeOf(line), { now: line, before: [] });
    for (const line of expected) {
      const shape = shapes.get(shapeOf(line)) ?? { now: null, before: [] };
      shape.before.push(line);
      shapes.set(shapeOf(line), shape);
    }
    for (const { now, before } of shapes.values()) {
      const had = before.reduce((sums, line) => plus(sums, line.sums), nothing);
      const hadQuantity = before.reduce((sum, line) => sum.plus(line.quantity), zero);
      const sums = plus(now?.sums ?? nothing, negated(had));
      const first = now ?? before[0];
      if (first === undefined || isNothing(sums)) continue;
      expected.push({ ...first, quantity: (now?.quantity ?? zero).minus(hadQuantity), sums });
    }
  }
  return quantities.map((_, period) =>
    printed(expected.filter((line) => line.period === period).reduce((sums, line) => plus(sums, line.sums), nothing)),
  );
}

const shapeOf = ({ component, unit }: Line): string => `${component} ${unit.toFixed()}`;

function rate(charge: OracleCharge, text: string, isMinimumDue: boolean, period: number): readonly Line[] {
  const isFlat = charge.price.type === 'flat';
  const parts = price(charge, isFlat ? zero : usage(charge, text));
  const lines: Line[] = [];
  let sum = zero;
  for (const { component, unit, quantity } of parts) {
    const amount = rounded(unit.times(quantity), charge);
    let discount = zero;
    if (charge.percentage !== null) discount = rounded(amount.times(charge.percentage).div(100), charge);
    if (charge.maximum !== null && !isFlat) {
      const net = amount.minus(discount);
      const excess = sum.plus(net).minus(rounded(new Big(charge.maximum), charge));
      if (excess.gt(0)) discount = discount.plus(Big.min(excess, net));
    }
    sum = sum.plus(amount).minus(discount);
    lines.push({ component, unit, quantity, sums: [amount, zero, discount], period });
  }
  if (charge.minimum !== null && !isFlat && isMinimumDue) {
    const missing = rounded(new Big(charge.minimum).minus(sum), charge);
    if (missing.gt(0)) {
      lines.push({ component: 'minimum', unit: missing, quantity: new Big(1), sums: [zero, missing, zero], period });
    }
  }
  return lines;
}

const rounded = (value: Decimal, { digits }: OracleCharge): Decimal => value.toDecimalPlaces(digits);

const MODES = { ceiling: Decimal.ROUND_CEIL, floor: Decimal.ROUND_FLOOR, 'half-up': Decimal.ROUND_HALF_UP } as const;

/** Below 0 is 0; converted and rounded; free units taken off. */
function usage({ conversion, freeUnits }: OracleCharge, text: string): Decimal {
  let quantity = Big.max(new Big(text), zero);
  if (conversion !== null) {
    const { operation, factor, rounding, precision } = conversion;
    const converted = operation === 'multiply' ? quantity.times(factor) : quantity.div(factor);
    quantity = converted.toDecimalPlaces(precision, MODES[rounding]);
  }
  return freeUnits === null ? quantity : Big.max(quantity.minus(freeUnits), zero);
}

type Part = Pick<Line, 'component' | 'unit' | 'quantity'>;

function price(charge: OracleCharge, quantity: Decimal): readonly Part[] {
  const { price } = charge;
  const one = new Big(1);
  switch (price.type) {
    case 'unit':
      return quantity.gt(0) ? [{ component: 'unit', unit: new Big(price.amount), quantity }] : [];
    case 'flat':
      return [{ component: 'flat', unit: new Big(price.amount), quantity: one }];
    case 'package': {
      const packages = quantity.div(price.packageSize).ceil();
      return packages.isZero() ? [] : [{ component: 'package', unit: new Big(price.amount), quantity: packages }];
    }
    case 'dynamic':
      return quantity.gt(0)
        ? [{ component: 'dynamic', unit: rounded(quantity.times(price.multiplier), charge), quantity: one }]
        : [];
    case 'tiered': {
      const parts: Part[] = [];
      let lower = zero;
      for (const [index, tier] of price.tiers.entries()) {
        const isInside = tier.upTo === null || quantity.lte(tier.upTo);
        const upper = tier.upTo === null || isInside ? quantity : new Big(tier.upTo);
        const name = price.mode === 'volume' ? 'volume' : `tier ${index + 1}`;
        const units = price.mode === 'volume' ? quantity : upper.minus(lower);
        if (price.mode === 'graduated' || isInside) {
          const isCounted = price.mode === 'graduated' || !quantity.isZero();
          if (tier.unit !== null && isCounted) {
            parts.push({ component: `${name} unit`, unit: new Big(tier.unit), quantity: units });
          }
          const flat =
            tier.flat === null ? [] : [{ component: `${name} flat`, unit: new Big(tier.flat), quantity: one }];
          if (price.mode === 'volume') parts.unshift(...flat);
          else parts.push(...flat);
        }
        if (isInside) break;
        lower = upper;
      }
      return parts;
    }
  }
}
