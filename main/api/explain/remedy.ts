import { createHash } from 'node:crypto';
import {
  type Correction,
  type CorrectionEvent,
  correctionFor,
  eventLine,
} from '../../../shared/reconciliation/explain/correction-events.ts';
import { toQuantity } from '../../../shared/reconciliation/hourly-series.ts';
import type { BillingVerdict } from '../../../shared/reconciliation/result.ts';
import { add, type Decimal, formatDecimal, isNegative, ZERO } from '../../../shared/values/decimal.ts';
import { printExactJson } from '../../../shared/values/exact-json.ts';
import { type Instant, toUnixSeconds } from '../../../shared/values/instant.ts';
import { monthOf } from '../../../shared/values/period.ts';
import { billingAt, customerIdAt, type MeterBlock, meteredAt } from '../reconcile/block.ts';
import { toScaled } from '../reconcile/cell-money.ts';
import { pricesOf } from '../reconcile/pricing.ts';
import { type InferredCell, inferrer } from './infer-cell.ts';

/** One line of a file that mends something. */
export type RemedyLine = { readonly kind: 'meter_events' | 'invoice_items' | 'mapping'; readonly text: string };

/** Verdicts that only a final invoice has: events change nothing on it any more. */
const FINAL: ReadonlySet<BillingVerdict> = new Set([
  'billed_agree',
  'quantity_differs',
  'price_differs',
  'amount_differs',
  'line_missing',
  'line_twice',
]);

export const isBilledAt = (block: MeterBlock, position: number): boolean => {
  const billing = billingAt(block, position);
  return billing !== null && FINAL.has(billing.verdict);
};

/** Tells the cells of one meter how what went wrong is mended, one at a time: their hours are read again. */
export function remedyLines(
  block: MeterBlock,
  of: { readonly code: string; readonly now: Instant },
): (position: number) => Generator<RemedyLine> {
  const inferred = inferrer(block);
  return function* (position) {
    const customer = customerIdAt(block, position);
    const found = customer === null ? null : inferred(position);
    if (customer === null || found === null) return;
    const claims = found.inference.claims.filter(({ code }) => code === of.code);
    if (of.code === 'unmapped') {
      for (const { counterpart } of claims) {
        if (counterpart !== undefined) yield { kind: 'mapping', text: [counterpart, customer].map(csvField).join(',') };
      }
      return;
    }
    const meter = block.input.stripeMeter;
    if (meter === null || claims.length === 0) return;
    const isBilled = isBilledAt(block, position);
    // What came late to a final invoice is the late-usage engines' to correct.
    if (isBilled && of.code === 'late_rows') return;
    const correction = correctionFor(found.cell, { claims, meter, isBilled, now: of.now });
    for (const line of eventLines(block, { customer, events: correction.events })) yield line;
    const item = invoiceItem(block, { position, customer, found, correction });
    if (item !== null) yield item;
  };
}

export const MAPPING_HEADER = 'usage_id,stripe_customer';

const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function* eventLines(
  block: MeterBlock,
  { customer, events }: { readonly customer: string; readonly events: readonly CorrectionEvent[] },
): Generator<RemedyLine> {
  const meter = block.input.stripeMeter;
  if (meter === null) return;
  const seen = new Map<string, number>();
  for (const { at, value } of events) {
    const what = [meter.eventName, customer, toUnixSeconds(at), formatDecimal(value)].join('\n');
    const times = seen.get(what) ?? 0;
    seen.set(what, times + 1);
    // The same correction has the same identifier however often it is written.
    const digest = createHash('sha256').update(`${what}\n${times}`).digest('hex').slice(0, 32);
    const text = eventLine({
      eventName: meter.eventName,
      identifier: `tieout-${monthOf(block.input.period.from)}-${digest}`,
      customerKey: meter.customerPayloadKey,
      customer,
      valueKey: meter.valuePayloadKey,
      value,
      at,
    });
    yield { kind: 'meter_events', text };
  }
}

/** What to charge, or to give back, where events are no longer taken; null where that costs nothing, or has no price. */
function invoiceItem(
  block: MeterBlock,
  of: {
    readonly position: number;
    readonly customer: string;
    readonly found: InferredCell;
    readonly correction: Correction;
  },
): RemedyLine | null {
  const { cell } = of.found;
  const { beyond } = of.correction;
  if (beyond === 0n) return null;
  const part = toQuantity(beyond, cell.perUnit);
  const held = meteredAt(block, of.position) ?? ZERO;
  const sent = of.correction.events.reduce((sum, { value }) => add(sum, value), ZERO);
  // Of a meter that holds the last value an event is the whole total.
  const before = cell.isHeld ? held : add(held, sent);
  const [from, to] = [rate(block, of.position, before), rate(block, of.position, add(before, part))];
  if (from === null || to === null || from.minor === to.minor) return null;
  const { period, meter } = block.input;
  const quantity = `${formatDecimal(part)} ${meter.unit}`;
  return {
    kind: 'invoice_items',
    text: printExactJson({
      customer: of.customer,
      amount: to.minor - from.minor,
      currency: from.currency,
      description: `Correction of ${meter.key} for ${monthOf(period.from)}: ${quantity}`,
      period: { start: toUnixSeconds(period.from), end: toUnixSeconds(period.to) },
    }),
  };
}

/** A quantity through all prices of a cell's customer, in minor units; below 0 it costs nothing. */
function rate(
  block: MeterBlock,
  position: number,
  quantity: Decimal,
): { readonly minor: bigint; readonly currency: string } | null {
  const { pricing } = block.input;
  const indices = pricesOf(pricing, block.customerKeys[position] as number);
  const prices = indices.flatMap((index) => pricing.prices[index] ?? []);
  const currency = prices[0]?.currency;
  if (currency === undefined || prices.some((price) => price.currency !== currency)) return null;
  const scaled = isNegative(quantity) ? 0n : toScaled(quantity);
  let minor = 0n;
  for (const { compiled } of prices) {
    if (compiled === null) return null;
    minor += compiled.exact(scaled);
  }
  return { minor, currency };
}
