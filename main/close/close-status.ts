import type { Canonical } from '../../shared/values/canonical-json.ts';
import type { Instant } from '../../shared/values/instant.ts';
import { type MonthKey, requireBegun } from '../../shared/values/period.ts';
import { buildFrame, type MonthFrame } from '../api/cells/frame.ts';
import { type CloseMonth, type CloseRequest, closeMonth } from '../api/close/close-month.ts';
import { type SinceLock, sinceLock } from '../api/close/since-lock.ts';
import { distinctMetersOf, reconcileSettings } from '../api/reconcile/settings.ts';
import { recordWith } from '../cache/close-record.ts';
import { lockInForce } from '../cache/close-store.ts';
import type { Db } from '../cache/open.ts';
import type { Config } from '../config/config.ts';
import type { CustomerLink } from '../config/customers-file.ts';
import { TOOL_VERSION } from '../version.ts';

/** A month on its way to be locked, and what changed since it was. */
export type CloseStatus = { readonly close: CloseMonth; readonly frame: MonthFrame; readonly since: SinceLock | null };

export const closeRequest = (
  { config, links }: { readonly config: Config; readonly links: readonly CustomerLink[] | null },
  db: Db,
  at: { readonly month: MonthKey; readonly now: Instant },
): CloseRequest => ({
  ...at,
  db,
  settings: reconcileSettings(config, links),
  distinctMeters: distinctMetersOf(config),
  quality: config.quality,
  close: config.close,
});

/** How a month stands in an open cache. @throws TieoutError `period.in_future` */
export function statusIn(request: CloseRequest): CloseStatus {
  requireBegun(request.month, request.now);
  const frame = buildFrame({ ...request, toolVersion: TOOL_VERSION }, { canStore: false });
  const close = closeMonth(request, frame);
  const { lock, figures } = close;
  return { close, frame, since: lock === null ? null : sinceLock(request.db, lock, { frame, figures }) };
}

/**
 * After a pull: whether a locked month is not any more what was locked. What is new is written into the audit log once.
 * @returns null where the month is open, or as it was locked
 */
export function recordChanges(request: CloseRequest, actor: string): SinceLock | null {
  const { db, now } = request;
  if (lockInForce(db, request.month) === null) return null;
  const record = db.transaction(() => {
    const { close, since } = statusIn(request);
    const { lock, figures, month } = close;
    if (lock === null || since === null || !since.hasChanged) return null;
    const body: Record<string, Canonical> = {
      version: lock.version,
      figures: figures.hash,
      cells: since.changes.length,
    };
    recordWith(db, { at: now, actor, action: 'changed_since_lock', month, body }, { isOnce: true });
    return since;
  });
  return record.immediate();
}
