import type {
  ClockHead,
  ScenarioCheck,
  SimulatedInvoiceRow,
  SimulationState,
  TimelineRow,
} from '../../../shared/contract/simulate-schemas.ts';
import { formatMoney } from '../../format/money.ts';
import { formatCount, formatPercent, formatQuantity, signOfText } from '../../format/number.ts';
import { formatDay, formatHour, formatInstantLong, formatPeriod } from '../../format/time.ts';
import { plural } from '../../format/words.ts';

/** What kind of thing a mark on the timeline stands for; each has a shape of its own. */
export type MarkKind = 'usage' | 'trouble' | 'invoice' | 'clock' | 'change';

export type TimelineWords = {
  readonly kind: MarkKind;
  readonly title: string;
  readonly detail: string;
};

const ABOUT: Readonly<Record<string, readonly [MarkKind, string]>> = {
  clock_advanced: ['clock', 'Clock moved'],
  subscription_created: ['change', 'Subscription starts'],
  subscription_cancelled: ['change', 'Subscription ends'],
  trial_ended: ['change', 'Trial ends'],
  action: ['change', 'Action'],
  usage_accepted: ['usage', 'Usage'],
  duplicate_dropped: ['trouble', 'Duplicate dropped'],
  usage_refused: ['trouble', 'Refused'],
  usage_too_late: ['trouble', 'Too late for its invoice'],
  usage_cancelled: ['change', 'Usage cancelled'],
  period_ended: ['clock', 'Period ends'],
  invoice_drafted: ['invoice', 'Invoice drafted'],
  invoice_finalized: ['invoice', 'Invoice final'],
  invoice_paid: ['invoice', 'Invoice paid'],
  payment_failed: ['invoice', 'Payment failed'],
  invoice_voided: ['invoice', 'Invoice void'],
  invoice_uncollectible: ['invoice', 'Invoice uncollectible'],
  discount_started: ['change', 'Discount begins'],
  discount_ended: ['change', 'Discount ends'],
  credit_granted: ['change', 'Credit granted'],
  credit_expired: ['change', 'Credit expires'],
  credit_voided: ['change', 'Credit void'],
  credit_used: ['change', 'Credit used'],
};

const REASONS: Readonly<Record<string, string>> = {
  timestamp_too_far_in_past: 'older than 35 days',
  timestamp_in_future: 'more than 5 minutes in the future',
  duplicate_meter_event: 'a duplicate',
  no_meter: 'there is no such meter',
  archived_meter: 'the meter is archived',
  meter_event_no_customer_defined: 'it names no customer',
  meter_event_customer_not_found: 'there is no such customer',
  meter_event_value_not_found: 'it has no value',
  meter_event_invalid_value: 'its value is no number',
  meter_event_value_too_many_digits: 'its value has more than 15 digits',
};

const ACTIONS: Readonly<Record<string, string>> = {
  update_subscription: 'Subscription changed',
  cancel_now: 'Cancelled at once',
  cancel_at_period_end: 'Cancelled at the end of the period',
  pause: 'Collection paused',
  resume: 'Collection resumes',
  add_credit_grant: 'Credit granted',
  void_credit_grant: 'Credit voided',
  apply_coupon: 'Coupon applied',
  remove_coupon: 'Coupon removed',
  cancel_event: 'Usage report cancelled',
  void_invoice: 'Invoice voided',
};

export const kindOfType = (type: string): MarkKind => ABOUT[type]?.[0] ?? 'change';
export const wordOfType = (type: string): string => ABOUT[type]?.[1] ?? type.replaceAll('_', ' ');

/** A line of the timeline in words. */
export function timelineWords(row: TimelineRow): TimelineWords {
  const { usage, group, type } = row;
  if (group !== null) return groupWords(group);
  const kind = kindOfType(type);
  const title = type === 'action' ? (ACTIONS[row.name ?? ''] ?? row.name ?? 'Action') : wordOfType(type);
  if (usage !== null) {
    const what = `${formatQuantity(usage.value)} ${usage.event}`;
    const isLate = usage.isLate && type === 'usage_accepted';
    return {
      kind: isLate ? 'trouble' : kind,
      title: isLate ? `Late, still counted: ${what}` : type === 'usage_accepted' ? what : `${title}: ${what}`,
      detail: [usage.reason === null ? null : (REASONS[usage.reason] ?? usage.reason), stamped(row), usage.customer]
        .filter((part) => part !== null)
        .join(' · '),
    };
  }
  const money = row.money === null ? null : formatMoney(row.money.amount, row.money.currency);
  const period = row.period === null ? null : formatPeriod(row.period.from, row.period.to);
  const detail = type === 'clock_advanced' ? null : row.detail;
  return {
    kind,
    title: type === 'clock_advanced' ? `Clock moved to ${formatHour(row.detail ?? row.at)}` : title,
    detail: [money, period, type === 'action' ? null : row.name, detail, row.invoice ?? row.about]
      .filter((part) => part !== null && part !== '')
      .join(' · '),
  };
}

