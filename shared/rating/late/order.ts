import { compareBytes } from '../../values/order.ts';
import type { DetailedLine } from './line.ts';
import { type LateProblem, lateProblem } from './problems.ts';

/** In the order of output (section 9), numbered from 0. */
export function numberLines(lines: readonly DetailedLine[]): readonly DetailedLine[] {
  const sorted = lines.length < 2 ? lines : [...lines].sort(compareForOutput);
  return sorted.map((line, index) => (line.index === index ? line : { ...line, index }));
}

const compareForOutput = (a: DetailedLine, b: DetailedLine): number =>
  a.servicePeriod.from - b.servicePeriod.from || compareIndexes(a.index, b.index) || compareBytes(a.key, b.key);

/** Lines that were never numbered come last. */
export const compareIndexes = (a: number | null, b: number | null): number =>
  a === b ? 0 : a === null ? 1 : b === null ? -1 : a - b;

/** A problem for each key that more than one line has. */
export function repeatedKeys(lines: readonly DetailedLine[]): readonly LateProblem[] {
  if (lines.length < 2 || new Set(lines.map(({ key }) => key)).size === lines.length) return [];
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { key } of lines) {
    if (seen.has(key)) repeated.add(key);
    seen.add(key);
  }
  return [...repeated].map((key) =>
    lateProblem(
      'duplicate-line-key',
      `Several lines of the run have the key ${key}.`,
      'Rate every component of a charge once per period.',
      { key },
    ),
  );
}
