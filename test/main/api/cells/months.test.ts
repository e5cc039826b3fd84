import { describe, expect, test } from 'vitest';
import { FrameCache, type MonthsContext } from '../../../../main/api/cells/context.ts';
import { cellDetail } from '../../../../main/api/cells/detail.ts';
import { passing } from '../../../../main/api/cells/filter.ts';
import { cellsWindow, monthSummary, monthsMatrix } from '../../../../main/api/cells/months.ts';
import { CellOrders, orderCells } from '../../../../main/api/cells/order.ts';
import { orderedCells } from '../../../../main/api/cells/ordered-cells.ts';
import type { MeterBlock } from '../../../../main/api/reconcile/block.ts';
import { reconcileAndSave } from '../../../../main/api/reconcile/save-run.ts';
import { readAgreements } from '../../../../main/cache/agreement-store.ts';
import { readRunExceptions } from '../../../../main/cache/reconcile-run-store.ts';
import type { CellRow, CellsRequest } from '../../../../shared/contract/schemas.ts';
import * as contract from '../../../../shared/contract/schemas.ts';
import { STRIPE_RATING } from '../../../../shared/rating/options.ts';
import { compareRows } from '../../../../shared/reconciliation/order.ts';
import { DEFAULT_QUALITY } from '../../../../shared/reconciliation/quality/settings.ts';
import type { CellResult } from '../../../../shared/reconciliation/result.ts';
import { type Decimal, formatDecimal, normalize } from '../../../../shared/values/decimal.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { parseMonth } from '../../../../shared/values/period.ts';
import { fromStored } from '../../../../shared/values/quantity.ts';
import { build, type World } from '../reconcile/world.ts';

const hours = (value: (hour: number) => number | null): { [hour: number]: string } =>
  Object.fromEntries(
    Array.from({ length: 744 }, (_, hour) => [hour, value(hour)] as const).flatMap(([hour, amount]) =>
      amount === null ? [] : [[hour, String(amount)]],
    ),
  );

const world: World = {
  meters: [
    { key: 'cpu', unit: 'CPU-seconds' },
    { key: 'api', formula: 'last' },
  ],
  customers: [
    { id: 'cus_1', name: 'Globex', usageIds: ['ws_1'] },
    { id: 'cus_2', name: 'initech', usageIds: ['ws_2'] },
    { id: 'cus_3', name: 'Ärzte', usageIds: ['ws_3'] },
    { id: 'cus_4' },
  ],
  usage: {
    cpu: { ws_1: hours((hour) => 100 + (hour % 5)), ws_2: '50', ws_3: '7000', ws_x: '3' },
    api: { ws_1: '10', ws_2: '20' },
  },
  metered: {
    cpu: {
      cus_1: hours((hour) => (hour === 100 || hour === 101 ? null : 100 + (hour % 5))),
      cus_2: '50',
      cus_3: '70000',
      cus_4: '9',
    },
    api: { cus_1: '10', cus_2: '20' },
  },
  prices: [
    {
      id: 'price_cpu',
      meter: 'cpu',
      billingScheme: 'tiered',
      tiersMode: 'graduated',
      tiers: [
        { upTo: '1000', unitAmount: '2', flatAmount: '500' },
        { upTo: null, unitAmount: '1', flatAmount: null },
      ],
    },
  ],
  items: [
    { customer: 'cus_1', price: 'price_cpu' },
    { customer: 'cus_2', price: 'price_cpu', currency: 'usd' },
    { customer: 'cus_3', price: 'price_cpu' },
  ],
};

function open(): MonthsContext {
  const { db, settings } = build(world);
  const now = parseInstant('2026-06-01T03:00:00Z');
  return {
    db,
    settings,
    quality: DEFAULT_QUALITY,
    toolVersion: '0.1.0',
    now: () => now,
    canStore: true,
    frames: new FrameCache(),
  };
}

const request = (more: Partial<CellsRequest> = {}): CellsRequest => ({
  month: '2026-05',
  filter: {},
  sort: { by: 'default', direction: 'ascending' },
  offset: 0,
  limit: 100,
  ...more,
});

