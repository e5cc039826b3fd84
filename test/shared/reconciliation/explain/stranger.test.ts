import { expect, test } from 'vitest';
import { infer } from '../../../../shared/reconciliation/explain/infer.ts';
import { strangeClean, strangeFault } from '../../../oracles/stranger-generator.ts';

/** What another generator plants by other assumptions: some of it cannot be told, but none of it is told wrongly for certain. */
const SINGLE = 94;
const CLEAN = 60;

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

test('faults of a pusher that keeps to no hour: most causes are right, and none that is called certain is wrong', () => {
  const wrong: string[] = [];
  const certainlyWrong: string[] = [];
  for (const seed of range(SINGLE)) {
    const { cell, kinds, note } = strangeFault(seed);
    const found = infer(cell);
    if (found?.claims[0]?.code === kinds[0]) continue;
    wrong.push(`${seed}: ${kinds[0]} ${note}`);
    if (found?.confidence === 'high') certainlyWrong.push(`${seed}: ${kinds[0]} ${note}`);
  }
  expect(certainlyWrong).toEqual([]);
  expect(wrong.length * 10, wrong.join('\n')).toBeLessThanOrEqual(SINGLE);
});

test('what such a pusher rounds, and sends later, has no cause', () => {
  const found = range(CLEAN).flatMap((seed) => {
    const { cell, isRounded } = strangeClean(seed);
    const codes = infer(cell)?.claims.map(({ code }) => code) ?? [];
    return codes.filter((code) => code !== 'rounding' || !isRounded);
  });
  expect(found).toEqual([]);
});
