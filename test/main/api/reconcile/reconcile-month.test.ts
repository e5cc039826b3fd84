import { describe, expect, test } from 'vitest';
import { cellAt, type MeterBlock } from '../../../../main/api/reconcile/block.ts';
import { exitOf, reconcileMonth } from '../../../../main/api/reconcile/reconcile-month.ts';
import { type ReportRow, reportRow } from '../../../../shared/reports/cell-row.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { parseMonth } from '../../../../shared/values/period.ts';
import { build, MONTH, type Series, type World, type WorldMeter } from './world.ts';

const NOW = parseInstant('2026-06-01T03:00:00Z');

function reconcile(world: World, now = NOW) {
  const { db, settings } = build(world);
  const blocks: MeterBlock[] = [];
  const summary = reconcileMonth({ db, settings, month: parseMonth(world.month ?? MONTH), now }, (block) =>
    blocks.push(block),
  );
  const rows = blocks.flatMap((block) =>
    Array.from({ length: block.length }, (_, position) => reportRow(cellAt(block, position))),
  );
  return { summary, rows };
}

const one = (
  usage: Series | undefined,
  metered: Series | null | undefined,
  meter: Partial<WorldMeter> = {},
  more: Partial<World> = {},
): ReportRow => {
  const { rows } = reconcile({
    meters: [{ key: 'cpu', unit: 'CPU-seconds', ...meter }],
    customers: [{ id: 'cus_1', name: 'Globex', usageIds: ['ws_1'] }],
    usage: { cpu: usage === undefined ? {} : { ws_1: usage } },
    metered: { cpu: metered === undefined ? {} : { cus_1: metered } },
    ...more,
  });
  const row = rows[0];
  if (row === undefined) throw new Error('no cell');
  return row;
};

const hourly = (value: (hour: number) => string | null): { [hour: number]: string } => {
  const series: { [hour: number]: string } = {};
  for (let hour = 0; hour < 744; hour += 1) {
    const text = value(hour);
    if (text !== null) series[hour] = text;
  }
  return series;
};

