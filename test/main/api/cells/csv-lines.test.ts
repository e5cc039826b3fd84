import { expect, test } from 'vitest';
import { CsvBytes } from '../../../../main/api/cells/csv-bytes.ts';
import { csvLines } from '../../../../main/api/cells/csv-lines.ts';
import { buildFrame, frameCell } from '../../../../main/api/cells/frame.ts';
import { DEFAULT_SORT, orderCells } from '../../../../main/api/cells/order.ts';
import { notedCells } from '../../../../main/export/noted-cells.ts';
import { csvLine } from '../../../../shared/reports/csv.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { parseMonth } from '../../../../shared/values/period.ts';
import { build, type World } from '../reconcile/world.ts';

const ids = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
const quantities = [
  '0',
  '12',
  '0.000000000001',
  '1.5',
  '9007199254740991',
  '9007199254740993.25',
  '-3',
  'nan',
  '1000.1',
];
const sides = (prefix: string) =>
  Object.fromEntries(ids.map((id, index) => [`${prefix}_${id}`, quantities[index] ?? '0']));

const world: World = {
  meters: [{ key: 'plain' }, { key: 'drifting, or not', unit: '"units"', relative: '0.001' }, { key: 'yen' }],
  customers: ids.map((id) => ({
    id: `cus_${id}`,
    name: ['=SUM(A1)', 'Gears, Inc', ''][Number(id) % 3] ?? '',
    usageIds: [`ws_${id}`],
  })),
  usage: {
    plain: { ...sides('ws'), ws_unknown: '4' },
    'drifting, or not': Object.fromEntries(ids.map((id, index) => [`ws_${id}`, String(index * 1000)])),
    yen: sides('ws'),
  },
  metered: {
    plain: sides('cus'),
    'drifting, or not': Object.fromEntries(
      ids.map((id, index) => [`cus_${id}`, index % 4 === 3 ? null : String(index * 1000 + (index % 3) * 50)]),
    ),
    yen: sides('cus'),
  },
  prices: [
    { id: 'price_cents', meter: 'plain', unitAmount: '0.5' },
    { id: 'price_yen', meter: 'yen', currency: 'jpy', unitAmount: '3' },
  ],
  items: ids.slice(0, 6).flatMap((id) => [
    { customer: `cus_${id}`, price: 'price_cents' },
    { customer: `cus_${id}`, price: 'price_yen', currency: 'jpy' },
  ]),
  lines: [{ customer: 'cus_2', price: 'price_cents', amount: 6, quantity: '12' }],
};

test('a line written from the columns is the line of the result row', () => {
  const { db, settings } = build(world);
  const month = parseMonth('2026-05');
  const now = parseInstant('2026-06-03T00:00:00Z');
  const frame = buildFrame({ db, settings, month, now, toolVersion: 'test' }, { canStore: false });
  const order = orderCells(frame, {}, DEFAULT_SORT);
  const pieces: Uint8Array[] = [];
  const bytes = new CsvBytes((piece) => pieces.push(Uint8Array.from(piece)));
  const writeLine = csvLines(frame, month, bytes);
  for (const id of order) writeLine(id);
  bytes.end();
  const lines = Buffer.concat(pieces).toString('utf8').split('\r\n');
  expect(lines.pop()).toBe('');
  expect(lines).toEqual(Array.from(order, (id) => csvLine(month, frameCell(frame, id))));
  expect(lines.filter((line) => line.includes(',agree,'))).not.toHaveLength(0);
  expect(lines.filter((line) => line.includes('_reported,'))).not.toHaveLength(0);
});

test('a note stands in the line of its cell, and in no other', () => {
  const { db, settings } = build(world);
  const month = parseMonth('2026-05');
  const now = parseInstant('2026-06-03T00:00:00Z');
  const frame = buildFrame({ db, settings, month, now, toolVersion: 'test' }, { canStore: false });
  const note = { author: 'Ada', at: now, usageId: null, gate: null };
  const notes = notedCells(frame, [
    { ...note, customer: 'cus_1', meter: 'yen', body: 'Credited, "in May".' },
    { ...note, customer: 'cus_1', meter: 'yen', body: 'Twice.' },
    { ...note, customer: null, usageId: 'ws_unknown', meter: 'plain', body: 'A trial.' },
    { ...note, customer: 'cus_2', meter: null, body: 'Of the customer, not of a cell.' },
    { ...note, customer: 'cus_gone', meter: 'plain', body: 'Went with a pull.' },
  ]);
  const pieces: Uint8Array[] = [];
  const bytes = new CsvBytes((piece) => pieces.push(Uint8Array.from(piece)));
  const writeLine = csvLines(frame, month, bytes, notes);
  for (const id of orderCells(frame, {}, DEFAULT_SORT)) writeLine(id);
  bytes.end();
  const text = Buffer.concat(pieces).toString('utf8');
  const withNote = text.split('\r\n').filter((line) => line.includes('Note of'));
  expect(withNote).toHaveLength(2);
  expect(withNote.find((line) => line.includes('cus_1'))).toMatch(
    /,yen,.*,"Note of Ada, 2026-06-03 00:00 UTC: Credited, ""in May""\.\nNote of Ada, 2026-06-03 00:00 UTC: Twice\."$/,
  );
  expect(withNote.find((line) => line.includes('ws_unknown'))).toMatch(/: A trial\."$/);
});
