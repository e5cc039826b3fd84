import type { UsageDefinition } from '../usage-source.ts';
import type { NumberType } from './column-types.ts';
import { storedColumns } from './expressions.ts';
import { exponentOf, type ScanMeter } from './scan-plan.ts';
import { sqlFile } from './sql-file.ts';

const cells = sqlFile('cells');

/** A query and the names of the figures in the `evidence` column, per meter of the scan. */
export type Composed = { readonly query: string; readonly evidence: readonly (readonly string[])[] };

/** Key in the evidence, and the column of `hourly` that it adds up. */
export type Evidence = readonly (readonly [key: string, column: string])[];

/** The part that all templates share: from hours in native units to cells on the wire. */
export function composeCells(parts: {
  readonly hourly: string;
  readonly meters: readonly ScanMeter<UsageDefinition>[];
  readonly numbers: readonly NumberType[];
  readonly evidence: readonly Evidence[];
}): Composed {
  const columns = [...new Set(parts.evidence.flatMap((facts) => facts.map(([, column]) => column)))];
  const ranks = parts.meters.map((_, i) => i);
  const query = cells({
    hourly: parts.hourly,
    evidence_names: columns.join(', '),
    evidence_any: `greatest(${columns.map((column) => `${column} != 0`).join(', ')}, 0)`,
    evidence_texts: columns.map((column) => `toString(${column})`).join(', '),
    evidence_sums: columns.map((column) => `toString(sum(${column})) AS fact_${column}`).join(', '),
    stored: ranks
      .map((i) =>
        storedColumns(
          i,
          parts.numbers[i] as NumberType,
          exponentOf((parts.meters[i] as ScanMeter<UsageDefinition>).usage),
        ),
      )
      .join(',\n           '),
    cell_names: ranks.map((i) => `c${i}`).join(', '),
    meter_cells: ranks
      .map((i) => {
        const named = (parts.evidence[i] ?? []).map(([, column]) => column);
        const facts = named.map((column) => `fact_${column}`);
        const texts = named.map((column) => `h.2[${columns.indexOf(column) + 1}]`);
        return `(toUInt16(${i}), hours.${i + 2}, [${facts.join(', ')}], arrayMap(h -> (h.1, [${texts.join(', ')}]), fact_hours))`;
      })
      .join(', '),
  });
  return { query, evidence: parts.evidence.map((facts) => facts.map(([key]) => key)) };
}
