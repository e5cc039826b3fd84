import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CompareRequest, compareMonths } from '../../../../main/api/compare/compare-months.ts';
import { comparisonReport } from '../../../../main/compare.ts';
import { type FluxRow, fluxExit } from '../../../../shared/reconciliation/flux/comparison.ts';
import { PARTS } from '../../../../shared/reconciliation/flux/split-change.ts';
import {
  type ComparisonReport,
  changeSentence,
  comparisonCsv,
  comparisonJson,
  comparisonText,
  fluxRowJson,
} from '../../../../shared/reports/comparison.ts';
import { parseDecimal } from '../../../../shared/values/decimal.ts';
import { FLEET } from './fleet.ts';
import { type TwoMonths, twoMonths } from './two-months.ts';

const MATERIALITY = { minAmount: parseDecimal('5.00'), minRelative: parseDecimal('0.05') };

const reportOf = (request: CompareRequest): ComparisonReport => comparisonReport(compareMonths(request), MATERIALITY);

/** `cus_more cpu usd: 30.00 → 60.00, usage 30.00` */
function shown(row: FluxRow): string {
  const { from, to, parts } = fluxRowJson(row);
  const moved = PARTS.filter((part) => row.parts[part] !== 0n).map((part) => `, ${part} ${parts[part]}`);
  return `${row.customer} ${row.meter} ${row.currency}: ${from} → ${to}${moved.join('')}`;
}

describe('April and May, worked out by hand', () => {
  test('as billed', () => {
    const report = reportOf(twoMonths(FLEET));
    expect([...report.rows()].map(shown)).toEqual([
      'cus_yen cpu jpy: 500 → 450, usage -50',
      'cus_more cpu usd: 30.00 → 60.00, usage 30.00',
      'cus_tiers cpu usd: 10.00 → 15.00, usage 10.00, mix -5.00',
      'cus_price cpu usd: 3.00 → 6.00, usage 1.50, price 1.50',
      'cus_disk disk usd: 0.00 → 0.80, usage 0.80',
      'cus_credit cpu usd: 3.00 → 2.50, credits -0.50',
      'cus_lost cpu usd: 0.30 → 0.00, lost -0.30',
      'cus_new cpu usd: 0.00 → 0.30, new 0.30',
      'cus_late cpu usd: 0.30 → 0.37, corrections 0.07',
      'cus_edited cpu usd: 3.00 → 2.98, corrections -0.02',
      'cus_disk cpu usd: 0.30 → 0.30',
    ]);
    expect([...report.lacking()]).toMatchObject([
      { customer: 'cus_missing', meter: 'cpu', from: null, to: 'not_billed' },
      { customer: 'cus_draft', meter: 'cpu', from: null, to: 'not_final' },
    ]);
    expect(report.summary).toMatchObject({ basis: 'billed', isBasisGiven: false, lacking: { cells: 2 } });
    expect(fluxExit(report.summary)).toBe(3);
    // 49.90 and 88.25: 38.35 = 42.30 usage + 1.50 price − 5.00 mix + 0.30 new − 0.30 lost − 0.50 credits + 0.05.
    expect(changeSentence(report.summary, report.totals[1] ?? never())).toBe(
      '2026-05 is 38.35 USD above 2026-04: usage +42.30, mix -5.00, price +1.50, credits -0.50, new customers +0.30, lost customers -0.30, corrections +0.05.',
    );
    expect(report.totals[1]?.meters.map(({ meter, rows, material }) => [meter, rows, material])).toEqual([
      ['cpu', 9, 2],
      ['disk', 1, 0],
    ]);
  });

  test('as metered, where no invoice and no correction counts', () => {
    const report = reportOf({ ...twoMonths(FLEET), basis: 'metered' });
    const rows = [...report.rows()].map(shown);
    expect(rows).toContain('cus_edited cpu usd: 3.00 → 3.00');
    expect(rows).toContain('cus_late cpu usd: 0.30 → 0.30');
    expect(rows).toContain('cus_missing cpu usd: 1.50 → 1.50');
    expect(rows).toContain('cus_tiers cpu usd: 10.00 → 15.00, usage 10.00, mix -5.00');
    expect(rows).toHaveLength(13);
    expect(fluxExit(report.summary)).toBe(0);
  });

  test('on paper, as a document and as CSV', () => {
    const report = reportOf(twoMonths(FLEET));
    const document = JSON.parse([...comparisonJson(report)].join(''));
    expect(document).toMatchObject({
      tieout: 1,
      kind: 'comparison',
      from: '2026-04',
      to: '2026-05',
      basis: 'billed',
      totals: [
        { currency: 'jpy', from: '500', to: '450', change: '-50', relative: '-0.1', rows: 1 },
        { currency: 'usd', from: '49.90', to: '88.25', change: '38.35', material: 2 },
      ],
      lacking: [{ customer: 'cus_missing', to: 'not_billed' }, { customer: 'cus_draft' }],
      exit: 3,
    });
    expect(document.rows[1]).toEqual({
      customer: 'cus_more',
      meter: 'cpu',
      currency: 'usd',
      from: '30.00',
      to: '60.00',
      change: '30.00',
      parts: {
        usage: '30.00',
        price: '0.00',
        mix: '0.00',
        new: '0.00',
        lost: '0.00',
        credits: '0.00',
        corrections: '0.00',
      },
      relative: '1',
      name: 'Globex',
      unit: 'units',
      quantity: { from: '1000', to: '2000' },
      material: true,
    });
    expect([...comparisonCsv(report)][2]).toBe(
      '2026-04,2026-05,billed,cus_more,Globex,cpu,units,usd,1000,2000,30.00,60.00,30.00,30.00,0.00,0.00,0.00,0.00,0.00,0.00,1,true\r\n',
    );
    const text = comparisonText(report, { limit: 2 });
    expect(text).toContain('Compared by what finalised invoices billed.');
    expect(text).toMatch(/^● {2}Globex +cpu +30\.00 +60\.00 +\+30\.00 .* \+100\.0 %$/m);
    expect(text).toContain('and 8 more;');
    expect(text).toContain('● 2 of 10 changes are material: at least 5 USD and 5 %');
    expect(text).toContain('? 2 cells are left out');
  });
});

