import { TieoutError } from '../../../shared/errors.ts';
import { type Composed, composeCells } from './cells.ts';
import { instantType } from './column-types.ts';
import { AGGREGATES, asText, reading, unixMs } from './expressions.ts';
import { raw, type Schema, typeOf, valueType } from './rows.ts';
import type { QueryUsage, ScanMeter } from './scan-plan.ts';
import { sqlFile } from './sql-file.ts';
import { statementBody } from './statement.ts';

const userQuery = sqlFile('user-query');

/** Usage from a query of the user's own: rows of customer, quantity and, where it gives one, bucket. */
export function composeUserQuery(meter: ScanMeter<QueryUsage>, schema: Schema, isRestricted: boolean): Composed {
  const { usage, path } = meter;
  for (const name of ['customer', 'quantity']) {
    if (!schema.types.has(name)) missingColumn(name, meter.key, path);
  }
  const type = valueType(schema, 'quantity', `${path}.query`);
  const read = reading(raw('quantity'), type);
  const hasBucket = schema.types.has('bucket');
  const customer = asText(raw('customer'), typeOf(schema, 'customer'));
  const bucket = hasBucket
    ? instantType({ name: 'bucket', type: typeOf(schema, 'bucket'), path: `${path}.query` })
    : null;
  const hourly = userQuery({
    customer,
    at: bucket === null ? '0' : raw('bucket'),
    at_ms: bucket === null ? '{from_ms:Int64}' : unixMs(raw('bucket'), bucket),
    reading: `${read.value} AS value, ${read.sound} AS sound, ${read.odd} AS odd`,
    query: statementBody(usage.query),
    where: isRestricted ? `\n    WHERE ${customer} IN {customers:Array(String)}` : '',
    aggregate: AGGREGATES[usage.combine],
  });
  return composeCells({ hourly, meters: [meter], numbers: [type], evidence: [EVIDENCE] });
}

const EVIDENCE = [
  ['null_values', 'null_values'],
  ['negative_values', 'negative_values'],
] as const;

function missingColumn(name: string, key: string, path: string): never {
  throw new TieoutError('clickhouse.query_failed', {
    message: `The query of meter ${key} returns no column named ${name}.`,
    path: `${path}.query`,
    remedy: 'Return the columns customer and quantity, and bucket for evidence by the hour.',
  });
}
