import { explain } from '../../../shared/reconciliation/explain.ts';
import type { ExplainInput } from '../../../shared/reconciliation/explanation.ts';
import type { VERDICTS } from '../../../shared/reconciliation/result.ts';
import { decideVerdict, isInvalidSide, type Side } from '../../../shared/reconciliation/verdict.ts';
import {
  compare as compareDecimals,
  type Decimal,
  isNegative,
  isZero,
  normalize,
} from '../../../shared/values/decimal.ts';
import { fraction, multiplyFractions, scaleBy } from '../../../shared/values/fraction.ts';
import { HOUR_MS, type Instant } from '../../../shared/values/instant.ts';
import { FRAC_UNIT, QUANTITY_PLACES } from '../../../shared/values/quantity.ts';
import { readSummaryTotals, readUsageTotals } from '../../cache/total-store.ts';
import { agreeKernel, PROVEN } from './agree-kernel.ts';
import { customerIdAt, type MeterBlock, measuredAt, meteredAt, usageIdAt, VERDICT_INDEX, verdictAt } from './block.ts';
import { type HoursContext, heldEvidence, previousMeasured, readCellHours } from './evidence.ts';
import { AMBIGUOUS, type Identity, UNMAPPED, usageKeysOf } from './identity.ts';
import type { MeterInput } from './meter-input.ts';
import { type MeterPricing, pricesOf } from './pricing.ts';
import { scaleKernel } from './scale-kernel.ts';
import { stripeMeterName } from './settings.ts';
import { addRow, addText, beyondColumns, emptyColumns, type SideColumns, split } from './side-columns.ts';

const HAS_USAGE = 1;
const HAS_SUMMARY = 2;
const HAS_ITEM = 4;

type Unmapped = { readonly usageKeys: number[]; readonly columns: SideColumns };

/** Values that are no decimal, by position. */
export type Texts = { readonly measured: Map<number, string>; readonly metered: Map<number, string> };

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
    isOffMonth: input.pricing.isOffMonth,
    causes: new Map(),
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
  const canSettle = input.incomplete === null && input.meterExists && covers(input) === null;
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

/** Puts the money of a cell: both sides through every item's price; an absent side counts as 0, an invalid one as none. */
function rater(block: MeterBlock, pricing: MeterPricing): (position: number, key: number, texts: Texts) => void {
  const codeOf = pricing.prices.map(({ currency }) => block.currencies.indexOf(currency) + 1);
  return (position, key, texts) => {
    const one = pricing.priceOf[key] as number;
    if (one > 0) {
      const { compiled } = pricing.prices[one - 1] as MeterPricing['prices'][number];
      block.currency[position] = codeOf[one - 1] as number;
      if (compiled === null) return;
      const measured = block.measuredWhole[position] as number;
      const metered = block.meteredWhole[position] as number;
      if (measured >= 0 && metered >= 0) {
        const measuredFrac = block.measuredFrac[position] as number;
        const meteredFrac = block.meteredFrac[position] as number;
        const minor = compiled.minorOf(measured, measuredFrac);
        // Equal quantities cost the same, and most cells agree.
        const isEqual = measured === metered && measuredFrac === meteredFrac;
        putMinor(block.measuredMinor, block.bigMeasuredMinor, position, minor);
        putMinor(
          block.meteredMinor,
          block.bigMeteredMinor,
          position,
          isEqual ? minor : compiled.minorOf(metered, meteredFrac),
        );
        return;
      }
    }
    const indices = pricesOf(pricing, key);
    const code = codeOf[indices[0] ?? 0] ?? 0;
    // A customer pays in one currency; where the items of one meter differ, no single figure can be given.
    if (indices.some((index) => codeOf[index] !== code)) {
      block.currency[position] = 0;
      return;
    }
    block.currency[position] = code;
    const rated = (value: Decimal | null, text: string | undefined): bigint | null => {
      if (text !== undefined || (value !== null && isNegative(value))) return null;
      let total = 0n;
      for (const index of indices) {
        const compiled = pricing.prices[index]?.compiled ?? null;
        if (compiled === null) return null;
        total += compiled.exact(value === null ? 0n : toScaled(value));
      }
      return total;
    };
    putMinor(
      block.measuredMinor,
      block.bigMeasuredMinor,
      position,
      rated(measuredAt(block, position), texts.measured.get(position)),
    );
    putMinor(
      block.meteredMinor,
      block.bigMeteredMinor,
      position,
      rated(meteredAt(block, position), texts.metered.get(position)),
    );
  };
}

