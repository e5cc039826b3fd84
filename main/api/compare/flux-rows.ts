import { type FluxRow, type FluxTotal, FluxTotals } from '../../../shared/reconciliation/flux/comparison.ts';
import { isMaterial, type Materiality } from '../../../shared/reconciliation/flux/split-change.ts';
import { type Decimal, powerOfTen } from '../../../shared/values/decimal.ts';
import { minorDigits } from '../../../shared/values/money.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { divideInteger } from '../../../shared/values/rounding.ts';
import { ranksOf } from '../cells/frame.ts';
import { type Comparison, cellSides } from './compare-months.ts';

/** From when on a change is worth a look: an amount in major units of whichever currency, and a share of the first month. */
export type MaterialitySettings = { readonly minAmount: Decimal; readonly minRelative: Decimal };

/** The thresholds in one currency; an amount between two minor units asks for the larger one. */
export const materialityIn = (settings: MaterialitySettings, currency: string): Materiality => {
  const { coefficient, scale } = settings.minAmount;
  const digits = minorDigits(currency);
  const absoluteMinor =
    scale <= digits
      ? coefficient * powerOfTen(digits - scale)
      : divideInteger(coefficient, powerOfTen(scale - digits), 'ceiling');
  return { absoluteMinor, relative: settings.minRelative };
};

/** Whether a row is material, by id. */
export function materialityOf({ table }: Pick<Comparison, 'table'>, settings: MaterialitySettings) {
  const thresholds = new Map(table.currencies.map((currency) => [currency, materialityIn(settings, currency)]));
  return (id: number): boolean => {
    const threshold = thresholds.get(table.currency(id));
    return threshold !== undefined && isMaterial(table.changeMinor(id), table.fromMinor(id), threshold);
  };
}

/** One row; its quantities are looked up in the months. */
export function fluxRow(comparison: Comparison, id: number, isMaterialRow: boolean): FluxRow {
  const { table, meters, identity } = comparison;
  const customerKey = table.customerKey(id);
  const meter = meters[table.meter(id)];
  const currency = table.currency(id);
  const sides = cellSides(comparison, { meter: meter?.key ?? '', customerKey, currency });
  return {
    customer: identity?.customerIds[customerKey] ?? '',
    name: identity?.names[customerKey] ?? null,
    meter: meter?.key ?? '',
    unit: meter?.unit ?? '',
    currency,
    quantity: { from: sides.from?.quantity ?? null, to: sides.to?.quantity ?? null },
    fromMinor: table.fromMinor(id),
    toMinor: table.toMinor(id),
    parts: table.parts(id),
    isMaterial: isMaterialRow,
  };
}

/** Sums of rows. */
export function totalsOf(
  { table, meters }: Pick<Comparison, 'table' | 'meters'>,
  ids: Iterable<number>,
  isMaterialRow: (id: number) => boolean,
): readonly FluxTotal[] {
  const sums = new FluxTotals(meters);
  for (const id of ids) {
    sums.add({
      currency: table.currency(id),
      meter: meters[table.meter(id)]?.key ?? '',
      fromMinor: table.fromMinor(id),
      toMinor: table.toMinor(id),
      parts: table.parts(id),
      isMaterial: isMaterialRow(id),
    });
  }
  return sums.totals;
}

/**
 * Ids in the published order: currency by currency in byte order, the largest |change| first, then customer and meter
 * in byte order.
 */
export function orderRows({ table, meters, identity }: Comparison): Int32Array {
  const ids = Int32Array.from({ length: table.length }, (_, id) => id);
  const ranks = identity === null ? new Int32Array(0) : ranksOf(identity.customerIds);
  const meterRanks = placesOf(meters.map(({ key }) => key));
  const currencyRanks = new Map(table.currencies.toSorted(compareBytes).map((currency, rank) => [currency, rank]));
  const currency = Int32Array.from(ids, (id) => currencyRanks.get(table.currency(id)) ?? 0);
  const size = Float64Array.from(ids, (id) => Math.abs(Number(table.changeMinor(id))));
  return ids.sort(
    (a, b) =>
      (currency[a] as number) - (currency[b] as number) ||
      (size[b] as number) - (size[a] as number) ||
      (ranks[table.customerKey(a)] as number) - (ranks[table.customerKey(b)] as number) ||
      (meterRanks[table.meter(a)] as number) - (meterRanks[table.meter(b)] as number),
  );
}

/** The place of each text in byte order. */
export function placesOf(texts: readonly string[]): readonly number[] {
  const sorted = [...new Set(texts)].sort(compareBytes);
  const places = new Map(sorted.map((text, place) => [text, place]));
  return texts.map((text) => places.get(text) ?? 0);
}
