import type { CellDetail, CellKey, HourPoint } from '../../../shared/contract/schemas.ts';
import { TieoutError } from '../../../shared/errors.ts';
import { type RatedLine, rateQuantity } from '../../../shared/rating/rate.ts';
import { cumulative, type HourlySeries, toQuantity } from '../../../shared/reconciliation/hourly-series.ts';
import type { CellResult } from '../../../shared/reconciliation/result.ts';
import { reportRow } from '../../../shared/reports/cell-row.ts';
import { driftSentence, remedyOf } from '../../../shared/reports/sentences.ts';
import { countingText, takenText } from '../../../shared/reports/series.ts';
import { type Decimal, formatDecimal, isNegative, normalize, ZERO } from '../../../shared/values/decimal.ts';
import { formatFraction, fraction, multiplyFractions } from '../../../shared/values/fraction.ts';
import { formatDayAndHour, formatInstant, HOUR_MS, instant } from '../../../shared/values/instant.ts';
import { formatMinorAsMajor, minorDigits } from '../../../shared/values/money.ts';
import { monthOf } from '../../../shared/values/period.ts';
import { FRAC_UNIT } from '../../../shared/values/quantity.ts';
import { readEvidence } from '../../cache/hours-store.ts';
import { readUsageTotal } from '../../cache/total-store.ts';
import { sortCells } from '../explain/explain-meter.ts';
import { explainedHours, inferrer } from '../explain/infer-cell.ts';
import type { MeterBlock } from '../reconcile/block.ts';
import { levels, readCellHours } from '../reconcile/evidence.ts';
import { usageKeysOf } from '../reconcile/identity.ts';
import type { MeterInput } from '../reconcile/meter-input.ts';
import { pricesOf } from '../reconcile/pricing.ts';
import { addedUp, type SeriesCounts, seriesCountsOf } from '../reconcile/series-counts.ts';
import { stripeMeterName } from '../reconcile/settings.ts';
import { hoursContext } from '../reconcile/settle.ts';
import { billingDetail } from './billing-detail.ts';
import type { MonthsContext } from './context.ts';
import { frameCell, locate, type MonthFrame } from './frame.ts';

/**
 * Everything about one cell: its row, its hours on both sides, what each side costs tier by tier, and where the numbers
 * come from.
 * @throws TieoutError `host.not_found` where the month has no such cell
 */
export function cellDetail(context: MonthsContext, key: CellKey): CellDetail {
  const { frame } = context.frames.open(context, key.month);
  const id = findCell(frame, key);
  const { block, position } = locate(frame, id);
  const cell = frameCell(frame, id);
  const { input } = block;
  const usageKeys = usageKeysAt(block, position);
  const customerKey = block.customerKeys[position] as number;
  const hoursFrom = hoursContext(input);
  const { series } = readCellHours(hoursFrom, { customerKey, usageKeys });
  const pulledAt = input.stripePull?.startedAt ?? input.usagePull?.startedAt ?? input.period.to;
  const inferred = sortCells(block).drifting.includes(position) ? inferrer(block)(position) : null;
  const explainedBy = inferred === null ? [] : explainedHours(inferred);
  const known = Math.min(pulledAt, input.period.to);
  return {
    row: reportRow(cell),
    sentence: driftSentence(cell),
    remedy: remedyOf(cell),
    hours:
      series === null ? [] : hourPoints(series, { input, until: Math.ceil((known - input.period.from) / HOUR_MS) }),
    hasMeteredHours: series !== null && series.metered !== null,
    explainedBy: explainedBy.map(({ from, to, label }) => ({
      from: hourInstant(input, from),
      to: hourInstant(input, to),
      label,
    })),
    priceImpact: priceImpact(block, customerKey, cell),
    billing: billingDetail(block, cell, customerKey),
    provenance: { usage: usageProvenance(context, input, { usageKeys, cell }), stripe: stripeProvenance(input) },
  };
}

