import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { isTieoutError, TieoutError } from '../../../shared/errors.ts';
import type { SimulationRun } from '../../../shared/simulation/run.ts';
import { runScenario } from '../../../shared/simulation/run-scenario.ts';
import { writeScenario } from '../../../shared/simulation/scenario/write-scenario.ts';
import type { Scenario } from '../../../shared/simulation/scenario.ts';
import { parseExactJson, printExactJson } from '../../../shared/values/exact-json.ts';
import { formatInstant, type Instant } from '../../../shared/values/instant.ts';
import { refusalOf } from '../../sources/stripe/failures.ts';
import { createStripeClient, type StripeClient, type StripeSourceConfig } from '../../sources/stripe/stripe-client.ts';
import { act, sendUsage } from './act.ts';
import { advanceClock, type Pauses } from './advance.ts';
import { claimDrafts, finalizeAtOnce } from './claim-drafts.ts';
import { type CleanedUp, cleanUp } from './clean-up.ts';
import { requireExpressible } from './limits.ts';
import { customerOf, type Plan, planRun, type Step } from './plan.ts';
import { readInvoices, readUsage, settlePayments } from './read-back.ts';
import { readRecord, recordDocument, type StripeRecord } from './record.ts';
import { newState, type RunState, StateFile } from './run-state.ts';
import { setUp } from './set-up.ts';
import { subscribe } from './subscribe.ts';
import { requireTestKey } from './test-key.ts';
import { Writer } from './writer.ts';

export type OnStripe = {
  readonly apiKey: string;
  /** Of the key, for messages. */
  readonly variable: string;
  readonly apiBase?: string;
  /** Test mode allows 25 a second. */
  readonly requestsPerSecond?: number;
  readonly client?: Partial<Pick<StripeSourceConfig, 'clock' | 'maxRetries' | 'timeoutMs'>>;
  /** Where the record goes; the state of the run lies beside it while it lasts. */
  readonly recordFile: string;
  readonly pauses: Pauses;
  readonly signal: AbortSignal;
  readonly now: () => Instant;
  /** In [0, 1), for the jitter between repeats. */
  readonly random: () => number;
  /** Eight or so letters and digits, for a run that begins; one that goes on keeps its own. */
  readonly makeRunId: () => string;
  /** What is done, one sentence each. */
  readonly say?: (sentence: string) => void;
  /** Leaves what was made on Stripe, to be looked at. */
  readonly isKept?: boolean;
};

/** Names the content of a scenario. */
export const digestOf = (scenario: Scenario): string =>
  createHash('sha256')
    .update(printExactJson(writeScenario(scenario)))
    .digest('hex');

export const stateFileOf = (recordFile: string): string => `${recordFile}.run`;

/**
 * Runs a scenario on test clocks of a Stripe test account, and writes what came out. Started again after it was broken
 * off it goes on; after a refusal of Stripe's nothing stays behind.
 * @throws TieoutError `stripe.not_test_mode`, `stripe.not_expressible`, `stripe.run_differs` before any request; `stripe.*`
 */
export async function runOnStripe(scenario: Scenario, options: OnStripe): Promise<StripeRecord> {
  const apiKey = requireTestKey(options.apiKey, options.variable);
  requireExpressible(scenario);
  const offline = runScenario(scenario);
  const plan = planRun(scenario, offline);
  const { client, host } = clientOf(apiKey, options);
  const file = new StateFile(stateFileOf(options.recordFile));
  try {
    const digest = digestOf(scenario);
    const earlier = await file.load();
    if (earlier !== null) requireSame(earlier, { digest, host, path: file.path });
    if (earlier?.isOver === true) {
      sayCleaned(await cleanUp(new Writer({ client, state: earlier, file, signal: options.signal })), options);
      await file.remove();
      const record = await recordOf(options.recordFile, earlier.runId);
      if (record !== null) return record;
    }
    const goesOn = earlier !== null && !earlier.isOver;
    const state = goesOn ? earlier : newState({ runId: options.makeRunId(), digest, host });
    const writer = new Writer({ client, state, file, signal: options.signal });
    try {
      const record = await perform(writer, { scenario, offline, plan, options });
      await writeRecord(options.recordFile, record);
      if (options.isKept !== true) {
        sayCleaned(await cleanUp(writer), options);
        await file.remove();
      }
      return record;
    } catch (error) {
      if (isFinal(error) && options.isKept !== true) await abandon(writer, file, options);
      throw error;
    }
  } finally {
    client.close();
  }
}

/**
 * Takes away what a broken-off run left on Stripe.
 * @returns null where nothing was left
 */
export async function cleanUpRun(options: OnStripe): Promise<CleanedUp | null> {
  const apiKey = requireTestKey(options.apiKey, options.variable);
  const file = new StateFile(stateFileOf(options.recordFile));
  const state = await file.load();
  if (state === null) return null;
  const { client, host } = clientOf(apiKey, options);
  requireSame(state, { digest: state.digest, host, path: file.path });
  try {
    const cleaned = await cleanUp(new Writer({ client, state, file, signal: options.signal }));
    await file.remove();
    return cleaned;
  } finally {
    client.close();
  }
}

