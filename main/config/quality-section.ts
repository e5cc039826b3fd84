import { QUALITY_CHECKS, type QualityCheck } from '../../shared/reconciliation/quality/finding.ts';
import { type Bounds, DEFAULT_QUALITY, type QualitySettings } from '../../shared/reconciliation/quality/settings.ts';
import { compare, ONE } from '../../shared/values/decimal.ts';
import type { Field, YamlReader } from './yaml-reader.ts';

/**
 * Reads `quality:`. Per check either `off`, or the shares above which a finding is a warning and a failure; what is
 * left out has its default (docs/data-quality.md).
 */
export function readQuality(reader: YamlReader, field: Field | null): QualitySettings {
  const section = field === null ? null : reader.section(field, [...QUALITY_CHECKS, 'clockSkew']);
  if (section === null) return DEFAULT_QUALITY;
  const checks = Object.fromEntries(
    QUALITY_CHECKS.map((check) => {
      const found = section.get(check);
      return [check, found === null ? DEFAULT_QUALITY.checks[check] : readCheck(reader, found, check)];
    }),
  ) as Record<QualityCheck, Bounds | null>;
  const skew = section.get('clockSkew');
  return {
    checks,
    clockSkewMs: skew === null ? DEFAULT_QUALITY.clockSkewMs : reader.duration(skew, { minimumMs: 0 }),
  };
}

function readCheck(reader: YamlReader, field: Field, check: QualityCheck): Bounds | null {
  if (reader.isWord(field, 'off')) return null;
  const section = reader.section(field, ['warning', 'failed']);
  const base = DEFAULT_QUALITY.checks[check] ?? { warning: ONE, failed: ONE };
  const bound = (key: 'warning' | 'failed') => {
    const found = section?.get(key) ?? null;
    if (found === null) return base[key];
    const share = reader.decimal(found);
    if (compare(share, ONE) > 0) {
      reader.problem(
        found,
        'config.invalid_value',
        `"${reader.shown(found)}" is above 1, and "${key}" is a share.`,
        'Write a share from 0 to 1, such as "0.01" for one percent.',
      );
    }
    return share;
  };
  const bounds = { warning: bound('warning'), failed: bound('failed') };
  // A bound that is given alone moves the other one along rather than contradicting it.
  if (compare(bounds.warning, bounds.failed) <= 0) return bounds;
  if (section?.get('failed') === null) return { ...bounds, failed: bounds.warning };
  if (section?.get('warning') === null) return { ...bounds, warning: bounds.failed };
  reader.problem(
    field,
    'config.invalid_value',
    `"${field.name}" would fail before it warns.`,
    'Give "failed" a share that is not below "warning".',
  );
  return bounds;
}
