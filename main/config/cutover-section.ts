import { isTieoutError } from '../../shared/errors.ts';
import { ROLLUP_METERS, type RollupMeters } from '../../shared/reconciliation/pipelines/rollup.ts';
import type { RollupMode } from '../../shared/reconciliation/pipelines/rollup-facts.ts';
import { type Instant, parseInstant } from '../../shared/values/instant.ts';
import type { EvidenceRole, EvidenceTable } from '../sources/evidence-source.ts';
import type { IntervalSamplesDefinition, UsageDefinition } from '../sources/usage-source.ts';
import { column, identifier, TABLE } from './usage-section.ts';
import type { Field, Section, YamlReader } from './yaml-reader.ts';

/** How a pipeline turns samples into meter events, and where it keeps account of them (docs/cutover.md). */
export type RollupSection = {
  /** Key of the meter whose samples it rolls up. */
  readonly meter: string;
  readonly samples: IntervalSamplesDefinition;
  /** The column of the samples that says when they came. */
  readonly arrived: string | null;
  /** Of customers that the table of customers does not name, or of all. */
  readonly mode: RollupMode;
  readonly meters: RollupMeters;
  readonly billFrom: Instant | null;
  readonly isShadow: boolean;
  /** What the pipeline says that it sent. */
  readonly events: EvidenceTable | null;
  /** How each customer is billed. */
  readonly customers: EvidenceTable | null;
};

/** The pipeline that bills until T, as far as the seam needs it; its tables lie in the workspace's own ClickHouse. */
export type CutoverSection = {
  /** What the old pipeline is called where the authority over billing is set. */
  readonly from: string;
  readonly bucketMs: number;
  readonly settleMs: number;
  /** What the old pipeline billed. */
  readonly billed: EvidenceTable | null;
  /** Runs of machines: measured time. */
  readonly runs: EvidenceTable | null;
};

const QUARTER_MS = 900_000;
const DEFAULT_SETTLE_MS = 1_800_000;

type Role = EvidenceRole;

/** Reads `rollup:` of a pipeline. @param meters the pipeline's own */
export function readRollup(
  reader: YamlReader,
  field: Field | null,
  meters: readonly { readonly key: string; readonly usage: UsageDefinition }[],
): RollupSection | null {
  if (field === null) return null;
  const keys = ['meter', 'arrived', 'mode', 'eventNames', 'billFrom', 'shadow', 'events', 'customers'];
  const section = reader.section(field, keys);
  if (section === null) return null;
  const meterField = section.get('meter');
  const wanted = meterField === null ? null : reader.text(meterField, 'a meter of the pipeline');
  const found = meters.find(({ key, usage }) => (wanted ?? key) === key && usage.template === 'interval_samples');
  if (found === undefined || found.usage.template !== 'interval_samples') {
    reader.problem(
      meterField ?? field,
      'config.invalid_value',
      'A rollup is made of samples, and the pipeline has no such meter of the template interval_samples.',
      'Name a meter of the pipeline whose template is interval_samples.',
    );
    return null;
  }
  const mode = section.get('mode');
  const billFrom = section.get('billFrom');
  const shadow = section.get('shadow');
  const arrived = section.get('arrived');
  return {
    meter: found.key,
    samples: found.usage,
    arrived: arrived === null ? null : column(reader, arrived),
    mode: mode === null ? 'unified' : reader.choice(mode, ['unified', 'legacy'] as const, 'unified'),
    meters: readEventNames(reader, section.get('eventNames')),
    billFrom: billFrom === null ? null : readInstant(reader, billFrom),
    isShadow: shadow === null || reader.flag(shadow),
    events: readTable(reader, section, {
      key: 'events',
      needed: ['id', 'customer', 'meter', 'bucket', 'value', 'state'],
      optional: ['eventAt', 'made', 'attempted', 'sent'],
      within: 'bucket',
      order: ['bucket', 'customer', 'meter', 'made', 'attempted', 'sent', 'value'],
    }),
    customers: readTable(reader, section, {
      key: 'customers',
      needed: ['customer', 'mode'],
      optional: ['provider', 'since'],
      within: 'all',
      order: ['customer', 'since'],
    }),
  };
}

