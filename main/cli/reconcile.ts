import type { Command } from 'commander';
import type { ExitCode } from '../../shared/reconciliation/result.ts';
import { completenessLine } from '../../shared/reports/completeness.ts';
import { qualityLines } from '../../shared/reports/quality.ts';
import { seriesLine } from '../../shared/reports/series.ts';
import { reconciliationTable } from '../../shared/reports/table.ts';
import { frameCells } from '../api/cells/frame.ts';
import { DEFAULT_SORT, orderCells } from '../api/cells/order.ts';
import { exitOf } from '../api/reconcile/reconcile-month.ts';
import type { Cli } from '../cli.ts';
import { openWorkspace, type ReconciledMonth, reconcile } from '../compose.ts';
import { knownCompleteness, monthJson } from '../export/json.ts';
import { count } from './count.ts';
import { say, write } from './io.ts';

export type ReconcileFlags = {
  readonly month: string;
  readonly strict?: boolean;
  /** Data quality that failed counts like cells that could not be compared. */
  readonly requireQuality?: boolean;
  readonly json?: boolean;
  readonly limit: number;
};

/** Cells that the terminal shows; the rest is counted. */
export const SHOWN_CELLS = 40;

export const registerReconcile = (program: Command, cli: Cli): Command =>
  program
    .command('reconcile')
    .description('tie out a month from the cache, offline')
    .argument('<dir>', 'the workspace')
    .requiredOption('--month <YYYY-MM>', 'the month, UTC')
    .option('--strict', 'let stale cells count for the exit code')
    .option('--require-quality', 'exit 3 where the data quality of the month has failed or is not known')
    .option('--limit <number>', 'most cells to print', count, SHOWN_CELLS)
    .action(async (dir: string, flags: ReconcileFlags) => {
      const workspace = openWorkspace(dir, cli.io.env);
      const frame = await reconcile(workspace, { month: flags.month }, { now: cli.io.now, command: 'reconcile' });
      await printReconciliation(cli, { ...flags, frame });
    });

/** The document or the table of a month, and the exit code that goes with it. */
export async function printReconciliation(
  { io, exit }: Cli,
  of: ReconcileFlags & { readonly frame: ReconciledMonth },
): Promise<void> {
  const { frame } = of;
  const { summary } = frame;
  const order = orderCells(frame, {}, DEFAULT_SORT);
  const { gate } = frame.quality;
  const isDoubtful = gate.decision === 'blocked' || gate.decision === 'not_checked';
  const code = orDoubtful(exitOf(summary, of.strict === true), of.requireQuality === true && isDoubtful);
  if (of.json === true) {
    for (const { message } of summary.warnings) await say(io, `warning: ${message}`);
    for (const piece of monthJson(frame, { order, exit: code })) {
      await write(io.stdout, piece);
    }
  } else {
    const lines = [
      ...knownCompleteness(frame).map(({ meter, completeness }) => completenessLine(meter, completeness)),
      ...frame.series.map(seriesLine),
    ];
    const complete = lines.filter((line) => line !== null);
    await write(io.stdout, reconciliationTable(summary, [...frameCells(frame, order)], { limit: of.limit, complete }));
    if (gate.decision !== 'pass') {
      await write(io.stdout, '\nData quality\n');
      for (const line of qualityLines(frame.quality)) await write(io.stdout, `  ${line}\n`);
    }
  }
  exit(code);
}

/** Precedence 2, 1, 3, 0 (interfaces.md, exit codes). */
const orDoubtful = (code: ExitCode, isDoubtful: boolean): ExitCode => (isDoubtful && code === 0 ? 3 : code);
