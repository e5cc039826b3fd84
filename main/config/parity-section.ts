import { DEFAULT_PARITY, type ParityRules } from '../../shared/reconciliation/pipelines/parity-rules.ts';
import { compare, type Decimal, ONE } from '../../shared/values/decimal.ts';
import type { Field, YamlReader } from './yaml-reader.ts';

const KEYS = ['tolerance', 'material', 'floor', 'customers', 'consecutive', 'grace', 'soak', 'only'] as const;
const MOST_HOURS = 744;

/** Reads `parity:` of the workspace, or of one pipeline over it; what is left out has the value of `base`. */
export function readParity(reader: YamlReader, field: Field | null, base: ParityRules = DEFAULT_PARITY): ParityRules {
  const section = field === null ? null : reader.section(field, KEYS);
  if (section === null) return base;
  const given = <T>(key: (typeof KEYS)[number], fallback: T, read: (found: Field) => T): T => {
    const found = section.get(key);
    return found === null ? fallback : read(found);
  };
  const whole = (maximum: number) => (found: Field) => reader.integer(found, { minimum: 1, maximum });
  return {
    tolerance: given('tolerance', base.tolerance, (found) => readShare(reader, found)),
    alertShare: given('material', base.alertShare, (found) => readShare(reader, found)),
    floor: given('floor', base.floor, (found) => reader.decimal(found)),
    minimumCustomers: given('customers', base.minimumCustomers, whole(1_000_000)),
    consecutive: given('consecutive', base.consecutive, whole(MOST_HOURS)),
    graceMs: given('grace', base.graceMs, (found) => reader.duration(found, { minimumMs: 0 })),
    requiredHours: given('soak', base.requiredHours, whole(MOST_HOURS)),
    only: given('only', base.only, (found) => readOnly(reader, found)),
  };
}

function readShare(reader: YamlReader, field: Field): Decimal {
  const share = reader.decimal(field);
  if (compare(share, ONE) > 0) {
    reader.problem(
      field,
      'config.invalid_value',
      `"${reader.shown(field)}" is above 1, and "${field.name}" is a share.`,
      'Write a share from 0 to 1, such as "0.02" for two percent.',
    );
  }
  return share;
}

function readOnly(reader: YamlReader, field: Field): ParityRules['only'] {
  const section = reader.section(field, ['metadata', 'values']);
  const metadata = section?.require('metadata') ?? null;
  const values = section?.require('values') ?? null;
  if (metadata === null || values === null) return null;
  return {
    metadata: reader.text(metadata, 'a metadata key'),
    values: reader.texts(values).map((value) => reader.text(value)),
  };
}