const keys = (window: contract.CellsWindow) =>
  window.rows.map(({ customer, usageId, meter }) => `${customer ?? usageId} ${meter}`);

/** Cents of the rows' own texts; a sum of which one part is not known is not known. */
function summed(rows: readonly CellRow[]): readonly contract.CellsWindow['money'][number][] {
  const currencies = [...new Set(rows.flatMap(({ money }) => (money === null ? [] : [money.currency])))].sort();
  return currencies.map((currency) => {
    const own = rows.flatMap(({ money }) => (money?.currency === currency ? [money] : []));
    const total = (of: 'measured' | 'metered' | 'billed' | 'difference'): string | null => {
      const parts = own.map((money) => money[of]);
      if (parts.some((part) => part === null)) return null;
      const cents = parts.reduce((sum, part) => sum + Number((part as string).replace('.', '')), 0);
      return (cents / 100).toFixed(2);
    };
    return {
      currency,
      measured: total('measured'),
      metered: total('metered'),
      billed: total('billed'),
      difference: total('difference'),
    };
  });
}

describe('months', () => {
  test('the matrix has the pulled month and the current one', () => {
    const matrix = contract.monthsMatrix.parse(monthsMatrix(open()));
    expect(matrix.months.map(({ month, state, isOpen }) => [month, state, isOpen])).toEqual([
      ['2026-05', 'structural', false],
      ['2026-06', 'empty', true],
    ]);
    expect(matrix.months[0]?.squares.map(({ meter, verdict }) => [meter, verdict])).toEqual([
      ['cpu', 'missing_usage'],
      ['api', 'agree'],
    ]);
    expect(matrix.meters[1]).toEqual({ key: 'api', unit: 'units', sparkline: [1000, null] });
  });

  test('the summary of a month', () => {
    const summary = contract.monthSummary.parse(monthSummary(open(), '2026-05'));
    expect(summary).toMatchObject({ cells: 7, structural: 4, exit: 1, isOpen: false });
    expect(summary.byCause.map(({ code }) => code).sort()).toEqual(['missed_push', 'unexplained', 'unmapped']);
    expect(summary.unbilled[0]?.cells).toBe(1);
    expect(summary.overbilled[0]?.cells).toBe(1);
    expect(summary.run?.id).toBe(1);
  });

  test('a month is computed once for the same input, and anew when it changes', () => {
    const context = open();
    const first = monthSummary(context, '2026-05').run;
    expect(monthSummary(context, '2026-05').run).toEqual(first);
    const changed = {
      ...context,
      settings: { ...context.settings, rating: { ...STRIPE_RATING, rounding: 'down' } as const },
    };
    expect(monthSummary(changed, '2026-05').run?.id).not.toBe(first?.id);
  });

  test('a workspace that can only be read is shown too', () => {
    const context = { ...open(), canStore: false };
    expect(monthSummary(context, '2026-05')).toMatchObject({ cells: 7, run: null });
    expect(cellsWindow(context, request()).total).toBe(7);
  });
});

