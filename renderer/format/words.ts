import type { CellRow, JobState, MonthColumn, PullRecord } from '../../shared/contract/schemas.ts';

export type Verdict = CellRow['verdict'];
export type CauseCode = NonNullable<CellRow['cause']>['code'];
export type Tone = 'agree' | 'stale' | 'structural' | 'incomplete';
export type Mark =
  | 'check'
  | 'clock'
  | 'under'
  | 'over'
  | 'missing'
  | 'unmapped'
  | 'invalid'
  | 'differs'
  | 'twice'
  | 'forward'
  | 'dash'
  | 'hatched';

type VerdictWords = {
  readonly word: string;
  readonly mark: Mark;
  readonly tone: Tone;
  /** What it means, for someone who never saw it. */
  readonly meaning: string;
};

export const VERDICT_WORDS: Readonly<Record<Verdict, VerdictWords>> = {
  agree: { word: 'Agrees', mark: 'check', tone: 'agree', meaning: 'Stripe holds exactly what was used.' },
  agree_zero: {
    word: 'Agrees at 0',
    mark: 'check',
    tone: 'agree',
    meaning: 'Nothing was used and Stripe holds nothing.',
  },
  stale: {
    word: 'Not yet pushed',
    mark: 'clock',
    tone: 'stale',
    meaning: 'Stripe is behind by the newest hours only; the next push should settle it.',
  },
  stale_overdue: {
    word: 'Push overdue',
    mark: 'clock',
    tone: 'structural',
    meaning: 'Stripe is behind for longer than the meter allows.',
  },
  under_reported: {
    word: 'Under-reported',
    mark: 'under',
    tone: 'structural',
    meaning: 'Stripe holds less than was used: this usage will not be billed.',
  },
  over_reported: {
    word: 'Over-reported',
    mark: 'over',
    tone: 'structural',
    meaning: 'Stripe holds more than was used: the customer will be billed too much.',
  },
  missing_stripe: {
    word: 'Missing in Stripe',
    mark: 'missing',
    tone: 'structural',
    meaning: 'There is usage, but Stripe holds nothing of it.',
  },
  missing_usage: {
    word: 'Missing usage',
    mark: 'missing',
    tone: 'structural',
    meaning: 'Stripe holds usage for which no measurement exists.',
  },
  no_meter: { word: 'No meter', mark: 'missing', tone: 'structural', meaning: 'Stripe has no such meter.' },
  unmapped: {
    word: 'Unmapped',
    mark: 'unmapped',
    tone: 'structural',
    meaning: 'This usage belongs to no Stripe customer, or to more than one.',
  },
  invalid: { word: 'Invalid', mark: 'invalid', tone: 'structural', meaning: 'The measurement is not a usable number.' },
  incomplete: {
    word: 'Incomplete',
    mark: 'hatched',
    tone: 'incomplete',
    meaning: 'One side was not pulled, or with other settings, so nothing can be said.',
  },
};

export const CAUSE_WORDS: Readonly<Record<CauseCode, string>> = {
  rounding: 'Rounding',
  late_push: 'Late push',
  missed_push: 'Missed push',
  duplicate_push: 'Duplicate push',
  final_push_missing: 'Final push missing',
  unmapped: 'No mapping',
  ambiguous_mapping: 'Ambiguous mapping',
  unit_scale: 'Unit scale',
  wrong_period: 'Wrong month',
  zone_shift: 'Shifted hours',
  wrong_aggregation: 'Wrong aggregation',
  wrong_customer: 'Wrong customer',
  rejected_events: 'Refused by Stripe',
  pagination: 'List cut short',
  expired_rows: 'Expired rows',
  late_rows: 'Late rows',
  seam: 'Cutover seam',
  same_second_tie: 'Two in one second',
  query_changed: 'Query changed',
  net_negative_corrections: 'Net negative corrections',
  not_a_number: 'Not a number',
  not_pulled: 'Not pulled',
  settings_changed: 'Settings changed',
  meter_missing: 'Meter missing',
  unexplained: 'Unexplained',
};

export const CONFIDENCE_WORDS = {
  high: 'High confidence',
  medium: 'Medium confidence',
  low: 'Low confidence',
} as const;

export const MONTH_STATE_WORDS: Readonly<Record<MonthColumn['state'], string>> = {
  empty: 'Nothing pulled',
  partial: 'Partly pulled',
  ties_out: 'Ties out',
  structural: 'Does not tie out',
  invalid: 'Invalid values',
};

export const JOB_STATE_WORDS: Readonly<Record<JobState, string>> = {
  queued: 'Queued',
  running: 'Running',
  cancelling: 'Cancelling',
  cancelled: 'Cancelled',
  failed: 'Failed',
  done: 'Done',
};

export const PULL_STATE_WORDS: Readonly<Record<PullRecord['state'], string>> = {
  running: 'Running',
  complete: 'Complete',
  failed: 'Failed',
  cancelled: 'Cancelled',
  superseded: 'Replaced',
};

/** Whether a verdict says that the cell is settled. */
export const isQuiet = (verdict: Verdict): boolean => VERDICT_WORDS[verdict].tone === 'agree';

/** What to call a customer: the name, else the id, else the usage id. */
export function customerLabel(row: Pick<CellRow, 'name' | 'customer' | 'usageId'>): string {
  return row.name ?? row.customer ?? row.usageId ?? 'Unknown customer';
}

const ACRONYMS: Readonly<Record<string, string>> = {
  api: 'API',
  cpu: 'CPU',
  gb: 'GB',
  gib: 'GiB',
  gpu: 'GPU',
  io: 'IO',
  llm: 'LLM',
  mib: 'MiB',
  sms: 'SMS',
  tib: 'TiB',
};

/** Meters that Stripe holds and tieout.yaml does not mention are kept under this prefix. */
const STRIPE_ONLY = 'stripe:';
/** What a pipeline measures is kept as `pipeline/NAME/METER`. */
const OF_PIPELINE = /^pipeline\/([^/]+)\/(.+)$/;

/** `cpu_seconds` → `CPU seconds`: a meter's key, readable. */
export function meterLabel(key: string): string {
  const [, pipeline, measured] = OF_PIPELINE.exec(key) ?? [];
  if (pipeline !== undefined && measured !== undefined) return `${meterLabel(measured)} (pipeline ${pipeline})`;
  if (key.startsWith(STRIPE_ONLY)) return `${key.slice(STRIPE_ONLY.length)} (Stripe only)`;
  const words = key.split(/[_\-\s]+/).filter((word) => word !== '');
  const text = words.map((word) => ACRONYMS[word.toLowerCase()] ?? word).join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whether the readable name of a meter ends in its unit already: `Memory GiB seconds` in `GiB-seconds`. */
export const isUnitInLabel = (key: string, unit: string): boolean =>
  meterLabel(key).toLowerCase().endsWith(unit.replaceAll('-', ' ').toLowerCase());

/** `1 cell`, `7 cells`; the count is formatted by the caller. */
export const plural = (count: number, one: string, many = `${one}s`): string => (count === 1 ? one : many);
