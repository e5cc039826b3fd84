import type { Fault } from './faults.ts';

/** A user beside the owner's own. `readonly` as ClickHouse means it: 0 all, 1 reads without settings, 2 reads with settings. */
export type EmbeddedUser = { readonly name: string; readonly password: string; readonly readonly: 0 | 1 | 2 };

/** What the owner tells the child once, over the IPC channel (never by argument or environment: it holds passwords). */
export type StartOrder = {
  readonly kind: 'start';
  /** Where the engine keeps its data. */
  readonly dataFolder: string;
  /** True where the child has to remove `dataFolder` when its owner dies. */
  readonly isTemporary: boolean;
  /** A folder of Parquet and CSV files to show as tables, or null. */
  readonly filesFolder: string | null;
  /** 0 = any free one. */
  readonly port: number;
  readonly users: readonly EmbeddedUser[];
  readonly memoryLimitBytes: number;
  readonly fault: Fault | null;
};

export type Order =
  | StartOrder
  | { readonly kind: 'fault'; readonly id: number; readonly fault: Fault | null }
  | { readonly kind: 'stop' };

export type Report =
  | { readonly kind: 'ready'; readonly port: number; readonly version: string; readonly timezone: string }
  | { readonly kind: 'failed'; readonly reason: FailureReason; readonly message: string }
  | { readonly kind: 'fault_set'; readonly id: number };

/** `missing`: no chdb for this platform. `engine`: it does not open the data folder. `files`: a file that cannot be shown. */
export type FailureReason = 'missing' | 'engine' | 'files' | 'port' | 'other';
