import type { Progress } from '../jobs/job.ts';
import { createRateMeter } from '../jobs/rate.ts';
import { type Io, say, write } from './io.ts';

const INTERVAL_MS = 100;

export type ProgressLine = { show(progress: Progress): void; end(): Promise<void> };

/** One line on the terminal that is written over; where stderr is no terminal, one line per step. */
export function createProgressLine(io: Io, clock: () => number): ProgressLine {
  const rate = createRateMeter();
  let shownAt = 0;
  let lastStep = '';
  let isDirty = false;
  return {
    show(progress) {
      const now = clock();
      const measured = rate.measure(progress, now);
      const isNewStep = progress.step !== lastStep;
      lastStep = progress.step;
      if (!io.isTerminal) {
        if (isNewStep) void say(io, `· ${progress.step}`);
        return;
      }
      const isEnd = progress.total !== null && progress.done >= progress.total;
      if (!isNewStep && !isEnd && now - shownAt < INTERVAL_MS) return;
      shownAt = now;
      isDirty = true;
      void write(io.stderr, `\r\u001b[2K${lineOf(progress, measured)}`);
    },
    async end() {
      if (isDirty) await write(io.stderr, '\r\u001b[2K');
      isDirty = false;
    },
  };
}

function lineOf(
  progress: Progress,
  measured: { readonly ratePerSecond: number | null; readonly secondsLeft: number | null },
): string {
  const count = (value: number): string => Math.floor(value).toLocaleString('en-US');
  const parts = [progress.step];
  if (progress.unit !== '') {
    const total = progress.total === null ? '' : ` of ${count(progress.total)}`;
    parts.push(`${count(progress.done)}${total} ${progress.unit}`);
  }
  if (measured.ratePerSecond !== null) parts.push(`${count(measured.ratePerSecond)}/s`);
  if (measured.secondsLeft !== null && measured.secondsLeft >= 1) parts.push(`${timeLeft(measured.secondsLeft)} left`);
  return parts.join(' · ');
}

const timeLeft = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
