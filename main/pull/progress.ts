import type { Instant } from '../../shared/values/instant.ts';
import type { PullProgress } from './pull-request.ts';

/** At most ten reports a second. */
const INTERVAL_MS = 100;

export type ProgressReporter = {
  readonly report: (progress: Omit<PullProgress, 'bytes'>) => void;
  /** Two steps run at once and one bar shows them: only the leading one is reported, the other when it has ended. */
  readonly lead: (step: PullProgress['step'] | null) => void;
  /** Bytes that came from ClickHouse so far. */
  readonly setBytes: (bytes: number) => void;
  /** Reports what was held back: at the end of a step. */
  readonly flush: () => void;
};

/** Thins reports out; the last one of a step is never lost. A rate is the listener's to measure. */
export function createReporter(
  now: () => Instant,
  listener: ((progress: PullProgress) => void) | undefined,
): ProgressReporter {
  let bytes = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  let waiting: PullProgress | null = null;
  let behind: PullProgress | null = null;
  let leading: PullProgress['step'] | null = null;
  const flush = (): void => {
    if (waiting === null) return;
    const progress = waiting;
    waiting = null;
    lastAt = now();
    listener?.(progress);
  };
  return {
    report: (progress) => {
      const next = { ...progress, bytes };
      if (leading !== null && next.step !== leading) {
        behind = next;
        return;
      }
      waiting = next;
      if (now() - lastAt >= INTERVAL_MS) flush();
    },
    lead: (step) => {
      flush();
      leading = step;
      waiting = behind;
      behind = null;
      flush();
    },
    setBytes: (count) => {
      bytes = count;
    },
    flush,
  };
}
