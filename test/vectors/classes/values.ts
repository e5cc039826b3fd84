import { meterPayloadValue } from '../../../shared/billing/meter-value.ts';
import { isTieoutError } from '../../../shared/errors.ts';
import {
  closeStamp,
  isCloseAllowed,
  isPushAllowed,
  lateRowWait,
} from '../../../shared/reconciliation/close-calendar.ts';
import { parseDecimal } from '../../../shared/values/decimal.ts';
import { formatInstant, parseInstant } from '../../../shared/values/instant.ts';
import { daysIn, monthOf, monthPeriod, nextMonth, parseMonth, previousMonth } from '../../../shared/values/period.ts';
import { type Json, type JsonObject, MalformedVector, text, type VectorClass } from '../vector.ts';

export const period: VectorClass = {
  answer: ({ input }) => {
    const op = text(input.op, 'op');
    const answer = PERIOD_OPS[op];
    if (answer === undefined) throw new MalformedVector(`op ${op} is not known`);
    return answer(input);
  },
};

const PERIOD_OPS: Readonly<Record<string, (input: JsonObject) => Json>> = {
  parse: (input) => {
    try {
      const month = parseMonth(text(input.key, 'key'));
      const { from, to } = monthPeriod(month);
      return {
        ok: true,
        start: formatInstant(from),
        end: formatInstant(to),
        prev: previousMonth(month),
        next: nextMonth(month),
        days: daysIn(month),
      };
    } catch (error) {
      if (isTieoutError(error)) return { ok: false };
      throw error;
    }
  },
  from_instant: (input) => ({ key: monthOf(parseInstant(text(input.instant, 'instant'))) }),
  close_stamp: (input) => {
    const { eventAt, usage } = closeStamp(month(input));
    return {
      event_timestamp: formatInstant(eventAt),
      usage_window: { start: formatInstant(usage.from), end: formatInstant(usage.to) },
    };
  },
  close_allowed: (input) => {
    const stripeEnd = input.stripe_period_end ?? null;
    const periodEnd = stripeEnd === null ? null : parseInstant(text(stripeEnd, 'stripe_period_end'));
    return { allowed: isCloseAllowed(month(input), now(input), periodEnd) };
  },
  ingest_wait: (input) => {
    const { waitMs, reason } = lateRowWait(month(input), now(input));
    return { wait_seconds: String(waitMs / 1000), reason };
  },
  push_allowed: (input) => ({ allowed: isPushAllowed(month(input), now(input)) }),
};

const month = (input: JsonObject) => parseMonth(text(input.key, 'key'));
const now = (input: JsonObject) => parseInstant(text(input.now, 'now'));

export const meterValue: VectorClass = {
  answer: ({ input }) => {
    try {
      return { payload_value: meterPayloadValue(parseDecimal(text(input.value, 'value'))) };
    } catch (error) {
      if (isTieoutError(error) && error.code === 'quantity.too_many_digits') {
        return { payload_value: null, error: 'value_too_many_digits' };
      }
      throw error;
    }
  },
};
