import type { Progress } from './job.ts';

/** Rate over a sliding window, so that a slow start does not spoil the time left. */
const WINDOW_MS = 10_000;

export type RateMeter = {
  measure(at: Progress, nowMs: number): { readonly ratePerSecond: number | null; readonly secondsLeft: number | null };
};

/** Measures one piece of work; a new step starts a new measurement. */
export function createRateMeter(): RateMeter {
  let step = '';
  let samples: { at: number; done: number }[] = [];
  return {
    measure(at, nowMs) {
      if (at.step !== step) {
        step = at.step;
        samples = [];
      }
      samples.push({ at: nowMs, done: at.done });
      while (samples.length > 2 && nowMs - (samples[0]?.at ?? nowMs) > WINDOW_MS) samples.shift();
      const first = samples[0];
      const elapsedMs = first === undefined ? 0 : nowMs - first.at;
      if (first === undefined || elapsedMs < 500) return { ratePerSecond: null, secondsLeft: null };
      const ratePerSecond = ((at.done - first.done) * 1000) / elapsedMs;
      const left = at.total === null ? null : Math.max(0, at.total - at.done);
      return { ratePerSecond, secondsLeft: left === null || ratePerSecond <= 0 ? null : left / ratePerSecond };
    },
  };
}
