import type { CellsFilter } from '../../../shared/contract/schemas.ts';
import { VERDICTS } from '../../../shared/reconciliation/result.ts';
import { isStructural } from '../../../shared/reconciliation/verdict.ts';
import {
  absolute,
  compare,
  type Decimal,
  decimal,
  multiply,
  parseDecimal,
  round,
} from '../../../shared/values/decimal.ts';
import { minorDigits } from '../../../shared/values/money.ts';
import { BILLING_CODE, type MeterBlock, measuredAt, moneyAt, VERDICT_INDEX } from '../reconcile/block.ts';
import { type Identity, usageKeysOf } from '../reconcile/identity.ts';
import type { CellColumns } from './frame.ts';

/**
 * 1 for the cells that pass, by id; null where nothing is asked for and all do. Goes over the columns one condition at a
 * time: a million cells take a few milliseconds.
 */
export function passing(frame: CellColumns, filter: CellsFilter): Uint8Array | null {
  const isEverything = Object.values(filter).every((value) => value === undefined || value === '' || value === false);
  if (isEverything) return null;
  const identity = frame.blocks[0]?.identity;
  const search = filter.search ?? '';
  const matches = search.trim() === '' || identity === undefined ? null : searchMatches(identity, search);
  const passed = new Uint8Array(frame.length);
  for (const [index, block] of frame.blocks.entries()) {
    if (filter.meters !== undefined && !filter.meters.includes(block.meter.key)) continue;
    const start = frame.starts[index] as number;
    narrow(passed.subarray(start, start + block.length).fill(1), block, filter, matches);
  }
  return passed;
}

function narrow(passed: Uint8Array, block: MeterBlock, filter: CellsFilter, matches: SearchMatches | null): void {
  const { verdicts, structuralOnly, causes, incident, billing, currency, minDifference } = filter;
  if (verdicts !== undefined) keep(passed, block.verdicts, tableOf(verdicts.map((verdict) => VERDICT_INDEX[verdict])));
  if (structuralOnly === true) keepStructural(passed, block);
  if (causes !== undefined) {
    const wanted = new Set<string>(causes);
    keepPositions(passed, block.causes, ({ code }) => wanted.has(code));
  }
  if (incident !== undefined) keepPositions(passed, block.incidents, (id) => id === incident);
  if (billing !== undefined) keep(passed, block.billing, tableOf(billing.map((verdict) => BILLING_CODE[verdict])));
  if (currency !== undefined) {
    const code = block.currencies.indexOf(currency) + 1;
    if (code === 0) passed.fill(0);
    else keep(passed, block.currency, tableOf([code]));
  }
  if (minDifference !== undefined) keepDifferences(passed, block, absolute(parseDecimal(minDifference)));
  if (matches !== null) keepMatches(passed, block, matches);
}

/** 1 at the codes that are wanted, of all that a byte can say. */
function tableOf(codes: readonly number[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const code of codes) table[code] = 1;
  return table;
}

function keep(passed: Uint8Array, codes: Uint8Array, wanted: Uint8Array): void {
  for (let position = 0; position < passed.length; position += 1) {
    passed[position] = (passed[position] as number) & (wanted[codes[position] as number] as number);
  }
}

function keepPositions<T>(passed: Uint8Array, known: ReadonlyMap<number, T>, isWanted: (value: T) => boolean): void {
  const wanted = new Uint8Array(passed.length);
  for (const [position, value] of known) if (isWanted(value)) wanted[position] = 1;
  keep(passed, wanted, IDENTITY);
}

const IDENTITY = tableOf([1]);
const UNMAPPED = VERDICT_INDEX.unmapped;
const MAY_BE_STRUCTURAL = tableOf(
  VERDICTS.flatMap((verdict, code) => (verdict === 'unmapped' || isStructural(verdict, null) ? [code] : [])),
);

/** Usage that is nobody's counts where there is any. */
function keepStructural(passed: Uint8Array, block: MeterBlock): void {
  keep(passed, block.verdicts, MAY_BE_STRUCTURAL);
  for (let position = 0; position < passed.length; position += 1) {
    if (passed[position] === 0 || block.verdicts[position] !== UNMAPPED) continue;
    if (!isStructural('unmapped', measuredAt(block, position))) passed[position] = 0;
  }
}

function keepDifferences(passed: Uint8Array, block: MeterBlock, least: Decimal): void {
  const { measuredMinor, meteredMinor, currency } = block;
  const leastMinor = [Number.NaN, ...block.currencies.map((code) => leastPlain(least, code))];
  for (let position = 0; position < passed.length; position += 1) {
    if (passed[position] === 0) continue;
    const difference = Math.abs((measuredMinor[position] as number) - (meteredMinor[position] as number));
    const bound = leastMinor[currency[position] as number] as number;
    const passes =
      Number.isSafeInteger(difference) && !Number.isNaN(bound)
        ? difference >= bound
        : differsBy(block, position, least);
    if (!passes) passed[position] = 0;
  }
}

/** The smallest difference that passes, in minor units, where a plain number holds it; else NaN. */
function leastPlain(least: Decimal, currency: string): number {
  const exact = multiply(least, decimal(10n ** BigInt(minorDigits(currency))));
  const minor = round(exact, 0, 'up');
  const plain = Number(minor.coefficient);
  return Number.isSafeInteger(plain) ? plain : Number.NaN;
}

function differsBy(block: MeterBlock, position: number, least: Decimal): boolean {
  const money = moneyAt(block, position);
  if (money === null || money.differenceMinor === null) return false;
  return compare(absolute({ coefficient: money.differenceMinor, scale: minorDigits(money.currency) }), least) >= 0;
}

function keepMatches(passed: Uint8Array, { customerKeys, usageKeys }: MeterBlock, matches: SearchMatches): void {
  for (let position = 0; position < passed.length; position += 1) {
    const customer = customerKeys[position] as number;
    const found = customer === 0 ? matches.usage[usageKeys[position] as number] : matches.customers[customer];
    if (found !== 1) passed[position] = 0;
  }
}

/** 1 for the keys whose name, id or usage id holds the search text. */
export type SearchMatches = { readonly customers: Uint8Array; readonly usage: Uint8Array };

/** Looks through names and ids once, not once a cell; upper and lower case alike. */
export function searchMatches(identity: Identity, search: string): SearchMatches {
  const text = search.trim().toLowerCase();
  const holds = (value: string | null | undefined): boolean => value?.toLowerCase().includes(text) === true;
  const usage = new Uint8Array(identity.usageIds.length);
  for (const [key, id] of identity.usageIds.entries()) if (holds(id)) usage[key] = 1;
  const customers = new Uint8Array(identity.customerIds.length);
  for (const [key, id] of identity.customerIds.entries()) {
    const isFound =
      id !== undefined &&
      (holds(id) || holds(identity.names[key]) || usageKeysOf(identity, key).some((usageKey) => usage[usageKey] === 1));
    if (isFound) customers[key] = 1;
  }
  return { customers, usage };
}
