import type { Command } from 'commander';
import { monthOf } from '../../shared/values/period.ts';
import type { Cli } from '../cli.ts';
import { openWorkspace, reconcile } from '../compose.ts';
import { pullWithProgress } from './pull.ts';
import { printReconciliation, SHOWN_CELLS } from './reconcile.ts';

export const registerShadow = (program: Command, cli: Cli): Command =>
  program
    .command('shadow')
    .description('pull and tie out some customers')
    .argument('<dir>', 'the workspace')
    .requiredOption('--customer <id...>', 'Stripe ids or usage ids')
    .option('--month <YYYY-MM>', 'the month, UTC; by default the current one')
    .option('--meter <key...>', 'these meters only')
    .option('--strict', 'let stale cells count for the exit code')
    .action(
      async (
        dir: string,
        flags: { customer: string[]; month?: string; meter?: string[]; strict?: boolean; json?: boolean },
      ) => {
        const month = flags.month ?? monthOf(cli.io.now());
        await pullWithProgress(cli, dir, { ...flags, month, hourly: 'drifting' });
        const frame = await reconcile(
          openWorkspace(dir, cli.io.env),
          { month, customers: flags.customer, ...(flags.meter === undefined ? {} : { meters: flags.meter }) },
          { now: cli.io.now, command: 'shadow' },
        );
        await printReconciliation(cli, { ...flags, month, limit: SHOWN_CELLS, frame });
      },
    );