describe('verdicts from a real cache', () => {
  test('agrees, to the digit', () => {
    expect(one('3600', '3600')).toMatchObject({ verdict: 'agree', structural: false, cause: null, measured: '3600' });
    expect(one('3600', '3597')).toMatchObject({
      verdict: 'agree',
      drift: { absolute: '3', relative: '0.000833333333' },
    });
  });

  test('at the edge of the tolerance', () => {
    expect(one('0.999', '1').verdict).toBe('agree');
    expect(one('0.998999999999', '1').verdict).toBe('over_reported');
  });

  test('zero and absent are shown as what they are', () => {
    expect(one('0', null, {}, {})).toMatchObject({ verdict: 'agree_zero', measured: '0', metered: null });
    expect(one(undefined, '0')).toMatchObject({ verdict: 'agree_zero', measured: null, metered: '0' });
  });

  test('4 missed pushes', () => {
    const usage = hourly((hour) => String(90 + (hour % 7)));
    const metered = hourly((hour) => (hour >= 315 && hour < 319 ? null : String(90 + (hour % 7))));
    expect(one(usage, metered)).toMatchObject({
      verdict: 'under_reported',
      structural: true,
      cause: { code: 'missed_push', confidence: 'high' },
    });
  });

  test('a value that is on its way, and one that is overdue', () => {
    const usage = hourly(() => '10');
    const held = (last: number) => hourly((hour) => (hour <= last ? String((hour + 1) * 10) : null));
    const meter = { formula: 'last' as const };
    const at = (time: string) => ({ stripePulledAt: time });
    expect(one(usage, held(740), meter, at('2026-05-31T22:00:00Z'))).toMatchObject({
      verdict: 'stale',
      structural: false,
    });
    expect(one(usage, held(740), meter, at('2026-05-31T22:00:00.001Z')).verdict).toBe('stale_overdue');
    expect(one(usage, held(740), meter, at('2026-06-01T02:00:00Z'))).toMatchObject({
      verdict: 'stale_overdue',
      cause: { code: 'final_push_missing' },
    });
  });

  test('levels of several usage ids: each keeps its last one', () => {
    const { rows } = reconcile({
      meters: [{ key: 'seats', combine: 'last', formula: 'last' }],
      customers: [{ id: 'cus_1', usageIds: ['ws_1', 'ws_2', 'ws_3'] }],
      usage: { seats: { ws_1: { 740: '5' }, ws_2: { 742: '3' }, ws_3: { 743: '4' } } },
      metered: { seats: { cus_1: { 740: '5', 742: '8' } } },
      stripePulledAt: '2026-05-31T23:10:00Z',
    });
    expect(rows).toMatchObject([{ measured: '12', metered: '8', verdict: 'stale' }]);
  });

  test('nothing in Stripe: young and old', () => {
    const usage = hourly((hour) => (hour === 700 ? '5' : null));
    const at = { stripePulledAt: '2026-05-30T05:00:00Z' };
    expect(one(usage, null, {}, at).verdict).toBe('stale');
    expect(one(usage, null, {}, { stripePulledAt: '2026-05-30T06:00:00Z' }).verdict).toBe('missing_stripe');
    expect(one('5', undefined).verdict).toBe('missing_stripe');
  });

  test('metered without usage, and without a usage id', () => {
    expect(one(undefined, '5')).toMatchObject({ verdict: 'missing_usage', usageId: 'ws_1', measured: null });
    const { rows } = reconcile({
      meters: [{ key: 'cpu' }],
      customers: [{ id: 'cus_1' }],
      metered: { cpu: { cus_1: '5' } },
    });
    expect(rows[0]).toMatchObject({ verdict: 'missing_usage', usageId: null, usageIds: [] });
  });

  test('a meter that Stripe lacks', () => {
    const missing = { isMissing: true, notPulled: ['stripe'] as const };
    expect(one('5', undefined, missing)).toMatchObject({ verdict: 'no_meter', cause: { code: 'meter_missing' } });
    expect(one('5', undefined, { isMissing: true }).verdict).toBe('no_meter');
    expect(one('0', undefined, missing).verdict).toBe('agree_zero');
    // Made after the summaries were pulled: those still say what was so then.
    expect(one('5', undefined, { wasMissing: true }).verdict).toBe('no_meter');
  });

  test('invalid: not a number, negative on either side', () => {
    expect(one('nan', '5')).toMatchObject({
      verdict: 'invalid',
      measured: null,
      drift: null,
      cause: { code: 'not_a_number' },
    });
    expect(one('-1', '5').verdict).toBe('invalid');
    expect(one('5', '-1')).toMatchObject({ verdict: 'invalid', cause: { code: 'net_negative_corrections' } });
  });

  test('a number that only text can hold is compared exactly', () => {
    expect(one('5', '5.0000000000000000001')).toMatchObject({ verdict: 'agree', cause: { code: 'rounding' } });
    expect(one('123456789012345678.123456789012', '123456789012345678.123456789012')).toMatchObject({
      verdict: 'agree',
      measured: '123456789012345678.123456789012',
    });
    expect(one('123456789012345678', '123456789012345000', { relative: '0' })).toMatchObject({
      verdict: 'under_reported',
      drift: { absolute: '678' },
    });
  });

  test('a side not pulled, another query, another mapping', () => {
    expect(one('5', undefined, { notPulled: ['stripe'] })).toMatchObject({
      verdict: 'incomplete',
      cause: { code: 'not_pulled' },
    });
    expect(one(undefined, '5', { notPulled: ['clickhouse'] }).verdict).toBe('incomplete');
    for (const changed of ['usage', 'stripe', 'mapping'] as const) {
      expect(one('5', '5', { changed: [changed] })).toMatchObject({
        verdict: 'incomplete',
        cause: { code: 'settings_changed' },
      });
    }
    expect(one('5', undefined, { stripeSelection: [] })).toMatchObject({
      verdict: 'incomplete',
      cause: { code: 'not_pulled' },
    });
  });
});

