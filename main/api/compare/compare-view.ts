import type {
  FluxDetail,
  FluxKey,
  FluxListRequest,
  FluxRowView,
  FluxSummaryRequest,
  FluxSummaryView,
  FluxWindow,
} from '../../../shared/contract/compare-schemas.ts';
import { TieoutError } from '../../../shared/errors.ts';
import { rateQuantity } from '../../../shared/rating/rate.ts';
import type { FluxLacking, FluxRow, FluxTotal } from '../../../shared/reconciliation/flux/comparison.ts';
import { amountOf, type FluxSide } from '../../../shared/reconciliation/flux/split-change.ts';
import { explainChange } from '../../../shared/reports/change-words.ts';
import { fluxRowJson, fluxTotalJson } from '../../../shared/reports/comparison.ts';
import { formatDecimal, isNegative, parseDecimal } from '../../../shared/values/decimal.ts';
import { formatInstant } from '../../../shared/values/instant.ts';
import { formatMinorAsMajor } from '../../../shared/values/money.ts';
import { priceLine } from '../cells/detail.ts';
import type { Comparison } from './compare-months.ts';
import { cellSides } from './compare-months.ts';
import { orderFlux } from './flux-order.ts';
import { fluxRow, type MaterialitySettings, materialityOf, orderRows, totalsOf } from './flux-rows.ts';
import type { MonthSides } from './month-sides.ts';

/** A comparison with the orders made of it. */
export type OpenComparison = {
  readonly comparison: Comparison;
  /** All rows in the published order. */
  readonly published: Int32Array;
  readonly orders: Map<string, Ordered>;
};

type Ordered = { readonly ids: Int32Array; readonly totals: readonly FluxTotal[] };

export const openComparison = (comparison: Comparison): OpenComparison => ({
  comparison,
  published: orderRows(comparison),
  orders: new Map(),
});

const SHOWN_MOVERS = 5;
const SHOWN_LACKING = 100;
const MAX_ORDERS = 8;

/** What was asked for, or what tieout.yaml says. */
export const materialityOr = (
  given: FluxSummaryRequest['materiality'],
  defaults: MaterialitySettings,
): MaterialitySettings =>
  given === undefined
    ? defaults
    : { minAmount: parseDecimal(given.minAmount), minRelative: parseDecimal(given.minRelative) };

const settingsText = ({ minAmount, minRelative }: MaterialitySettings) => ({
  minAmount: formatDecimal(minAmount),
  minRelative: formatDecimal(minRelative),
});

/** Totals, who moved most, and what is not known. */
export function fluxSummary(
  open: OpenComparison,
  request: Pick<FluxSummaryRequest, 'materiality'>,
  defaults: MaterialitySettings,
): FluxSummaryView {
  const { comparison, published } = open;
  const { summary, meters } = comparison;
  const materiality = materialityOr(request.materiality, defaults);
  const isMaterial = materialityOf(comparison, materiality);
  const movers = moversOf(open, isMaterial);
  const emptyMonths = [summary.from, summary.to].filter((month) =>
    meters.every(({ key }) => summary.notPulled.some((each) => each.month === month && each.meter === key)),
  );
  return {
    from: summary.from,
    to: summary.to,
    basis: summary.basis,
    isBasisGiven: summary.isBasisGiven,
    asOf: summary.asOf,
    materiality: settingsText(materiality),
    defaults: settingsText(defaults),
    totals: totalsOf(comparison, published, isMaterial).map((total) => ({
      ...fluxTotalJson(total),
      movers: movers.get(total.currency) ?? [],
    })),
    emptyMonths: [...new Set(emptyMonths)],
    notPulled: [...summary.notPulled],
    lacking: {
      cells: summary.lacking.cells,
      byReason: summary.lacking.byReason.map((each) => ({ ...each })),
      first: firstOf(comparison.lacking(), SHOWN_LACKING),
    },
  };
}

function moversOf({ comparison, published }: OpenComparison, isMaterial: (id: number) => boolean) {
  const movers = new Map<string, FluxRowView[]>();
  for (const id of published) {
    const currency = comparison.table.currency(id);
    const own = movers.get(currency) ?? [];
    movers.set(currency, own);
    if (own.length < SHOWN_MOVERS && comparison.table.changeMinor(id) !== 0n) {
      own.push(rowView(fluxRow(comparison, id, isMaterial(id))));
    }
  }
  return movers;
}

function firstOf(all: Iterable<FluxLacking>, count: number): FluxLacking[] {
  const first: FluxLacking[] = [];
  for (const each of all) {
    if (first.length === count) break;
    first.push(each);
  }
  return first;
}

const rowView = (row: FluxRow): FluxRowView => fluxRowJson(row);

