import { expect, test } from 'vitest';
import { readAgreements } from '../../../main/cache/agreement-store.ts';
import { saveReconcileRun } from '../../../main/cache/reconcile-run-store.ts';
import { NOW, scratchCache } from './scratch.ts';

const CELLS = 250;

test.each([['without money', []] as const, ['with money', ['eur', 'usd']] as const])(
  'agreeing cells %s come back as they were in their columns',
  (_, currencies) => {
    const db = scratchCache();
    const cells = Array.from({ length: CELLS }, (_, index) => index);
    const largest = Number.MAX_SAFE_INTEGER;
    const isPriced = (index: number): boolean => currencies.length > 0 && index % 4 !== 0;
    const columns = {
      meterKey: 3,
      customerKeys: Int32Array.from(cells, (index) => index * 2 + 1),
      usageKeys: Int32Array.from(cells),
      measuredWhole: Float64Array.from(cells, (index) => (index % 5 === 0 ? Number.NaN : largest - index)),
      measuredFrac: Float64Array.from(cells, (index) => (index % 5 === 0 ? 0 : 999_999_999_999)),
      meteredWhole: Float64Array.from(cells, (index) => (index % 7 === 0 ? Number.NaN : index)),
      meteredFrac: Float64Array.from(cells, () => 0),
      currency: Uint8Array.from(cells, (index) => (isPriced(index) ? 1 + (index % 2) : 0)),
      currencies,
      measuredMinor: Float64Array.from(cells, (index) => largest - index),
      meteredMinor: Float64Array.from(cells, (index) => index),
    };
    const run = saveReconcileRun(
      db,
      {
        month: '2026-05',
        createdAt: NOW,
        toolVersion: 'test',
        inputDigest: 'in',
        asOf: { clickhouse: null, stripe: null },
        exitCode: 0,
        summary: null,
        contentHash: 'out',
      },
      [],
      [{ columns, positions: Int32Array.from(cells.slice(1)) }],
    );
    expect([...readAgreements(db, run, 40)].flat()).toEqual(
      cells.slice(1).map((index) => ({
        meterKey: 3,
        customerKey: index * 2 + 1,
        usageKey: index,
        measuredWhole: index % 5 === 0 ? null : largest - index,
        measuredFrac: index % 5 === 0 ? 0 : 999_999_999_999,
        meteredWhole: index % 7 === 0 ? null : index,
        meteredFrac: 0,
        currency: isPriced(index) ? currencies[index % 2] : null,
        measuredMinor: isPriced(index) ? largest - index : null,
        meteredMinor: isPriced(index) ? index : null,
      })),
    );
  },
);