describe('scale', () => {
  test.each([
    ['0.000001', 0, '3600123456', '3600.123456'],
    ['1/3600', 0, '1', '0.000277777778'],
    ['1/1073741824', 0, '1073741824', '1'],
    ['1/1073741824000', 6, '123456789', '114.978094585240'],
    ['3', 0, '0.333333333334', '1.000000000002'],
    ['1/7', 0, '9007199254740993', '1286742750677284.714285714286'],
  ])('%s × 10^%i of %s', (scale, exponent, native, billed) => {
    const trimmed = billed.includes('.') ? billed.replace(/0+$/, '') : billed;
    expect(one(native, '1', { scale, exponent }).measured).toBe(trimmed);
  });

  test('two usage ids are added before scaling', () => {
    const { rows } = reconcile({
      meters: [{ key: 'cpu', scale: '1/3' }],
      customers: [{ id: 'cus_1', usageIds: ['ws_b', 'ws_a'] }],
      usage: { cpu: { ws_a: '1', ws_b: '1' } },
      metered: { cpu: { cus_1: '0.666666666667' } },
    });
    expect(rows).toMatchObject([
      { usageId: 'ws_a', usageIds: ['ws_a', 'ws_b'], measured: '0.666666666667', verdict: 'agree' },
    ]);
  });
});

describe('identity', () => {
  test('usage without a customer, and with two', () => {
    const { rows, summary } = reconcile({
      meters: [{ key: 'cpu' }],
      customers: [
        { id: 'cus_b', usageIds: ['ws_2'] },
        { id: 'cus_a', usageIds: ['ws_2'] },
      ],
      usage: { cpu: { ws_1: '7', ws_2: '9', ws_3: '0' } },
    });
    expect(rows).toMatchObject([
      {
        customer: null,
        usageId: 'ws_2',
        verdict: 'unmapped',
        cause: { code: 'ambiguous_mapping', evidence: 'ambiguous: cus_a, cus_b' },
      },
      { customer: null, usageId: 'ws_1', verdict: 'unmapped', structural: true },
      { customer: null, usageId: 'ws_3', verdict: 'unmapped', structural: false },
    ]);
    expect(summary.structural).toBe(2);
  });

  test('an unmapped usage id is named where its quantity is what a customer without usage holds', () => {
    const { rows } = reconcile({
      meters: [{ key: 'cpu' }],
      customers: [{ id: 'cus_1' }],
      usage: { cpu: { ws_1: '7.5' } },
      metered: { cpu: { cus_1: '7.5' } },
    });
    expect(rows[0]).toMatchObject({ verdict: 'missing_usage', cause: { code: 'unmapped', confidence: 'high' } });
    expect(rows[0]?.cause?.evidence).toContain('ws_1');
  });

  test('deleted customers keep their cells; those on a test clock take part only where asked', () => {
    const world: World = {
      meters: [{ key: 'cpu' }],
      customers: [
        { id: 'cus_1', usageIds: ['ws_1'], isDeleted: true },
        { id: 'cus_2', testClock: 'clock_1', usageIds: ['ws_2'] },
      ],
      usage: { cpu: { ws_1: '7', ws_2: '3' } },
      metered: { cpu: { cus_1: '7', cus_2: '3' } },
    };
    expect(reconcile(world).rows.map(({ customer }) => customer)).toEqual(['cus_1']);
    expect(reconcile({ ...world, testClocks: true }).rows.map(({ customer }) => customer)).toEqual(['cus_1', 'cus_2']);
  });
});

