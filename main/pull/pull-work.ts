import type { Problem } from '../../shared/errors.ts';
import type { Instant } from '../../shared/values/instant.ts';
import { monthPeriod, type Period } from '../../shared/values/period.ts';
import { createReporter, type ProgressReporter } from './progress.ts';
import type { PullMonthRequest } from './pull-request.ts';
import { createStaging, type Staging } from './staging.ts';

/** What the steps of one pull share. */
export type PullWork = {
  readonly request: PullMonthRequest;
  readonly period: Period;
  readonly startedAt: Instant;
  /** Aborts when the caller cancels, and when any step fails. */
  readonly signal: AbortSignal;
  readonly staging: Staging;
  readonly progress: ProgressReporter;
  /** Pulls that have begun and are not complete. */
  readonly open: Set<number>;
  readonly warn: (problem: Problem) => void;
  readonly warnings: () => readonly Problem[];
};

export function createWork(request: PullMonthRequest, signal: AbortSignal): PullWork {
  const warnings = new Map<string, Problem>();
  return {
    request,
    period: monthPeriod(request.month),
    startedAt: request.now(),
    signal,
    staging: createStaging(request.db),
    progress: createReporter(request.now, request.onProgress),
    open: new Set(),
    warn: (problem) => {
      warnings.set(`${problem.code} ${problem.path} ${problem.message}`, { severity: 'warning', ...problem });
    },
    warnings: () => [...warnings.values()],
  };
}
