import { plural } from './claim.ts';
import type { FaultCode } from './hypothesis.ts';

/** Faults that hours tell, and what is known of a cell without them. */
export type IncidentCode =
  | FaultCode
  | 'ambiguous_mapping'
  | 'meter_missing'
  | 'net_negative_corrections'
  | 'not_a_number';

/** What fills the sentence of an incident. `where` is the hours as text, empty where it has none. */
type About = {
  readonly code: IncidentCode;
  /** Factor, shift, counterpart or meter; empty where it has none. */
  readonly mark: string;
  readonly where: string;
  readonly customers: number;
  readonly meters: number;
  readonly worth: readonly string[];
};

/** `The pushes of 14 May 03:00–07:00 UTC are missing for 412 customers on 3 meters, worth $8,113.20.` */
export function incidentSentence(about: About): string {
  const meters = `on ${plural(about.meters, 'meter')}`;
  const isIdentity = about.code === 'ambiguous_mapping' || about.code === 'unmapped';
  const ofIdentity = about.mark === '' ? `: ${about.customers} of them ${meters}` : `, ${meters}`;
  const whom = isIdentity ? ofIdentity : ` for ${plural(about.customers, 'customer')} ${meters}`;
  const worth = about.worth.length === 0 ? '' : `, worth ${about.worth.join(' and ')}`;
  return `${FACTS[about.code](about)}${whom}${worth}.`;
}

const FACTS: Readonly<Record<IncidentCode, (about: About) => string>> = {
  missed_push: ({ where }) => (where === '' ? 'Pushes are missing' : `The pushes of ${where} are missing`),
  late_push: ({ where }) => (where === '' ? 'Pushes are late' : `The pushes of ${where} are late`),
  final_push_missing: () => 'The final push of the month is missing',
  duplicate_push: ({ where }) => `${where === '' ? 'Pushes' : `The pushes of ${where}`} were counted more than once`,
  wrong_period: ({ where }) =>
    `Usage of another month stands in this one, or the other way round${where === '' ? '' : ` (${where}),`}`,
  zone_shift: ({ mark }) =>
    `Stripe's hours lie ${plural(Math.abs(Number(mark)), 'hour')} ${mark.startsWith('-') ? 'early' : 'late'}`,
  unit_scale: ({ mark }) =>
    mark.startsWith('1/') ? `Pushes are ${mark.slice(2)} times too small` : `Pushes are ${mark} times too large`,
  rounding: () => 'Every push was rounded',
  wrong_aggregation: () => 'Stripe puts the pushes together in another way than the usage asks for',
  wrong_customer: ({ mark }) => `Usage of one of ${mark.replace(' ', ' and ')} stands at the other`,
  unmapped: ({ mark }) =>
    mark === ''
      ? 'Usage ids and Stripe customers do not lead to each other'
      : `${mark.replace(' ', ' and ')} belong together, and nothing maps one to the other`,
  rejected_events: () => 'Stripe refused pushes',
  pagination: () => 'Nothing arrived after a certain place in the list of customers',
  expired_rows: () => 'ClickHouse has lost rows that were pushed once',
  late_rows: () => 'Usage arrived after its push, and a correction is pending',
  seam: ({ where }) => `At the cutover, ${where}, pushes are missing or doubled`,
  same_second_tie: () => 'Two pushes stand in one second',
  query_changed: () => "The meter's query has changed since it was pushed",
  ambiguous_mapping: () => 'Usage ids lead to several Stripe customers',
  meter_missing: ({ mark }) => `Stripe has no meter for ${mark}`,
  net_negative_corrections: () => 'Corrections take away more than was reported',
  not_a_number: () => 'A value is no quantity',
};

/** What to do about each fault, in the user's terms. */
export const REMEDIES: Readonly<Record<IncidentCode, string>> = {
  missed_push: 'Send the missing hours again, with the timestamps of those hours; Stripe accepts 35 days.',
  late_push: 'Wait for the next push and pull again; what stands in the next month has to be moved by a correction.',
  final_push_missing: 'Send the final total of the month with a timestamp inside it, before the invoice is finalised.',
  duplicate_push: 'Cancel the second events (meter event adjustment, within 24 hours), or send negative corrections.',
  wrong_period:
    'Send the hours to the month they belong to, and take them out of the other with a negative correction.',
  zone_shift: 'Make the pushing side stamp its hours, and cut its months, in UTC.',
  unit_scale: 'Compare the unit that is pushed with `usage.scale` in tieout.yaml; correct the one that is wrong.',
  rounding: 'Push the exact quantity, with up to 15 digits, or choose a smaller unit.',
  wrong_aggregation: 'Make a meter whose formula fits what is pushed: `sum` for increments, `last` for totals.',
  wrong_customer: 'Correct which customer the pusher names for this usage; move what was sent with a correction.',
  unmapped: 'Give the Stripe customer its usage id as `customers` in tieout.yaml says, and pull again.',
  rejected_events:
    'Send what was refused as Stripe takes it: at most 15 digits, at most 35 days old, to a customer that exists.',
  pagination: 'Make the pusher read all pages of its list of customers, and send the missing usage again.',
  expired_rows: 'Keep the hours of a month before its rows expire; this month can no longer be counted again.',
  late_rows: 'Send the correction that the late-usage engine works out.',
  seam: 'Send the gap again, or take the double back, for the hours around the cutover.',
  same_second_tie: 'Push the final total once more, a second later.',
  query_changed: 'Decide which query is right; pull again under it, or send the difference as a correction.',
  ambiguous_mapping: 'Take the usage id away from all but one of the customers, and pull again.',
  meter_missing: 'Create the meter in Stripe, or correct its name in tieout.yaml.',
  net_negative_corrections: 'Look for corrections that take away more than was reported.',
  not_a_number: 'Correct the query or the row behind it; a quantity is a finite decimal.',
};
