import { createHash } from 'node:crypto';
import { stringify } from 'csv-stringify/sync';
import { CSV_COLUMNS, CsvWriter, csvText } from '../../shared/reports/csv.ts';
import { performTask, timed } from '../child.ts';
import { customerId, customerName, usageId } from '../month-world.ts';

type Input = { readonly writer: 'ours' | 'csv-stringify'; readonly cells: number };
const COLUMNS = CSV_COLUMNS.length;
const BATCH = 10_000;
const WORDS: ReadonlySet<string> = new Set(['customer', 'usage_id', 'name', 'meter', 'unit', 'note']);
const HOLDS_WORDS = CSV_COLUMNS.map((column) => WORDS.has(column));

/**
 * The same records, texts already, through either writer into bytes. As in the export, ours escapes the columns that
 * hold words and leaves numbers and verdicts as they are.
 */
await performTask<Input>(async ({ writer, cells }) => {
  const records = Array.from({ length: BATCH }, (_, index) => record(index));
  const batches = Math.max(1, Math.round(cells / BATCH));
  const pieces: Buffer[] = [];
  const { ms } = await timed(() =>
    writer === 'ours' ? ours(records, batches, pieces) : theirs(records, batches, pieces),
  );
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return { ms, check: `${records.length * batches} records, ${hash.digest('hex').slice(0, 16)}` };
});

function ours(records: readonly string[][], batches: number, pieces: Buffer[]): void {
  const writer = new CsvWriter((piece) => pieces.push(Buffer.from(piece)));
  for (let batch = 0; batch < batches; batch += 1) {
    for (const fields of records) {
      let line = '';
      for (let column = 0; column < COLUMNS; column += 1) {
        const field = fields[column] as string;
        if (column > 0) line += ',';
        line += HOLDS_WORDS[column] === true ? csvText(field) : field;
      }
      writer.line(line);
    }
  }
  writer.end();
}

function theirs(records: readonly string[][], batches: number, pieces: Buffer[]): void {
  pieces.push(Buffer.from(`${CSV_COLUMNS.join(',')}\r\n`));
  for (let batch = 0; batch < batches; batch += 1) {
    pieces.push(Buffer.from(stringify(records as string[][], { record_delimiter: 'windows' })));
  }
}

/** No field begins as a formula does: that guard is ours alone. */
function record(index: number): string[] {
  const quantity = `${index * 977}.${String(index).padStart(6, '0')}`;
  const fields: Record<(typeof CSV_COLUMNS)[number], string> = {
    month: '2026-04',
    customer: customerId(index),
    usage_id: usageId(index),
    name: customerName(index),
    meter: 'cpu_seconds',
    unit: 'CPU-seconds',
    measured: quantity,
    metered: quantity,
    billed: '',
    drift_absolute: '0',
    drift_relative: '0',
    verdict: 'agree',
    cause: '',
    currency: 'usd',
    measured_amount: `${index}.25`,
    metered_amount: `${index}.25`,
    billed_amount: '',
    difference_amount: '0.00',
    note: '',
  };
  return CSV_COLUMNS.map((column) => fields[column]);
}
