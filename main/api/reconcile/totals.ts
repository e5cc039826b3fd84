import { driftOf } from '../../../shared/reconciliation/drift.ts';
import { BILLING_VERDICTS, type CauseCode, VERDICTS, type Verdict } from '../../../shared/reconciliation/result.ts';
import {
  type BilledMoney,
  type DriftMoney,
  type MeterTotals,
  type MoneyText,
  noBilling,
  noVerdicts,
} from '../../../shared/reconciliation/summary.ts';
import { isStructural } from '../../../shared/reconciliation/verdict.ts';
import { add, type Decimal, formatDecimal, ZERO } from '../../../shared/values/decimal.ts';
import { formatMinorAsMajor } from '../../../shared/values/money.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { fromStored } from '../../../shared/values/quantity.ts';
import { BILLING_CODE, billedAt, type MeterBlock, measuredAt, moneyAt } from './block.ts';

const SPILL = 2 ** 52;

/** Adds integers below 2^53 in a plain number and spills into a bigint before the sum could leave it. */
class IntegerSum {
  #small = 0;
  #large = 0n;

  add(value: number): void {
    if (value > SPILL || value < -SPILL) {
      this.#large += BigInt(value);
      return;
    }
    this.#small += value;
    if (this.#small > SPILL || this.#small < -SPILL) {
      this.#large += BigInt(this.#small);
      this.#small = 0;
    }
  }

  addBig(value: bigint): void {
    this.#large += value;
  }

  get total(): bigint {
    return this.#large + BigInt(this.#small);
  }
}

/** Adds quantities of two plain integers; what does not fit is added as decimals. Null while nothing was added. */
class QuantitySum {
  #wholes = new IntegerSum();
  #fracs = new IntegerSum();
  #rest: Decimal = ZERO;
  #isEmpty = true;

  add(whole: number, frac: number): void {
    this.#isEmpty = false;
    this.#wholes.add(whole);
    if (frac !== 0) this.#fracs.add(frac);
  }

  addDecimal(value: Decimal): void {
    this.#isEmpty = false;
    this.#rest = add(this.#rest, value);
  }

