import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { reconciliationTable } from '../../shared/reports/table.ts';
import type { Cli } from '../cli.ts';
import { type DemoResult, runDemo } from '../demo.ts';
import { type Io, printJson, write } from './io.ts';
import { createProgressLine } from './progress.ts';
import { serveApplication } from './serve.ts';

type DemoFlags = { readonly scale: number; readonly open?: boolean; readonly json?: boolean };

/** Cells of each month that the demo prints; the rest is counted. */
const SHOWN_CELLS = 12;

export const registerDemo = (program: Command, cli: Cli): Command =>
  program
    .command('demo')
    .description('make the sample workspace, run the real path end to end and print the result')
    .argument('[dir]', 'a new or empty folder', 'demo')
    .option('--scale <number>', 'so many times the customers', parseScale, 1)
    .option('--open', 'serve the application on the sample afterwards')
    .action(async (dir: string, flags: DemoFlags) => {
      const { io } = cli;
      const line = createProgressLine(io, () => performance.now());
      const started = performance.now();
      const result = await runDemo(resolve(io.cwd, dir), {
        scale: flags.scale,
        signal: io.signal,
        onProgress: (progress) => line.show(progress),
      }).finally(() => line.end());
      const seconds = (performance.now() - started) / 1000;
      if (flags.json === true) await printJson(io, demoDocument(result));
      else await printDemo(io, { result, dir, seconds });
      cli.exit(result.mismatches.length === 0 ? 0 : 1);
      if (flags.open === true) await serveApplication(cli, result.folder, { port: 0, json: flags.json === true });
    });

async function printDemo(io: Io, of: { result: DemoResult; dir: string; seconds: number }): Promise<void> {
  const { result, dir } = of;
  for (const month of result.months) {
    await write(io.stdout, `\n${reconciliationTable(month.summary, month.rows, { limit: SHOWN_CELLS })}`);
  }
  const { loaded, rejected, posted } = result.events;
  const count = (value: number): string => value.toLocaleString('en-US');
  const lines = [
    '',
    `${count(result.rows)} rows of usage in ClickHouse; ${count(loaded)} meter events applied to the sandbox, ` +
      `${count(posted)} of them over HTTP through Stripe’s SDK, ${count(rejected)} rejected as planted.`,
    `Finalised invoices rated again: ${result.proof}.`,
    ...result.mismatches.map((mismatch) => `! ${mismatch}`),
    result.mismatches.length === 0
      ? `Checked: all ${result.planted} planted faults of usage and ${result.billing.planted} of billing were found, and the late usage of ${result.late.planted} cells, and nothing else. (${of.seconds.toFixed(0)} s)`
      : `The result is not what was planted: ${result.mismatches.length} differences.`,
    '',
    `Look next at    ${dir}/planted.json, planted-billing.json (what was planted) and ${dir}/exports/ (each month as CSV)`,
    `Explain a month npx tieout explain ${dir} --month ${result.months.at(-1)?.month ?? ''}`,
    `See late usage  npx tieout late ${dir} --month ${result.late.month}`,
    `Open the app    npx tieout serve ${dir}`,
    '',
  ];
  await write(io.stdout, lines.join('\n'));
}

const demoDocument = (result: DemoResult): unknown => ({
  tieout: 1,
  kind: 'demo',
  folder: result.folder,
  rows: result.rows,
  events: result.events,
  planted: result.planted,
  found: result.found,
  billing: result.billing,
  late: result.late,
  proof: result.proof,
  mismatches: result.mismatches,
  months: result.months.map(({ month, summary, csv }) => ({
    month,
    cells: summary.cells,
    structural: summary.structural,
    byVerdict: summary.byVerdict,
    money: summary.money,
    csv,
  })),
});

function parseScale(text: string): number {
  const scale = Number(text);
  if (Number.isInteger(scale) && scale >= 1 && scale <= 1000) return scale;
  throw new InvalidArgumentError('The scale is a whole number from 1 to 1000.');
}
