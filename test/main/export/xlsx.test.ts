import { expect, test } from 'vitest';
import { buildFrame, frameCell, type MonthFrame } from '../../../main/api/cells/frame.ts';
import { DEFAULT_SORT, orderCells } from '../../../main/api/cells/order.ts';
import type { MonthSource } from '../../../main/export/month-source.ts';
import type { CloseReport } from '../../../main/export/pdf/close-report.ts';
import { writeXlsx } from '../../../main/export/xlsx.ts';
import { exportRow } from '../../../shared/reports/export-row.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import { formatMinorAsMajor } from '../../../shared/values/money.ts';
import { parseMonth } from '../../../shared/values/period.ts';
import { evaluate, readWorkbook } from '../../oracles/workbook-reader.ts';
import { build, MONTH, type World } from '../api/reconcile/world.ts';

const NOW = parseInstant('2026-06-03T00:00:00Z');
const NAMES = ['=SUM(A1)', '+1 Gears, Inc', '@x <&> "y"', '_x0041_', 'שלום \u202e abc', '\u0007 bell'];
const QUANTITIES = ['0', '12', '1.5', '9007199254740993.25', '0.000000000001', '7', 'nan', '250'];
const ids = QUANTITIES.map((_, index) => String(index + 1));
const totals = (prefix: string, factor = '') =>
  Object.fromEntries(ids.map((id, index) => [`${prefix}_${id}`, `${QUANTITIES[index]}${factor}`]));

/** Names that would run, a value with more digits than a spreadsheet keeps, three currencies, every kind of verdict. */
const WORLD: World = {
  meters: [{ key: 'plain', unit: '=units' }, { key: 'drifting' }, { key: 'DRIFTING' }, { key: 'yen' }],
  customers: ids.map((id, index) => ({ id: `cus_${id}`, name: NAMES[index] ?? '', usageIds: [`ws_${id}`] })),
  usage: {
    plain: { ...totals('ws'), ws_unknown: '4' },
    drifting: Object.fromEntries(ids.map((id, index) => [`ws_${id}`, String(index * 1000)])),
    DRIFTING: { ws_1: '5' },
    yen: totals('ws'),
  },
  metered: {
    plain: totals('cus'),
    drifting: Object.fromEntries(ids.map((id, index) => [`cus_${id}`, index % 4 === 3 ? null : String(index * 990)])),
    DRIFTING: { cus_1: '5' },
    yen: { ...totals('cus'), cus_8: '100' },
  },
  prices: [
    { id: 'price_cents', meter: 'plain', unitAmount: '0.5' },
    { id: 'price_drift', meter: 'drifting', currency: 'kwd', unitAmount: '3' },
    { id: 'price_yen', meter: 'yen', currency: 'jpy', unitAmount: '3' },
  ],
  items: ids.flatMap((id) => [
    { customer: `cus_${id}`, price: 'price_cents' },
    { customer: `cus_${id}`, price: 'price_drift', currency: 'kwd' },
    { customer: `cus_${id}`, price: 'price_yen', currency: 'jpy' },
  ]),
  lines: [{ customer: 'cus_2', price: 'price_cents', amount: 6, quantity: '12' }],
};

const NOTHING_CLOSED = {
  lock: null,
  changed: null,
  gates: [{ gate: 'pull_complete', decision: 'pass', detail: 'Pulled.' }],
  signOffs: [],
  notes: [],
  hashes: [],
} as unknown as CloseReport;

function sourceOf(frame: MonthFrame): MonthSource {
  const order = orderCells(frame, {}, DEFAULT_SORT);
  return {
    workspace: frame.summary.workspace,
    month: MONTH,
    madeAt: NOW,
    count: order.length,
    scope: 'All cells',
    incidents: frame.summary.causes.incidents,
    pulledAt: 'Pulled',
    facts: [['Workspace', frame.summary.workspace]],
    *rows() {
      for (const id of order) yield exportRow(frameCell(frame, id), id === order[0] ? '=a note' : null);
    },
    close: () => NOTHING_CLOSED,
    late: () => [],
    proof: null,
  };
}

async function bytesOf(source: MonthSource, rowsPerSheet?: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  await writeXlsx(source, (piece) => pieces.push(Uint8Array.from(piece)), {
    onProgress: () => undefined,
    checkpoint: () => undefined,
    ...(rowsPerSheet === undefined ? {} : { rowsPerSheet }),
  });
  return Buffer.concat(pieces);
}

const frameOf = (): MonthFrame => {
  const world = build(WORLD);
  const request = { db: world.db, settings: world.settings, month: parseMonth(MONTH), now: NOW, toolVersion: 'test' };
  return buildFrame(request, { canStore: false });
};

