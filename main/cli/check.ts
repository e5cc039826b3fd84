import type { Command } from 'commander';
import { type CheckResult, checkWorkspace } from '../check.ts';
import type { Cli } from '../cli.ts';
import { type Io, printJson, say } from './io.ts';

type CheckFlags = { readonly json?: boolean; readonly prove?: boolean; readonly mutate?: boolean };

export const registerCheck = (program: Command, cli: Cli): Command =>
  program
    .command('check')
    .description(
      'validate the configuration, the connections and their permissions, and dry-run the query of each meter',
    )
    .argument('<dir>', 'the workspace')
    .option('--prove', 'run the cases of fixtures/*.yaml, and those that come with Tieout, on the embedded engine')
    .option('--mutate', 'with --prove: change each query in known ways and see that a case notices')
    .action(async (dir: string, options: CheckFlags) => {
      const prove = options.prove === true || options.mutate === true;
      const result = await checkWorkspace(dir, {
        env: cli.io.env,
        now: cli.io.now(),
        signal: cli.io.signal,
        ...(prove ? { prove: { mutate: options.mutate === true } } : {}),
      });
      if (options.json === true) await printJson(cli.io, { tieout: 1, kind: 'check', ...result });
      else await sayChecked(cli.io, result);
      cli.exit(result.ok ? 0 : 2);
    });

async function sayChecked(io: Io, result: CheckResult): Promise<void> {
  for (const meter of result.meters) {
    const dryRun = meter.dryRun === null ? 'not run' : `query runs (${meter.dryRun.seconds.toFixed(2)} s)`;
    const { passed, failed } = meter.fixtures;
    const ran = passed + failed === 0 ? 'no case names it' : `${passed} of ${passed + failed} cases pass`;
    const cases = result.builtIn === undefined ? '' : `, ${ran}`;
    await say(io, `  ${meter.key}: ${dryRun}${cases}`);
  }
  for (const { pipeline, meter, dryRun } of result.pipelines ?? []) {
    const ran = dryRun === null ? 'not run' : `query runs (${dryRun.seconds.toFixed(2)} s)`;
    await say(io, `  ${meter} of pipeline ${pipeline}: ${ran}`);
  }
  if (result.builtIn !== undefined) {
    const { passed, failed } = result.builtIn;
    await say(io, `  cases of the templates in use: ${passed} of ${passed + failed} pass`);
  }
  for (const [cases, mutations] of [
    ['the workspace’s cases', result.mutations],
    ['the cases of the templates', result.builtInMutations],
  ] as const) {
    if (mutations === undefined || mutations.length === 0) continue;
    const noticed = mutations.filter(({ caughtBy }) => caughtBy !== null).length;
    await say(io, `  wrong queries noticed by ${cases}: ${noticed} of ${mutations.length}`);
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
