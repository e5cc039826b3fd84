import type { ProofReport } from '../shared/reports/proof.ts';
import type { Instant } from '../shared/values/instant.ts';
import { parseMonth } from '../shared/values/period.ts';
import { prove } from './api/proof/prove.ts';
import { distinctMetersOf, reconcileSettings } from './api/reconcile/settings.ts';
import { openForReading } from './cache/open-for-reading.ts';
import { nowIn, type Workspace } from './compose.ts';

/**
 * The engine against the history of a workspace; nothing is written. A workspace of which nothing was pulled has
 * nothing to prove.
 * @throws TieoutError `period.*`, `cache.*`
 */
export function proveInvoices(
  workspace: Workspace,
  options: { readonly month: string | null; readonly now: () => Instant },
): ProofReport {
  const month = options.month === null ? null : parseMonth(options.month, '--month');
  const now = nowIn(workspace, options.now);
  const db = openForReading(workspace.paths.databaseFile, now);
  try {
    const settings = reconcileSettings(workspace.config, workspace.links);
    return prove({ db, settings, distinctMeters: distinctMetersOf(workspace.config), month, now });
  } finally {
    db.close();
  }
}
