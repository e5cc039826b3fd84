import { expect, test } from 'vitest';
import { type SimulationAnswer, simulationDocument } from '../../../shared/simulation/answer.ts';
import { runScenario } from '../../../shared/simulation/run-scenario.ts';
import { readScenario } from '../../../shared/simulation/scenario/read-scenario.ts';
import { parseExactJson, printExactJson } from '../../../shared/values/exact-json.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import { EXAMPLE } from './scenario/example.ts';

type Json = { [key: string]: Json } & Json[] & string;

function answer(change: (scenario: Json) => void = () => {}, until?: string): SimulationAnswer {
  const raw = JSON.parse(EXAMPLE) as Json;
  change(raw);
  const scenario = readScenario(parseExactJson(JSON.stringify(raw)));
  return simulationDocument(scenario, runScenario(scenario, until === undefined ? {} : { until: parseInstant(until) }));
}

const put = (scenario: Json, path: string, value: unknown): void => {
  const keys = path.split('.');
  const target = keys.slice(0, -1).reduce<Json>((at, key) => at[key] as Json, scenario);
  (target as Record<string, unknown>)[keys.at(-1) ?? ''] = value;
};
const event = (fields: object) => ({ event: 'api_calls', customer: 'cus_a', value: '100', ...fields });

test('the answer to the example of the published format', () => {
  const usage = {
    event: 'api_calls',
    customer: 'cus_a',
    value: '100',
    timestamp: '2026-01-05T10:00:00Z',
    identifier: 'e-1',
    path: 'usage[0]',
  };
  const period = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
  const invoice = { invoice: 'in_sub_a_1', subscription: 'sub_a', total: 50, amountDue: 50, currency: 'usd' };
  const figures = { measured: '100', billed: '100', drift_abs: '0', drift_pct: '0', pass: true };
  const document = JSON.parse(printExactJson(answer()));
  expect(Object.keys(document)).toEqual([
    'tieout',
    'kind',
    'name',
    'at',
    'timeline',
    'invoices',
    'meters',
    'drift',
    'overallDrift',
    'epsilon',
    'expectations',
    'exit',
  ]);
  expect(document).toMatchObject({
    tieout: 1,
    kind: 'simulation',
    name: 'late and duplicate usage',
    at: '2026-02-01T02:00:00Z',
    timeline: [
      { at: '2026-01-01T00:00:00Z', type: 'subscription_created', subscription: 'sub_a' },
      { at: '2026-01-05T10:00:01Z', type: 'usage_accepted', ...usage, late: false },
      { at: '2026-01-20T00:00:00Z', type: 'action', action: 'cancel_at_period_end', about: 'sub_a' },
      { at: '2026-02-01T00:00:00Z', type: 'period_ended', subscription: 'sub_a', period },
      { at: '2026-02-01T00:00:00Z', type: 'invoice_drafted', ...invoice },
      { at: '2026-02-01T00:00:00Z', type: 'subscription_cancelled', subscription: 'sub_a' },
      { at: '2026-02-01T01:00:00Z', type: 'invoice_finalized', ...invoice },
      { at: '2026-02-01T02:00:00Z', type: 'clock_advanced', from: period.from, to: '2026-02-01T02:00:00Z' },
    ],
    invoices: [
      {
        customer: 'cus_a',
        subscription: 'sub_a',
        period,
        status: 'open',
        currency: 'usd',
        lines: [{ type: 'usage', tier: 1, quantity: '100', unitAmount: '0.5', exact: '50', amount: 50 }],
        subtotal: 50,
        discount: 0,
        credits: 0,
        tax: 0,
        total: 50,
        amountDue: 50,
        reason: 'cycle',
        created: '2026-02-01T00:00:00Z',
        finalizes: '2026-02-01T01:00:00Z',
        complete: true,
      },
    ],
    meters: [
      {
        customer: 'cus_a',
        meter: 'mtr_api',
        event: 'api_calls',
        period,
        measured: '100',
        metered: '100',
        billed: '100',
      },
    ],
    drift: [{ customer: 'cus_a', meter: 'mtr_api', event: 'api_calls', ...figures, periods: [{ period, ...figures }] }],
    overallDrift: figures,
    epsilon: '0.005',
    expectations: [
      { path: 'expect.invoices[0].period', held: true, expected: { to: period.to }, found: { to: period.to } },
      { path: 'expect.invoices[0].status', held: true, expected: 'open', found: 'open' },
      { path: 'expect.invoices[0].total', held: true, expected: 50, found: 50 },
      {
        path: 'expect.drift',
        held: true,
        expected: { epsilon: '0.005' },
        found: { customer: 'cus_a', meter: 'mtr_api', drift_abs: '0', drift_pct: '0' },
      },
    ],
    exit: 0,
  });
  expect(document.timeline).toHaveLength(8);
});

