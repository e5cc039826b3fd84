import { REMEDIES as REMEDIES_OF_FAULTS } from '../reconciliation/explain/incident-words.ts';
import type { CauseCode, CellResult } from '../reconciliation/result.ts';
import { absolute, type Decimal, formatDecimal, isNegative, ZERO } from '../values/decimal.ts';

/** One sentence without jargon: "Stripe holds 360 CPU-seconds less than was used." */
export function driftSentence(cell: CellResult): string {
  const { unit } = cell;
  const drift = cell.drift === null ? ZERO : cell.drift.absolute;
  const amount = (value: Decimal): string => `${formatDecimal(absolute(value))} ${unit}`;
  switch (cell.verdict) {
    case 'agree':
      return drift.coefficient === 0n
        ? `Stripe holds exactly what was used: ${amount(cell.measured ?? ZERO)}.`
        : `Stripe holds ${amount(drift)} ${isNegative(drift) ? 'more' : 'less'} than was used, which is within tolerance.`;
    case 'agree_zero':
      return 'Nothing was used and Stripe holds nothing.';
    case 'stale':
      return `Stripe holds ${amount(drift)} less than was used; the rest is on its way.`;
    case 'stale_overdue':
      return `Stripe holds ${amount(drift)} less than was used, and what is missing is overdue.`;
    case 'under_reported':
      return `Stripe holds ${amount(drift)} less than was used.`;
    case 'over_reported':
      return `Stripe holds ${amount(drift)} more than was used.`;
    case 'missing_stripe':
      return `${amount(cell.measured ?? ZERO)} were used and Stripe holds nothing.`;
    case 'missing_usage':
      return `Stripe holds ${amount(cell.metered ?? ZERO)} and no usage was measured.`;
    case 'no_meter':
      return `${amount(cell.measured ?? ZERO)} were used and Stripe has no such meter.`;
    case 'unmapped':
      return `${amount(cell.measured ?? ZERO)} were used by ${cell.usageId ?? 'somebody'}, whom no Stripe customer stands for.`;
    case 'invalid':
      return 'One of the two values is no quantity, so the cell cannot be judged.';
    case 'incomplete':
      return 'One side is not known as it is configured now, so the cell cannot be compared.';
  }
}

/** What to do about the cause of a cell; null where nothing is to be done. */
export const remedyOf = (cell: CellResult): string | null => (cell.cause === null ? null : REMEDIES[cell.cause.code]);

const REMEDIES: Readonly<Record<CauseCode, string | null>> = {
  ...REMEDIES_OF_FAULTS,
  rounding: null,
  ambiguous_mapping: 'Take the usage id away from all but one of the customers, and pull again.',
  net_negative_corrections: 'Look for corrections that take away more than was reported.',
  not_a_number: 'Correct the query or the row behind it; a quantity is a finite decimal.',
  not_pulled: 'Pull the month.',
  settings_changed: 'Pull the month again under the settings in force.',
  meter_missing: 'Create the meter in Stripe, or correct its name in tieout.yaml.',
  unexplained: 'Pull by the hour (`--hourly all`), and look at the hours where the two sides part.',
};
