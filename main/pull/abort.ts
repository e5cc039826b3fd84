import { TieoutError } from '../../shared/errors.ts';

export const cancelled = (): TieoutError =>
  new TieoutError('pull.cancelled', {
    message: 'The pull was cancelled; what had been pulled before is unchanged.',
    remedy: 'Run it again when it suits; answers of Stripe are used again for an hour.',
  });

/** Lets timers, signals and other work have their turn. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The promise, or the signal's reason as soon as it aborts: a source that does not listen must not hold up a cancel. */
export function untilAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** The items of an async list until the signal aborts; the list is told to end, but not waited for. */
export async function* itemsUntilAborted<T>(signal: AbortSignal, items: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  let isDone = false;
  try {
    for (;;) {
      const step = await untilAborted(signal, iterator.next());
      if (step.done === true) {
        isDone = true;
        return;
      }
      yield step.value;
    }
  } finally {
    if (!isDone) iterator.return?.().catch(() => undefined);
  }
}

/** Runs steps one by one, with room for others in between. @throws the signal's reason */
export async function runSteps<T>(signal: AbortSignal, steps: Generator<void, T>): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const step = steps.next();
    if (step.done === true) return step.value;
    await breathe();
  }
}

/**
 * Runs `task` for every item, at most `width` at once. The first failure is thrown when all that had begun has ended;
 * nothing new begins after it.
 */
export async function runWide<T>(
  items: Iterable<T>,
  options: { readonly width: number; readonly signal: AbortSignal },
  task: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (;;) {
      if (failures.length > 0 || options.signal.aborted) return;
      const next = iterator.next();
      if (next.done === true) return;
      try {
        await task(next.value);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: options.width }, lane));
  if (failures.length > 0) throw failures[0];
  options.signal.throwIfAborted();
}
