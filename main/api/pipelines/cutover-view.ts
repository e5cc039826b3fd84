import type { CutoverPlan, CutoverRequest } from '../../../shared/contract/pipelines-schemas.ts';
import {
  boundariesOf,
  type CheckedBefore,
  type CutoverTerms,
  cannotBeUndone,
  checkBoundary,
  cutoverRollback,
  cutoverSteps,
  drainedFrom,
  isReady,
} from '../../../shared/reconciliation/pipelines/cutover.ts';
import { seamPieces } from '../../../shared/reconciliation/pipelines/seam-pieces.ts';
import {
  formatDuration,
  formatInstant,
  HOUR_MS,
  type Instant,
  instant,
  parseInstant,
} from '../../../shared/values/instant.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { readMeters, readPrices } from '../../cache/catalog-store.ts';
import { readEvidencePulls, readEvidenceRows } from '../../cache/evidence-store.ts';
import { readAliveItems } from '../../cache/item-store.ts';
import type { PipelineSettings } from '../../config/config.ts';
import { lacksModes } from './books.ts';
import { findPipeline, parityMeters } from './parity-meters.ts';
import { commonHours, newestDue, parityTable, soakOf } from './parity-table.ts';
import { eventNameOf, type Needs, populationOf } from './population.ts';
import type { CutoverContext } from './rollup-view.ts';
import { seamBooks, termsOf } from './seam-view.ts';
import { worthsOf } from './worth.ts';

const SHOWN_AGAINST = 20;

/**
 * The checks before a cutover, in order.
 * @throws TieoutError `parity.not_found`
 */
export function checksBefore(
  context: CutoverContext,
  asked: { readonly pipeline: string; readonly at: Instant },
): readonly CheckedBefore[] {
  const pipeline = findPipeline(context.config, asked.pipeline);
  const terms = termsOf(pipeline, asked.at);
  const until = instant(Math.min(asked.at, context.now));
  const population = populationOf({ ...context, pipeline, until, at: asked.at });
  return [
    checkBoundary(terms),
    checkSoak(context, { pipeline, at: asked.at }),
    checkPrices(context, { at: asked.at, population }),
    checkCatalog(context, { pipeline, population }),
    checkDrained(context, { pipeline, terms }),
    checkWebhooks(context, pipeline),
  ];
}

/** Of the newest hours that are due; once T is past, of those below T: what the old pipeline measures later is no matter. */
function checkSoak(
  context: CutoverContext,
  { pipeline, at }: { readonly pipeline: PipelineSettings; readonly at: Instant },
): CheckedBefore {
  const { db, config } = context;
  const { graceMs, requiredHours } = pipeline.parity;
  const now = instant(Math.min(context.now, at + graceMs));
  const to = newestDue(now, graceMs);
  const period = { from: instant(to - requiredHours * HOUR_MS), to };
  const tables = parityMeters(config, pipeline).map((meter) => parityTable({ db, meter, period, now }));
  const { isReady: held, cleanHours, blockedAt, reason } = soakOf(pipeline.parity, now, commonHours(tables));
  const why =
    blockedAt === null ? '' : ` ${formatInstant(blockedAt)} ${reason === 'drift' ? 'departs' : 'was not checked'}.`;
  return {
    check: 'soak',
    held,
    detail: held
      ? `The newest ${requiredHours} due hours were checked, and are clean.`
      : `${cleanHours} of the ${requiredHours} newest due hours are clean.${why}`,
    remedy: held
      ? null
      : reason === 'drift'
        ? 'See why with tieout parity; the clock begins anew after the last hour that departs.'
        : 'Pull the month: hours that were not checked do not count.',
    against: blockedAt === null ? [] : [formatInstant(blockedAt)],
  };
}

const untold = (check: CheckedBefore['check'], detail: string, remedy: string): CheckedBefore => ({
  check,
  held: null,
  detail,
  remedy,
  against: [],
});

