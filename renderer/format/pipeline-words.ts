import type {
  CutoverCheck,
  ParityCauseCode,
  ParityHourView,
  ParityState,
  RollupEffect,
  RollupKind,
  SeamKind,
} from '../../shared/contract/pipelines-schemas.ts';
import type { Mark, Tone } from './words.ts';

type Words = {
  readonly word: string;
  readonly mark: Mark;
  readonly tone: Tone;
  /** What it means, for someone who never saw it. */
  readonly meaning: string;
};

/** How a customer compares, what needs somebody first. */
export const PARITY_STATE_WORDS: Readonly<Record<ParityState, Words>> = {
  unverified: {
    word: 'Not compared',
    mark: 'hatched',
    tone: 'incomplete',
    meaning: 'The measurement that bills could not be read, so nothing can be said.',
  },
  one_sided: {
    word: 'One side only',
    mark: 'missing',
    tone: 'structural',
    meaning: 'One of the two measured nothing where the other measured enough to matter.',
  },
  material: {
    word: 'Material',
    mark: 'differs',
    tone: 'structural',
    meaning: 'In some hour the two differ by so much that it matters by itself.',
  },
  flagged: {
    word: 'Differs',
    mark: 'differs',
    tone: 'stale',
    meaning: 'In some hour the two differ by more than is tolerated.',
  },
  agrees: { word: 'Agrees', mark: 'check', tone: 'agree', meaning: 'The two agree in every hour.' },
  left_out: { word: 'Left out', mark: 'dash', tone: 'agree', meaning: 'The plan of the customer takes no part.' },
};

export const PARITY_CAUSE_WORDS: Readonly<Record<ParityCauseCode, string>> = {
  tick_drift: 'Tick drift',
  truncation: 'Cut off decimals',
  unclipped_intervals: 'Intervals not cut',
  double_ticks: 'Double ticks',
  late_samples: 'Late samples',
  rounding: 'Rounding',
};

export const HOUR_WORDS: Readonly<
  Record<ParityHourView['state'], { readonly word: string; readonly meaning: string }>
> = {
  clean: { word: 'Clean', meaning: 'Checked, and both agree.' },
  drift: { word: 'Not clean', meaning: 'Checked, and the two differ or could not be compared.' },
  missing: { word: 'Not checked', meaning: 'Nothing was pulled of this hour, so nothing is known of it.' },
};

/** What a rollup can have got wrong. */
export const ROLLUP_WORDS: Readonly<Record<RollupKind, { readonly word: string; readonly meaning: string }>> = {
  straggler: {
    word: 'Straggler',
    meaning: 'Samples that arrived after their bucket was rolled: the event was there already, and they were dropped.',
  },
  id_conflict: { word: 'Id conflict', meaning: 'Two values under one id: only the first was kept.' },
  shadow_remainder: {
    word: 'Left in shadow',
    meaning: 'Rolled before the switch was thrown: the bucket is to be billed, and stays unsent for ever.',
  },
  next_month: {
    word: 'Next month',
    meaning: 'The last bucket of a month is stamped at its end, which lies in the next invoice.',
  },
  retry_after_24h: {
    word: 'Retried after 24 h',
    meaning: 'Stripe forgets an identifier after 24 hours: sent again, the event may count twice.',
  },
  mode_change: {
    word: 'Other mode',
    meaning: 'Sent to the meters of another mode (one per size of memory, or one for all) than the customer has.',
  },
  unaligned_cutover: {
    word: 'Rest of a bucket',
    meaning: 'The switch lies within a bucket: what is left of it is billed by nobody.',
  },
  not_made: { word: 'Not made', meaning: 'The samples make an event that the pipeline does not list.' },
  not_measured: { word: 'Without samples', meaning: 'The pipeline lists an event that no sample makes.' },
  not_held: { word: 'Not at Stripe', meaning: 'The pipeline says that it sent it, and Stripe does not hold it.' },
  held_twice: { word: 'Held twice', meaning: 'Stripe holds more than the pipeline sent.' },
};

export const EFFECT_WORDS: Readonly<Record<RollupEffect, Words>> = {
  lost: { word: 'Billed to nobody', mark: 'under', tone: 'structural', meaning: 'Usage that no invoice will charge.' },
  twice: { word: 'Billed twice', mark: 'over', tone: 'structural', meaning: 'Usage that is charged more than once.' },
  moved: { word: 'On another invoice', mark: 'forward', tone: 'stale', meaning: 'Charged, and not where it belongs.' },
  at_risk: { word: 'At risk', mark: 'clock', tone: 'stale', meaning: 'Nothing is wrong yet.' },
};

export const SEAM_WORDS: Readonly<Record<SeamKind, Words>> = {
  gap: { word: 'Gap', mark: 'under', tone: 'structural', meaning: 'Measured time that nobody billed.' },
  overlap: { word: 'Overlap', mark: 'over', tone: 'structural', meaning: 'Measured time that was billed twice.' },
};

export const CHECK_WORDS: Readonly<Record<CutoverCheck, string>> = {
  boundary: 'T is a bucket boundary',
  soak: 'The pipelines agreed for long enough',
  prices: 'Every customer has its prices',
  catalog: 'Meters and catalog are present',
  drained: 'Everything before T is sent',
  webhook: 'One webhook endpoint',
};