/** Quantity × 10^12; digits beyond that are rounded half away from zero. */
function toScaled(value: Decimal): bigint {
  if (value.scale <= QUANTITY_PLACES) return value.coefficient * 10n ** BigInt(QUANTITY_PLACES - value.scale);
  const divisor = 10n ** BigInt(value.scale - QUANTITY_PLACES);
  return (value.coefficient * 2n + divisor) / (divisor * 2n);
}

function putMinor(
  column: Float64Array,
  big: Map<number, bigint>,
  position: number,
  minor: number | bigint | null,
): void {
  if (typeof minor === 'number') column[position] = minor;
  else if (minor === null) return;
  else if (minor <= MAX_SAFE && minor >= -MAX_SAFE) column[position] = Number(minor);
  else big.set(position, minor);
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Which customers the pulls cover, where one of them was asked for a selection; null: everybody. */
function covers(input: MeterInput): ((customerKey: number) => boolean) | null {
  const usage = input.usagePull?.selection ?? null;
  const stripe = input.stripePull?.selection ?? null;
  if (usage === null && stripe === null) return null;
  const usageKeys = usage === null ? null : new Set(usage.usageKeys);
  const customerKeys = stripe === null ? null : new Set(stripe.customerKeys);
  const usageCustomers = usage === null ? null : new Set(usage.customerKeys);
  return (customerKey) => {
    if (customerKeys !== null && !customerKeys.has(customerKey)) return false;
    if (usageKeys === null || usageCustomers?.has(customerKey) === true) return true;
    const keys = usageKeysOf(input.identity, customerKey);
    return keys.length > 0 && keys.every((key) => usageKeys.has(key));
  };
}

type Settling = { readonly input: MeterInput; readonly pending: readonly number[]; readonly texts: Texts };

/** The exact way: the decision table with the evidence of the hours, then the cause. */
function settle(block: MeterBlock, settling: Settling): void {
  const { input, pending, texts } = settling;
  const context = hoursContext(input);
  const judge: Judge = {
    ...settling,
    context,
    covered: covers(input),
    pulledAt: input.stripePull?.startedAt ?? input.period.to,
  };
  const explainAt = (position: number, more: Partial<ExplainInput>): void => {
    const { cause } = explain({
      ...explainInput(block, { input, position, texts, pulledAt: judge.pulledAt }),
      ...more,
    });
    if (cause !== null) block.causes.set(position, cause);
  };
  const halves: number[] = [];
  for (const position of pending) {
    const { verdict, why } = judgeByIdentity(block, position, judge) ?? judgeByNumbers(block, position, judge);
    block.verdicts[position] = VERDICT_INDEX[verdict];
    if (verdict === 'missing_stripe' || verdict === 'missing_usage') halves.push(position);
    else if (why !== null) explainAt(position, why);
  }
  const partners = partnersOf(block, pending);
  for (const position of halves) {
    const customerKey = block.customerKeys[position] as number;
    const usageKeys = usageKeysOf(input.identity, customerKey);
    const isMissingStripe = verdictAt(block, position) === 'missing_stripe';
    explainAt(position, {
      partner: partners(position),
      series: isMissingStripe ? readCellHours(context, { customerKey, usageKeys }).series : null,
      previousMeasured: isMissingStripe ? null : previousMeasured(context, usageKeys),
    });
  }
}

type Judge = Settling & {
  readonly context: HoursContext;
  readonly covered: ((customerKey: number) => boolean) | null;
  readonly pulledAt: Instant;
};

/** A verdict, and what its cause is told by; null where there is nothing to explain. */
type Judged = { readonly verdict: (typeof VERDICTS)[number]; readonly why: Partial<ExplainInput> | null };

const sidesAt = (block: MeterBlock, position: number, texts: Texts) => ({
  measured: sideAt(measuredAt(block, position), texts.measured.has(position)),
  metered: sideAt(meteredAt(block, position), texts.metered.has(position)),
});

/** What needs no comparison: values that are none, sides that are not known, usage that is nobody's. */
function judgeByIdentity(block: MeterBlock, position: number, judge: Judge): Judged | null {
  const { input, covered } = judge;
  const customerKey = block.customerKeys[position] as number;
  const { measured, metered } = sidesAt(block, position, judge.texts);
  if (isInvalidSide(measured) || isInvalidSide(metered)) return { verdict: 'invalid', why: {} };
  const isOutside = customerKey !== 0 && covered !== null && !covered(customerKey);
  if (input.incomplete !== null || isOutside) {
    return { verdict: 'incomplete', why: { incomplete: input.incomplete ?? NOT_SELECTED } };
  }
  return customerKey === 0 ? { verdict: 'unmapped', why: { ambiguous: ambiguousAt(block, position) } } : null;
}

function judgeByNumbers(block: MeterBlock, position: number, judge: Judge): Judged {
  const { input, context, pulledAt } = judge;
  const { meter, period } = input;
  const customerKey = block.customerKeys[position] as number;
  const usageKeys = usageKeysOf(input.identity, customerKey);
  const sides = sidesAt(block, position, judge.texts);
  const hours = needsEvidence(sides, input) ? readCellHours(context, { customerKey, usageKeys }) : null;
  const { verdict, byRounding } = decideVerdict({
    ...sides,
    meterExists: input.meterExists,
    tolerance: meter.tolerance,
    stalenessMs: meter.tolerance.stalenessMs,
    held: hours === null ? null : heldEvidence(hours, { period, combine: meter.combine, pulledAt }),
    firstUsageAgeMs:
      hours === null || hours.firstUsageHour === null
        ? null
        : pulledAt - (period.from + hours.firstUsageHour * HOUR_MS),
  });
  if (verdict === 'agree_zero' || (verdict === 'agree' && !byRounding)) return { verdict, why: null };
  const isDrift = verdict === 'over_reported' || verdict === 'under_reported';
  const why = {
    byRounding,
    series: hours?.series ?? null,
    heldHour: hours?.heldHour ?? null,
    previousMeasured: isDrift ? previousMeasured(context, usageKeys) : null,
  };
  return { verdict, why };
}

/** A side that was not pulled is unknown, which is not the same as absent: it has no amount. */
function withholdMoney(block: MeterBlock, input: MeterInput): void {
  const isUsageUnknown = input.usagePull === null;
  const isStripeUnknown = input.stripePull === null && input.meterExists;
  if (isUsageUnknown) block.measuredMinor.fill(Number.NaN);
  if (isStripeUnknown) block.meteredMinor.fill(Number.NaN);
  if (input.usagePull?.selection == null && input.stripePull?.selection == null) return;
  for (let position = 0; position < block.length; position += 1) {
    if (block.verdicts[position] !== VERDICT_INDEX.incomplete) continue;
    if (measuredAt(block, position) === null) block.measuredMinor[position] = Number.NaN;
    if (meteredAt(block, position) === null) block.meteredMinor[position] = Number.NaN;
  }
}

const NOT_SELECTED = {
  code: 'not_pulled' as const,
  evidence: 'The last pull was limited to other customers.',
};

const sideAt = (value: Decimal | null, isInvalid: boolean): Side => ({ value, isInvalid });

/** Where anything was measured, the hours tell whether Stripe lags behind, and why the two sides differ. */
const needsEvidence = ({ measured }: { readonly measured: Side }, input: MeterInput): boolean =>
  input.meterExists && measured.value !== null && !isZero(measured.value);

export function hoursContext(input: MeterInput): HoursContext {
  const { db, period, usagePull, stripePull, previous, next, meter } = input;
  const factor = multiplyFractions(meter.scale, fraction(10n ** BigInt(usagePull?.exponent ?? 0), 1n));
  return { db, period, usagePull, stripePull, previous, next, factor, combine: meter.combine };
}

/** What the cause of a cell is judged by, without its hours. */
export function explainInput(
  block: MeterBlock,
  at: { readonly input: MeterInput; readonly position: number; readonly texts: Texts; readonly pulledAt: Instant },
): ExplainInput {
  const { input, position, texts } = at;
  const measuredText = texts.measured.get(position);
  const meteredText = texts.metered.get(position);
  return {
    verdict: verdictAt(block, position),
    byRounding: false,
    measured: measuredAt(block, position),
    metered: meteredAt(block, position),
    unit: input.meter.unit,
    period: input.period,
    isOver: at.pulledAt >= input.period.to,
    formula: input.stripeMeter?.formula ?? null,
    combine: input.meter.combine,
    series: null,
    heldHour: null,
    previousMeasured: null,
    partner: null,
    ambiguous: null,
    incomplete: null,
    invalid:
      measuredText !== undefined
        ? { side: 'measured', text: measuredText }
        : meteredText !== undefined
          ? { side: 'metered', text: meteredText }
          : null,
    hasUsageId: block.usageKeys[position] !== 0,
    meterName: stripeMeterName(input.meter),
  };
}

function ambiguousAt(block: MeterBlock, position: number): readonly string[] | null {
  const { identity } = block;
  const usageKey = block.usageKeys[position] as number;
  if (identity.customerOf[usageKey] !== AMBIGUOUS) return null;
  return (identity.ambiguous.get(usageKey) ?? []).map((key) => identity.customerIds[key] ?? '');
}

type Half = { readonly name: string; readonly value: Decimal };

/**
 * Finds the other half of a split identity by its quantity: usage without a customer for a customer without usage, a
 * customer without usage for usage that Stripe lacks. One that fits several halves is none.
 */
function partnersOf(block: MeterBlock, pending: readonly number[]): (position: number) => ExplainInput['partner'] {
  const loose: Half[] = [];
  const strangers: Half[] = [];
  for (const position of pending) {
    const verdict = verdictAt(block, position);
    const measured = measuredAt(block, position);
    const metered = meteredAt(block, position);
    if (verdict === 'unmapped' && measured !== null && !isZero(measured)) {
      loose.push({ name: usageIdAt(block, position) ?? '', value: measured });
    } else if (verdict === 'missing_usage' && metered !== null) {
      strangers.push({ name: customerIdAt(block, position) ?? '', value: metered });
    }
  }
  const [byUsage, byCustomer] = [finder(loose), finder(strangers)];
  return (position) => {
    const isMissingUsage = verdictAt(block, position) === 'missing_usage';
    const value = isMissingUsage ? meteredAt(block, position) : measuredAt(block, position);
    if (value === null) return null;
    return isMissingUsage ? byUsage(value) : byCustomer(value);
  };
}

function finder(halves: readonly Half[]): (value: Decimal) => ExplainInput['partner'] {
  const sorted = [...halves].sort((a, b) => compareDecimals(a.value, b.value));
  return (value) => {
    const exact = bound(sorted, value);
    const [first, second] = [sorted[exact], sorted[exact + 1]];
    if (first !== undefined && compareDecimals(first.value, value) === 0) {
      const isAlone = second === undefined || compareDecimals(second.value, value) !== 0;
      return isAlone ? { name: first.name, isExact: true } : null;
    }
    const low = bound(sorted, { coefficient: value.coefficient * 999n, scale: value.scale + 3 });
    const [near, other] = [sorted[low], sorted[low + 1]];
    const limit = { coefficient: value.coefficient * 1001n, scale: value.scale + 3 };
    const isNear = (half: Half | undefined): half is Half =>
      half !== undefined && compareDecimals(half.value, limit) <= 0;
    return isNear(near) && !isNear(other) ? { name: near.name, isExact: false } : null;
  };
}

/** The first position whose value is not below. */
function bound(sorted: readonly Half[], value: Decimal): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareDecimals((sorted[middle] as Half).value, value) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
