import { type Fraction, UNIT_FRACTION } from '../../shared/values/fraction.ts';
import { DAY_MS, HOUR_MS } from '../../shared/values/instant.ts';
import type { Combine, UsageDefinition, UsageFilter } from '../sources/usage-source.ts';
import type { Field, Section, YamlReader } from './yaml-reader.ts';

const TEMPLATES = ['counter_checkpoints', 'interval_samples', 'events', 'active_series', 'sql'] as const;
const AGGREGATES = ['sum', 'count', 'max', 'last', 'distinct'] as const;
const COMBINES = ['sum', 'last', 'max'] as const;

/** metering.md section 1.2: a pair of checkpoints further apart than this is an outage. */
const DEFAULT_MAX_GAP_MS = 120_000;
/** metering.md section 3.1: a bucket is due this long after its end. */
const DEFAULT_GRACE_MS = 600_000;

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,199}$/;
export const TABLE = /^([A-Za-z_][A-Za-z0-9_]{0,199}\.)?[A-Za-z_][A-Za-z0-9_]{0,199}$/;

/** The settings of each template beside `template` and `combine` (interfaces.md section 1). */
const KEYS: Readonly<Record<(typeof TEMPLATES)[number], readonly string[]>> = {
  counter_checkpoints: ['table', 'columns', 'scale', 'maxGap', 'gauge', 'final', 'filter'],
  interval_samples: ['table', 'columns', 'scale', 'bucket', 'grace', 'filter'],
  events: ['table', 'columns', 'aggregate', 'scale', 'filter'],
  active_series: ['table', 'columns', 'end', 'visibility', 'keep', 'filter'],
  sql: ['query', 'scale'],
};

const ALL_KEYS = [...new Set(['template', 'combine', ...Object.values(KEYS).flat()])];

const NOTHING: UsageDefinition = { template: 'sql', query: '', scale: UNIT_FRACTION, combine: 'sum' };

/** Reads `usage:` of a meter, or a meter of a pipeline. */
export function readUsage(reader: YamlReader, field: Field): UsageDefinition {
  const fields = reader.mapping(field);
  if (fields === null) return NOTHING;
  const templateField = fields.get('template');
  if (templateField === undefined) {
    reader.section(field, ALL_KEYS)?.require('template');
    return NOTHING;
  }
  const before = reader.problems.length;
  const template = reader.choice(templateField, TEMPLATES, 'sql');
  if (reader.problems.length > before) return NOTHING;
  const section = reader.section(field, ['template', ...KEYS[template], 'combine']);
  if (section === null) return NOTHING;
  switch (template) {
    case 'counter_checkpoints':
      return readCounter(reader, section);
    case 'interval_samples':
      return readSamples(reader, section);
    case 'events':
      return readEvents(reader, section);
    case 'active_series':
      return readActiveSeries(reader, section);
    case 'sql': {
      const query = section.require('query');
      return {
        template,
        query: query === null ? '' : reader.verbatim(query),
        scale: readScale(reader, section),
        combine: readCombine(reader, section, 'sum'),
      };
    }
  }
}

function readCounter(reader: YamlReader, section: Section): UsageDefinition {
  const columns = readColumns(reader, section, ['customer', 'series', 'at', 'value', 'tiebreak', 'trusted']);
  const gauge = section.get('gauge');
  const final = section.get('final');
  const maxGap = section.get('maxGap');
  return {
    template: 'counter_checkpoints',
    table: readTable(reader, section),
    columns: {
      customer: requiredColumn(reader, columns, 'customer'),
      series: requiredColumns(reader, columns, 'series'),
      at: requiredColumn(reader, columns, 'at'),
      value: requiredColumn(reader, columns, 'value'),
      tiebreak: optionalColumn(reader, columns, 'tiebreak'),
      trusted: optionalColumn(reader, columns, 'trusted'),
    },
    maxGapMs: maxGap === null ? DEFAULT_MAX_GAP_MS : reader.duration(maxGap, { minimumMs: 1 }),
    isGauge: gauge !== null && reader.flag(gauge),
    isFinal: final === null || reader.flag(final),
    filter: readFilter(reader, section),
    scale: readScale(reader, section),
    combine: readIncrementCombine(reader, section, 'counter_checkpoints'),
  };
}

