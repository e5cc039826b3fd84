import { assert, TieoutError } from '../../../shared/errors.ts';
import type { EvidenceHour, SeriesDay, UsageCell, UsageEvidence, UsageHour } from '../usage-source.ts';

/** A row of cells.sql: one meter of one customer. */
type CellRow = readonly [
  meter: number,
  customer: string,
  hours: readonly number[],
  wholes: readonly number[],
  fracs: readonly number[],
  odd: readonly (readonly [hour: number, text: string])[],
  evidence: readonly string[],
  evidenceHours: readonly (readonly [hour: number, figures: readonly string[]])[],
];

/** How the meters of a scan, as the answer numbers them, stand in the meters that were asked for. */
export type CellReading = {
  readonly meters: readonly { readonly index: number; readonly key: string; readonly isUnbucketed: boolean }[];
  /** Names of the figures of the evidence, per meter of the scan. */
  readonly evidence: readonly (readonly string[])[];
};

const LAST_ROW = 65_535;

/** @returns the cell, or null for the last row, which holds none. @throws TieoutError `clickhouse.bad_answer` */
export function parseCell(text: string, reading: CellReading): UsageCell | null {
  const [rank, customer, hours, wholes, fracs, odd, figures, hourlyFigures] = parseRow<CellRow>(text);
  if (rank === LAST_ROW) return null;
  const meter = reading.meters[rank];
  assert(meter !== undefined, `the answer numbers its meters as the scan does, not ${rank}`);
  const names = reading.evidence[rank] ?? [];
  const cell = {
    meter: meter.index,
    customer,
    hours:
      odd.length === 0 ? plainHours(hours, wholes, fracs) : oddHours({ hours, wholes, fracs, odd, key: meter.key }),
    evidence: figures.length === 0 ? null : namedFigures(names, figures),
    ...(hourlyFigures.length === 0 ? {} : { evidenceHours: evidenceHours(names, hourlyFigures) }),
  };
  return meter.isUnbucketed ? { ...cell, isUnbucketed: true } : cell;
}

/** A row of series-seen.sql: the series of one customer that were last active on one day. */
type SeriesRow = readonly [
  rank: number,
  customer: string,
  day: number,
  digest: string,
  series: readonly (readonly [series: string, seenAt: number | null, isPrivate: number])[],
];

/** @returns null for the last row, which holds none. @throws TieoutError `clickhouse.broken_off` */
export function parseSeriesDay(text: string): SeriesDay | null {
  const [rank, customer, , digest, found] = parseRow<SeriesRow>(text);
  if (rank !== 0) return null;
  const series = found.map(([name, seenAt, isPrivate]) => ({
    series: name,
    seenAt,
    isPrivate: isPrivate === 1,
  }));
  return { customer, digest, series };
}

function parseRow<Row>(text: string): Row {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TieoutError('clickhouse.broken_off', {
      message: 'The answer of ClickHouse broke off: a row of it is not complete.',
      remedy: 'Nothing was taken from the part that arrived. Pull again; if it happens again, see the server log.',
      cause,
    });
  }
}

function plainHours(hours: readonly number[], wholes: readonly number[], fracs: readonly number[]): UsageHour[] {
  const { length } = hours;
  const result = new Array<UsageHour>(length);
  const isWhole = fracs.length === 0;
  for (let i = 0; i < length; i += 1) {
    result[i] = { hour: hours[i] as number, whole: wholes[i] as number, frac: isWhole ? 0 : (fracs[i] as number) };
  }
  return result;
}

function oddHours(row: {
  readonly hours: readonly number[];
  readonly wholes: readonly number[];
  readonly fracs: readonly number[];
  readonly odd: readonly (readonly [hour: number, text: string])[];
  readonly key: string;
}): UsageHour[] {
  const texts = new Map(row.odd);
  return plainHours(row.hours, row.wholes, row.fracs).map((plain) => {
    const text = texts.get(plain.hour);
    if (text === undefined) return plain;
    const rest = text.slice(1);
    if (text.startsWith('=')) return { ...plain, whole: BigInt(rest) };
    if (text.startsWith('@')) throw outside(rest, row.key);
    return { ...plain, invalid: rest };
  });
}

const outside = (bucket: string, key: string): TieoutError =>
  new TieoutError('clickhouse.query_failed', {
    message: `The query of meter ${key} returned the bucket ${bucket}, which lies outside the period that was asked for.`,
    remedy: 'Restrict the query to rows with at >= {from:DateTime} AND at < {to:DateTime}, and bucket in UTC.',
  });

const evidenceHours = (
  names: readonly string[],
  hours: readonly (readonly [hour: number, figures: readonly string[]])[],
): readonly EvidenceHour[] => hours.map(([hour, figures]) => ({ hour, figures: namedFigures(names, figures) }));

function namedFigures(names: readonly string[], figures: readonly string[]): UsageEvidence {
  return Object.fromEntries(names.map((name, i) => [name, figures[i] ?? '0']));
}
