import { closeSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { FluxFilter } from '../shared/contract/compare-schemas.ts';
import type { FluxBasis } from '../shared/reconciliation/flux/comparison.ts';
import { type ComparisonReport, comparisonCsv } from '../shared/reports/comparison.ts';
import type { Instant } from '../shared/values/instant.ts';
import { parseMonth } from '../shared/values/period.ts';
import { type Comparison, compareMonths } from './api/compare/compare-months.ts';
import { orderFlux } from './api/compare/flux-order.ts';
import { fluxRow, type MaterialitySettings, materialityOf, orderRows, totalsOf } from './api/compare/flux-rows.ts';
import { reconcileSettings } from './api/reconcile/settings.ts';
import { openForReading } from './cache/open-for-reading.ts';
import { readSnapshot } from './cache/snapshot.ts';
import { nowIn, type Workspace } from './compose.ts';
import { exportError, removePartial } from './export/partial-file.ts';

/**
 * Two months of a workspace from its cache; nothing is written.
 * @param options.from, to months, named by the flags that gave them
 * @throws TieoutError `period.*`, `cache.*`
 */
export function compareWorkspace(
  workspace: Workspace,
  options: {
    readonly from: string;
    readonly to: string;
    readonly basis: FluxBasis | null;
    readonly materiality: MaterialitySettings;
    /** Which rows are wanted; the totals are theirs. By default all. */
    readonly filter?: FluxFilter;
    readonly now: () => Instant;
  },
): ComparisonReport {
  const now = nowIn(workspace, options.now);
  const db = openForReading(workspace.paths.databaseFile, now);
  try {
    const request = {
      db,
      settings: reconcileSettings(workspace.config, workspace.links),
      from: parseMonth(options.from, '--month'),
      to: parseMonth(options.to, '--with'),
      basis: options.basis,
      now,
    };
    return comparisonReport(
      readSnapshot(db, () => compareMonths(request)),
      options.materiality,
      options.filter,
    );
  } finally {
    db.close();
  }
}

/** The rows stay columns and are made as they are printed. */
export function comparisonReport(
  comparison: Comparison,
  materiality: MaterialitySettings,
  filter: FluxFilter = {},
): ComparisonReport {
  const isMaterialRow = materialityOf(comparison, materiality);
  const order = orderFlux(comparison, orderRows(comparison), {
    filter,
    sort: { by: 'default', direction: 'ascending' },
    isMaterial: isMaterialRow,
  });
  return {
    summary: comparison.summary,
    materiality,
    totals: totalsOf(comparison, order, isMaterialRow),
    *rows() {
      for (const id of order) yield fluxRow(comparison, id, isMaterialRow(id));
    },
    lacking: comparison.lacking,
  };
}

/**
 * Writes the rows as CSV; the file appears under its name only when it is whole.
 * @returns the rows written
 * @throws TieoutError `export.failed`, `workspace.disk_full`
 */
export function writeComparisonCsv(report: Pick<ComparisonReport, 'summary' | 'rows'>, file: string): number {
  const partial = `${file}.part`;
  let rows = -1;
  let text = '';
  try {
    mkdirSync(dirname(file), { recursive: true });
    const handle = openSync(partial, 'w');
    try {
      for (const line of comparisonCsv(report)) {
        text += line;
        rows += 1;
        if (text.length < FLUSH_CHARACTERS) continue;
        writeFileSync(handle, text);
        text = '';
      }
      writeFileSync(handle, text);
    } finally {
      closeSync(handle);
    }
    renameSync(partial, file);
  } catch (error) {
    removePartial(partial);
    throw exportError(file, error);
  }
  return rows;
}

const FLUSH_CHARACTERS = 256 * 1024;
