import { assert } from '../../shared/errors.ts';
import { type Instant, instant } from '../../shared/values/instant.ts';
import type { Period } from '../../shared/values/period.ts';
import type { Db } from './open.ts';
import { allRows, firstRow } from './query.ts';

/** A subscription item on a meter whose subscription was alive in the period that was asked for. */
export type AliveItem = {
  readonly customerKey: number;
  readonly meterId: string;
  readonly priceId: string;
  readonly itemId: string;
  readonly subscriptionId: string;
  readonly currency: string;
  readonly currentPeriod: Period | null;
  readonly billingCycleAnchor: Instant;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly trial: { readonly from: Instant | null; readonly to: Instant | null };
};

type AliveRow = {
  readonly customer_key: number;
  readonly meter_id: string;
  readonly price_id: string;
  readonly item_id: string;
  readonly subscription_id: string;
  readonly period_from: number | null;
  readonly period_to: number | null;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly currency: string;
  readonly anchor: number;
  readonly trial_from: number | null;
  readonly trial_to: number | null;
};

/** Items alive in `period` with a price on the meter, ascending by customer key. */
export const readAliveItems = (db: Db, period: Period, meterId: string): readonly AliveItem[] =>
  allRows<AliveRow>(db, 'items-alive', { meterId, from: period.from, to: period.to }).map((row) => ({
    customerKey: row.customer_key,
    meterId: row.meter_id,
    priceId: row.price_id,
    itemId: row.item_id,
    subscriptionId: row.subscription_id,
    currency: row.currency,
    currentPeriod: periodOf(row.period_from, row.period_to),
    billingCycleAnchor: instant(row.anchor),
    startedAt: instant(row.started_at),
    endedAt: at(row.ended_at),
    trial: { from: at(row.trial_from), to: at(row.trial_to) },
  }));

/** What a tie-out needs of an item that was alive in a period; `periodTo` ends the current period, null where there is none. */
export type ItemTerms = { readonly priceId: string; readonly currency: string; readonly periodTo: number | null };

/** Items in the order of customers. Equal terms are mostly one object, so comparing by identity saves work. */
export type MeteredItems = { readonly customerKeys: Int32Array; readonly terms: readonly ItemTerms[] };

const CUSTOMERS_PER_CHUNK = 20_000;

/** The metered items of one meter, some thousand customers at a time; a customer's stay together. */
export function* readMeteredItems(db: Db, period: Period, meterId: string): Generator<MeteredItems> {
  const range = firstRow<readonly [number | null, number | null]>(db, 'metered-item-range', { meterId }, 'raw');
  const [lowest, highest] = range ?? [null, null];
  if (lowest === null || highest === null) return;
  const known = new Map<string, ItemTerms>();
  for (let after = lowest - 1; after < highest; after += CUSTOMERS_PER_CHUNK) {
    const bounds = [meterId, after, after + CUSTOMERS_PER_CHUNK, period.to, period.from];
    const columns = firstRow<readonly [string, string]>(db, 'metered-item-columns', bounds, 'raw');
    assert(columns !== undefined, 'an aggregate has a row');
    const customerKeys = new Int32Array(JSON.parse(columns[0]) as readonly number[]);
    const texts = JSON.parse(columns[1]) as readonly string[];
    yield { customerKeys, terms: texts.map((text) => termsOf(text, known)) };
  }
}

function termsOf(text: string, known: Map<string, ItemTerms>): ItemTerms {
  const found = known.get(text);
  if (found !== undefined) return found;
  const [priceId = '', currency = '', periodTo = ''] = text.split(' ');
  const terms = { priceId, currency, periodTo: periodTo === '' ? null : Number(periodTo) };
  if (known.size < MAX_KNOWN_TERMS) known.set(text, terms);
  return terms;
}

/** Anchors of their own for every subscription would otherwise be kept for all of them. */
const MAX_KNOWN_TERMS = 10_000;

/** Keys of the customers with such an item. */
export const readAliveCustomers = (db: Db, period: Period, meterId: string): readonly number[] =>
  allRows<readonly [number]>(db, 'items-alive-customers', { meterId, from: period.from, to: period.to }, 'raw').map(
    ([key]) => key,
  );

const at = (epochMs: number | null): Instant | null => (epochMs === null ? null : instant(epochMs));

const periodOf = (from: number | null, to: number | null): Period | null =>
  from === null || to === null ? null : { from: instant(from), to: instant(to) };
