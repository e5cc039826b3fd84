import type { Command } from 'commander';
import { TieoutError } from '../../shared/errors.ts';
import type { ExitCode } from '../../shared/reconciliation/result.ts';
import { parseDuration } from '../../shared/values/instant.ts';
import { monthOf } from '../../shared/values/period.ts';
import { exitOf } from '../api/reconcile/reconcile-month.ts';
import type { Cli } from '../cli.ts';
import {
  nowIn,
  openSources,
  openWorkspace,
  type ReconciledMonth,
  type Sources,
  shadowHistory,
  shadowRound,
  type Workspace,
} from '../compose.ts';
import { count } from './count.ts';
import { reportError } from './io.ts';
import { createProgressLine } from './progress.ts';
import { PULL_STEPS } from './pull.ts';
import { SHOWN_CELLS } from './reconcile.ts';
import { printErrorLine, printHistory, printRound } from './shadow-print.ts';
import { watch } from './watch.ts';

type ShadowFlags = {
  readonly customer?: readonly string[];
  readonly meter?: readonly string[];
  readonly month?: string;
  readonly strict?: boolean;
  readonly watch?: boolean;
  readonly every: string;
  readonly history?: boolean;
  readonly limit?: number;
  readonly json?: boolean;
};

/** Rounds that the history shows. */
const SHOWN_ROUNDS = 100;

const LEAST_INTERVAL_MS = 100;

export const registerShadow = (program: Command, cli: Cli): Command =>
  program
    .command('shadow')
    .description('pull and tie out a month as it stands, with the hour of what Stripe holds')
    .argument('<dir>', 'the workspace')
    .option('--customer <id...>', 'these customers only: Stripe ids or usage ids, several with commas')
    .option('--month <YYYY-MM>', 'the month, UTC; by default the current one')
    .option('--meter <key...>', 'these meters only')
    .option('--strict', 'let stale cells count for the exit code')
    .option('--watch', 'go on, again and again, until Ctrl-C')
    .option('--every <duration>', 'how long to wait between two rounds of --watch', '5m')
    .option('--history', 'print what earlier rounds saw, and ask nobody')
    .option('--limit <number>', `most cells to print (${SHOWN_CELLS}), or rounds of --history (${SHOWN_ROUNDS})`, count)
    .action(async (dir: string, flags: ShadowFlags) => {
      const workspace = openWorkspace(dir, cli.io.env);
      if (flags.history === true) await printKept(cli, workspace, flags);
      else await shadow(cli, workspace, flags);
    });

async function printKept({ io }: Cli, workspace: Workspace, flags: ShadowFlags): Promise<void> {
  const [customers, meters] = [listed(flags.customer), listed(flags.meter)];
  const limit = limitOf(flags) ?? SHOWN_ROUNDS;
  const runs = shadowHistory(workspace, { month: flags.month, limit }, nowIn(workspace, io.now));
  const kept = runs.map((run) => ({
    ...run,
    readings: run.readings.filter(
      ({ meter, customer, usageId }) =>
        (meters === undefined || meters.includes(meter)) &&
        (customers === undefined || customers.includes(customer ?? '') || customers.includes(usageId ?? '')),
    ),
  }));
  await printHistory(io, { workspace: workspace.config.name, runs: kept }, flags.json === true);
}

async function shadow(cli: Cli, workspace: Workspace, flags: ShadowFlags): Promise<void> {
  const { io } = cli;
  const everyMs = parseDuration(flags.every, '--every');
  if (everyMs < LEAST_INTERVAL_MS) {
    throw new TieoutError('cli.usage', { message: '--every is too short.', remedy: 'Wait 100ms or longer.' });
  }
  const limit = limitOf(flags) ?? SHOWN_CELLS;
  const isLine = flags.watch === true;
  const sources = await openSources(workspace);
  const round = async (): Promise<void> => {
    const frame = await runRound(cli, { workspace, flags, sources });
    const exit: ExitCode = exitOf(frame.summary, flags.strict === true);
    await printRound(io, frame, { isJson: flags.json === true, isLine, exit, limit });
    cli.exit(exit);
  };
  const onFailure = async (error: unknown): Promise<void> => {
    if (flags.json === true) await printErrorLine(io, error);
    else await reportError(io, error, false);
    cli.exit(2);
  };
  try {
    if (flags.watch !== true) await round();
    else await watch({ everyMs, round, onFailure, sleep: io.sleep, signal: io.signal });
  } finally {
    await sources.close();
  }
}

async function runRound(
  { io }: Cli,
  of: { readonly workspace: Workspace; readonly flags: ShadowFlags; readonly sources: Sources },
): Promise<ReconciledMonth> {
  const { workspace, flags, sources } = of;
  const [customers, meters] = [listed(flags.customer), listed(flags.meter)];
  const line = createProgressLine(io, () => performance.now());
  try {
    return await shadowRound(
      workspace,
      {
        month: flags.month ?? monthOf(nowIn(workspace, io.now)),
        ...(customers === undefined ? {} : { customers }),
        ...(meters === undefined ? {} : { meters }),
        isStrict: flags.strict === true,
      },
      {
        now: io.now,
        signal: io.signal,
        sources,
        onProgress: (progress) => line.show({ ...progress, step: PULL_STEPS[progress.step] }),
      },
    );
  } finally {
    await line.end();
  }
}

/** A list with commas, repeated or not. */
const listed = (given: readonly string[] | undefined): readonly string[] | undefined =>
  given?.flatMap((text) => text.split(',')).filter((text) => text !== '');

/** @throws TieoutError `cli.usage` */
function limitOf({ limit }: ShadowFlags): number | null {
  if (limit === undefined) return null;
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  throw new TieoutError('cli.usage', { message: '--limit is no whole number above 0.', remedy: 'Give 1 or more.' });
}
