import { isTieoutError, type Problem } from '../../../shared/errors.ts';
import { type ClickHouseConfig, type Connection, connect } from './connection.ts';
import { quoteColumn, quoteTable } from './identifier.ts';

/** A table that the user may see, with the types of its columns. */
export type SurveyedTable = {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
};

export type ServerSurvey = {
  readonly version: string;
  readonly username: string;
  /** The setting of that name: 0 may write where the user may, 1 takes no settings, 2 reads. */
  readonly readonly: string;
  readonly timeZone: string;
  readonly tables: readonly SurveyedTable[];
  readonly problems: readonly Problem[];
};

const MOST_TABLES = 500;
/** Of a server that somebody waits for in front of a form. */
const PATIENCE_MS = 20_000;
const WRITING = /\bGRANT\b[^\n]*\b(ALL|INSERT|ALTER|CREATE|DROP|TRUNCATE|OPTIMIZE)\b/i;

/**
 * What a server says about itself and about the user: enough to tell that a pull would work, and nothing of its rows.
 * @throws TieoutError `clickhouse.*` where it cannot be asked at all
 */
export async function surveyServer(config: ClickHouseConfig): Promise<ServerSurvey> {
  return withConnection(config, async (connection) => {
    const [[version, readonly, timeZone] = []] = await ask(connection, {
      what: 'a first question',
      query: "SELECT version(), toString(getSetting('readonly')), serverTimezone()",
    });
    const rows = await ask(connection, {
      what: 'the list of tables',
      query: `SELECT held_by, groupArray((held, type)) FROM (
        SELECT c.table AS held_by, c.name AS held, c.type AS type FROM system.columns AS c
        WHERE c.database = {database:String} AND c.table NOT LIKE '.inner%' ORDER BY c.table, c.position
      ) GROUP BY held_by ORDER BY held_by LIMIT ${MOST_TABLES}`,
      parameters: { database: config.database },
    });
    const tables = rows.map(([name, columns]) => ({
      name: String(name),
      columns: (columns as readonly (readonly [string, string])[]).map(([column, type]) => ({ name: column, type })),
    }));
    const writing = readonly === '0' ? await mayWrite(connection) : null;
    return {
      version: String(version),
      username: config.username,
      readonly: String(readonly),
      timeZone: String(timeZone),
      tables,
      problems: [...(writing === null ? [] : [writing]), ...(tables.length === 0 ? [noTables(config)] : [])],
    };
  });
}

/** A user that may write is more than Tieout needs; where the server does not tell, nothing is said. */
async function mayWrite(connection: Connection): Promise<Problem | null> {
  try {
    const grants = await ask(connection, { what: 'the grants of the user', query: 'SHOW GRANTS' });
    if (!grants.some(([grant]) => WRITING.test(String(grant)))) return null;
  } catch (error) {
    if (!isTieoutError(error)) throw error;
    return null;
  }
  return {
    code: 'clickhouse.may_write',
    severity: 'warning',
    path: 'clickhouse.username',
    message: `User ${connection.username} may write to ClickHouse; Tieout only reads.`,
    remedy: `Use a user that can only read: CREATE USER tieout_ro … SETTINGS readonly = 2, and GRANT SELECT alone.`,
  };
}

const noTables = ({ database, username }: ClickHouseConfig): Problem => ({
  code: 'clickhouse.not_permitted',
  path: 'clickhouse.database',
  message: `User ${username} sees no table in the database ${database}.`,
  remedy: `Name the database that holds the usage, or: GRANT SELECT ON ${database}.* TO ${username}.`,
});

/**
 * The different values of a column as text, in byte order; empty ones and NULL are no ids.
 * @returns one more than `limit` where there are more
 * @throws TieoutError `clickhouse.*`
 */
export const distinctValues = (
  config: ClickHouseConfig,
  { table, column, limit }: { readonly table: string; readonly column: string; readonly limit: number },
): Promise<readonly string[]> =>
  withConnection(config, async (connection) => {
    const name = quoteColumn(column, 'column');
    const rows = await ask(connection, {
      what: `the usage ids of ${table}.${column}`,
      query: `SELECT DISTINCT toString(${name}) AS id FROM ${quoteTable(table, 'table')}
        WHERE ${name} IS NOT NULL AND id != '' ORDER BY id LIMIT ${limit + 1}`,
    });
    return rows.map(([id]) => String(id));
  });

async function withConnection<T>(config: ClickHouseConfig, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = connect({ ...config, requestTimeoutMs: PATIENCE_MS });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

const ask = (
  connection: Connection,
  { parameters = {}, ...request }: { what: string; query: string; parameters?: Readonly<Record<string, unknown>> },
) => connection.rows({ ...request, parameters });
