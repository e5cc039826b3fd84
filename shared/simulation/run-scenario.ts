import { TieoutError } from '../errors.ts';
import type { Instant } from '../values/instant.ts';
import type { SimulationRun } from './run.ts';
import type { Scenario, ScenarioEvent } from './scenario.ts';
import { Simulation } from './simulation.ts';
import type { TimelineDetail } from './timeline.ts';

/**
 * Plays a scenario to its last `advanceTo`, or to `until` where that comes first: at each instant the clock's own
 * events, then usage, then actions, each in the order of the scenario.
 * @throws TieoutError what a `Simulation` throws, with the place in the scenario
 */
export function runScenario(
  scenario: Scenario,
  options: { readonly until?: Instant; readonly timeline?: TimelineDetail } = {},
): SimulationRun {
  const { start, gracePeriodMs, catalog, rating, customers } = scenario;
  const simulation = new Simulation({ start, gracePeriodMs, catalog, rating, timeline: options.timeline ?? 'all' });
  for (const [index, customer] of customers.entries()) {
    at(`customers[${index}]`, () => simulation.addCustomer(customer));
  }
  const last = scenario.advanceTo.at(-1) ?? start;
  const end = options.until !== undefined && options.until < last ? options.until : last;
  const play = new Play(scenario, simulation);
  for (const [index, stop] of scenario.advanceTo.entries()) {
    if (stop > end) break;
    at(`advanceTo[${index}]`, () => play.through(stop, 'before'));
    at(`advanceTo[${index}]`, () => simulation.advanceTo(stop));
  }
  play.through(end, 'after');
  at('until', () => simulation.runTo(end));
  return simulation.snapshot();
}

/** Usage and actions on their way into a simulation, each once. */
class Play {
  readonly #simulation: Simulation;
  readonly #usage: readonly ScenarioEvent[];
  readonly #actions: readonly (readonly [number, Scenario['actions'][number]])[];
  #nextEvent = 0;
  #nextAction = 0;

  constructor({ usage, actions }: Scenario, simulation: Simulation) {
    this.#simulation = simulation;
    this.#usage = inOrder(usage, ({ sentAt }) => sentAt);
    this.#actions = [...actions.entries()].toSorted(([, a], [, b]) => a.at - b.at);
  }

  /** @param side of the instant itself: `before` its usage and actions, or `after` them */
  through(end: Instant, side: 'before' | 'after'): void {
    for (;;) {
      const event = this.#usage[this.#nextEvent];
      const action = this.#actions[this.#nextAction];
      const isEvent = event !== undefined && (action === undefined || event.sentAt <= action[1].at);
      const next = isEvent ? event.sentAt : action?.[1].at;
      if (next === undefined || next > end || (next === end && side === 'before')) return;
      this.#simulation.runTo(next);
      if (isEvent) {
        this.#simulation.receive(event);
        this.#nextEvent += 1;
      } else if (action !== undefined) {
        at(`actions[${action[0]}]`, () => this.#simulation.apply(action[1]));
        this.#nextAction += 1;
      }
    }
  }
}

/** By time; what is simultaneous stays as it stands. Mostly it is in order already. */
function inOrder<Entry>(entries: readonly Entry[], timeOf: (entry: Entry) => Instant): readonly Entry[] {
  const isSorted = entries.every((entry, index) => {
    const before = entries[index - 1];
    return before === undefined || timeOf(before) <= timeOf(entry);
  });
  return isSorted ? entries : entries.toSorted((a, b) => timeOf(a) - timeOf(b));
}

/** Says where in the scenario something went wrong, unless that is said already. */
function at(path: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof TieoutError) || error.path !== null) throw error;
    const { code, message, remedy, problems, cause } = error;
    throw new TieoutError(code, { message, path, remedy, problems, cause });
  }
}
