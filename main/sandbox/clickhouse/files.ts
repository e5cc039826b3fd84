import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from './engine.ts';
import { quoteName, quoteText } from './statement.ts';

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Text instants in files are read as ISO-8601 too. */
const READING = "SETTINGS date_time_input_format = 'best_effort'";

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

/** Creates one view per file of the folder, in the database `default`. */
export async function showFiles(engine: Engine, folder: string): Promise<void> {
  for (const file of await listUsageFiles(folder)) {
    const source = `${quoteText(file.file)}, '${file.format}'`;
    const structure = file.format === 'CSVWithNames' ? `, ${quoteText(csvColumns(engine, source))}` : '';
    engine.command(
      `CREATE OR REPLACE VIEW ${quoteName(file.name)} AS SELECT * FROM file(${source}${structure}) ${READING}`,
    );
  }
}

/** The columns of a CSV file as the engine guesses them, but a fraction is a decimal of twelve places, never a double. */
function csvColumns(engine: Engine, source: string): string {
  const described = engine.command(`DESCRIBE TABLE file(${source}) ${READING}`);
  return described
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', type = ''] = line.split('\t');
      return `${quoteName(name)} ${type.replace('Float64', 'Decimal(38, 12)')}`;
    })
    .join(', ');
}