describe('windows of cells', () => {
  test('the published order', () => {
    const window = contract.cellsWindow.parse(cellsWindow(open(), request()));
    expect(keys(window)).toEqual([
      'cus_3 cpu',
      'cus_1 cpu',
      'cus_2 cpu',
      'cus_1 api',
      'cus_2 api',
      'cus_4 cpu',
      'ws_x cpu',
    ]);
    expect(window.money).toEqual(monthSummary(open(), '2026-05').money);
  });

  test('any window is a slice', () => {
    const context = open();
    const all = keys(cellsWindow(context, request()));
    expect(keys(cellsWindow(context, request({ offset: 2, limit: 3 })))).toEqual(all.slice(2, 5));
    expect(cellsWindow(context, request({ offset: 100 })).rows).toEqual([]);
  });

  test.each<[string, Partial<CellsRequest['filter']>, string[]]>([
    ['verdicts', { verdicts: ['unmapped', 'missing_usage'] }, ['cus_4 cpu', 'ws_x cpu']],
    ['structural', { structuralOnly: true }, ['cus_3 cpu', 'cus_1 cpu', 'cus_4 cpu', 'ws_x cpu']],
    ['meter', { meters: ['api'] }, ['cus_1 api', 'cus_2 api']],
    ['cause', { causes: ['missed_push'] }, ['cus_1 cpu']],
    ['currency', { currency: 'usd' }, ['cus_3 cpu', 'cus_1 cpu', 'cus_2 cpu']],
    ['difference', { minDifference: '3' }, ['cus_3 cpu']],
    ['name, in any case', { search: 'INITECH' }, ['cus_2 cpu', 'cus_2 api']],
    ['usage id', { search: 'ws_x' }, ['ws_x cpu']],
    ['nothing', { search: 'nobody' }, []],
  ])('filter by %s', (_title, filter, expected) => {
    expect(keys(cellsWindow(open(), request({ filter })))).toEqual(expected);
  });

  test.each<CellsRequest['filter']>([
    { causes: ['missed_push'] },
    { structuralOnly: true },
    { meters: ['cpu'] },
    { currency: 'usd' },
    { search: 'cus_' },
    { minDifference: '0.01' },
    { minDifference: '0' },
  ])('money of the filter %o is the sum of its rows', (filter) => {
    const { rows, money } = cellsWindow(open(), request({ filter }));
    expect(money).toEqual(summed(rows));
    expect(cellsWindow(open(), request({ filter, sort: { by: 'drift', direction: 'descending' } })).money).toEqual(
      money,
    );
  });

  test.each<[CellsRequest['sort'], string]>([
    [{ by: 'measured', direction: 'descending' }, 'cus_1 cpu'],
    [{ by: 'measured', direction: 'ascending' }, 'ws_x cpu'],
    [{ by: 'drift', direction: 'ascending' }, 'cus_3 cpu'],
    [{ by: 'relative', direction: 'descending' }, 'ws_x cpu'],
    [{ by: 'customer', direction: 'ascending' }, 'cus_4 cpu'],
    [{ by: 'meter', direction: 'ascending' }, 'cus_1 api'],
    [{ by: 'difference', direction: 'descending' }, 'cus_1 cpu'],
    [{ by: 'cause', direction: 'ascending' }, 'cus_1 cpu'],
  ])('sort by %o', (sort, first) => {
    expect(keys(cellsWindow(open(), request({ sort })))[0]).toBe(first);
  });
});

const FILTERS: readonly CellsRequest['filter'][] = [{}, { meters: ['cpu'] }, { causes: ['missed_push'] }];

test('an order is the same whether it was prepared, turned around, or made of the few that pass', () => {
  const { frame } = open().frames.open(open(), '2026-05');
  const prepared = new CellOrders(frame);
  while (prepared.prepare());
  for (const by of [
    'customer',
    'measured',
    'metered',
    'drift',
    'relative',
    'difference',
    'verdict',
    'cause',
  ] as const) {
    for (const direction of ['ascending', 'descending'] as const) {
      for (const filter of FILTERS) {
        const ids = orderCells(frame, filter, { by, direction });
        expect([...prepared.ids(passing(frame, filter), { by, direction })]).toEqual([...ids]);
      }
    }
  }
});

test('what does not tie out stands first, the rest keeps the published order', () => {
  const rank = (row: CellRow): number => (row.structural ? 0 : row.verdict.startsWith('agree') ? 2 : 1);
  const published = cellsWindow(open(), request()).rows;
  const concern = cellsWindow(open(), request({ sort: { by: 'concern', direction: 'ascending' } })).rows;
  expect(concern.map(rank)).toEqual(published.map(rank).sort());
  for (const part of [0, 1, 2]) {
    for (const currency of ['usd', undefined]) {
      const isPart = (row: CellRow): boolean => rank(row) === part && row.money?.currency === currency;
      expect(concern.filter(isPart)).toEqual(published.filter(isPart));
    }
  }
});