/** @throws TieoutError `host.not_found` where the month has no such cell */
export function findCell(frame: MonthFrame, key: CellKey): number {
  for (const [index, block] of frame.blocks.entries()) {
    if (block.meter.key !== key.meter) continue;
    const { identity } = block;
    const customerKey = key.customer === null ? 0 : identity.customerIds.indexOf(key.customer);
    for (let position = 0; customerKey >= 0 && position < block.length; position += 1) {
      if (block.customerKeys[position] !== customerKey) continue;
      if (customerKey === 0 && identity.usageIds[block.usageKeys[position] as number] !== key.usageId) continue;
      return (frame.starts[index] as number) + position;
    }
  }
  throw new TieoutError('host.not_found', {
    message: `${key.month} has no cell of ${key.customer ?? key.usageId ?? 'nobody'} on ${key.meter}.`,
    remedy: 'It may have gone with the last pull; go back to the month.',
  });
}

function usageKeysAt(block: MeterBlock, position: number): readonly number[] {
  const customerKey = block.customerKeys[position] as number;
  return customerKey === 0 ? [block.usageKeys[position] as number] : usageKeysOf(block.identity, customerKey);
}

const hourInstant = (input: MeterInput, hour: number): string =>
  formatInstant(instant(input.period.from + hour * HOUR_MS));

/**
 * Both sides by the hour. Month-to-date levels of Stripe are shown as what each push added, so that the two can be
 * compared; meters of levels stay levels.
 */
function hourPoints(series: HourlySeries, at: { readonly input: MeterInput; readonly until: number }): HourPoint[] {
  const { input, until } = at;
  const { combine } = input.meter;
  const isMonthToDate = input.stripeMeter?.formula === 'last' && combine === 'sum';
  const measuredTotals = combine === 'sum' ? cumulative(series.measured) : levels(series.measured, combine);
  const meteredTotals =
    series.metered === null
      ? null
      : isMonthToDate || combine !== 'sum'
        ? levels(series.metered, 'last')
        : cumulative(series.metered);
  const text = (value: bigint | null | undefined): string | null =>
    value === null || value === undefined ? null : formatDecimal(toQuantity(value, series.perUnit));
  const points: HourPoint[] = [];
  const count = Math.min(series.measured.length, Math.max(until, 0));
  for (let hour = 0; hour < count; hour += 1) {
    const measured = series.measured[hour] ?? null;
    const held = series.metered?.[hour] ?? null;
    const metered = held === null || !isMonthToDate ? held : held - (meteredTotals?.[hour] ?? 0n);
    const isKnown = series.metered !== null && (measured !== null || metered !== null);
    points.push({
      at: hourInstant(input, hour),
      measured: text(measured),
      metered: text(metered),
      measuredCumulative: text(measuredTotals[hour + 1]),
      meteredCumulative: text(meteredTotals?.[hour + 1]),
      difference: isKnown ? text((measured ?? 0n) - (metered ?? 0n)) : null,
    });
  }
  return points;
}

/** Both quantities through every price of the customer, in major units. */
function priceImpact(block: MeterBlock, customerKey: number, cell: CellResult): CellDetail['priceImpact'] {
  const { pricing } = block.input;
  const { money } = cell;
  if (customerKey === 0 || money === null) return null;
  const prices = pricesOf(pricing, customerKey).flatMap((index) => pricing.prices[index] ?? []);
  const linesOf = (quantity: Decimal | null) =>
    prices.flatMap(({ shape, compiled }) =>
      compiled === null || (quantity !== null && isNegative(quantity))
        ? []
        : rateQuantity(shape, quantity ?? ZERO, block.input.rating).lines.map((line) =>
            priceLine(shape.id, line, money.currency),
          ),
    );
  return { currency: money.currency, measured: linesOf(cell.measured), metered: linesOf(cell.metered) };
}