function checkPrices(
  { db, config }: CutoverContext,
  of: { readonly at: Instant; readonly population: Needs | null },
): CheckedBefore {
  const { population, at } = of;
  if (population === null) return untold('prices', 'Nothing that the pipeline measures was pulled.', 'Pull the month.');
  const worths = worthsOf({ db, config });
  const prices = readPrices(db);
  const priced = new Map<string, ReadonlySet<number>>();
  const pricedOn = (eventName: string): ReadonlySet<number> => {
    const known = priced.get(eventName);
    if (known !== undefined) return known;
    const meterId = worths.meterId(eventName);
    const items = meterId === null ? [] : readAliveItems(db, { from: at, to: instant(at + 1) }, meterId);
    const found = new Set(items.filter(({ priceId }) => prices.has(priceId)).map(({ customerKey }) => customerKey));
    priced.set(eventName, found);
    return found;
  };
  const against = [...population]
    .filter(([customer, meters]) => {
      const { key } = worths.who(customer);
      return key === 0 || meters.length === 0 || meters.some((meter) => !pricedOn(meter).has(key));
    })
    .map(([customer]) => customer)
    .sort(compareBytes);
  const held = against.length === 0;
  return {
    check: 'prices',
    held,
    detail: held
      ? `Every one of ${population.size} measured customers has a price on the meters of its mode at T.`
      : `${against.length} of ${population.size} measured customers have no price on a meter of their mode at T, or are nobody in Stripe.`,
    remedy: held
      ? null
      : 'Give each of them a subscription item on the meter before T; usage without one is never invoiced.',
    against,
  };
}

function checkCatalog(
  { db, config }: CutoverContext,
  of: { readonly pipeline: PipelineSettings; readonly population: Needs | null },
): CheckedBefore {
  const { rollup, meters } = of.pipeline;
  const named =
    rollup === null ? meters.flatMap(({ key }) => eventNameOf(db, config, key) ?? []) : [rollup.meters.unified];
  const needed = new Set(of.population === null ? named : [...of.population.values()].flat());
  const known = new Map(readMeters(db).map((meter) => [meter.eventName, meter]));
  const withPrice = new Set(
    [...readPrices(db).values()].filter(({ isActive }) => isActive).map(({ meterId }) => meterId),
  );
  const problems = [...needed].sort(compareBytes).flatMap((name) => {
    const meter = known.get(name);
    if (meter === undefined) return [`${name}: no such meter`];
    if (meter.status !== 'active') return [`${name}: inactive`];
    if (rollup !== null && meter.formula !== 'sum')
      return [`${name}: aggregates by ${meter.formula}, and events of buckets need sum`];
    return withPrice.has(meter.id) ? [] : [`${name}: no active price`];
  });
  if (known.size === 0) return untold('catalog', 'The catalog of Stripe was not pulled.', 'Pull the month.');
  const held = problems.length === 0;
  return {
    check: 'catalog',
    held,
    detail: held
      ? `Stripe has every meter that is sent to (${needed.size}), active, summing and priced.`
      : `${problems.length} of ${needed.size} meters that are sent to are not ready in Stripe.`,
    remedy: held ? null : 'Make them, with their prices, and pull the month.',
    against: problems,
  };
}

function checkDrained(
  context: CutoverContext,
  { pipeline, terms }: { readonly pipeline: PipelineSettings; readonly terms: CutoverTerms },
): CheckedBefore {
  const { from, at } = terms;
  if (pipeline.rollup === null || pipeline.cutover === null) {
    return untold(
      'drained',
      'tieout.yaml does not say what bills until T.',
      `Describe it under pipelines.${pipeline.key}.cutover (docs/cutover.md), and pull the month.`,
    );
  }
  const found = seamBooks(context, { pipeline: pipeline.key, at });
  const { billed } = found.books.known;
  const due = drainedFrom(terms);
  if (billed.asOf === null) {
    return untold(
      'drained',
      `What ${from} billed was not read.`,
      `Name its table under pipelines.${pipeline.key}.cutover.billed, and pull the month.`,
    );
  }
  if (billed.asOf < due) {
    const settle = formatDuration(terms.settleMs);
    return untold(
      'drained',
      `${from} has not settled yet: it may take ${settle} after T.`,
      `Pull the month after ${formatInstant(due)}, and ask again.`,
    );
  }
  if (lacksModes(found.books)) {
    return untold('drained', 'How customers are billed was not read.', 'Pull the month again.');
  }
  const below = { from: found.window.from, to: at };
  if (found.window.from >= at) {
    return untold('drained', `What was measured before T was not pulled.`, 'Pull the month before T, too.');
  }
  const pending = found.before.filter(({ state, from: start }) => state === 'pending' && start < at);
  const unbilled = seamPieces({ window: below, runs: found.runs, pipelines: [found.before] }).filter(
    ({ kind }) => kind === 'gap',
  );
  const against = [
    ...pending.map(({ customer, from: start }) => `${customer} ${formatInstant(start)}: pending`),
    ...unbilled.map(({ customer, period }) => `${customer} ${formatInstant(period.from)}: unbilled`),
  ];
  const held = against.length === 0;
  return {
    check: 'drained',
    held,
    detail: held
      ? `${from} billed everything that was measured between ${formatInstant(below.from)} and T, and nothing is pending.`
      : `Below T ${from} has ${pending.length} pending and ${unbilled.length} unbilled stretches.`,
    remedy: held ? null : `Let ${from} finish what is below T before the authority is moved.`,
    against,
  };
}

