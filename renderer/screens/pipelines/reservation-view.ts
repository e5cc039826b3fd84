import type { ReservationAnswer, ReservationRequest } from '../../../shared/contract/pipelines-schemas.ts';
import {
  add,
  compare,
  type Decimal,
  formatDecimal,
  formatFixed,
  isZero,
  round,
  tryParseDecimal,
} from '../../../shared/values/decimal.ts';
import { minorDigits } from '../../../shared/values/money.ts';
import { formatMoney } from '../../format/money.ts';
import { formatQuantity } from '../../format/number.ts';
import type { Reserve } from './pipelines-search.ts';

/** Sizes that one question may ask about. */
export const MOST_SIZES = 64;

/** The sizes from one to another in steps, both ends among them where the steps reach them; null where they are none. */
export function sizesOf({ from, to, step }: Pick<Reserve, 'from' | 'to' | 'step'>): string[] | null {
  const [first, last, by] = [from, to, step].map(tryParseDecimal);
  if (first == null || last == null || by == null || compare(first, last) > 0) return null;
  if (isZero(by) && compare(first, last) !== 0) return null;
  const sizes: string[] = [];
  for (let size: Decimal = first; compare(size, last) <= 0; size = add(size, by)) {
    sizes.push(formatDecimal(size));
    if (sizes.length > MOST_SIZES) return null;
    if (isZero(by)) break;
  }
  return sizes;
}

/** The question as it is asked; null where it makes no sense yet. */
export function reservationRequest(pipeline: string, reserve: Reserve | undefined): ReservationRequest | null {
  const sizes = reserve === undefined ? null : sizesOf(reserve);
  if (reserve === undefined || sizes === null) return null;
  const { customer, currency, reserved, overage, disk } = reserve;
  const isPriced = currency !== undefined && reserved !== undefined && overage !== undefined && disk !== undefined;
  return { pipeline, customer, sizes, ...(isPriced ? { prices: { currency, reserved, overage, disk } } : {}) };
}

/** What the sizes come to, in a sentence. */
export function reservationSentence(
  { options, cheapest, peakGb, intervals }: ReservationAnswer,
  currency: string | undefined,
): string {
  if (intervals === 0) return 'No machine ran in this period, as far as is known.';
  const best = options.find(({ reservedGb }) => reservedGb === cheapest);
  if (best?.money == null || currency === undefined)
    return `At most ${formatQuantity(peakGb)} GB ran at once. With prices, the cheapest size can be told.`;
  const exact = tryParseDecimal(best.money.total);
  const places = minorDigits(currency);
  const total = formatMoney(
    exact === null ? best.money.total : formatFixed(round(exact, places, 'half_up'), places),
    currency,
  );
  const size =
    tryParseDecimal(best.reservedGb)?.coefficient === 0n
      ? 'No reservation at all is cheapest'
      : `${formatQuantity(best.reservedGb)} GB are cheapest`;
  return `${size}: ${total} for the period, with at most ${formatQuantity(peakGb)} GB at once.`;
}
