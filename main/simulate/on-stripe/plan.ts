import type { SimulationRun, TimelineEntry } from '../../../shared/simulation/run.ts';
import type { Scenario, ScenarioAction, ScenarioEvent } from '../../../shared/simulation/scenario.ts';
import { DAY_MS, type Instant, instant } from '../../../shared/values/instant.ts';
import { CUSTOMERS_PER_CLOCK } from './limits.ts';

/** One thing to do. What has no clock of its own is done when all clocks that it needs stand where they must. */
export type Step =
  | { readonly do: 'advance'; readonly clock: number; readonly to: Instant }
  | { readonly do: 'subscribe'; readonly customerId: string; readonly subscriptionId: string }
  /** `index` into the scenario's usage or actions. */
  | { readonly do: 'usage'; readonly index: number }
  | { readonly do: 'action'; readonly index: number }
  /** Drafts of the clock get the scenario's grace period, where it is not Stripe's hour. */
  | { readonly do: 'grace'; readonly clock: number };

export type Plan = {
  /** Customers by clock. */
  readonly clocks: readonly (readonly string[])[];
  readonly steps: readonly Step[];
};

/** Something that must happen while the clock stands within [from, to]. */
type Wish = {
  readonly clock: number;
  readonly from: number;
  readonly to: number;
  /** Orders what is done at one frozen time: as the simulation orders what is simultaneous. */
  readonly at: number;
  readonly rank: number;
  readonly index: number;
  readonly step: Step | null;
};

/** Stripe's own, from a draft to its finalisation. */
const STRIPE_GRACE_MS = 3_600_000;
const SECOND_MS = 1000;
const FUTURE_MS = 5 * 60_000;
const PAST_MS = 35 * DAY_MS;
/** The shortest that an interval can be, so that a step of two never goes beyond what Stripe allows. */
const SHORTEST_DAYS = { day: 1, week: 7, month: 28, year: 365 } as const;
const WITHOUT_SUBSCRIPTION_DAYS = 2 * SHORTEST_DAYS.year;

/**
 * The steps that bring a scenario about on test clocks, in order of simulated time over all clocks, with as few advances
 * as possible: usage waits for the latest frozen time at which it has the same effect, which is just before the clock
 * brings anything itself (a period end, a finalisation, an action). Every event keeps its place among the others.
 * @param run the same scenario offline, whose timeline tells when the clock brings something
 */
export function planRun(scenario: Scenario, run: SimulationRun): Plan {
  const clocks = planClocks(scenario);
  const clockOf = new Map(clocks.flatMap((ids, clock) => ids.map((id) => [id, clock] as const)));
  const end = scenario.advanceTo.at(-1) ?? scenario.start;
  const barriers = barriersOf(scenario, run, clockOf);
  const wishes = [
    ...subscribeWishes(scenario, clockOf, end),
    ...usageWishes(scenario, { clockOf, barriers, end }),
    ...actionWishes(scenario, clockOf, end),
    ...graceWishes(scenario, run, clockOf),
    ...clocks.map((_, clock): Wish => ({ clock, from: end, to: end, at: end, rank: 9, index: 0, step: null })),
  ];
  const placed = clocks.flatMap((_, clock) => place(wishes.filter((wish) => wish.clock === clock)));
  placed.sort((a, b) => a.time - b.time || a.at - b.at || a.rank - b.rank || a.index - b.index);
  return { clocks, steps: withAdvances(scenario, placed) };
}

/** Customers by clock, in the order of the scenario. */
export const planClocks = ({ customers }: Scenario): Plan['clocks'] =>
  chunks(
    customers.map(({ id }) => id),
    CUSTOMERS_PER_CLOCK,
  );

function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  const found: T[][] = [];
  for (let at = 0; at < all.length; at += size) found.push(all.slice(at, at + size));
  return found;
}

const toSecond = (at: number): number => Math.floor(at / SECOND_MS) * SECOND_MS;

