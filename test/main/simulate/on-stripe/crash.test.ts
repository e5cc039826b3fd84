import { readFile, stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type StripeSandbox, startStripeSandbox } from '../../../../main/sandbox/stripe/server.ts';
import type { StripeRecord } from '../../../../main/simulate/on-stripe/record.ts';
import { cleanUpRun, type OnStripe, runOnStripe, stateFileOf } from '../../../../main/simulate/on-stripe/run.ts';
import { RICH, SEVEN } from './rich-scenario.ts';
import { leftIn, NOW, optionsFor, scenarioOf } from './world.ts';

let sandbox: StripeSandbox;
beforeEach(async () => {
  sandbox = await startStripeSandbox({ clock: NOW });
});
afterEach(() => sandbox.stop());

const NOTHING = { clocks: 0, customers: 0, subscriptions: 0, invoices: 0, grants: 0, coupons: 0, active: 0 };
const scenario = scenarioOf(RICH);
const WITHOUT_REPEATS = { maxRetries: 0 };

/** What two runs of one scenario must have in common: all but the ids that Stripe gave. */
const plain = ({ runId: _, ranAt: __, host: ___, ...record }: StripeRecord) => ({
  ...record,
  invoices: record.invoices.map(({ id: _id, number: _number, ...invoice }) => ({
    ...invoice,
    lines: invoice.lines.map(({ id: _line, invoiceId: _invoice, ...line }) => line),
  })),
});

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Starts the run again and again, each time broken off one request later than the time before. */
async function runBrokenOff(
  options: OnStripe,
  how: 'before' | 'after',
): Promise<{ readonly record: StripeRecord; readonly kills: number }> {
  for (let kills = 0; kills < 60; kills += 1) {
    const fault = sandbox.faults.add({ kind: 'reset', after: how === 'after', skip: kills });
    try {
      return { record: await runOnStripe(scenario, options), kills };
    } catch (error) {
      expect(error).toMatchObject({ code: 'stripe.broken_off' });
    } finally {
      fault.remove();
    }
  }
  throw new Error('the run never came to its end');
}

describe.each([
  ['before they take effect', 'before'],
  ['after they took effect', 'after'],
] as const)('requests that break off %s', (_, how) => {
  test('the same record, nothing doubled, nothing left', async () => {
    const clean = await startStripeSandbox({ clock: NOW });
    const cleanRecord = await runOnStripe(scenario, await optionsFor(clean, { isKept: true }));
    const made = { ...leftIn(clean), events: clean.state.ledger.eventCount };
    await clean.stop();

    const options = await optionsFor(sandbox, { client: { maxRetries: 0 }, isKept: true });
    const { record, kills } = await runBrokenOff(options, how);
    expect(kills).toBeGreaterThan(9);
    expect(plain(record)).toEqual(plain(cleanRecord));
    expect({ ...leftIn(sandbox), events: sandbox.state.ledger.eventCount }).toEqual(made);

    await cleanUpRun(options);
    expect(leftIn(sandbox)).toEqual(NOTHING);
  });
});

test('a run that is broken off while it cleans up finishes that, and has its record', async () => {
  await runOnStripe(scenario, await optionsFor(sandbox, { isKept: true }));
  const needed = sandbox.requests.total;
  sandbox.state.clocks.delete([...sandbox.state.catalog.testClocks.all()][0]?.id ?? '');
  const before = leftIn(sandbox);
  for (const skip of [needed + 1, needed + 4, needed + 8]) {
    const options = await optionsFor(sandbox, { client: WITHOUT_REPEATS });
    sandbox.faults.add({ kind: 'reset', after: true, skip });
    await expect(runOnStripe(scenario, options)).rejects.toMatchObject({ code: 'stripe.broken_off' });
    const state = JSON.parse(await readFile(stateFileOf(options.recordFile), 'utf8'));
    expect(state.isOver).toBe(true);
    const events = sandbox.state.ledger.eventCount;
    const record = await runOnStripe(scenario, options);
    expect(record.runId).toBe(state.runId);
    expect(record.invoices).toHaveLength(4);
    expect(sandbox.state.ledger.eventCount).toBe(events);
    expect(leftIn(sandbox)).toEqual(before);
  }
});

