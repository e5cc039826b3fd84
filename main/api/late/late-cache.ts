import { monthOf } from '../../../shared/values/period.ts';
import { pullsInForceKey } from '../../cache/pull-store.ts';
import { recordedKey } from '../../cache/rating-run-store.ts';
import { digestOf } from '../../cache/run-digest.ts';
import { type LateRequest, lateMonth } from './late-month.ts';
import { type LateTable, lateTable } from './late-view.ts';

const MAX_KEPT = 6;

/** The months looked at last; one that was built from older pulls, runs, decisions or settings is built anew. */
export class LateCache {
  readonly #tables = new Map<string, { readonly digest: string; readonly table: LateTable }>();

  open(request: LateRequest): LateTable {
    const { db, settings, distinctMeters, month, now } = request;
    const state = [pullsInForceKey(db), recordedKey(db), monthOf(now), settings, [...distinctMeters]];
    const digest = digestOf('late', state);
    const known = this.#tables.get(month);
    if (known?.digest === digest) return known.table;
    const table = lateTable(request, lateMonth(request));
    this.#tables.delete(month);
    for (const oldest of this.#tables.keys()) {
      if (this.#tables.size < MAX_KEPT) break;
      this.#tables.delete(oldest);
    }
    this.#tables.set(month, { digest, table });
    return table;
  }

  clear(): void {
    this.#tables.clear();
  }
}
