import type { EventSummary } from '../../../shared/billing/meter.ts';
import { isTieoutError, TieoutError } from '../../../shared/errors.ts';
import { HOUR_MS, instant, toUnixSeconds } from '../../../shared/values/instant.ts';
import { hoursIn, type Period } from '../../../shared/values/period.ts';
import type { SummaryRequest } from '../billing-source.ts';
import { isRaw } from './fields.ts';
import { followPages, PAGE_SIZE } from './pages.ts';
import { readHour, readTotal } from './read-meter.ts';
import { RESOURCES } from './resources.ts';
import type { StripeClient } from './stripe-client.ts';

const MINUTE_MS = 60_000;
const resource = RESOURCES.eventSummaries;

/** The total without a window: one request, one summary at most. */
export async function readMonthSummary(client: StripeClient, request: SummaryRequest): Promise<EventSummary | null> {
  const { meterId, customerId, signal } = request;
  const period = widen(request.period, MINUTE_MS);
  if (period.from >= period.to) return null;
  const answer = await orNullWhereUnknown(client, request, () =>
    client.request(
      resource,
      (sdk) => sdk.billing.meters.listEventSummaries(meterId, { ...range(customerId, period), limit: PAGE_SIZE }),
      signal,
    ),
  );
  if (answer === null) return null;
  const rows = isRaw(answer) && Array.isArray(answer.data) ? (answer.data as readonly unknown[]) : null;
  if (rows === null) throw badSummaries(request, 'it has no "data"');
  if (rows.length > 1) throw badSummaries(request, `${rows.length} summaries came where no window was asked for`);
  return rows.length === 0 ? null : readTotal(rows[0], { meterId, period });
}

/** Hours with events, ascending; Stripe gives them newest first, in pages. */
export async function readHourSummaries(
  client: StripeClient,
  request: SummaryRequest,
): Promise<readonly EventSummary[]> {
  const { meterId, customerId, signal } = request;
  const period = widen(request.period, HOUR_MS);
  if (period.from >= period.to) return [];
  const collect = async (): Promise<EventSummary[]> => {
    const hours: EventSummary[] = [];
    const pages = followPages(
      (cursor) =>
        client.request(
          resource,
          (sdk) =>
            sdk.billing.meters.listEventSummaries(meterId, {
              ...range(customerId, period),
              ...cursor,
              value_grouping_window: 'hour',
            }),
          signal,
        ),
      { resource, pageLimit: hoursIn(period) + 1 },
    );
    for await (const rows of pages) hours.push(...rows.map((row) => readHour(row, { meterId, period })));
    return hours;
  };
  const hours = (await orNullWhereUnknown(client, request, collect)) ?? [];
  hours.sort((a, b) => a.from - b.from);
  for (const [index, hour] of hours.entries()) {
    if (hours[index + 1]?.from === hour.from) throw badSummaries(request, 'the same hour came twice');
  }
  return hours;
}

const range = (customer: string, period: Period) => ({
  customer,
  start_time: toUnixSeconds(period.from),
  end_time: toUnixSeconds(period.to),
});

/** Stripe takes bounds on whole units only; the period asked for lies inside. */
const widen = (period: Period, unitMs: number): Period => ({
  from: instant(Math.floor(period.from / unitMs) * unitMs),
  to: instant(Math.ceil(period.to / unitMs) * unitMs),
});

/** Of a customer or meter that Stripe does not know (any more) it holds no events; that is said aloud. */
async function orNullWhereUnknown<T>(
  client: StripeClient,
  { meterId, customerId }: SummaryRequest,
  read: () => Promise<T>,
): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!isTieoutError(error) || error.code !== 'stripe.not_found') throw error;
    client.warnings.add({
      code: 'stripe.not_found',
      path: `${meterId}/${customerId}`,
      message: `Stripe does not know customer ${customerId} or meter ${meterId}; it holds no events for them.`,
      remedy: 'If the customer was deleted in Stripe, its usage can no longer be billed there.',
    });
    return null;
  }
}

const badSummaries = ({ meterId, customerId }: SummaryRequest, what: string): TieoutError =>
  new TieoutError('stripe.bad_answer', {
    message: `The event summaries of meter ${meterId} and customer ${customerId} cannot be used: ${what}.`,
    path: `${meterId}/${customerId}`,
    remedy: 'Check that stripe.apiBase serves the Stripe API.',
  });
