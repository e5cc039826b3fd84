import { isPushedForm } from '../billing/meter-value.ts';
import { type Decimal, formatDecimal, isNegative, subtract, ZERO } from '../values/decimal.ts';
import type { Period } from '../values/period.ts';
import { hourText, isNear } from './hourly-series.ts';
import type { Cause, CauseCode, Verdict } from './result.ts';
import { factorBetween } from './unit-factor.ts';

/** What the cause of a cell is judged by without its hours. Quantities in the billed unit; null is absent. */
export type PlainCell = {
  readonly verdict: Verdict;
  readonly byRounding: boolean;
  readonly measured: Decimal | null;
  readonly metered: Decimal | null;
  readonly unit: string;
  readonly period: Period;
  /** Whether the Stripe pull began after the period. */
  readonly isOver: boolean;
  /** The last hour with a summary, counted from the start of the period. */
  readonly heldHour: number | null;
  /** What the same cell measured in the month before. */
  readonly previousMeasured: Decimal | null;
  /** The other half of a split identity: usage without a customer, or a customer without usage, of this quantity. */
  readonly partner: { readonly name: string; readonly isExact: boolean } | null;
  /** Whether a usage id leads to the customer, and to no other. */
  readonly hasUsageId: boolean;
  /** Customers that one usage id fits, where it fits several. */
  readonly ambiguous: readonly string[] | null;
  /** Why a cell is incomplete. */
  readonly incomplete: { readonly code: 'not_pulled' | 'settings_changed'; readonly evidence: string } | null;
  /** The text that is no decimal, and where it stands. */
  readonly invalid: { readonly side: 'measured' | 'metered'; readonly text: string } | null;
  /** How tieout.yaml names the meter, for a meter that Stripe lacks. */
  readonly meterName: string;
};

/**
 * Tells why a cell does not agree by its verdict and totals: all that is known where Stripe was not asked by the hour, and
 * what the hours may tell better (`explain/`). Pure. Null where nothing is to be told.
 */
export function plainCause(cell: PlainCell): Cause | null {
  switch (cell.verdict) {
    case 'agree':
      return cell.byRounding ? just('rounding', 'high', roundingEvidence(cell)) : null;
    case 'agree_zero':
      return null;
    case 'stale':
      return just('late_push', 'high', lateEvidence(cell));
    case 'stale_overdue':
      return causeOfOverdue(cell);
    case 'under_reported':
    case 'over_reported':
      return causeOfTotals(cell) ?? UNEXPLAINED;
    case 'missing_stripe':
      return causeOfMissingStripe(cell);
    case 'missing_usage':
      return causeOfMissingUsage(cell);
    case 'no_meter':
      return just('meter_missing', 'high', `Stripe has no meter ${cell.meterName}.`);
    case 'unmapped':
      return cell.ambiguous === null
        ? just('unmapped', 'high', 'No Stripe customer carries this usage id.')
        : just('ambiguous_mapping', 'high', `ambiguous: ${cell.ambiguous.join(', ')}`);
    case 'invalid':
      return causeOfInvalid(cell);
    case 'incomplete':
      return cell.incomplete === null
        ? just('not_pulled', 'high', 'One side was not pulled.')
        : just(cell.incomplete.code, 'high', cell.incomplete.evidence);
  }
}

const just = (code: CauseCode, confidence: Cause['confidence'], evidence: string): Cause => ({
  code,
  confidence,
  evidence,
});

const UNEXPLAINED = just('unexplained', 'low', 'Without hourly values from Stripe no cause can be told.');

function roundingEvidence({ measured, metered, unit }: PlainCell): string {
  if (measured === null || metered === null || !isPushedForm(measured, metered)) {
    return 'The last digit of a double: Stripe adds in floating point.';
  }
  const loss = formatDecimal(subtract(measured, metered));
  return `Stripe holds the measured total as a push can say it, in 15 digits: ${loss} ${unit} are rounded off.`;
}

