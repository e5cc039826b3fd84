import { isPushedForm } from '../billing/meter-value.ts';
import { type Decimal, formatDecimal, isNegative, subtract, ZERO } from '../values/decimal.ts';
import { explainLevels } from './explain-levels.ts';
import { explainPushes } from './explain-pushes.ts';
import type { ExplainInput, Explanation } from './explanation.ts';
import { hourText, isNear } from './hourly-series.ts';
import { partingHour } from './parting-hour.ts';
import type { Cause, CauseCode } from './result.ts';
import { factorBetween } from './unit-factor.ts';

/**
 * Tells why a cell drifts by testing hypotheses on its totals and hours; the first that holds decides. Pure and
 * deterministic. `unexplained` with low confidence where none holds (product.md, job 3).
 */
export function explain(input: ExplainInput): Explanation {
  switch (input.verdict) {
    case 'agree':
      return input.byRounding ? just('rounding', 'high', roundingEvidence(input)) : NOTHING;
    case 'agree_zero':
      return NOTHING;
    case 'stale':
      return just('late_push', 'high', lateEvidence(input));
    case 'stale_overdue':
      return explainOverdue(input);
    case 'under_reported':
    case 'over_reported':
      return explainDrift(input) ?? unexplained(input);
    case 'missing_stripe':
      return explainMissingStripe(input);
    case 'missing_usage':
      return explainMissingUsage(input);
    case 'no_meter':
      return just('meter_missing', 'high', `Stripe has no meter ${input.meterName}.`);
    case 'unmapped':
      return input.ambiguous === null
        ? just('unmapped', 'high', 'No Stripe customer carries this usage id.')
        : just('ambiguous_mapping', 'high', `ambiguous: ${input.ambiguous.join(', ')}`);
    case 'invalid':
      return explainInvalid(input);
    case 'incomplete':
      return input.incomplete === null
        ? just('not_pulled', 'high', 'One side was not pulled.')
        : just(input.incomplete.code, 'high', input.incomplete.evidence);
  }
}

export const NOTHING: Explanation = { cause: null, explainedBy: [] };

export const just = (
  code: CauseCode,
  confidence: Cause['confidence'],
  evidence: string,
  explainedBy: Explanation['explainedBy'] = [],
): Explanation => ({ cause: { code, confidence, evidence }, explainedBy });

function roundingEvidence({ measured, metered, unit }: ExplainInput): string {
  if (measured === null || metered === null || !isPushedForm(measured, metered)) {
    return 'The last digit of a double: Stripe adds in floating point.';
  }
  const loss = formatDecimal(subtract(measured, metered));
  return `Stripe holds the measured total as a push can say it, in 15 digits: ${loss} ${unit} are rounded off.`;
}

/** Whether Stripe's hours are month-to-date totals while ours are increments. */
const isMonthToDate = (input: ExplainInput): boolean => input.formula === 'last' && input.combine === 'sum';

function explainDrift(input: ExplainInput): Explanation | null {
  const byTotal = explainTotal(input);
  const isSumming = input.formula !== 'last' && input.combine === 'sum';
  if (isSumming) return explainPushes(input) ?? byTotal;
  return byTotal ?? (isMonthToDate(input) ? explainLevels(input) : null);
}

/** Hypotheses that need no hours. */
function explainTotal(input: ExplainInput): Explanation | null {
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
export function scaleEvidence(factor: string): string {
  const [, inverse, times] = FACTOR.exec(factor) ?? [];
  return inverse === undefined
    ? `Stripe holds exactly ${times} times the measured quantity (×${times}).`
    : `Stripe holds exactly the measured quantity divided by ${times} (÷${times}).`;
}

function sameAs(a: Decimal, b: Decimal): boolean {
  const scale = Math.max(a.scale, b.scale);
  return isNear(a.coefficient * 10n ** BigInt(scale - a.scale), b.coefficient * 10n ** BigInt(scale - b.scale));
}

function explainOverdue(input: ExplainInput): Explanation {
  const isSumming = input.formula !== 'last' && input.combine === 'sum';
  const byHour = isSumming ? explainPushes(input) : null;
  if (byHour !== null) return byHour;
  if (!input.isOver) return just('late_push', 'medium', `${lateEvidence(input)} It is overdue.`);
  const hours = Math.ceil((input.period.to - input.period.from) / 3_600_000);
  const from = input.heldHour === null ? 0 : input.heldHour + 1;
  const ranges = from < hours ? [{ from, to: hours, label: 'not pushed' }] : [];
  return just('final_push_missing', 'high', finalEvidence(input), ranges);
}

function lateEvidence(input: ExplainInput): string {
  if (input.heldHour === null) return 'The first push is not due yet.';
  return `Stripe holds what had been measured in the hour of ${hourText(input.period.from, input.heldHour)}; newer pushes are on their way.`;
}

function finalEvidence(input: ExplainInput): string {
  const short = formatDecimal(subtract(input.measured ?? ZERO, input.metered ?? ZERO));
  return input.heldHour === null
    ? `Nothing was pushed to the end of the month; ${short} ${input.unit} are missing.`
    : `The last push was made in the hour of ${hourText(input.period.from, input.heldHour)}; the final one of the month is missing, worth ${short} ${input.unit}.`;
}

function explainMissingStripe(input: ExplainInput): Explanation {
  if (input.partner !== null) {
    return just(
      'unmapped',
      input.partner.isExact ? 'high' : 'medium',
      `${input.partner.name} has ${input.partner.isExact ? 'exactly' : 'about'} this quantity in Stripe and no usage: the usage may be pushed to it.`,
    );
  }
  const used = input.series?.measured.filter((value) => value !== null && value !== 0n).length ?? 0;
  const hours = used > 0 ? `None of ${used} hours with usage was pushed.` : 'Nothing was pushed.';
  return just('missed_push', used > 0 ? 'high' : 'medium', hours);
}

function explainMissingUsage(input: ExplainInput): Explanation {
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
  return unexplained(input);
}

function explainInvalid(input: ExplainInput): Explanation {
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

function unexplained(input: ExplainInput): Explanation {
  const { series, period } = input;
  if (series === null || series.metered === null) {
    return just('unexplained', 'low', 'Without hourly values from Stripe no cause can be told.');
  }
  const hour = partingHour(series, isMonthToDate(input));
  if (hour === null) return just('unexplained', 'low', 'No known cause fits the hours.');
  const range = { from: hour, to: hour + 1, label: 'the two sides part' };
  const evidence = `No known cause fits; the two sides part in the hour of ${hourText(period.from, hour)}.`;
  return just('unexplained', 'low', evidence, [range]);
}
