import type { Verdict } from '../reconciliation/result.ts';
import { noVerdicts } from '../reconciliation/summary.ts';
import { add, type Decimal, ZERO } from '../values/decimal.ts';
import { compareBytes } from '../values/order.ts';
import type { ExportRow } from './export-row.ts';

/** Sums of what cells hold; a side that a cell does not have adds nothing. Minor units. */
export type MoneySums = {
  cells: number;
  measuredMinor: bigint;
  meteredMinor: bigint;
  billedMinor: bigint;
  /** measured − metered of the cells that have both. */
  differenceMinor: bigint;
};

export type MeterSums = {
  readonly meter: string;
  readonly unit: string;
  cells: number;
  structural: number;
  measured: Decimal;
  metered: Decimal;
  billed: Decimal;
  drift: Decimal;
  readonly money: Map<string, MoneySums>;
};

/** Exact totals of the rows that a report holds, taken as they pass. */
export class ExportTally {
  cells = 0;
  structural = 0;
  readonly byVerdict: Record<Verdict, number> = noVerdicts();
  readonly #meters = new Map<string, MeterSums>();
  readonly #money = new Map<string, MoneySums>();

  add(row: ExportRow): void {
    this.cells += 1;
    if (row.isStructural) this.structural += 1;
    this.byVerdict[row.verdict] += 1;
    const meter = this.#meterOf(row);
    meter.cells += 1;
    if (row.isStructural) meter.structural += 1;
    if (row.measured !== null) meter.measured = add(meter.measured, row.measured);
    if (row.metered !== null) meter.metered = add(meter.metered, row.metered);
    if (row.billed !== null) meter.billed = add(meter.billed, row.billed);
    if (row.drift !== null) meter.drift = add(meter.drift, row.drift.absolute);
    if (row.money === null) return;
    addMoney(sumsOf(this.#money, row.money.currency), row.money);
    addMoney(sumsOf(meter.money, row.money.currency), row.money);
  }

  /** By key, in byte order. */
  get meters(): readonly MeterSums[] {
    return [...this.#meters.values()].sort((a, b) => compareBytes(a.meter, b.meter));
  }

  /** By currency, in byte order. */
  get money(): readonly (readonly [currency: string, sums: MoneySums])[] {
    return byCurrency(this.#money);
  }

  #meterOf({ meter, unit }: ExportRow): MeterSums {
    let sums = this.#meters.get(meter);
    if (sums === undefined) {
      const nothing = { cells: 0, structural: 0, measured: ZERO, metered: ZERO, billed: ZERO, drift: ZERO };
      sums = { meter, unit, ...nothing, money: new Map() };
      this.#meters.set(meter, sums);
    }
    return sums;
  }
}

export const byCurrency = (sums: ReadonlyMap<string, MoneySums>): readonly (readonly [string, MoneySums])[] =>
  [...sums].sort(([a], [b]) => compareBytes(a, b));

function sumsOf(all: Map<string, MoneySums>, currency: string): MoneySums {
  let sums = all.get(currency);
  if (sums === undefined) {
    sums = { cells: 0, measuredMinor: 0n, meteredMinor: 0n, billedMinor: 0n, differenceMinor: 0n };
    all.set(currency, sums);
  }
  return sums;
}

function addMoney(sums: MoneySums, money: NonNullable<ExportRow['money']>): void {
  sums.cells += 1;
  if (money.measuredMinor !== null) sums.measuredMinor += money.measuredMinor;
  if (money.meteredMinor !== null) sums.meteredMinor += money.meteredMinor;
  if (money.billedMinor !== null) sums.billedMinor += money.billedMinor;
  if (money.differenceMinor !== null) sums.differenceMinor += money.differenceMinor;
}