function causeOfTotals(input: PlainCell): Cause | null {
  const [measured, metered] = [input.measured ?? ZERO, input.metered ?? ZERO];
  const scale = Math.max(measured.scale, metered.scale);
  const used = measured.coefficient * 10n ** BigInt(scale - measured.scale);
  const held = metered.coefficient * 10n ** BigInt(scale - metered.scale);
  const factor = factorBetween(used, held);
  if (factor !== null) {
    return just('unit_scale', 'high', scaleEvidence(factor));
  }
  const previous = input.previousMeasured;
  if (previous !== null && previous.coefficient !== 0n && sameAs(previous, metered)) {
    return just('wrong_period', 'high', 'Stripe holds the total that was measured in the month before.');
  }
  if (used > 0n && isNear(used * 2n, held)) {
    return just('duplicate_push', 'medium', 'Stripe holds exactly twice the measured quantity.');
  }
  return null;
}

const FACTOR = /^(1\/)?(\d+)$/;

/** "Stripe holds 1024 times the measured quantity" / "a 1024th of". */
function scaleEvidence(factor: string): string {
  const [, inverse, times] = FACTOR.exec(factor) ?? [];
  return inverse === undefined
    ? `Stripe holds exactly ${times} times the measured quantity (×${times}).`
    : `Stripe holds exactly the measured quantity divided by ${times} (÷${times}).`;
}

function sameAs(a: Decimal, b: Decimal): boolean {
  const scale = Math.max(a.scale, b.scale);
  return isNear(a.coefficient * 10n ** BigInt(scale - a.scale), b.coefficient * 10n ** BigInt(scale - b.scale));
}

function causeOfOverdue(input: PlainCell): Cause {
  if (!input.isOver) return just('late_push', 'medium', `${lateEvidence(input)} It is overdue.`);
  return just('final_push_missing', 'medium', finalEvidence(input));
}

function lateEvidence(input: PlainCell): string {
  if (input.heldHour === null) return 'The first push is not due yet.';
  return `Stripe holds what had been measured in the hour of ${hourText(input.period.from, input.heldHour)}; newer pushes are on their way.`;
}

function finalEvidence(input: PlainCell): string {
  const short = formatDecimal(subtract(input.measured ?? ZERO, input.metered ?? ZERO));
  return input.heldHour === null
    ? `Nothing was pushed to the end of the month; ${short} ${input.unit} are missing.`
    : `The last push was made in the hour of ${hourText(input.period.from, input.heldHour)}; the final one of the month is missing, worth ${short} ${input.unit}.`;
}

function causeOfMissingStripe(input: PlainCell): Cause {
  if (input.partner !== null) {
    return just(
      'unmapped',
      input.partner.isExact ? 'high' : 'medium',
      `${input.partner.name} has ${input.partner.isExact ? 'exactly' : 'about'} this quantity in Stripe and no usage: the usage may be pushed to it.`,
    );
  }
  return just('missed_push', 'medium', 'Nothing was pushed.');
}

function causeOfMissingUsage(input: PlainCell): Cause {
  if (input.partner !== null) {
    return just(
      'unmapped',
      input.partner.isExact ? 'high' : 'medium',
      `The usage id ${input.partner.name} has no customer and ${input.partner.isExact ? 'exactly' : 'about'} this quantity.`,
    );
  }
  if (!input.hasUsageId) {
    return just('unmapped', 'high', 'No usage id leads to this customer alone, so no usage is counted for it.');
  }
  if (input.previousMeasured !== null && input.metered !== null && sameAs(input.previousMeasured, input.metered)) {
    return just('wrong_period', 'high', 'Stripe holds the total that was measured in the month before.');
  }
  return UNEXPLAINED;
}

function causeOfInvalid(input: PlainCell): Cause {
  if (input.invalid !== null) {
    const whose = input.invalid.side === 'measured' ? 'The measured value' : "Stripe's value";
    return just('not_a_number', 'high', `${whose} is not a number: ${input.invalid.text.slice(0, 40)}`);
  }
  if (input.metered !== null && isNegative(input.metered)) {
    return just(
      'net_negative_corrections',
      'high',
      `net negative corrections: Stripe holds ${formatDecimal(input.metered)} ${input.unit}.`,
    );
  }
  const shown = input.measured === null ? '' : `: ${formatDecimal(input.measured)} ${input.unit}`;
  return just('net_negative_corrections', 'high', `net negative corrections in the measured usage${shown}.`);
}
