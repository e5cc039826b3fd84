import { isTieoutError } from '../../shared/errors.ts';

/**
 * Does something again and again until the signal. A round that fails is reported, and the next one goes on; what no
 * later round can mend ends it.
 * @param watch.sleep ends early with the signal
 */
export async function watch(watch: {
  readonly everyMs: number;
  readonly round: () => Promise<void>;
  readonly onFailure: (error: unknown) => Promise<void>;
  readonly sleep: (durationMs: number) => Promise<void>;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { signal } = watch;
  while (!signal.aborted) {
    try {
      await watch.round();
    } catch (error) {
      if (signal.aborted) return;
      if (isLasting(error)) throw error;
      await watch.onFailure(error);
    }
    if (!signal.aborted) await watch.sleep(watch.everyMs);
  }
}

/** What was asked for, or what the workspace says, is wrong: the next round would fail in the same way. */
const isLasting = (error: unknown): boolean =>
  isTieoutError(error) && (/^(cli|config|period)\./.test(error.code) || error.code === 'pull.nothing_selected');