test('a run that was killed anywhere is cleaned up without a trace', async () => {
  for (const skip of [0, 1, 3, 4, 7, 9, 10, 13, 15, 26, 41, 70]) {
    for (const after of skip % 2 === 0 ? [true] : [true, false]) {
      const options = await optionsFor(sandbox, { client: WITHOUT_REPEATS });
      const fault = sandbox.faults.add({ kind: 'reset', after, skip });
      const outcome = await runOnStripe(scenario, options).catch((error: unknown) => error);
      expect(fault.struck(), `request ${skip}`).toBe(1);
      expect(outcome).toMatchObject({ code: 'stripe.broken_off' });
      expect(await exists(stateFileOf(options.recordFile))).toBe(true);
      await cleanUpRun(options);
      expect(leftIn(sandbox), `request ${skip}`).toEqual(NOTHING);
      expect(await exists(stateFileOf(options.recordFile))).toBe(false);
      expect(await cleanUpRun(options)).toBeNull();
    }
  }
});

test('Ctrl-C between two requests leaves a run that goes on', async () => {
  const controller = new AbortController();
  const options = await optionsFor(sandbox);
  let said = 0;
  const stopped = runOnStripe(scenario, {
    ...options,
    signal: controller.signal,
    say: () => {
      said += 1;
      if (said === 4) controller.abort(new Error('stopped by hand'));
    },
  });
  await expect(stopped).rejects.toThrow('stopped by hand');
  const state = JSON.parse(await readFile(stateFileOf(options.recordFile), 'utf8'));
  expect(state.done).toBeGreaterThan(1);
  expect(JSON.stringify(state)).not.toContain(options.apiKey);
  const sentences: string[] = [];
  await runOnStripe(scenario, { ...options, say: (sentence) => sentences.push(sentence) });
  expect(sentences[0]).toMatch(new RegExp(`^Run ${state.runId}: 1 clock, .* going on after step ${state.done}\\.$`));
});

test('another scenario does not go on with a run that is not its own', async () => {
  const options = await optionsFor(sandbox, { client: WITHOUT_REPEATS });
  sandbox.faults.add({ kind: 'reset', skip: 20 });
  await expect(runOnStripe(scenario, options)).rejects.toMatchObject({ code: 'stripe.broken_off' });
  const before = sandbox.requests.total;
  await expect(runOnStripe(scenarioOf(SEVEN), options)).rejects.toMatchObject({ code: 'stripe.run_differs' });
  expect(sandbox.requests.total).toBe(before);
});

const NEEDED = [
  'test_clock',
  'billing_meter',
  'product',
  'plan',
  'coupon',
  'tax_rate',
  'customer',
  'credit_grant',
  'subscription',
  'invoice',
  'billing_meter_event',
];

test.each([
  ['credit grants', 'credit_grant'],
  ['subscriptions', 'subscription'],
  // Not taken for an outcome of the scenario, as a refused event is.
  ['meter events', 'billing_meter_event'],
])('what Stripe refuses in the middle leaves nothing half-created: no permission for %s', async (label, missing) => {
  const permissions = NEEDED.filter((name) => name !== missing).map((name) => `${name}_write` as const);
  const limited = await startStripeSandbox({ clock: NOW, keys: [{ key: 'rk_test_limited', permissions }] });
  const options = await optionsFor(limited, { apiKey: 'rk_test_limited' });
  await expect(runOnStripe(scenario, options)).rejects.toMatchObject({
    code: 'stripe.not_permitted',
    message: expect.stringContaining(`may not write ${label}`),
    remedy: expect.stringContaining(`rak_${missing}_write`),
  });
  expect(leftIn(limited)).toEqual(NOTHING);
  expect(await exists(stateFileOf(options.recordFile))).toBe(false);
  await limited.stop();
});

