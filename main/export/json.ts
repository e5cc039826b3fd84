import type { CellsFilter } from '../../shared/contract/schemas.ts';
import type { ExitCode } from '../../shared/reconciliation/result.ts';
import { type CompletenessDocument, completenessDocument } from '../../shared/reports/completeness.ts';
import { qualityDocument } from '../../shared/reports/quality.ts';
import { reconciliationJson } from '../../shared/reports/reconciliation-json.ts';
import { seriesDocument } from '../../shared/reports/series.ts';
import { frameCells } from '../api/cells/frame.ts';
import type { ReconciledMonth } from '../compose.ts';
import { filterWords } from './describe.ts';

/** How complete the usage is, where earlier pulls told something of it. */
export function knownCompleteness({ completeness }: ReconciledMonth): ReconciledMonth['completeness'] {
  const isLearned = completeness.some((meter) => meter.completeness.learned.hours > 0);
  return isLearned ? completeness : [];
}

/**
 * The document of `tieout reconcile --json`, in pieces.
 * @param of.filter of an export; it is told in the document, whose totals stay those of the whole month
 */
export function monthJson(
  frame: ReconciledMonth,
  of: { readonly order: Int32Array; readonly exit: ExitCode; readonly filter?: CellsFilter },
): Generator<string> {
  const complete: readonly CompletenessDocument[] = knownCompleteness(frame).map(({ meter, completeness }) =>
    completenessDocument(meter, completeness),
  );
  const { filter } = of;
  return reconciliationJson(frame.summary, frameCells(frame, of.order), of.exit, complete, undefined, {
    quality: qualityDocument(frame.quality),
    series: frame.series.map(seriesDocument),
    ...(filter === undefined || filterWords(filter) === null ? {} : { filter }),
  });
}