/** A window of the filtered and sorted rows, with the sums of all that passed. */
export function fluxWindow(open: OpenComparison, request: FluxListRequest, defaults: MaterialitySettings): FluxWindow {
  const { comparison, published, orders } = open;
  const materiality = materialityOr(request.materiality, defaults);
  const isMaterial = materialityOf(comparison, materiality);
  const key = JSON.stringify([request.filter, request.sort, settingsText(materiality)]);
  const ordered = orders.get(key) ?? makeOrder(open, request, isMaterial);
  orders.delete(key);
  orders.set(key, ordered);
  for (const oldest of orders.keys()) {
    if (orders.size <= MAX_ORDERS) break;
    orders.delete(oldest);
  }
  const { offset, limit } = request;
  return {
    total: ordered.ids.length,
    all: published.length,
    offset,
    rows: Array.from(ordered.ids.subarray(offset, offset + limit), (id) =>
      rowView(fluxRow(comparison, id, isMaterial(id))),
    ),
    totals: ordered.totals.map(fluxTotalJson),
  };
}

function makeOrder(
  { comparison, published }: OpenComparison,
  { filter, sort }: FluxListRequest,
  isMaterial: (id: number) => boolean,
): Ordered {
  const ids = orderFlux(comparison, published, { filter, sort, isMaterial });
  return { ids, totals: totalsOf(comparison, ids, isMaterial) };
}

/**
 * One row with both of its months, and how each part came about.
 * @throws TieoutError `host.not_found`
 */
export function fluxDetail(
  { comparison }: OpenComparison,
  key: FluxKey,
  of: { readonly defaults: MaterialitySettings; readonly rating: Parameters<typeof rateQuantity>[2] },
): FluxDetail {
  const { table, meters, identity, summary } = comparison;
  const customerKey = identity?.customerIds.indexOf(key.customer) ?? -1;
  const meter = meters.findIndex((each) => each.key === key.meter);
  for (let id = 0; id < table.length; id += 1) {
    if (table.customerKey(id) !== customerKey || table.meter(id) !== meter || table.currency(id) !== key.currency)
      continue;
    const row = fluxRow(comparison, id, materialityOf(comparison, of.defaults)(id));
    const sides = cellSides(comparison, { meter: key.meter, customerKey, currency: key.currency });
    const view = (month: MonthSides, side: FluxSide | null) =>
      side === null ? null : sideView(month, side, { ...key, customerKey, rating: of.rating });
    return {
      from: summary.from,
      to: summary.to,
      basis: summary.basis,
      row: rowView(row),
      sides: { from: view(comparison.from, sides.from), to: view(comparison.to, sides.to) },
      explained: explainChange(sides, row.parts, {
        from: monthName(summary.from),
        to: monthName(summary.to),
        unit: row.unit,
        currency: row.currency,
      }).map(({ part, amount, text }) => ({ part, amount: formatMinorAsMajor(amount, row.currency), text })),
    };
  }
  throw new TieoutError('host.not_found', {
    message: `${key.customer} has no amount on ${key.meter} in ${key.currency.toUpperCase()} to compare.`,
    remedy: 'It may have gone with the last pull; go back to the comparison.',
  });
}

const MONTH_NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `Apr 2026`, as people read it. */
const monthName = (month: string): string => `${MONTH_NAMES[Number(month.slice(5, 7)) - 1] ?? ''} ${month.slice(0, 4)}`;

function sideView(
  month: MonthSides,
  side: FluxSide,
  of: {
    readonly customerKey: number;
    readonly meter: string;
    readonly currency: string;
    readonly rating: Parameters<typeof rateQuantity>[2];
  },
): NonNullable<FluxDetail['sides']['from']> {
  const meter = month.meters.get(of.meter);
  const major = (minor: bigint): string => formatMinorAsMajor(minor, of.currency);
  const prices = side.rate === null ? [] : (meter?.pricesOf(of.customerKey, of.currency) ?? []);
  return {
    quantity: formatDecimal(side.quantity),
    gross: major(side.grossMinor),
    credits: major(side.creditMinor),
    corrections: major(side.correctionMinor),
    amount: major(amountOf(side)),
    lines: isNegative(side.quantity)
      ? []
      : prices.flatMap(({ shape }) =>
          rateQuantity(shape, side.quantity, of.rating).lines.map((line) => priceLine(shape.id, line, of.currency)),
        ),
    booked: (meter?.correctionsOf(of.customerKey, of.currency) ?? []).map(({ minor, servicePeriod }) => ({
      amount: major(minor),
      servicePeriod: { from: formatInstant(servicePeriod.from), to: formatInstant(servicePeriod.to) },
    })),
  };
}
