import { TieoutError } from '../../../shared/errors.ts';
import { formatInstant, type Instant, toUnixSeconds } from '../../../shared/values/instant.ts';
import { isRaw } from '../../sources/stripe/fields.ts';
import { RESOURCES } from '../../sources/stripe/resources.ts';
import type { Writer } from './writer.ts';
import { WRITTEN } from './written.ts';

export type Pauses = {
  readonly sleep: (durationMs: number, signal: AbortSignal) => Promise<void>;
  /** Between two looks at a clock; doubled up to `longestPollMs`. */
  readonly firstPollMs: number;
  readonly longestPollMs: number;
  /** How long a clock may advance before the run is given up for now. */
  readonly patienceMs: number;
  /** Meter events are counted some time after they are taken: so long before a clock moves on after some were sent. */
  readonly settleMs: number;
};

/** What Stripe needs: clocks are ready after some seconds, meter events count after some. */
export const STRIPE_PAUSES: Omit<Pauses, 'sleep'> = {
  firstPollMs: 500,
  longestPollMs: 5_000,
  patienceMs: 10 * 60_000,
  settleMs: 30_000,
};

/**
 * Moves a clock and waits until it is ready. One that stands there already, or is on its way, is not moved again.
 * @throws TieoutError `stripe.clock_failed`, `stripe.clock_slow`
 */
export async function advanceClock(writer: Writer, clock: number, to: Instant, pauses: Pauses): Promise<void> {
  const id = writer.idOf('clock', String(clock));
  const target = toUnixSeconds(to);
  const before = await look(writer, id);
  if (before.status === 'ready' && before.frozenTime >= target) return;
  if (before.status === 'ready') {
    await writer.write(WRITTEN.clocks, `advance/${clock}/${target}`, (sdk, options) =>
      sdk.testHelpers.testClocks.advance(id, { frozen_time: target }, options),
    );
  }
  let waitedMs = 0;
  for (let pauseMs = pauses.firstPollMs; ; pauseMs = Math.min(pauses.longestPollMs, pauseMs * 2)) {
    const seen = await look(writer, id);
    if (seen.status === 'internal_failure') throw failed(id, to);
    if (seen.status === 'ready' && seen.frozenTime >= target) return;
    if (waitedMs >= pauses.patienceMs) throw slow(id, waitedMs);
    await pauses.sleep(pauseMs, writer.signal);
    waitedMs += Math.max(1, pauseMs);
  }
}

type Seen = { readonly status: string; readonly frozenTime: number };

async function look(writer: Writer, id: string): Promise<Seen> {
  const answer = await writer.read(RESOURCES.testClocks, (sdk) => sdk.testHelpers.testClocks.retrieve(id));
  const { status, frozen_time: frozen } = isRaw(answer) ? answer : {};
  return { status: typeof status === 'string' ? status : '', frozenTime: Number(frozen ?? 0) };
}

const failed = (id: string, to: Instant): TieoutError =>
  new TieoutError('stripe.clock_failed', {
    message: `Test clock ${id} failed on its way to ${formatInstant(to)}; Stripe lets nothing more be done with it.`,
    path: RESOURCES.testClocks.path,
    remedy: 'Run the scenario again; a new clock will be made.',
  });

const slow = (id: string, waitedMs: number): TieoutError =>
  new TieoutError('stripe.clock_slow', {
    message: `Test clock ${id} is still advancing after ${Math.round(waitedMs / 1000)} s.`,
    path: RESOURCES.testClocks.path,
    remedy: 'Start the same command again later: it goes on where it stopped.',
  });
