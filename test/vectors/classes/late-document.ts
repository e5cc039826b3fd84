import { formatInstant, instant, parseInstant } from '../../../shared/values/instant.ts';
import { type JsonObject, list, object, text } from '../vector.ts';
import { answerTo } from './document.ts';

/** A booked line of the delta engine, as far as amounts go. Money in major units. */
export type BookedLine = {
  readonly component: string;
  readonly unitAmount: string;
  readonly quantity: string;
  readonly total: string;
};

const START = parseInstant('2026-01-01T00:00:00Z');
const DAY_MS = 86_400_000;
const day = (index: number): string => formatInstant(instant(START + index * DAY_MS));

/**
 * The runs that the delta engine books for a cumulative quantity on each of some days, by the path of `tieout rate`.
 * @param cumulative one quantity for each run
 * @param more further fields of the document; `billed` what the first run finds booked
 */
export function deltaRuns(
  price: JsonObject,
  cumulative: readonly string[],
  { billed, ...more }: { readonly discounts?: JsonObject; readonly billed?: readonly BookedLine[] } = {},
): readonly JsonObject[] {
  const answer = answerTo({
    mode: 'delta',
    currency: 'usd',
    chargePeriod: { from: day(0), to: day(cumulative.length + 1) },
    price,
    ...more,
    phases: cumulative.map((cumulativeQuantity, index) => ({
      runId: `run-${index + 1}`,
      servicePeriod: { from: day(index + 1), to: day(index + 2) },
      cumulativeQuantity,
      ...(billed === undefined ? {} : { alreadyBilled: billed.map(bookedLine) }),
    })),
  });
  return list(answer.phases, 'phases').map((phase) => object(phase, 'phase'));
}

const bookedLine = ({ component, unitAmount, quantity, total }: BookedLine, index: number): JsonObject => ({
  id: `booked-${index + 1}`,
  key: component,
  component,
  category: 'regular',
  paymentTerm: 'arrears',
  servicePeriod: { from: day(0), to: day(1) },
  unitAmount,
  quantity,
  totals: { amount: total, charges: '0', discounts: '0', credits: '0', total },
});

export const totalOf = (run: JsonObject | undefined): string => text(object(run?.totals, 'totals').total, 'total');

/** The line of a component, where the run has one. */
export const lineOf = (run: JsonObject | undefined, component: string): JsonObject | null =>
  list(run?.lines, 'lines')
    .map((line) => object(line, 'line'))
    .find((line) => line.component === component) ?? null;
