import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from './engine.ts';
import { quoteName, quoteText } from './statement.ts';

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** How far the engine looks into a file before it decides what its columns hold. */
const LOOK_ROWS = 1_000_000;
const LOOK_BYTES = 1 << 30;

/** Text instants in files are read as ISO-8601 too. */
const READING = [
  "SETTINGS date_time_input_format = 'best_effort'",
  `input_format_max_rows_to_read_for_schema_inference = ${LOOK_ROWS}`,
  `input_format_max_bytes_to_read_for_schema_inference = ${LOOK_BYTES}`,
].join(', ');

/** One file of a usage folder, to be shown as a view named after it. */
export type UsageFile = { readonly name: string; readonly file: string; readonly format: 'Parquet' | 'CSVWithNames' };

/**
 * The Parquet and CSV files of a folder, by name.
 * @throws Error naming the file whose name is no plain identifier, or the two that would give the same table
 */
export async function listUsageFiles(folder: string): Promise<readonly UsageFile[]> {
  const files: UsageFile[] = [];
  for (const entry of (await readdir(folder)).sort()) {
    const extension = path.extname(entry).toLowerCase();
    if (extension !== '.parquet' && extension !== '.csv') continue;
    const name = entry.slice(0, -extension.length);
    if (!PLAIN_NAME.test(name)) {
      throw new Error(`The file ${entry} cannot become a table: its name must be letters, digits and _ alone.`);
    }
    const twin = files.find((file) => file.name === name);
    if (twin !== undefined)
      throw new Error(`${path.basename(twin.file)} and ${entry} would both be the table ${name}.`);
    files.push({ name, file: path.resolve(folder, entry), format: extension === '.csv' ? 'CSVWithNames' : 'Parquet' });
  }
  return files;
}

/**
 * What a usage folder of tieout.yaml (`clickhouse.embedded`) is: files to show as tables, or a ClickHouse data folder.
 * An empty folder is a data folder without data.
 * @throws Error where the folder cannot be read, or holds both
 */
export async function readUsageFolder(
  folder: string,
): Promise<{ readonly dataFolder: string | null; readonly filesFolder: string | null }> {
  const entries = await readdir(folder);
  const isData = entries.includes('metadata');
  const files = await listUsageFiles(folder);
  if (isData && files.length > 0) {
    throw new Error(`The folder ${folder} holds ClickHouse data and Parquet or CSV files; it can be one or the other.`);
  }
  return files.length > 0 ? { dataFolder: null, filesFolder: folder } : { dataFolder: folder, filesFolder: null };
}

/**
 * Creates one view per file of the folder, in the database `default`.
 * @throws Error that names the file which cannot be read
 */
export async function showFiles(engine: Engine, folder: string): Promise<void> {
  for (const file of await listUsageFiles(folder)) {
    try {
      const source = `${quoteText(file.file)}, '${file.format}'`;
      const structure = file.format === 'CSVWithNames' ? `, ${quoteText(csvColumns(engine, source))}` : '';
      const select = `SELECT * FROM file(${source}${structure}) ${READING}`;
      engine.command(`CREATE OR REPLACE VIEW ${quoteName(file.name)} AS ${select}`);
      engine.command(`SELECT * FROM ${quoteName(file.name)} LIMIT 1 FORMAT Null`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${path.basename(file.file)}: ${reason}`, { cause: error });
    }
  }
}

type Column = { readonly name: string; readonly type: string };

/**
 * The columns of a CSV file as the engine guesses them, with two of its guesses put right: a fraction is a decimal of
 * twelve places and never a double (but for a column with `nan` or the like), and `007` is a name and not the number 7.
 */
function csvColumns(engine: Engine, source: string): string {
  const columns = engine
    .command(`DESCRIBE TABLE file(${source}) ${READING}`)
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Column => {
      const [name = '', type = ''] = line.split('\t');
      return { name, type };
    });
  const numeric = columns.filter(({ type }) => /Int\d+|Float64/.test(type));
  const oddities = new Map(
    numeric.length === 0
      ? []
      : engine
          .command(oddValues(source, columns, numeric))
          .trimEnd()
          .split('\t')
          .map((count, i) => [numeric[i]?.name, count !== '0'] as const),
  );
  return columns
    .map((column) => `${quoteName(column.name)} ${columnType(column, oddities.get(column.name) === true)}`)
    .join(', ');
}

function columnType({ type }: Column, isOdd: boolean): string {
  if (type.includes('Float64')) return isOdd ? type : type.replace('Float64', 'Decimal(38, 12)');
  return isOdd ? type.replace(/U?Int\d+/, 'String') : type;
}

/** Counts, per numeric column, the values that its better type would not keep as they stand. */
function oddValues(source: string, columns: readonly Column[], numeric: readonly Column[]): string {
  const asText = columns.map(({ name }) => `${quoteName(name)} Nullable(String)`).join(', ');
  const counts = numeric.map(({ name, type }) =>
    type.includes('Float64')
      ? `countIf(not match(ifNull(${quoteName(name)}, '0'), '^ *[-+]?[0-9.]*([eE][-+]?[0-9]+)? *$'))`
      : `countIf(match(ifNull(${quoteName(name)}, '0'), '^ *[-+]?0[0-9]'))`,
  );
  return `SELECT ${counts.join(', ')} FROM file(${source}, ${quoteText(asText)})`;
}