test('every figure of every cell stands in the workbook, exactly', async () => {
  const frame = frameOf();
  const source = sourceOf(frame);
  const book = readWorkbook(await bytesOf(source));
  expect([...book.keys()]).toEqual([
    'Summary',
    'By meter',
    'Cells',
    'Incidents',
    'Exceptions',
    'Late usage',
    'Close',
    'About',
  ]);
  const told = [...(book.get('Incidents')?.cells ?? [])].flatMap(([place, cell]) =>
    place.startsWith('M') ? [cell] : [],
  );
  expect(JSON.stringify(told)).toContain(source.incidents[0]?.id ?? 'an incident');
  const { cells, rows, xml } = book.get('Cells') ?? { cells: new Map(), rows: 0, xml: '' };
  expect(rows).toBe(source.count + 1);
  let place = 1;
  let rounded = 0;
  for (const row of source.rows()) {
    place += 1;
    const read = (column: string): string | null => cells.get(`${column}${place}`)?.value ?? null;
    const exactly = (column: string, name: string, value: string | null): void => {
      const cell = cells.get(`${column}${place}`);
      const digits = (read('V') ?? '').split('; ').find((part) => part.startsWith(`${name} `));
      if (digits !== undefined) rounded += 1;
      expect(digits === undefined ? (cell?.value ?? null) : digits.slice(name.length + 1)).toBe(value);
      if (cell !== undefined) expect(cell.kind).toBe('number');
    };
    expect([read('A'), read('B'), read('C'), read('D'), read('E'), read('F'), read('L'), read('M'), read('S')]).toEqual(
      [
        MONTH,
        row.customer,
        row.usageId,
        row.name === '' ? null : row.name,
        row.meter,
        row.unit,
        row.verdict,
        row.cause,
        row.note,
      ],
    );
    exactly('G', 'measured', row.measured === null ? null : formatDecimal(row.measured));
    exactly('H', 'metered', row.metered === null ? null : formatDecimal(row.metered));
    exactly('J', 'drift', row.drift === null ? null : formatDecimal(row.drift.absolute));
    const amount = (minor: bigint | null | undefined): string | null =>
      row.money === null || minor === null || minor === undefined
        ? null
        : formatMinorAsMajor(minor, row.money.currency).replace(/\.?0+$/, (zeros) =>
            zeros.startsWith('.') ? '' : zeros,
          );
    const plain = (text: string | null): string | null =>
      text === null || !text.includes('.') ? text : text.replace(/0+$/, '').replace(/\.$/, '');
    exactly('O', 'measured, amount', plain(amount(row.money?.measuredMinor)));
    exactly('R', 'difference, amount', plain(amount(row.money?.differenceMinor)));
    for (const column of ['B', 'D', 'F', 'S']) {
      const cell = cells.get(`${column}${place}`);
      if (cell !== undefined) expect([cell.kind, cell.formula]).toEqual(['text', null]);
    }
  }
  expect(rounded).toBeGreaterThan(2);
  expect(xml).toContain('state="frozen"');
  expect(xml).toContain(`<autoFilter ref="A1:V${source.count + 1}"/>`);
  expect(xml.match(/<cfRule /g)).toHaveLength(12);
});

test.each([undefined, 5])('formulas come to the sums that stand with them (rows a sheet: %s)', async (rowsPerSheet) => {
  const frame = frameOf();
  const source = sourceOf(frame);
  const book = readWorkbook(await bytesOf(source, rowsPerSheet));
  const cellSheets = [...book.keys()].filter((name) => name.startsWith('Cells'));
  expect(cellSheets).toHaveLength(rowsPerSheet === undefined ? 1 : Math.ceil(source.count / rowsPerSheet));
  let formulas = 0;
  for (const [name, sheet] of book) {
    for (const [place, { formula, value }] of sheet.cells) {
      if (formula === null) continue;
      formulas += 1;
      const found = evaluate(book, name, formula);
      // A sum of figures that a spreadsheet had to round is as far off as they are.
      const isLong = value.replace(/\D/g, '').length >= 15;
      if (isLong) expect(found.div(value).minus(1).abs().lessThan(1e-14), `${name}!${place} ${formula}`).toBe(true);
      else expect(found.toFixed(), `${name}!${place} ${formula}`).toBe(value);
    }
  }
  expect(formulas).toBeGreaterThan(30);
  const summary = book.get('Summary')?.cells;
  const currencies = [...(summary ?? [])].filter(
    ([place, { value }]) => place.startsWith('A') && /^(jpy|kwd|usd)$/.test(value),
  );
  expect(currencies).toHaveLength(9);
});

test('keys that a spreadsheet takes for one get their sums without a formula', async () => {
  const book = readWorkbook(await bytesOf(sourceOf(frameOf())));
  const meters = book.get('By meter')?.cells ?? new Map();
  const rowOf = (key: string): string => [...meters].find(([, { value }]) => value === key)?.[0].slice(1) ?? '';
  expect(meters.get(`E${rowOf('DRIFTING')}`)).toMatchObject({ value: '5', formula: null });
  expect(meters.get(`E${rowOf('drifting')}`)).toMatchObject({ value: '28000', formula: null });
  expect(meters.get(`E${rowOf('yen')}`)?.formula).toContain('SUMIFS');
});

test('equal input gives equal bytes', async () => {
  const frame = frameOf();
  expect(Buffer.compare(await bytesOf(sourceOf(frame)), await bytesOf(sourceOf(frame)))).toBe(0);
});

test('an empty month is a workbook too', async () => {
  const empty = build({ meters: [{ key: 'plain' }] });
  const frame = buildFrame(
    { db: empty.db, settings: empty.settings, month: parseMonth(MONTH), now: NOW, toolVersion: 'test' },
    { canStore: false },
  );
  const book = readWorkbook(await bytesOf(sourceOf(frame)));
  expect(book.get('Cells')?.rows).toBe(1);
});
