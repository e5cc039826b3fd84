import type { CellCause, CellClaim } from '../../../shared/contract/incident-schemas.ts';
import type { CellKey } from '../../../shared/contract/schemas.ts';
import type { DriftingCell } from '../../../shared/reconciliation/explain/drifting-cell.ts';
import type { Claim } from '../../../shared/reconciliation/explain/hypothesis.ts';
import { worthOf } from '../../../shared/reconciliation/explain/infer.ts';
import { rangesOf, toQuantity } from '../../../shared/reconciliation/hourly-series.ts';
import { remedyOf } from '../../../shared/reports/sentences.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { formatInstant, HOUR_MS, instant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';
import type { MonthsContext } from '../cells/context.ts';
import { findCell } from '../cells/detail.ts';
import { frameCell, locate } from '../cells/frame.ts';
import type { MeterBlock } from '../reconcile/block.ts';
import { sortCells } from './explain-meter.ts';
import { findIncident, incidentView } from './incident-view.ts';
import { type InferredCell, inferrer } from './infer-cell.ts';

/**
 * Why a cell is off, with the hours and what Stripe would hold if that were true; null where it does not drift.
 * @throws TieoutError `host.not_found` where the month has no such cell
 */
export function cellCause(context: MonthsContext, key: CellKey): CellCause | null {
  const { frame } = context.frames.open(context, key.month);
  const id = findCell(frame, key);
  const { block, position } = locate(frame, id);
  const row = frameCell(frame, id);
  const { cause } = row;
  if (cause === null) return null;
  const incident = row.incident === undefined ? null : findIncident(frame.summary, row.incident);
  const found = sortCells(block).drifting.includes(position) ? inferrer(block)(position) : null;
  return {
    code: cause.code,
    confidence: cause.confidence,
    sentence: cause.evidence,
    claims: found === null ? [] : found.inference.claims.map((claim) => claimView(claim, found.cell)),
    left: found === null ? null : text(-found.inference.left, found.cell),
    candidates: found === null ? [] : [...found.inference.candidates],
    prediction: found === null ? [] : predictionOf(found, block),
    incident: incident === null ? null : incidentView(incident),
    remedy: incident?.remedy ?? remedyOf(row),
  };
}

const text = (value: bigint, { perUnit }: DriftingCell): string => formatDecimal(toQuantity(value, perUnit));

const at = (period: Period, hour: number): string => formatInstant(instant(period.from + hour * HOUR_MS));

const claimView = (claim: Claim, cell: DriftingCell): CellClaim => ({
  code: claim.code,
  sentence: claim.sentence,
  hours: rangesOf([...claim.hours].sort((a, b) => a - b)).map(({ from, to }) => ({
    from: at(cell.period, from),
    to: at(cell.period, to),
  })),
  worth: text(-worthOf(claim), cell),
  factor: claim.factor ?? (claim.shift === undefined ? null : String(claim.shift)),
  counterpart: claim.counterpart ?? null,
});

/** By the hour up to the pull, as the detail of the cell has its hours: increments, or levels where the meter has those. */
function predictionOf({ cell, inference }: InferredCell, { meter }: MeterBlock): CellCause['prediction'] {
  if (inference.claims.length === 0) return [];
  const until = Math.ceil((Math.min(cell.pulledAt, cell.period.to) - cell.period.from) / HOUR_MS);
  const points: CellCause['prediction'] = [];
  let total = 0n;
  for (const [hour, value] of inference.predicted.entries()) {
    if (hour >= until) break;
    total += value;
    points.push({
      at: at(cell.period, hour),
      value: text(meter.combine === 'sum' ? value : total, cell),
      cumulative: text(total, cell),
    });
  }
  return points;
}
