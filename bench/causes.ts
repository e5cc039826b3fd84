import { parseArgs } from 'node:util';
import { infer } from '../shared/reconciliation/explain/infer.ts';
import { noFault, oneFault, type PlantedCell, twoFaults } from '../test/oracles/fault-generator.ts';

/**
 * `npm run bench:causes [-- --cells N]`: plants faults, and prints what was told of them as a confusion matrix. A row is
 * the fault that was planted, a column the largest cause that was named. Ends with 1 where a bar is missed.
 */
const { values } = parseArgs({ options: { cells: { type: 'string', default: '2000' } } });
const singles = Number(values.cells);
const pairs = Math.ceil(singles / 4);

const UNEXPLAINED = 'unexplained';
const matrix = new Map<string, Map<string, number>>();
const tally = {
  right: 0,
  certain: 0,
  certainWrong: 0,
  both: 0,
  pairsCertain: 0,
  pairsCertainWrong: 0,
  falseCauses: 0,
  cells: 0,
  ms: 0,
};

for (let seed = 1; seed <= singles; seed += 1) single(oneFault(seed));
for (let seed = 1; seed <= pairs; seed += 1) pair(twoFaults(seed));
for (let seed = 1; seed <= singles; seed += 1) clean(noFault(seed));
print();
const isMissed =
  tally.right * 20 < singles * 19 || tally.certainWrong > 0 || tally.both * 5 < pairs * 4 || tally.falseCauses > 0;
process.exitCode = isMissed ? 1 : 0;

function timed({ cell }: PlantedCell): ReturnType<typeof infer> {
  const start = performance.now();
  const found = infer(cell);
  tally.ms += performance.now() - start;
  tally.cells += 1;
  return found;
}

function single(planted: PlantedCell): void {
  const found = timed(planted);
  const [kind] = planted.kinds as [string];
  const told = found?.claims[0]?.code ?? UNEXPLAINED;
  const row = matrix.get(kind) ?? new Map<string, number>();
  row.set(told, (row.get(told) ?? 0) + 1);
  matrix.set(kind, row);
  if (told === kind) tally.right += 1;
  if (found?.confidence !== 'high') return;
  tally.certain += 1;
  if (told !== kind) tally.certainWrong += 1;
}

function pair(planted: PlantedCell): void {
  const found = timed(planted);
  const codes: readonly string[] = found?.claims.map(({ code }) => code) ?? [];
  if (planted.kinds.every((kind) => codes.includes(kind))) tally.both += 1;
  if (found?.confidence !== 'high') return;
  tally.pairsCertain += 1;
  if (!codes.every((code) => (planted.kinds as readonly string[]).includes(code))) tally.pairsCertainWrong += 1;
}

/** Pushes that really are rounded may be called so. */
function clean(planted: PlantedCell): void {
  const codes = infer(planted.cell)?.claims.map(({ code }) => code) ?? [];
  if (codes.some((code) => code !== 'rounding' || planted.noise !== 'rounded')) tally.falseCauses += 1;
}

function print(): void {
  const kinds = [...matrix.keys()].sort();
  const told = [...new Set([...matrix.values()].flatMap((row) => [...row.keys()]))].sort();
  const width = Math.max(...kinds.map(({ length }) => length));
  console.log(told.map((code, index) => `${String(index + 1).padStart(2)} ${code}`).join('\n'));
  console.log(`\n${''.padEnd(width)}${told.map((_, index) => String(index + 1).padStart(5)).join('')}`);
  for (const kind of kinds) {
    const row = matrix.get(kind);
    console.log(`${kind.padEnd(width)}${told.map((code) => String(row?.get(code) ?? '·').padStart(5)).join('')}`);
  }
  const share = (part: number, whole: number): string => `${part} of ${whole} (${((part / whole) * 100).toFixed(1)} %)`;
  console.log(`
one fault     ${share(tally.right, singles)} right; ${tally.certain} called high, ${tally.certainWrong} of them wrong
two faults    ${share(tally.both, pairs)} both named; ${tally.pairsCertain} called high, ${tally.pairsCertainWrong} of them name another
no fault      ${share(tally.falseCauses, singles)} with a false cause
time          ${(tally.ms / tally.cells).toFixed(2)} ms for a cell`);
}