export function priceLine(price: string, line: RatedLine, currency: string) {
  const digits = minorDigits(currency);
  const major = (minor: Decimal): string =>
    formatDecimal(normalize({ coefficient: minor.coefficient, scale: minor.scale + digits }));
  return {
    price,
    tier: line.tier,
    type: line.type,
    upTo: line.upTo === null ? null : formatDecimal(line.upTo),
    unitAmount: major(line.unitAmount),
    quantity: formatDecimal(line.rawQuantity ?? line.quantity),
    exact: major(line.exact),
    amount: line.amountMinor === null ? major(line.exact) : formatMinorAsMajor(line.amountMinor, currency),
  };
}

function usageProvenance(
  context: MonthsContext,
  input: MeterInput,
  { usageKeys, cell }: { readonly usageKeys: readonly number[]; readonly cell: CellResult },
): CellDetail['provenance']['usage'] {
  const { usagePull, meter } = input;
  if (usagePull === null) return null;
  let native: bigint | null = null;
  const evidence = new Map<string, bigint | string>();
  for (const usageKey of usageKeys) {
    const total = readUsageTotal(context.db, usagePull.pull, usageKey);
    if (total !== null && total.text === null) native = (native ?? 0n) + total.whole * FRAC_UNIT + total.frac;
    for (const [key, value] of Object.entries(readEvidence(context.db, usagePull.pull, usageKey) ?? {})) {
      const before = evidence.get(key);
      const isCount = /^\d+$/.test(value) && typeof before !== 'string';
      evidence.set(key, isCount ? ((before as bigint | undefined) ?? 0n) + BigInt(value) : value);
    }
  }
  return {
    pulledAt: formatInstant(usagePull.startedAt),
    source: 'ClickHouse',
    template: meter.template,
    query: usagePull.query ?? '',
    scale: formatFraction(meter.scale),
    native:
      native === null
        ? null
        : formatDecimal(normalize({ coefficient: native * 10n ** BigInt(usagePull.exponent), scale: 12 })),
    exact:
      native === null
        ? null
        : formatFraction(
            multiplyFractions(meter.scale, fraction(native * 10n ** BigInt(usagePull.exponent), FRAC_UNIT)),
          ),
    rounding: reportRow(cell).rounding ?? null,
    evidence: [
      ...[...evidence].map(([key, value]) => ({ key, value: String(value) })),
      ...seriesEvidence(context, input, usageKeys),
    ],
  };
}

/** Of a meter that keeps its series: the ways to count them side by side, and which ones count. */
function seriesEvidence(
  context: MonthsContext,
  { meter, period }: MeterInput,
  usageKeys: readonly number[],
): { readonly key: string; readonly value: string }[] {
  const counts = seriesCountsOf(context.db, { month: monthOf(period.from), meter });
  if (counts === null) return [];
  const { active, atEnd, reported } = addedUp(usageKeys.map(counts.of));
  const { snapshot } = counts;
  const kept =
    snapshot === null || atEnd === null
      ? []
      : [{ key: 'series kept', value: `${atEnd}, ${keptText(snapshot, counts)}` }];
  return [
    { key: 'series counted', value: countingText(counts.counting) },
    { key: 'series reported', value: reported === null ? 'not known' : String(reported) },
    { key: 'series active', value: `${active} by last activity, as of ${formatDayAndHour(counts.readAt)} UTC` },
    ...kept,
  ];
}

function keptText(snapshot: NonNullable<SeriesCounts['snapshot']>, { counting }: SeriesCounts): string {
  const { counting: then } = snapshot;
  const isAlike = then.visibility === counting.visibility && then.end === counting.end;
  return isAlike ? takenText(snapshot) : `${takenText(snapshot)}, ${countingText(then)}`;
}

function stripeProvenance(input: MeterInput): CellDetail['provenance']['stripe'] {
  const { stripePull, stripeMeter, meter } = input;
  if (stripePull === null) return null;
  return {
    pulledAt: formatInstant(stripePull.startedAt),
    meterId: stripeMeter?.id ?? stripePull.stripeMeterId,
    eventName: stripeMeter?.eventName ?? stripeMeterName(meter),
    formula: stripeMeter?.formula ?? null,
  };
}
