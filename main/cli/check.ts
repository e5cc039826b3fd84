import type { Command } from 'commander';
import { type CheckResult, checkWorkspace } from '../check.ts';
import type { Cli } from '../cli.ts';
import { type Io, printJson, say } from './io.ts';

export const registerCheck = (program: Command, cli: Cli): Command =>
  program
    .command('check')
    .description(
      'validate the configuration, the connections and their permissions, and dry-run the query of each meter',
    )
    .argument('<dir>', 'the workspace')
    .action(async (dir: string, options: { json?: boolean }) => {
      const result = await checkWorkspace(dir, { env: cli.io.env, now: cli.io.now() });
      if (options.json === true) await printJson(cli.io, { tieout: 1, kind: 'check', ...result });
      else await sayChecked(cli.io, result);
      cli.exit(result.ok ? 0 : 2);
    });

async function sayChecked(io: Io, result: CheckResult): Promise<void> {
  for (const meter of result.meters) {
    const dryRun = meter.dryRun === null ? 'not run' : `query runs (${meter.dryRun.seconds.toFixed(2)} s)`;
    await say(io, `  ${meter.key}: ${dryRun}`);
  }
  for (const problem of result.problems) {
    const place = problem.path === null ? '' : `${problem.path}: `;
    await say(io, `${problem.severity === 'warning' ? 'warning' : 'problem'}: ${place}${problem.message}`);
    if (problem.remedy !== undefined) await say(io, `  → ${problem.remedy}`);
  }
  await say(
    io,
    result.ok ? 'Everything that a pull needs is in order.' : 'A pull would fail; mend the problems above.',
  );
}
