import { expect, test } from 'vitest';
import { at, client, startSmall } from './world.ts';

test('subscriptions follow the clock: periods renew on the anchor, trials end, cancellations take effect', async () => {
  const sandbox = await startSmall({ clock: at('2026-02-10T00:00:00Z') });
  const start = at('2026-01-31T00:00:00Z');
  sandbox.seed({
    subscriptions: [
      { id: 'sub_plain', customer: 'cus_2', start, items: [{ price: 'price_flat' }] },
      { id: 'sub_ending', customer: 'cus_2', start, items: [{ price: 'price_flat' }], cancelAtPeriodEnd: true },
      {
        id: 'sub_until',
        customer: 'cus_2',
        start,
        items: [{ price: 'price_flat' }],
        cancelAt: at('2026-03-05T00:00:00Z'),
      },
      {
        id: 'sub_trial',
        customer: 'cus_2',
        start,
        items: [{ price: 'price_flat' }],
        trial: { from: start, to: at('2026-02-14T00:00:00Z') },
      },
      { id: 'sub_clocked', customer: 'cus_clocked', start, items: [{ price: 'price_flat' }] },
    ],
  });
  const stripe = client(sandbox);
  const seen = async (id: string) => {
    const subscription = await stripe.subscriptions.retrieve(id);
    const [item] = subscription.items.data;
    return [
      subscription.status,
      new Date((item?.current_period_end ?? 0) * 1000).toISOString().slice(0, 10),
      subscription.ended_at,
    ];
  };
  expect(await seen('sub_plain')).toEqual(['active', '2026-02-28', null]);
  expect(await seen('sub_trial')).toEqual(['trialing', '2026-02-28', null]);
  sandbox.setClock(at('2026-03-10T00:00:00Z'));
  expect(await seen('sub_plain')).toEqual(['active', '2026-03-31', null]);
  expect(await seen('sub_ending')).toEqual(['canceled', '2026-02-28', at('2026-02-28T00:00:00Z') / 1000]);
  expect(await seen('sub_until')).toEqual(['canceled', '2026-02-28', at('2026-03-05T00:00:00Z') / 1000]);
  expect(await seen('sub_trial')).toEqual(['active', '2026-03-31', null]);
  expect(await seen('sub_clocked')).toEqual(['active', '2026-02-28', null]);
  await sandbox.stop();
});
