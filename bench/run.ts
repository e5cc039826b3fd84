import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { closeGroup } from './close.ts';
import { compareGroup } from './compare.ts';
import { csvGroup } from './csv.ts';
import { exportGroup, workbookGroup } from './export.ts';
import { type Group, type Row, type Settings, UnequalResults } from './harness.ts';
import { ingestGroup } from './ingest.ts';
import { invoicesGroup } from './invoices.ts';
import { lateGroup } from './late.ts';
import { pullGroup } from './pull.ts';
import { ratingGroup } from './rating.ts';
import { scanGroup } from './scan.ts';
import { screenGroup } from './screen.ts';
import { simulationGroup } from './simulation.ts';
import { windowsGroup } from './windows.ts';

/**
 * `npm run bench [-- names… --cells N --rows N --rounds N --quick --strict]`: the bars of docs/performance.md. Every figure is a
 * ratio to an ordinary tool that did the same in the same run. Ends with 1 where results differ or something fails;
 * a slow machine only says `over`, unless `--strict`.
 */
const GROUPS: readonly Group[] = [
  ingestGroup,
  pullGroup,
  scanGroup,
  ratingGroup,
  invoicesGroup,
  lateGroup,
  simulationGroup,
  compareGroup,
  exportGroup,
  workbookGroup,
  csvGroup,
  windowsGroup,
  screenGroup,
  closeGroup,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cells: { type: 'string' },
    rows: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
  },
});

process.exitCode = await main();

async function main(): Promise<number> {
  const known = GROUPS.flatMap(({ bars }) => bars);
  const unknown = positionals.filter((name) => !known.includes(name));
  const cells = wholeOption('cells', values.cells, values.quick ? 100_000 : 1_000_000);
  const rawRows = wholeOption('rows', values.rows, values.quick ? 1_000_000 : 10_000_000);
  const rounds = wholeOption('rounds', values.rounds, values.quick ? 3 : 5);
  if (unknown.length > 0 || cells === null || rawRows === null || rounds === null) {
    if (unknown.length > 0) console.error(`There is no bar ${unknown.join(', ')}. Choose among: ${known.join(' ')}.`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), 'tieout-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  // As in the packaged application, no process spends time and memory on turning TypeScript into JavaScript.
  process.env.NODE_COMPILE_CACHE = join(folder, 'compiled');
  const settings: Settings = {
    cells,
    rows: rawRows,
    rounds,
    folder,
    wants: (bar) => positionals.length === 0 || positionals.includes(bar),
    say: (line) => console.error(`  ${line}`),
  };
  const rows: Row[] = [];
  let failures = 0;
  for (const group of GROUPS) {
    if (!group.bars.some(settings.wants)) continue;
    const name = group.bars.join(', ');
    const obstacle = group.obstacle();
    if (obstacle !== null) {
      console.error(`${name}: left out, ${obstacle}.`);
      continue;
    }
    console.error(`${name} …`);
    try {
      rows.push(...(await group.measure(settings)));
    } catch (error) {
      failures += 1;
      if (error instanceof UnequalResults)
        console.error(`${name}: the results differ, so no time counts.\n  ${error.message}`);
      else console.error(`${name}: failed.`, error);
    }
  }
  console.log(
    `${cells.toLocaleString('en')} cells, median of ${rounds}, ${availableParallelism()} cores, Node ${process.versions.node}`,
  );
  console.log(table(rows));
  const over = rows.filter(({ isOver }) => isOver);
  if (over.length > 0) console.log(`Over the bar: ${over.map(({ bar }) => bar).join(', ')}`);
  return failures > 0 || (values.strict && over.length > 0) ? 1 : 0;
}

function wholeOption(name: string, text: string | undefined, otherwise: number): number | null {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  console.error(`--${name} needs a whole number above 0, not ${text}.`);
  return null;
}

function table(rows: readonly Row[]): string {
  const head = ['bar', 'what', 'reference', 'ours', 'reference', 'ratio', 'bar', ''];
  const lines = rows.map((row) => [
    row.bar,
    row.what,
    row.reference,
    row.ours,
    row.theirs,
    row.ratio,
    row.limit,
    row.isOver ? 'over' : 'ok',
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)));
  return [head, ...lines]
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
