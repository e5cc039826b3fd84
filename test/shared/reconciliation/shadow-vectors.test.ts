import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ShadowRow, shadowReport, shadowVerdict } from '../../../shared/reconciliation/shadow-report.ts';
import { parseDecimal } from '../../../shared/values/decimal.ts';

type Row = {
  clickhouse: string | null;
  stripe: string | null;
  meter_exists: boolean;
  tolerance: string;
  max_lag_s: string | number;
  evidence?: { clickhouse_at_hour_start: string; clickhouse_at_hour_end: string; held_age_s: string | number };
};

const load = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../vectors/metering/${name}.json`), 'utf8')) as {
    cases: { id: string; title: string; input: unknown; expected: Record<string, unknown> }[];
  };

const toRow = (row: Row): ShadowRow => ({
  measured: row.clickhouse,
  metered: row.stripe,
  meterExists: row.meter_exists,
  relativeTolerance: parseDecimal(row.tolerance),
  stalenessMs: Number(row.max_lag_s) * 1000,
  held:
    row.evidence === undefined
      ? null
      : {
          atHourStart: row.evidence.clickhouse_at_hour_start,
          atHourEnd: row.evidence.clickhouse_at_hour_end,
          ageMs: Number(row.evidence.held_age_s) * 1000,
        },
});

/** metering.md says `missing_clickhouse` for what interfaces.md calls `missing_usage`. */
const inVectorWords = (verdict: string): string => (verdict === 'missing_usage' ? 'missing_clickhouse' : verdict);

describe('shadow-row', () => {
  test.each(load('shadow-row').cases)('$id: $title', ({ input, expected }) => {
    const found = shadowVerdict(toRow(input as Row));
    expect({
      verdict: inVectorWords(found.verdict),
      structural: found.isStructural,
      upstream_ok: found.upstreamOk,
      diff: found.difference,
    }).toEqual(expected);
  });
});

describe('shadow-report', () => {
  test.each(load('shadow-report').cases)('$id: $title', ({ input, expected }) => {
    const { rows, strict } = input as { rows: Row[]; strict: boolean };
    const found = shadowReport(rows.map(toRow), strict);
    expect({
      verdicts: found.rows.map(({ verdict }) => inVectorWords(verdict)),
      structural: found.structural,
      stale: found.stale,
      upstream_drifted: found.upstreamDrifted,
      exit_code: found.exit,
    }).toEqual(expected);
  });
});
