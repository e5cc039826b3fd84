import type { QualitySettings } from '../../../shared/reconciliation/quality/settings.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import { type MonthKey, parseMonth } from '../../../shared/values/period.ts';
import type { Db } from '../../cache/open.ts';
import { inputDigest } from '../reconcile/reconcile-month.ts';
import { reconcileAndSave, type SavedRun, storedRun } from '../reconcile/save-run.ts';
import type { ReconcileSettings } from '../reconcile/settings.ts';
import { buildFrame, type MonthFrame } from './frame.ts';
import { OrderCache } from './window.ts';

/** What the months and cells of a workspace are answered from. */
export type MonthsContext = {
  readonly db: Db;
  readonly settings: ReconcileSettings;
  /** What the data of a month may be like. */
  readonly quality: QualitySettings;
  readonly toolVersion: string;
  readonly now: () => Instant;
  /** Whether runs may be stored: this process writes the workspace. */
  readonly canStore: boolean;
  readonly frames: FrameCache;
};

/** A month with its cells and the orders made of them. */
export type OpenMonth = { readonly frame: MonthFrame; readonly orders: OrderCache };

const MAX_FRAMES = 2;

/** The months looked at last, with all their cells: about 80 bytes a cell. One that was computed from older pulls is dropped. */
export class FrameCache {
  readonly #months = new Map<string, OpenMonth & { readonly digest: string }>();

  open(context: MonthsContext, month: string): OpenMonth {
    const request = requestOf(context, month);
    const digest = inputDigest(request, context.toolVersion);
    const known = this.#months.get(month);
    if (known?.digest === digest) {
      this.#months.delete(month);
      this.#months.set(month, known);
      return known;
    }
    this.#months.delete(month);
    for (const oldest of this.#months.keys()) {
      if (this.#months.size < MAX_FRAMES) break;
      this.#months.delete(oldest);
    }
    const frame = buildFrame(request, { canStore: context.canStore });
    const opened = { frame, orders: new OrderCache(), digest };
    this.#months.set(month, opened);
    return opened;
  }

  /** Does a part of what will be asked next of the month looked at last. @returns false where nothing is left to do */
  prepare(): boolean {
    const last = [...this.#months.values()].at(-1);
    return last?.orders.prepare(last.frame) === true;
  }

  /** Forgets everything: another workspace was opened, or its file changed. */
  clear(): void {
    this.#months.clear();
  }
}

/** The sums of a month; a stored run of the same input is reused, so that many months are shown at once. */
export function savedRun(context: MonthsContext, month: string): SavedRun {
  return reconcileAndSave(requestOf(context, month), { storing: context.canStore ? 'exceptions' : 'none' });
}

/** The same with what the hours tell of the causes: of a stored run, or of the month as it is opened. */
export const toldRun = (context: MonthsContext, month: string): Pick<SavedRun, 'summary' | 'run'> =>
  storedRun(requestOf(context, month)) ?? context.frames.open(context, month).frame;

const requestOf = (context: MonthsContext, month: string) => ({
  db: context.db,
  settings: context.settings,
  month: parseMonth(month) as MonthKey,
  now: context.now(),
  toolVersion: context.toolVersion,
});
