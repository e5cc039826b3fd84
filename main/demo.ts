import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TieoutError } from '../shared/errors.ts';
import type { CellResult } from '../shared/reconciliation/result.ts';
import type { ReconcileSummary } from '../shared/reconciliation/summary.ts';
import { instant } from '../shared/values/instant.ts';
import { frameCells } from './api/cells/frame.ts';
import { DEFAULT_SORT, orderCells } from './api/cells/order.ts';
import { openSources, openWorkspace, pull, reconcile } from './compose.ts';
import { exportMonth } from './export.ts';
import type { Progress } from './jobs/job.ts';
import type { PlantedCell } from './sample/faults.ts';
import { makeSampleWorkspace, PLANTED_FILE } from './sample/workspace.ts';
import { SAMPLE_MONTHS, SAMPLE_NOW } from './sample/world.ts';

/** The seed of the sample: the same on every machine. */
const SAMPLE_SEED = 20_260_601;

export type DemoMonth = {
  readonly month: string;
  readonly summary: ReconcileSummary;
  readonly rows: readonly CellResult[];
  readonly csv: string;
};

export type DemoResult = {
  readonly folder: string;
  readonly rows: number;
  readonly events: { readonly loaded: number; readonly rejected: number; readonly posted: number };
  readonly months: readonly DemoMonth[];
  readonly planted: number;
  readonly found: number;
  /** Planted and not found as planted, or found and not planted; empty when the demo proves itself. */
  readonly mismatches: readonly string[];
};

/**
 * The main job on the sample: makes the workspace, pulls its three months over the real path, ties them out, exports
 * them, and checks that exactly the planted faults were found.
 */
export async function runDemo(
  folder: string,
  options: { readonly scale: number; readonly signal: AbortSignal; readonly onProgress: (progress: Progress) => void },
): Promise<DemoResult> {
  const { signal, onProgress } = options;
  const made = await makeSampleWorkspace(
    folder,
    { seed: SAMPLE_SEED, scale: options.scale },
    { signal, onStep: onProgress },
  ).catch((error: unknown) => {
    throw signal.aborted ? cancelledDemo() : error;
  });
  const workspace = openWorkspace(folder, process.env);
  const now = () => instant(SAMPLE_NOW);
  const months: DemoMonth[] = [];
  const sources = await openSources(workspace);
  try {
    for (const month of SAMPLE_MONTHS) {
      await pull(
        workspace,
        { month, skipIdle: false, hourly: 'drifting' },
        {
          now,
          signal: options.signal,
          command: 'demo',
          sources,
          onProgress: (at) =>
            options.onProgress({ step: `pulling ${month}`, done: at.done, total: at.total, unit: at.unit }),
        },
      );
    }
  } finally {
    await sources.close();
  }
  for (const month of SAMPLE_MONTHS) {
    options.onProgress({ step: `tying out ${month}`, done: 0, total: null, unit: '' });
    const frame = await reconcile(workspace, { month }, { now, command: 'demo' });
    const csv = join(workspace.paths.exportsFolder, `${month}.csv`);
    await exportMonth(workspace, { month, file: csv, filter: {}, now, onProgress: () => {} });
    const rows = [...frameCells(frame, orderCells(frame, {}, DEFAULT_SORT))];
    months.push({ month, summary: frame.summary, rows, csv });
  }
  const planted = JSON.parse(readFileSync(join(folder, PLANTED_FILE), 'utf8')) as readonly PlantedCell[];
  const mismatches = compareWithPlanted(planted, months);
  return {
    folder,
    rows: made.rows,
    events: made.events,
    months,
    planted: planted.length,
    found: planted.length - mismatches.filter((mismatch) => mismatch.startsWith('not found')).length,
    mismatches,
  };
}

const cancelledDemo = (): TieoutError =>
  new TieoutError('pull.cancelled', {
    message: 'The demo was cancelled; its sample is not complete.',
    remedy: 'Run it again when it suits; it starts anew in the same folder.',
  });

/** Every planted cell must come out with its verdict, and every other cell must agree. */
export function compareWithPlanted(
  planted: readonly PlantedCell[],
  months: readonly { readonly month: string; readonly rows: readonly CellResult[] }[],
): readonly string[] {
  const expected = new Map(planted.map((cell) => [keyOf(cell.month, cell), cell]));
  const mismatches: string[] = [];
  for (const { month, rows } of months) {
    for (const row of rows) {
      const key = keyOf(month, row);
      const cell = expected.get(key);
      const isPlain = row.verdict === 'agree' || row.verdict === 'agree_zero';
      if (cell === undefined && isPlain) continue;
      if (cell === undefined)
        mismatches.push(`not planted: ${month} ${row.meter} ${row.name ?? row.usageId} is ${row.verdict}`);
      else if (cell.verdict === row.verdict) expected.delete(key);
    }
  }
  for (const cell of expected.values()) {
    mismatches.push(
      `not found: ${cell.month} ${cell.meter} ${cell.usageId ?? cell.customer} should be ${cell.verdict} (${cell.story})`,
    );
  }
  return mismatches;
}

/** A cell is known by its customer, or by its usage id where no customer is known. */
const keyOf = (
  month: string,
  cell: { readonly meter: string; readonly customer: string | null; readonly usageId: string | null },
): string => JSON.stringify([month, cell.meter, cell.customer ?? `usage:${cell.usageId}`]);