/** Reads `cutover:` of a pipeline. */
export function readCutover(reader: YamlReader, field: Field | null): CutoverSection | null {
  const section = field === null ? null : reader.section(field, ['from', 'bucket', 'settle', 'billed', 'runs']);
  if (section === null) return null;
  const from = section.get('from');
  const bucket = section.get('bucket');
  const settle = section.get('settle');
  const bucketMs = bucket === null ? QUARTER_MS : reader.duration(bucket, { minimumMs: 60_000 });
  if (bucket !== null && 86_400_000 % bucketMs !== 0) {
    reader.problem(bucket, 'config.invalid_value', 'A bucket must divide a day evenly.', 'Use 15m, 1h or the like.');
  }
  return {
    from: from === null ? 'main' : reader.label(from),
    bucketMs,
    settleMs: settle === null ? DEFAULT_SETTLE_MS : reader.duration(settle, { minimumMs: 0 }),
    billed: readTable(reader, section, {
      key: 'billed',
      needed: ['customer', 'from', 'to'],
      optional: ['meter', 'value', 'state', 'eventAt'],
      within: 'from',
      order: ['from', 'customer', 'meter'],
    }),
    runs: readTable(reader, section, {
      key: 'runs',
      needed: ['customer', 'from', 'to', 'memory'],
      optional: ['disk'],
      within: 'running',
      order: ['customer', 'from'],
    }),
  };
}

function readEventNames(reader: YamlReader, field: Field | null): RollupMeters {
  const section = field === null ? null : reader.section(field, ['unified', 'legacy']);
  const unified = section?.get('unified') ?? null;
  const legacy = section?.get('legacy') ?? null;
  const names = {
    unified: unified === null ? ROLLUP_METERS.unified : reader.text(unified, 'an event name'),
    legacy: legacy === null ? ROLLUP_METERS.legacy : reader.text(legacy, 'an event name'),
  };
  if (legacy !== null && !names.legacy.includes('{gb}')) {
    reader.problem(
      legacy,
      'config.invalid_value',
      'The event name of a size has no place for the size.',
      'Write {gb} where it goes, such as sandbox_{gb}gb.',
    );
  }
  return names;
}

function readInstant(reader: YamlReader, field: Field): Instant | null {
  const text = reader.word(field);
  try {
    return parseInstant(text, field.name);
  } catch (error) {
    if (!isTieoutError(error)) throw error;
    reader.problem(
      field,
      'config.invalid_value',
      `"${reader.shown(field)}" is not an instant.`,
      'Write it in UTC, such as 2026-06-15T23:00:00Z.',
    );
    return null;
  }
}

function readTable(
  reader: YamlReader,
  section: Section,
  of: {
    readonly key: string;
    readonly needed: readonly Role[];
    readonly optional: readonly Role[];
  } & Pick<EvidenceTable, 'within' | 'order'>,
): EvidenceTable | null {
  const field = section.get(of.key);
  const own = field === null ? null : reader.section(field, ['table', 'columns']);
  if (own === null) return null;
  const tableField = own.require('table');
  const columnsField = own.require('columns');
  const columns = columnsField === null ? null : reader.section(columnsField, [...of.needed, ...of.optional]);
  const named = (roles: readonly Role[], find: (role: Role) => Field | null): readonly (readonly [Role, string])[] =>
    roles.flatMap((role) => {
      const found = find(role);
      return found === null ? [] : [[role, column(reader, found)] as const];
    });
  return {
    table:
      tableField === null
        ? ''
        : identifier(reader, tableField, TABLE, 'a table name, such as events or billing.events'),
    columns: Object.fromEntries([
      ...named(of.needed, (role) => columns?.require(role) ?? null),
      ...named(of.optional, (role) => columns?.get(role) ?? null),
    ]),
    within: of.within,
    order: of.order,
  };
}
