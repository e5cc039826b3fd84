import {
  type FluxRow,
  type FluxSum,
  type FluxTotal,
  FluxTotals,
} from '../../../shared/reconciliation/flux/comparison.ts';
import {
  type FluxParts,
  isMaterial,
  type Materiality,
  PARTS,
} from '../../../shared/reconciliation/flux/split-change.ts';
import { type Decimal, powerOfTen } from '../../../shared/values/decimal.ts';
import { minorDigits } from '../../../shared/values/money.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { divideInteger } from '../../../shared/values/rounding.ts';
import { ranksOf } from '../cells/frame.ts';
import type { MinorColumn } from '../invoices/minor-column.ts';
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
  const thresholds = table.currencies.map((currency) => {
    const own = materialityIn(settings, currency);
    // Most changes are far below it, which plain numbers tell, however they round.
    return { ...own, surely: Number(own.absoluteMinor) * (1 - 1e-9) - 1 };
  });
  return (id: number): boolean => {
    const threshold = thresholds[table.currencyAt(id)];
    if (threshold === undefined || table.isBelow(id, threshold.surely)) return false;
    return isMaterial(table.changeMinor(id), table.fromMinor(id), threshold);
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

/** Sums of rows. Plain numbers are added up as long as they hold every digit. */
export function totalsOf(
  { table, meters }: Pick<Comparison, 'table' | 'meters'>,
  ids: Iterable<number>,
  isMaterialRow: (id: number) => boolean,
): readonly FluxTotal[] {
  const columns = table.summed;
  const sums = new Map<number, Sums>();
  for (const id of ids) {
    const key = table.currencyAt(id) * meters.length + table.meter(id);
    let sum = sums.get(key);
    if (sum === undefined) {
      sum = new Sums(columns.length);
      sums.set(key, sum);
    }
    sum.rows += 1;
    if (isMaterialRow(id)) sum.material += 1;
    for (let column = 0; column < columns.length; column += 1) sum.add(column, columns[column] as MinorColumn, id);
  }
  const totals = new FluxTotals(meters);
  for (const [key, sum] of sums) {
    const currency = table.currencies[Math.floor(key / meters.length)] ?? '';
    totals.add({ currency, meter: meters[key % meters.length]?.key ?? '', ...sum.sum });
  }
  return totals.totals;
}

const FLUSH_AT = 2 ** 52;

/** Sums of columns; what plain numbers cannot hold goes to the big ones. */
class Sums {
  rows = 0;
  material = 0;
  readonly #plain: Float64Array;
  readonly #big: bigint[];

  constructor(columns: number) {
    this.#plain = new Float64Array(columns);
    this.#big = new Array<bigint>(columns).fill(0n);
  }

  add(column: number, values: MinorColumn, id: number): void {
    const value = values.near(id);
    if (Math.abs(value) >= FLUSH_AT) {
      this.#big[column] = (this.#big[column] as bigint) + values.at(id);
      return;
    }
    const sum = (this.#plain[column] as number) + value;
    if (Math.abs(sum) < FLUSH_AT) {
      this.#plain[column] = sum;
      return;
    }
    this.#big[column] = (this.#big[column] as bigint) + BigInt(sum);
    this.#plain[column] = 0;
  }

  get sum(): FluxSum {
    const [fromMinor = 0n, toMinor = 0n, ...parts] = this.#big.map(
      (big, column) => big + BigInt(this.#plain[column] as number),
    );
    return {
      rows: this.rows,
      material: this.material,
      fromMinor,
      toMinor,
      parts: Object.fromEntries(PARTS.map((part, index) => [part, parts[index] ?? 0n])) as FluxParts,
    };
  }
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
  const size = Float64Array.from(ids, (id) => Math.abs(table.nearChange(id)));
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
