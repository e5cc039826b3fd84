import type { Problem } from '../../../shared/errors.ts';

/** Collects what was left out or assumed, each once, in the order in which it was met. */
export type Warnings = {
  add(problem: Omit<Problem, 'severity'>): void;
  list(): readonly Problem[];
};

export function createWarnings(): Warnings {
  const byKey = new Map<string, Problem>();
  return {
    add: (problem) => {
      const key = `${problem.code} ${problem.path ?? problem.message}`;
      if (!byKey.has(key)) byKey.set(key, { ...problem, severity: 'warning' });
    },
    list: () => [...byKey.values()],
  };
}
