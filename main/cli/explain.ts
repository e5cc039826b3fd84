import { resolve } from 'node:path';
import type { Command } from 'commander';
import { TieoutError } from '../../shared/errors.ts';
import { exitCodeOf } from '../../shared/reconciliation/exit-code.ts';
import { type CellResult, type ExitCode, VERDICTS } from '../../shared/reconciliation/result.ts';
import { noVerdicts } from '../../shared/reconciliation/summary.ts';
import { type Explanation, explanationJson, explanationText } from '../../shared/reports/explanation.ts';
import { frameCells } from '../api/cells/frame.ts';
import { DEFAULT_SORT, orderCells } from '../api/cells/order.ts';
import { customerIdAt, usageIdsAt } from '../api/reconcile/block.ts';
import { exitOf } from '../api/reconcile/reconcile-month.ts';
import type { Cli } from '../cli.ts';
import { openWorkspace, type ReconciledMonth, reconcile } from '../compose.ts';
import { writeRemedyFiles } from '../explain.ts';
import { count } from './count.ts';
import { say, write } from './io.ts';

type ExplainFlags = {
  readonly month: string;
  readonly customer?: readonly string[];
  readonly incident?: readonly string[];
  readonly write?: string;
  readonly limit: number;
  readonly json?: boolean;
};

/** Cells that the terminal shows; the rest is counted. */
const SHOWN_CELLS = 40;

const NOTES = `
Cells that one thing went wrong for are one incident, with its hours, its worth and what to do. --write makes the files
that mend it: meter events to send again, with identifiers that stay the same however often they are written; invoice
items where Stripe takes no events any more; lines for the customers file. Nothing is sent.

Exit codes: 0 nothing drifts, 1 something does, 2 it could not be done, 3 nothing does, but some cells could not be
compared`;

export const registerExplain = (program: Command, { io, exit }: Cli): Command =>
  program
    .command('explain')
    .description('why a month does not tie out: its causes and incidents, and what to do, offline')
    .argument('<dir>', 'the workspace')
    .requiredOption('--month <YYYY-MM>', 'the month, UTC')
    .option('--customer <id...>', 'these customers only (Stripe ids or usage ids)')
    .option('--incident <id...>', 'these incidents only')
    .option('--write <folder>', 'write the files that mend what can be mended')
    .option('--limit <number>', 'most cells to print', count, SHOWN_CELLS)
    .addHelpText('after', NOTES)
    .action(async (dir: string, flags: ExplainFlags) => {
      const workspace = openWorkspace(dir, io.env);
      const frame = await reconcile(workspace, { month: flags.month }, { now: io.now, command: 'explain' });
      const found = explanationOf(frame, flags);
      const incidents = found.incidents.map(({ id }) => id);
      const files =
        flags.write === undefined
          ? undefined
          : writeRemedyFiles(
              workspace,
              {
                month: flags.month,
                folder: resolve(io.cwd, flags.write),
                incidents,
                ...(flags.customer === undefined ? {} : { customers: new Set(flags.customer) }),
              },
              { now: io.now },
            );
      const explanation = files === undefined ? found : { ...found, files };
      if (flags.json === true) {
        for (const { message } of frame.summary.warnings) await say(io, `warning: ${message}`);
        for (const piece of explanationJson(explanation)) await write(io.stdout, piece);
      } else await write(io.stdout, explanationText(explanation, { limit: flags.limit }));
      exit(explanation.exit);
    });

/** What does not tie out, of everybody or of those who are asked for. @throws TieoutError `explain.not_found` */
function explanationOf(frame: ReconciledMonth, flags: ExplainFlags): Explanation {
  const { summary } = frame;
  const order = orderCells(frame, { verdicts: OFF }, DEFAULT_SORT);
  const { customer, incident } = flags;
  const all = summary.causes.incidents;
  if (customer === undefined && incident === undefined) {
    return { summary, incidents: all, rows: frameCells(frame, order), exit: exitOf(summary, false) };
  }
  requireKnown(incident ?? [], new Set(all.map(({ id }) => id)), 'incident');
  requireKnown(customer ?? [], namesIn(frame), 'customer');
  const [customers, incidents] = [customer, incident].map((names) => names && new Set(names));
  const rows = [...frameCells(frame, order)].filter(
    (row) =>
      (incidents === undefined || incidents.has(row.incident ?? '')) &&
      (customers === undefined || [row.customer ?? '', ...row.usageIds].some((name) => customers.has(name))),
  );
  const touched = new Set(rows.map((row) => row.incident));
  return { summary, incidents: all.filter(({ id }) => touched.has(id)), rows, exit: exitOfRows(rows) };
}

const OFF = VERDICTS.filter((verdict) => verdict !== 'agree' && verdict !== 'agree_zero');

/** Everybody with a cell: Stripe customers, and usage ids. */
function namesIn({ blocks }: ReconciledMonth): ReadonlySet<string> {
  const names = new Set<string>();
  for (const block of blocks) {
    for (let position = 0; position < block.length; position += 1) {
      const customer = customerIdAt(block, position);
      if (customer !== null) names.add(customer);
      for (const usageId of usageIdsAt(block, position)) names.add(usageId);
    }
  }
  return names;
}

function requireKnown(asked: readonly string[], known: ReadonlySet<string>, what: 'customer' | 'incident'): void {
  const unknown = asked.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new TieoutError('explain.not_found', {
    message: `The month has no ${what} ${unknown.join(', ')}.`,
    path: `--${what}`,
    remedy:
      what === 'customer'
        ? 'Give a Stripe customer (cus_…) or a usage id with usage in the month.'
        : 'Look them up: tieout explain DIR --month … prints the id of each below it.',
  });
}

/** As for a whole month (interfaces.md, Exit codes). */
function exitOfRows(rows: readonly CellResult[]): ExitCode {
  const byVerdict = noVerdicts();
  for (const { verdict } of rows) byVerdict[verdict] += 1;
  const structural = rows.filter(({ isStructural }) => isStructural).length;
  return exitCodeOf({ byVerdict, structural }, { nothingPulled: false, isStrict: false });
}
