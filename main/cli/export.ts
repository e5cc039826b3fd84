import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Cli } from '../cli.ts';
import { openWorkspace } from '../compose.ts';
import { exportMonth } from '../export.ts';
import { printJson, say } from './io.ts';
import { createProgressLine } from './progress.ts';

export const registerExport = (program: Command, { io }: Cli): Command =>
  program
    .command('export')
    .description('write a month as a report')
    .argument('<dir>', 'the workspace')
    .requiredOption('--month <YYYY-MM>', 'the month, UTC')
    .addOption(new Option('--format <format>', 'the format').choices(['csv']).default('csv'))
    .option('-o, --output <file>', 'where to; by default exports/YYYY-MM.csv in the workspace')
    .action(async (dir: string, options: { month: string; output?: string; json?: boolean }) => {
      const workspace = openWorkspace(dir, io.env);
      const file =
        options.output === undefined
          ? join(workspace.paths.exportsFolder, `${options.month}.csv`)
          : resolve(io.cwd, options.output);
      const line = createProgressLine(io, () => performance.now());
      const rows = await exportMonth(workspace, {
        month: options.month,
        file,
        filter: {},
        now: io.now,
        onProgress: (progress) => line.show(progress),
      }).finally(() => line.end());
      if (options.json === true) await printJson(io, { tieout: 1, kind: 'export', month: options.month, file, rows });
      else await say(io, `Wrote ${rows.toLocaleString('en-US')} rows to ${file}.`);
    });
