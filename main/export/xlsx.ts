import { VERDICTS } from '../../shared/reconciliation/result.ts';
import { ExportTally } from '../../shared/reports/export-tally.ts';
import {
  CELL_COLUMN,
  CELL_COLUMNS,
  cellsHeadXml,
  cellsRowXml,
  VERDICT_COLOURS,
} from '../../shared/reports/xlsx/cells-sheet.ts';
import { INCIDENT_COLUMNS, incidentCells } from '../../shared/reports/xlsx/incident-sheet.ts';
import {
  aboutSheet,
  EXCEPTION_COLUMNS,
  EXCEPTION_VERDICT_COLUMN,
  exceptionCells,
  isException,
  LATE_COLUMNS,
  lateCells,
  PROOF_WIDTHS,
  proofSheet,
} from '../../shared/reports/xlsx/list-sheets.ts';
import {
  headRow,
  MAX_ROWS,
  rowXml,
  type SheetCell,
  type SheetColumn,
  sheetHead,
  sheetTail,
} from '../../shared/reports/xlsx/sheet.ts';
import { stylesXml } from '../../shared/reports/xlsx/styles.ts';
import { metersSheet, summarySheet } from '../../shared/reports/xlsx/totals-sheets.ts';
import { type SheetEntry, sheetPath, workbookParts } from '../../shared/reports/xlsx/workbook.ts';
import { formatInstant } from '../../shared/values/instant.ts';
import type { Progress } from '../jobs/job.ts';
import { TOOL_VERSION } from '../version.ts';
import { CLOSE_WIDTHS, closeSheet } from './close-sheet.ts';
import { monthName } from './describe.ts';
import type { MonthSource } from './month-source.ts';
import { ZipFile } from './zip-file.ts';

const ROWS_PER_REPORT = 10_000;

/**
 * Writes a month as a workbook, row by row: sums are taken as the cells pass, and the sheets that show them follow.
 * @param options.rowsPerSheet a sheet of cells holds so many; more go on a further one
 */
export async function writeXlsx(
  source: MonthSource,
  write: (bytes: Uint8Array) => void,
  options: {
    readonly onProgress: (progress: Progress) => void;
    /** Asked between rows; throws to stop. */
    readonly checkpoint: () => void;
    readonly rowsPerSheet?: number;
  },
): Promise<void> {
  const zip = new ZipFile(write);
  const perSheet = options.rowsPerSheet ?? MAX_ROWS - 1;
  const total = source.count;
  const counts = Array.from({ length: Math.max(1, Math.ceil(total / perSheet)) }, (_, index) =>
    Math.min(perSheet, total - index * perSheet),
  );
  const cellSheets = counts.map((_, index) => (index === 0 ? 'Cells' : `Cells ${index + 1}`));
  const sheets: readonly SheetEntry[] = [
    { name: 'Summary', hasHead: false, filter: null },
    { name: 'By meter', hasHead: true, filter: null },
    ...cellSheets.map((name, index) => ({
      name,
      hasHead: true,
      filter: `$A$1:$${CELL_COLUMN.last}$${(counts[index] ?? 0) + 1}`,
    })),
    ...(source.incidents.length === 0 ? [] : [{ name: 'Incidents', hasHead: true, filter: null }]),
    { name: 'Exceptions', hasHead: true, filter: null },
    ...(source.late === null ? [] : [{ name: 'Late usage', hasHead: true, filter: null }]),
    ...(source.proof === null ? [] : [{ name: 'Proof', hasHead: false, filter: null }]),
    { name: 'Close', hasHead: false, filter: null },
    { name: 'About', hasHead: false, filter: null },
  ];
  const pathOf = (name: string): string => sheetPath(sheets.findIndex((sheet) => sheet.name === name));
  const title = `Tie-out of ${monthName(source.month)}`;
  const about = { title, createdAt: formatInstant(source.madeAt), toolVersion: TOOL_VERSION };
  for (const [path, xml] of workbookParts(sheets, about)) await zip.text(path, [xml]);
  await zip.text('xl/styles.xml', [stylesXml()]);

  const tally = new ExportTally();
  const rows = source.rows()[Symbol.iterator]();
  let done = 0;
  for (const [index, name] of cellSheets.entries()) {
    const count = counts[index] ?? 0;
    await zip.text(pathOf(name), cellsXml(count));
  }
  function* cellsXml(count: number): Generator<string> {
    yield sheetHead({ widths: CELL_COLUMNS.map(({ width }) => width), frozenRows: 1 });
    yield cellsHeadXml();
    for (let place = 2; place <= count + 1; place += 1) {
      const next = rows.next();
      if (next.done === true) break;
      tally.add(next.value);
      yield cellsRowXml(place, source.month, next.value);
      done += 1;
      if (done % ROWS_PER_REPORT !== 0) continue;
      options.checkpoint();
      options.onProgress({ step: 'writing rows', done, total, unit: 'rows' });
    }
    yield sheetTail({ filter: `A1:${CELL_COLUMN.last}${count + 1}`, colours: VERDICT_COLOURS, rows: count + 1 });
  }

  options.onProgress({ step: 'writing what does not tie out', done: 0, total: null, unit: '' });
  if (source.incidents.length > 0) {
    await zip.text(pathOf('Incidents'), listXml(INCIDENT_COLUMNS, source.incidents.flatMap(incidentCells)));
  }
  await zip.text(pathOf('Exceptions'), exceptionsXml(source, options.checkpoint));
  if (source.late !== null) {
    options.onProgress({ step: 'late usage', done: 0, total: null, unit: '' });
    await zip.text(pathOf('Late usage'), listXml(LATE_COLUMNS, source.late().map(lateCells)));
    options.checkpoint();
  }
  if (source.proof !== null) {
    options.onProgress({ step: 'proving invoices', done: 0, total: null, unit: '' });
    await zip.text(pathOf('Proof'), pageXml(PROOF_WIDTHS, proofSheet(source.proof())));
    options.checkpoint();
  }
  await zip.text(pathOf('Close'), pageXml(CLOSE_WIDTHS, closeSheet(source.close())));
  const lines = [source.workspace, source.scope, source.pulledAt];
  const summary = summarySheet({ title, lines, tally, cellSheets });
  await zip.text(pathOf('Summary'), pageXml(SUMMARY_WIDTHS, summary, true));
  const meters = metersSheet({ tally, cellSheets });
  await zip.text(pathOf('By meter'), pageXml(METER_WIDTHS, meters, false, 1));
  const used = VERDICTS.filter((verdict) => tally.byVerdict[verdict] > 0);
  await zip.text(pathOf('About'), pageXml(ABOUT_WIDTHS, aboutSheet(source.facts, used)));
  zip.end();
}

