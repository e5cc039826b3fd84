import { normalize } from '../../../shared/values/decimal.ts';
import { fraction, multiplyFractions, scaleBy } from '../../../shared/values/fraction.ts';
import { FRAC_UNIT, QUANTITY_PLACES } from '../../../shared/values/quantity.ts';
import { readSummaryTotals, readUsageTotals } from '../../cache/total-store.ts';
import { agreeKernel, PROVEN } from './agree-kernel.ts';
import { judgeBilling } from './billing.ts';
import { type MeterBlock, type Texts, VERDICT_INDEX } from './block.ts';
import { rater, withholdMoney } from './cell-money.ts';
import { type Identity, UNMAPPED } from './identity.ts';
import type { MeterInput } from './meter-input.ts';
import { scaleKernel } from './scale-kernel.ts';
import { covers, settle } from './settle.ts';
import { addRow, addText, beyondColumns, emptyColumns, type SideColumns, split } from './side-columns.ts';

const HAS_USAGE = 1;
const HAS_SUMMARY = 2;
const HAS_ITEM = 4;

type Unmapped = { readonly usageKeys: number[]; readonly columns: SideColumns };

/**
 * Compares one meter: both sides are read once, scattered by customer key, and matched by position. What plain numbers
 * prove equal is settled there; every other cell takes the exact way with its hours.
 */
export function compareMeter(input: MeterInput): MeterBlock {
  const { identity } = input;
  const size = identity.customerIds.length;
  const present = new Uint8Array(size);
  const unmapped: Unmapped = { usageKeys: [], columns: emptyColumns(0) };
  const usage = readUsage(input, present, unmapped);
  const summaries = readSummaries(input, present);
  markItems(input, present);
  const block = allocate(input, countCells(present, identity) + unmapped.usageKeys.length);
  const texts: Texts = { measured: new Map(), metered: new Map() };
  const pending = fill(block, { input, present, usage, summaries, unmapped, texts });
  settle(block, { input, pending, texts });
  judgeBilling(block, input, texts);
  withholdMoney(block, input);
  return block;
}

function readUsage(input: MeterInput, present: Uint8Array, unmapped: Unmapped): SideColumns {
  const { identity, usagePull } = input;
  const columns = emptyColumns(present.length);
  if (usagePull === null) return columns;
  const loose = { wholes: [] as number[], fracs: [] as number[] };
  for (const chunk of readUsageTotals(input.db, usagePull.pull)) {
    for (let index = 0; index < chunk.length; index += 1) {
      const usageKey = chunk.keys[index] as number;
      const customerKey = identity.customerOf[usageKey] ?? UNMAPPED;
      if (customerKey > 0) {
        addRow(columns, customerKey, chunk, index);
        present[customerKey] = (present[customerKey] as number) | HAS_USAGE;
        continue;
      }
      if (identity.selected?.has(identity.usageIds[usageKey] ?? '') === false) continue;
      const at = unmapped.usageKeys.length;
      unmapped.usageKeys.push(usageKey);
      loose.wholes.push(chunk.wholes[index] as number);
      loose.fracs.push(chunk.fracs[index] as number);
      const text = chunk.texts.get(index);
      const big = chunk.bigs.get(index);
      if (text !== undefined) {
        addText(unmapped.columns, at, text);
        loose.wholes[at] = Number.NaN;
      } else if (big !== undefined) {
        unmapped.columns.big.set(at, big * FRAC_UNIT + BigInt(chunk.fracs[index] as number));
      }
    }
  }
  Object.assign(unmapped, {
    columns: { ...unmapped.columns, wholes: Float64Array.from(loose.wholes), fracs: Float64Array.from(loose.fracs) },
  });
  return columns;
}

function readSummaries(input: MeterInput, present: Uint8Array): SideColumns {
  const columns = emptyColumns(present.length);
  if (input.stripePull === null) return columns;
  for (const chunk of readSummaryTotals(input.db, input.stripePull.pull)) {
    for (let index = 0; index < chunk.length; index += 1) {
      if (chunk.hasValue[index] === 0) continue;
      const customerKey = chunk.keys[index] as number;
      addRow(columns, customerKey, chunk, index);
      present[customerKey] = (present[customerKey] as number) | HAS_SUMMARY;
    }
  }
  return columns;
}

function markItems(input: MeterInput, present: Uint8Array): void {
  const { priceOf } = input.pricing;
  for (let key = 1; key < present.length; key += 1) {
    if (priceOf[key] !== 0) present[key] = (present[key] as number) | HAS_ITEM;
  }
}

function countCells(present: Uint8Array, identity: Identity): number {
  let cells = 0;
  for (let key = 1; key < present.length; key += 1) {
    if (present[key] !== 0 && identity.isLeftOut[key] === 0) cells += 1;
  }
  return cells;
}

