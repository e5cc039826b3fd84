import { type PlainCell, plainCause } from '../../../shared/reconciliation/plain-cause.ts';
import type { VERDICTS } from '../../../shared/reconciliation/result.ts';
import { agreesByRounding, decideVerdict, isInvalidSide, type Side } from '../../../shared/reconciliation/verdict.ts';
import { type Decimal, isZero } from '../../../shared/values/decimal.ts';
import { fraction, multiplyFractions } from '../../../shared/values/fraction.ts';
import { HOUR_MS, type Instant } from '../../../shared/values/instant.ts';
import { type MeterBlock, measuredAt, meteredAt, type Texts, VERDICT_INDEX, verdictAt } from './block.ts';
import { type CellHours, type HoursContext, heldEvidence, previousMeasured, readCellHours } from './evidence.ts';
import { cellPitfalls, heldHourOf } from './held.ts';
import { AMBIGUOUS, usageKeysOf } from './identity.ts';
import type { MeterInput } from './meter-input.ts';
import { partnersOf } from './partners.ts';
import { stripeMeterName } from './settings.ts';

/** Which customers the pulls cover, where one of them was asked for a selection; null: everybody. */
export function covers(input: MeterInput): ((customerKey: number) => boolean) | null {
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
export function settle(block: MeterBlock, settling: Settling): void {
  const { input, pending, texts } = settling;
  const context = hoursContext(input);
  const judge: Judge = {
    ...settling,
    context,
    covered: covers(input),
    pulledAt: input.stripePull?.startedAt ?? input.period.to,
  };
  const explainAt = (position: number, more: Partial<PlainCell>): void => {
    const cause = plainCause({ ...plainCell(block, { input, position, texts, pulledAt: judge.pulledAt }), ...more });
    if (cause !== null) block.causes.set(position, cause);
  };
  const halves: number[] = [];
  for (const position of pending) {
    const { verdict, why, hours } = judgeByIdentity(block, position, judge) ?? judgeByNumbers(block, position, judge);
    block.verdicts[position] = VERDICT_INDEX[verdict];
    if (hours !== null) noteHours(block, position, { judge, hours });
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
type Judged = {
  readonly verdict: (typeof VERDICTS)[number];
  readonly why: Partial<PlainCell> | null;
  readonly hours: CellHours | null;
};

const sidesAt = (block: MeterBlock, position: number, texts: Texts) => ({
  measured: sideAt(measuredAt(block, position), texts.measured.has(position)),
  metered: sideAt(meteredAt(block, position), texts.metered.has(position)),
});

/** What needs no comparison: values that are none, sides that are not known, usage that is nobody's. */
function judgeByIdentity(block: MeterBlock, position: number, judge: Judge): Judged | null {
  const { input, covered } = judge;
  const customerKey = block.customerKeys[position] as number;
  const { measured, metered } = sidesAt(block, position, judge.texts);
  if (isInvalidSide(measured) || isInvalidSide(metered)) return { verdict: 'invalid', why: {}, hours: null };
  const isOutside = customerKey !== 0 && covered !== null && !covered(customerKey);
  if (input.incomplete !== null || isOutside) {
    return { verdict: 'incomplete', why: { incomplete: input.incomplete ?? NOT_SELECTED }, hours: null };
  }
  if (customerKey !== 0) return null;
  return { verdict: 'unmapped', why: { ambiguous: ambiguousAt(block, position) }, hours: null };
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
  if (verdict === 'agree_zero' || (verdict === 'agree' && !byRounding)) return { verdict, why: null, hours };
  const isDrift = verdict === 'over_reported' || verdict === 'under_reported';
  const why = {
    byRounding,
    heldHour: hours?.heldHour ?? null,
    previousMeasured: isDrift ? previousMeasured(context, usageKeys) : null,
  };
  return { verdict, why, hours };
}

/** The hour of the held value and the pitfalls of a cell, by the hours that were read for it. */
function noteHours(
  block: MeterBlock,
  position: number,
  { judge, hours }: { readonly judge: Judge; readonly hours: CellHours },
): void {
  const { input, context, pulledAt } = judge;
  const held = heldHourOf(hours, { period: input.period, pulledAt });
  if (held !== null) block.held.set(position, held);
  const customerKey = block.customerKeys[position] as number;
  const cell = {
    customerKey,
    usageKeys: usageKeysOf(input.identity, customerKey),
    measured: measuredAt(block, position),
    metered: meteredAt(block, position),
  };
  const pitfalls = cellPitfalls(input, { cell, hours, context, pulledAt });
  if (pitfalls.length > 0) block.pitfalls.set(position, pitfalls);
}

const NOT_SELECTED = {
  code: 'not_pulled' as const,
  evidence: 'The last pull was limited to other customers.',
};

const sideAt = (value: Decimal | null, isInvalid: boolean): Side => ({ value, isInvalid });

/**
 * Where anything was measured, the hours tell whether Stripe lags behind, and why the two sides differ; where the last
 * value counts, they tell since when something is held without usage. Sides that rounding alone tells apart agree anyway.
 */
const needsEvidence = (
  { measured, metered }: { readonly measured: Side; readonly metered: Side },
  input: MeterInput,
): boolean =>
  input.meterExists &&
  (isSomething(measured) || (isSomething(metered) && (input.isThorough || input.stripeMeter?.formula === 'last'))) &&
  (input.isThorough || !isRounded(measured, metered));

const isRounded = ({ value: measured }: Side, { value: metered }: Side): boolean =>
  measured !== null && metered !== null && !isZero(metered) && agreesByRounding(measured, metered);

const isSomething = ({ value }: Side): boolean => value !== null && !isZero(value);

export function hoursContext(input: MeterInput): HoursContext {
  const { db, period, usagePull, stripePull, previous, next, previousStripe, nextStripe, meter } = input;
  const factor = multiplyFractions(meter.scale, fraction(10n ** BigInt(usagePull?.exponent ?? 0), 1n));
  const { combine } = meter;
  return { db, period, usagePull, stripePull, previous, next, previousStripe, nextStripe, factor, combine };
}

/** What the cause of a cell is judged by, without its hours. */
function plainCell(
  block: MeterBlock,
  at: { readonly input: MeterInput; readonly position: number; readonly texts: Texts; readonly pulledAt: Instant },
): PlainCell {
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
