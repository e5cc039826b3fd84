import type { FluxBasis } from '../../../shared/reconciliation/flux/comparison.ts';
import { parseMonth } from '../../../shared/values/period.ts';
import { pullsInForceKey } from '../../cache/pull-store.ts';
import { recordedKey } from '../../cache/rating-run-store.ts';
import { digestOf } from '../../cache/run-digest.ts';
import { readSnapshot } from '../../cache/snapshot.ts';
import type { MonthsContext } from '../cells/context.ts';
import { compareMonths } from './compare-months.ts';
import { type OpenComparison, openComparison } from './compare-view.ts';

const MAX_KEPT = 2;

/** The comparisons looked at last; one that was made of older pulls, decisions or settings is made anew. */
export class CompareCache {
  readonly #open = new Map<string, OpenComparison & { readonly digest: string }>();

  open(
    context: MonthsContext,
    of: { readonly from: string; readonly to: string; readonly basis?: FluxBasis | undefined },
  ): OpenComparison {
    const { db, settings } = context;
    const key = JSON.stringify([of.from, of.to, of.basis ?? null]);
    const digest = digestOf('compare', [pullsInForceKey(db), recordedKey(db), settings]);
    const known = this.#open.get(key);
    this.#open.delete(key);
    const found = known?.digest === digest ? known : { ...this.#make(context, of), digest };
    this.#open.set(key, found);
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= MAX_KEPT) break;
      this.#open.delete(oldest);
    }
    return found;
  }

  #make(
    context: MonthsContext,
    { from, to, basis }: { readonly from: string; readonly to: string; readonly basis?: FluxBasis | undefined },
  ): OpenComparison {
    const { db, settings } = context;
    const request = {
      db,
      settings,
      from: parseMonth(from, 'from'),
      to: parseMonth(to, 'to'),
      basis: basis ?? null,
      now: context.now(),
    };
    return readSnapshot(db, () =>
      openComparison(compareMonths(request, (month) => context.frames.open(context, month).frame.blocks)),
    );
  }

  /** Forgets everything: another workspace was opened, or its file changed. */
  clear(): void {
    this.#open.clear();
  }
}
