import type { Command } from 'commander';
import { proofJson, proofText, reportExit } from '../../shared/reports/proof.ts';
import type { Cli } from '../cli.ts';
import { openWorkspace } from '../compose.ts';
import { proveInvoices } from '../prove.ts';
import { count } from './count.ts';
import { say, write } from './io.ts';

type ProveFlags = { readonly month?: string; readonly json?: boolean; readonly limit: number };

/** Lines that the terminal shows; the rest is counted. */
const SHOWN_LINES = 40;

const EXIT_CODES = `
Exit codes: 0 all exact, 1 some differ, 2 it could not be done, 3 nothing to prove, or lines that cannot be rated`;

export const registerProve = (program: Command, { io, exit }: Cli): Command =>
  program
    .command('prove')
    .description('rate every finalised invoice of the cache again: which lines are exact, and why others are not')
    .argument('<dir>', 'the workspace')
    .option('--month <YYYY-MM>', 'lines whose service period begins in this month, UTC; by default all')
    .option('--limit <number>', 'most lines to print', count, SHOWN_LINES)
    .addHelpText('after', EXIT_CODES)
    .action(async (dir: string, flags: ProveFlags) => {
      const report = proveInvoices(openWorkspace(dir, io.env), { month: flags.month ?? null, now: io.now });
      if (flags.json === true) for (const piece of proofJson(report)) await write(io.stdout, piece);
      else await write(io.stdout, proofText(report, { limit: flags.limit }));
      const { metered, licensed } = report.proof;
      if (metered.lines + licensed.lines === 0) {
        await say(io, `Pull a month whose invoices are final: tieout pull ${dir} --month YYYY-MM`);
      }
      exit(reportExit(report));
    });
