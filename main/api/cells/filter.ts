import type { CellsFilter } from '../../../shared/contract/schemas.ts';
import { BILLING_VERDICTS, VERDICTS } from '../../../shared/reconciliation/result.ts';
import { isStructural } from '../../../shared/reconciliation/verdict.ts';
import { absolute, compare, type Decimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { minorDigits } from '../../../shared/values/money.ts';
import { BILLING_CODE, type MeterBlock, measuredAt, moneyAt, VERDICT_INDEX } from '../reconcile/block.ts';
import { type Identity, usageKeysOf } from '../reconcile/identity.ts';

/** Whether the cell at a position of one block passes. */
export type BlockFilter = (position: number) => boolean;

/** A filter made ready for one block; null where no cell of it can pass. */
export function blockFilter(block: MeterBlock, filter: CellsFilter, matches: SearchMatches | null): BlockFilter | null {
  if (filter.meters !== undefined && !filter.meters.includes(block.meter.key)) return null;
  const tests: BlockFilter[] = [];
  const { verdicts, structuralOnly, causes, billing, currency, minDifference } = filter;
  if (verdicts !== undefined) {
    const wanted = new Uint8Array(VERDICTS.length);
    for (const verdict of verdicts) wanted[VERDICT_INDEX[verdict]] = 1;
    tests.push((position) => wanted[block.verdicts[position] as number] === 1);
  }
  if (structuralOnly === true) {
    const unmapped = VERDICT_INDEX.unmapped;
    const structural = VERDICTS.map((verdict) => isStructural(verdict, null));
    tests.push((position) => {
      const verdict = block.verdicts[position] as number;
      return verdict === unmapped
        ? isStructural('unmapped', measuredAt(block, position))
        : structural[verdict] === true;
    });
  }
  if (causes !== undefined) {
    const wanted = new Set<string>(causes);
    tests.push((position) => wanted.has(block.causes.get(position)?.code ?? ''));
  }
  if (filter.incident !== undefined) {
    const { incident } = filter;
    if (![...new Set(block.incidents.values())].includes(incident)) return null;
    tests.push((position) => block.incidents.get(position) === incident);
  }
  if (billing !== undefined) {
    const wanted = new Uint8Array(BILLING_VERDICTS.length + 1);
    for (const verdict of billing) wanted[BILLING_CODE[verdict]] = 1;
    tests.push((position) => wanted[block.billing[position] as number] === 1);
  }
  if (currency !== undefined) {
    const code = block.currencies.indexOf(currency) + 1;
    if (code === 0) return null;
    tests.push((position) => block.currency[position] === code);
  }
  if (minDifference !== undefined) {
    const least = absolute(parseDecimal(minDifference));
    tests.push((position) => differsBy(block, position, least));
  }
  if (matches !== null) {
    tests.push((position) => {
      const customer = block.customerKeys[position] as number;
      return customer === 0
        ? matches.usage[block.usageKeys[position] as number] === 1
        : matches.customers[customer] === 1;
    });
  }
  return (position) => tests.every((test) => test(position));
}

function differsBy(block: MeterBlock, position: number, least: Decimal): boolean {
  const money = moneyAt(block, position);
  if (money === null || money.differenceMinor === null) return false;
  return compare(absolute({ coefficient: money.differenceMinor, scale: minorDigits(money.currency) }), least) >= 0;
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
