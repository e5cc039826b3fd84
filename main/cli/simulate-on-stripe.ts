import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { TieoutError } from '../../shared/errors.ts';
import { runScenario } from '../../shared/simulation/run-scenario.ts';
import type { Scenario } from '../../shared/simulation/scenario.ts';
import { parseExactJson, printExactJson } from '../../shared/values/exact-json.ts';
import type { Cli } from '../cli.ts';
import { startScenarioSandbox } from '../compose.ts';
import { STRIPE_PAUSES } from '../simulate/on-stripe/advance.ts';
import { compareWithRecord } from '../simulate/on-stripe/compare.ts';
import { comparisonText } from '../simulate/on-stripe/comparison-text.ts';
import { readRecord, type StripeRecord } from '../simulate/on-stripe/record.ts';
import { cleanUpRun, digestOf, type OnStripe, runOnStripe } from '../simulate/on-stripe/run.ts';
import { simulate, worstExit } from '../simulate.ts';
import { type Io, say, write } from './io.ts';

export type OnStripeFlags = {
  readonly on?: 'stripe' | 'sandbox';
  readonly keyEnv: string;
  readonly record?: string;
  readonly compare?: string;
  readonly cleanup?: boolean;
  readonly keep?: boolean;
  readonly json?: boolean;
};

export const addOnStripe = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--on <where>',
        'run it on test clocks too and compare: a Stripe test account, or the sandbox that comes with Tieout',
      ).choices(['stripe', 'sandbox']),
    )
    .option('--key-env <name>', 'with --on stripe: the variable with the test key', 'STRIPE_TEST_KEY')
    .option('--record <file>', 'with --on: where the record of the run goes (default: beside the scenario)')
    .option('--keep', 'with --on stripe: leave what was made, to be looked at')
    .option('--cleanup', 'with --on stripe: take away what a broken-off run left')
    .option('--compare <record>', 'compare with the record of an earlier run, offline');

/** Whether the command has anything to do with Stripe. */
export const asksForStripe = ({ on, compare }: OnStripeFlags): boolean => on !== undefined || compare !== undefined;

/** @throws TieoutError `cli.usage` where options do not go together */
export function requireStripeSense(flags: OnStripeFlags & { readonly until?: string; readonly step?: boolean }): void {
  const refuse = (message: string, remedy: string): never => {
    throw new TieoutError('cli.usage', { message, remedy });
  };
  const { on, compare, record, keep, cleanup, until, step } = flags;
  if (on !== undefined && compare !== undefined) {
    refuse('--on and --compare are two ways to the same comparison.', 'Give one of them.');
  }
  if (on === undefined && record !== undefined) refuse('--record is for a run on Stripe.', 'Give --on stripe with it.');
  if (on !== 'stripe' && (keep === true || cleanup === true)) {
    refuse(`--${keep === true ? 'keep' : 'cleanup'} is for runs on Stripe.`, 'Give --on stripe with it.');
  }
  if (keep === true && cleanup === true) refuse('--keep and --cleanup contradict each other.', 'Give one of them.');
  if (asksForStripe(flags) && (until !== undefined || step === true)) {
    refuse('A comparison is of the whole scenario.', 'Leave out --until and --step.');
  }
}

/** Runs the scenario offline and on test clocks, or takes the record of an earlier run, and shows what differs. */
export async function simulateOnStripe(
  cli: Cli,
  { scenario, name }: { readonly scenario: Scenario; readonly name: string },
  flags: OnStripeFlags,
): Promise<void> {
  const { io, exit } = cli;
  if (flags.cleanup === true) return cleanUpCommand(cli, name, flags);
  const record = await recordOf(io, { scenario, name }, flags);
  if (record.digest !== digestOf(scenario)) {
    await say(io, '! The scenario was changed after it was run: the record is of the earlier one.');
  }
  const answer = simulate(scenario);
  const comparison = compareWithRecord(runScenario(scenario), record);
  const code = worstExit([answer.exit, comparison.differences > 0 ? 1 : 0]);
  await write(
    io.stdout,
    flags.json === true
      ? `${printExactJson({ ...answer, stripe: comparison, exit: code }, 2)}\n`
      : comparisonText(comparison),
  );
  exit(code);
}

async function recordOf(
  io: Io,
  of: { readonly scenario: Scenario; readonly name: string },
  flags: OnStripeFlags,
): Promise<StripeRecord> {
  if (flags.compare !== undefined) return readRecordFile(resolve(io.cwd, flags.compare));
  if (flags.on === 'sandbox') return runOnSandbox(io, of.scenario, flags);
  const record = await runOnStripe(of.scenario, stripeOptions(io, of.name, flags));
  await say(io, `The record is in ${recordFileOf(io, of.name, flags)}`);
  return record;
}

async function cleanUpCommand({ io, exit }: Cli, name: string, flags: OnStripeFlags): Promise<void> {
  const cleaned = await cleanUpRun(stripeOptions(io, name, flags));
  await say(
    io,
    cleaned === null
      ? 'There is nothing to clean up.'
      : `Cleaned up: ${cleaned.deleted} deleted, ${cleaned.archived} put out of use.`,
  );
  exit(0);
}

const recordFileOf = (io: Io, name: string, { record }: OnStripeFlags): string =>
  resolve(io.cwd, record ?? `${name.replace(/\.json$/, '')}.stripe.json`);

const sleep = (durationMs: number, signal: AbortSignal): Promise<void> => wait(durationMs, undefined, { signal });

const stripeOptions = (io: Io, name: string, flags: OnStripeFlags): OnStripe => ({
  apiKey: io.env[flags.keyEnv] ?? '',
  variable: flags.keyEnv,
  recordFile: recordFileOf(io, name, flags),
  pauses: { ...STRIPE_PAUSES, sleep },
  signal: io.signal,
  now: io.now,
  makeRunId: () => randomBytes(4).toString('hex'),
  random: Math.random,
  say: (sentence) => void say(io, `· ${sentence}`),
  ...(flags.keep === true ? { isKept: true } : {}),
});

/** The sandbox lives as long as the run, so its state is nothing to go on with. */
async function runOnSandbox(io: Io, scenario: Scenario, flags: OnStripeFlags): Promise<StripeRecord> {
  const sandbox = await startScenarioSandbox(io.now());
  const folder = await mkdtemp(join(tmpdir(), 'tieout-simulate-'));
  const recordFile = join(folder, 'record.json');
  try {
    const record = await runOnStripe(scenario, {
      ...stripeOptions(io, '', flags),
      apiKey: sandbox.apiKey,
      variable: 'the sandbox’s own key',
      apiBase: sandbox.url,
      requestsPerSecond: 2_000,
      recordFile,
      pauses: { sleep, firstPollMs: 1, longestPollMs: 20, patienceMs: 10_000, settleMs: 0 },
    });
    if (flags.record !== undefined) await copyFile(recordFile, resolve(io.cwd, flags.record));
    return record;
  } finally {
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws TieoutError `input.unreadable`, `stripe.record_malformed` */
function readRecordFile(path: string): StripeRecord {
  let raw: unknown;
  try {
    raw = parseExactJson(readFileSync(path, 'utf8'));
  } catch (cause) {
    const isSyntax = cause instanceof SyntaxError;
    throw new TieoutError(isSyntax ? 'stripe.record_malformed' : 'input.unreadable', {
      message: isSyntax ? 'The record is no JSON.' : 'The record cannot be read.',
      path,
      remedy: 'Give the file that tieout simulate --on stripe wrote.',
      cause,
    });
  }
  return readRecord(raw);
}
