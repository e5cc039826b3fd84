import type { CellResult, ExitCode } from '../reconciliation/result.ts';
import type { ReconcileSummary } from '../reconciliation/summary.ts';
import { type ReportRow, reportRow } from './cell-row.ts';
import type { CompletenessDocument } from './completeness.ts';

/** Pieces are handed on once they are this long, so that a million rows never stand in one string. */
const FLUSH_CHARACTERS = 256 * 1024;

/**
 * The document of `tieout reconcile --json` (interfaces.md section 2) in pieces: one row a line, keys in the published
 * order. The pieces joined are one JSON document.
 * @param rows in the published order
 * @param exit with `--strict` taken into account
 * @param rowOf a row of the document; shadow mode adds fields to it
 * @param completeness of the usage, meter by meter; follows the published keys, and is left out where it is empty
 * @param more what follows the published keys beside it: `series` of the meters that keep them, `quality` of the data
 */
export function* reconciliationJson(
  summary: ReconcileSummary,
  rows: Iterable<CellResult>,
  exit: ExitCode,
  completeness: readonly CompletenessDocument[] = [],
  rowOf: (row: CellResult) => ReportRow = reportRow,
  more: Readonly<Record<string, unknown>> = {},
): Generator<string> {
  let text = head(summary);
  let isFirst = true;
  for (const row of rows) {
    text += `${isFirst ? '\n' : ',\n'}    ${JSON.stringify(rowOf(row))}`;
    isFirst = false;
    if (text.length >= FLUSH_CHARACTERS) {
      yield text;
      text = '';
    }
  }
  const added = Object.entries({ completeness, ...more }).filter(([, value]) => hasContent(value));
  const tail = added.map(([key, value]) => `,\n  ${JSON.stringify(key)}: ${JSON.stringify(value)}`).join('');
  yield `${text}${isFirst ? '' : '\n  '}],\n  "exit": ${exit}${tail}\n}\n`;
}

const hasContent = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0);

function head(summary: ReconcileSummary): string {
  const { workspace, month, period, asOf } = summary;
  const totals = {
    cells: summary.cells,
    byVerdict: summary.byVerdict,
    structural: summary.structural,
    skippedIdle: summary.skippedIdle,
    unconfiguredMeters: summary.unconfiguredMeters,
    money: summary.money,
  };
  const fields = { workspace, month, period, asOf, totals, incidents: summary.causes.incidents };
  const lines = Object.entries(fields).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  return `{\n  "tieout": 1,\n  "kind": "reconciliation",\n${lines.join('\n')}\n  "rows": [`;
}
