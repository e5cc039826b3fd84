import { expect, test } from 'vitest';
import { DUE_RANK, DueQueue } from '../../../shared/simulation/due-queue.ts';
import { runScenario } from '../../../shared/simulation/run-scenario.ts';
import { instant } from '../../../shared/values/instant.ts';
import { closeOf, printInvoices, printTimeline } from './close-maker.ts';

test('at one instant: the clock first, then usage, then actions', () => {
  const run = runScenario(
    closeOf({
      usage: ['01-31T23:59:59 10 @02-01'],
      actions: [
        { at: '2026-02-01T00:00:00Z', do: 'pause' },
        { at: '2026-02-01T00:00:00Z', do: 'resume' },
      ],
      grace: '0s',
      to: '02-01',
    }),
  );
  expect(run.timeline.map((entry) => (entry.type === 'action' ? entry.action : entry.type))).toEqual([
    'subscription_created',
    'period_ended',
    'invoice_drafted',
    'invoice_finalized',
    'invoice_paid',
    'clock_advanced',
    'usage_too_late',
    'pause',
    'resume',
  ]);
  expect(run.timeline.map(({ seq }) => seq)).toEqual(run.timeline.map((_, index) => index));
});

test('a period end makes its draft before an older draft is final', () => {
  const run = runScenario(closeOf({ items: ['callsday'], grace: '24h', to: '01-03' }));
  expect(printTimeline(run, 'period_ended', 'invoice_finalized')).toEqual([
    '01-02 period_ended',
    '01-03 period_ended',
    '01-03 invoice_finalized',
  ]);
  expect(printInvoices(run)).toEqual(['cycle 01-01 to 01-02 paid 0', 'cycle 01-02 to 01-03 draft 0']);
});

test('what is due comes by instant, then rank, then place, then as it was planned', () => {
  const ranks = Object.values(DUE_RANK);
  const queue = new DueQueue();
  const done: string[] = [];
  const planned: { readonly key: number; readonly name: string }[] = [];
  for (let index = 0; index < 200; index += 1) {
    const [at, rank, place] = [(index * 7) % 5, (index * 3) % ranks.length, (index * 11) % 3];
    const name = `${at}/${rank}/${place}/${index}`;
    planned.push({ key: at * 1e6 + rank * 1e5 + place * 1e4 + index, name });
    queue.add({ at: instant(at), rank: ranks[rank] ?? 0, place, run: () => done.push(name) });
  }
  while (queue.nextAt !== null) queue.take()?.run();
  expect(done).toEqual(planned.sort((a, b) => a.key - b.key).map(({ name }) => name));
});