test('a clock that fails on Stripe ends the run, and it is all taken away', async () => {
  sandbox.state.clocks.failures = 1;
  const options = await optionsFor(sandbox);
  await expect(runOnStripe(scenario, options)).rejects.toMatchObject({ code: 'stripe.clock_failed' });
  expect(leftIn(sandbox)).toEqual(NOTHING);
});

test('a clock that takes too long is waited for by the next start', async () => {
  sandbox.state.clocks.pollsUntilReady = 300;
  const options = await optionsFor(sandbox);
  await expect(runOnStripe(scenario, options)).rejects.toMatchObject({ code: 'stripe.clock_slow' });
  sandbox.state.clocks.pollsUntilReady = 3;
  expect((await runOnStripe(scenario, options)).invoices).toHaveLength(4);
});

test('refused rates, server errors and slow answers are lived through', async () => {
  sandbox.faults.add({ kind: 'rate_limited', retryAfterSeconds: 0, probability: 0.2, times: 30 });
  sandbox.faults.add({ kind: 'server_error', after: true, probability: 0.1, times: 10, seed: 7 });
  sandbox.faults.add({ kind: 'slow', delayMs: 30, times: 3 });
  const record = await runOnStripe(scenario, await optionsFor(sandbox));
  expect(record.invoices).toHaveLength(4);
  expect(leftIn(sandbox)).toEqual(NOTHING);
});

test.each([
  ['a live secret key', 'sk_live_0123456789abcdef', 'stripe.not_test_mode'],
  ['a live restricted key', 'rk_live_0123456789abcdef', 'stripe.not_test_mode'],
  ['a publishable key', 'pk_test_0123456789abcdef', 'stripe.not_test_mode'],
  ['something else', 'hunter2', 'stripe.not_test_mode'],
  ['no key', '', 'stripe.unauthorized'],
])('%s is refused before the first request', async (_, apiKey, code) => {
  const options = await optionsFor(sandbox, { apiKey });
  const outcome = await runOnStripe(scenario, options).catch((error: unknown) => error);
  expect(outcome).toMatchObject({ code });
  if (apiKey !== '') expect(JSON.stringify(outcome) + String(outcome)).not.toContain(apiKey);
  await expect(cleanUpRun(options)).rejects.toMatchObject({ code });
  expect(sandbox.requests.total).toBe(0);
});

describe('what the API cannot be told is refused before the first request, with its path', () => {
  const customer = SEVEN.customers[0];
  const four = [1, 2, 3, 4].map((n) => ({ id: `sub_${n}`, items: [{ id: `si_${n}`, price: 'price_month' }] }));
  test.each([
    [
      'four subscriptions',
      { ...SEVEN, customers: [{ ...customer, subscriptions: four }] },
      'customers[0].subscriptions',
    ],
    [
      'two items of one price',
      {
        ...SEVEN,
        customers: [
          {
            id: 'cus_a',
            subscriptions: [
              {
                id: 'sub_a',
                items: [
                  { id: 'si_1', price: 'price_month' },
                  { id: 'si_2', price: 'price_month' },
                ],
              },
            ],
          },
        ],
      },
      'customers[0].subscriptions[0].items',
    ],
    [
      'a coupon of the customer beside one of its subscription',
      { ...SEVEN, customers: [{ ...SEVEN.customers[2], discounts: [{ coupon: 'half' }] }] },
      'customers[0].discounts',
    ],
  ])('%s', async (_, raw, path) => {
    const outcome = runOnStripe(scenarioOf({ ...raw, usage: [], actions: [] }), await optionsFor(sandbox));
    await expect(outcome).rejects.toMatchObject({ code: 'stripe.not_expressible', path });
    expect(sandbox.requests.total).toBe(0);
  });
});
