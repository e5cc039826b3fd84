import { type Command, Option } from 'commander';
import { qualityDocument, qualityLines } from '../../shared/reports/quality.ts';
import type { Cli } from '../cli.ts';
import { openWorkspace, type PulledMonth, pull } from '../compose.ts';
import type { PulledPipeline, PullProgress } from '../pull/pull-request.ts';
import { type Io, printJson, say } from './io.ts';
import { createProgressLine } from './progress.ts';

type PullFlags = {
  readonly month: string;
  readonly customer?: readonly string[];
  readonly meter?: readonly string[];
  readonly skipIdle?: boolean;
  readonly hourly: 'drifting' | 'all';
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
};

export const registerPull = (program: Command, cli: Cli): Command =>
  program
    .command('pull')
    .description('pull one month of usage from ClickHouse and of meters, prices and invoices from Stripe')
    .argument('<dir>', 'the workspace')
    .requiredOption('--month <YYYY-MM>', 'the month, UTC')
    .option('--customer <id...>', 'these customers only (Stripe ids or usage ids)')
    .option('--meter <key...>', 'these meters only')
    .option('--skip-idle', 'do not ask Stripe for customers with neither usage nor a subscription item')
    .addOption(
      new Option('--hourly <which>', 'ask Stripe by the hour for which cells')
        .choices(['drifting', 'all'])
        .default('drifting'),
    )
    .option('--from <instant>', 'with --to: compute only these hours anew, from ClickHouse alone (whole hours, UTC)')
    .option('--to <instant>', 'the end of the hours, not part of them')
    .action(async (dir: string, flags: PullFlags) => {
      const result = await pullWithProgress(cli, dir, flags);
      if (flags.json === true) await printJson(cli.io, pullDocument(result));
      else await sayPulled(cli.io, result, dir);
      cli.exit(result.complete ? 0 : 3);
    });

/** The steps of a pull in words. */
export const PULL_STEPS: Readonly<Record<PullProgress['step'], string>> = {
  catalog: 'Stripe: customers, prices and invoices',
  usage: 'ClickHouse: usage',
  summaries: 'Stripe: totals of the month',
  hours: 'Stripe: hours of the cells that differ',
};

export async function pullWithProgress({ io }: Cli, dir: string, flags: PullFlags): Promise<PulledMonth> {
  const workspace = openWorkspace(dir, io.env);
  const line = createProgressLine(io, () => performance.now());
  try {
    return await pull(
      workspace,
      {
        month: flags.month,
        meters: flags.meter,
        customers: flags.customer,
        skipIdle: flags.skipIdle === true,
        hourly: flags.hourly,
        from: flags.from,
        to: flags.to,
      },
      {
        now: io.now,
        signal: io.signal,
        command: 'pull',
        onProgress: (progress) => line.show({ ...progress, step: PULL_STEPS[progress.step] }),
      },
    );
  } finally {
    await line.end();
  }
}

/** The answer of `pull --json` (interfaces.md section 6). */
export const pullDocument = (result: PulledMonth): unknown => ({
  tieout: 1,
  kind: 'pull',
  month: result.month,
  sources: result.sources,
  ...(result.pipelines.length === 0 ? {} : { pipelines: result.pipelines.map(pipelineDocument) }),
  complete: result.complete,
  warnings: result.warnings,
  quality: qualityDocument(result.quality),
});

const pipelineDocument = ({ key, rows, bytes, seconds, isComplete }: PulledPipeline): unknown => ({
  pipeline: key,
  rows,
  bytes,
  seconds,
  complete: isComplete,
});

async function sayPulled(io: Io, result: PulledMonth, dir: string): Promise<void> {
  const { clickhouse, stripe } = result.sources;
  const count = (value: number): string => value.toLocaleString('en-US');
  await say(io, `Pulled ${result.month}.`);
  await say(io, `  ClickHouse  ${count(clickhouse.rows)} rows in ${clickhouse.seconds.toFixed(1)} s`);
  await say(
    io,
    `  Stripe      ${count(stripe.cells)} cells, ${count(stripe.hourlyCells)} of them by the hour, ` +
      `${count(stripe.requests)} requests (${count(stripe.retries)} retried) in ${stripe.seconds.toFixed(1)} s`,
  );
  for (const { key, rows, seconds, isComplete } of result.pipelines) {
    const found = isComplete ? `${count(rows)} rows in ${seconds.toFixed(1)} s` : 'could not be read';
    await say(io, `  Pipeline ${key}: ${found}`);
  }
  await say(io, '  Data quality');
  for (const line of qualityLines(result.quality)) await say(io, `    ${line}`);
  for (const warning of result.warnings) await say(io, `  warning: ${warning.message}`);
  await say(io, `Next: tieout reconcile ${dir} --month ${result.month}`);
}
