import type { CellDetail } from '../../../shared/contract/schemas.ts';

export type BilledLines = NonNullable<CellDetail['billing']>['lines'];

type PreviewAddress = { readonly subscription: string; readonly from: string };

/** The invoices that lines belong to, each once: a line of usage bills the period that its service period begins with. */
export function previewsOf(lines: BilledLines): readonly PreviewAddress[] {
  const found = new Map<string, PreviewAddress>();
  for (const { subscription, servicePeriod } of lines)
    if (subscription !== null)
      found.set(`${subscription} ${servicePeriod.from}`, { subscription, from: servicePeriod.from });
  return [...found.values()];
}
