import { expect, test } from 'vitest';
import { infer } from '../../../../shared/reconciliation/explain/infer.ts';
import { noFault, oneFault, type PlantedCell, twoFaults } from '../../../oracles/fault-generator.ts';

/** Smaller than `npm run bench:causes`, with the same bars. */
const SINGLE = 94;
const PAIRS = 25;
const CLEAN = 90;

const named = ({ kinds, meter, note }: PlantedCell, at: number): string => `${at}: ${meter} ${kinds.join('+')} ${note}`;
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

test('one planted fault: 95 of 100 causes are right, and none that is called certain is wrong', () => {
  const wrong: string[] = [];
  const certainlyWrong: string[] = [];
  let certain = 0;
  for (const seed of range(SINGLE)) {
    const planted = oneFault(seed);
    const found = infer(planted.cell);
    if (found?.confidence === 'high') certain += 1;
    if (found?.claims[0]?.code === planted.kinds[0]) continue;
    wrong.push(named(planted, seed));
    if (found?.confidence === 'high') certainlyWrong.push(named(planted, seed));
  }
  expect(certainlyWrong).toEqual([]);
  expect(wrong.length * 20, wrong.join('\n')).toBeLessThanOrEqual(SINGLE);
  expect(certain * 2).toBeGreaterThan(SINGLE);
});

test('two planted faults: both are named in 80 of 100', () => {
  const missed: string[] = [];
  for (const seed of range(PAIRS)) {
    const planted = twoFaults(seed);
    const codes: readonly string[] = infer(planted.cell)?.claims.map(({ code }) => code) ?? [];
    if (!planted.kinds.every((kind) => codes.includes(kind))) missed.push(named(planted, seed));
  }
  expect(missed.length * 5, missed.join('\n')).toBeLessThanOrEqual(PAIRS);
});

test('no fault: what is late or rounded as usual has no cause of another kind', () => {
  const found = range(CLEAN).flatMap((seed) => {
    const planted = noFault(seed);
    const codes = infer(planted.cell)?.claims.map(({ code }) => code) ?? [];
    return codes.filter((code) => code !== 'rounding' || planted.noise !== 'rounded');
  });
  expect(found).toEqual([]);
});

test('the same cell has the same explanation', () => {
  const { cell } = oneFault(7);
  expect(infer(cell)).toEqual(infer(cell));
});

test('the shares and what is left add up to the drift', () => {
  for (const seed of range(47)) {
    const { cell } = oneFault(seed);
    const found = infer(cell);
    const explained = found?.claims.reduce(
      (sum, { effect, beyond }) => effect.reduce((a, b) => a + b, sum + beyond),
      0n,
    );
    expect((explained ?? 0n) + (found?.left ?? 0n)).toBe(cell.meteredTotal - cell.measuredTotal);
  }
});
