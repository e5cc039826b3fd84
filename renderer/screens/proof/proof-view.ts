import type { ProofSummary } from '../../../shared/contract/proof-schemas.ts';
import { PROOF_CAUSE_WORDS } from '../../format/billing-words.ts';
import { formatCount, signOfText } from '../../format/number.ts';
import { formatMonth } from '../../format/time.ts';
import { plural } from '../../format/words.ts';

type Counted = Pick<ProofSummary, 'lines' | 'exact' | 'licensed' | 'month' | 'differingTotal' | 'unratableTotal'>;

/** The proof in a sentence. */
export function proofHeadline({ lines, exact, licensed, month, differingTotal, unratableTotal }: Counted): string {
  const where = month === null ? '' : ` of ${formatMonth(month)}`;
  if (lines === 0 && licensed.lines === 0)
    return `No finalised invoice line${where} has been pulled, so there is nothing to prove the engine on.`;
  if (differingTotal === 0 && unratableTotal === 0)
    return `Every finalised line${where} comes out exactly as Stripe billed it: ${formatCount(lines)} metered and ${formatCount(licensed.lines)} licensed.`;
  const rest = [
    ...(differingTotal === 0 ? [] : [`${formatCount(differingTotal)} ${plural(differingTotal, 'differs', 'differ')}`]),
    ...(unratableTotal === 0 ? [] : [`${formatCount(unratableTotal)} cannot be rated`]),
  ];
  return `${formatCount(exact)} of ${formatCount(lines)} metered lines${where} come out exactly as Stripe billed them; ${rest.join(', ')}.`;
}

/** How many lines differ for which cause: `13 rounding, 6 edited by hand`. */
export const causeNote = (byCause: ProofSummary['byCause']): string =>
  byCause.length === 0
    ? 'none'
    : byCause.map(({ cause, lines }) => `${formatCount(lines)} ${PROOF_CAUSE_WORDS[cause].toLowerCase()}`).join(', ');

type AsMeasured = ProofSummary['asMeasured'][number];

/** What the measured quantities would have been billed, against what was. */
export function asMeasuredWords({ difference }: Pick<AsMeasured, 'difference'>): string {
  const sign = signOfText(difference);
  if (sign === 0) return 'billed exactly';
  return sign > 0 ? 'not billed' : 'billed too much';
}

type Setting = { readonly option: string; readonly value: string };

/** The lines of tieout.yaml that put settings into force; those that only help together are named together. */
export function settingText({ option, value }: Setting): string {
  const values = value.split(', ');
  const lines = option.split(', ').map((name, place) => `  ${bareOption(name)}: ${values[place] ?? ''}\n`);
  return `rating:\n${lines.join('')}`;
}

/** A setting in a line: `rounding: half_even`. */
export const settingWords = ({ option, value }: Setting): string => `${bareOption(option)}: ${value}`;

/** The name of an option within its section of tieout.yaml. */
export const bareOption = (option: string): string => option.replaceAll('rating.', '');
