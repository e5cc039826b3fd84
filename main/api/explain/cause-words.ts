import type { DriftingCell } from '../../../shared/reconciliation/explain/drifting-cell.ts';
import type { Inference } from '../../../shared/reconciliation/explain/infer.ts';
import { hourText } from '../../../shared/reconciliation/hourly-series.ts';
import { partingHour } from '../../../shared/reconciliation/parting-hour.ts';
import type { Cause } from '../../../shared/reconciliation/result.ts';

/** The cause of a cell as its row tells it. @param byTotals what its totals alone had told */
export function causeOf(cell: DriftingCell, inference: Inference, byTotals: Cause | null): Cause {
  const [largest, ...others] = inference.claims;
  if (largest === undefined) return unexplained(cell, inference, byTotals);
  const also = others.map(({ code }) => code);
  return {
    code: largest.code,
    confidence: inference.confidence,
    evidence: inference.claims.map(({ sentence }) => sentence).join('; '),
    ...(also.length === 0 ? {} : { also }),
  };
}

/** The hours bear out nothing; what the totals tell is doubtful then, unless it is about who is who. */
function unexplained(cell: DriftingCell, inference: Inference, byTotals: Cause | null): Cause {
  if (byTotals !== null && byTotals.code !== 'unexplained') {
    return byTotals.code === 'unmapped' ? byTotals : { ...byTotals, confidence: 'low' };
  }
  const parting = partingHour({ ...cell, before: null, after: null }, cell.isHeld);
  const where = parting === null ? '' : `; the two sides part in the hour of ${hourText(cell.period.from, parting)}`;
  const nearest = inference.candidates.length === 0 ? '' : `; nearest: ${inference.candidates.join(', ')}`;
  return { code: 'unexplained', confidence: 'low', evidence: `No known cause fits${where}${nearest}.` };
}
