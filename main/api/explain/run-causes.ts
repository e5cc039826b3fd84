import type { MonthCauses } from '../../../shared/reconciliation/explain/month-causes.ts';
import type { Cause } from '../../../shared/reconciliation/result.ts';
import type { Db } from '../../cache/open.ts';
import { readRunCauses } from '../../cache/reconcile-run-store.ts';
import type { MeterBlock } from '../reconcile/block.ts';

/** The causes that a stored run told: telling them again by the hours would take long. */
export type RunCauses = {
  readonly month: MonthCauses;
  /** meter key → cell → cause and incident. */
  readonly cells: ReadonlyMap<number, ReadonlyMap<string, StoredCause>>;
};

type StoredCause = { readonly cause: Cause | null; readonly incident: string | null };

/** A customer's cell of a meter, or that of a usage id without one. */
const nameOf = (customerKey: number, usageKey: number): string =>
  customerKey === 0 ? `u${usageKey}` : `c${customerKey}`;

export function storedCauses(db: Db, run: number, month: MonthCauses): RunCauses {
  const cells = new Map<number, Map<string, StoredCause>>();
  for (const { meterKey, customerKey, usageKey, cause, incident } of readRunCauses(db, run)) {
    const ofMeter = cells.get(meterKey) ?? new Map<string, StoredCause>();
    ofMeter.set(nameOf(customerKey ?? 0, usageKey ?? 0), { cause, incident });
    cells.set(meterKey, ofMeter);
  }
  return { month, cells };
}

/** Puts them into a block that was compared again. */
export function putCauses(block: MeterBlock, { cells }: RunCauses): void {
  const ofMeter = cells.get(block.meterKey);
  if (ofMeter === undefined) return;
  for (const position of block.causes.keys()) {
    const stored = ofMeter.get(nameOf(block.customerKeys[position] as number, block.usageKeys[position] as number));
    if (stored === undefined) continue;
    if (stored.cause !== null) block.causes.set(position, stored.cause);
    if (stored.incident !== null) block.incidents.set(position, stored.incident);
  }
}
