import type { ReservationAnswer, ReservationRequest } from '../../../shared/contract/pipelines-schemas.ts';
import type { Problem } from '../../../shared/errors.ts';
import {
  cheapestSize,
  costOfReservation,
  type Reservation,
  rateReservation,
} from '../../../shared/reconciliation/pipelines/reservation.ts';
import type { CapacityInterval } from '../../../shared/reconciliation/pipelines/reserved-capacity.ts';
import { type Decimal, formatDecimal, normalize, parseDecimal, round } from '../../../shared/values/decimal.ts';
import { formatInstant, type Instant, instant, parseInstant } from '../../../shared/values/instant.ts';
import { monthPeriod, type Period } from '../../../shared/values/period.ts';
import { type Books, openBooks, readRuns, requireCutover, requireRollup } from './books.ts';
import { type CutoverContext, emptyPeriod } from './rollup-view.ts';
import { worthsOf } from './worth.ts';

/**
 * What reserved sizes would have come to for one customer.
 * @throws TieoutError `parity.not_found`, `parity.hours_invalid`, `cutover.not_configured`, `decimal.malformed`
 */
export function reservationAnswer(context: CutoverContext, request: ReservationRequest): ReservationAnswer {
  const pipeline = requireRollup(context.config, request.pipeline);
  const cutover = requireCutover(pipeline);
  const books = openBooks(context.db, pipeline);
  const period = periodOf(books, request, cutover.bucketMs);
  const intervals = readRuns(context.db, books, period)
    .filter(({ customer }) => customer === request.customer)
    .map(
      (run): CapacityInterval => ({
        memoryMb: wholeMegabytes(run.memoryMb),
        diskMb: wholeMegabytes(run.diskMb),
        start: run.from,
        end: run.isOpen ? null : run.to,
      }),
    );
  const sizes = request.sizes.map((size) => parseDecimal(size, 'sizes'));
  const rated = rateReservation({ period, bucketMs: cutover.bucketMs, sizesGb: sizes, intervals });
  return {
    customer: request.customer,
    name: worthsOf(context).who(request.customer).name,
    period: { from: formatInstant(period.from), to: formatInstant(period.to) },
    ...answerOf(rated, request.prices),
    problems: problemsOf(books, intervals.length),
  };
}

function answerOf(
  rated: Reservation,
  given: ReservationRequest['prices'],
): Pick<ReservationAnswer, 'intervals' | 'peakGb' | 'averageGb' | 'options' | 'cheapest'> {
  const prices =
    given === undefined
      ? null
      : {
          reserved: parseDecimal(given.reserved, 'prices.reserved'),
          overage: parseDecimal(given.overage, 'prices.overage'),
          disk: parseDecimal(given.disk, 'prices.disk'),
        };
  const best = prices === null ? null : cheapestSize(rated.options, prices);
  return {
    intervals: rated.intervals,
    peakGb: text(rated.peakGb),
    averageGb: text(rated.averageGb),
    options: rated.options.map((option) => {
      const cost = prices === null ? null : costOfReservation(option, prices);
      return {
        reservedGb: text(option.reservedGb),
        reserved: text(option.reserved),
        used: text(option.used),
        overage: text(option.overage),
        overageByTier: [...option.overageByTier].map(([memoryMb, quantity]) => ({
          memoryMb,
          quantity: text(quantity),
        })),
        disk: text(option.disk),
        money:
          cost === null
            ? null
            : {
                reserved: text(cost.reserved),
                overage: text(cost.overage),
                disk: text(cost.disk),
                total: text(cost.total),
              },
      };
    }),
    cheapest: best === null ? null : text(best),
  };
}

/** Whole buckets: by default those of the newest month that was read, as far as it was over then. */
function periodOf(books: Books, { from, to }: ReservationRequest, bucketMs: number): Period {
  const { months, asOf } = books.known.runs;
  const newest = months.at(-1);
  const whole = newest === undefined ? { from: instant(0), to: instant(0) } : monthPeriod(newest);
  const down = (at: Instant): Instant => instant(Math.floor(at / bucketMs) * bucketMs);
  const begin = down(from === undefined ? whole.from : parseInstant(from, 'from'));
  const end = down(to === undefined ? instant(Math.min(whole.to, asOf ?? whole.to)) : parseInstant(to, 'to'));
  const isAsked =
    newest === undefined ? from !== undefined && to !== undefined : from !== undefined || to !== undefined;
  if (begin >= end && isAsked) throw emptyPeriod();
  return { from: begin, to: instant(Math.max(begin, end)) };
}

function problemsOf(books: Books, intervals: number): Problem[] {
  const path = `pipelines.${books.pipeline.key}.cutover.runs`;
  if (books.known.runs.asOf === null) {
    return [
      {
        code: 'cutover.not_pulled',
        path,
        message: 'Runs of machines were not read: samples tell too little to rate a reservation by.',
        remedy: 'Name the table under cutover.runs, and pull the month.',
      },
    ];
  }
  if (intervals > 0) return [];
  return [{ code: 'cutover.not_pulled', path, message: 'No machine of this customer ran then.', severity: 'warning' }];
}

const wholeMegabytes = (value: Decimal): number => Number(round(value, 0, 'half_up').coefficient);

const text = (value: Decimal): string => formatDecimal(normalize(value));