/** When the clock brings something, by clock, ascending. What belongs to no customer is a barrier on all clocks. */
function barriersOf(
  scenario: Scenario,
  run: SimulationRun,
  clockOf: ReadonlyMap<string, number>,
): (clock: number) => readonly number[] {
  const ownerOf = new Map(
    scenario.customers.flatMap(({ id, subscriptions }) => subscriptions.map((each) => [each.id, id] as const)),
  );
  const byClock = new Map<number | null, Set<number>>();
  for (const entry of run.timeline) {
    if (PASSIVE.has(entry.type)) continue;
    const owner = 'subscriptionId' in entry ? ownerOf.get(entry.subscriptionId) : undefined;
    const clock = owner === undefined ? null : (clockOf.get(owner) ?? null);
    const known = byClock.get(clock);
    if (known === undefined) byClock.set(clock, new Set([toSecond(entry.at)]));
    else known.add(toSecond(entry.at));
  }
  const sorted = new Map<number, readonly number[]>();
  return (clock) => {
    const found = sorted.get(clock);
    if (found !== undefined) return found;
    const all = [...new Set([...(byClock.get(null) ?? []), ...(byClock.get(clock) ?? [])])].sort((a, b) => a - b);
    sorted.set(clock, all);
    return all;
  };
}

const PASSIVE: ReadonlySet<TimelineEntry['type']> = new Set([
  'clock_advanced',
  'usage_accepted',
  'duplicate_dropped',
  'usage_refused',
  'usage_too_late',
  'usage_cancelled',
]);

function subscribeWishes(scenario: Scenario, clockOf: ReadonlyMap<string, number>, end: Instant): readonly Wish[] {
  return scenario.customers.flatMap(({ id, subscriptions }) =>
    subscriptions
      .filter(({ startAt }) => startAt <= end)
      .map((subscription, index): Wish => {
        const at = toSecond(Math.max(subscription.startAt, scenario.start));
        const step = { do: 'subscribe', customerId: id, subscriptionId: subscription.id } as const;
        return { clock: clockOf.get(id) ?? 0, from: at, to: at, at, rank: 0, index, step };
      }),
  );
}

function actionWishes(scenario: Scenario, clockOf: ReadonlyMap<string, number>, end: Instant): readonly Wish[] {
  return scenario.actions.flatMap((action, index): readonly Wish[] => {
    if (action.at > end) return [];
    const at = toSecond(action.at);
    const clock = clockOf.get(customerOf(action, scenario) ?? '') ?? 0;
    return [{ clock, from: at, to: at, at: action.at, rank: 3, index, step: { do: 'action', index } }];
  });
}

/** Whose clock an action needs. */
export function customerOf(action: ScenarioAction, scenario: Scenario): string | null {
  if (action.do === 'add_credit_grant') return action.grant.customerId;
  if (action.do === 'void_credit_grant') return ownerOfGrant(action.grantId, scenario);
  if (action.do === 'cancel_event') {
    return scenario.usage.find(({ identifier }) => identifier === action.identifier)?.customerId ?? null;
  }
  if (action.do === 'apply_coupon' || action.do === 'remove_coupon') {
    return 'customerId' in action.owner ? action.owner.customerId : ownerOfSubscription(action.owner, scenario);
  }
  return ownerOfSubscription(action, scenario);
}

const ownerOfSubscription = (
  { subscriptionId }: { readonly subscriptionId: string },
  { customers }: Scenario,
): string | null =>
  customers.find(({ subscriptions }) => subscriptions.some(({ id }) => id === subscriptionId))?.id ?? null;

function ownerOfGrant(grantId: string, { customers, actions }: Scenario): string | null {
  const given = customers.find(({ creditGrants }) => creditGrants.some(({ id }) => id === grantId));
  const added = actions.find((action) => action.do === 'add_credit_grant' && action.grant.id === grantId);
  return given?.id ?? (added?.do === 'add_credit_grant' ? added.grant.customerId : null);
}

function usageWishes(
  { usage, actions }: Scenario,
  of: {
    readonly clockOf: ReadonlyMap<string, number>;
    readonly barriers: (clock: number) => readonly number[];
    readonly end: Instant;
  },
): readonly Wish[] {
  const seen = new Map<string, number>();
  for (const { identifier } of usage) if (identifier !== null) seen.set(identifier, (seen.get(identifier) ?? 0) + 1);
  const cancelled = new Set(actions.flatMap((action) => (action.do === 'cancel_event' ? [action.identifier] : [])));
  return usage.flatMap((event, index): readonly Wish[] => {
    if (event.sentAt > of.end) return [];
    const clock = of.clockOf.get(event.customerId) ?? 0;
    const at = toSecond(event.sentAt);
    const isSingle =
      event.identifier === null || (seen.get(event.identifier) === 1 && !cancelled.has(event.identifier));
    const to = isSingle && isWithinLimits(event) ? latest(event, at, of.barriers(clock)) : at;
    return [
      { clock, from: at, to: Math.min(to, of.end), at: event.sentAt, rank: 2, index, step: { do: 'usage', index } },
    ];
  });
}