const SUMMARY_WIDTHS = [24, 12, 20, 20, 20, 20];
const METER_WIDTHS = [26, 14, 12, 12, 20, 20, 20, 20];
const ABOUT_WIDTHS = [24, 100];

type Rows = Iterable<readonly SheetCell[]>;

function* pageXml(widths: readonly number[], rows: Rows, isFirst = false, frozenRows = 0): Generator<string> {
  yield sheetHead({ widths, frozenRows, isFirst });
  let place = 0;
  for (const row of rows) {
    place += 1;
    yield rowXml(place, row);
  }
  yield sheetTail({});
}

/** A table with a header that stays in view and a filter. */
function* listXml(columns: readonly SheetColumn[], rows: Rows, verdictColumn: string | null = null): Generator<string> {
  yield sheetHead({ widths: columns.map(({ width }) => width), frozenRows: 1 });
  yield rowXml(1, headRow(columns));
  let place = 1;
  for (const row of rows) {
    place += 1;
    yield rowXml(place, row);
  }
  const colours = verdictColumn === null ? [] : VERDICT_COLOURS.map((colour) => ({ ...colour, column: verdictColumn }));
  yield sheetTail({ colours, rows: place });
}

function exceptionsXml(source: MonthSource, checkpoint: () => void): Generator<string> {
  function* exceptions(): Rows {
    let seen = 0;
    for (const row of source.rows()) {
      seen += 1;
      if (seen % ROWS_PER_REPORT === 0) checkpoint();
      // The sheet has room for as many as a spreadsheet has rows; all of them stand among the cells.
      if (isException(row)) yield exceptionCells(row);
    }
  }
  return listXml(EXCEPTION_COLUMNS, firstOf(exceptions(), MAX_ROWS - 1), EXCEPTION_VERDICT_COLUMN);
}

function* firstOf<T>(items: Iterable<T>, most: number): Generator<T> {
  let given = 0;
  for (const item of items) {
    if (given === most) return;
    given += 1;
    yield item;
  }
}
