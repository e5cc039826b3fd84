import type { HeldSpan, ListedEvent } from '../../../shared/reconciliation/pipelines/rollup-facts.ts';
import { type Decimal, tryParseDecimal, ZERO } from '../../../shared/values/decimal.ts';
import { HOUR_MS, hourOf, type Instant, instant } from '../../../shared/values/instant.ts';
import { contains, type MonthKey, monthPeriod } from '../../../shared/values/period.ts';
import { fromStored } from '../../../shared/values/quantity.ts';
import { readSummaryHours } from '../../cache/hours-store.ts';
import type { Db } from '../../cache/open.ts';
import { readSummaryTotal } from '../../cache/total-store.ts';
import type { Worths } from './worth.ts';

type Asked = {
  readonly db: Db;
  readonly worths: Worths;
  /** Event names of the meters. */
  readonly names: readonly string[];
  readonly events: readonly ListedEvent[];
  readonly months: readonly MonthKey[];
  /** Spans that begin earlier are left out; null: none is. */
  readonly openFrom: Instant | null;
};

/** Stripe's totals of everyone whom events were made for: by the hour where it was asked so, else of the month. */
export function readHeld(of: Asked): readonly HeldSpan[] {
  const keyOf = new Map(
    [...new Set(of.events.map(({ customer }) => customer))].flatMap((customer) => {
      const { key, account } = of.worths.who(customer);
      return account === null ? [] : [[account, key] as const];
    }),
  );
  const spans: HeldSpan[] = [];
  for (const month of of.months) for (const meter of of.names) spans.push(...spansOfMeter(of, { month, meter, keyOf }));
  return spans.filter(({ span }) => of.openFrom === null || span.from >= of.openFrom);
}

function* spansOfMeter(
  { db, worths, events }: Asked,
  of: { readonly month: MonthKey; readonly meter: string; readonly keyOf: ReadonlyMap<string, number> },
): Iterable<HeldSpan> {
  const pull = worths.stripePull(of.meter, of.month);
  if (pull === null) return;
  const whole = monthPeriod(of.month);
  const stamped = Map.groupBy(
    events.filter(({ meter, eventAt }) => meter === of.meter && contains(whole, eventAt)),
    ({ customer }) => worths.who(customer).account ?? '',
  );
  for (const [account, key] of of.keyOf) {
    const cell = { account, meter: of.meter, asOf: pull.startedAt };
    const hours = readSummaryHours(db, pull.pull, key);
    if (hours === null) {
      const total = readSummaryTotal(db, pull.pull, key);
      if (total !== null) yield { ...cell, span: whole, value: total.hasValue ? quantityOf(total) : ZERO };
      continue;
    }
    // An hour that Stripe does not name holds nothing.
    const values = new Map((stamped.get(account) ?? []).map(({ eventAt }) => [hourOf(eventAt), ZERO]));
    for (const { hour, whole: value, frac, text } of hours) {
      values.set(instant(whole.from + hour * HOUR_MS), quantityOf({ whole: value, frac, text: text ?? null }));
    }
    for (const [from, value] of values) yield { ...cell, span: { from, to: instant(from + HOUR_MS) }, value };
  }
}

const quantityOf = (stored: {
  readonly whole: bigint | number;
  readonly frac: bigint | number;
  readonly text: string | null;
}): Decimal => (stored.text === null ? fromStored(stored.whole, stored.frac) : (tryParseDecimal(stored.text) ?? ZERO));
