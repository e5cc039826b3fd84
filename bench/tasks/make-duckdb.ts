import { DuckDBInstance } from '@duckdb/node-api';
import { performTask, timed } from '../child.ts';
import { sideFiles } from '../month-world.ts';

/** The rows of both sides into a DuckDB file. */
await performTask<{ readonly folder: string; readonly file: string }>(async ({ folder, file }) => {
  const files = sideFiles(folder);
  const { ms } = await timed(async () => {
    const instance = await DuckDBInstance.create(file);
    const connection = await instance.connect();
    for (const [table, path] of Object.entries(files)) {
      await connection.run(`CREATE TABLE ${table} (meter INTEGER, customer INTEGER, whole BIGINT, frac BIGINT)`);
      await connection.run(`COPY ${table} FROM '${path}' (HEADER false)`);
    }
    connection.closeSync();
    instance.closeSync();
  });
  return { ms, check: '' };
});
