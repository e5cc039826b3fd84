import type { ProofSummary } from '../../../shared/contract/proof-schemas.ts';
import { RATING_CHOICES, type RatingOptions, STRIPE_RATING } from '../../../shared/rating/options.ts';
import type { Alternative, ProofLine } from '../../../shared/reconciliation/proof-line.ts';
import { countCauses, type Suggestion } from '../../../shared/reconciliation/proof-tally.ts';
import { byDifference, type ProofReport, suggestionSentence } from '../../../shared/reports/proof.ts';
import { ratingMeaning } from '../../../shared/reports/rating-words.ts';
import { formatInstant } from '../../../shared/values/instant.ts';
import { formatMinorAsMajor } from '../../../shared/values/money.ts';

const MAX_SHOWN = 1000;

/** The proof as the screens take it: money in major units, long lists cut. */
export function proofSummary(report: ProofReport): ProofSummary {
  const { proof } = report;
  return {
    month: report.month,
    asOf: report.asOf,
    lines: proof.metered.lines,
    exact: proof.metered.exact,
    licensed: { ...proof.licensed },
    adjustments: { steps: report.adjustments.steps, exact: report.adjustments.exact },
    invoices: report.invoices,
    options: OPTIONS.map((option) => ({
      option: `rating.${option}`,
      value: report.options[option],
      isDefault: report.options[option] === STRIPE_RATING[option],
      meaning: ratingMeaning(report.options, option),
    })),
    suggestions: [
      ...proof.suggestions.map((suggestion) => suggested(suggestion, 'line')),
      ...report.adjustments.suggestions.map((suggestion) => suggested(suggestion, 'adjustment')),
    ],
    byCause: [...countCauses(proof.differing)],
    differing: byDifference(proof.differing)
      .slice(0, MAX_SHOWN)
      .map(({ line, rated, billed, cause, setting }) => ({
        ...shown(report, line),
        rated: formatMinorAsMajor(rated, line.currency),
        billed: formatMinorAsMajor(billed, line.currency),
        difference: formatMinorAsMajor(rated - billed, line.currency),
        cause,
        setting: setting === null ? null : settingOf(setting),
      })),
    differingTotal: proof.differing.length,
    unratable: proof.unratable.slice(0, MAX_SHOWN).map(({ line, reason }) => ({
      ...shown(report, line),
      billed: formatMinorAsMajor(line.amountMinor, line.currency),
      reason,
    })),
    unratableTotal: proof.unratable.length,
    asMeasured: report.asMeasured.map(({ currency, lines, billed, rated }) => ({
      currency,
      lines,
      billed: formatMinorAsMajor(billed, currency),
      rated: formatMinorAsMajor(rated, currency),
      difference: formatMinorAsMajor(rated - billed, currency),
    })),
  };
}

const OPTIONS = Object.keys(RATING_CHOICES) as readonly (keyof RatingOptions)[];

const suggested = (suggestion: Suggestion, what: string): ProofSummary['suggestions'][number] => ({
  ...settingOf(suggestion.alternative),
  gains: suggestion.gains,
  losses: suggestion.losses,
  sentence: suggestionSentence(suggestion, what),
});

/** Settings that only help together are named together. */
const settingOf = (alternative: Alternative): { option: string; value: string } => ({
  option: alternative.map(({ option }) => `rating.${option}`).join(', '),
  value: alternative.map(({ value }) => value).join(', '),
});

function shown(report: ProofReport, line: ProofLine) {
  const { number, customer, name } = report.ownerOf(line.invoiceId);
  return {
    invoice: line.invoiceId,
    number,
    line: line.id,
    customer,
    name,
    description: line.description ?? '',
    meter: report.meterOf(line.priceId),
    servicePeriod: { from: formatInstant(line.servicePeriod.from), to: formatInstant(line.servicePeriod.to) },
    currency: line.currency,
  };
}
