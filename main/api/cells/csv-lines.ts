import { CSV_COLUMNS, csvLine, csvText } from '../../../shared/reports/csv.ts';
import { minorDigits } from '../../../shared/values/money.ts';
import { type MeterBlock, usageIdAt, VERDICT_INDEX } from '../reconcile/block.ts';
import { type CsvBytes, encode } from './csv-bytes.ts';
import { type CellColumns, frameCell } from './frame.ts';

export const csvHead = (): string => `${CSV_COLUMNS.join(',')}\r\n`;

/**
 * Writes the line of a CSV export, by the cell's id. A cell that is equal on both sides, with nothing to explain, is
 * written straight from its columns, which nearly all of a month are; every other one through its result row. Both ways
 * give the same text.
 * @param notes what people wrote, by the cell's id
 */
export function csvLines(
  frame: CellColumns,
  month: string,
  out: CsvBytes,
  notes: ReadonlyMap<number, string> = NO_NOTES,
): (id: number) => void {
  const names = namesWriter(month, out);
  const plain = frame.blocks.map((block) => plainLines(block, names, out));
  const { blockOf, starts } = frame;
  return (id) => {
    const note = notes.size === 0 ? undefined : notes.get(id);
    const index = blockOf[id] as number;
    if (note !== undefined || plain[index]?.(id - (starts[index] as number)) !== true)
      out.text(`${csvLine(month, frameCell(frame, id), note)}\r\n`);
  };
}

const NO_NOTES: ReadonlyMap<number, string> = new Map();

type WriteNames = (block: MeterBlock, position: number) => void;

/** The month and who it is. A customer's cells stand together in the published order, so its names are escaped once. */
function namesWriter(month: string, out: CsvBytes): WriteNames {
  let named = 0;
  let names = encode('');
  return (block, position) => {
    const key = block.customerKeys[position] as number;
    if (key !== named) {
      named = key;
      const { customerIds, names: called } = block.identity;
      names = encode(
        `${month},${csvText(customerIds[key] ?? null)},${csvText(usageIdAt(block, position))},${csvText(called[key] ?? null)}`,
      );
    }
    out.piece(names);
  };
}

/** Writes the line of a cell without oddities. @returns whether it was one; nothing is written otherwise */
function plainLines(block: MeterBlock, writeNames: WriteNames, out: CsvBytes): (position: number) => boolean {
  const { causes, billed, verdicts, customerKeys, currency } = block;
  const { measuredWhole, measuredFrac, meteredWhole, meteredFrac, measuredMinor, meteredMinor } = block;
  const { agree, agree_zero: zero } = VERDICT_INDEX;
  const meter = encode(`,${csvText(block.meter.key)},${csvText(block.meter.unit)},`);
  const agreeText = encode(',,0,0,agree,,');
  const zeroText = encode(',,0,0,agree_zero,,');
  const moneyless = encode(',,,,,\r\n');
  const money = block.currencies.map((code) => {
    const digits = minorDigits(code);
    const nothing = digits === 0 ? '0' : `0.${'0'.repeat(digits)}`;
    return { digits, name: encode(`${code},`), end: encode(`,,${nothing},\r\n`) };
  });
  const hasCauses = causes.size > 0;
  const hasBilled = billed.size > 0;
  return (position) => {
    const key = customerKeys[position] as number;
    const verdict = verdicts[position];
    if ((verdict !== agree && verdict !== zero) || key === 0) return false;
    if ((hasCauses && causes.has(position)) || (hasBilled && billed.has(key))) return false;
    const whole = measuredWhole[position] as number;
    const frac = measuredFrac[position] as number;
    // An absent side is NaN, which equals nothing.
    if (whole !== meteredWhole[position] || frac !== meteredFrac[position] || whole < 0) return false;
    const code = currency[position] as number;
    const minor = measuredMinor[position] as number;
    if (code > 0 && (minor !== meteredMinor[position] || minor < 0)) return false;
    writeNames(block, position);
    out.piece(meter);
    out.quantity(whole, frac);
    out.piece(COMMA);
    out.quantity(whole, frac);
    out.piece(verdict === agree ? agreeText : zeroText);
    const terms = money[code - 1];
    if (terms === undefined) {
      out.piece(moneyless);
      return true;
    }
    out.piece(terms.name);
    out.amount(minor, terms.digits);
    out.piece(COMMA);
    out.amount(minor, terms.digits);
    out.piece(terms.end);
    return true;
  };
}

const COMMA = encode(',');