const never = (): never => {
  throw new Error('The report has no such total');
};

test('a meter that was not pulled in one month is said, and its cells are left out', () => {
  const request = twoMonths({ ...FLEET, notInApril: ['disk'] });
  const report = reportOf({ ...request, basis: 'metered' });
  expect(report.summary.notPulled).toEqual([{ month: '2026-04', meter: 'disk' }]);
  expect([...report.lacking()]).toMatchObject([{ customer: 'cus_disk', meter: 'disk', from: 'not_pulled', to: null }]);
  expect([...report.rows()].every(({ meter }) => meter === 'cpu')).toBe(true);
  expect(comparisonText(report, { limit: 5 })).toContain('? 2026-04 was not pulled for disk;');
  expect(fluxExit(report.summary)).toBe(3);
});

test('a month of which nothing was pulled has nothing to compare with', () => {
  const report = reportOf(twoMonths({ ...FLEET, notInApril: FLEET.meters }));
  expect(report.totals).toEqual([]);
  expect(fluxExit(report.summary)).toBe(3);
  expect(comparisonText(report, { limit: 5 })).toContain('There is nothing to compare between 2026-04 and 2026-05.');
});

test('amounts beyond 2^53 keep every digit, in rows and in sums', () => {
  const line = { price: 'price_3', quantity: '1', in: 'may' } as const;
  const report = reportOf(
    twoMonths({
      ...FLEET,
      lines: [
        ...(FLEET.lines ?? []),
        { ...line, customer: 'cus_missing', amount: 9007199254740993n },
        { ...line, customer: 'cus_draft', amount: 9007199254740991n },
        { ...line, customer: 'cus_late', amount: 9007199254740991n },
      ],
    }),
  );
  expect(report.totals[1]?.toMinor).toBe(8825n + 9007199254740993n + 2n * 9007199254740991n);
  const rows = [...report.rows()];
  expect(rows.find(({ customer }) => customer === 'cus_missing')).toMatchObject({
    toMinor: 9007199254740993n,
    isMaterial: true,
  });
  expect(fault(report)).toBeNull();
});