  get total(): Decimal | null {
    if (this.#isEmpty) return null;
    return add(add(fromStored(this.#wholes.total, 0n), { coefficient: this.#fracs.total, scale: 12 }), this.#rest);
  }
}

/** One currency's money; a total becomes null with the first row that has none. */
class MoneySum {
  readonly measured = new IntegerSum();
  readonly metered = new IntegerSum();
  billed = 0n;
  hasMeasured = true;
  hasMetered = true;
  hasBilled = true;
  hasDifference = true;
  unbilled = 0n;
  unbilledCells = 0;
  overbilled = 0n;
  overbilledCells = 0;

  text(currency: string): MoneyText {
    const major = (minor: bigint): string => formatMinorAsMajor(minor, currency);
    return {
      currency,
      measured: this.hasMeasured ? major(this.measured.total) : null,
      metered: this.hasMetered ? major(this.metered.total) : null,
      billed: this.hasBilled ? major(this.billed) : null,
      difference: this.hasDifference ? major(this.measured.total - this.metered.total) : null,
    };
  }

  merge(other: MoneySum): void {
    this.measured.addBig(other.measured.total);
    this.metered.addBig(other.metered.total);
    this.billed += other.billed;
    this.hasMeasured &&= other.hasMeasured;
    this.hasMetered &&= other.hasMetered;
    this.hasBilled &&= other.hasBilled;
    this.hasDifference &&= other.hasDifference;
    this.unbilled += other.unbilled;
    this.unbilledCells += other.unbilledCells;
    this.overbilled += other.overbilled;
    this.overbilledCells += other.overbilledCells;
  }
}

type BilledSum = { metered: bigint; billed: bigint; cells: number };

/** A line that is missing charges nothing of what was metered. */
function addBilled(sums: Map<string, BilledSum>, block: MeterBlock, position: number): void {
  const money = moneyAt(block, position);
  if (money === null || money.meteredMinor === null) return;
  const code = block.billing[position] as number;
  const billed = money.billedMinor ?? (code === BILLING_CODE.line_missing ? 0n : null);
  if (billed === null) return;
  const sum = sums.get(money.currency) ?? { metered: 0n, billed: 0n, cells: 0 };
  sum.metered += money.meteredMinor;
  sum.billed += billed;
  if (code !== BILLING_CODE.billed_agree) sum.cells += 1;
  sums.set(money.currency, sum);
}

/** The sums over all blocks of a month. */
export class MonthTotals {
  cells = 0;
  structural = 0;
  readonly byVerdict = noVerdicts();
  readonly byBilling = noBilling();
  readonly meters: MeterTotals[] = [];
  readonly #causes = new Map<CauseCode, number>();
  readonly #money = new Map<string, MoneySum>();
  readonly #billed = new Map<string, BilledSum>();

  add(block: MeterBlock, pulled: MeterTotals['pulled']): MeterTotals {
    const { byVerdict, structural } = countVerdicts(block);
    const money = sumMoney(block);
    this.#addBilling(block);
    const quantities = sumQuantities(block);
    for (const verdict of VERDICTS) this.byVerdict[verdict] += byVerdict[verdict];
    this.cells += block.length;
    this.structural += structural;
    for (const { code } of block.causes.values()) this.#causes.set(code, (this.#causes.get(code) ?? 0) + 1);
    for (const [currency, sum] of money) {
      const total = this.#money.get(currency);
      if (total === undefined) this.#money.set(currency, sum);
      else total.merge(sum);
    }
    const { measured, metered, billed } = quantities;
    const drift = measured === null && metered === null ? null : driftOf(measured, metered);
    const totals: MeterTotals = {
      meter: block.meter.key,
      unit: block.meter.unit,
      pulled,
      cells: block.length,
      structural,
      byVerdict,
      measured: textOf(measured),
      metered: textOf(metered),
      billed: textOf(billed),
      drift:
        drift === null ? null : { absolute: formatDecimal(drift.absolute), relative: formatDecimal(drift.relative) },
      money: sortedMoney(money).map(([currency, sum]) => sum.text(currency)),
    };
    this.meters.push(totals);
    return totals;
  }

  get money(): readonly MoneyText[] {
    return sortedMoney(this.#money).map(([currency, sum]) => sum.text(currency));
  }

  get unbilled(): readonly DriftMoney[] {
    return this.#sided(({ unbilled, unbilledCells }) => [unbilled, unbilledCells]);
  }

  get overbilled(): readonly DriftMoney[] {
    return this.#sided(({ overbilled, overbilledCells }) => [overbilled, overbilledCells]);
  }

  get billedAgainstMetered(): readonly BilledMoney[] {
    return [...this.#billed]
      .sort(([a], [b]) => compareBytes(a, b))
      .map(([currency, { metered, billed, cells }]) => ({
        currency,
        metered: formatMinorAsMajor(metered, currency),
        billed: formatMinorAsMajor(billed, currency),
        difference: formatMinorAsMajor(metered - billed, currency),
        cells,
      }));
  }

  #addBilling(block: MeterBlock): void {
    const { billing } = block;
    const counts = new Float64Array(BILLING_VERDICTS.length + 1);
    for (let position = 0; position < block.length; position += 1) {
      const code = billing[position] as number;
      counts[code] = (counts[code] as number) + 1;
    }
    if (counts[0] === block.length) return;
    for (const [index, verdict] of BILLING_VERDICTS.entries()) this.byBilling[verdict] += counts[index + 1] as number;
    for (let position = 0; position < block.length; position += 1) {
      const code = billing[position] as number;
      if (code !== 0 && code !== BILLING_CODE.not_final) addBilled(this.#billed, block, position);
    }
  }

  /** Most cells first. */
  get byCause(): readonly { readonly code: CauseCode; readonly cells: number }[] {
    const counted = [...this.#causes].map(([code, cells]) => ({ code, cells }));
    return counted.sort((a, b) => b.cells - a.cells || compareBytes(a.code, b.code));
  }

  #sided(side: (sum: MoneySum) => readonly [bigint, number]): readonly DriftMoney[] {
    return sortedMoney(this.#money).flatMap(([currency, sum]) => {
      const [minor, cells] = side(sum);
      return cells === 0 ? [] : [{ currency, amount: formatMinorAsMajor(minor, currency), cells }];
    });
  }
}

const textOf = (value: Decimal | null): string | null => (value === null ? null : formatDecimal(value));

const sortedMoney = (money: ReadonlyMap<string, MoneySum>): [string, MoneySum][] =>
  [...money].sort(([a], [b]) => compareBytes(a, b));

function countVerdicts(block: MeterBlock): { byVerdict: Record<Verdict, number>; structural: number } {
  const counts = new Float64Array(VERDICTS.length);
  const { verdicts, length } = block;
  for (let position = 0; position < length; position += 1) {
    const verdict = verdicts[position] as number;
    counts[verdict] = (counts[verdict] as number) + 1;
  }
  const byVerdict = noVerdicts();
  let structural = 0;
  for (const [index, verdict] of VERDICTS.entries()) {
    const count = counts[index] as number;
    byVerdict[verdict] = count;
    if (verdict !== 'unmapped' && isStructural(verdict, null)) structural += count;
  }
  if (byVerdict.unmapped > 0) {
    const unmapped = VERDICTS.indexOf('unmapped');
    for (let position = 0; position < length; position += 1) {
      if (verdicts[position] === unmapped && isStructural('unmapped', measuredAt(block, position))) structural += 1;
    }
  }
  return { byVerdict, structural };
}

function sumQuantities(block: MeterBlock) {
  const measured = new QuantitySum();
  const metered = new QuantitySum();
  const billed = new QuantitySum();
  for (let position = 0; position < block.length; position += 1) {
    const left = block.measuredWhole[position] as number;
    if (!Number.isNaN(left)) measured.add(left, block.measuredFrac[position] as number);
    const right = block.meteredWhole[position] as number;
    if (!Number.isNaN(right)) metered.add(right, block.meteredFrac[position] as number);
  }
  for (const value of block.exactMeasured.values()) measured.addDecimal(value);
  for (const value of block.exactMetered.values()) metered.addDecimal(value);
  if (block.billed.size > 0) {
    for (let position = 0; position < block.length; position += 1) {
      const quantity = billedAt(block, position)?.quantity ?? null;
      if (quantity !== null) billed.addDecimal(quantity);
    }
  }
  return { measured: measured.total, metered: metered.total, billed: billed.total };
}

function sumMoney(block: MeterBlock): Map<string, MoneySum> {
  const sums = block.currencies.map(() => new MoneySum());
  const used = block.currencies.map(() => false);
  const isBilled = block.billed.size > 0;
  for (let position = 0; position < block.length; position += 1) {
    const code = block.currency[position] as number;
    if (code === 0) continue;
    const sum = sums[code - 1] as MoneySum;
    used[code - 1] = true;
    const left = block.measuredMinor[position] as number;
    const right = block.meteredMinor[position] as number;
    if (!isBilled) sum.hasBilled = false;
    if (left === right && !isBilled) {
      sum.measured.add(left);
      sum.metered.add(right);
    } else if (!Number.isNaN(left) && !Number.isNaN(right) && !isBilled) {
      sum.measured.add(left);
      sum.metered.add(right);
      addDifference(sum, BigInt(left) - BigInt(right));
    } else {
      addRow(sum, block, position);
    }
  }
  return new Map(
    block.currencies.flatMap((currency, index) => (used[index] ? [[currency, sums[index] as MoneySum]] : [])),
  );
}

function addRow(sum: MoneySum, block: MeterBlock, position: number): void {
  const money = moneyAt(block, position);
  if (money === null) return;
  const { measuredMinor, meteredMinor, billedMinor, differenceMinor } = money;
  if (measuredMinor === null) sum.hasMeasured = false;
  else sum.measured.addBig(measuredMinor);
  if (meteredMinor === null) sum.hasMetered = false;
  else sum.metered.addBig(meteredMinor);
  if (billedMinor === null) sum.hasBilled = false;
  else sum.billed += billedMinor;
  if (differenceMinor === null) sum.hasDifference = false;
  else addDifference(sum, differenceMinor);
}

function addDifference(sum: MoneySum, difference: bigint): void {
  if (difference > 0n) {
    sum.unbilled += difference;
    sum.unbilledCells += 1;
  } else if (difference < 0n) {
    sum.overbilled -= difference;
    sum.overbilledCells += 1;
  }
}