describe('cells, money and exit codes', () => {
  const priced: World = {
    meters: [{ key: 'cpu' }, { key: 'gpu', isUnconfigured: true }],
    customers: [
      { id: 'cus_1', usageIds: ['ws_1'] },
      { id: 'cus_2', usageIds: ['ws_2'] },
      { id: 'cus_3', usageIds: ['ws_3'] },
    ],
    usage: { cpu: { ws_1: '3600', ws_2: '10' } },
    metered: { cpu: { cus_1: '3240', cus_2: '10', cus_3: null }, gpu: { cus_1: '12' } },
    prices: [
      { id: 'price_1', meter: 'cpu', unitAmount: '0.0233' },
      { id: 'price_2', meter: 'cpu', unitAmount: '1' },
    ],
    items: [{ customer: 'cus_1', price: 'price_1' }],
  };

  test('money through the price, difference and unbilled', () => {
    const { rows, summary } = reconcile(priced);
    expect(rows).toHaveLength(2);
    expect(rows[0]?.money).toEqual({
      currency: 'usd',
      measured: '0.84',
      metered: '0.75',
      billed: null,
      difference: '0.09',
    });
    expect(rows[1]?.money).toBeNull();
    expect(summary.money).toEqual([
      { currency: 'usd', measured: '0.84', metered: '0.75', billed: null, difference: '0.09' },
    ]);
    expect(summary.unbilled).toEqual([{ currency: 'usd', amount: '0.09', cells: 1 }]);
    expect(summary.unconfiguredMeters).toEqual([{ eventName: 'gpu', metered: '12' }]);
    expect(summary.exit).toBe(1);
    expect(summary.asOf).toEqual({ clickhouse: '2026-06-01T02:00:00Z', stripe: '2026-06-01T02:01:10Z' });
  });

  test('every alive item is charged; an item alone makes a cell', () => {
    const { rows } = reconcile({
      ...priced,
      items: [
        { customer: 'cus_2', price: 'price_1' },
        { customer: 'cus_2', price: 'price_2' },
        { customer: 'cus_3', price: 'price_2' },
        { customer: 'cus_1', price: 'price_2', endedAt: '2026-05-01T00:00:00Z' },
      ],
    });
    expect(rows.map(({ customer, money, verdict }) => [customer, money?.measured ?? null, verdict])).toEqual([
      ['cus_1', null, 'under_reported'],
      ['cus_2', '0.10', 'agree'],
      ['cus_3', '0.00', 'agree_zero'],
    ]);
  });

  test('a meter that came into the file since the pull is not one that only Stripe has', () => {
    const { summary } = reconcile({
      meters: [
        { key: 'cpu', notPulled: ['clickhouse', 'stripe'] },
        { key: 'cpu_event', isUnconfigured: true },
      ],
      customers: [{ id: 'cus_1' }],
      metered: { cpu_event: { cus_1: '12' } },
    });
    expect(summary.unconfiguredMeters).toEqual([]);
    expect(summary.exit).toBe(3);
  });

  test('items in several currencies give no money, aloud', () => {
    const { rows, summary } = reconcile({
      ...priced,
      prices: [...(priced.prices ?? []), { id: 'price_eur', meter: 'cpu', unitAmount: '1', currency: 'eur' }],
      items: [
        { customer: 'cus_1', price: 'price_1' },
        { customer: 'cus_2', price: 'price_1' },
        { customer: 'cus_2', price: 'price_eur', currency: 'eur' },
      ],
    });
    expect(rows.map(({ customer, money }) => [customer, money?.currency ?? null])).toEqual([
      ['cus_1', 'usd'],
      ['cus_2', null],
    ]);
    expect(summary.warnings).toMatchObject([
      { code: 'money.currency_mismatch', path: 'meters.cpu', message: expect.stringContaining('cus_2') },
      { code: 'stripe.meter_unconfigured' },
    ]);
  });

  test('a price that cannot be rated leaves its customers without amounts, aloud; the others keep theirs', () => {
    const { rows, summary } = reconcile({
      ...priced,
      prices: [...(priced.prices ?? []), { id: 'price_odd', meter: 'cpu', unitAmount: null }],
      items: [
        { customer: 'cus_1', price: 'price_1' },
        { customer: 'cus_2', price: 'price_odd' },
      ],
    });
    expect(rows.map(({ verdict, money }) => [verdict, money?.measured])).toEqual([
      ['under_reported', '0.84'],
      ['agree', null],
    ]);
    expect(summary.money[0]).toMatchObject({ measured: null, metered: null, difference: null });
    expect(summary.warnings).toMatchObject([
      { code: 'price.unsupported', path: 'price_odd' },
      { code: 'stripe.meter_unconfigured' },
    ]);
  });

  test('billed: lines of the month that count, as Stripe says', () => {
    const line = { customer: 'cus_1', price: 'price_1', amount: 50, quantity: '2000' };
    const { rows, summary } = reconcile({
      ...priced,
      lines: [
        line,
        { ...line, amount: 25, quantity: '1240.5' },
        { ...line, amount: 1000, status: 'draft' },
        { ...line, amount: 1000, status: 'void' },
        { ...line, amount: 1000, from: '2026-04-01T00:00:00Z', to: '2026-05-02T00:00:00Z' },
      ],
    });
    expect(rows[0]).toMatchObject({ billed: '3240.5', money: { billed: '0.75' } });
    expect(summary.money[0]?.billed).toBe('0.75');
  });

  test('a subscription period that is not the calendar month', () => {
    const { rows } = reconcile({
      ...priced,
      items: [{ customer: 'cus_1', price: 'price_1', periodTo: '2026-06-15T00:00:00Z' }],
    });
    expect(rows[0]?.money?.basis).toBe('calendar_month');
  });

  test('an invalid side has no money, and makes totals null', () => {
    const { rows, summary } = reconcile({
      ...priced,
      usage: { cpu: { ws_1: 'inf' } },
    });
    expect(rows[0]?.money).toMatchObject({ measured: null, metered: '0.75', difference: null });
    expect(summary.money[0]).toMatchObject({ measured: null, metered: '0.75', difference: null });
    expect(summary.exit).toBe(2);
  });

  test('money beyond 2^53', () => {
    const { rows } = reconcile({
      ...priced,
      usage: { cpu: { ws_1: '999999999999999999.5' } },
      metered: { cpu: { cus_1: '999999999999999999.5' } },
      items: [{ customer: 'cus_1', price: 'price_2' }],
    });
    expect(rows[0]?.money).toMatchObject({ measured: '10000000000000000.00', difference: '0.00' });
  });

  test('nothing pulled for a configured meter: exit 3; strict counts what is stale', () => {
    const { summary, rows } = reconcile({
      ...priced,
      meters: [...priced.meters, { key: 'disk', notPulled: ['clickhouse', 'stripe'] }],
      metered: { cpu: { cus_1: '3600', cus_2: '10' } },
    });
    expect(summary.exit).toBe(3);
    expect(summary.nothingPulled).toEqual(['disk']);
    expect(summary.warnings).toContainEqual(expect.objectContaining({ code: 'reconcile.nothing_pulled' }));
    expect(rows.every(({ meter }) => meter === 'cpu')).toBe(true);
    const stale = reconcile({
      meters: [{ key: 'cpu' }],
      customers: [{ id: 'cus_1', usageIds: ['ws_1'] }],
      usage: { cpu: { ws_1: hourly((hour) => (hour === 743 ? '5' : null)) } },
      stripePulledAt: '2026-06-01T00:30:00Z',
    });
    expect(stale.rows[0]?.verdict).toBe('stale');
    expect([exitOf(stale.summary, false), exitOf(stale.summary, true)]).toEqual([0, 1]);
  });

  test('an inactive meter is judged, with a warning', () => {
    const { summary } = reconcile({ ...priced, meters: [{ key: 'cpu', status: 'inactive' }] });
    expect(summary.structural).toBe(1);
    expect(summary.warnings).toContainEqual(expect.objectContaining({ code: 'stripe.meter_inactive' }));
  });

  test('a month in the future, and one without data', () => {
    expect(() => reconcile({ meters: [], month: '2026-07' })).toThrow(
      expect.objectContaining({ code: 'period.in_future' }),
    );
    const { summary } = reconcile({ meters: [{ key: 'cpu' }] });
    expect(summary).toMatchObject({ cells: 0, structural: 0, exit: 0, money: [] });
  });
});
