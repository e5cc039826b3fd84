import type { DriftingCell } from '../../../shared/reconciliation/explain/drifting-cell.ts';
import type { FaultCode } from '../../../shared/reconciliation/explain/hypothesis.ts';
import { type Inference, infer } from '../../../shared/reconciliation/explain/infer.ts';
import { type HourRange, rangesOf } from '../../../shared/reconciliation/hourly-series.ts';
import { partingHour } from '../../../shared/reconciliation/parting-hour.ts';
import type { MeterBlock } from '../reconcile/block.ts';
import { sortCells, withPageCut } from './explain-meter.ts';
import { hourlyPageCuts } from './page-cut.ts';
import { meterHours, readDriftingCell } from './read-cell.ts';
import { surroundingsOf } from './surroundings.ts';

/** A drifting cell with what is known around it, and what explains it. */
export type InferredCell = { readonly cell: DriftingCell; readonly inference: Inference };

/** Tells the causes of single cells of a meter again, with their hours. Null where the hours tell nothing. */
export function inferrer(block: MeterBlock): (position: number) => InferredCell | null {
  const hours = meterHours(block);
  if (hours === null) return () => null;
  const around = surroundingsOf(hours, sortCells(block));
  const tell = (position: number, known = around): InferredCell | null => {
    const read = readDriftingCell(hours, position);
    const cell = read === null ? null : known(read, position);
    const inference = cell === null ? null : infer(cell);
    return cell === null || inference === null ? null : { cell, inference };
  };
  return (position) => {
    const found = tell(position);
    const isCutShort = block.causes.get(position)?.code === 'pagination';
    const [claim] = found?.inference.claims ?? [];
    if (!isCutShort || claim === undefined || claim.code === 'pagination') return found;
    // A list that was cut short is told by all who stand after the cut.
    const incident = block.incidents.get(position);
    const group = [...block.incidents].flatMap(([other, id]) => (id === incident ? [other] : []));
    const cuts = hourlyPageCuts(hours, group, {
      from: Math.min(...claim.hours),
      to: Math.max(...claim.hours) + 1,
    });
    return cuts === null ? found : tell(position, withPageCut(around, cuts));
  };
}

/** The hours that carry the cause of a cell, for its chart; of an unexplained one the hour in which the two sides part. */
export function explainedHours({ cell, inference }: InferredCell): readonly (HourRange & { readonly label: string })[] {
  const parting = inference.claims.length > 0 ? null : partingHour({ ...cell, before: null, after: null }, cell.isHeld);
  if (parting !== null) return [{ from: parting, to: parting + 1, label: 'the two sides part' }];
  return inference.claims.flatMap(({ code, hours }) =>
    rangesOf([...hours].sort((a, b) => a - b)).map((range) => ({ ...range, label: LABELS[code] })),
  );
}

const LABELS: Readonly<Record<FaultCode, string>> = {
  missed_push: 'not pushed',
  late_push: 'late',
  final_push_missing: 'not pushed',
  duplicate_push: 'pushed twice',
  wrong_period: 'of another month',
  zone_shift: 'shifted',
  unit_scale: 'another unit',
  rounding: 'rounded',
  wrong_aggregation: 'put together otherwise',
  wrong_customer: 'of another customer',
  unmapped: 'of a usage id without a customer',
  rejected_events: 'refused',
  pagination: 'not pushed',
  expired_rows: 'rows are gone',
  late_rows: 'came after the push',
  seam: 'cutover',
  same_second_tie: 'two in one second',
  query_changed: 'another query',
};