function readSamples(reader: YamlReader, section: Section): UsageDefinition {
  const columns = readColumns(reader, section, ['customer', 'at', 'value', 'interval', 'id', 'tier', 'series']);
  const isSeriesGiven = (columns?.get('series') ?? null) !== null;
  const bucket = section.get('bucket');
  const grace = section.get('grace');
  const bucketMs = bucket === null ? HOUR_MS : reader.duration(bucket, { minimumMs: 1000 });
  if (bucket !== null && bucketMs >= 1000 && DAY_MS % bucketMs !== 0) {
    reader.problem(bucket, 'config.invalid_value', 'A bucket must divide a day evenly.', 'Use 15m, 1h or the like.');
  }
  return {
    template: 'interval_samples',
    table: readTable(reader, section),
    columns: {
      customer: requiredColumn(reader, columns, 'customer'),
      at: requiredColumn(reader, columns, 'at'),
      value: requiredColumn(reader, columns, 'value'),
      interval: requiredColumn(reader, columns, 'interval'),
      id: requiredColumn(reader, columns, 'id'),
      tier: optionalColumn(reader, columns, 'tier'),
      ...(isSeriesGiven ? { series: requiredColumns(reader, columns, 'series') } : {}),
    },
    bucketMs,
    graceMs: grace === null ? DEFAULT_GRACE_MS : reader.duration(grace, { minimumMs: 0 }),
    filter: readFilter(reader, section),
    scale: readScale(reader, section),
    combine: readIncrementCombine(reader, section, 'interval_samples'),
  };
}

function readEvents(reader: YamlReader, section: Section): UsageDefinition {
  const columns = readColumns(reader, section, ['customer', 'at', 'value', 'id', 'key']);
  const aggregateField = section.get('aggregate');
  const aggregate = aggregateField === null ? 'sum' : reader.choice(aggregateField, AGGREGATES, 'sum');
  const usesValue = aggregate === 'sum' || aggregate === 'max' || aggregate === 'last';
  const isDistinct = aggregate === 'distinct';
  for (const [name, isUsed] of [['value', usesValue] as const, ['key', isDistinct] as const]) {
    const given = columns?.get(name) ?? null;
    if (given !== null && !isUsed) {
      reader.warn(
        given,
        'config.invalid_value',
        `The column "${name}" is not used by aggregate: ${aggregate}.`,
        `Leave "${name}" out, or choose another aggregate.`,
      );
    }
  }
  return {
    template: 'events',
    table: readTable(reader, section),
    columns: {
      customer: requiredColumn(reader, columns, 'customer'),
      at: requiredColumn(reader, columns, 'at'),
      value: usesValue ? requiredColumn(reader, columns, 'value') : null,
      id: optionalColumn(reader, columns, 'id'),
      key: isDistinct ? requiredColumn(reader, columns, 'key') : null,
    },
    aggregate,
    filter: readFilter(reader, section),
    scale: readScale(reader, section),
    combine: readCombine(reader, section, aggregate === 'last' || aggregate === 'max' ? aggregate : 'sum'),
  };
}

function readActiveSeries(reader: YamlReader, section: Section): UsageDefinition {
  const columns = readColumns(reader, section, ['customer', 'key', 'at', 'lastSeen', 'visibility', 'deleted']);
  const at = optionalColumn(reader, columns, 'at');
  const lastSeen = optionalColumn(reader, columns, 'lastSeen');
  const columnsField = section.get('columns');
  if (columnsField !== null && columns !== null && (at === null) === (lastSeen === null)) {
    reader.problem(
      columnsField,
      at === null ? 'config.missing_key' : 'config.invalid_value',
      'active_series needs exactly one of the columns "at" (raw reports) and "lastSeen" (a cache).',
      'Give one of the two.',
    );
  }
  const end = section.get('end');
  const keep = section.get('keep');
  const visibilityColumn = optionalColumn(reader, columns, 'visibility');
  const deleted = optionalColumn(reader, columns, 'deleted');
  // Absent where nothing was said, so that a setting that is not used changes no fingerprint.
  return {
    template: 'active_series',
    table: readTable(reader, section),
    columns: {
      customer: requiredColumn(reader, columns, 'customer'),
      key: requiredColumns(reader, columns, 'key'),
      at,
      lastSeen,
      ...(visibilityColumn === null ? {} : { visibility: visibilityColumn }),
      ...(deleted === null ? {} : { deleted }),
    },
    end: end === null ? 'exclusive' : reader.choice(end, ['exclusive', 'inclusive'], 'exclusive'),
    ...(readVisibility(reader, section, visibilityColumn) === 'private' ? { visibility: 'private' as const } : {}),
    ...(keep !== null && reader.flag(keep) ? { keep: true as const } : {}),
    filter: readFilter(reader, section),
    scale: UNIT_FRACTION,
    combine: readIncrementCombine(reader, section, 'active_series'),
  };
}

