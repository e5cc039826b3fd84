import type { Problem } from '../../shared/errors.ts';
import type { Instant } from '../../shared/values/instant.ts';
import { monthPeriod, type Period } from '../../shared/values/period.ts';
import { readPullsInForce } from '../cache/pull-store.ts';
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
  /** Usage that this pull has read to its end, by meter; it takes effect with everything else. */
  readonly measured: Map<string, MeasuredUsage>;
  /** Pulls that have begun and are not complete. */
  readonly open: Set<number>;
  readonly warn: (problem: Problem) => void;
  readonly warnings: () => readonly Problem[];
};

/** Usage in the cache: of this pull where it has read some, else what is in force. */
export type MeasuredUsage = { readonly pull: number; readonly exponent: number; readonly takeEffect: () => void };

/** What is measured of a meter; null where nothing was pulled. */
export function measuredUsage(work: PullWork, meterKey: string): Pick<MeasuredUsage, 'pull' | 'exponent'> | null {
  const { db, month } = work.request;
  const inForce = readPullsInForce(db, month).find((pull) => pull.source === 'clickhouse' && pull.meter === meterKey);
  return work.measured.get(meterKey) ?? inForce ?? null;
}

export function createWork(request: PullMonthRequest, signal: AbortSignal): PullWork {
  const warnings = new Map<string, Problem>();
  return {
    request,
    period: monthPeriod(request.month),
    startedAt: request.now(),
    signal,
    staging: createStaging(request.db),
    progress: createReporter(request.now, request.onProgress),
    measured: new Map(),
    open: new Set(),
    warn: (problem) => {
      warnings.set(`${problem.code} ${problem.path} ${problem.message}`, { severity: 'warning', ...problem });
    },
    warnings: () => [...warnings.values()],
  };
}