function checkWebhooks({ db }: CutoverContext, pipeline: PipelineSettings): CheckedBefore {
  const pulled = readEvidencePulls(db, '').find(({ kind }) => kind === 'webhooks');
  if (pulled === undefined) {
    return untold(
      'webhook',
      'The webhook endpoints of Stripe were not read.',
      pipeline.cutover === null
        ? `They are with the month once pipelines.${pipeline.key}.cutover is described (docs/cutover.md).`
        : 'Give the key read permission for webhook endpoints, and pull the month.',
    );
  }
  const enabled = [...readEvidenceRows(db, { pipeline: '', kind: 'webhooks', month: '' })]
    .filter(([, , isEnabled]) => isEnabled === 1)
    .map(([id, host]) => `${id} ${host}`.trim());
  const held = enabled.length === 1;
  return {
    check: 'webhook',
    held,
    detail: held
      ? `Stripe sends its events to one endpoint: ${enabled[0]}.`
      : enabled.length === 0
        ? 'Stripe sends its events to nobody.'
        : `Stripe sends its events to ${enabled.length} endpoints: both pipelines would act on the same invoice.`,
    remedy: held ? null : 'Leave exactly one endpoint enabled.',
    against: held ? [] : enabled,
  };
}

/**
 * The plan of a cutover as it stands now.
 * @param shown most of what stands against a check; the rest is counted
 * @throws TieoutError `parity.not_found`
 */
export function cutoverPlan(context: CutoverContext, request: CutoverRequest, shown = SHOWN_AGAINST): CutoverPlan {
  const at = parseInstant(request.at, 'at');
  const pipeline = findPipeline(context.config, request.pipeline);
  const terms = termsOf(pipeline, at);
  const before = checksBefore(context, { pipeline: request.pipeline, at });
  const { before: earlier, after: later } = boundariesOf(terms);
  const failed = before.filter(({ held }) => held === false).length;
  const open = before.filter(({ held }) => held === null).length;
  const moment = formatInstant(at);
  return {
    pipeline: pipeline.key,
    at: moment,
    phase: at > context.now ? 'planned' : 'past',
    bucketSeconds: terms.bucketMs / 1000,
    boundaries: { before: formatInstant(earlier), after: formatInstant(later) },
    ready: isReady(before),
    sentence:
      failed > 0
        ? `${at > context.now ? `Do not switch at ${moment}` : `The switch at ${moment} was not safe`}: ${failed} of ${before.length} checks ${failed === 1 ? 'does' : 'do'} not hold.`
        : open > 0
          ? `Wait with ${moment}: ${open} of ${before.length} checks cannot be told yet.`
          : `All ${before.length} checks hold for ${moment}.`,
    before: before.map(({ against, ...check }) => ({
      ...check,
      against: against.slice(0, shown),
      count: against.length,
    })),
    steps: cutoverSteps(terms).map((step) => ({
      ...step,
      settings: [...step.settings],
      notBefore: step.notBefore === null ? null : formatInstant(step.notBefore),
    })),
    rollback: cutoverRollback(terms).map((step) => ({ ...step, settings: [...step.settings] })),
    cannotBeUndone: [...cannotBeUndone(terms)],
  };
}
