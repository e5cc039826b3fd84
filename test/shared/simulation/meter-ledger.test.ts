import { describe, expect, test } from 'vitest';
import type { MeterDefinition } from '../../../shared/simulation/meter-event.ts';
import { type LoadedEvent, MeterLedger } from '../../../shared/simulation/meter-ledger.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { HOUR_MS, type Instant, instant, parseInstant } from '../../../shared/values/instant.ts';

const at = (text: string): Instant => parseInstant(text);
const MAY = { from: at('2026-05-01T00:00:00Z'), to: at('2026-06-01T00:00:00Z') };

const meter = (formula: MeterDefinition['formula'], of: Partial<MeterDefinition> = {}): MeterDefinition => ({
  id: `mtr_${formula}`,
  eventName: formula,
  formula,
  customerPayloadKey: 'stripe_customer_id',
  valuePayloadKey: 'value',
  eventTimeWindow: null,
  status: 'active',
  ...of,
});

function ledgerWith(...meters: MeterDefinition[]): MeterLedger {
  const ledger = new MeterLedger({
    clock: at('2026-05-20T12:00:00Z'),
    customers: { isKnown: () => true, frozenTime: () => null },
  });
  for (const each of meters) ledger.putMeter(each);
  return ledger;
}

const loaded = (meterId: string, when: string, value: string, of: Partial<LoadedEvent> = {}): LoadedEvent => ({
  meterId,
  customerId: 'cus_1',
  timestamp: at(when),
  receivedAt: at(when),
  value,
  ...of,
});

function values(ledger: MeterLedger, meterId: string, grouping: 'hour' | 'day' | null = null, period = MAY): string[] {
  return ledger.summaries({ meterId, customerId: 'cus_1', period, grouping }).map(({ value }) => formatDecimal(value));
}

describe('formulas', () => {
  test('a period holds its start and not its end, to the second', () => {
    const ledger = ledgerWith(meter('sum'));
    ledger.load([
      loaded('mtr_sum', '2026-04-30T23:59:59Z', '1'),
      loaded('mtr_sum', '2026-05-01T00:00:00Z', '10'),
      loaded('mtr_sum', '2026-05-31T23:59:59Z', '100'),
      loaded('mtr_sum', '2026-06-01T00:00:00Z', '1000'),
    ]);
    expect(values(ledger, 'mtr_sum')).toEqual(['110']);
  });

  test('nothing is no summary, and negative corrections may net below zero', () => {
    const ledger = ledgerWith(meter('sum'), meter('last'));
    expect(values(ledger, 'mtr_sum')).toEqual([]);
    ledger.load([loaded('mtr_sum', '2026-05-02T00:00:00Z', '2.5'), loaded('mtr_sum', '2026-05-03T00:00:00Z', '-4')]);
    expect(values(ledger, 'mtr_sum')).toEqual(['-1.5']);
    expect(values(ledger, 'mtr_sum', 'day')).toEqual(['2.5', '-4']);
  });

  test('sums of mixed magnitudes lose no digit', () => {
    const ledger = ledgerWith(meter('sum'));
    ledger.load([
      loaded('mtr_sum', '2026-05-02T00:00:00Z', '999999999999999000000000000'),
      loaded('mtr_sum', '2026-05-02T00:00:01Z', '0.000000000000000000000001'),
      loaded('mtr_sum', '2026-05-02T00:00:02Z', '-1e-3'),
    ]);
    expect(values(ledger, 'mtr_sum')).toEqual(['999999999999998999999999999.999000000000000000000001']);
  });

  test('`last` goes by timestamp, not by receipt; in one second the one received last is shown and all are possible', () => {
    const ledger = ledgerWith(meter('last'));
    ledger.load([
      loaded('mtr_last', '2026-05-02T10:00:00Z', '7', { receivedAt: at('2026-05-02T10:00:05Z') }),
      loaded('mtr_last', '2026-05-02T09:00:00Z', '6', { receivedAt: at('2026-05-02T10:00:06Z') }),
      loaded('mtr_last', '2026-05-02T10:00:00Z', '8', { receivedAt: at('2026-05-02T10:00:07Z') }),
    ]);
    expect(values(ledger, 'mtr_last')).toEqual(['8']);
    const possible = ledger.possibleLast({ meterId: 'mtr_last', customerId: 'cus_1', period: MAY });
    expect(possible.map(formatDecimal)).toEqual(['7', '8']);
  });

  test('`count` counts, whatever the value', () => {
    const ledger = ledgerWith(meter('count'));
    ledger.load([loaded('mtr_count', '2026-05-02T10:00:00Z', '7'), loaded('mtr_count', '2026-05-02T11:00:00Z', '0')]);
    expect(values(ledger, 'mtr_count')).toEqual(['2']);
  });
});

describe('event time window', () => {
  const pushes = [
    loaded('m', '2026-05-02T10:59:00Z', '5', { receivedAt: at('2026-05-02T11:00:00Z') }),
    loaded('m', '2026-05-02T10:10:00Z', '3', { receivedAt: at('2026-05-02T11:30:00Z') }),
    loaded('m', '2026-05-02T11:00:00Z', '9', { receivedAt: at('2026-05-02T11:31:00Z') }),
  ];

  test('of an hour only the event received last counts', () => {
    const ledger = ledgerWith(meter('sum', { id: 'm', eventTimeWindow: 'hour' }));
    ledger.load(pushes);
    expect(values(ledger, 'm', 'hour')).toEqual(['3', '9']);
    expect(values(ledger, 'm')).toEqual(['12']);
  });

  test('of a day too', () => {
    const ledger = ledgerWith(meter('count', { id: 'm', eventTimeWindow: 'day' }));
    ledger.load(pushes);
    expect(values(ledger, 'm', 'day')).toEqual(['1']);
  });

  test('cancelling the event that counted brings back the one before', () => {
    const ledger = ledgerWith(meter('sum', { id: 'm', eventName: 'e', eventTimeWindow: 'hour' }));
    for (const [value, identifier] of [
      ['5', 'a'],
      ['3', 'b'],
    ] as const) {
      ledger.receive({
        eventName: 'e',
        payload: { stripe_customer_id: 'cus_1', value },
        timestamp: at('2026-05-20T10:30:00Z'),
        identifier,
      });
    }
    expect(values(ledger, 'm')).toEqual(['3']);
    expect(ledger.cancel({ eventName: 'e', identifier: 'b' })).toBe('cancelled');
    expect(values(ledger, 'm')).toEqual(['5']);
  });
});