/** Whether the meter takes the timestamp at its own time; one that it refuses must be sent at that very time. */
const isWithinLimits = ({ timestamp, sentAt }: ScenarioEvent): boolean =>
  timestamp <= sentAt + FUTURE_MS && timestamp >= sentAt - PAST_MS;

function latest({ timestamp }: ScenarioEvent, at: number, barriers: readonly number[]): number {
  const next = barriers.find((barrier) => barrier > at);
  const beforeBarrier = next === undefined ? Number.POSITIVE_INFINITY : next - SECOND_MS;
  return Math.max(at, Math.min(beforeBarrier, toSecond(timestamp + PAST_MS - DAY_MS)));
}

function graceWishes(
  { gracePeriodMs, customers }: Scenario,
  run: SimulationRun,
  clockOf: ReadonlyMap<string, number>,
): readonly Wish[] {
  if (gracePeriodMs === STRIPE_GRACE_MS) return [];
  const ownerOf = new Map(customers.flatMap(({ id, subscriptions }) => subscriptions.map((each) => [each.id, id])));
  return run.timeline.flatMap((entry): readonly Wish[] => {
    if (entry.type !== 'invoice_drafted') return [];
    const clock = clockOf.get(ownerOf.get(entry.subscriptionId) ?? '') ?? 0;
    const from = toSecond(entry.at);
    // Drafts must be claimed before Stripe's hour is over, and as soon as they are there where it is shorter.
    return [{ clock, from, to: from, at: from, rank: 1, index: 0, step: { do: 'grace', clock } }];
  });
}

type Placed = Wish & { readonly time: number };

/** The fewest frozen times that serve all wishes of one clock (each the latest that the most urgent one allows). */
function place(wishes: readonly Wish[]): readonly Placed[] {
  const times: number[] = [];
  for (const { from, to } of [...wishes].sort((a, b) => a.to - b.to)) {
    const last = times.at(-1);
    if (last === undefined || last < from) times.push(to);
  }
  return wishes.map((wish) => ({ ...wish, time: times.find((time) => time >= wish.from) ?? wish.to }));
}

/** Puts an advance before every step whose clock does not stand there yet, in strides that Stripe allows. */
function withAdvances(scenario: Scenario, placed: readonly Placed[]): readonly Step[] {
  const standing = new Map<number, number>();
  const stride = new Map<number, number>();
  const priceOf = new Map(scenario.catalog.prices.map((price) => [price.id, price]));
  const prices = new Map(
    scenario.customers.flatMap(({ subscriptions }) =>
      subscriptions.map(({ id, items }) => [id, items.map(({ priceId }) => priceId)] as const),
    ),
  );
  const shorten = (clock: number, priceIds: readonly string[]): void => {
    for (const id of priceIds) {
      const interval = priceOf.get(id)?.interval ?? null;
      if (interval === null) continue;
      const twoMs = 2 * SHORTEST_DAYS[interval.unit] * interval.count * DAY_MS;
      stride.set(clock, Math.min(stride.get(clock) ?? Number.POSITIVE_INFINITY, twoMs));
    }
  };
  const steps: Step[] = [];
  const graced = new Set<string>();
  for (const { clock, time, step } of placed) {
    let at = standing.get(clock) ?? toSecond(scenario.start);
    const longest = stride.get(clock) ?? WITHOUT_SUBSCRIPTION_DAYS * DAY_MS;
    while (at < time) {
      at = Math.min(time, at + longest);
      steps.push({ do: 'advance', clock, to: instant(at) });
    }
    standing.set(clock, at);
    if (step === null) continue;
    if (step.do === 'grace') {
      if (graced.has(`${clock}/${time}`)) continue;
      graced.add(`${clock}/${time}`);
    }
    if (step.do === 'subscribe') shorten(clock, prices.get(step.subscriptionId) ?? []);
    if (step.do === 'action') {
      const action = scenario.actions[step.index];
      if (action?.do === 'update_subscription') {
        shorten(
          clock,
          action.items.flatMap(({ priceId }) => priceId ?? []),
        );
      }
    }
    steps.push(step);
  }
  return steps;
}
