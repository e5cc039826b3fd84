import { assert, TieoutError } from '../../../shared/errors.ts';
import { HOUR_MS, hourOf } from '../../../shared/values/instant.ts';
import {
  isSliceable,
  type SeriesDay,
  type UsageCell,
  type UsageMeter,
  type UsageScan,
  type UsageSource,
} from '../usage-source.ts';
import { composeSeenSeries } from './active-series.ts';
import { type CellReading, parseCell, parseSeriesDay } from './answer.ts';
import { checkSource } from './check.ts';
import { compose } from './compose.ts';
import { type ClickHouseConfig, type Connection, connect } from './connection.ts';
import { inspectScan } from './inspect.ts';
import { parametersOf } from './parameters.ts';
import { exponentOf, groupMeters, type PlannedScan, type ScanWork } from './scan-plan.ts';
import { assumedSchema, readSchema } from './schema.ts';
import { usesCustomers } from './statement.ts';

export type { ClickHouseConfig } from './connection.ts';

/**
 * Usage from a ClickHouse server over its HTTP interface. All adding up is the server's: what crosses the wire is one
 * row per customer and meter with the hours of the period.
 * @throws TieoutError `config.invalid_value` where the address is none
 */
export function createClickHouseSource(config: ClickHouseConfig): UsageSource {
  const connection = connect(config);
  return {
    plan,
    read: (request) => read(connection, request),
    readSeries: (request) => readSeries(connection, request),
    inspect: ({ scan, ...request }) => inspectScan(connection, requirePlanned(scan).work, request),
    check: (meters, now) => checkSource(connection, meters, now),
    close: () => connection.close(),
  };
}

/** @throws TieoutError `clickhouse.bad_identifier` */
export function plan(meters: readonly UsageMeter[]): readonly PlannedScan[] {
  return groupMeters(meters).map((work) => ({
    meters: work.meters.map((meter) => meter.index),
    query: `${compose(work, assumedSchema(work), false).query}\n${boundValues(work)}`,
    exponents: work.meters.map((meter) => exponentOf(meter.usage)),
    needsCustomers: work.template === 'sql' && usesCustomers(work.meters[0].usage.query),
    work,
  }));
}

async function* read(
  connection: Connection,
  { scan, period, customers, signal, onProgress, onQuery, withUnmeasured, slice }: Parameters<UsageSource['read']>[0],
): AsyncGenerator<readonly UsageCell[]> {
  const { work } = requirePlanned(scan);
  if (customers !== null && customers.length === 0) return;
  const schema = await readSchema(connection, work, signal);
  const isSlice = slice !== undefined && slice !== null;
  if (isSlice)
    assert(
      work.meters.every(({ usage }) => isSliceable(usage)),
      'hours that stand alone are asked for alone',
    );
  const { query, evidence } = compose(work, schema, customers !== null, isSlice);
  onQuery?.(query);
  const reading: CellReading = {
    meters: work.meters.map(({ index, key }) => ({
      index,
      key,
      isUnbucketed: work.template === 'sql' && !schema.types.has('bucket'),
    })),
    evidence,
  };
  const parameters = parametersOf(work, {
    period,
    customers,
    originMs: hourOf(period.from),
    withUnmeasured: withUnmeasured ?? false,
    slice: slice ?? null,
  });
  let rows = 0;
  let bytes = 0;
  let isComplete = false;
  for await (const chunk of connection.stream({ what: nameOf(work), query, parameters, signal })) {
    const cells: UsageCell[] = [];
    for (const { text } of chunk) {
      bytes += text.length + 1;
      const cell = parseCell(text, reading);
      if (cell === null) isComplete = true;
      else {
        rows += cell.hours.length;
        cells.push(cell);
      }
    }
    onProgress?.({ rows, bytes });
    if (cells.length > 0) yield cells;
  }
  if (!isComplete) throw withoutEnd(connection, work);
}

async function* readSeries(
  connection: Connection,
  { scan, period, customers, known, signal, onProgress }: Parameters<UsageSource['readSeries']>[0],
): AsyncGenerator<readonly SeriesDay[]> {
  const { work } = requirePlanned(scan);
  if (work.template !== 'active_series') throw new Error('Broken assumption: only active_series has series to read');
  if (customers !== null && customers.length === 0) return;
  const schema = await readSchema(connection, work, signal);
  const query = composeSeenSeries(work.meters[0], schema, customers !== null);
  // An empty list has no type for `transform`; no digest is the empty text.
  const digests = known.size === 0 ? new Map([['', '']]) : known;
  const parameters = {
    ...parametersOf(work, { period, customers, originMs: hourOf(period.from), withUnmeasured: false }),
    known_customers: [...digests.keys()],
    known_digests: [...digests.values()],
  };
  let rows = 0;
  let bytes = 0;
  let isComplete = false;
  for await (const chunk of connection.stream({ what: nameOf(work), query, parameters, signal })) {
    const days: SeriesDay[] = [];
    for (const { text } of chunk) {
      bytes += text.length + 1;
      const day = parseSeriesDay(text);
      if (day === null) isComplete = true;
      else days.push(day);
    }
    rows += days.length;
    onProgress?.({ rows, bytes });
    if (days.length > 0) yield days;
  }
  if (!isComplete) throw withoutEnd(connection, work);
}

const withoutEnd = (connection: Connection, work: ScanWork): TieoutError =>
  new TieoutError('clickhouse.broken_off', {
    message: `The answer of ClickHouse at ${connection.server} ended before its last row during ${nameOf(work)}.`,
    remedy:
      'Nothing was taken from the part that arrived. Pull again; if it happens again, look at proxies between here and the server.',
  });

const nameOf = (work: ScanWork): string =>
  `the query of ${work.meters.length === 1 ? 'meter' : 'meters'} ${work.meters.map((meter) => meter.key).join(', ')}`;

function requirePlanned(scan: UsageScan): PlannedScan {
  if ('work' in scan) return scan as PlannedScan;
  throw new Error('Broken assumption: a scan is read by the source that planned it');
}

/** What is bound rather than written, beside the query in the record of a pull: changing it changes the number. */
function boundValues(work: ScanWork): string {
  if (work.template === 'sql') return '-- bound: from, to';
  const [{ usage }] = work.meters;
  const gap = usage.template === 'counter_checkpoints' ? { max_gap_ms: usage.maxGapMs } : {};
  return `-- bound: from, to; ${JSON.stringify({ ...gap, filter: usage.filter?.values ?? null, hour_ms: HOUR_MS })}`;
}