function readVisibility(reader: YamlReader, section: Section, column: string | null): 'all' | 'private' {
  const field = section.get('visibility');
  const visibility = field === null ? 'all' : reader.choice(field, ['all', 'private'] as const, 'all');
  if (field !== null && visibility === 'private' && column === null) {
    reader.problem(
      field,
      'config.missing_key',
      'visibility: private needs the column that says so.',
      'Name it in columns.visibility; its rows count where it holds the text private.',
    );
  }
  return visibility;
}

function readTable(reader: YamlReader, section: Section): string {
  const field = section.require('table');
  return field === null ? '' : identifier(reader, field, TABLE, 'a table name, such as events or billing.events');
}

function readColumns(reader: YamlReader, section: Section, known: readonly string[]): Section | null {
  const field = section.require('columns');
  return field === null ? null : reader.section(field, known);
}

function requiredColumn(reader: YamlReader, columns: Section | null, key: string): string {
  const field = columns?.require(key) ?? null;
  return field === null ? '' : column(reader, field);
}

function optionalColumn(reader: YamlReader, columns: Section | null, key: string): string | null {
  const field = columns?.get(key) ?? null;
  return field === null ? null : column(reader, field);
}

function requiredColumns(reader: YamlReader, columns: Section | null, key: string): readonly string[] {
  const field = columns?.require(key) ?? null;
  if (field === null) return [];
  const names = reader.texts(field).map((element) => column(reader, element));
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) {
    reader.problem(field, 'config.duplicate', `The column "${repeated}" stands twice in "${key}".`, 'Keep one.');
  }
  return names;
}

export const column = (reader: YamlReader, field: Field): string =>
  identifier(reader, field, IDENTIFIER, 'the name of a column');

/** Names go into SQL quoted, but only plain ones are let in at all. */
export function identifier(reader: YamlReader, field: Field, pattern: RegExp, expected: string): string {
  const before = reader.problems.length;
  const name = reader.text(field, expected);
  if (!pattern.test(name) && reader.problems.length === before) {
    reader.problem(
      field,
      'config.invalid_value',
      `"${reader.shown(field)}" is not ${expected}.`,
      'Use letters, digits and underscores; for anything else make a view, or use template: sql.',
    );
  }
  return name;
}

/** `{ column: status, values: [a, b] }`, or short `{ status: [a, b] }`. */
function readFilter(reader: YamlReader, section: Section): UsageFilter | null {
  const field = section.get('filter');
  const fields = field === null ? null : reader.mapping(field);
  if (field === null || fields === null) return null;
  if (fields.has('column') || fields.has('values')) {
    const parts = reader.section(field, ['column', 'values']);
    const valuesField = parts?.require('values') ?? null;
    return {
      column: requiredColumn(reader, parts, 'column'),
      values: valuesField === null ? [] : filterValues(reader, valuesField),
    };
  }
  const [entry, ...others] = fields;
  if (entry === undefined || others.length > 0 || !IDENTIFIER.test(entry[0])) {
    reader.problem(
      field,
      'config.invalid_value',
      `"${field.name}" must name one column and the values that count.`,
      'Write filter: { column: status, values: [finished] }.',
    );
    return null;
  }
  return { column: entry[0], values: filterValues(reader, entry[1]) };
}

const filterValues = (reader: YamlReader, field: Field): readonly string[] =>
  reader.texts(field).map((element) => reader.word(element));

function readScale(reader: YamlReader, section: Section): Fraction {
  const field = section.get('scale');
  return field === null ? UNIT_FRACTION : reader.fraction(field);
}

function readCombine(reader: YamlReader, section: Section, fallback: Combine): Combine {
  const field = section.get('combine');
  return field === null ? fallback : reader.choice(field, COMBINES, fallback);
}

/** Hours of these templates are increments: any other combination would be a wrong number without a sign of it. */
function readIncrementCombine(reader: YamlReader, section: Section, template: string): Combine {
  const field = section.get('combine');
  const combine = readCombine(reader, section, 'sum');
  if (field !== null && combine !== 'sum') {
    reader.problem(
      field,
      'config.invalid_value',
      `The hours of ${template} are increments, so "${combine}" would lose usage.`,
      'Leave "combine" out, or write combine: sum.',
    );
  }
  return combine;
}