/** Of usage that was used at another time than it came. */
const stamped = ({ usage, at }: TimelineRow): string | null =>
  usage === null || usage.timestamp.slice(0, 16) === at.slice(0, 16) ? null : `used ${formatHour(usage.timestamp)}`;

function groupWords(group: NonNullable<TimelineRow['group']>): TimelineWords {
  const { accepted, late, duplicates, refused, tooLate } = group;
  const count = accepted + late + duplicates + refused + tooLate;
  const parts = [
    [late, 'late, still counted'],
    [duplicates, plural(duplicates, 'duplicate')],
    [refused, 'refused'],
    [tooLate, 'too late'],
  ] as const;
  const troubles = parts.flatMap(([number, word]) => (number === 0 ? [] : `${formatCount(number)} ${word}`));
  return {
    kind: troubles.length > 0 && accepted === 0 ? 'trouble' : 'usage',
    title: `${formatCount(count)} ${plural(count, 'usage report')}`,
    detail: troubles.length === 0 ? 'all taken' : troubles.join(' · '),
  };
}

/** Where the clock stands, for somebody who does not see it. */
export function headText(head: ClockHead, index: number, count: number): string {
  const usage = head.accepted + head.troubled;
  const parts = [
    ...(usage === 0 ? [] : [`${formatCount(usage)} ${plural(usage, 'usage report')}`]),
    ...head.events.map((type) => wordOfType(type).toLowerCase()),
  ];
  return `${formatInstantLong(head.at)}, ${index + 1} of ${count}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}

export const INVOICE_STATUS_WORDS: Readonly<Record<SimulatedInvoiceRow['status'], string>> = {
  draft: 'Draft',
  open: 'Open',
  paid: 'Paid',
  uncollectible: 'Uncollectible',
  void: 'Void',
};

export const REASON_WORDS: Readonly<Record<SimulatedInvoiceRow['reason'], string>> = {
  creation: 'at creation',
  cycle: 'end of a period',
  update: 'after a change',
  cancellation: 'after a cancellation',
};

/** The scenario in a sentence, or how many things are wrong with it. */
export function scenarioSentence(check: ScenarioCheck | null, isCurrent: boolean): string {
  if (check === null) return 'Reading the scenario.';
  const { overview, problems } = check;
  if (overview === null) {
    const count = problems.length;
    return `${count} ${plural(count, 'thing is', 'things are')} wrong with it, so it cannot be played${isCurrent ? '.' : ' …'}`;
  }
  const { customers, subscriptions, usage } = overview;
  return [
    `${formatCount(customers)} ${plural(customers, 'customer')}`,
    `${formatCount(subscriptions)} ${plural(subscriptions, 'subscription')}`,
    `${formatCount(usage)} ${plural(usage, 'usage report')}, ${formatPeriodOf(overview.start, overview.end)}`,
  ].join(', ');
}

const formatPeriodOf = (from: string, to: string): string => `${formatDay(from)} – ${formatDay(to)} ${to.slice(0, 4)}`;

export type Verdict = {
  readonly tone: 'agree' | 'structural' | 'incomplete';
  readonly sentence: string;
  /** What was billed against what was used; null before the end. */
  readonly drift: string | null;
};

/** What it all comes to, as the strip at the end says it. */
export function verdictOf(state: SimulationState, end: string): Verdict {
  const { held, failed, undecided } = state.expectationCounts;
  const all = held + failed + undecided;
  const drift = driftWords(state);
  if (!state.isOver) {
    const so = all === 0 ? '' : ` ${formatCount(held)} of ${formatCount(all)} expectations hold so far.`;
    return { tone: 'incomplete', sentence: `Not decided yet: the run ends ${formatHour(end)} UTC.${so}`, drift: null };
  }
  if (failed > 0) {
    return {
      tone: 'structural',
      sentence: `${formatCount(failed)} of ${formatCount(all)} ${plural(all, 'expectation')} did not hold.`,
      drift,
    };
  }
  if (state.exit === 3) return { tone: 'incomplete', sentence: 'Something could not be known.', drift };
  if (all === 0) return { tone: 'agree', sentence: 'Nothing is expected of this run.', drift };
  return {
    tone: 'agree',
    sentence: all === 1 ? 'What was expected holds.' : `All ${formatCount(all)} expectations hold.`,
    drift,
  };
}

function driftWords({ drift }: SimulationState): string {
  const isExact = signOfText(drift.epsilon) === 0;
  const bound = formatPercent(drift.epsilon).replace('+', '');
  if (drift.cells === 0) return 'Nothing is billed yet that usage could be held against.';
  if (drift.failing === 0 && isExact) return 'What was billed is exactly what was used.';
  if (drift.failing === 0) return `What was billed is within ${bound} of what was used.`;
  return drift.cells === 1
    ? isExact
      ? 'What was billed is not what was used.'
      : `What was billed is more than ${bound} away from what was used.`
    : `Of ${formatCount(drift.failing)} of ${formatCount(drift.cells)} meters more or less was billed than was used, by more than ${bound}.`;
}
