import type { RollupFault, RollupReason } from '../reconciliation/pipelines/rollup-facts.ts';
import { formatDecimal, normalize } from '../values/decimal.ts';
import { formatInstant } from '../values/instant.ts';

type Told = RollupFault & { readonly unit: string };

const quantityOf = ({ quantity, unit }: Told): string => `${formatDecimal(normalize(quantity))} ${unit}`;

const SENTENCES: Readonly<Record<RollupReason, (fault: Told) => string>> = {
  late_samples: (fault) =>
    `Samples worth ${quantityOf(fault)} came after the bucket was rolled; the event keeps its first value.`,
  late_unknown: (fault) =>
    `The samples come to ${quantityOf(fault)} more than the event holds; samples that came after the bucket was rolled are lost so. When samples come is not known.`,
  two_values: (fault) =>
    `Two values stand under one id. ${fault.effect === 'at_risk' ? 'The first is right; the other' : 'The first departs from the samples by'} ${quantityOf(fault)}.`,
  foreign_id: (fault) =>
    fault.effect === 'twice'
      ? `A second event of the bucket under an id of its own, which Stripe takes as well: ${quantityOf(fault)} too much.`
      : `The id is not customer, bucket and meter: sent once more, ${quantityOf(fault)} would count a second time.`,
  left_in_shadow: (fault) => `Rolled in shadow after T: ${quantityOf(fault)} are never sent.`,
  stamped_in_next_month: (fault) =>
    `Stamped ${fault.eventAt === null ? 'later' : formatInstant(fault.eventAt)}: ${quantityOf(fault)} are on the invoice of the next month.`,
  still_pending: (fault) =>
    `First tried more than 24 hours ago and still pending: sent again, ${quantityOf(fault)} may count twice.`,
  sent_again: (fault) =>
    fault.effect === 'twice'
      ? `Sent again more than 24 hours after the first attempt, and Stripe counted it twice: ${quantityOf(fault)} too much.`
      : `Sent again more than 24 hours after the first attempt: ${quantityOf(fault)} may have counted twice.`,
  other_mode: (fault) =>
    fault.effect === 'moved'
      ? `${quantityOf(fault)} went to a meter of the other billing mode.`
      : `The bucket is billed in both modes: ${quantityOf(fault)} once more.`,
  cut_bucket: (fault) => `T lies within the bucket: the samples after T, ${quantityOf(fault)}, are billed by nobody.`,
  no_event: (fault) => `The samples come to ${quantityOf(fault)}, and no event was made.`,
  unknown_customer: (fault) =>
    `The pipeline does not know the customer: its samples, ${quantityOf(fault)}, are used up and billed by nobody.`,
  unknown_size: (fault) => `No meter has machines of this size: ${quantityOf(fault)} are skipped.`,
  less_than_samples: (fault) => `The event holds ${quantityOf(fault)} less than the samples, and they came in time.`,
  more_than_samples: (fault) => `The event holds ${quantityOf(fault)} more than the samples.`,
  no_samples: (fault) => `No sample makes this event of ${quantityOf(fault)}.`,
  before_the_cutover: (fault) =>
    `The bucket begins before T, where the old pipeline bills: ${quantityOf(fault)} once more.`,
  never_sent: (fault) =>
    fault.held === null
      ? `Still pending long after it was due: ${quantityOf(fault)} not sent.`
      : `Still pending, though Stripe holds it: sent again after 24 hours, ${quantityOf(fault)} would count twice.`,
  stripe_has_less: (fault) => `Sent, and Stripe holds ${quantityOf(fault)} less.`,
  stripe_has_more: (fault) => `Stripe holds ${quantityOf(fault)} more than was sent.`,
};

/** What happened to one event, with its quantity. */
export const faultSentence = (fault: Told): string => SENTENCES[fault.reason](fault);

const EFFECTS = [
  ['lost', 'billed to nobody'],
  ['twice', 'billed twice'],
  ['moved', 'on another invoice or meter'],
  ['at_risk', 'at risk'],
] as const;

/** "3 findings in 3,600 events: 2 billed to nobody, 1 at risk." */
export function rollupSentence(of: {
  readonly buckets: number;
  readonly events: number;
  readonly faults: readonly Pick<RollupFault, 'effect'>[];
}): string {
  const count = (value: number, one: string, many: string): string =>
    `${value.toLocaleString('en-US')} ${value === 1 ? one : many}`;
  const where = `${count(of.events, 'event', 'events')} of ${count(of.buckets, 'bucket', 'buckets')}`;
  if (of.faults.length === 0 && (of.buckets === 0 || of.events === 0)) return 'There was nothing to check.';
  if (of.faults.length === 0) return `Nothing is wrong with ${where}.`;
  const parts = EFFECTS.flatMap(([effect, words]) => {
    const found = of.faults.filter((fault) => fault.effect === effect).length;
    return found === 0 ? [] : [`${found.toLocaleString('en-US')} ${words}`];
  });
  return `${count(of.faults.length, 'finding', 'findings')} in ${where}: ${parts.join(', ')}.`;
}
