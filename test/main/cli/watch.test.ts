import { expect, test } from 'vitest';
import { watch } from '../../../main/cli/watch.ts';
import { TieoutError } from '../../../shared/errors.ts';

const busy = new TieoutError('stripe.unauthorized', { message: 'no' });

/** Runs scripted rounds: an error is thrown, `stop` is Ctrl-C within the round. */
async function play(rounds: readonly (Error | 'ok' | 'stop')[]) {
  const controller = new AbortController();
  const happened: string[] = [];
  const left = [...rounds];
  await watch({
    everyMs: 300_000,
    signal: controller.signal,
    round: async () => {
      const next = left.shift();
      happened.push('round');
      if (next === 'stop') controller.abort();
      if (next instanceof Error) throw next;
      if (left.length === 0) controller.abort();
    },
    onFailure: async (error) => void happened.push(`failed ${(error as Error).message}`),
    sleep: async (durationMs) => void happened.push(`wait ${durationMs}`),
  });
  return happened;
}

test('rounds with a pause between them, until Ctrl-C', async () => {
  expect(await play(['ok', 'ok', 'ok'])).toEqual(['round', 'wait 300000', 'round', 'wait 300000', 'round']);
});

test('a round that fails is reported and the next one goes on', async () => {
  expect(await play(['ok', busy, 'ok'])).toEqual([
    'round',
    'wait 300000',
    'round',
    'failed no',
    'wait 300000',
    'round',
  ]);
});

test('Ctrl-C while waiting ends it', async () => {
  const controller = new AbortController();
  let rounds = 0;
  await watch({
    everyMs: 1,
    signal: controller.signal,
    round: async () => {
      rounds += 1;
    },
    onFailure: async () => undefined,
    sleep: async () => controller.abort(),
  });
  expect(rounds).toBe(1);
});

test('what Ctrl-C interrupted is no failure', async () => {
  const controller = new AbortController();
  const failures: unknown[] = [];
  await watch({
    everyMs: 1,
    signal: controller.signal,
    round: async () => {
      controller.abort();
      throw new Error('aborted');
    },
    onFailure: async (error) => void failures.push(error),
    sleep: async () => undefined,
  });
  expect(failures).toEqual([]);
});

test.each(['config.invalid_value', 'period.in_future', 'pull.nothing_selected', 'cli.usage'] as const)(
  '%s ends it: no later round can mend it',
  async (code) => {
    await expect(play([new TieoutError(code, { message: 'wrong' }), 'ok'])).rejects.toMatchObject({ code });
  },
);
