import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StripeSandbox } from '../../../../main/sandbox/stripe/server.ts';
import { at, client, startSmall } from './world.ts';

let sandbox: StripeSandbox;
let stripe: Stripe;
beforeEach(async () => {
  sandbox = await startSmall();
  stripe = client(sandbox);
});
afterEach(() => sandbox.stop());

const unix = (text: string): number => at(text) / 1000;
const MAY = { start_time: unix('2026-05-01T00:00:00Z'), end_time: unix('2026-06-01T00:00:00Z') };

const event = (
  value: string,
  of: { readonly name?: string; readonly when?: string; readonly identifier?: string } = {},
) => ({
  event_name: of.name ?? 'calls',
  payload: { stripe_customer_id: 'cus_1', value },
  ...(of.when === undefined ? {} : { timestamp: unix(of.when) }),
  ...(of.identifier === undefined ? {} : { identifier: of.identifier }),
});

/** The text of an answer, in which numbers keep their digits. */
async function text(path: string): Promise<string> {
  const answer = await fetch(`${sandbox.url}${path}`, { headers: { authorization: `Bearer ${sandbox.keys.full}` } });
  return answer.text();
}

describe('meter events', () => {
  test('count from the next request on, and are answered in the shape of Stripe', async () => {
    const made = await stripe.billing.meterEvents.create(
      event('2.5', { when: '2026-05-20T11:00:00Z', identifier: 'e-1' }),
    );
    expect(made).toMatchObject({
      object: 'billing.meter_event',
      event_name: 'calls',
      identifier: 'e-1',
      timestamp: unix('2026-05-20T11:00:00Z'),
      created: unix('2026-05-20T12:00:00Z'),
      payload: { stripe_customer_id: 'cus_1', value: '2.5' },
    });
    await stripe.billing.meterEvents.create(event('-1.25'));
    const { data } = await stripe.billing.meters.listEventSummaries('mtr_sum', { customer: 'cus_1', ...MAY });
    expect(data).toEqual([
      {
        id: expect.stringMatching(/^mtrusg_test_/),
        object: 'billing.meter_event_summary',
        aggregated_value: 1.25,
        livemode: false,
        meter: 'mtr_sum',
        ...MAY,
      },
    ]);
  });

  test.each([
    ['2026-04-15T12:00:00Z', null],
    ['2026-04-15T11:59:59Z', 'timestamp_too_far_in_past'],
    ['2026-05-20T12:05:00Z', null],
    ['2026-05-20T12:05:01Z', 'timestamp_in_future'],
  ])('a timestamp of %s is judged against the clock: %s', async (when, code) => {
    const sent = stripe.billing.meterEvents.create(event('1', { when }));
    if (code === null) await expect(sent).resolves.toBeDefined();
    else await expect(sent).rejects.toMatchObject({ code, statusCode: 400 });
  });

  test('an identifier is taken for 24 hours', async () => {
    await stripe.billing.meterEvents.create(event('1', { identifier: 'once' }));
    const again = stripe.billing.meterEvents.create(event('1', { identifier: 'once' }));
    await expect(again).rejects.toMatchObject({
      message: 'An event already exists with identifier once.',
      statusCode: 400,
    });
    sandbox.setClock(at('2026-05-21T12:00:00Z'));
    await stripe.billing.meterEvents.create(event('1', { identifier: 'once' }));
    expect(sandbox.state.ledger.eventCount).toBe(2);
  });

  test('what is wrong with the payload is reported later, and the answer is 200', async () => {
    const bad: [Stripe.Billing.MeterEventCreateParams, string][] = [
      [event('1', { name: 'nothing' }), 'no_meter'],
      [event('1', { name: 'old' }), 'archived_meter'],
      [{ event_name: 'calls', payload: { value: '1' } }, 'meter_event_no_customer_defined'],
      [
        { event_name: 'calls', payload: { stripe_customer_id: 'cus_no', value: '1' } },
        'meter_event_customer_not_found',
      ],
      [
        { event_name: 'calls', payload: { stripe_customer_id: 'cus_gone', value: '1' } },
        'meter_event_customer_not_found',
      ],
      [{ event_name: 'calls', payload: { stripe_customer_id: 'cus_1' } }, 'meter_event_value_not_found'],
      [event('many'), 'meter_event_invalid_value'],
      [event('1234567890.123456'), 'meter_event_value_too_many_digits'],
    ];
    for (const [params] of bad) await stripe.billing.meterEvents.create(params);
    expect(sandbox.state.ledger.errorReports.map(({ reason }) => reason)).toEqual(bad.map(([, reason]) => reason));
    expect(sandbox.state.ledger.eventCount).toBe(0);
  });

  test('processing takes its time where asked for', async () => {
    const slow = await startSmall({ processingMs: 60_000 });
    const own = client(slow);
    await own.billing.meterEvents.create(event('1'));
    const before = await own.billing.meters.listEventSummaries('mtr_sum', { customer: 'cus_1', ...MAY });
    expect(before.data).toEqual([]);
    slow.setClock(at('2026-05-20T12:01:00Z'));
    const after = await own.billing.meters.listEventSummaries('mtr_sum', { customer: 'cus_1', ...MAY });
    expect(after.data[0]?.aggregated_value).toBe(1);
    await slow.stop();
  });

  test('judged at once where asked for', async () => {
    const strict = await startSmall({ judge: 'at_once' });
    await expect(client(strict).billing.meterEvents.create(event('many'))).rejects.toMatchObject({
      code: 'meter_event_invalid_value',
    });
    await strict.stop();
  });

  test("a clocked customer's events are judged against the frozen time", async () => {
    const payload = { stripe_customer_id: 'cus_clocked', value: '7' };
    await stripe.billing.meterEvents.create({ event_name: 'calls', payload, timestamp: unix('2026-01-09T00:00:00Z') });
    const now = stripe.billing.meterEvents.create({
      event_name: 'calls',
      payload,
      timestamp: unix('2026-05-20T12:00:00Z'),
    });
    await expect(now).rejects.toMatchObject({ code: 'timestamp_in_future' });
  });
});

