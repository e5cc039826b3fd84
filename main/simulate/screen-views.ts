import type {
  CompareRequest,
  FromCustomerRequest,
  RunComparison,
  ScenarioCheck,
  ScenarioDraft,
  SimulatedInvoiceRequest,
  SimulatedInvoiceView,
  SimulationState,
  StateRequest,
  TimelineRequest,
  TimelineWindow,
} from '../../shared/contract/simulate-schemas.ts';
import { writeScenario } from '../../shared/simulation/scenario/write-scenario.ts';
import { printExactJson } from '../../shared/values/exact-json.ts';
import { HOUR_MS, type Instant, parseDuration, parseInstant } from '../../shared/values/instant.ts';
import { parseMonth } from '../../shared/values/period.ts';
import { parseLateHours } from '../api/simulate/late-hours.ts';
import { type FromCacheRequest, scenarioFromCache } from '../api/simulate/scenario-from-cache.ts';
import { compareRuns } from '../api/simulate/screen/compare-runs.ts';
import { HeldScenarios } from '../api/simulate/screen/held-scenarios.ts';
import { invoiceAt, stateOf } from '../api/simulate/screen/state.ts';
import { timelineWindow } from '../api/simulate/screen/timeline-sheet.ts';

/** What the Simulate screen reads. */
export type SimulateViews = {
  scenarioCheck(text: string): ScenarioCheck;
  simulationState(request: StateRequest): SimulationState;
  simulatedInvoice(request: SimulatedInvoiceRequest): SimulatedInvoiceView;
  simulationTimeline(request: TimelineRequest): TimelineWindow;
  simulationCompare(request: CompareRequest): RunComparison;
  scenarioOfCustomer(request: FromCustomerRequest): ScenarioDraft;
};

/** @param open the cache of the workspace as it is now */
export function simulateViews(
  open: () => Pick<FromCacheRequest, 'db' | 'settings' | 'distinctMeters'> & { readonly now: Instant },
): SimulateViews {
  const held = new HeldScenarios();
  return {
    scenarioCheck: (text) => held.check(text),
    simulationState: ({ digest, at }) => stateOf(held.get(digest), held.at(digest, parseInstant(at))),
    simulatedInvoice: ({ digest, at, invoice }) =>
      invoiceAt(held.get(digest), held.at(digest, parseInstant(at)), invoice),
    simulationTimeline: (request) => timelineWindow(held.get(request.digest).sheet, request),
    simulationCompare: ({ left, right }) => compareRuns(held.get(left).answer, held.get(right).answer),
    scenarioOfCustomer(request) {
      const delayMs = request.delay === null ? null : parseDuration(request.delay, 'delay');
      const { scenario, notes } = scenarioFromCache({
        ...open(),
        month: parseMonth(request.month, 'month'),
        customers: [request.customer],
        quantities: request.quantities,
        gracePeriodMs: request.grace === null ? HOUR_MS : parseDuration(request.grace, 'grace'),
        late: request.late === null ? null : parseLateHours(request.late, delayMs, 'late'),
      });
      return {
        name: fileNameOf(scenario.name),
        text: `${printExactJson(writeScenario(scenario), 2)}\n`,
        notes: [...notes],
      };
    },
  };
}

/** A name that a file may have, out of any. */
function fileNameOf(name: string): string {
  const plain = name.normalize('NFKC').replaceAll(/[^\p{L}\p{M}\p{N} .,()&'+_-]+/gu, ' ');
  return plain
    .replaceAll(/\s+/g, ' ')
    .slice(0, 60)
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .replace(/[^\p{L}\p{N}]+$/u, '');
}
