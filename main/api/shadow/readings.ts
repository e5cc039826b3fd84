import { basicRule } from '../../../shared/reconciliation/shadow-report.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import type { NewReading } from '../../cache/shadow-store.ts';
import { type CellColumns, locate } from '../cells/frame.ts';
import { cellAt } from '../reconcile/block.ts';

/** What is kept of each cell of a round; cells with nothing on either side are left out. */
export function* readingsOf(frame: CellColumns): Generator<NewReading> {
  for (let id = 0; id < frame.length; id += 1) {
    const { block, position } = locate(frame, id);
    const cell = cellAt(block, position);
    if (cell.verdict === 'agree_zero') continue;
    yield {
      meterKey: block.meterKey,
      customerKey: block.customerKeys[position] as number,
      usageKey: block.usageKeys[position] as number,
      verdict: cell.verdict,
      measured: cell.measured === null ? null : formatDecimal(cell.measured),
      metered: cell.metered === null ? null : formatDecimal(cell.metered),
      drift: cell.drift === null ? null : formatDecimal(cell.drift.absolute),
      upstreamOk: cell.drift === null ? null : basicRule(cell.measured, cell.metered),
      held: cell.held ?? null,
      pitfalls: (cell.pitfalls ?? []).map(({ code }) => code),
    };
  }
}