test('the order of all rows is that of the pure rule, and all are stored where asked for', () => {
  const { db, settings } = build(world);
  const blocks: MeterBlock[] = [];
  const now = parseInstant('2026-06-01T03:00:00Z');
  const run = reconcileAndSave(
    { db, settings, month: parseMonth('2026-05'), now, toolVersion: '0.1.0' },
    { storing: 'all', keep: (block) => blocks.push(block) },
  );
  const cells = [...orderedCells(blocks)];
  const sorted = [...cells].sort((a, b) =>
    compareRows(
      { ...a, currency: a.money?.currency ?? null, differenceMinor: a.money?.differenceMinor ?? null },
      { ...b, currency: b.money?.currency ?? null, differenceMinor: b.money?.differenceMinor ?? null },
    ),
  );
  expect(cells).toEqual(sorted);
  const plain = (cell: CellResult): boolean =>
    (cell.verdict === 'agree' || cell.verdict === 'agree_zero') && cell.cause === null;
  const id = run.run?.id ?? 0;
  const exceptions = [...readRunExceptions(db, id)].flat();
  expect(exceptions.map(({ verdict }) => verdict)).toEqual(
    cells.filter((cell) => !plain(cell)).map(({ verdict }) => verdict),
  );
  const text = (whole: number | null, frac: number): string | null =>
    whole === null ? null : formatDecimal(normalize(fromStored(whole, frac)));
  const quantity = (value: Decimal | null): string | null => (value === null ? null : formatDecimal(value));
  const { identity } = blocks[0] as MeterBlock;
  const agreements = [...readAgreements(db, id, 1)].flat().map((row) => ({
    meter: blocks.find(({ meterKey }) => meterKey === row.meterKey)?.meter.key,
    customer: identity.customerIds[row.customerKey],
    usageId: identity.usageIds[row.usageKey],
    measured: text(row.measuredWhole, row.measuredFrac),
    metered: text(row.meteredWhole, row.meteredFrac),
    money: row.currency === null ? null : [row.currency, row.measuredMinor, row.meteredMinor],
  }));
  expect(agreements).toHaveLength(3);
  expect(new Set(agreements)).toEqual(
    new Set(
      cells.filter(plain).map(({ meter, customer, usageId, measured, metered, money }) => ({
        meter,
        customer,
        usageId,
        measured: quantity(measured),
        metered: quantity(metered),
        money: money === null ? null : [money.currency, Number(money.measuredMinor), Number(money.meteredMinor)],
      })),
    ),
  );
});

describe('the detail of a cell', () => {
  test('hours, what explains them, prices and provenance', () => {
    const detail = contract.cellDetail.parse(
      cellDetail(open(), { month: '2026-05', meter: 'cpu', customer: 'cus_1', usageId: 'ws_1' }),
    );
    expect(detail.sentence).toBe('Stripe holds 201 CPU-seconds less than was used.');
    expect(detail.hours).toHaveLength(744);
    expect(detail.hours[100]).toEqual({
      at: '2026-05-05T04:00:00Z',
      measured: '100',
      metered: null,
      measuredCumulative: '10300',
      meteredCumulative: '10200',
      difference: '100',
    });
    expect(detail.explainedBy).toEqual([
      { from: '2026-05-05T04:00:00Z', to: '2026-05-05T06:00:00Z', label: 'not pushed' },
    ]);
    expect(
      detail.priceImpact?.measured.map(({ tier, type, quantity, amount }) => [tier, type, quantity, amount]),
    ).toEqual([
      [1, 'usage', '1000', '20.00'],
      [1, 'flat', '1', '5.00'],
      [2, 'usage', '74886', '748.86'],
    ]);
    expect(detail.provenance.usage).toMatchObject({ scale: '1', native: '75886', template: 'events' });
    expect(detail.provenance.stripe).toMatchObject({ meterId: 'mtr_cpu', formula: 'sum' });
  });

  test('a cell without a customer, and one that is not there', () => {
    const context = open();
    const detail = cellDetail(context, { month: '2026-05', meter: 'cpu', customer: null, usageId: 'ws_x' });
    expect(detail.row.verdict).toBe('unmapped');
    expect(detail.hours).toEqual([]);
    expect(() => cellDetail(context, { month: '2026-05', meter: 'cpu', customer: 'cus_9', usageId: null })).toThrow(
      expect.objectContaining({ code: 'host.not_found' }),
    );
  });
});
