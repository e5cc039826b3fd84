import type { SubscriptionItem } from '../../billing/subscription.ts';
import { type Decimal, formatDecimal, isNegative, sum, ZERO } from '../../values/decimal.ts';
import { formatDayAndHour } from '../../values/instant.ts';
import { contains, type Period } from '../../values/period.ts';
import type { InvoiceContext, KnownPrice } from './context.ts';
import { type DraftLine, freeLine, type LineSubject, linesOfQuantity } from './draft-line.ts';
import { isCutOff, meteredSpan, splitAtTrial } from './item-spans.ts';

/**
 * The metered lines of an item, in arrears and never prorated: what was used in the service period that ends, outside
 * the trial. Usage within a trial is shown free of charge, or charged where the workspace says so.
 */
export function meteredLines(context: InvoiceContext, item: SubscriptionItem, known: KnownPrice): readonly DraftLine[] {
  const { input, rounding } = context;
  const { subscription, options } = input;
  const whole = meteredSpan(context, item, known.price);
  if (whole === null) return [];
  if (input.isCutOffBilled !== true && isCutOff(subscription, known.price)) return dropped(context, item);
  const service = sinceLastChange(context, item, whole);
  const { charged, free } =
    options.trialUsage === 'free' ? splitAtTrial(subscription, service) : { charged: [service], free: null };
  const subjectIn = (span: Period): LineSubject => ({ ...known, item, service: span, options, rounding });
  const lines: DraftLine[] = [];
  if (free !== null) lines.push(...freeLines(context, subjectIn(free)));
  const first = charged[0];
  const last = charged.at(-1);
  if (first === undefined || last === undefined) return lines;
  const subject = subjectIn({ from: first.from, to: last.to });
  const quantity = usageIn(context, subject, charged);
  return quantity === null ? lines : [...lines, ...linesOfQuantity(subject, 'metered', quantity)];
}

/** Of a price that the item got within the period, only what was used from then on (Stripe, Update prices mid-cycle). */
function sinceLastChange({ input, notes }: InvoiceContext, item: SubscriptionItem, service: Period): Period {
  const changes = input.changes.filter(
    ({ itemId, at, from, to }) =>
      itemId === item.id && to?.priceId === item.priceId && from?.priceId !== item.priceId && contains(service, at),
  );
  const from = changes.reduce((latest, { at }) => (at > latest ? at : latest), service.from);
  if (from === service.from) return service;
  notes.warning(
    'invoice.usage_dropped',
    [input.subscription.id, item.id],
    `${item.id} got its price on ${formatDayAndHour(from)} UTC; what it used before is not billed under it.`,
  );
  return { from, to: service.to };
}

function freeLines({ input }: InvoiceContext, subject: LineSubject): readonly DraftLine[] {
  const used = input.usageOf(subject.item, subject.price, subject.service);
  return used === null ? [] : [freeLine(subject, used)];
}

/** Null, with a note, where it is not known; 0 where corrections outweigh what was used. */
function usageIn(
  { input, notes }: InvoiceContext,
  { item, price, name }: LineSubject,
  spans: readonly Period[],
): Decimal | null {
  const about = [input.subscription.id, item.id];
  const known: Decimal[] = [];
  for (const span of spans) {
    const used = input.usageOf(item, price, span);
    if (used === null) {
      notes.error(
        'invoice.usage_unknown',
        about,
        `What ${item.id} (${name}) used from ${formatDayAndHour(span.from)} to ${formatDayAndHour(span.to)} UTC is not known; its lines are left out.`,
        'Pull the months of that period, and configure the meter of the price.',
      );
      return null;
    }
    known.push(used);
  }
  const quantity = sum(known);
  if (!isNegative(quantity)) return quantity;
  notes.warning(
    'invoice.usage_negative',
    about,
    `${item.id} (${name}) used ${formatDecimal(quantity)}: corrections outweigh usage, so 0 is billed.`,
  );
  return ZERO;
}

function dropped({ input, notes }: InvoiceContext, item: SubscriptionItem): readonly DraftLine[] {
  notes.warning(
    'invoice.usage_dropped',
    [input.subscription.id, item.id],
    `${input.subscription.id} was cancelled at once, so the pending usage of ${item.id} is not billed.`,
  );
  return [];
}
