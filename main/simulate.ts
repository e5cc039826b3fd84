import { type ErrorDocument, errorDocument } from '../shared/errors.ts';
import { type SimulationAnswer, simulationDocument } from '../shared/simulation/answer.ts';
import { runScenario } from '../shared/simulation/run-scenario.ts';
import type { Scenario } from '../shared/simulation/scenario.ts';
import type { Instant } from '../shared/values/instant.ts';
import { monthOf, parseMonth } from '../shared/values/period.ts';
import type { Quantities } from './api/invoices/usage-book.ts';
import { distinctMetersOf, reconcileSettings } from './api/reconcile/settings.ts';
import type { LateHours } from './api/simulate/late-hours.ts';
import { type ScenarioFromCache, scenarioFromCache } from './api/simulate/scenario-from-cache.ts';
import { openForReading } from './cache/open-for-reading.ts';
import { nowIn, type Workspace } from './compose.ts';
import { parseScenario, type ScenarioText } from './simulate/scenario-files.ts';

/** What came of a scenario; of one that could not be read or played, why. */
export type Simulated =
  | { readonly label: string; readonly scenario: Scenario; readonly answer: SimulationAnswer }
  | { readonly label: string; readonly error: ErrorDocument; readonly cause: unknown };

/** Reads and plays scenarios one after the other; one that is broken does not keep the others. */
export function* simulateAll(
  texts: readonly ScenarioText[],
  options: { readonly until?: Instant },
): Generator<Simulated> {
  for (const text of texts) {
    try {
      const scenario = parseScenario(text);
      yield { label: text.label, scenario, answer: simulate(scenario, options) };
    } catch (cause) {
      yield { label: text.label, error: errorDocument(cause), cause };
    }
  }
}

/** Plays a scenario to its end, or to `until` where that comes first. @throws TieoutError as `runScenario` */
export const simulate = (scenario: Scenario, options: { readonly until?: Instant } = {}): SimulationAnswer =>
  simulationDocument(scenario, runScenario(scenario, options));

/** Exit codes of several: 2 before 1, 1 before 3, 3 before 0. */
export const worstExit = (codes: readonly number[]): number => [2, 1, 3].find((code) => codes.includes(code)) ?? 0;

export type FromWorkspace = {
  readonly month?: string;
  readonly customers: readonly string[];
  readonly quantities: Quantities;
  readonly gracePeriodMs: number;
  readonly late: LateHours | null;
};

/**
 * A scenario of what a workspace's cache holds of some customers; nothing is asked and nothing is written.
 * @throws TieoutError as `scenarioFromCache`, `period.*`, `cache.*`
 */
export function scenarioOfWorkspace(
  workspace: Workspace,
  { month, customers, quantities, gracePeriodMs, late }: FromWorkspace,
  run: { readonly now: () => Instant },
): ScenarioFromCache {
  const now = nowIn(workspace, run.now);
  const db = openForReading(workspace.paths.databaseFile, now);
  try {
    return scenarioFromCache({
      db,
      settings: reconcileSettings(workspace.config, workspace.links),
      distinctMeters: distinctMetersOf(workspace.config),
      month: parseMonth(month ?? monthOf(now), '--month'),
      now,
      customers,
      quantities,
      gracePeriodMs,
      late,
    });
  } finally {
    db.close();
  }
}