test('a month with itself has no change', () => {
  const request = twoMonths(FLEET);
  const report = reportOf({ ...request, from: request.to });
  for (const row of report.rows()) {
    expect(row.fromMinor).toBe(row.toMinor);
    expect(PARTS.every((part) => row.parts[part] === 0n)).toBe(true);
  }
});

test('there and back: what was new is lost, and every change has the other sign', () => {
  const request = twoMonths(FLEET);
  const back = new Map(
    [...reportOf({ ...request, from: request.to, to: request.from }).rows()].map((row) => [
      `${row.customer} ${row.meter}`,
      row,
    ]),
  );
  for (const row of reportOf(request).rows()) {
    const other = back.get(`${row.customer} ${row.meter}`);
    expect([other?.fromMinor, other?.toMinor]).toEqual([row.toMinor, row.fromMinor]);
    expect([other?.parts.new, other?.parts.lost]).toEqual([-row.parts.lost, -row.parts.new]);
  }
});

/** What is wrong with the sums of a comparison, by arithmetic of its own; null where they hold. */
function fault(report: Pick<ComparisonReport, 'rows' | 'totals'>): string | null {
  const sums = new Map<string, bigint[]>();
  const plus = (key: string, values: readonly bigint[]): void => {
    const before = sums.get(key);
    sums.set(key, before === undefined ? [...values] : before.map((value, index) => value + (values[index] ?? 0n)));
  };
  for (const row of report.rows()) {
    const parts = Object.values(row.parts).reduce((sum, part) => sum + part, 0n);
    if (parts !== row.toMinor - row.fromMinor) return `parts of ${row.customer}`;
    for (const key of [row.currency, `${row.currency} ${row.meter}`]) {
      plus(key, [row.fromMinor, row.toMinor, ...PARTS.map((part) => row.parts[part])]);
    }
  }
  const told = new Map<string, bigint[]>();
  for (const total of report.totals) {
    for (const [key, sum] of [
      [total.currency, total] as const,
      ...total.meters.map((each) => [`${total.currency} ${each.meter}`, each] as const),
    ]) {
      told.set(key, [sum.fromMinor, sum.toMinor, ...PARTS.map((part) => sum.parts[part])]);
    }
  }
  const differing = [...new Set([...sums.keys(), ...told.keys()])].find(
    (key) => sums.get(key)?.join() !== told.get(key)?.join(),
  );
  return differing === undefined ? null : `totals of ${differing}`;
}

const cell = fc.record({
  customer: fc.integer({ min: 1, max: 6 }),
  meter: fc.constantFrom('cpu', 'disk'),
  quantity: fc.integer({ min: 0, max: 300_000 }).map((value) => (value / 1000).toFixed(3)),
});
const line = fc.record({
  customer: fc.integer({ min: 1, max: 6 }),
  price: fc.constantFrom('price_3', 'price_4', 'price_ladder', 'price_disk'),
  in: fc.constantFrom('april' as const, 'may' as const),
  quantity: fc.option(fc.integer({ min: 0, max: 300 }).map(String), { freq: 6 }),
  amount: fc.integer({ min: -50, max: 5000 }),
  off: fc.integer({ min: 0, max: 40 }),
  status: fc.constantFrom('paid', 'paid', 'open', 'draft', 'void'),
  currency: fc.constantFrom('usd', 'usd', 'usd', 'jpy'),
});
const fleet = fc
  .record({
    items: fc.array(
      fc.record({
        customer: fc.integer({ min: 1, max: 6 }),
        price: fc.constantFrom('price_3', 'price_4', 'price_ladder', 'price_disk', 'price_jpy'),
        in: fc.constantFrom(undefined, 'april' as const, 'may' as const),
      }),
      { maxLength: 9 },
    ),
    april: fc.array(cell, { maxLength: 8 }),
    may: fc.array(cell, { maxLength: 8 }),
    lines: fc.array(line, { maxLength: 8 }),
    corrections: fc.array(
      fc.record({
        customer: fc.integer({ min: 1, max: 6 }),
        meter: fc.constantFrom('cpu', 'disk'),
        amount: fc.integer({ min: -90, max: 90 }),
      }),
      { maxLength: 2 },
    ),
    basis: fc.constantFrom(null, 'billed' as const, 'metered' as const, 'measured' as const),
  })
  .map(({ items, april, may, lines, corrections, basis }) => {
    const used = (cells: typeof april) =>
      Object.fromEntries(cells.map(({ customer, meter, quantity }) => [`cus_${customer} ${meter}`, quantity]));
    const world: TwoMonths = {
      ...FLEET,
      customers: [1, 2, 3, 4, 5, 6].map((number) => ({
        id: `cus_${number}`,
        items: items
          .filter(({ customer }) => customer === number)
          .map(({ price, in: when }) => (when === undefined ? { price } : { price, in: when })),
      })),
      april: used(april),
      may: used(may),
      lines: lines.map((each) => ({ ...each, customer: `cus_${each.customer}` })),
      corrections: corrections.map((each) => ({ ...each, customer: `cus_${each.customer}` })),
    };
    return { world, basis };
  });