describe('limits', () => {
  test('are judged at each receipt of a loaded history', () => {
    const ledger = ledgerWith(meter('sum'));
    const receivedAt = at('2026-05-20T12:00:00Z');
    const result = ledger.load([
      loaded('mtr_sum', '2026-04-15T12:00:00Z', '1', { receivedAt }),
      loaded('mtr_sum', '2026-04-15T11:59:59Z', '1', { receivedAt }),
      loaded('mtr_sum', '2026-05-20T12:05:00Z', '1', { receivedAt }),
      loaded('mtr_sum', '2026-05-20T12:05:01Z', '1', { receivedAt }),
      loaded('mtr_sum', '2026-05-20T12:00:00Z', '1', { receivedAt, identifier: 'x' }),
      loaded('mtr_sum', '2026-05-20T12:00:00Z', '1', { receivedAt, identifier: 'x' }),
      loaded('mtr_sum', '2026-05-21T12:00:00Z', '1', { identifier: 'x' }),
      loaded('mtr_none', '2026-05-20T12:00:00Z', '1', { receivedAt }),
      loaded('mtr_sum', '2026-05-20T12:00:00Z', 'NaN', { receivedAt }),
    ]);
    expect(result.accepted).toBe(4);
    expect(Object.fromEntries(result.rejected)).toEqual({
      timestamp_too_far_in_past: 1,
      timestamp_in_future: 1,
      duplicate_meter_event: 1,
      no_meter: 1,
      meter_event_invalid_value: 1,
    });
  });

  test.each([
    ['123456789012345', true],
    ['1234567890123456', false],
    ['1234567890.12345', true],
    ['1234567890.123456', false],
    ['-0.000000000000001', true],
    ['0.1234567890123450', true],
    ['123456789012345000', true],
    ['1e-7', true],
  ])('%s fits 15 significant digits: %s', (value, fits) => {
    const ledger = ledgerWith(meter('sum'));
    const { accepted, rejected } = ledger.load([loaded('mtr_sum', '2026-05-02T00:00:00Z', value)]);
    expect(accepted).toBe(fits ? 1 : 0);
    expect(rejected.get('meter_event_value_too_many_digits') ?? 0).toBe(fits ? 0 : 1);
  });
});

describe('cancelling', () => {
  const send = (ledger: MeterLedger, identifier: string | null) =>
    ledger.receive({
      eventName: 'sum',
      payload: { stripe_customer_id: 'cus_1', value: '4' },
      timestamp: null,
      identifier,
    });

  test('takes the event out once, within 24 hours, by its name and identifier', () => {
    const ledger = ledgerWith(meter('sum'));
    send(ledger, 'a');
    expect(ledger.cancel({ eventName: 'other', identifier: 'a' })).toBe('event_not_found');
    expect(ledger.cancel({ eventName: 'sum', identifier: 'b' })).toBe('event_not_found');
    ledger.setClock(at('2026-05-21T12:00:00Z'));
    expect(ledger.cancel({ eventName: 'sum', identifier: 'a' })).toBe('cancelled');
    expect(ledger.cancel({ eventName: 'sum', identifier: 'a' })).toBe('already_cancelled');
    expect(values(ledger, 'mtr_sum')).toEqual([]);
    send(ledger, 'c');
    ledger.setClock(instant(ledger.clock + 24 * HOUR_MS + 1));
    expect(ledger.cancel({ eventName: 'sum', identifier: 'c' })).toBe('too_late');
  });

  test('an event without an identifier is given one, by which it can be cancelled', () => {
    const ledger = ledgerWith(meter('sum'));
    const receipt = send(ledger, null);
    if (receipt.outcome !== 'accepted') throw new Error('refused');
    expect(ledger.cancel({ eventName: 'sum', identifier: receipt.identifier })).toBe('cancelled');
  });

  test('reaches an event that is still being processed', () => {
    const ledger = new MeterLedger({
      clock: at('2026-05-20T12:00:00Z'),
      customers: { isKnown: () => true, frozenTime: () => null },
      processingMs: 1000,
    });
    ledger.putMeter(meter('sum'));
    send(ledger, 'a');
    expect(ledger.cancel({ eventName: 'sum', identifier: 'a' })).toBe('cancelled');
    ledger.setClock(at('2026-05-20T12:00:01Z'));
    expect(values(ledger, 'mtr_sum')).toEqual([]);
  });
});

test('a name that was used again after its meter was deactivated means the active meter', () => {
  const ledger = ledgerWith(
    meter('sum', { id: 'mtr_a', eventName: 'e' }),
    meter('sum', { id: 'mtr_b', eventName: 'e', status: 'inactive' }),
  );
  ledger.receive({
    eventName: 'e',
    payload: { stripe_customer_id: 'cus_1', value: '1' },
    timestamp: null,
    identifier: null,
  });
  expect([values(ledger, 'mtr_a'), values(ledger, 'mtr_b')]).toEqual([['1'], []]);
});
