import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SimulationRun } from '../../../shared/simulation/run.ts';
import { runScenario } from '../../../shared/simulation/run-scenario.ts';
import type { Scenario } from '../../../shared/simulation/scenario.ts';
import { Simulation } from '../../../shared/simulation/simulation.ts';
import { type Instant, instant } from '../../../shared/values/instant.ts';
import { runs } from '../../oracles/runs.ts';
import { randomScenario } from '../../oracles/simulation-scenarios.ts';

const TIMEOUT_MS = runs(30_000, 900_000);
const SEED = { seed: 20_261_121, numRuns: runs(100, 10_000) };

/** Without what says where the clock was stopped. */
function withoutStops({ timeline, ...rest }: SimulationRun) {
  const entries = timeline.filter(({ type }) => type !== 'clock_advanced').map(({ seq: _, ...entry }) => entry);
  return { ...rest, timeline: entries };
}

const endOf = ({ advanceTo, start }: Scenario): Instant => advanceTo.at(-1) ?? start;

/** A scenario, and instants in it: anywhere, and just where something happens. */
const stopped = fc
  .tuple(fc.integer({ min: 0, max: 100_000 }), fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }))
  .map(([seed, shares]) => {
    const scenario = randomScenario(seed);
    const length = endOf(scenario) - scenario.start;
    const happens = [...scenario.usage.map(({ sentAt }) => sentAt), ...scenario.actions.map(({ at }) => at)];
    const places = shares.flatMap((share) => [
      instant(scenario.start + Math.floor(share * length)),
      ...happens.slice(Math.floor(share * happens.length)).slice(0, 1),
    ]);
    const stops = [...new Set(places)].filter((at) => at < endOf(scenario)).sort((a, b) => a - b);
    return { scenario, stops };
  });

test(
  'stopping anywhere and going on is the same as not stopping',
  () => {
    fc.assert(
      fc.property(stopped, ({ scenario, stops }) => {
        const end = endOf(scenario);
        const atOnce = runScenario({ ...scenario, advanceTo: [end] });
        const inSteps = runScenario({ ...scenario, advanceTo: [...stops, end] });
        expect(withoutStops(inSteps)).toEqual(withoutStops(atOnce));
      }),
      SEED,
    );
  },
  TIMEOUT_MS,
);

/** By hand, call by call, looking at it at every stop. */
function looked({ start, gracePeriodMs, catalog, rating, customers, usage, actions }: Scenario, end: Instant) {
  const simulation = new Simulation({ start, gracePeriodMs, catalog, rating });
  for (const customer of customers) simulation.addCustomer(customer);
  const calls = [
    ...usage.map((event) => ({ at: event.sentAt, call: () => simulation.receive(event) })),
    ...actions.map((action) => ({ at: action.at, call: () => simulation.apply(action) })),
  ];
  for (const { at, call } of calls.sort((a, b) => a.at - b.at).filter((one) => one.at <= end)) {
    simulation.advanceTo(at);
    simulation.snapshot();
    call();
    simulation.snapshot();
  }
  simulation.advanceTo(end);
  return simulation.snapshot();
}

test(
  'looking changes nothing, and a run up to an instant is the beginning of the whole',
  () => {
    fc.assert(
      fc.property(stopped, ({ scenario, stops }) => {
        const whole = runScenario(scenario);
        expect(withoutStops(looked(scenario, endOf(scenario)))).toEqual(withoutStops(whole));
        const until = stops[0];
        if (until === undefined) return;
        const part = runScenario(scenario, { until });
        expect(part.now).toBe(until);
        const { timeline } = withoutStops(part);
        expect(timeline).toEqual(withoutStops(whole).timeline.slice(0, timeline.length));
        const final = part.invoices.filter(({ status }) => status === 'paid');
        const later = new Map(whole.invoices.map((invoice) => [invoice.id, invoice]));
        for (const invoice of final) expect(later.get(invoice.id)).toEqual(invoice);
      }),
      { ...SEED, numRuns: runs(40, 2_000) },
    );
  },
  TIMEOUT_MS,
);

test('the timeline without usage is the whole one without its usage', () => {
  const isUsage = (type: string): boolean => type.startsWith('usage_') || type === 'duplicate_dropped';
  for (let seed = 0; seed < 20; seed += 1) {
    const scenario = randomScenario(seed);
    const kinds = (run: SimulationRun): readonly string[] => run.timeline.map(({ at, type }) => `${at} ${type}`);
    const all = runScenario(scenario);
    const billing = runScenario(scenario, { timeline: 'billing' });
    expect(kinds(billing)).toEqual(kinds(all).filter((kind) => !isUsage(kind.split(' ')[1] ?? '')));
    expect(billing.invoices).toEqual(all.invoices);
  }
});
