import type { LateCompleteness, LateDecision, LateEngine, LateState } from '../../shared/contract/late-schemas.ts';
import type { Mark, Tone } from './words.ts';

type Words = {
  readonly word: string;
  readonly mark: Mark;
  readonly tone: Tone;
  /** What it means, for someone who never saw it. */
  readonly meaning: string;
};

/** What became of a correction, what is to be done first. */
export const LATE_STATE_WORDS: Readonly<Record<LateState, Words>> = {
  undecided: {
    word: 'To decide',
    mark: 'clock',
    tone: 'structural',
    meaning: 'Usage arrived after the invoice was made, and nobody has said yet what becomes of it.',
  },
  incomplete: {
    word: 'Incomplete',
    mark: 'hatched',
    tone: 'incomplete',
    meaning: 'What arrived late cannot be told from what was missing already, or it cannot be rated.',
  },
  carried_forward: {
    word: 'Carried forward',
    mark: 'forward',
    tone: 'stale',
    meaning: 'The correction goes on the next invoice.',
  },
  waived: { word: 'Waived', mark: 'dash', tone: 'agree', meaning: 'The correction is let go, for the reason noted.' },
  invoiced: { word: 'Invoiced', mark: 'check', tone: 'agree', meaning: 'The correction stands on an invoice.' },
  nothing_due: {
    word: 'Nothing due',
    mark: 'check',
    tone: 'agree',
    meaning: 'Usage arrived late and costs nothing more.',
  },
};

/** What somebody did, for the history of a correction. */
export const DECISION_WORDS: Readonly<Record<LateDecision, string>> = {
  carry_forward: 'Carried forward',
  waive: 'Waived',
  invoiced: 'Marked as invoiced',
  undecided: 'Decision taken back',
};

/** The two ways to book a correction, as finance would say it. */
export const ENGINE_WORDS: Readonly<Record<LateEngine, { readonly word: string; readonly meaning: string }>> = {
  period_preserving: {
    word: 'On its own period',
    meaning: 'Each correction on the period it belongs to, naming the run it corrects.',
  },
  delta: { word: 'On the open period', meaning: 'Everything at once, on the period that is open now.' },
};

/** Why nothing is said about usage that is still to come. */
export const NO_FIGURE_WORDS: Readonly<Record<NonNullable<LateCompleteness['why']>, string>> = {
  not_pulled: 'not pulled yet',
  one_pull: 'each month was pulled only once, so nothing shows what comes later',
  not_settled: 'no hour was seen early and again once it had settled',
  too_young: 'its newest hours are younger than any that were learned',
  too_little: 'less than half of every hour is in so far',
  no_number: 'an hour holds a value that is not a number',
  level: 'a level, not a sum of hours',
};

/** The same in a few words. */
export const NO_FIGURE_SHORT: Readonly<Record<NonNullable<LateCompleteness['why']>, string>> = {
  not_pulled: 'not pulled yet',
  one_pull: 'pulled only once',
  not_settled: 'nothing settled yet',
  too_young: 'too fresh to say',
  too_little: 'too little is in',
  no_number: 'not a number',
  level: 'not a sum of hours',
};

const PARTS: Readonly<Record<string, string>> = { unit: 'usage', flat: 'flat fee' };

/** Whether a part of a price is charged once, whatever the quantity. */
export const isFlat = (component: string): boolean => component.endsWith('.flat');

/** `graduated.2.unit` → `Tier 2, usage`: a part of a price for people. */
export function componentWords(component: string): string {
  const [kind, ...rest] = component.split('.');
  const part = PARTS[rest.at(-1) ?? ''] ?? rest.at(-1) ?? '';
  if (kind === 'graduated' && rest.length === 2) return `Tier ${rest[0]}, ${part}`;
  if (kind === 'volume') return part === 'usage' ? 'Usage, at the rate of its tier' : 'Flat fee of its tier';
  if (kind === 'min') return 'Up to the minimum';
  if (kind === 'fee') return 'Flat fee';
  if (kind === 'usage') return part === 'package' ? 'Packages' : 'Usage';
  return component;
}
