import { hourOf } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';
import type { UsageMeter } from '../usage-source.ts';
import { compose } from './compose.ts';
import type { Parameters } from './connection.ts';
import { parametersOf } from './parameters.ts';
import { groupMeters } from './scan-plan.ts';
import { assumedSchema } from './schema.ts';
import { usesCustomers } from './statement.ts';

/** A query and what is bound to it, each with the ClickHouse type that the query gives it. */
export type ScanPreview = {
  readonly sql: string;
  readonly parameters: readonly { readonly name: string; readonly type: string; readonly value: string }[];
  /** Keys of the other meters that one scan reads with it. */
  readonly sharedWith: readonly string[];
};

/**
 * The query of one meter as a pull composes it, for columns of the usual types; nothing is sent.
 * @param others the other meters of the workspace
 * @throws TieoutError `clickhouse.bad_identifier`
 */
export function previewScan(meter: UsageMeter, others: readonly UsageMeter[], period: Period): ScanPreview {
  const [work] = groupMeters([meter]);
  if (work === undefined) throw new Error('Broken assumption: a meter is read by some scan');
  const isRestricted = work.template === 'sql' && usesCustomers(work.meters[0].usage.query);
  const { query } = compose(work, assumedSchema(work), isRestricted);
  const values = parametersOf(work, {
    period,
    customers: isRestricted ? [] : null,
    originMs: hourOf(period.from),
    withUnmeasured: false,
  });
  const together = groupMeters([meter, ...others]).find(({ meters }) => meters.some(({ index }) => index === 0));
  return {
    sql: query,
    parameters: boundIn(query, values),
    sharedWith: (together?.meters ?? []).filter(({ index }) => index > 0).map(({ key }) => key),
  };
}

function boundIn(query: string, values: Parameters): ScanPreview['parameters'] {
  const types = new Map([...query.matchAll(/\{\s*(\w+)\s*:\s*([^{}]+?)\s*\}/g)].map(([, name, type]) => [name, type]));
  return Object.entries(values).flatMap(([name, value]) => {
    const type = types.get(name);
    return type === undefined ? [] : [{ name, type, value: textOf(value) }];
  });
}

const textOf = (value: unknown): string => {
  if (value instanceof Date) return `${value.toISOString().slice(0, 19)}Z`;
  return Array.isArray(value) ? JSON.stringify(value) : String(value);
};