test.each<readonly [string, object, readonly (readonly [string, boolean | null])[], number]>([
  ['another total', { total: 51 }, [['total', false]], 1],
  ['the total as text', { total: '50.0' }, [['total', true]], 0],
  ['finalised: open or paid', { status: 'finalized' }, [['status', true]], 0],
  ['a draft', { status: 'draft' }, [['status', false]], 1],
  ['the given fields of the lines', { lines: [{ quantity: 100, unitAmount: '0.50' }] }, [['lines', true]], 0],
  ['one field of a line', { lines: [{ quantity: 100, amount: 49 }] }, [['lines', false]], 1],
  ['another number of lines', { lines: [{}, {}] }, [['lines', false]], 1],
  ['an instant written otherwise', { lines: [{ servicePeriod: { from: '2026-01-01' } }] }, [['lines', true]], 0],
])('an expectation of %s', (_, fields, held, exit) => {
  const found = answer((scenario) => {
    const invoice = { customer: 'cus_a', period: { from: '2026-01-01T00:00:00Z' }, ...fields };
    put(scenario, 'expect', { invoices: [invoice] });
  });
  expect(found.expectations.map((one) => [one.path, one.held])).toEqual(
    held.map(([name, isHeld]) => [`expect.invoices[0].${name}`, isHeld]),
  );
  expect(found.exit).toBe(exit);
});

test('an expectation without fields is that there is the invoice', () => {
  const expectOf = (from: string) =>
    answer((scenario) => put(scenario, 'expect', { invoices: [{ customer: 'cus_a', period: { from } }] }));
  expect(expectOf('2026-01-01').expectations).toEqual([
    { path: 'expect.invoices[0]', held: true, expected: null, found: null },
  ]);
  expect(expectOf('2026-01-02')).toMatchObject({
    expectations: [{ path: 'expect.invoices[0]', held: false, expected: { customer: 'cus_a' }, found: null }],
    exit: 1,
  });
});

test('what is not known when a run is stopped early is left open, and exit code 3', () => {
  const early = answer(() => {}, '2026-02-01T00:30:00Z');
  expect(early.expectations.map(({ held }) => held)).toEqual([true, null, true, true]);
  expect([early.exit, early.at, early.invoices[0]?.status]).toEqual([3, '2026-02-01T00:30:00Z', 'draft']);
});

test('of several invoices of one beginning each expectation has its own', () => {
  const licensed = {
    id: 'price_seat',
    currency: 'usd',
    unit_amount: 700,
    recurring: { interval: 'month', usage_type: 'licensed' },
  };
  const found = answer((scenario) => {
    put(scenario, 'customers.0.subscriptions.0.items.1', { id: 'si_b', price: licensed });
    put(scenario, 'actions', []);
    const from = '2026-01-01T00:00:00Z';
    put(scenario, 'expect', {
      invoices: [
        { customer: 'cus_a', period: { from }, total: 750 },
        { customer: 'cus_a', period: { from }, reason: 'creation', total: 700 },
      ],
    });
  });
  expect(found.invoices.map(({ reason, period }) => [reason, period.to])).toEqual([
    ['creation', '2026-01-01T00:00:00Z'],
    ['cycle', '2026-02-01T00:00:00Z'],
  ]);
  expect([found.expectations.map(({ held }) => held), found.exit]).toEqual([[true, true, true], 0]);
});

