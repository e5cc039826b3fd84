import type { MeterDraft, Template } from '../../shared/contract/meter-schemas.ts';
import type { CellRow } from '../../shared/contract/schemas.ts';

type TemplateWords = { readonly word: string; readonly meaning: string };

export const TEMPLATE_WORDS: Readonly<Record<Template, TemplateWords>> = {
  counter_checkpoints: {
    word: 'Counter checkpoints',
    meaning: 'A counter that only grows, or a level, read now and then. Pairs of readings of one series are billed.',
  },
  interval_samples: {
    word: 'Interval samples',
    meaning: 'Samples of a level, each good for its own interval: level × seconds.',
  },
  events: { word: 'Events', meaning: 'One row per event: added up, counted, the largest, the last, or distinct keys.' },
  active_series: { word: 'Active series', meaning: 'Distinct series seen in the month.' },
  sql: { word: 'Own SQL', meaning: 'A query of your own that returns customer, quantity and, if it can, bucket.' },
};

export const templateWord = (template: string): string =>
  Object.hasOwn(TEMPLATE_WORDS, template) ? TEMPLATE_WORDS[template as Template].word : template;

/** A column that a template reads. */
export type ColumnRole = {
  readonly role: string;
  readonly label: string;
  readonly isRequired: boolean;
  /** Takes several names, in an order. */
  readonly isList?: boolean;
  readonly placeholder: string;
};

const CUSTOMER: ColumnRole = { role: 'customer', label: 'Customer', isRequired: true, placeholder: 'workspace_id' };
const AT: ColumnRole = { role: 'at', label: 'Instant', isRequired: true, placeholder: 'ts' };

const ROLES: Readonly<Record<Template, readonly ColumnRole[]>> = {
  counter_checkpoints: [
    CUSTOMER,
    { role: 'series', label: 'Series', isRequired: true, isList: true, placeholder: 'instance_id' },
    AT,
    { role: 'value', label: 'Value', isRequired: true, placeholder: 'cpu_usage_usec' },
    { role: 'tiebreak', label: 'Tiebreak', isRequired: false, placeholder: 'event_kind' },
    { role: 'trusted', label: 'Trusted', isRequired: false, placeholder: 'network_attached' },
  ],
  interval_samples: [
    CUSTOMER,
    AT,
    { role: 'value', label: 'Level', isRequired: true, placeholder: 'memory_mb' },
    { role: 'interval', label: 'Interval in seconds', isRequired: true, placeholder: 'interval_s' },
    { role: 'id', label: 'Id', isRequired: true, placeholder: 'id' },
    { role: 'tier', label: 'Tier', isRequired: false, placeholder: '' },
  ],
  events: [
    CUSTOMER,
    AT,
    { role: 'value', label: 'Value', isRequired: true, placeholder: 'quantity' },
    { role: 'id', label: 'Id', isRequired: false, placeholder: 'event_id' },
    { role: 'key', label: 'Distinct key', isRequired: true, placeholder: 'user_id' },
  ],
  active_series: [
    CUSTOMER,
    { role: 'key', label: 'Key of a series', isRequired: true, isList: true, placeholder: 'testbed, benchmark' },
    { role: 'at', label: 'Instant of a report', isRequired: false, placeholder: 'end_time' },
    { role: 'lastSeen', label: 'Or last seen', isRequired: false, placeholder: 'last_seen' },
    { role: 'visibility', label: 'Visibility', isRequired: false, placeholder: 'visibility' },
    { role: 'deleted', label: 'Deleted', isRequired: false, placeholder: 'is_deleted' },
  ],
  sql: [],
};

/** The columns that a draft can name; events take a value or a key, by how they are taken together. */
export function rolesOf({ template, aggregate }: MeterDraft['usage']): readonly ColumnRole[] {
  const roles = ROLES[template];
  if (template !== 'events') return roles;
  const taken = aggregate === '' ? 'sum' : aggregate;
  return roles.filter(({ role }) => {
    if (role === 'value') return taken !== 'count' && taken !== 'distinct';
    return role !== 'key' || taken === 'distinct';
  });
}

const EVIDENCE: Readonly<Record<string, string>> = {
  dropped_pairs: 'Pairs across outages',
  dropped_ms: 'Time of outages, ms',
  dropped_value: 'Counted during outages',
  regressions: 'Counters that stepped back',
  untrusted_pairs: 'Untrusted pairs',
  same_instant: 'Pairs in one millisecond',
  null_pairs: 'Pairs without a value',
  duplicates: 'Duplicates',
  null_values: 'Rows without a value',
  negative_values: 'Negative values',
  samples: 'Samples read',
  hour: 'In the hour',
  heldHour: 'Held since the hour',
  held: 'Stripe holds',
  due: 'Due at the end',
  sent: 'Sent',
  isHeld: 'Held now',
  possible: 'What may be held',
};

/** `dropped_pairs` → `Pairs across outages`; a key that is not known reads as words. */
export function evidenceWord(key: string): string {
  const known = EVIDENCE[key];
  if (known !== undefined) return known;
  const text = key.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export type PitfallCode = NonNullable<CellRow['pitfalls']>[number]['code'];

export const PITFALL_WORDS: Readonly<Record<PitfallCode, string>> = {
  final_push_missing: 'Final push missing',
  same_second_tie: 'Two pushes in one second',
  stamped_after_period: 'Stamped after the period',
  old_total: 'Old total in a new month',
  held_without_usage: 'Held without usage',
  reset_impossible: 'Cannot be reset to 0',
};

/** A length of time, coarse: `12 min`, `5 h`, `5 h 20 min`, `3 d 4 h`. */
export function formatLag(seconds: number | null): string {
  if (seconds === null) return '–';
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const FORMULAS: Readonly<Record<string, string>> = { sum: 'adds up', count: 'counts', last: 'keeps the last value' };
export const formulaWords = (formula: string): string => FORMULAS[formula] ?? formula;
