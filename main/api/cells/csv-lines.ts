import { csvLine, csvText } from '../../../shared/reports/csv.ts';
import { minorDigits } from '../../../shared/values/money.ts';
import { QUANTITY_PLACES } from '../../../shared/values/quantity.ts';
import { type MeterBlock, usageIdAt, VERDICT_INDEX } from '../reconcile/block.ts';
import { type CellColumns, frameCell } from './frame.ts';

/**
 * The lines of a CSV export, by the cell's id. A cell that is equal on both sides, with nothing to explain, is written
 * straight from its columns, which nearly all of a month are; every other one through its result row. Both ways give
 * the same text.
 */
export function csvLines(frame: CellColumns, month: string): (id: number) => string {
  const plain = frame.blocks.map((block) => plainLines(block, month));
  return (id) => {
    const index = frame.blockOf[id] as number;
    const line = plain[index]?.(id - (frame.starts[index] as number)) ?? null;
    return line ?? csvLine(month, frameCell(frame, id));
  };
}

/** The line of a cell without oddities; null for every other one. */
function plainLines(block: MeterBlock, month: string): (position: number) => string | null {
  const { identity, causes, billed } = block;
  const meter = `${csvText(block.meter.key)},${csvText(block.meter.unit)}`;
  const money = block.currencies.map(moneyText);
  const verdicts = new Map([
    [VERDICT_INDEX.agree, 'agree'],
    [VERDICT_INDEX.agree_zero, 'agree_zero'],
  ]);
  // A customer's cells stand together in the published order, so its names are escaped once.
  let named = 0;
  let names = '';
  return (position) => {
    const key = block.customerKeys[position] as number;
    const verdict = verdicts.get(block.verdicts[position] as number);
    if (verdict === undefined || key === 0 || causes.has(position) || billed.has(key)) return null;
    const whole = block.measuredWhole[position] as number;
    const frac = block.measuredFrac[position] as number;
    // An absent side is NaN, which equals nothing.
    if (whole !== block.meteredWhole[position] || frac !== block.meteredFrac[position] || whole < 0) return null;
    let amounts = ',,,,';
    const code = block.currency[position] as number;
    if (code > 0) {
      const minor = block.measuredMinor[position] as number;
      if (minor !== block.meteredMinor[position] || minor < 0) return null;
      amounts = (money[code - 1] as (minor: number) => string)(minor);
    }
    if (key !== named) {
      named = key;
      names = `${csvText(identity.customerIds[key] ?? null)},${csvText(usageIdAt(block, position))},${csvText(identity.names[key] ?? null)}`;
    }
    const quantity = quantityText(whole, frac);
    return `${month},${names},${meter},${quantity},${quantity},,0,0,${verdict},,${amounts},`;
  };
}

/** Plain notation of whole + frac · 10^-12, both ≥ 0. */
const quantityText = (whole: number, frac: number): string =>
  frac === 0 ? `${whole}` : `${whole}.${`${frac}`.padStart(QUANTITY_PLACES, '0').replace(/0+$/, '')}`;

/** Currency, both amounts, no billed amount, no difference; a plain integer of minor units ≥ 0. */
function moneyText(currency: string): (minor: number) => string {
  const digits = minorDigits(currency);
  if (digits === 0) return (minor) => `${currency},${minor},${minor},,0`;
  const none = `0.${'0'.repeat(digits)}`;
  return (minor) => {
    const text = `${minor}`.padStart(digits + 1, '0');
    const amount = `${text.slice(0, -digits)}.${text.slice(-digits)}`;
    return `${currency},${amount},${amount},,${none}`;
  };
}
