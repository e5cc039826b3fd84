import { createHash } from 'node:crypto';
import { stringify } from 'csv-stringify/sync';
import { CSV_COLUMNS, CsvWriter, csvText } from '../../shared/reports/csv.ts';
import { performTask, timed } from '../child.ts';
import { customerId, customerName, usageId } from '../month-world.ts';

type Input = { readonly writer: 'ours' | 'csv-stringify'; readonly cells: number };
const COLUMNS = CSV_COLUMNS.length;
const BATCH = 10_000;

/** The same records, texts already, through either writer; the pieces are thrown away, their hash is the result. */
await performTask<Input>(async ({ writer, cells }) => {
  const records = Array.from({ length: BATCH }, (_, index) => record(index));
  const batches = Math.max(1, Math.round(cells / BATCH));
  const pieces: string[] = [];
  const { ms } = await timed(() =>
    writer === 'ours' ? ours(records, batches, pieces) : theirs(records, batches, pieces),
  );
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return { ms, check: `${records.length * batches} records, ${hash.digest('hex').slice(0, 16)}` };
});

function ours(records: readonly string[][], batches: number, pieces: string[]): void {
  const writer = new CsvWriter((piece) => pieces.push(piece));
  for (let batch = 0; batch < batches; batch += 1) {
    for (const fields of records) {
      let line = csvText(fields[0] as string);
      for (let column = 1; column < COLUMNS; column += 1) line += `,${csvText(fields[column] as string)}`;
      writer.line(line);
    }
  }
  writer.end();
}

function theirs(records: readonly string[][], batches: number, pieces: string[]): void {
  pieces.push(`${CSV_COLUMNS.join(',')}\r\n`);
  for (let batch = 0; batch < batches; batch += 1) {
    pieces.push(stringify(records as string[][], { record_delimiter: 'windows' }));
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
