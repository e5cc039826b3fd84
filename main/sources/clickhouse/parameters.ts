import { TieoutError } from '../../../shared/errors.ts';
import type { Period } from '../../../shared/values/period.ts';
import type { Parameters } from './connection.ts';
import type { ScanWork } from './scan-plan.ts';
import { usesCustomers } from './statement.ts';

/** The bound parameters of a scan's query. Instants are numbers, so that no time zone can bend them. */
export function parametersOf(
  work: ScanWork,
  asked: {
    readonly period: Period;
    readonly customers: readonly string[] | null;
    readonly originMs: number;
    readonly withUnmeasured: boolean;
    /** Some hours of the period to compute alone. */
    readonly slice?: Period | null;
  },
): Parameters {
  const { customers, originMs, withUnmeasured } = asked;
  const period = asked.slice ?? asked.period;
  const isInclusive = work.template === 'active_series' && work.meters[0].usage.end === 'inclusive';
  const shared = {
    ...(asked.slice === undefined || asked.slice === null ? {} : { start_ms: asked.period.from }),
    from_ms: period.from,
    to_ms: isInclusive ? period.to + 1 : period.to,
    origin_ms: originMs,
    with_unmeasured: withUnmeasured ? 1 : 0,
    ...(customers === null ? {} : { customers }),
  };
  if (work.template === 'sql') {
    const [{ usage, key, path }] = work.meters;
    if (customers === null && usesCustomers(usage.query)) throw customersMissing(key, path);
    return { ...shared, from: new Date(period.from), to: new Date(period.to) };
  }
  const [{ usage }] = work.meters;
  const filter = usage.filter === null ? {} : { filter: usage.filter.values };
  const gap = usage.template === 'counter_checkpoints' ? { max_gap_ms: usage.maxGapMs } : {};
  return { ...shared, ...filter, ...gap };
}

const customersMissing = (key: string, path: string): TieoutError =>
  new TieoutError('clickhouse.query_failed', {
    message: `The query of meter ${key} asks for {customers:Array(String)}, and all customers were asked for.`,
    path: `${path}.query`,
    remedy: 'Give a list of customers, or leave the restriction out: it is added around the query where needed.',
  });