test('duplicates are dropped, late usage is taken or refused, and drift says what was not billed', () => {
  const found = answer((scenario) => {
    put(scenario, 'usage', [
      event({ timestamp: '2026-01-05T10:00:00Z', identifier: 'e-1' }),
      event({ timestamp: '2026-01-05T10:00:00Z', identifier: 'e-1', sentAt: '2026-01-05T11:00:00Z' }),
      event({ timestamp: '2026-01-31T23:00:00Z', identifier: 'e-2', sentAt: '2026-02-01T00:30:00Z' }),
      event({ timestamp: '2026-01-31T23:30:00Z', identifier: 'e-3', sentAt: '2026-02-01T01:30:00Z' }),
      event({ timestamp: '2025-12-01T00:00:00Z', identifier: 'e-4', sentAt: '2026-01-10T00:00:00Z' }),
    ]);
    put(scenario, 'expect', { drift: {} });
  });
  expect(
    found.timeline.flatMap(({ type, path, reason, invoice, identifier }) =>
      identifier === undefined || type === 'usage_accepted' ? [] : [[type, path, reason ?? invoice ?? null]],
    ),
  ).toEqual([
    ['duplicate_dropped', 'usage[1]', null],
    ['usage_refused', 'usage[4]', 'timestamp_too_far_in_past'],
    ['usage_too_late', 'usage[3]', 'in_sub_a_1'],
  ]);
  expect(found.timeline.filter(({ late }) => late === true).map(({ path }) => path)).toEqual(['usage[2]']);
  expect(found.drift[0]).toMatchObject({
    measured: '300',
    billed: '200',
    drift_abs: '100',
    drift_pct: '0.5',
    pass: false,
  });
  expect(found.expectations).toMatchObject([{ path: 'expect.drift', held: false }]);
  expect(found.exit).toBe(1);
});

test('drift of exactly epsilon passes, and without an expectation it decides nothing', () => {
  const withDrift = (expected: unknown) =>
    answer((scenario) => {
      put(scenario, 'usage', [
        event({ value: '200', timestamp: '2026-01-05T10:00:00Z', identifier: 'e-1' }),
        event({ value: '1', timestamp: '2026-01-05T10:00:00Z', identifier: 'e-2', sentAt: '2026-02-01T01:30:00Z' }),
      ]);
      put(scenario, 'expect', expected);
    });
  expect(withDrift({ drift: { epsilon: '0.005' } })).toMatchObject({ drift: [{ pass: true }], exit: 0 });
  expect(withDrift({ drift: { epsilon: '0.0049' } })).toMatchObject({ drift: [{ pass: false }], exit: 1 });
  expect(withDrift(undefined)).toMatchObject({ expectations: [], exit: 0 });
});

test('of a period that still runs nothing is known; without usage nothing drifts; usage that was dropped does', () => {
  const ended = (scenario: Json, change: (scenario: Json) => void): void => {
    put(scenario, 'expect', { drift: {} });
    put(scenario, 'actions', []);
    change(scenario);
  };
  const running = answer((scenario) => ended(scenario, () => put(scenario, 'advanceTo', ['2026-01-20'])));
  expect(running).toMatchObject({ drift: [], expectations: [{ held: null }], exit: 3 });
  const unused = answer((scenario) =>
    ended(scenario, () => {
      put(scenario, 'usage', []);
      put(scenario, 'advanceTo', ['2026-01-20']);
    }),
  );
  expect(unused).toMatchObject({ drift: [], expectations: [{ held: true }], exit: 0 });
  const dropped = answer((scenario) =>
    ended(scenario, () => put(scenario, 'actions', [{ at: '2026-01-20', do: 'cancel_now', subscription: 'sub_a' }])),
  );
  expect(dropped).toMatchObject({
    meters: [{ measured: '100', billed: null }],
    drift: [{ measured: '100', billed: '0', drift_abs: '100', drift_pct: '1', pass: false }],
    exit: 1,
  });
});
