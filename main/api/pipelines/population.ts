import { rolledValues } from '../../../shared/reconciliation/pipelines/rollup.ts';
import { HOUR_MS, type Instant, instant } from '../../../shared/values/instant.ts';
import { type MonthKey, monthOf, previousMonth } from '../../../shared/values/period.ts';
import { readMeters } from '../../cache/catalog-store.ts';
import { readUsageIds } from '../../cache/identity-store.ts';
import type { Db } from '../../cache/open.ts';
import { pipelineMeter, readEveryPullInForce } from '../../cache/pull-store.ts';
import { readUsageTotals } from '../../cache/total-store.ts';
import type { Config, PipelineSettings } from '../../config/config.ts';
import { lacksModes, openBooks, type RolledPipeline, readModes, readSamples } from './books.ts';

/** Whose usage must have a price: everyone measured so long before now, or before T where that is past. */
const POPULATION_MS = 7 * 24 * HOUR_MS;

/** By usage id, the event names that its usage goes to; none: the pipeline does not know how it is billed. */
export type Needs = ReadonlyMap<string, readonly string[]>;

type Asked = {
  readonly db: Db;
  readonly config: Config;
  readonly pipeline: PipelineSettings;
  /** Now, or T where that is past. */
  readonly until: Instant;
  readonly at: Instant;
};

/**
 * Everyone whom a pipeline measures and Stripe bills: by its samples where it has a rollup, else by its usage of the month.
 * @returns null where nothing of it was pulled
 */
export function populationOf({ pipeline, ...asked }: Asked): Needs | null {
  const { rollup } = pipeline;
  return rollup === null ? ofUsage({ pipeline, ...asked }) : ofSamples({ ...asked, pipeline: { ...pipeline, rollup } });
}

function ofSamples({ db, pipeline, until, at }: Asked & { readonly pipeline: RolledPipeline }): Needs | null {
  const books = openBooks(db, pipeline);
  if (books.known.samples.asOf === null || lacksModes(books)) return null;
  const { meters, mode } = pipeline.rollup;
  const modes = readModes(db, books);
  const span = { from: instant(until - POPULATION_MS), to: instant(until + HOUR_MS) };
  const pieces = readSamples(db, books, span).filter(({ from }) => span.from <= from && from < span.to);
  const needs = new Map<string, readonly string[]>();
  for (const [customer, own] of Map.groupBy(pieces, (piece) => piece.customer)) {
    const known = modes?.get(customer);
    const found = known?.findLast(({ since }, index) => index === 0 || since <= at);
    if (modes !== null && found === undefined) needs.set(customer, []);
    else if (found?.isBilledByStripe !== false) {
      const values = rolledValues(found?.mode ?? mode, own, meters);
      needs.set(
        customer,
        values.map(({ meter }) => meter),
      );
    }
  }
  return needs;
}

/** Of the month that holds the moment before; where it was not pulled, of the one before that. */
function ofUsage(asked: Asked): Needs | null {
  const month = monthOf(instant(asked.until - 1));
  return ofMonth(asked, month) ?? ofMonth(asked, previousMonth(month));
}

function ofMonth({ db, config, pipeline }: Asked, month: MonthKey): Needs | null {
  const ids = readUsageIds(db);
  const pulls = readEveryPullInForce(db, month).filter(({ source }) => source === 'clickhouse');
  const needs = new Map<string, string[]>();
  let isKnown = false;
  for (const { key } of pipeline.meters) {
    const pull = pulls.find(({ meter }) => meter === pipelineMeter(pipeline.key, key));
    const name = eventNameOf(db, config, key);
    if (pull === undefined || name === null) continue;
    isKnown = true;
    for (const chunk of readUsageTotals(db, pull.pull)) {
      for (const usageKey of chunk.keys) {
        const id = ids[usageKey];
        if (id !== undefined) needs.set(id, [...(needs.get(id) ?? []), name]);
      }
    }
  }
  return isKnown ? needs : null;
}

/** The event name of a meter of tieout.yaml; null: it names a meter by an id that Stripe does not have. */
export function eventNameOf(db: Db, config: Config, key: string): string | null {
  const stripe = config.meters.find((meter) => meter.key === key)?.stripe;
  if (stripe === undefined) return null;
  return 'eventName' in stripe
    ? stripe.eventName
    : (readMeters(db).find(({ id }) => id === stripe.id)?.eventName ?? null);
}
