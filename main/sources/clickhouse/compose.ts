import { composeActiveSeries } from './active-series.ts';
import type { Composed } from './cells.ts';
import { composeCheckpoints } from './checkpoints.ts';
import { composeEvents } from './events.ts';
import type { Schema } from './rows.ts';
import { composeSamples } from './samples.ts';
import type { ScanWork } from './scan-plan.ts';
import { composeUserQuery } from './user-query.ts';

/**
 * @param isRestricted whether the query is limited to `{customers:Array(String)}`
 * @param isSlice some hours of the period alone: `from_ms` and `to_ms` are theirs, `start_ms` is that of the period
 */
export function compose(work: ScanWork, schema: Schema, isRestricted: boolean, isSlice = false): Composed {
  if (work.template === 'counter_checkpoints')
    return composeCheckpoints(work.meters, schema, { isRestricted, isSlice });
  if (work.template === 'events') return composeEvents(work.meters[0], schema, isRestricted);
  if (work.template === 'interval_samples') return composeSamples(work.meters[0], schema, isRestricted);
  if (work.template === 'active_series') return composeActiveSeries(work.meters[0], schema, isRestricted);
  return composeUserQuery(work.meters[0], schema, isRestricted);
}
