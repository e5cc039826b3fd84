import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StripeSandbox, startStripeSandbox } from '../../../../main/sandbox/stripe/server.ts';
import { compareWithRecord } from '../../../../main/simulate/on-stripe/compare.ts';
import { comparisonText } from '../../../../main/simulate/on-stripe/comparison-text.ts';
import { readRecord } from '../../../../main/simulate/on-stripe/record.ts';
import { runOnStripe } from '../../../../main/simulate/on-stripe/run.ts';
import { STRIPE_RATING } from '../../../../shared/rating/options.ts';
import { runScenario } from '../../../../shared/simulation/run-scenario.ts';
import type { Scenario } from '../../../../shared/simulation/scenario.ts';
import { parseExactJson } from '../../../../shared/values/exact-json.ts';
import { runs } from '../../../oracles/runs.ts';
import { randomScenario } from '../../../oracles/simulation-scenarios.ts';
import { EXAMPLE } from '../../../shared/simulation/scenario/example.ts';
import { RICH, SEVEN } from './rich-scenario.ts';
import { compared, differencesIn, leftIn, NOW, optionsFor, scenarioOf } from './world.ts';

let sandbox: StripeSandbox;
beforeAll(async () => {
  sandbox = await startStripeSandbox({ clock: NOW });
});
afterAll(() => sandbox.stop());

const NOTHING = { clocks: 0, customers: 0, subscriptions: 0, invoices: 0, grants: 0, coupons: 0, active: 0 };

describe('what Stripe makes of a scenario is what the offline run says', () => {
  test('the published example', async () => {
    const comparison = await compared(scenarioOf(JSON.parse(EXAMPLE)), await optionsFor(sandbox));
    expect(differencesIn(comparison)).toEqual([]);
    expect(comparison.invoices).toMatchObject([
      { customer: 'cus_a', ours: { status: 'open', total: 50n }, stripe: { status: 'open', total: 50n }, lines: 1 },
    ]);
    expect(comparison.meters).toHaveLength(1);
  });

  test('tiers, packages, prorations, coupons, grants, tax, balance, a pause and a cancellation', async () => {
    const comparison = await compared(scenarioOf(RICH), await optionsFor(sandbox));
    expect(differencesIn(comparison)).toEqual([]);
    const [, january] = comparison.invoices;
    expect(january?.lines).toBeGreaterThan(5);
    expect(comparison.invoices.map(({ stripe }) => stripe?.status)).toEqual(['paid', 'paid', 'uncollectible', 'paid']);
    // Of the ten: the second of a pair, and one from the future. Stripe takes the one without a number, and drops it.
    expect(comparison.refused).toEqual([
      { usage: 2, reason: 'duplicate_meter_event' },
      { usage: 8, reason: 'timestamp_in_future' },
    ]);
  });

  test('seven customers need three clocks', async () => {
    const before = sandbox.requests.counts.get('POST /v1/test_helpers/test_clocks') ?? 0;
    const comparison = await compared(scenarioOf(SEVEN), await optionsFor(sandbox));
    expect(differencesIn(comparison)).toEqual([]);
    expect(new Set(comparison.invoices.map(({ customer }) => customer)).size).toBe(7);
    expect(sandbox.requests.counts.get('POST /v1/test_helpers/test_clocks')).toBe(before + 3);
  });

  test(
    'random scenarios, those that the API can be told of',
    async () => {
      let told = 0;
      for (let seed = 0; seed < runs(9, 600); seed += 1) {
        const scenario = { ...randomScenario(seed), rating: STRIPE_RATING };
        try {
          expect(differencesIn(await compared(scenario, await optionsFor(sandbox))), `scenario ${seed}`).toEqual([]);
          told += 1;
        } catch (error) {
          expect(error, `scenario ${seed}`).toMatchObject({ code: 'stripe.not_expressible' });
        }
      }
      expect(told).toBeGreaterThan(3);
    },
    runs(20_000, 900_000),
  );

  test('nothing stays behind', () => {
    expect(leftIn(sandbox)).toEqual(NOTHING);
  });
});

test('the record is compared again later, offline, with the same result', async () => {
  const scenario = scenarioOf(RICH);
  const options = await optionsFor(sandbox);
  const record = await runOnStripe(scenario, options);
  const read = readRecord(parseExactJson(await readFile(options.recordFile, 'utf8')));
  expect(read).toEqual(record);
  expect(differencesIn(compareWithRecord(runScenario(scenario), read))).toEqual([]);
  const dearer = changed(RICH, (text) => text.replace('"2.5"', '"2.6"'));
  const differences = differencesIn(compareWithRecord(runScenario(dearer), read));
  expect(differences).toContain(
    'cus_a 2026-01-10T00:00:00Z/2026-02-10T00:00:00Z si_api/metered/usage/1 unitAmount: 2.6 ≠ 2.5',
  );
});

const changed = (raw: object, change: (text: string) => string): Scenario =>
  scenarioOf(JSON.parse(change(JSON.stringify(raw))));

test.each([
  ['clocks', { clocks: 'one' }, 'clocks'],
  ['a status', { invoices: [{ status: 'overdue' }] }, 'invoices[0].id'],
  ['its kind', { kind: 'simulation' }, 'kind'],
])('a record with a broken field says which: %s', async (_, change, path) => {
  const text = {
    tieout: 1,
    kind: 'stripe-record',
    name: '',
    digest: '',
    runId: '',
    host: '',
    ranAt: '2026-01-01T00:00:00Z',
    clocks: 1,
    invoices: [],
    meters: [],
    refused: [],
    ...change,
  };
  expect(() => readRecord(text)).toThrow(expect.objectContaining({ code: 'stripe.record_malformed', path }));
});

describe('a difference on the other side is found', () => {
  const planted = async (difference: Parameters<StripeSandbox['plant']>[0]) => {
    const other = await startStripeSandbox({ clock: NOW });
    other.plant(difference);
    try {
      return await compared(scenarioOf(RICH), await optionsFor(other));
    } finally {
      await other.stop();
    }
  };

  test('an event that was answered and never counted', async () => {
    const comparison = await planted({ kind: 'event_dropped', identifier: /a-1$/ });
    expect(differencesIn(comparison)).toEqual(
      expect.arrayContaining([
        'cus_a 2026-01-10T00:00:00Z/2026-02-10T00:00:00Z si_api/metered/usage/2 quantity: 80 ≠ 10',
        'cus_a 2026-01-10T00:00:00Z/2026-02-10T00:00:00Z - metered: 1180 ≠ 1110',
      ]),
    );
    expect(comparisonText(comparison)).toContain('✗ cus_a mtr_api');
  });

  test('a line that was rounded down', async () => {
    const half = changed(RICH, (text) => text.replace('"70"', '"72"'));
    const other = await startStripeSandbox({ clock: NOW });
    other.plant({ kind: 'line_rounded_down' });
    const differences = differencesIn(await compared(half, await optionsFor(other)));
    await other.stop();
    expect(differences[0]).toMatch(/si_api\/metered\/usage\/2 amount: 103 ≠ 102$/);
  });

  test('an invoice that was never finalised', async () => {
    const comparison = await planted({ kind: 'finalization_skipped' });
    expect(differencesIn(comparison)).toContain(
      'cus_a 2026-01-10T00:00:00Z/2026-02-10T00:00:00Z - status: paid ≠ draft',
    );
  });
});