describe('adjustments', () => {
  test('cancel an event within 24 hours of its receipt', async () => {
    await stripe.billing.meterEvents.create(event('5', { identifier: 'wrong' }));
    await stripe.billing.meterEvents.create(event('3', { identifier: 'right' }));
    const adjustment = await stripe.billing.meterEventAdjustments.create({
      event_name: 'calls',
      type: 'cancel',
      cancel: { identifier: 'wrong' },
    });
    expect(adjustment).toMatchObject({ object: 'billing.meter_event_adjustment', cancel: { identifier: 'wrong' } });
    const { data } = await stripe.billing.meters.listEventSummaries('mtr_sum', { customer: 'cus_1', ...MAY });
    expect(data[0]?.aggregated_value).toBe(3);
    sandbox.setClock(at('2026-05-21T12:00:01Z'));
    const late = stripe.billing.meterEventAdjustments.create({
      event_name: 'calls',
      type: 'cancel',
      cancel: { identifier: 'right' },
    });
    await expect(late).rejects.toMatchObject({ statusCode: 400, param: 'cancel[identifier]' });
  });
});

describe('event summaries', () => {
  const load = (values: readonly [string, string][], meterId = 'mtr_last') =>
    sandbox.load(
      values.map(([when, value]) => ({
        meterId,
        customerId: 'cus_1',
        timestamp: at(when),
        receivedAt: at(when),
        value,
      })),
    );

  test('by the hour: newest first, empty hours absent, `last` is the last of the hour, paged', async () => {
    load([
      ['2026-05-01T00:00:00Z', '1'],
      ['2026-05-01T00:59:59Z', '2'],
      ['2026-05-01T03:00:00Z', '3'],
      ['2026-06-01T00:00:00Z', '99'],
    ]);
    const asked = { customer: 'cus_1', value_grouping_window: 'hour' as const, ...MAY };
    const first = await stripe.billing.meters.listEventSummaries('mtr_last', { ...asked, limit: 1 });
    expect(first.has_more).toBe(true);
    expect(first.url).toBe('/v1/billing/meters/mtr_last/event_summaries');
    const all = await stripe.billing.meters
      .listEventSummaries('mtr_last', { ...asked, limit: 1 })
      .autoPagingToArray({ limit: 100 });
    expect(all.map((each) => [each.start_time, each.end_time, each.aggregated_value])).toEqual([
      [unix('2026-05-01T03:00:00Z'), unix('2026-05-01T04:00:00Z'), 3],
      [unix('2026-05-01T00:00:00Z'), unix('2026-05-01T01:00:00Z'), 2],
    ]);
  });

  test('a month of hours is seen whole, in pages of any size and in both directions', async () => {
    load(
      Array.from({ length: 744 }, (_, hour): [string, string] => [
        new Date(at('2026-05-01T00:30:00Z') + hour * 3_600_000).toISOString(),
        String(hour),
      ]).filter((_, hour) => hour % 7 !== 3),
    );
    const asked = { customer: 'cus_1', value_grouping_window: 'hour' as const, ...MAY };
    const { meters } = stripe.billing;
    const forward = await meters
      .listEventSummaries('mtr_last', { ...asked, limit: 100 })
      .autoPagingToArray({ limit: 1000 });
    expect(forward.map(({ aggregated_value: value }) => value)).toEqual(
      Array.from({ length: 744 }, (_, hour) => 743 - hour).filter((hour) => hour % 7 !== 3),
    );
    const odd = await meters.listEventSummaries('mtr_last', { ...asked, limit: 37 }).autoPagingToArray({ limit: 1000 });
    expect(odd).toEqual(forward);
    const oldest = forward.at(-1)?.id ?? '';
    const before = await meters.listEventSummaries('mtr_last', { ...asked, limit: 5, ending_before: oldest });
    expect(before.data.map(({ id }) => id)).toEqual(forward.slice(-6, -1).map(({ id }) => id));
    expect(before.has_more).toBe(true);
    const last = await meters.listEventSummaries('mtr_last', { ...asked, limit: 5, starting_after: oldest });
    expect([last.data, last.has_more]).toEqual([[], false]);
    const unknown = meters.listEventSummaries('mtr_last', { ...asked, starting_after: 'mtrusg_test_none' });
    await expect(unknown).rejects.toMatchObject({ code: 'resource_missing', param: 'starting_after' });
  });

  test.each([
    [{ start_time: MAY.start_time + 1 }, 'start_time must be aligned with minute boundaries.'],
    [
      { end_time: MAY.end_time + 60, value_grouping_window: 'hour' as const },
      'end_time must be aligned with UTC hour boundaries.',
    ],
    [
      { start_time: MAY.start_time + 3600, value_grouping_window: 'day' as const },
      'start_time must be aligned with UTC day boundaries.',
    ],
    [{ start_time: MAY.end_time }, 'end_time must be after start_time.'],
    [{ customer: 'cus_none' }, "No such customer: 'cus_none'"],
  ])('%j is refused', async (override, message) => {
    const asked = stripe.billing.meters.listEventSummaries('mtr_last', { customer: 'cus_1', ...MAY, ...override });
    await expect(asked).rejects.toMatchObject({ message, statusCode: 400 });
  });

  test('values are written with all their digits', async () => {
    load(
      [
        ['2026-05-01T00:00:00Z', '123456789012345000'],
        ['2026-05-02T00:00:00Z', '678.901234567891'],
        ['2026-05-03T00:00:00Z', '0.000000000001'],
      ],
      'mtr_sum',
    );
    const path = `/v1/billing/meters/mtr_sum/event_summaries?customer=cus_1&start_time=${MAY.start_time}&end_time=${MAY.end_time}`;
    expect(await text(path)).toContain('"aggregated_value":123456789012345678.901234567892,');
    sandbox.writeValues(() => '1.23456789012345678e17');
    expect(await text(path)).toContain('"aggregated_value":1.23456789012345678e17,');
    sandbox.writeValues(null);
    expect(await text(path)).toContain('"aggregated_value":123456789012345678.901234567892,');
  });
});
