import type { CauseCode, Verdict } from '../reconciliation/result.ts';

/** A verdict as people say it, and its mark; the mark never stands alone. */
export const VERDICT_WORDS: Readonly<Record<Verdict, { readonly mark: string; readonly words: string }>> = {
  agree: { mark: '✓', words: 'agrees' },
  agree_zero: { mark: '✓', words: 'nothing used' },
  stale: { mark: '…', words: 'on its way' },
  stale_overdue: { mark: '✗', words: 'overdue' },
  under_reported: { mark: '✗', words: 'too little in Stripe' },
  over_reported: { mark: '✗', words: 'too much in Stripe' },
  missing_stripe: { mark: '✗', words: 'missing in Stripe' },
  missing_usage: { mark: '✗', words: 'no usage measured' },
  no_meter: { mark: '✗', words: 'no such meter' },
  unmapped: { mark: '✗', words: 'no customer' },
  invalid: { mark: '!', words: 'invalid value' },
  incomplete: { mark: '?', words: 'not comparable' },
};

export const CAUSE_WORDS: Readonly<Record<CauseCode, string>> = {
  rounding: 'rounding',
  late_push: 'late push',
  missed_push: 'missed push',
  duplicated_push: 'pushed twice',
  final_push_missing: 'final push missing',
  missing_mapping: 'customer not mapped',
  ambiguous_mapping: 'ambiguous customer',
  unit_scale: 'unit error',
  shifted_period: 'shifted month',
  net_negative_corrections: 'negative total',
  not_a_number: 'not a number',
  not_pulled: 'not pulled',
  settings_changed: 'settings changed',
  meter_missing: 'meter missing',
  unexplained: 'unexplained',
};
