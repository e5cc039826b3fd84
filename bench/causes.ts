import { parseArgs } from 'node:util';
import { infer } from '../shared/reconciliation/explain/infer.ts';
import { noFault, oneFault, type PlantedCell, twoFaults } from '../test/oracles/fault-generator.ts';
import { type StrangeCell, strangeClean, strangeFault, strangePair } from '../test/oracles/stranger-generator.ts';
import { measureSpeed } from './causes-speed.ts';

/**
 * `npm run bench:causes [-- --cells N --seed N --speed N]`: plants faults, and prints what was told of them as a confusion
 * matrix: a row is the fault that was planted, a column the largest cause that was named. The same for the second generator,
 * whose assumptions are others, and for the time it takes. Ends with 1 where a bar is missed.
 */
const { values } = parseArgs({
  options: {
    cells: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    speed: { type: 'string', default: '2000' },
  },
});
const singles = Number(values.cells);
const pairs = Math.ceil(singles / 4);
const seeds = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => Number(values.seed) + index);

type Planted = Pick<PlantedCell, 'cell' | 'kinds'>;
type Generator = {
  readonly one: (seed: number) => Planted;
  readonly two: (seed: number) => Planted;
  readonly none: (seed: number) => Planted & { readonly isRounded: boolean };
};

const UNEXPLAINED = 'unexplained';
/** A cause may explain this many times the reading of the cell's own two series. */
const MOST_RATIO = 20;
const MOST_GROWTH_MB = 64;

class Tally {
  readonly matrix = new Map<string, Map<string, number>>();
  right = 0;
  certain = 0;
  certainWrong = 0;
  both = 0;
  pairsCertain = 0;
  pairsCertainWrong = 0;
  falseCauses = 0;

  constructor({ one, two, none }: Generator) {
    for (const seed of seeds(singles)) this.#single(one(seed));
    for (const seed of seeds(pairs)) this.#pair(two(seed));
    for (const seed of seeds(singles)) this.#clean(none(seed));
  }

  #single({ cell, kinds }: Planted): void {
    const found = infer(cell);
    const [kind] = kinds as readonly [string];
    const told = found?.claims[0]?.code ?? UNEXPLAINED;
    const row = this.matrix.get(kind) ?? new Map<string, number>();
    row.set(told, (row.get(told) ?? 0) + 1);
    this.matrix.set(kind, row);
    if (told === kind) this.right += 1;
    if (found?.confidence !== 'high') return;
    this.certain += 1;
    if (told !== kind) this.certainWrong += 1;
  }

  #pair({ cell, kinds }: Planted): void {
    const found = infer(cell);
    const codes: readonly string[] = found?.claims.map(({ code }) => code) ?? [];
    if (kinds.every((kind) => codes.includes(kind))) this.both += 1;
    if (found?.confidence !== 'high') return;
    this.pairsCertain += 1;
    if (!codes.every((code) => (kinds as readonly string[]).includes(code))) this.pairsCertainWrong += 1;
  }

  /** Pushes that really are rounded may be called so. */
  #clean(planted: Planted & { readonly isRounded: boolean }): void {
    const codes = infer(planted.cell)?.claims.map(({ code }) => code) ?? [];
    if (codes.some((code) => code !== 'rounding' || !planted.isRounded)) this.falseCauses += 1;
  }

  get isMissed(): boolean {
    const { right, certainWrong, both, falseCauses } = this;
    return right * 20 < singles * 19 || certainWrong > 0 || both * 5 < pairs * 4 || falseCauses > 0;
  }

  print(): void {
    const kinds = [...this.matrix.keys()].sort();
    const told = [...new Set([...this.matrix.values()].flatMap((row) => [...row.keys()]))].sort();
    const width = Math.max(...kinds.map(({ length }) => length));
    console.log(told.map((code, index) => `${String(index + 1).padStart(2)} ${code}`).join('\n'));
    console.log(`\n${''.padEnd(width)}${told.map((_, index) => String(index + 1).padStart(5)).join('')}`);
    for (const kind of kinds) {
      const row = this.matrix.get(kind);
      console.log(`${kind.padEnd(width)}${told.map((code) => String(row?.get(code) ?? '·').padStart(5)).join('')}`);
    }
    const share = (part: number, whole: number): string =>
      `${part} of ${whole} (${((part / whole) * 100).toFixed(1)} %)`;
    console.log(`
one fault     ${share(this.right, singles)} right; ${this.certain} called high, ${this.certainWrong} of them wrong
two faults    ${share(this.both, pairs)} both named; ${this.pairsCertain} called high, ${this.pairsCertainWrong} of them name another
no fault      ${share(this.falseCauses, singles)} with a false cause
`);
  }
}

const first = new Tally({
  one: oneFault,
  two: twoFaults,
  none: (seed) => {
    const planted = noFault(seed);
    return { ...planted, isRounded: planted.noise === 'rounded' };
  },
});
first.print();
console.log('The second generator:\n');
const second = new Tally({ one: strangeFault, two: strangePair, none: (seed): StrangeCell => strangeClean(seed) });
second.print();
const speed = measureSpeed(Number(values.speed));
console.log(
  `time          ${speed.explainMs.toFixed(2)} ms of CPU for a cell, ${speed.ratio.toFixed(1)} times reading its two series (${speed.readMs.toFixed(2)} ms); the heap grew by ${speed.heapGrowthMb.toFixed(1)} MB`,
);
process.exitCode = first.isMissed || speed.ratio > MOST_RATIO || speed.heapGrowthMb > MOST_GROWTH_MB ? 1 : 0;
