import type { Instant } from '../shared/values/instant.ts';
import { monthOf, parseMonth } from '../shared/values/period.ts';
import type { LineContext } from './api/invoices/detail-lines.ts';
import type { Preview } from './api/invoices/preview.ts';
import type { PreviewHead, ProofCounts } from './api/invoices/preview-document.ts';
import { catalogOf, previewMonth } from './api/invoices/preview-month.ts';
import { configuredMeter, type Quantities } from './api/invoices/usage-book.ts';
import { prove } from './api/proof/prove.ts';
import { distinctMetersOf, reconcileSettings } from './api/reconcile/settings.ts';
import { readMeters } from './cache/catalog-store.ts';
import { openForReading } from './cache/open-for-reading.ts';
import { readCatalogPull } from './cache/pull-store.ts';
import { nowIn, type Workspace } from './compose.ts';

export type PreviewOptions = {
  /** By default the current one. */
  readonly month?: string;
  readonly customers?: readonly string[];
  readonly quantities: Quantities;
};

/** What a preview is read from while it is printed: one state of the cache from beginning to end. */
export type OpenPreview = {
  readonly head: PreviewHead;
  readonly previews: Iterable<Preview>;
  /** False: nothing was pulled yet, so there is nothing to preview. */
  readonly isPulled: boolean;
  readonly proof: () => ProofCounts | null;
  /** What lines are described by. */
  readonly lines: () => LineContext;
};

/**
 * Opens the invoices of a month for the time of `work`. A pull that takes effect meanwhile is not seen.
 * @throws TieoutError `period.*`, `invoice.customer_not_found`, `cache.*`
 */
export async function withPreview<T>(
  workspace: Workspace,
  options: PreviewOptions,
  run: { readonly now: () => Instant; readonly work: (opened: OpenPreview) => Promise<T> },
): Promise<T> {
  const now = nowIn(workspace, run.now);
  const db = openForReading(workspace.paths.databaseFile, now);
  const settings = reconcileSettings(workspace.config, workspace.links);
  const distinctMeters = distinctMetersOf(workspace.config);
  const month = parseMonth(options.month ?? monthOf(now), '--month');
  const { quantities, customers } = options;
  db.exec('BEGIN DEFERRED');
  try {
    return await run.work({
      head: { workspace: workspace.config.name, month, quantities },
      isPulled: readCatalogPull(db) !== null,
      lines: () => {
        const stripeMeters = readMeters(db);
        return { catalog: catalogOf(db), meterOf: (id) => configuredMeter({ settings, stripeMeters }, id) };
      },
      previews: previewMonth({
        db,
        settings,
        distinctMeters,
        month,
        now,
        quantities,
        ...(customers === undefined ? {} : { customers }),
      }),
      proof: () => {
        const { metered, licensed } = prove({ db, settings, distinctMeters, month: null, now }).proof;
        if (metered.lines + licensed.lines === 0) return null;
        return {
          lines: metered.lines,
          exact: metered.exact,
          licensed: { lines: licensed.lines, exact: licensed.exact },
        };
      },
    });
  } finally {
    db.exec('ROLLBACK');
    db.close();
  }
}
