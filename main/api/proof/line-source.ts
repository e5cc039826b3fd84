import type { Invoice } from '../../../shared/billing/invoice.ts';
import type { Price } from '../../../shared/billing/price.ts';
import { billingPeriodAt } from '../../../shared/rating/invoice/billing-periods.ts';
import { isCounted } from '../../../shared/reconciliation/billing-verdict.ts';
import type { ProofContext } from '../../../shared/reconciliation/proof.ts';
import { groupLines, type ProofLine } from '../../../shared/reconciliation/proof-line.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import { contains, type MonthKey, monthPeriod, type Period } from '../../../shared/values/period.ts';
import { readInvoices } from '../../cache/invoice-store.ts';
import type { Db } from '../../cache/open.ts';
import { readAnchor, readTrials } from '../../cache/trial-store.ts';

export type InvoiceGroups = { readonly invoice: Invoice; readonly groups: readonly (readonly ProofLine[])[] };

/**
 * The lines of every finalised invoice, grouped, one invoice after another in the order of their ids.
 * @param month only lines whose service period begins in it; null: all
 */
export function* countedGroups(db: Db, month: MonthKey | null): Generator<InvoiceGroups> {
  const period = month === null ? null : monthPeriod(month);
  for (const chunk of readInvoices(db, month === null ? {} : { month })) {
    for (const invoice of chunk) {
      if (!isCounted(invoice.status)) continue;
      const lines = invoice.lines.filter((line) => period === null || contains(period, line.servicePeriod.from));
      if (lines.length > 0) yield { invoice, groups: groupLines(lines) };
    }
  }
}

/** What the cache knows beside the lines. */
export function proofContext(db: Db, prices: ReadonlyMap<string, Price>): ProofContext {
  const trials = readTrials(db);
  const anchors = new Map<string, Instant | null>();
  const anchorOf = (subscriptionId: string): Instant | null => {
    const known = anchors.get(subscriptionId);
    if (known !== undefined) return known;
    const found = readAnchor(db, subscriptionId);
    anchors.set(subscriptionId, found);
    return found;
  };
  return {
    prices,
    trialOf: (id) => trials.get(id) ?? null,
    billingPeriodOf: ({ subscriptionId, servicePeriod }, { interval }): Period | null => {
      const anchor = subscriptionId === null ? null : anchorOf(subscriptionId);
      if (anchor === null || interval === null) return null;
      return billingPeriodAt({ anchor, interval }, servicePeriod.from);
    },
  };
}