function allocate(input: MeterInput, length: number): MeterBlock {
  const currencies = [...new Set(input.pricing.prices.map(({ currency }) => currency))].sort();
  return {
    input,
    meter: input.meter,
    meterKey: input.meterKey,
    identity: input.identity,
    length,
    customerKeys: new Int32Array(length),
    usageKeys: new Int32Array(length),
    verdicts: new Uint8Array(length),
    measuredWhole: new Float64Array(length).fill(Number.NaN),
    measuredFrac: new Float64Array(length),
    meteredWhole: new Float64Array(length).fill(Number.NaN),
    meteredFrac: new Float64Array(length),
    exactMeasured: new Map(),
    exactMetered: new Map(),
    currency: new Uint8Array(length),
    currencies,
    measuredMinor: new Float64Array(length).fill(Number.NaN),
    meteredMinor: new Float64Array(length).fill(Number.NaN),
    bigMeasuredMinor: new Map(),
    bigMeteredMinor: new Map(),
    billed: input.pricing.billed,
    billing: new Uint8Array(length),
    billingLines: new Map(),
    isOffMonth: input.pricing.isOffMonth,
    causes: new Map(),
    incidents: new Map(),
    held: new Map(),
    pitfalls: new Map(),
  };
}

type Filling = {
  readonly input: MeterInput;
  readonly present: Uint8Array;
  readonly usage: SideColumns;
  readonly summaries: SideColumns;
  readonly unmapped: Unmapped;
  readonly texts: Texts;
};

/** Fills the columns and settles what is plain. @returns the positions that need the exact way, ascending */
function fill(block: MeterBlock, filling: Filling): number[] {
  const { input, present, usage, summaries, unmapped, texts } = filling;
  const { identity, meter } = input;
  const exponent = input.usagePull?.exponent ?? 0;
  const factor = multiplyFractions(meter.scale, fraction(10n ** BigInt(exponent), 1n));
  const kernel = scaleKernel(factor);
  const proves = agreeKernel(meter.tolerance);
  const scaled = new Float64Array(2);
  const pending: number[] = [];
  const canSettle = !input.isThorough && input.incomplete === null && input.meterExists && covers(input) === null;
  const rate = rater(block, input.pricing);
  const putMeasured = (position: number, columns: SideColumns, at: number): void => {
    const beyond = beyondColumns(columns, at);
    if (typeof beyond === 'string') {
      texts.measured.set(position, beyond);
      return;
    }
    if (beyond !== null) {
      block.exactMeasured.set(position, normalize(scaleBy(beyond, meter.scale, QUANTITY_PLACES, 'half_up')));
      return;
    }
    const whole = columns.wholes[at] as number;
    if (!Number.isNaN(whole) && kernel.fast(whole, columns.fracs[at] as number, scaled)) {
      block.measuredWhole[position] = scaled[0] as number;
      block.measuredFrac[position] = scaled[1] as number;
      return;
    }
    const native = Number.isNaN(whole)
      ? (columns.big.get(at) ?? 0n)
      : BigInt(whole) * FRAC_UNIT + BigInt(columns.fracs[at] as number);
    const exact = kernel.exact(native);
    const parts = split(exact);
    if (parts === null) {
      block.exactMeasured.set(position, normalize({ coefficient: exact, scale: QUANTITY_PLACES }));
    } else {
      block.measuredWhole[position] = parts.whole;
      block.measuredFrac[position] = parts.frac;
    }
  };
  const putMetered = (position: number, key: number): void => {
    const beyond = beyondColumns(summaries, key);
    const whole = summaries.wholes[key] as number;
    if (typeof beyond === 'string') texts.metered.set(position, beyond);
    else if (beyond !== null) block.exactMetered.set(position, normalize(beyond));
    else if (!Number.isNaN(whole)) {
      block.meteredWhole[position] = whole;
      block.meteredFrac[position] = summaries.fracs[key] as number;
    } else {
      const coefficient = summaries.big.get(key) ?? 0n;
      block.exactMetered.set(position, normalize({ coefficient, scale: QUANTITY_PLACES }));
    }
  };
  const agree = VERDICT_INDEX.agree;
  const agreeZero = VERDICT_INDEX.agree_zero;
  let position = 0;
  for (let key = 1; key < present.length; key += 1) {
    const has = present[key] as number;
    if (has === 0 || identity.isLeftOut[key] === 1) continue;
    block.customerKeys[position] = key;
    block.usageKeys[position] = identity.primaryUsage[key] as number;
    if ((has & HAS_USAGE) !== 0) putMeasured(position, usage, key);
    if ((has & HAS_SUMMARY) !== 0) putMetered(position, key);
    const proven = canSettle
      ? proves(
          (has & HAS_USAGE) === 0 ? 0 : (block.measuredWhole[position] as number),
          block.measuredFrac[position] as number,
          (has & HAS_SUMMARY) === 0 ? 0 : (block.meteredWhole[position] as number),
          block.meteredFrac[position] as number,
        )
      : PROVEN.unknown;
    if (proven === PROVEN.agree) block.verdicts[position] = agree;
    else if (proven === PROVEN.zero) block.verdicts[position] = agreeZero;
    else pending.push(position);
    if ((has & HAS_ITEM) !== 0) rate(position, key, texts);
    position += 1;
  }
  for (const [at, usageKey] of unmapped.usageKeys.entries()) {
    block.usageKeys[position] = usageKey;
    putMeasured(position, unmapped.columns, at);
    pending.push(position);
    position += 1;
  }
  return pending;
}
