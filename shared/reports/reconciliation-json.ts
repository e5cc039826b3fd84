import type { CellResult, ExitCode } from '../reconciliation/result.ts';
import type { ReconcileSummary } from '../reconciliation/summary.ts';
import { reportRow } from './cell-row.ts';

/** Pieces are handed on once they are this long, so that a million rows never stand in one string. */
const FLUSH_CHARACTERS = 256 * 1024;

/**
 * The document of `tieout reconcile --json` (interfaces.md section 2) in pieces: one row a line, keys in the published
 * order. The pieces joined are one JSON document.
 * @param rows in the published order
 * @param exit with `--strict` taken into account
 */
export function* reconciliationJson(
  summary: ReconcileSummary,
  rows: Iterable<CellResult>,
  exit: ExitCode,
): Generator<string> {
  let text = head(summary);
  let isFirst = true;
  for (const row of rows) {
    text += `${isFirst ? '\n' : ',\n'}    ${JSON.stringify(reportRow(row))}`;
    isFirst = false;
    if (text.length >= FLUSH_CHARACTERS) {
      yield text;
      text = '';
    }
  }
  yield `${text}${isFirst ? '' : '\n  '}],\n  "exit": ${exit}\n}\n`;
}

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
  const fields = { workspace, month, period, asOf, totals, incidents: [] };
  const lines = Object.entries(fields).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  return `{\n  "tieout": 1,\n  "kind": "reconciliation",\n${lines.join('\n')}\n  "rows": [`;
}
