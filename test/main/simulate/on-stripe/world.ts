import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StripeSandbox } from '../../../../main/sandbox/stripe/server.ts';
import { compareWithRecord, type StripeComparison } from '../../../../main/simulate/on-stripe/compare.ts';
import { type OnStripe, runOnStripe } from '../../../../main/simulate/on-stripe/run.ts';
import { runScenario } from '../../../../shared/simulation/run-scenario.ts';
import { readScenario } from '../../../../shared/simulation/scenario/read-scenario.ts';
import type { Scenario } from '../../../../shared/simulation/scenario.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';

export const NOW = parseInstant('2026-11-20T12:00:00Z');

/** No time passes between two looks at a clock, nor before a repeat. */
const noWait = async (_: number, signal: AbortSignal): Promise<void> => signal.throwIfAborted();

let runs = 0;

/** Options of a run against a sandbox, in a folder of its own. */
export async function optionsFor(sandbox: StripeSandbox, changes: Partial<OnStripe> = {}): Promise<OnStripe> {
  const folder = await mkdtemp(join(tmpdir(), 'tieout-on-stripe-'));
  runs += 1;
  const runId = `run${String(runs).padStart(5, '0')}`;
  return {
    apiKey: sandbox.keys.full,
    variable: 'STRIPE_TEST_KEY',
    apiBase: sandbox.url,
    requestsPerSecond: 5000,
    random: () => 0,
    client: { clock: { nowMs: () => performance.now(), sleep: noWait } },
    recordFile: join(folder, 'record.json'),
    pauses: { sleep: noWait, firstPollMs: 1, longestPollMs: 1, patienceMs: 100, settleMs: 0 },
    signal: new AbortController().signal,
    now: () => NOW,
    makeRunId: () => runId,
    ...changes,
  };
}

export async function compared(scenario: Scenario, options: OnStripe): Promise<StripeComparison> {
  return compareWithRecord(runScenario(scenario), await runOnStripe(scenario, options));
}

/** All differences as sentences, so that a failure shows them. */
export const differencesIn = ({ invoices, meters }: StripeComparison): readonly string[] =>
  [...invoices, ...meters].flatMap((each) =>
    each.differences.map(
      ({ line, field, ours, stripe }) =>
        `${each.customer} ${each.period.from}/${each.period.to} ${line ?? '-'} ${field}: ${ours} ≠ ${stripe}`,
    ),
  );

export const scenarioOf = (raw: object): Scenario => readScenario(raw);

/** What there is on the account that a run could have left; `active` are prices, products, meters and tax rates in use. */
export function leftIn({ state: { catalog } }: StripeSandbox) {
  const isActive = (each: object): boolean =>
    'active' in each ? each.active === true : 'status' in each && each.status === 'active';
  const kept = [catalog.prices, catalog.products, catalog.meters, catalog.taxRates].flatMap((all): object[] => [
    ...all.all(),
  ]);
  return {
    clocks: catalog.testClocks.size,
    customers: catalog.customers.size,
    subscriptions: catalog.subscriptions.size,
    invoices: catalog.invoices.size,
    grants: catalog.creditGrants.size,
    coupons: catalog.coupons.size,
    active: kept.filter(isActive).length,
  };
}