function clientOf(apiKey: string, options: OnStripe): { readonly client: StripeClient; readonly host: string } {
  const client = createStripeClient({
    apiKey,
    testClocks: true,
    requestsPerSecond: options.requestsPerSecond ?? 20,
    random: options.random,
    ...options.client,
    ...(options.apiBase === undefined ? {} : { apiBase: options.apiBase }),
  });
  return { client, host: options.apiBase === undefined ? 'api.stripe.com' : new URL(options.apiBase).host };
}

function requireSame(
  state: RunState,
  of: { readonly digest: string; readonly host: string; readonly path: string },
): void {
  if (state.digest === of.digest && state.host === of.host) return;
  const what = state.digest === of.digest ? `was begun on ${state.host}` : 'is of another scenario';
  throw new TieoutError('stripe.run_differs', {
    message: `A run that was broken off lies in ${of.path}, and it ${what}.`,
    path: of.path,
    remedy: 'Take away what it left with --cleanup, or give another file with --record.',
  });
}

type Performed = {
  readonly scenario: Scenario;
  readonly offline: SimulationRun;
  readonly plan: Plan;
  readonly options: OnStripe;
};

async function perform(writer: Writer, of: Performed): Promise<StripeRecord> {
  const { scenario, offline, plan, options } = of;
  const { state } = writer;
  const { clocks, steps } = plan;
  options.say?.(
    `Run ${state.runId}: ${clocks.length} ${clocks.length === 1 ? 'clock' : 'clocks'}, ${steps.length} steps${state.done > 0 ? `; going on after step ${state.done}` : ''}.`,
  );
  await writer.save();
  await setUp(writer, scenario, clocks);
  let hasUnsettled = false;
  for (const [index, step] of steps.entries()) {
    if (index < state.done) continue;
    if (step.do === 'advance' && hasUnsettled && options.pauses.settleMs > 0) {
      await options.pauses.sleep(options.pauses.settleMs, writer.signal);
    }
    if (step.do === 'usage') hasUnsettled = true;
    if (step.do === 'advance') hasUnsettled = false;
    await take(writer, step, of);
    state.done = index + 1;
    // A report that is sent again is the same report: their progress may lag.
    if (step.do !== 'usage' || index % USAGE_PER_SAVE === 0) await writer.save();
  }
  await settlePayments(writer, scenario);
  const meters = await readUsage(writer, offline, options.pauses);
  return {
    name: scenario.name,
    digest: state.digest,
    runId: state.runId,
    host: state.host,
    ranAt: options.now(),
    clocks: clocks.length,
    invoices: await readInvoices(writer, scenario),
    meters,
    refused: Object.entries(state.refused)
      .map(([usage, reason]) => ({ usage: Number(usage), reason }))
      .sort((a, b) => a.usage - b.usage),
  };
}

const USAGE_PER_SAVE = 50;

async function take(writer: Writer, step: Step, { scenario, options }: Performed): Promise<void> {
  switch (step.do) {
    case 'advance':
      options.say?.(`Clock ${step.clock + 1} to ${formatInstant(step.to)}.`);
      return advanceClock(writer, step.clock, step.to, options.pauses);
    case 'subscribe': {
      const customer = scenario.customers.find(({ id }) => id === step.customerId);
      const subscription = customer?.subscriptions.find(({ id }) => id === step.subscriptionId);
      if (customer !== undefined && subscription !== undefined) {
        await subscribe(writer, scenario, { customer, subscription });
        await finalizeAtOnce(writer, customer.id, null);
      }
      return;
    }
    case 'usage':
      return sendUsage(writer, scenario, step.index);
    case 'action':
      return actAtOnce(writer, scenario, step.index);
    case 'grace':
      return claimDrafts(writer, scenario, step.clock);
  }
}

async function actAtOnce(writer: Writer, scenario: Scenario, index: number): Promise<void> {
  await act(writer, scenario, index);
  const action = scenario.actions[index];
  if (action?.do !== 'update_subscription' && action?.do !== 'cancel_now') return;
  const customerId = customerOf(action, scenario);
  if (customerId !== null) await finalizeAtOnce(writer, customerId, action.do === 'cancel_now' ? action.at : null);
}

/** The record that a run wrote before it was broken off while it cleaned up. */
async function recordOf(path: string, runId: string): Promise<StripeRecord | null> {
  try {
    const record = readRecord(parseExactJson(await readFile(path, 'utf8')));
    return record.runId === runId ? record : null;
  } catch {
    return null;
  }
}

/** As a whole or not at all. */
async function writeRecord(path: string, record: StripeRecord): Promise<void> {
  await writeFile(`${path}.next`, `${printExactJson(recordDocument(record), 2)}\n`);
  await rename(`${path}.next`, path);
}

/** Stripe refused what was asked, or the clock is lost: to ask again would change nothing. */
const isFinal = (error: unknown): boolean =>
  refusalOf(error) !== null || (isTieoutError(error) && error.code === 'stripe.clock_failed');

/** What stands in the way of cleaning up must not hide why it was needed; the state stays for --cleanup then. */
async function abandon(writer: Writer, file: StateFile, options: OnStripe): Promise<void> {
  try {
    sayCleaned(await cleanUp(writer), options);
    await file.remove();
  } catch (error) {
    const reason = isTieoutError(error) ? error.message : String(error);
    options.say?.(`What the run made could not be taken away (${reason}); do it with --cleanup.`);
  }
}

const sayCleaned = ({ deleted, archived }: CleanedUp, { say }: OnStripe): void =>
  say?.(`Cleaned up: ${deleted} deleted, ${archived} put out of use.`);
