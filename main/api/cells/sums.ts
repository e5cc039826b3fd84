import type { MoneyRow } from '../../../shared/contract/schemas.ts';
import { formatMinorAsMajor } from '../../../shared/values/money.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { billedAt, type MeterBlock, moneyAt } from '../reconcile/block.ts';
import type { MonthFrame } from './frame.ts';

/** Money of the cells that pass, by currency in byte order. */
export function sumMoney(frame: MonthFrame, passed: Uint8Array | null): readonly MoneyRow[] {
  if (passed === null) return frame.summary.money;
  const sums = new Map<string, Sums>();
  for (const [index, block] of frame.blocks.entries()) {
    const start = frame.starts[index] as number;
    addBlock(block, passed.subarray(start, start + block.length), sums);
  }
  return [...sums]
    .filter(([, { cells }]) => cells > 0)
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([currency, { measured, metered, billed, difference }]) => ({
      currency,
      measured: measured.text(currency),
      metered: metered.text(currency),
      billed: billed.text(currency),
      difference: difference.text(currency),
    }));
}

type Sums = {
  cells: number;
  readonly measured: MinorSum;
  readonly metered: MinorSum;
  readonly billed: MinorSum;
  readonly difference: MinorSum;
};

function addBlock(block: MeterBlock, passed: Uint8Array, sums: Map<string, Sums>): void {
  const { measuredMinor, meteredMinor, currency: codes, billed } = block;
  const ofCode = [null, ...block.currencies.map((currency) => sumsOf(sums, currency))];
  for (let position = 0; position < passed.length; position += 1) {
    if (passed[position] === 0) continue;
    const sum = ofCode[codes[position] as number] ?? null;
    if (sum === null) continue;
    sum.cells += 1;
    const measured = measuredMinor[position] as number;
    const metered = meteredMinor[position] as number;
    if (Number.isNaN(measured) || Number.isNaN(metered)) {
      addExactly(block, position, sum);
      continue;
    }
    sum.measured.add(measured);
    sum.metered.add(metered);
    sum.difference.add(measured - metered);
    if (!sum.billed.isKnown) continue;
    const line = billed.size === 0 ? null : billedAt(block, position);
    if (line === null || line.currency !== block.currencies[(codes[position] as number) - 1]) sum.billed.forget();
    else sum.billed.addExactly(line.minor);
  }
}

function sumsOf(sums: Map<string, Sums>, currency: string): Sums {
  const known = sums.get(currency);
  if (known !== undefined) return known;
  const made: Sums = {
    cells: 0,
    measured: new MinorSum(),
    metered: new MinorSum(),
    billed: new MinorSum(),
    difference: new MinorSum(),
  };
  sums.set(currency, made);
  return made;
}

function addExactly(block: MeterBlock, position: number, sum: Sums): void {
  const money = moneyAt(block, position);
  sum.measured.addExactly(money?.measuredMinor ?? null);
  sum.metered.addExactly(money?.meteredMinor ?? null);
  sum.billed.addExactly(money?.billedMinor ?? null);
  sum.difference.addExactly(money?.differenceMinor ?? null);
}

/** Minor units, in a plain number as long as it holds every digit; unknown as soon as one part is. */
class MinorSum {
  #plain = 0;
  #rest = 0n;
  isKnown = true;

  add(value: number): void {
    const sum = this.#plain + value;
    if (Number.isSafeInteger(sum) && Number.isSafeInteger(value)) this.#plain = sum;
    else {
      this.#rest += BigInt(this.#plain) + BigInt(value);
      this.#plain = 0;
    }
  }

  addExactly(value: bigint | null): void {
    if (value === null) this.forget();
    else this.#rest += value;
  }

  forget(): void {
    this.isKnown = false;
  }

  text(currency: string): string | null {
    return this.isKnown ? formatMinorAsMajor(this.#rest + BigInt(this.#plain), currency) : null;
  }
}