/** What a month bills a customer for a meter in a currency, by hand from the lines. */
function billedByHand({ lines = [], corrections = [] }: TwoMonths, row: FluxRow, month: 'april' | 'may'): bigint {
  const meterOf = (price: string): string => (price === 'price_disk' ? 'disk' : 'cpu');
  const charged = lines
    .filter((each) => each.customer === row.customer && meterOf(each.price) === row.meter && each.in === month)
    .filter(({ status, currency }) => (status === 'paid' || status === 'open') && currency === row.currency)
    .reduce((sum, { amount, off }) => sum + BigInt(amount) - BigInt(off ?? 0), 0n);
  const booked = corrections
    .filter(
      ({ customer, meter }) =>
        month === 'may' && row.currency === 'usd' && customer === row.customer && meter === row.meter,
    )
    .reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  return charged + booked;
}

test('for any two months the parts sum to the change, the rows to the totals, and billed amounts are those of the lines', () => {
  fc.assert(
    fc.property(fleet, ({ world, basis }) => {
      const report = reportOf({ ...twoMonths(world), basis });
      expect(fault(report)).toBeNull();
      if (report.summary.basis !== 'billed') return;
      for (const row of report.rows()) {
        expect([row.fromMinor, row.toMinor]).toEqual([
          billedByHand(world, row, 'april'),
          billedByHand(world, row, 'may'),
        ]);
      }
    }),
    { numRuns: 40 },
  );
});

describe('the check of the sums finds', () => {
  const report = (rows: (all: readonly FluxRow[]) => readonly FluxRow[]) => {
    const { totals, rows: all } = reportOf(twoMonths(FLEET));
    return { totals, rows: () => rows([...all()]) };
  };
  test.each<[string, (rows: readonly FluxRow[]) => readonly FluxRow[], string]>([
    ['nothing where nothing is wrong', (rows) => rows, ''],
    [
      'a cent too much in a part',
      (rows) =>
        rows.map((row, index) => (index === 2 ? { ...row, parts: { ...row.parts, mix: row.parts.mix + 1n } } : row)),
      'parts of cus_tiers',
    ],
    ['a row that is missing', (rows) => rows.slice(1), 'totals of jpy'],
    ['a row twice', (rows) => [...rows, ...rows.slice(-1)], 'totals of usd'],
    [
      'a cent moved from one part to another',
      (rows) =>
        rows.map((row) =>
          row.customer === 'cus_price'
            ? { ...row, parts: { ...row.parts, usage: row.parts.usage - 1n, price: row.parts.price + 1n } }
            : row,
        ),
      'totals of usd',
    ],
  ])('%s', (_name, change, expected) => {
    expect(fault(report(change)) ?? '').toBe(expected);
  });
});
