import type { FluxListRequest } from '../../shared/contract/compare-schemas.ts';
import type { RemedyFileRequest } from '../../shared/contract/incident-schemas.ts';
import type { InvoicesExportRequest } from '../../shared/contract/invoice-schemas.ts';
import type { DryRunRequest, ProveRequest } from '../../shared/contract/meter-schemas.ts';
import type { CutoverReportRequest } from '../../shared/contract/pipelines-schemas.ts';
import type { ExportFormat, Job } from '../../shared/contract/schemas.ts';
import type { ErrorDocument } from '../../shared/errors.ts';

/** What a worker thread is asked to do. Plain data: it crosses a thread. */
export type JobTask =
  | {
      readonly kind: 'pull';
      readonly folder: string;
      readonly month: string;
      readonly meters: readonly string[] | null;
      readonly customers: readonly string[] | null;
      readonly skipIdle: boolean;
      readonly hourly: 'drifting' | 'all';
      /** Hours to compute alone. */
      readonly slice?: { readonly from: string; readonly to: string };
      readonly now: number | null;
    }
  | { readonly kind: 'reconcile'; readonly folder: string; readonly month: string; readonly now: number | null }
  | {
      readonly kind: 'export';
      readonly folder: string;
      readonly month: string;
      readonly filter: string;
      /** Of the cells; absent: CSV. */
      readonly format?: ExportFormat;
      /** The corrections of late usage by this engine, instead of the cells. */
      readonly lateEngine?: 'delta' | 'period_preserving';
      /** What changed to another month, instead of the cells. */
      readonly comparison?: ComparisonTask;
      /** A file that mends an incident, instead of the cells. */
      readonly remedy?: Omit<RemedyFileRequest, 'month'>;
      /** Plan and seam of a cutover, instead of the cells. */
      readonly cutover?: CutoverReportRequest;
      /** The invoices of the month, instead of the cells. */
      readonly invoices?: Omit<InvoicesExportRequest, 'month'>;
      readonly now: number | null;
    }
  | {
      readonly kind: 'dry_run';
      readonly folder: string;
      readonly month: string;
      readonly request: DryRunRequest;
      readonly now: number | null;
    }
  | { readonly kind: 'prove'; readonly folder: string; readonly request: ProveRequest; readonly now: number | null }
  | { readonly kind: 'demo'; readonly folder: string; readonly now: number | null };

/** The month to compare with, and the rows that are wanted. */
export type ComparisonTask = Omit<FluxListRequest, 'from' | 'sort' | 'offset' | 'limit'>;

/** Where a piece of work stands. `total` is null while it is unknown. */
export type Progress = {
  readonly step: string;
  readonly done: number;
  readonly total: number | null;
  readonly unit: string;
};

export type JobResult = {
  readonly summary: string;
  readonly output: string | null;
  /** What the work found, for whoever asks for it by the job's id. Plain data. */
  readonly value?: unknown;
};

export type FromWorker =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'done'; readonly result: JobResult }
  | { readonly type: 'failed'; readonly error: ErrorDocument };

export type ToWorker = { readonly type: 'cancel' };

export const FINAL_STATES: readonly Job['state'][] = ['cancelled', 'failed', 'done'];
export const isFinal = (job: Job): boolean => FINAL_STATES.includes(job.state);
