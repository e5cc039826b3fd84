import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TieoutError } from '../shared/errors.ts';
import type { CellResult } from '../shared/reconciliation/result.ts';
import type { ReconcileSummary } from '../shared/reconciliation/summary.ts';
import { proofSentence } from '../shared/reports/proof.ts';
import { type Instant, instant, parseInstant } from '../shared/values/instant.ts';
import { frameCells } from './api/cells/frame.ts';
import { DEFAULT_SORT, orderCells } from './api/cells/order.ts';
import { openSources, openWorkspace, pull, reconcile } from './compose.ts';
import { exportMonth } from './export.ts';
import type { Progress } from './jobs/job.ts';
import { lateWorkspace } from './late.ts';
import { proveInvoices } from './prove.ts';
import type { PlantedBilling } from './sample/billing-faults.ts';
import { compareBilling, compareLate, compareProof, compareWithPlanted } from './sample/check.ts';
import type { PlantedCell } from './sample/faults.ts';
import { LATE_METERS, LATE_MONTH, plantedLate, writeLateRows } from './sample/late-rows.ts';
import { makeSampleWorkspace, PLANTED_BILLING_FILE, PLANTED_FILE } from './sample/workspace.ts';
import { SAMPLE_MONTHS, SAMPLE_NOW } from './sample/world.ts';

/** The seed of the sample: the same on every machine. */
const SAMPLE_SEED = 20_260_601;

/** An hour after its invoices were finalised. */
const LATE_MONTH_BILLED = parseInstant('2026-05-01T02:01:00Z');

/** Its invoices are drafts still. */
const OPEN_MONTH = SAMPLE_MONTHS[2];

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
  /** The same for what is billed, in cells. */
  readonly billing: { readonly planted: number; readonly found: number };
  /** Cells whose usage came after their month was invoiced. */
  readonly late: { readonly planted: number; readonly month: string };
  /** How many invoice lines come out as they were billed when they are rated again. */
  readonly proof: string;
  /** Planted and not found as planted, or found and not planted; empty when the demo proves itself. */
  readonly mismatches: readonly string[];
};

/**
 * The main job on the sample: makes the workspace, pulls its three months over the real path, ties them out, exports
 * them, proves the invoices, and checks that exactly the planted faults were found.
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
  const pullAll = async (
    pulled: readonly string[],
    of: { readonly meters?: readonly string[]; readonly at: Instant },
  ): Promise<void> => {
    const sources = await openSources(workspace);
    const { meters } = of;
    try {
      for (const month of pulled) {
        await pull(
          { ...workspace, fixedNow: of.at },
          { month, meters, skipIdle: false, hourly: 'drifting' },
          {
            now,
            signal,
            command: 'demo',
            sources,
            onProgress: (at) => onProgress({ step: `pulling ${month}`, done: at.done, total: at.total, unit: at.unit }),
          },
        );
      }
    } finally {
      await sources.close();
    }
  };
  // The month was looked at when it had just been invoiced; what came after that is late.
  await pullAll([LATE_MONTH], { meters: LATE_METERS, at: LATE_MONTH_BILLED });
  onProgress({ step: 'checkpoints that come late', done: 0, total: null, unit: '' });
  await writeLateRows(folder, made.customers, signal);
  await pullAll(SAMPLE_MONTHS, { at: instant(SAMPLE_NOW) });
  for (const month of SAMPLE_MONTHS) {
    options.onProgress({ step: `tying out ${month}`, done: 0, total: null, unit: '' });
    const frame = await reconcile(workspace, { month }, { now, command: 'demo' });
    const csv = join(workspace.paths.exportsFolder, `${month}.csv`);
    await exportMonth(workspace, { month, file: csv, filter: {}, now, onProgress: () => {} });
    const rows = [...frameCells(frame, orderCells(frame, {}, DEFAULT_SORT))];
    months.push({ month, summary: frame.summary, rows, csv });
  }
  const planted = JSON.parse(readFileSync(join(folder, PLANTED_FILE), 'utf8')) as readonly PlantedCell[];
  const billing = JSON.parse(readFileSync(join(folder, PLANTED_BILLING_FILE), 'utf8')) as readonly PlantedBilling[];
  options.onProgress({ step: 'proving the invoices', done: 0, total: null, unit: '' });
  const report = proveInvoices(workspace, { month: null, now });
  const offUsage = compareWithPlanted(planted, months);
  const offBilling = compareBilling(billing, months, OPEN_MONTH);
  const lateUsage = plantedLate(made.customers);
  const late = lateWorkspace(workspace, { month: LATE_MONTH, engine: 'delta' }, { now });
  const notFound = (mismatches: readonly string[]): number =>
    mismatches.filter((mismatch) => mismatch.startsWith('not found')).length;
  return {
    folder,
    rows: made.rows,
    events: made.events,
    months,
    planted: planted.length,
    found: planted.length - notFound(offUsage),
    billing: { planted: billing.length, found: billing.length - notFound(offBilling) },
    late: { planted: lateUsage.length, month: LATE_MONTH },
    proof: proofSentence(report.proof),
    mismatches: [
      ...offUsage,
      ...offBilling,
      ...compareProof(billing, report),
      ...compareLate(lateUsage, late.month.entries),
    ],
  };
}

const cancelledDemo = (): TieoutError =>
  new TieoutError('pull.cancelled', {
    message: 'The demo was cancelled; its sample is not complete.',
    remedy: 'Run it again when it suits; it starts anew in the same folder.',
  });
