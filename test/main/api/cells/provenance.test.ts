import { expect, test } from 'vitest';
import { FrameCache } from '../../../../main/api/cells/context.ts';
import { cellDetail } from '../../../../main/api/cells/detail.ts';
import * as contract from '../../../../shared/contract/schemas.ts';
import { DEFAULT_QUALITY } from '../../../../shared/reconciliation/quality/settings.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { build, type World } from '../reconcile/world.ts';

const world: World = {
  meters: [{ key: 'disk', unit: 'GiB-hours', formula: 'last', combine: 'sum', scale: '1/3600', exponent: 2 }],
  customers: [
    { id: 'cus_1', usageIds: ['ws_1'] },
    { id: 'cus_2', usageIds: ['ws_2'] },
  ],
  usage: { disk: { ws_1: { 0: '100', 743: '23' }, ws_2: '444444.5' } },
  metered: { disk: { cus_1: { 5: '2.777777777778' }, cus_2: '12345.6805555556' } },
};

function detailOf(customer: string) {
  const { db, settings } = build(world);
  const now = parseInstant('2026-06-01T03:00:00Z');
  const context = {
    db,
    settings,
    quality: DEFAULT_QUALITY,
    now: () => now,
    toolVersion: '0.1.0',
    frames: new FrameCache(),
    canStore: false,
  };
  return contract.cellDetail.parse(cellDetail(context, { month: '2026-05', meter: 'disk', customer, usageId: null }));
}

test('native and billed unit stand together, with the exact fraction between them', () => {
  const { row, provenance } = detailOf('cus_1');
  expect(row.measured).toBe('3.416666666667');
  expect(provenance.usage).toMatchObject({ scale: '1/3600', native: '12300', exact: '41/12', rounding: null });
});

test('what a push can say stands apart from the exact quantity', () => {
  const { row, provenance } = detailOf('cus_2');
  expect(row).toMatchObject({ measured: '12345.680555555556', verdict: 'agree', cause: { code: 'rounding' } });
  expect(provenance.usage).toMatchObject({
    native: '44444450',
    exact: '888889/72',
    rounding: { pushed: '12345.6805555556', loss: '-0.000000000044' },
  });
});

test('a cell names what went wrong with its pushes, apart from its sentence', () => {
  const { sentence, row } = detailOf('cus_1');
  expect(sentence).toMatch(/^Stripe holds /);
  expect(sentence).not.toMatch(/final push/);
  expect(row.pitfalls).toMatchObject([
    { code: 'final_push_missing', sentence: expect.stringMatching(/^The final push of the month is missing: /) },
  ]);
});
