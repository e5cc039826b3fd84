import type { Command } from 'commander';
import { TieoutError } from '../../shared/errors.ts';
import { layout } from '../../shared/reports/layout.ts';
import { parseDecimal } from '../../shared/values/decimal.ts';
import { formatDayAndHour, formatInstant, parseDuration } from '../../shared/values/instant.ts';
import { type ParityReport, parityDocument, parityExit } from '../api/pipelines/parity-report.ts';
import { parityText, percent } from '../api/pipelines/parity-text.ts';
import type { Cli } from '../cli.ts';
import { openSources, openWorkspace, type Sources, type Workspace } from '../compose.ts';
import { type ParityOptions, parityHistory, parityWorkspace, pullParity } from '../pipelines/parity-workspace.ts';
import { count } from './count.ts';
import { printJson, reportError, say, write } from './io.ts';
import { createProgressLine } from './progress.ts';
import { PULL_STEPS } from './pull.ts';
import { printErrorLine } from './shadow-print.ts';
import { watch } from './watch.ts';

type ParityFlags = {
  readonly pipeline?: string;
  readonly meter?: readonly string[];
  readonly hours?: number;
  readonly from?: string;
  readonly to?: string;
  readonly pull?: boolean;
  readonly watch?: boolean;
  readonly every: string;
  readonly history?: boolean;
  readonly limit: number;
  readonly json?: boolean;
};

/** Hours and customers that the terminal shows of each meter; the rest is counted. */
const SHOWN_ROWS = 48;
const LEAST_INTERVAL_MS = 100;

const NOTES = `
Compares what a named pipeline of tieout.yaml measures with what bills today: hour by hour, customer by customer, over
the newest hours that are due. What was pulled is compared, without asking anyone; --pull reads both sides first.

Exit codes: 0 every hour was checked and is clean; 1 an hour departs; 2 it could not be done;
            3 an hour was not checked, or somebody in it could not be read`;

export const registerParity = (program: Command, cli: Cli): Command =>
  program
    .command('parity')
    .description(
      'whether another pipeline measures the same as the one that bills, hour by hour, and for how long it has',
    )
    .argument('<dir>', 'the workspace')
    .option('--pipeline <name>', 'which pipeline of tieout.yaml; not needed where it names one')
    .option('--meter <key...>', 'these meters only')
    .option('--hours <number>', 'so many of the newest due hours; by default as many as the soak needs', count)
    .option('--from <instant>', 'whole hours from here on, UTC')
    .option('--to <instant>', 'the end of the hours, not part of them')
    .option('--pull', 'read the usage of both sides from ClickHouse first; Stripe is not asked')
    .option('--watch', 'pull and compare again and again, until Ctrl-C')
    .option('--every <duration>', 'how long to wait between two rounds of --watch', '10m')
    .option('--history', 'print what earlier checks of the hours found')
    .option('--limit <number>', 'most hours and customers to print of each meter', count, SHOWN_ROWS)
    .addHelpText('after', NOTES)
    .action(async (dir: string, flags: ParityFlags) => {
      const workspace = openWorkspace(dir, cli.io.env);
      const options: ParityOptions = { ...flags, meters: flags.meter };
      if (flags.history === true) await printHistory(cli, workspace, { options, flags });
      else if (flags.watch === true) await watchParity(cli, workspace, { options, flags });
      else await once(cli, workspace, { options, flags });
    });

type Asked = { readonly options: ParityOptions; readonly flags: ParityFlags };

async function once(cli: Cli, workspace: Workspace, { options, flags }: Asked): Promise<void> {
  if (flags.pull === true) {
    const sources = await openSources(workspace);
    try {
      await pullSides(cli, workspace, { options, sources });
    } finally {
      await sources.close();
    }
  }
  await print(cli, await parityWorkspace(workspace, options, cli.io), flags);
}

async function watchParity(cli: Cli, workspace: Workspace, { options, flags }: Asked): Promise<void> {
  const { io } = cli;
  const everyMs = parseDuration(flags.every, '--every');
  if (everyMs < LEAST_INTERVAL_MS) {
    throw new TieoutError('cli.usage', { message: '--every is too short.', remedy: 'Wait 100ms or longer.' });
  }
  const sources = await openSources(workspace);
  const round = async (): Promise<void> => {
    await pullSides(cli, workspace, { options, sources });
    await print(cli, await parityWorkspace(workspace, options, io), flags);
  };
  const onFailure = async (error: unknown): Promise<void> => {
    if (flags.json === true) await printErrorLine(io, error);
    else await reportError(io, error, false);
    cli.exit(2);
  };
  try {
    await watch({ everyMs, round, onFailure, sleep: io.sleep, signal: io.signal });
  } finally {
    await sources.close();
  }
}

async function pullSides(
  { io }: Cli,
  workspace: Workspace,
  { options, sources }: { readonly options: ParityOptions; readonly sources: Sources },
): Promise<void> {
  const line = createProgressLine(io, () => performance.now());
  try {
    const months = await pullParity(workspace, options, {
      now: io.now,
      signal: io.signal,
      sources,
      onProgress: (progress) => line.show({ ...progress, step: PULL_STEPS[progress.step] }),
    });
    for (const { warnings } of months) for (const { message } of warnings) await say(io, `warning: ${message}`);
  } finally {
    await line.end();
  }
}

async function print({ io, exit }: Cli, report: ParityReport, flags: ParityFlags): Promise<void> {
  if (flags.json !== true) await write(io.stdout, parityText(report, { limit: flags.limit }));
  else if (flags.watch === true) await write(io.stdout, `${JSON.stringify(parityDocument(report))}\n`);
  else await printJson(io, parityDocument(report));
  exit(parityExit(report));
}

async function printHistory({ io }: Cli, workspace: Workspace, { options, flags }: Asked): Promise<void> {
  const kept = parityHistory(workspace, options, io);
  const rows = kept.flatMap(({ meter, unit, checks }) => checks.map((check) => ({ meter, unit, ...check })));
  if (flags.json === true) {
    await printJson(io, {
      tieout: 1,
      kind: 'parity_history',
      workspace: workspace.config.name,
      checks: rows.map(({ meter, unit, hour, checkedAt, isClean, body }) => ({
        meter,
        unit,
        start: formatInstant(hour),
        checkedAt: formatInstant(checkedAt),
        clean: isClean,
        reference: body.reference,
        candidate: body.candidate,
        drift: body.aggregate,
        checked: body.checked,
        flagged: body.flagged,
        systemic: body.systemic,
      })),
    });
    return;
  }
  const lines = layout(
    ['meter', 'hour (UTC)', 'checked at', '', 'reference', 'pipeline', 'drift', 'depart'],
    rows
      .slice(-flags.limit)
      .map(({ meter, hour, checkedAt, isClean, body }) => [
        meter,
        formatDayAndHour(hour),
        formatDayAndHour(checkedAt),
        isClean ? '✓ clean' : '✗ departs',
        body.reference,
        body.candidate,
        percent(parseDecimal(body.aggregate)),
        String(body.flagged),
      ]),
    'llllrrrr',
  );
  await write(io.stdout, rows.length === 0 ? 'No hour was checked yet.\n' : `${lines.join('\n')}\n`);
}
